"""What a participant shows of themselves to others, and what the team gives them: a table or a seat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.registration.actions.ground import allow, locked, note
from kept.registration.models import Consent, Registration
from kept.registration.participants import SHOWABLE, may_be_listed
from kept.registration.permissions import is_own, may_admit


def show(
    registration: Registration, fields: Collection[str], *, listed: bool, text: str, language: str, by: Any, at: datetime
) -> Registration:  # fmt: skip
    """Stand on the list of participants with these beside the name, or not at all. Kept with the text as it was shown.

    Raises NotAllowed for anybody but the person; Refused for somebody under 18.
    """
    allow(is_own(by, registration))
    with transaction.atomic():
        registration = locked(registration)
        if listed and not may_be_listed(registration):
            raise Refused(_("Nobody under 18 stands on a list of participants."))
        registration.consents.filter(kind="listed", revoked_at=None).update(revoked_at=at)
        if listed:
            Consent.objects.create(registration=registration, kind="listed", text=text, language=language, given_at=at)
        registration.listed = listed
        registration.shown = [key for key in SHOWABLE if key in fields] if listed else []
        registration.version += 1
        registration.save(update_fields=["listed", "shown", "version"])
        note(registration, "show", by=by, at=at, before=registration.state, fields=registration.shown)
    return registration


def give_place(registration: Registration, place: str, *, by: Any, at: datetime) -> Registration:
    """Say at which table or on which seat somebody sits; empty: nowhere by name. Raises NotAllowed."""
    allow(may_admit(by, registration.meeting))
    with transaction.atomic():
        registration = locked(registration)
        registration.place = place.strip()[:60]
        registration.save(update_fields=["place"])
        note(registration, "give_place", by=by, at=at, before=registration.state)
    return registration
