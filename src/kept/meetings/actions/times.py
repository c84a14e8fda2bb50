"""When a law moves the clocks: what was entered as 14:00 stays 14:00, its instant is worked out again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kept.base import history
from kept.base.events import announce
from kept.meetings.actions.ground import locked, new_sequence, public_change
from kept.meetings.models import Meeting, Slot


def follow_the_clocks(now: datetime) -> int:
    """Work out the instants of meetings to come with today's rules of their zones; returns how many had moved."""
    moved = 0
    for meeting in Meeting.objects.filter(ends_at__gt=now):
        with transaction.atomic():
            moved += _follow(locked(meeting), now)
    return moved


def _follow(meeting: Meeting, now: datetime) -> bool:
    was = (meeting.starts_at, meeting.ends_at)
    meeting.work_out_instants()
    slots = []
    for slot in Slot.objects.filter(schedule__meeting=meeting).select_related("session"):
        before = slot.starts_at
        slot.work_out_instants(meeting.time_zone)
        if slot.starts_at != before:
            slots.append(slot)
    if (meeting.starts_at, meeting.ends_at) == was and not slots:
        return False
    new_sequence(meeting)
    meeting.save(update_fields=["starts_at", "ends_at", "sequence"])
    Slot.objects.bulk_update(slots, ["starts_at", "ends_at"], batch_size=200)
    for session in {slot.session_id: slot.session for slot in slots}.values():
        new_sequence(session)
        session.save(update_fields=["sequence"])
    history.record("meeting", meeting.pk, "clocks_moved", by=None, at=now, public=True, data={"slots": len(slots)})
    announce("meeting.clocks_moved", meeting=meeting, at=now)
    public_change(meeting, at=now)
    return True
