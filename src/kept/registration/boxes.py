"""What registration shows on a meeting's page: seats left, and the way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.formats import format_date, format_number
from kept.meetings.models import Meeting
from kept.registration.actions import may_register_now
from kept.registration.models import ClosingReport, VisaRequest, VisaState
from kept.registration.permissions import may_admit, may_run_registration
from kept.registration.queries import numbers, pools_shown, waiting_for

FRESH = timedelta(seconds=5)  # so long may "37 of 300 seats left" be said after somebody took one


def box(request: HttpRequest, meeting: Meeting, at: Any) -> dict[str, Any] | None:
    """Seats left and the button, while registration is open; else the meeting's own box stands there."""
    if not may_register_now(meeting, at):
        return None
    pools = pools_shown(meeting, get_language() or "en")
    return {"meeting": meeting, "pools": pools, "fresh_until": at + FRESH} if pools else None


def desk_panel(request: HttpRequest, meeting: Meeting, at: Any) -> dict[str, Any] | None:
    """The way to the registrations, on the desk's page of a meeting."""
    if not may_run_registration(request.user, meeting):
        return None
    asked = VisaRequest.objects.filter(registration__meeting=meeting, state=VisaState.ASKED).count()
    return {
        "meeting": meeting,
        "registered": sum(sum(row.values()) for row in numbers(meeting).values()),
        "letters_asked": asked,
        "gives_letters": meeting.letters_until is not None or asked,
    }


def doors_panel(request: HttpRequest, meeting: Meeting, at: Any) -> dict[str, Any] | None:
    """The way to the doors and the entrance, on the desk's page of a meeting."""
    return {"meeting": meeting} if may_admit(request.user, meeting) else None


def who_wait(person: Any) -> int:
    """How many wait for a focal point's yes, for the menu."""
    return waiting_for(person).count()


def who_was_there(request: HttpRequest, meeting: Meeting, at: Any) -> dict[str, Any] | None:
    """What was counted of the people, once the meeting is closed, on the page of its highlights."""
    report = ClosingReport.objects.filter(meeting=meeting).first()
    if report is None or not report.figures["came"]:
        return None
    language = get_language() or "en"
    told = [
        ("registered", _("registered")), ("in_room", _("came into the room")), ("online", _("came in online")),
        ("countries", _("countries")),
    ]  # fmt: skip
    day = format_date(report.closed_at.astimezone(meeting.zone).date(), language)
    return {
        "figures": [
            (format_number(report.figures[key], language), words) for key, words in told if report.figures[key]
        ],
        "source": _("Counted at the entrance and online, closed on %(day)s.") % {"day": day},
    }
