"""Certificates of attendance: who was there, on which days, in which way; the paper, and what its code says to whoever asks.

What a certificate says is read from the check-ins and presences each time: a mistake that is taken back at the desk takes the
certificate back as well, a name that is put right is right on the next copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kept.base import paper
from kept.base.formats import format_date, format_list
from kept.base.installation import installation
from kept.meetings.models import in_language
from kept.meetings.times import zone
from kept.registration.admission import Passage, fold
from kept.registration.models import Certificate, CheckIn, Outcome, Registration

TEMPLATE = Path(__file__).parent / "paper/certificate.typ"


@dataclass(frozen=True, slots=True)
class Attendance:
    """On which days of the meeting's clock somebody came into the room, and came in online."""

    room: tuple[date, ...] = ()
    online: tuple[date, ...] = ()

    @property
    def days(self) -> list[date]:
        return sorted({*self.room, *self.online})

    @property
    def way(self) -> str:
        if self.room and self.online:
            return _("in the room and online")
        return _("in the room") if self.room else _("online")


def attendance_of(registration: Registration) -> Attendance:
    """What is known of somebody's attendance; two queries."""
    clock = zone(registration.meeting.time_zone)
    rows = CheckIn.objects.filter(registration=registration, list__is_entrance=True, voided_at=None)
    rows = rows.exclude(outcome=Outcome.REFUSED).values_list("nonce", "at", "entry")
    presence = fold(Passage(nonce, 0, at, entry) for nonce, at, entry in rows).get(0)
    room = {start.astimezone(clock).date() for start, _end in presence.spells} if presence else set()
    joined = registration.presences.values_list("began_at", flat=True)
    return Attendance(tuple(sorted(room)), tuple(sorted({at.astimezone(clock).date() for at in joined})))


def is_due(registration: Registration, at: datetime) -> bool:
    """The meeting is over, and they were there."""
    return (
        registration.erased_at is None and at >= registration.meeting.ends_at and bool(attendance_of(registration).days)
    )


def says(registration: Registration, language: str) -> list[tuple[str, str]]:
    """What it says, beside the name: the same on paper and on the page that checks it."""
    meeting, there = registration.meeting, attendance_of(registration)
    organisation = registration.organisation
    facts = [
        (_("Meeting"), meeting.name_in(language)),
        (_("Place"), in_language(meeting.venues, language)),
        (_("Took part"), there.way),
        (pgettext("certificate", "On"), format_list([format_date(day, language) for day in there.days], language)),
        (
            pgettext("certificate", "For"),
            organisation.name_in(language) if organisation else registration.organisation_name,
        ),
    ]
    return [(label, value) for label, value in facts if value]


def address_of(certificate: Certificate) -> str:
    """Where anybody checks it."""
    return settings.KEPT_BASE_URL + reverse("registration:certificate", args=[certificate.code])


def pdf(certificate: Certificate, *, language: str, at: datetime) -> bytes:
    """The paper, in `language`; names as they were written."""
    registration, address = certificate.registration, address_of(certificate)
    data = {
        "language": language.partition("-")[0],
        "title": _("Certificate of attendance"),
        "name": registration.name,
        "native": registration.name_native if registration.name_native != registration.name else "",
        "facts": says(registration, language),
        "issuer": installation().display_name,
        "issued": _("Issued on %(day)s") % {"day": format_date(certificate.issued_at.date(), language)},
        "check": _("Whoever wants to be sure scans the code, or opens this address:"),
        "address": address,
        "code": paper.qr(address, border=4).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1),
    }
    return paper.pdf(TEMPLATE, data, at=at)
