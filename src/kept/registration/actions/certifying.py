"""A certificate of attendance is taken: once, with a code by which anybody may check it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.registration import certificates
from kept.registration.actions.ground import allow, locked, note
from kept.registration.models import Certificate, Registration
from kept.registration.permissions import may_take_certificate


def take_certificate(registration: Registration, *, by: Any, at: datetime) -> Certificate:
    """The certificate of somebody who was there; the same one however often it is asked for.

    Raises NotAllowed; Refused before the meeting is over, and for whoever was not there.
    """
    allow(may_take_certificate(by, registration))
    with transaction.atomic():
        registration = locked(registration)
        if not certificates.is_due(registration, at):
            raise Refused(_("A certificate is for whoever was there, once the meeting is over."))
        made, is_new = Certificate.objects.get_or_create(registration=registration, defaults={"issued_at": at})
        if is_new:
            note(registration, "take_certificate", by=by, at=at, before=registration.state)
    return made
