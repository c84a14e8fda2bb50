"""What each field of a pledge is called on every screen: one word for one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FIELD_LABELS: Mapping[str, Any] = {
    "title": _("Title"),
    "summary": _("Summary"),
    "description": _("Description"),
    "language": _("Language"),
    "lead": _("Promised by"),
    "partners": _("Partners"),
    "focus_areas": _("Focus area"),
    "kinds": _("Kind of contribution"),
    "beneficiaries": _("For whom"),
    "targets": _("Where"),
    "sdgs": _("Sustainable Development Goals"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "money_nature": _("What the amount is"),
    "instrument": _("Form of the money"),
    "amount_usd": _("Amount in USD"),
    "source_stage": _("Stage of the money"),
    "people_expected": _("People expected to benefit"),
    "start": _("Begins"),
    "end": _("By when"),
    "indicators": _("What is measured"),
    "occasion": _("Occasion"),
    "announced": _("Announced"),
    "links": _("Links"),
    "attachments": _("Files"),
    "source": _("Source"),
    "source_reports": _("Reports of the source"),
    "notes": _("Notes"),
    "contact_name": _("Contact"),
    "contact_email": _("Mail address of the contact"),
    "contact_phone": _("Telephone of the contact"),
    "consent": _("Consent"),
}


def label(field: str) -> str:
    """What a field is called, in the language of the page; the field's own name where it has none."""
    return str(FIELD_LABELS.get(field, field))
