"""Background work of the pledges room: imports that were asked for on the desk. Safe to run twice."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from kept.pledges.actions import importing


@task
def do_imports() -> None:
    """Do every check, import and undoing that waits, one after the other, until none is left."""
    tried: set[int] = set()
    while (batch := importing.waiting(timezone.now()).exclude(pk__in=tried).first()) is not None:
        tried.add(batch.pk)
        importing.do_the_work(batch)


def look_for_imports(now: datetime) -> None:
    """Work that nobody does, because whoever had it was killed: have it done. What is asked for wakes the worker itself."""
    called = DBTaskResult.objects.filter(task_path=do_imports.module_path, status=TaskResultStatus.READY)
    if importing.waiting(now).exists() and not called.exists():
        do_imports.enqueue()
