"""What the team writes to itself about a registration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.registration.actions.ground import allow, by_name
from kept.registration.models import Note, Registration
from kept.registration.permissions import may_run_registration


def add_note(registration: Registration, text: str, *, by: Any, at: datetime) -> Note:
    """A note that the team alone reads; its words stand in no history. Raises NotAllowed; Refused without words."""
    allow(may_run_registration(by, registration.meeting))
    if not text.strip():
        raise Refused(_("Write something first."))
    with transaction.atomic():
        note = Note.objects.create(registration=registration, by=by_name(by), at=at, text=text.strip())
        history.record("registration", registration.pk, "add_note", by=by_name(by), at=at, data={"note": note.pk})
    return note
