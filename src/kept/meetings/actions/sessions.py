"""Sessions: what an item of the programme says. Where and when it stands is `scheduling.py`'s."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import ReasonOwed, WrongState
from kept.meetings.actions.ground import ChangedMeanwhile, allow, differences, locked, new_sequence, public_change
from kept.meetings.actions.telling import tell_cancelled
from kept.meetings.models import Meeting, Session
from kept.meetings.permissions import may_edit_programme

FIELDS = (
    "kind", "titles", "abstracts", "descriptions", "languages", "interpretation", "captions", "sign_languages",
    "minutes", "anchored", "open_to_all", "recording_url", "links", "note",
)  # fmt: skip
NEVER_PUBLIC = {"note", "minutes", "anchored"}
IN_CALENDARS = {"titles", "abstracts"}


def add_session(meeting: Meeting, values: dict[str, Any], *, by: Any, at: datetime) -> Session:
    """A new session, parked. `values` as in FIELDS. Raises NotAllowed."""
    allow(may_edit_programme(by, meeting) or by is None)
    with transaction.atomic():
        session = Session(meeting=meeting, changed_at=at, position=meeting.sessions.count())
        for name, value in values.items():
            setattr(session, _known(name), value)
        session.save()
        history.record("session", session.pk, "add", by=by, at=at)
    return session


def change_session(
    session: Session, values: dict[str, Any], *, by: Any, at: datetime, seen: int | None = None
) -> Session:
    """Change what a session says; public at once where the session is.

    `seen`: its `version` when the person opened it. Raises NotAllowed; ChangedMeanwhile where a field that they
    changed was changed by somebody else since.
    """
    allow(may_edit_programme(by, session.meeting) or by is None)
    with transaction.atomic():
        meeting = locked(session.meeting)
        session = Session.objects.select_for_update().get(pk=session.pk)
        changed = differences({_known(name): getattr(session, name) for name in values}, values)
        if not changed:
            return session
        if seen is not None and seen != session.version:
            raise ChangedMeanwhile(_("Somebody else changed this session in the meantime. Look at it again."))
        for name in changed:
            setattr(session, name, values[name])
        session.version, session.changed_at = session.version + 1, at
        if IN_CALENDARS & set(changed):
            new_sequence(session)
        session.save()
        history.record("session", session.pk, "change", by=by, at=at, data={"changed": changed})
        announce("session.changed", session=session, by=by, at=at, changed=sorted(changed))
        if session.first_released_at and set(changed) - NEVER_PUBLIC:
            public_change(meeting, at=at)
    return session


def cancel_session(session: Session, *, by: Any, at: datetime, reason: dict[str, str]) -> Session:
    """It does not take place; it stays where it stood, struck through, and calendars are told.

    Raises NotAllowed, WrongState, ReasonOwed.
    """
    allow(may_edit_programme(by, session.meeting))
    if not any(text.strip() for text in reason.values()):
        raise ReasonOwed(_("Say why. Visitors read it."))
    with transaction.atomic():
        meeting = locked(session.meeting)
        session = Session.objects.select_for_update().get(pk=session.pk)
        if session.cancelled_at is not None:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        session.cancelled_at, session.cancelled_reason = at, reason
        session.version, session.changed_at = session.version + 1, at
        new_sequence(session)
        session.save()
        history.record("session", session.pk, "cancel", by=by, at=at, reason=reason.get("en", ""), public=True)
        tell_cancelled(session, at=at)
        announce("session.cancelled", session=session, by=by, at=at)
        if session.first_released_at:
            public_change(meeting, at=at)
    return session


def _known(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"{name!r} is no field of a session: {', '.join(FIELDS)}")
    return name
