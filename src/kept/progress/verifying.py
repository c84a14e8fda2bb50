"""`kept verify` goes on here: the figures that lists and sums read have to follow from the documents behind the log."""

from __future__ import annotations

import json
from datetime import UTC
from itertools import islice
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from kept.log.checks import register_check
from kept.log.models import Document, Entry
from kept.log.verify import DoesNotHold, Findings
from kept.progress.models import PeopleReached, Report, ReportState, Standing
from kept.progress.record import money_document, people_document, value_document
from kept.progress.restate import derive, facts_of

BATCH = 1000


@register_check
def reports_follow_from_log(findings: Findings) -> None:
    """Compare every public report's rows with its document. Raises DoesNotHold."""
    rows = (
        Report.objects.public()
        .select_related("pledge")
        .prefetch_related("values", "money", Prefetch("people", queryset=PeopleReached.objects.all()))
        .order_by("pledge", "n")
        .iterator(chunk_size=BATCH)
    )
    seen = 0
    while batch := list(islice(rows, BATCH)):
        documents = _documents(batch)
        seen += len(batch)
        for report in batch:
            _one(report, documents)
    if Report.objects.exclude(n=None).exclude(state=ReportState.PUBLISHED).exists():
        raise DoesNotHold("changed", "a report that stands in the log is not shown")
    entered = Entry.objects.filter(type="report.accepted").count()
    if entered != seen:
        raise DoesNotHold("missing", f"{entered} reports stand in the log, {seen} in the registry")


@register_check
def standings_follow_from_reports(findings: Findings) -> None:
    """Derive where every pledge that was reported on stands, and compare. Raises DoesNotHold."""
    today = timezone.now().astimezone(UTC).date()
    reported = Standing.objects.at().filter(reports__gt=0).order_by("pledge")
    rows = reported.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        stands = {row.pledge_id: row for row in batch}
        for facts in facts_of(list(stands)):
            row = stands[facts.pledge.pk]
            if row.next_on is not None and row.next_on <= today:
                continue  # the calendar moves it within minutes
            columns = derive(facts, today)
            for name in (
                "standing",
                "said",
                "level",
                "value",
                "supported",
                "committed_cents",
                "disbursed_cents",
                "people",
            ):
                if getattr(row, name) != columns[name]:
                    raise DoesNotHold(
                        "changed",
                        f"{facts.pledge.reference}: {name} is {getattr(row, name)} and follows from its reports as {columns[name]}",
                    )


def _documents(batch: list[Report]) -> dict[tuple[str, int], tuple[str, bytes | None]]:
    references = [report.reference for report in batch]
    entries = Entry.objects.filter(reference__in=references, type__startswith="report.")
    about = {e[0]: (e[1], e[2], e[3]) for e in entries.values_list("index", "reference", "revision", "sha256")}
    documents = Document.objects.filter(index__in=list(about)).values_list("index", "data")
    return {(about[i][0], about[i][1]): (about[i][2], data) for i, data in documents.iterator()}


def _one(report: Report, documents: dict[tuple[str, int], tuple[str, bytes | None]]) -> None:
    logged, data = documents.get((report.reference, report.revision), ("", None))
    if not logged:
        raise DoesNotHold("added", f"{report.reference} stands in the registry and not in the log")
    if logged != report.sha256:
        raise DoesNotHold("changed", f"{report.reference}: the registry names another document than the log")
    if data is None:
        return
    said = json.loads(bytes(data))
    people = getattr(report, "people", None)
    told: dict[str, Any] = {
        "said": str(report.said),
        "said_level": str(report.said_level),
        "values": [value_document(row) for row in report.values.all()],
        "money": [money_document(row) for row in report.money.all()],
        "people": people_document(people) if people is not None else None,
    }
    stands = {"money": [], "people": None, **said}
    for name, value in told.items():
        if stands[name] != value:
            raise DoesNotHold(
                "changed", f"{report.reference}: {name} in the registry is not what the log's document says"
            )
