"""A round over many owners: mail queued fast, exactly one each, also when the worker is killed half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django import conf
from django.db import connection

from kept.base.models import OutgoingMail
from kept.people.models import Membership, MembershipState, Organisation, Person
from kept.progress import actions
from kept.progress.actions import asking
from kept.progress.models import Asked, Letter, Round

OWNERS = 40
ASK = """
import django; django.setup()
from datetime import UTC, datetime
from kept.progress.actions import asking
asking.CHUNK, asking.LETTERS = 7, 3
print("ready", flush=True)
asking.ask_due(datetime.now(UTC))
"""


@pytest.fixture
def make_owners(make_pledge, make_organisation, make_person):
    """Organisations, each with a focal point and a published pledge."""

    def make(count: int) -> None:
        for n in range(count):
            lead = make_organisation(f"Owner {n}")
            person = make_person(f"owner{n}@example.org")
            Membership.objects.create(
                person=person, organisation=lead, role="focal_point", state=MembershipState.ACTIVE
            )
            make_pledge("published", by=person, lead=lead)

    return make


def asked_each_once() -> None:
    """Everybody has one letter with one mail, and nobody has two."""
    addresses = sorted(Person.objects.filter(email__startswith="owner").values_list("email", flat=True))
    mails = OutgoingMail.objects.filter(kind="progress/asked").order_by("to").values_list("to", flat=True)
    assert list(mails) == addresses
    assert Letter.objects.filter(queued_at=None).count() == 0
    assert Asked.objects.count() == Organisation.objects.filter(name__startswith="Owner").count()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_half_way_asks_nobody_twice_and_forgets_nobody(make_owners, make_round, now):
    make_owners(OWNERS)
    made = make_round(ask=False)
    actions.open_round(made, by=None, at=now)
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.killed", "PYTHONPATH": os.pathsep.join(sys.path)}
    env |= {"TEST_DATA": str(conf.settings.KEPT_DATA), "TEST_DATABASE": str(connection.settings_dict["NAME"])}
    for wanted in (5, 20):
        worker = subprocess.Popen([sys.executable, "-c", ASK], env=env, stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        until = time.monotonic() + 10
        while OutgoingMail.objects.filter(kind="progress/asked").count() < wanted and time.monotonic() < until:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert Round.objects.get().asked_at is None or wanted == 20
    actions.ask_due(now)
    asked_each_once()


@pytest.mark.django_db
def test_asking_takes_a_fixed_number_of_queries_for_each_chunk(
    make_owners, make_round, now, connection_queries, monkeypatch
):
    monkeypatch.setattr(asking, "CHUNK", 1000)
    monkeypatch.setattr(asking, "LETTERS", 1000)
    make_owners(8)
    made = make_round(ask=False)
    actions.open_round(made, by=None, at=now)
    assert connection_queries(lambda: actions.ask_due(now)) <= 60
    asked_each_once()
