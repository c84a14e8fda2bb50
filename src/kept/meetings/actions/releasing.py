"""The work in progress shown to visitors, as a version with a number and a comment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import ReasonOwed, Refused, WrongState
from kept.meetings.actions.ground import allow, locked, new_sequence, public_change
from kept.meetings.actions.scheduling import described, working_version
from kept.meetings.actions.telling import recall_mails, tell_speakers
from kept.meetings.clashing import findings
from kept.meetings.models import ConflictWaiver, Meeting, ScheduleVersion, Session, Slot
from kept.meetings.permissions import may_release_programme
from kept.meetings.queries import shown_version


class Conflicting(Refused):
    """Something in the work in progress does not fit, and nobody said that it may stand."""


def release(meeting: Meeting, comments: dict[str, str], *, by: Any, at: datetime) -> ScheduleVersion:
    """Copy the work in progress into a new version that visitors see; `comments` {language: text} go with it.

    What is different from the version before is worked out once and kept (`ScheduleVersion.changes`).
    Raises NotAllowed; Conflicting where something does not fit and nobody said that it may stand.
    """
    allow(may_release_programme(by, meeting) or by is None)
    with transaction.atomic():
        meeting = locked(meeting)
        before, working = shown_version(meeting), working_version(meeting)
        if any(one.stops for one in findings(meeting, working)):
            raise Conflicting(_("Something does not fit. Change it, or say why it may stand."))
        return new_version(meeting, before, list(working.slots.all()), comments, by=by, at=at)


def new_version(
    meeting: Meeting, before: ScheduleVersion | None, slots: list[Slot], comments: dict[str, str], *, by: Any, at: datetime
) -> ScheduleVersion:  # fmt: skip
    """A version with copies of these slots, shown from now on; its changes kept, its speakers told. In a transaction."""
    last = meeting.versions.exclude(number=None).order_by("-number").values_list("number", flat=True).first() or 0
    version = ScheduleVersion.objects.create(
        meeting=meeting, number=last + 1, comments=comments, released_at=at, released_by=by
    )
    Slot.objects.bulk_create([_copy(slot, version) for slot in slots])
    version.changes = changes_between(before, version)
    version.save(update_fields=["changes"])
    _mark_sessions(version, at=at)
    tell_speakers(version, at=at)
    history.record(
        "meeting", meeting.pk, "release", by=by, at=at, public=True, reason=comments.get("en", ""),
        data={"version": version.number, "changes": version.changes},
    )  # fmt: skip
    announce("programme.released", meeting=meeting, version=version, before=before, by=by, at=at)
    public_change(meeting, at=at)
    return version


def undo_release(version: ScheduleVersion, *, by: Any, at: datetime) -> ScheduleVersion:
    """Take the newest release back: visitors see the one before, and nothing of this one.

    Mails about it that were not sent are not to be sent. The number is not given again, and calendar entries get a newer
    SEQUENCE, so that those who fetched it meanwhile come back too. Raises NotAllowed, WrongState.
    """
    allow(may_release_programme(by, version.meeting))
    with transaction.atomic():
        meeting = locked(version.meeting)
        if shown_version(meeting) != version:
            raise WrongState(_("Only the newest programme can be taken back."))
        version = ScheduleVersion.objects.select_for_update().get(pk=version.pk)
        version.undone_at = at
        version.save(update_fields=["undone_at"])
        touched = {change["session"] for change in version.changes}
        for session in Session.objects.filter(meeting=meeting, code__in=touched):
            if session.first_released_at == version.released_at:
                session.first_released_at = None
            new_sequence(session)
            session.save(update_fields=["first_released_at", "sequence"])
        recall_mails(version, by=by, at=at)
        history.record("meeting", meeting.pk, "undo_release", by=by, at=at, data={"version": version.number})
        announce("programme.release_undone", meeting=meeting, version=version, by=by, at=at)
        public_change(meeting, at=at)
    return version


def waive(meeting: Meeting, key: str, reason: str, *, name: str, by: Any, at: datetime) -> ConflictWaiver:
    """Say that a conflict of the work in progress may stand: who says so, and why.

    Raises NotAllowed, ReasonOwed; Refused for one that is not there, or that never may stand.
    """
    allow(may_release_programme(by, meeting) or by is None)
    if not reason.strip() or not name.strip():
        raise ReasonOwed(_("Say who decided it, and why."))
    with transaction.atomic():
        meeting = locked(meeting)
        found = {one.conflict.key: one for one in findings(meeting, working_version(meeting))}
        if key not in found:
            raise Refused(_("This does not clash any more."))
        if found[key].conflict.blocks:
            raise Refused(_("Two sessions cannot be in one room at the same time. Move one of them."))
        waiver, _made = ConflictWaiver.objects.get_or_create(
            meeting=meeting, key=key, revoked_at=None,
            defaults={"reason": reason.strip(), "by": by, "by_name": name.strip(), "at": at},
        )  # fmt: skip
        history.record("meeting", meeting.pk, "waive", by=by, at=at, reason=reason.strip(), data={"conflict": key})
    return waiver


def revoke_waiver(waiver: ConflictWaiver, *, by: Any, at: datetime) -> None:
    """It may not stand any more; what was released stays as it is. Raises NotAllowed."""
    allow(may_release_programme(by, waiver.meeting))
    with transaction.atomic():
        meeting = locked(waiver.meeting)
        ConflictWaiver.objects.filter(pk=waiver.pk, revoked_at=None).update(revoked_at=at)
        history.record("meeting", meeting.pk, "revoke_waiver", by=by, at=at, data={"conflict": waiver.key})


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
