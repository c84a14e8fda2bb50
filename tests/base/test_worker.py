"""Duties come round again, one worker at a time; a dead worker's duty is found again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from kept.base import worker
from kept.base.models import Duty
from kept.base.worker import Worker
from tests.browser import template


@pytest.fixture
def duties(monkeypatch):
    """Only the duties of the test."""
    monkeypatch.setattr(worker, "_duties", {})
    return worker.register_duty


def test_a_duty_is_done_when_it_is_due_and_then_not_before_its_time(db, duties):
    ran, now = [], timezone.now()
    duties("count", every=60, run=ran.append)
    one = Worker()
    assert one.look(now) == ["count"]
    assert one.look(now + timedelta(seconds=59)) == []
    assert one.look(now + timedelta(seconds=61)) == ["count"]
    assert len(ran) == 2


def test_two_workers_share_the_time_of_a_duty(db, duties):
    ran, now = [], timezone.now()
    duties("count", every=60, run=ran.append)
    assert (Worker().look(now), Worker().look(now)) == (["count"], [])


def test_a_duty_that_a_dead_worker_holds_is_taken_over_when_its_lease_is_over(db, duties):
    ran, now = [], timezone.now()
    duties("count", every=1, run=ran.append, lease=120)
    Duty.objects.create(name="count", due_at=now, lease_until=now + timedelta(seconds=120), holder="dead")
    assert Worker().look(now + timedelta(seconds=100)) == []
    assert Worker().look(now + timedelta(seconds=121)) == ["count"]


def test_a_duty_that_fails_keeps_no_other_from_its_work_and_says_what_happened(db, duties):
    ran, now = [], timezone.now()

    def fail(at):
        raise ValueError("no")

    duties("bad", every=60, run=fail)
    duties("good", every=60, run=ran.append)
    Worker().look(now)
    assert len(ran) == 1
    bad = Duty.objects.get(name="bad")
    assert (bad.error, bad.lease_until) == ("ValueError: no", None)


def test_a_duty_that_sees_to_itself_needs_no_lease(db, duties):
    ran = []
    duties("mail", every=60, run=ran.append, alone=False)
    now = timezone.now()
    assert (Worker().look(now), Worker().look(now)) == (["mail"], ["mail"])
    assert not Duty.objects.exists()


def test_an_idle_look_costs_one_read(db, duties, connection_queries):
    duties("one", every=600, run=lambda now: None)
    duties("two", every=600, run=lambda now: None)
    here = Worker()
    here.look(timezone.now())
    assert connection_queries(lambda: here.look(timezone.now())) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_does_the_duty(duties):
    ran, now = [], timezone.now()
    duties("count", every=60, run=ran.append)
    Duty.objects.create(name="count", due_at=now)

    def work() -> None:
        Worker().look(now)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(ran) == 1


@pytest.mark.slow
def test_the_worker_ends_cleanly_and_soon_when_it_is_told_to(templates_folder, tmp_path):
    folder = shutil.copytree(template(templates_folder, demonstration=False), tmp_path / "var")
    environment = os.environ | {"KEPT_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "kept.site.settings"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kept.site.command"]
    process = subprocess.Popen([*command, "worker"], env=environment, stdout=subprocess.PIPE, text=True)
    assert "mail" in process.stdout.readline()
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(8) == 0
    assert time.monotonic() - begun < 8
