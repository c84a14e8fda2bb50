"""Coming in online: the click that counts as being there, one window at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.registration.actions.ground import allow, locked, note
from kept.registration.models import Presence, Registration
from kept.registration.permissions import Holder, is_own, may_enter_live

OPENS_BEFORE = timedelta(minutes=15)


def opens_at(meeting: Meeting) -> datetime:
    """When the way in opens."""
    return meeting.starts_at - OPENS_BEFORE


def join(registration: Registration, *, by: Any, at: datetime) -> Presence:
    """In, from this click on; a window in which they were in before is ended. Raises NotAllowed, Refused."""
    allow(is_own(by, registration) and may_enter_live(Holder(registration.pk), registration.meeting))
    if not opens_at(registration.meeting) <= at < registration.meeting.ends_at:
        raise Refused(_("The way in is not open now."))
    with transaction.atomic():
        registration = locked(registration)
        registration.presences.filter(ended_at=None).update(ended_at=at)
        presence = Presence.objects.create(registration=registration, began_at=at)
        note(registration, "join", by=by, at=at, before=registration.state)
    return presence


def stay(registration: Registration, stream: str, *, by: Any, at: datetime) -> bool:
    """A window tells that it is there; False where it is not the one in which they follow any more. Raises NotAllowed.

    Nothing of it stands in the history: it says nothing that `Presence` does not.
    """
    allow(is_own(by, registration))
    if at >= registration.meeting.ends_at:
        return False
    return bool(registration.presences.filter(stream=stream, ended_at=None).update(seen_at=at))
