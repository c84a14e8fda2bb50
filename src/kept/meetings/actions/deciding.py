"""What the secretariat decides about a meeting: announced, open for registration, moved, cancelled."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import locked, new_sequence, public_change
from kept.meetings.lifecycle import MEETING
from kept.meetings.models import Meeting, Slot


def announce_meeting(meeting: Meeting, *, by: Any, at: datetime) -> Meeting:
    """Show a drafted meeting to everybody, under its address for ever. Raises NotAllowed, WrongState, Refused."""
    if not meeting.names.get("en"):
        raise Refused(_("A meeting needs a name in English before it is announced."))
    return _decide(meeting, "announce", by=by, at=at)


def open_registration(meeting: Meeting, *, by: Any, at: datetime) -> Meeting:
    """Say that people may register from now on. Raises NotAllowed, WrongState."""
    return _decide(meeting, "open_registration", by=by, at=at)


def close_registration(meeting: Meeting, *, by: Any, at: datetime) -> Meeting:
    """Say that nobody may register any more. Raises NotAllowed, WrongState."""
    return _decide(meeting, "close_registration", by=by, at=at)


def postpone_meeting(meeting: Meeting, *, by: Any, at: datetime, reason: dict[str, str]) -> Meeting:
    """Take its day away; the new one is not known yet. `reason` {language: text} is public.

    Raises NotAllowed, WrongState, ReasonOwed.
    """
    return _decide(meeting, "postpone", by=by, at=at, reason=reason)


def cancel_meeting(meeting: Meeting, *, by: Any, at: datetime, reason: dict[str, str]) -> Meeting:
    """It will not take place; its page stays and says so. Raises NotAllowed, WrongState, ReasonOwed."""
    return _decide(meeting, "cancel", by=by, at=at, reason=reason)


def reinstate_meeting(meeting: Meeting, *, by: Any, at: datetime, reason: dict[str, str]) -> Meeting:
    """It takes place after all. Raises NotAllowed, WrongState, ReasonOwed."""
    return _decide(meeting, "reinstate", by=by, at=at, reason=reason)


def reschedule_meeting(
    meeting: Meeting, *, starts_on: date, ends_on: date, starts: time | None, ends: time | None,
    by: Any, at: datetime, reason: dict[str, str],
) -> Meeting:  # fmt: skip
    """Move it to another day. The work in progress moves by as many days; a released programme is released anew.

    The first day that was announced stays on the page ("moved from"). Raises NotAllowed, WrongState, ReasonOwed.
    """
    with transaction.atomic():
        meeting = locked(meeting)
        move = MEETING.check("reschedule", meeting, state=meeting.status, by=by, reason=_said(reason))
        before, was = meeting.status, meeting.starts_on
        if not meeting.moved_from:
            meeting.moved_from = was.isoformat() + (f"T{meeting.starts:%H:%M}" if meeting.starts else "")
        meeting.status, meeting.status_reason = move.target, reason
        meeting.starts_on, meeting.ends_on, meeting.starts, meeting.ends = starts_on, ends_on, starts, ends
        meeting.work_out_instants()
        if meeting.ends_at <= meeting.starts_at:
            raise Refused(_("A meeting ends after it begins."))
        new_sequence(meeting)
        meeting.save()
        _move_days(meeting, starts_on - was)
        history.record(
            "meeting", meeting.pk, "reschedule", by=by, at=at, from_state=before, to_state=move.target,
            reason=_said(reason), public=True, data={"from": was.isoformat(), "to": starts_on.isoformat()},
        )  # fmt: skip
        announce("meeting.rescheduled", meeting=meeting, by=by, at=at, was=was)
        public_change(meeting, at=at)
    return meeting


def _move_days(meeting: Meeting, by_days: Any) -> None:
    """Opening hours, interpreters' hours and the programme in progress go along with the meeting."""
    for rows in (meeting.days, meeting.service_hours, meeting.availabilities):
        for row in sorted(rows.all(), key=lambda row: row.day, reverse=by_days.days > 0):
            row.day += by_days
            row.save(update_fields=["day"])
    for slot in Slot.objects.filter(schedule__meeting=meeting, schedule__number__isnull=True):
        slot.day += by_days
        slot.work_out_instants(meeting.time_zone)
        slot.save(update_fields=["day", "starts_at", "ends_at"])


def _said(reason: dict[str, str]) -> str:
    return reason.get("en") or next((text for text in reason.values() if text.strip()), "")


def _decide(meeting: Meeting, name: str, *, by: Any, at: datetime, reason: dict[str, str] | None = None) -> Meeting:
    """One row of the table: permission, move, history entry, event, in one transaction."""
    with transaction.atomic():
        meeting = locked(meeting)
        move = MEETING.check(name, meeting, state=meeting.status, by=by, reason=_said(reason or {}))
        before = meeting.status
        meeting.status, meeting.status_reason = move.target, reason or {}
        new_sequence(meeting)
        meeting.save(update_fields=["status", "status_reason", "sequence"])
        history.record(
            "meeting", meeting.pk, name, by=by, at=at, from_state=before, to_state=move.target,
            reason=_said(reason or {}), public=True,
        )  # fmt: skip
        announce(f"meeting.{PAST[name]}", meeting=meeting, by=by, at=at)
        public_change(meeting, at=at)
    return meeting


PAST = {
    "announce": "announced",
    "open_registration": "registration_opened",
    "close_registration": "registration_closed",
    "postpone": "postponed",
    "cancel": "cancelled",
    "reinstate": "reinstated",
}
