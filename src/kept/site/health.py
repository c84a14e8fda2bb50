"""For machines: is the process alive, can it serve, what are the figures."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kept.base import outbox
from kept.base.models import Duty, MailState
from kept.log.queries import last_change, size
from kept.people.links import from_this_machine
from kept.site import metrics

_migrated = False


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """/healthz: the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """/readyz: the database answers, and has the tables that this code wants; else 503 and why."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        problem = "" if migrated() else "The database is not migrated: kept migrate"
    except DatabaseError:
        problem = "The database does not answer."
    return HttpResponse(f"{problem or 'ok'}\n", content_type="text/plain", status=503 if problem else 200)


def migrated() -> bool:
    """Whether every migration of this code was applied; once that is so it stays so for this process."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """/metrics: text for Prometheus; for this machine, or whoever brings METRICS_TOKEN. To others it is not there."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = bool(settings.METRICS_TOKEN) and hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    if not known and not from_this_machine(request):
        raise Http404
    answers, seconds = metrics.counted()
    mails = outbox.counts()
    now, done = timezone.now(), Duty.objects.filter(finished_at__isnull=False)
    lines = [
        *family("kept_requests_total", "counter", "Answers by class of status.", "status", answers),
        *family("kept_request_seconds_sum", "counter", "Seconds that all answers took.", "", {"": round(seconds, 6)}),
        *family("kept_mails", "gauge", "Mails by state.", "state", {s: mails.get(s, 0) for s in MailState.values}),
        *family("kept_change_number", "gauge", "Last change of the public record.", "", {"": last_change()}),
        *family("kept_log_size", "gauge", "Entries in the log.", "", {"": size()}),
        *family(
            "kept_duty_age_seconds", "gauge", "Seconds since a duty of the worker was last done.", "duty",
            {duty.name: int((now - duty.finished_at).total_seconds()) for duty in done},
        ),
    ]  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def family(name: str, kind: str, words: str, label: str, values: dict) -> list[str]:
    """One metric with its help and type; `values` are {label's value: figure}."""
    lines = [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
    for key, value in values.items():
        lines.append(f'{name}{{{label}="{key}"}} {value}' if label else f"{name} {value}")
    return lines
