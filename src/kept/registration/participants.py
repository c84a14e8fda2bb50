"""The list of participants that other confirmed participants read: who agreed, with what they agreed to show. Never a minor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kept.meetings.models import Meeting
from kept.registration.models import ENTERS, Registration

AFTERWARDS = timedelta(days=30)  # so long after the meeting it can be read
# What may stand beside the name, each agreed to by itself.
SHOWABLE: dict[str, Any] = {
    "organisation": _("Organisation"), "title": _("Your title there"), "country": _("Country that you represent"),
    "languages": _("Languages in which you follow"), "email": _("Your mail address"),
}  # fmt: skip
USUALLY_SHOWN = ["organisation"]  # what the consent in the form says
# Field of a registration → the key that shows it; "" where it always stands there.
SHOWS = {
    "given_name": "", "family_name": "", "organisation": "organisation", "organisation_name": "organisation",
    "title": "title", "country": "country", "languages": "languages", "email": "email",
}  # fmt: skip


def may_be_listed(registration: Registration) -> bool:
    """Nobody under 18, and nobody of a category that may have minors."""
    return not (registration.is_minor or registration.category.for_minors)


def may_read_list(registration: Registration, at: datetime) -> bool:
    """Confirmed participants of any way, until some weeks after the end."""
    return (
        registration.state in ENTERS
        and registration.erased_at is None
        and at < registration.meeting.ends_at + AFTERWARDS
    )


def listed(meeting: Meeting, words: str = "") -> QuerySet[Registration]:
    """Who agreed and is confirmed, in the order of names; found by their name alone, which all of them show."""
    rows = Registration.objects.filter(
        meeting=meeting, state__in=ENTERS, listed=True, is_minor=False, category__for_minors=False, erased_at=None
    )
    for word in words.split()[:5]:
        rows = rows.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    return rows.select_related("organisation").order_by("family_name", "given_name", "pk")


def is_shown(registration: Registration, field: str) -> bool:
    """Whether other participants see a field of somebody."""
    if not (registration.listed and field in SHOWS and may_be_listed(registration)):
        return False
    return not SHOWS[field] or SHOWS[field] in registration.shown
