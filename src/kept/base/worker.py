"""Background work: duties that come round again, each held by a lease in the database, and enqueued tasks.

A room registers a duty in its `contributes.py`; any number of workers may run. The task library only wakes:
what has to be done, and whether somebody is doing it, is written in the rooms' own rows (docs/decisions/0032-duties-with-leases.md).
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections, connections
from django.db.models import Q
from django.utils import timezone

from kept.base import mail
from kept.base.models import Duty

log = logging.getLogger(__name__)
BEAT = 1.0  # seconds between two looks at what is due
TASK_BEAT = 2.0  # seconds between two looks for enqueued tasks
LAST_WORDS = 10.0  # seconds that a task which is running has to end when the worker is told to stop


@dataclass(frozen=True)
class Work:
    """One duty: `run(now)` every so many seconds.

    `alone`: one worker at a time does it, by a lease in the database, and the time of the next run is kept there.
    Otherwise every worker does it and the work itself sees to it that nothing is done twice (mail does).
    `lease`: seconds after which a worker that holds it counts as dead. A duty is safe to run twice all the same.
    """

    name: str
    every: float
    run: Callable[[datetime], Any]
    alone: bool = True
    lease: float = 300.0


_duties: dict[str, Work] = {}


def register_duty(
    name: str, *, every: float, run: Callable[[datetime], Any], alone: bool = True, lease: float = 300.0
) -> None:
    """Have `run(now)` called every `every` seconds by one worker; a second registration replaces the first."""
    _duties[name] = Work(name, every, run, alone, lease)


def duties() -> dict[str, Work]:
    """All registered duties, by name."""
    return dict(_duties)


register_duty("mail", every=1, run=mail.send_due, alone=False)


def take(work: Work, holder: str, now: datetime) -> bool:
    """Whether this worker does the duty now: it is due, nobody holds it, and the row says from here on that we do."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    due = Duty.objects.filter(free, name=work.name, due_at__lte=now)
    return due.update(lease_until=now + timedelta(seconds=work.lease), holder=holder) == 1


def give_back(work: Work, holder: str, now: datetime, error: str = "") -> None:
    """The duty is done, or failed, until its next time."""
    Duty.objects.filter(name=work.name, holder=holder).update(
        due_at=now + timedelta(seconds=work.every), lease_until=None, finished_at=timezone.now(), error=error[:2000]
    )


class Worker:
    """The loop of `kept worker`. `stop()` may be called from a signal handler or another thread."""

    def __init__(self) -> None:
        self.holder = f"{os.getpid()}-{secrets.token_hex(8)}"
        self.stopping = threading.Event()
        self._next: dict[str, float] = {}

    def stop(self) -> None:
        """End after what is being done right now."""
        self.stopping.set()

    def run(self, *, parent: int | None = None) -> None:
        """Until `stop()`, or until the process `parent` is no longer our parent."""
        tasks = threading.Thread(target=self._tasks, name="tasks", daemon=True)
        tasks.start()
        while not self.stopping.is_set():
            if parent is not None and os.getppid() != parent:
                break
            close_old_connections()
            self.look(timezone.now())
            close_old_connections()
            self.stopping.wait(BEAT)
        self.stopping.set()
        tasks.join(LAST_WORDS)
        connections.close_all()

    def once(self) -> None:
        """Do every duty that is due and every task that waits, then return (cron, tests)."""
        self.look(timezone.now())
        while _a_task_waits():
            self._run_a_task()
        connections.close_all()

    def look(self, now: datetime) -> list[str]:
        """Do what is due at `now`; the names of the duties that were done. Costs one read where nothing is."""
        done = []
        try:
            for work in self._due(now):
                if not work.alone:
                    self._next[work.name] = time.monotonic() + work.every
                elif not take(work, self.holder, now):
                    continue
                self._do(work, now)
                done.append(work.name)
                if self.stopping.is_set():
                    break
        except Exception:  # the database is away for a moment: the next beat tries again
            log.exception("The worker could not look for what is due.")
        return done

    def _due(self, now: datetime) -> list[Work]:
        rows = {row.name: row for row in Duty.objects.filter(name__in=_duties)}
        due = []
        for work in list(_duties.values()):
            if not work.alone:
                if self._next.get(work.name, 0.0) <= time.monotonic():
                    due.append(work)
                continue
            row = rows.get(work.name) or Duty.objects.get_or_create(name=work.name, defaults={"due_at": now})[0]
            if row.due_at <= now and (row.lease_until is None or row.lease_until < now):
                due.append(work)
        return due

    def _do(self, work: Work, now: datetime) -> None:
        error = ""
        try:
            work.run(now)
        except Exception as fault:  # one duty's fault does not keep the others from their work
            log.exception("The duty %s failed.", work.name)
            error = f"{type(fault).__name__}: {fault}"
        if work.alone:
            give_back(work, self.holder, now, error)

    def _tasks(self) -> None:
        """Enqueued tasks, one after the other, beside the duties: a long import keeps no mail waiting."""
        while not self.stopping.is_set():
            ran = False
            try:
                ran = _a_task_waits() and self._run_a_task()
            except Exception:
                log.exception("The worker could not run a task.")
            finally:
                close_old_connections()
            if not ran:
                self.stopping.wait(TASK_BEAT)
        connections.close_all()

    def _run_a_task(self) -> bool:
        """Claim and run the next enqueued task, as the library's own worker does; False where somebody was quicker."""
        from django_tasks_db.management.commands.db_worker import Worker as TaskWorker

        runner = TaskWorker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=self.holder,
        )
        runner.run()
        return runner._run_tasks > 0


def _a_task_waits() -> bool:
    """A read without a lock: the library's own look takes the write lock of SQLite each time."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.ready().exists()
