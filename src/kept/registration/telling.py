"""What other people's programs are told of registrations: that one is confirmed, to whoever may see it. Nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base.webhooks import Facts, Told, register
from kept.registration.codes import fingerprint
from kept.registration.models import Registration
from kept.registration.permissions import may_hear_of


def facts(*, registration: Registration, at: datetime, **_more: Any) -> Facts:
    """Which meeting, as what, in which way, for whom. `id` names the registration and makes no badge."""
    moment = at.astimezone(UTC)
    return f"{registration.pk}:{moment:%Y%m%d%H%M%S%f}", {
        "id": fingerprint(registration.key),
        "meeting": registration.meeting.slug,
        "category": registration.category.code,
        "mode": str(registration.mode),
        "organisation": registration.organisation.slug if registration.organisation else None,
        "confirmed": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def hears(person: Any, *, registration: Registration, **_more: Any) -> bool:
    return may_hear_of(person, registration)


register(
    Told(
        "registration.confirmed",
        _("A registration that you may see was confirmed."),
        "registration.confirmed",
        facts,
        hears,
    )
)
