"""The work in progress shown to visitors, as a version with a number and a comment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from kept.base import history
from kept.base.events import announce
from kept.meetings.actions.ground import allow, locked, new_sequence, public_change
from kept.meetings.actions.scheduling import described, working_version
from kept.meetings.models import Meeting, ScheduleVersion, Session, Slot
from kept.meetings.permissions import may_release_programme
from kept.meetings.queries import shown_version


def release(meeting: Meeting, comments: dict[str, str], *, by: Any, at: datetime) -> ScheduleVersion:
    """Copy the work in progress into a new version that visitors see; `comments` {language: text} go with it.

    What is different from the version before is worked out once and kept (`ScheduleVersion.changes`).
    Raises NotAllowed.
    """
    allow(may_release_programme(by, meeting) or by is None)
    with transaction.atomic():
        meeting = locked(meeting)
        before, working = shown_version(meeting), working_version(meeting)
        last = meeting.versions.exclude(number=None).order_by("-number").values_list("number", flat=True).first() or 0
        version = ScheduleVersion.objects.create(
            meeting=meeting, number=last + 1, comments=comments, released_at=at, released_by=by
        )
        Slot.objects.bulk_create([_copy(slot, version) for slot in working.slots.all()])
        version.changes = changes_between(before, version)
        version.save(update_fields=["changes"])
        _mark_sessions(version, at=at)
        history.record(
            "meeting", meeting.pk, "release", by=by, at=at, public=True, reason=comments.get("en", ""),
            data={"version": version.number, "changes": version.changes},
        )  # fmt: skip
        announce("programme.released", meeting=meeting, version=version, before=before, by=by, at=at)
        public_change(meeting, at=at)
    return version


def _copy(slot: Slot, version: ScheduleVersion) -> Slot:
    slot.pk, slot.schedule, slot._state.adding = None, version, True
    return slot


def _mark_sessions(version: ScheduleVersion, *, at: datetime) -> None:
    """Sessions that visitors see for the first time, and those whose calendar entry is a newer one from now on."""
    touched = {change["session"] for change in version.changes}
    for session in Session.objects.filter(meeting=version.meeting_id, code__in=touched):
        session.first_released_at = session.first_released_at or at
        new_sequence(session)
        session.save(update_fields=["first_released_at", "sequence"])


def changes_between(before: ScheduleVersion | None, after: ScheduleVersion) -> list[dict[str, Any]]:
    """What is different: [{"session": code, "kind": "added" | "moved" | "removed", "from": place, "to": place}].

    A place is as in `scheduling.described`; times are the room's wall clock. In the order of the new programme.
    """
    old = {slot.session.code: slot for slot in before.slots.select_related("session")} if before else {}
    found = []
    new = {slot.session.code: slot for slot in after.slots.select_related("session")}
    for code, slot in new.items():
        was = old.get(code)
        if was is None:
            found.append({"session": code, "kind": "added", "from": None, "to": described(slot)})
        elif described(was) != described(slot):
            found.append({"session": code, "kind": "moved", "from": described(was), "to": described(slot)})
    for code, slot in old.items():
        if code not in new:
            found.append({"session": code, "kind": "removed", "from": described(slot), "to": None})
    return found
