"""A meeting made, configured and copied by the team."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import allow, differences, locked, new_sequence, public_change
from kept.meetings.models import Meeting, ScheduleVersion
from kept.meetings.permissions import may_run_meeting
from kept.meetings.times import zone_names

# What the team writes; everything else is worked out or decided (deciding.py).
FIELDS = (
    "series", "number", "mode", "names", "ledes", "abouts", "stories", "time_zone", "starts_on", "starts", "ends_on",
    "ends", "venues", "address", "cities", "country", "latitude", "longitude", "map_alts", "travels", "accesses",
    "practicals", "contact_email", "contact_phone", "registration_until", "letters_until", "presentations_until",
    "state_order",
)  # fmt: skip
IN_CALENDARS = {"names", "time_zone", "starts_on", "starts", "ends_on", "ends", "venues", "address", "mode"}
# A new day or zone of a meeting that people know of is a move, with its reason.
MOVES = {"time_zone", "starts_on", "starts", "ends_on", "ends"}


def create_meeting(slug: str, values: dict[str, Any], *, by: Any, at: datetime) -> Meeting:
    """A new meeting in draft; `values` as in FIELDS. Raises NotAllowed, Refused."""
    allow(may_run_meeting(by) or by is None)
    with transaction.atomic():
        if Meeting.objects.filter(slug=slug).exists():
            raise Refused(_("There is a meeting of this address already."))
        meeting = Meeting(slug=slug, created_at=at, changed_at=at, created_by=by)
        for name, value in values.items():
            setattr(meeting, _known(name), value)
        _hold_together(meeting)
        meeting.save()
        ScheduleVersion.objects.create(meeting=meeting)
        history.record("meeting", meeting.pk, "create", by=by, at=at, to_state=meeting.status)
        announce("meeting.created", meeting=meeting, by=by, at=at)
    return meeting


def change_meeting(meeting: Meeting, values: dict[str, Any], *, by: Any, at: datetime) -> Meeting:
    """Change what is written about a meeting; `values` as in FIELDS, those that are not named stay.

    Raises NotAllowed; Refused for another day of one that was announced (that is `reschedule_meeting`).
    """
    allow(may_run_meeting(by, meeting) or by is None)
    with transaction.atomic():
        meeting = locked(meeting)
        before = {_known(name): getattr(meeting, name) for name in values}
        changed = differences(before, values)
        if not changed:
            return meeting
        if meeting.is_public and MOVES & set(changed):
            raise Refused(_("This meeting was announced for another time. Move it, and say why."))
        for name in changed:
            setattr(meeting, name, values[name])
        _hold_together(meeting)
        if IN_CALENDARS & set(changed):
            new_sequence(meeting)
        meeting.save()
        history.record("meeting", meeting.pk, "change", by=by, at=at, data={"changed": changed})
        announce("meeting.changed", meeting=meeting, by=by, at=at, changed=sorted(changed))
        public_change(meeting, at=at)
    return meeting


def _known(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"{name!r} is not configured: {', '.join(FIELDS)}")
    return name


def _hold_together(meeting: Meeting) -> None:
    """What of a meeting has to fit, with its instants worked out. Raises Refused."""
    if meeting.time_zone not in zone_names():
        raise Refused(_("There is no such time zone."))
    if (meeting.starts is None) != (meeting.ends is None):
        raise Refused(_("Say both when it begins and when it ends, or neither."))
    meeting.work_out_instants()
    if meeting.ends_at <= meeting.starts_at:
        raise Refused(_("A meeting ends after it begins."))
    if (meeting.ends_on - meeting.starts_on) > timedelta(days=60):
        raise Refused(_("A meeting lasts 60 days at most."))


# Copying -------------------------------------------------------------------------------------------------------

COPIED = (
    "series", "mode", "names", "ledes", "abouts", "time_zone", "starts", "ends", "venues", "address", "cities",
    "country", "latitude", "longitude", "travels", "accesses", "practicals", "contact_email", "contact_phone",
    "state_order",
)  # fmt: skip


def copy_meeting(meeting: Meeting, slug: str, starts_on: date, *, by: Any, at: datetime) -> Meeting:
    """The next meeting, begun from this one: texts, place, days, rooms, partners, linked events and the programme.

    Everything keeps its distance from the first day. Not copied: people in sessions, pledges, documents, pictures,
    figures, the calendar's numbers. The copy is a draft, its programme work in progress. Raises NotAllowed, Refused.
    """
    allow(may_run_meeting(by, meeting))
    later = starts_on - meeting.starts_on
    values = {name: getattr(meeting, name) for name in COPIED}
    values |= {"starts_on": starts_on, "ends_on": meeting.ends_on + later}
    if meeting.series_id:
        last = Meeting.objects.filter(series=meeting.series_id).order_by("-number").values_list("number", flat=True)
        values["number"] = (last.first() or 0) + 1
    with transaction.atomic():
        made = create_meeting(slug, values, by=by, at=at)
        made.copied_from = meeting
        made.save(update_fields=["copied_from"])
        rooms = _copy_rooms(meeting, made)
        _copy_days(meeting, made, rooms, later)
        _copy_beside(meeting, made, later)
        _copy_programme(meeting, made, rooms, later)
        history.record("meeting", made.pk, "copy", by=by, at=at, data={"from": meeting.slug})
    return made


def _again(row: Any, **changes: Any) -> Any:
    """A new row like this one, with other values."""
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def _copy_rooms(meeting: Meeting, made: Meeting) -> dict[int | None, Any]:
    """{old room's id: new room}; None stays None."""
    found: dict[int | None, Any] = {None: None}
    for room in meeting.rooms.filter(removed_at=None):
        old = room.pk
        found[old] = _again(room, meeting=made)
    return found


def _copy_days(meeting: Meeting, made: Meeting, rooms: dict, later: timedelta) -> None:
    for day in meeting.days.all():
        _again(day, meeting=made, day=day.day + later)
    for hours in meeting.service_hours.all():
        if hours.room_id in rooms:
            _again(hours, meeting=made, room=rooms[hours.room_id], day=hours.day + later)


def _copy_beside(meeting: Meeting, made: Meeting, later: timedelta) -> None:
    import uuid

    for partner in meeting.partners.all():
        _again(partner, meeting=made)
    for event in meeting.linked_events.all():
        _again(
            event, meeting=made, uid=uuid.uuid4(), session=None, sequence=0, reply_until=None,
            starts_on=event.starts_on + later, ends_on=event.ends_on + later if event.ends_on else None,
        )  # fmt: skip


def _copy_programme(meeting: Meeting, made: Meeting, rooms: dict, later: timedelta) -> None:
    """Its sessions without people and pledges, placed as in the newest programme that was released, else in progress."""
    import uuid

    from kept.meetings.models.programme import new_code
    from kept.meetings.queries import shown_version

    source = shown_version(meeting) or meeting.versions.filter(number=None).first()
    working = made.versions.get(number=None)
    slots = {slot.session_id: slot for slot in source.slots.all()} if source else {}
    for session in meeting.sessions.filter(cancelled_at=None):
        slot = slots.get(session.pk)
        new = _again(
            session, meeting=made, uid=uuid.uuid4(), code=new_code(), first_released_at=None, sequence=0, version=1,
            recording_url="", links=[], note="",
        )  # fmt: skip
        if slot is not None:
            slot.day += later
            slot.work_out_instants(made.time_zone)
            _again(slot, schedule=working, session=new, room=rooms.get(slot.room_id), delayed=0)
