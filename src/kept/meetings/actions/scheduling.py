"""Where and when sessions stand in the work in progress: placed, moved, stretched, parked."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import allow, locked
from kept.meetings.models import Room, ScheduleVersion, Session, Slot
from kept.meetings.permissions import may_edit_programme
from kept.meetings.times import instant


def place(
    session: Session, *, room: Room | None, day: date, start: time, minutes: int | None, by: Any, at: datetime
) -> Slot:
    """Put a session at a place in the work in progress, from wherever it was. Nothing that visitors see changes.

    Conflicts are no reason to refuse: they are seen, and keep a release from happening (releasing.py).
    Raises NotAllowed, NoSuchHour, Refused.
    """
    allow(may_edit_programme(by, session.meeting) or by is None)
    if room is not None and room.meeting_id != session.meeting_id:
        raise Refused(_("This room belongs to another meeting."))
    with transaction.atomic():
        meeting = locked(session.meeting)
        instant(day, start, meeting.time_zone)
        working = working_version(meeting)
        slot = working.slots.filter(session=session).first() or Slot(schedule=working, session=session)
        was = described(slot) if slot.pk else None
        slot.room, slot.day, slot.start, slot.minutes = room, day, start, minutes
        slot.work_out_instants(meeting.time_zone)
        slot.save()
        _edited(working)
        history.record("session", session.pk, "place", by=by, at=at, data={"from": was, "to": described(slot)})
    return slot


def park(session: Session, *, by: Any, at: datetime) -> None:
    """Take a session out of the grid of the work in progress. Raises NotAllowed."""
    allow(may_edit_programme(by, session.meeting) or by is None)
    with transaction.atomic():
        working = working_version(locked(session.meeting))
        slot = working.slots.filter(session=session).first()
        if slot is None:
            return
        was = described(slot)
        slot.delete()
        _edited(working)
        history.record("session", session.pk, "park", by=by, at=at, data={"from": was})


def working_version(meeting: Any) -> ScheduleVersion:
    """The work in progress of a meeting; there is exactly one."""
    return ScheduleVersion.objects.get(meeting=meeting, number__isnull=True)


def described(slot: Slot) -> dict[str, Any]:
    """A slot's place as plain JSON: {"room", "day", "start", "minutes"}."""
    return {
        "room": slot.room_id,
        "day": slot.day.isoformat(),
        "start": slot.start.strftime("%H:%M"),
        "minutes": slot.minutes,
    }


def _edited(working: ScheduleVersion) -> None:
    working.edit += 1
    working.save(update_fields=["edit"])
