"""Which moment a page is made for: now, or, for staff who rehearse, the moment that the address names (`?at=`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest
from django.utils import timezone

from kept.base.context import House
from kept.meetings.models import Meeting
from kept.meetings.permissions import may_rehearse


@dataclass(frozen=True)
class Moment:
    """The instant that a page shows as now; `rehearsed` where that is not the clock's."""

    at: datetime
    rehearsed: bool = False


def moment(request: HttpRequest, meeting: Meeting | None = None) -> Moment:
    """The moment of a request. `?at=2026-12-15T14:40` is the clock on the meeting's wall.

    Raises Http404 for anybody who may not rehearse, and for what is no moment: an address with a moment in it says
    nothing to readers.
    """
    asked = request.GET.get("at", "")
    if not asked:
        return Moment(timezone.now())
    if not may_rehearse(House(request).visitor):
        raise Http404("Only the secretariat rehearses.")
    try:
        found = datetime.fromisoformat(asked)
        if found.tzinfo is None:
            found = found.replace(tzinfo=meeting.zone if meeting else UTC)
        return Moment(found.astimezone(UTC), rehearsed=True)
    except (ValueError, OverflowError) as wrong:
        raise Http404("There is no such moment.") from wrong
