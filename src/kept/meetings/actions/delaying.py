"""A late change on the day: a session and what follows in its room begin some minutes later, at once and for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused, WrongState
from kept.meetings.actions.ground import allow, locked
from kept.meetings.actions.releasing import new_version
from kept.meetings.actions.scheduling import described, put, working_version
from kept.meetings.clashing import Finding, findings
from kept.meetings.models import ConflictWaiver, Meeting, ScheduleVersion, Session, Slot
from kept.meetings.permissions import may_release_programme
from kept.meetings.queries import shown_version

MOST = 240  # minutes at once


@dataclass
class Delay:
    """What a delay did: the new version, the sessions that begin later, where it stopped, what does not fit now."""

    version: ScheduleVersion
    moved: list[Session]
    stopped_at: Session | None = None  # its hour is kept, although something before it runs later
    warnings: list[Finding] = field(default_factory=list)


def delay_session(session: Session, minutes: int, *, by: Any, at: datetime) -> Delay:
    """Begin a session and what follows in its room that day later, up to the next session whose hour is kept.

    Never blocked by what does not fit: that is said, and kept as waived by whoever did it. Two sessions that overlap in
    a room because of it keep the next ordinary release from happening. The work in progress follows where a session
    stands there as visitors see it. Raises NotAllowed, WrongState (it is not in the programme), Refused.
    """
    allow(may_release_programme(by, session.meeting))
    if not 0 < minutes <= MOST:
        raise Refused(_("Between 1 and %(most)s minutes.") % {"most": MOST})
    with transaction.atomic():
        meeting = locked(session.meeting)
        before = shown_version(meeting)
        slots = list(before.slots.select_related("session", "room")) if before else []
        first = next((slot for slot in slots if slot.session_id == session.pk), None)
        if first is None or first.session.cancelled_at is not None:
            raise WrongState(_("This session is not in the programme that visitors see."))
        later, stopped_at = following(first, slots)
        _move_in_work(meeting, later, minutes)
        for slot in later:
            _push(slot, minutes, meeting)
        moved = [slot.session for slot in later]
        version = new_version(meeting, before, slots, {}, by=by, at=at)
        codes = {one.code for one in moved}
        warnings = [one for one in findings(meeting, version) if one.stops and codes & set(one.conflict.codes)]
        _let_stand(meeting, warnings, by=by, at=at)
        history.record("session", session.pk, "delay", by=by, at=at, data={"minutes": minutes, "moved": sorted(codes)})
    return Delay(version, moved, stopped_at, warnings)


def following(first: Slot, slots: list[Slot]) -> tuple[list[Slot], Session | None]:
    """(the slots that begin later when `first` does, in the order of time; the session whose hour stops it, if any)."""
    found = [first]
    if first.room_id is None:
        return found, None
    same = [s for s in slots if s.room_id == first.room_id and s.day == first.day and s.starts_at > first.starts_at]
    for slot in sorted(same, key=lambda slot: slot.starts_at):
        if slot.session.cancelled_at is not None:
            continue
        if slot.session.anchored:
            return found, slot.session
        found.append(slot)
    return found, None


def _push(slot: Slot, minutes: int, meeting: Meeting) -> None:
    wall = datetime.combine(slot.day, slot.start) + timedelta(minutes=minutes)
    slot.day, slot.start, slot.delayed = wall.date(), wall.time(), slot.delayed + minutes
    slot.work_out_instants(meeting.time_zone)


def _move_in_work(meeting: Meeting, later: list[Slot], minutes: int) -> None:
    """The same in the work in progress, for sessions that stand there as visitors see them."""
    working = working_version(meeting)
    places = {slot.session_id: described(slot) for slot in working.slots.all()}
    for slot in later:
        if places.get(slot.session_id) == described(slot):
            to = Slot(room_id=slot.room_id, day=slot.day, start=slot.start, minutes=slot.minutes, delayed=slot.delayed)
            _push(to, minutes, meeting)
            made = put(working, slot.session, described(to))
            Slot.objects.filter(pk=made.pk).update(delayed=to.delayed)  # type: ignore[union-attr]


def _let_stand(meeting: Meeting, warnings: list[Finding], *, by: Any, at: datetime) -> None:
    for one in warnings:
        ConflictWaiver.objects.get_or_create(
            meeting=meeting, key=one.conflict.key, revoked_at=None,
            defaults={"reason": _("Late change on the day."), "by": by, "at": at,
                      "by_name": by.get_full_name() or by.email},
        )  # fmt: skip
