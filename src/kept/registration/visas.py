"""Letters in support of visas: who may ask, whether one is good, what stands on it; the paper.

The page behind its code says the number and whether it is good, and nothing about anybody.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from kept.base import paper, places
from kept.base.formats import format_date
from kept.base.installation import installation
from kept.meetings.models import Meeting, in_language
from kept.registration.models import ENTERS, Mode, Registration, VisaDesk, VisaLetter
from kept.registration.passports import Passport

TEMPLATE = Path(__file__).parent / "paper/visa_letter.typ"


class Good(models.TextChoices):
    """What the page that checks a letter says."""

    GOOD = "good", gettext_lazy("This letter is good.")
    OVER = "over", gettext_lazy("This letter was good. The meeting is over.")
    VOID = "void", gettext_lazy("This letter is void.")


def gives_letters(meeting: Meeting, at: datetime) -> bool:
    """The meeting gives letters, and its last day for asking has not passed. Without a day it gives none."""
    return meeting.letters_until is not None and at < meeting.letters_until and at < meeting.ends_at


def comes(registration: Registration) -> bool:
    """Confirmed for the room: every yes was given, and a seat is held."""
    return registration.state in ENTERS and registration.mode == Mode.IN_PERSON and registration.erased_at is None


def may_ask_now(registration: Registration, at: datetime) -> bool:
    return comes(registration) and gives_letters(registration.meeting, at)


def standing(letter: VisaLetter, at: datetime) -> Good:
    """Good until the end of the meeting, unless it was voided: by the desk, or because its owner does not come."""
    if letter.void_at is not None:
        return Good.VOID
    return Good.GOOD if at < letter.registration.meeting.ends_at else Good.OVER


def address_of(letter: VisaLetter) -> str:
    """Where anybody checks it."""
    return settings.KEPT_BASE_URL + reverse("registration:visa_letter", args=[letter.code])


def days_of(meeting: Meeting, language: str) -> str:
    """From which day to which, in words."""
    first, last = (format_date(day, language) for day in (meeting.starts_on, meeting.ends_on))
    if meeting.starts_on == meeting.ends_on:
        return first
    return pgettext("visa letter", "from %(first)s to %(last)s") % {"first": first, "last": last}


def facts_of(passport: Passport, language: str) -> list[tuple[str, str]]:
    """The passport in words: on the letter, on the desk's page, on one's own."""
    day = lambda when: format_date(when, language)  # noqa: E731
    return [
        (_("Name as in the passport"), passport.name),
        (_("Nationality"), places.name(passport.nationality, language)),
        (_("Date of birth"), day(passport.born)),
        (_("Passport number"), passport.number),
        (_("Passport issued on"), day(passport.issued)),
        (_("Passport valid until"), day(passport.expires)),
    ]


def says(registration: Registration, language: str) -> list[tuple[str, str]]:
    """What the letter says of the meeting and of the part that the person takes in it."""
    meeting, organisation = registration.meeting, registration.organisation
    facts = [
        (_("Meeting"), meeting.name_in(language)),
        (_("Place"), in_language(meeting.venues, language)),
        (pgettext("visa letter", "When"), days_of(meeting, language)),
        (_("Takes part as"), registration.category.name_in(language)),
        (_("Organisation"), organisation.name_in(language) if organisation else registration.organisation_name),
    ]
    return [(label, value) for label, value in facts if value]


def pdf(letter: VisaLetter, passport: Passport, *, language: str, at: datetime) -> bytes:
    """The letter in `language`; it is made anew each time and kept nowhere."""
    registration, address = letter.registration, address_of(letter)
    desk = VisaDesk.objects.filter(meeting=registration.meeting).first() or VisaDesk()
    house = installation()
    with override(language):
        data = {
            "language": language.partition("-")[0],
            "issuer": house.display_name,
            "contact": registration.meeting.contact_email or house.contact_email,
            "number": _("Letter %(number)s") % {"number": letter.number},
            "issued": format_date(_day(letter.issued_at, registration.meeting), language),
            "title": _("Letter in support of a visa application"),
            "to": _("To the authorities that decide on the visa"),
            "opening": _(
                "We confirm that the person named here is registered for the meeting named below and is expected there "
                "in person. We would be grateful if the visa could be granted in time."
            ),
            "person": facts_of(passport, language),
            "meeting": says(registration, language),
            "closing": _(
                "The costs of the journey, of the stay and of insurance are not borne by us unless another letter says "
                "so. This letter is good until the end of the meeting and only as long as the registration stands."
            ),
            "signed_by": desk.signed_by,
            "signed_as": desk.signed_as,
            "check": _(
                "To check this letter scan the code, or open this address. The page says the number and whether the "
                "letter is good, and nothing about the person."
            ),
            "address": address,
            "code": paper.qr(address, border=4).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1),
        }
        return paper.pdf(TEMPLATE, data, at=at)


def _day(moment: datetime, meeting: Meeting) -> date:
    return moment.astimezone(meeting.zone).date()
