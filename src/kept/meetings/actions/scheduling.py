"""Where and when sessions stand in the work in progress: placed, moved, stretched, parked."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import ChangedMeanwhile, allow, locked
from kept.meetings.models import EditStep, Meeting, Room, ScheduleVersion, Session, Slot
from kept.meetings.permissions import may_edit_programme
from kept.meetings.times import instant

ANYWHERE: Any = object()  # the caller does not say where they saw the session


def place(
    session: Session, *, room: Room | None, day: date, start: time, minutes: int | None, by: Any, at: datetime,
    was: Any = ANYWHERE,
) -> Slot:  # fmt: skip
    """Put a session at a place in the work in progress, from wherever it was. Nothing that visitors see changes.

    Conflicts are no reason to refuse: they are seen, and keep a release from happening (releasing.py).
    `was`: where the person saw it stand (as in `described`; None: parked). Raises NotAllowed, NoSuchHour, Refused;
    ChangedMeanwhile where it stands somewhere else by now.
    """
    allow(may_edit_programme(by, session.meeting) or by is None)
    if room is not None and room.meeting_id != session.meeting_id:
        raise Refused(_("This room belongs to another meeting."))
    with transaction.atomic():
        meeting = locked(session.meeting)
        instant(day, start, meeting.time_zone)
        working = working_version(meeting)
        before = _as_seen(working, session, was)
        slot = Slot(room=room, day=day, start=start, minutes=minutes)
        made = put(working, session, described(slot))
        if before != described(slot):
            _note(working, session, before, described(slot), by=by, at=at)
        history.record("session", session.pk, "place", by=by, at=at, data={"from": before, "to": described(slot)})
    return made  # type: ignore[return-value]


def park(session: Session, *, by: Any, at: datetime, was: Any = ANYWHERE) -> None:
    """Take a session out of the grid of the work in progress. Raises NotAllowed; ChangedMeanwhile as `place` does."""
    allow(may_edit_programme(by, session.meeting) or by is None)
    with transaction.atomic():
        working = working_version(locked(session.meeting))
        before = _as_seen(working, session, was)
        if before is None:
            return
        put(working, session, None)
        _note(working, session, before, None, by=by, at=at)
        history.record("session", session.pk, "park", by=by, at=at, data={"from": before})


def undo(meeting: Meeting, *, by: Any, at: datetime) -> Session:
    """Take back the last step that this person made. Raises NotAllowed; Refused where there is none;
    ChangedMeanwhile where somebody else moved that session since."""
    allow(may_edit_programme(by, meeting))
    with transaction.atomic():
        working = working_version(locked(meeting))
        step = steps_of(working, by).filter(undone=False).last()
        if step is None:
            raise Refused(_("There is nothing to take back."))
        return _walk(working, step, step.after, step.before, undone=True, by=by, at=at)


def redo(meeting: Meeting, *, by: Any, at: datetime) -> Session:
    """Make again the step that this person took back last. Raises as `undo`."""
    allow(may_edit_programme(by, meeting))
    with transaction.atomic():
        working = working_version(locked(meeting))
        step = steps_of(working, by).filter(undone=True).first()
        if step is None:
            raise Refused(_("There is nothing to make again."))
        return _walk(working, step, step.before, step.after, undone=False, by=by, at=at)


def steps_of(working: ScheduleVersion, by: Any) -> QuerySet[EditStep]:
    """A person's own steps in the work in progress, the oldest first; those that were taken back stand at the end."""
    return working.steps.filter(by=by).select_related("session").order_by("pk")


def _walk(
    working: ScheduleVersion, step: EditStep, seen: Any, to: Any, *, undone: bool, by: Any, at: datetime
) -> Session:
    before = _as_seen(working, step.session, seen)
    put(working, step.session, to)
    step.undone = undone
    step.save(update_fields=["undone"])
    verb = "undo_place" if undone else "redo_place"
    history.record("session", step.session_id, verb, by=by, at=at, data={"from": before, "to": to})
    return step.session


def _as_seen(working: ScheduleVersion, session: Session, was: Any) -> dict[str, Any] | None:
    """Where a session stands. Raises ChangedMeanwhile where somebody saw it stand elsewhere."""
    slot = working.slots.filter(session=session).first()
    now = described(slot) if slot else None
    if was is not ANYWHERE and was != now:
        raise ChangedMeanwhile(_("Somebody else moved this session in the meantime."))
    return now


def put(working: ScheduleVersion, session: Session, to: dict[str, Any] | None) -> Slot | None:
    """Give a session its place in the work in progress, or none. Raises Refused where the room is gone."""
    working.edit += 1
    working.save(update_fields=["edit"])
    slot = working.slots.filter(session=session).first()
    if to is None:
        if slot is not None:
            slot.delete()
        return None
    if to["room"] is not None and not Room.objects.filter(pk=to["room"], removed_at=None).exists():
        raise Refused(_("This room does not exist any more."))
    slot = slot or Slot(schedule=working, session=session)
    slot.room_id, slot.minutes, slot.delayed = to["room"], to["minutes"], 0
    slot.day, slot.start = date.fromisoformat(to["day"]), time.fromisoformat(to["start"])
    slot.work_out_instants(session.meeting.time_zone)
    slot.save()
    return slot


def _note(working: ScheduleVersion, session: Session, before: Any, after: Any, *, by: Any, at: datetime) -> None:
    """Keep a step, so that it can be taken back. What was taken back before it cannot be made again."""
    working.steps.filter(by=by, undone=True).delete()
    working.steps.create(session=session, before=before, after=after, by=by, at=at)


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
