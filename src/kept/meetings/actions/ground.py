"""What every action on a meeting begins and ends with: the row locked, the change number raised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused
from kept.log.actions import open_head
from kept.meetings.models import Meeting, Session
from kept.meetings.permissions import account_of, trace


class ChangedMeanwhile(Refused):
    """Somebody else changed the same thing since this person looked at it."""


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked until the transaction ends: what is done to one meeting is done in turn."""
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def record(
    kind: str, subject_id: int, verb: str, *, by: Any, at: datetime, data: dict | None = None, **more: Any
) -> None:
    """A history entry of what somebody did by an account, by a personal link, or as an assistant."""
    history.record(kind, subject_id, verb, by=account_of(by), at=at, data={**(data or {}), **trace(by)}, **more)


def allow(may: bool) -> None:
    """Raises NotAllowed where a predicate said no."""
    if not may:
        raise NotAllowed(_("You may not do this."))


def public_change(meeting: Meeting, *, at: datetime) -> None:
    """Something that readers see has changed: pages kept in memory are dropped, in every process.

    Called last in the transaction: it locks the head row of the log. Of a draft nobody knows, nothing is said.
    """
    Meeting.objects.filter(pk=meeting.pk).update(changed_at=at)
    meeting.changed_at = at
    if meeting.is_public:
        with open_head() as head:
            head.changed("meeting", meeting.slug)


def new_sequence(subject: Meeting | Session) -> None:
    """Its entry in calendars is a newer one from now on. Saved by the caller."""
    subject.sequence += 1


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """{field: [before, after]} of what changed, as plain JSON for a history entry."""
    return {name: [_plain(before[name]), _plain(after[name])] for name in after if before[name] != after[name]}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
