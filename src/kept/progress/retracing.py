"""Where a pledge stood from its first day until now, derived from what was public at each instant at which anything changed.

For records that come with their past (the demonstration, a registry that moves here with its reports): afterwards `as_of`
answers as if the calendar had moved them day by day. `restate` goes on from the last row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from kept.pledges.models import Pledge, Status
from kept.progress.models import Standing
from kept.progress.restate import Facts, derive

ENDED = (Status.WITHDRAWN, Status.SUPERSEDED)


def retrace(facts: Facts, until: datetime) -> list[Standing]:
    """Every row of one pledge's past and the one of now, not saved. What changed within an instant is one change."""
    began = facts.pledge.published_at
    assert began is not None
    marks = sorted({at for at in _marks(facts) if began < at <= until})
    rows: list[Standing] = []
    former: dict[str, Any] = {}
    at: datetime | None = began
    while at is not None:
        columns = derive(known_at(facts, at), at.astimezone(UTC).date())
        next_on = columns.pop("next_on")
        if columns != former:
            if rows:
                rows[-1].valid_to = at
            rows.append(Standing(pledge=facts.pledge, valid_from=at, **columns))
            former = columns
        rows[-1].next_on = next_on  # it alone is no change
        at = _next(at, marks, next_on, until)
    return rows


def known_at(facts: Facts, at: datetime) -> Facts:
    """What was public of a pledge at an instant."""
    wordings = [(text, revision) for text, revision in facts.wordings if revision.valid_from <= at]
    pledge = facts.pledge
    if pledge.status in ENDED and len(wordings) < len(facts.wordings):
        pledge = Pledge(pk=pledge.pk, status=Status.PUBLISHED)  # it ended later
    reports = [r for r in facts.reports if r.published_at is not None and r.published_at <= at]
    return replace(facts, pledge=pledge, wordings=wordings, reports=reports)


def _marks(facts: Facts) -> Iterator[datetime]:
    """The instants at which people changed something; between them the calendar alone does."""
    yield from (revision.valid_from for _text, revision in facts.wordings if revision.valid_from is not None)
    yield from (report.published_at for report in facts.reports if report.published_at is not None)
    for asked, notice in facts.asked:
        yield _midnight(asked.asked_on)
        yield from (at for at in (asked.answered_at, asked.sent_back_at) if at is not None)
        if asked.unreachable_since is not None:
            yield _midnight(asked.unreachable_since)
        if notice is not None and notice.replied_at is not None:
            yield notice.replied_at


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _next(at: datetime, marks: list[datetime], next_on: date | None, until: datetime) -> datetime | None:
    days = [mark for mark in marks if mark > at][:1]
    if next_on is not None and at < _midnight(next_on) <= until:
        days.append(_midnight(next_on))
    return min(days, default=None)
