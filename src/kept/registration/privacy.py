"""Who sees what of a participant, and until when: one table, which their page, the handbook, the clock and a test read.

Days count from the end of the meeting. What has no day stays as a figure when the person is gone: it names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kept.meetings.models import Meeting
from kept.registration.models import MOST_DAYS, Registration, VisaDesk
from kept.registration.participants import is_shown, may_be_listed

SOON, LATER = 30, 365  # days after the meeting's end


class Who(models.TextChoices):
    """Who may see a field; everybody sees their own, and who registered somebody sees what they entered."""

    ORGANISATION = "organisation", _("The focal points of your organisation")
    TEAM = "team", _("The team of the meeting")
    DOOR = "door", _("Who stands at the doors")
    LISTS = "lists", _("Who caters or receives guests, on a list that ends")
    VISA = "visa", _("Who sits at the visa desk, each look written down")
    PARTICIPANTS = "participants", _("Other confirmed participants, because you chose so")
    SCREEN = "screen", _("The screen at the entrance when you come in, because you chose so")


@dataclass(frozen=True)
class Field:
    """A thing that is kept: where (model.field), what a person calls it, who sees it, how many days it is kept."""

    where: str
    name: str | Promise
    who: tuple[Who, ...]
    days: int | None  # None: it stays, without a name


O, T, D, L, V = Who.ORGANISATION, Who.TEAM, Who.DOOR, Who.LISTS, Who.VISA  # noqa: E741
P, S = Who.PARTICIPANTS, Who.SCREEN
TABLE: tuple[Field, ...] = (
    Field("Registration.given_name", _("Given name"), (O, T, D, L, P, S), LATER),
    Field("Registration.family_name", _("Family name"), (O, T, D, L, P, S), LATER),
    Field("Registration.name_native", _("Name in its own script"), (T, D, S), LATER),
    Field("Registration.badge_name", _("Name on the badge"), (T, D, L, S), LATER),
    Field("Registration.email", _("Your mail address"), (O, T, P), LATER),
    Field("Registration.organisation", _("Organisation"), (O, T, L, P), LATER),
    Field("Registration.organisation_name", _("Organisation"), (O, T, L, P), LATER),
    Field("Registration.title", _("Your title there"), (O, T, L, P), LATER),
    Field("Registration.state_reason", _("Reason, told to the person"), (O, T), LATER),
    Field("Registration.form_of_address", _("Form of address"), (T,), LATER),
    Field("Registration.accessibility", _("What you need so that you can take part"), (T,), SOON),
    Field("Registration.diet", _("What you do not eat"), (T, L), SOON),
    Field("Registration.phone", _("Telephone"), (T,), SOON),
    Field("Registration.residence", _("Where you live"), (T,), SOON),
    Field("Registration.needs_visa", _("I need a visa to come"), (T,), SOON),
    Field("Registration.time_zone", _("Your time zone"), (T,), SOON),
    Field("Registration.languages", _("Languages in which you follow"), (T, P), SOON),
    Field("Registration.birth_date", _("Date of birth"), (T,), SOON),
    Field("Registration.guardian_name", _("Who is responsible for you"), (T,), SOON),
    Field("Registration.guardian_email", _("Their mail address"), (T,), SOON),
    Field("Registration.place", _("Your table or seat"), (T, S), SOON),
    Field("Credential.issuer", _("The proof that was looked at"), (T,), SOON),
    Field("WalkIn.document", _("The kind of document that was looked at"), (T, D), SOON),
    Field("Note.text", _("Notes of the team"), (T,), SOON),
    Field("CheckIn.forced_by", _("Who let you in against a rule"), (T,), SOON),
    Field("CheckIn.reason", _("Why you were let in against a rule"), (T,), SOON),
    Field("DoNotAdmit.name", _("A name that is not admitted"), (T,), SOON),
    Field("DoNotAdmit.reason", _("Why somebody is not admitted"), (T,), SOON),
    # At most so long: a meeting may erase them sooner (`days_of_passports`).
    Field("VisaRequest.sealed", _("Your passport's data"), (V,), MOST_DAYS),
    Field("VisaRequest.reason", _("What the visa desk wrote to you"), (V,), SOON),
    Field("VisaLetter.number", _("Number of the letter for your visa"), (T,), LATER),
    Field("VisaLetter.name", _("Name on the letter for your visa"), (T,), LATER),
    Field("Consent.text", _("What you agree to"), (T,), LATER),
    Field("FeedbackReply.answers", _("How it was for you, without your name"), (T,), LATER),
    Field("Registration.category", _("Category"), (O, T, D, L), None),
    Field("Registration.mode", _("Takes part"), (O, T, D), None),
    Field("Registration.state", _("Whether you came"), (O, T, D, L), None),
    Field("Registration.entity_type", _("Kind of organisation"), (T,), None),
    Field("Registration.country", _("Country that you represent"), (T, L, P), None),
    Field("Registration.gender", _("Gender"), (T,), None),
)
ANSWERS = _("Your answers to the questions of this meeting")  # each question says for how long

# What stands in these models and says nothing about a person by itself: links between rows, moments, numbers.
PLAIN: dict[str, str] = {
    "Registration": "id key meeting person delegation registered_by substitute_for invited_by_link version started_at "
    "submitted_at email_confirmed_at organisation_approved_at approved_at confirmed_at ended_at asked_approval_at erased_at "
    "reminded_at language is_minor guardian_agreed_at listed shown greeted",
    "Seat": "id registration quota state priority protocol visa arrival claimed_at offered_until changed_at",
    "Presence": "id registration stream began_at seen_at ended_at",
    "Answer": "id registration question value",  # each question says for how long: see actions/forgetting.py
    "Consent": "id registration kind language given_at revoked_at",
    "Note": "id registration by at",
    "Certificate": "id registration code issued_at",
    "FeedbackReply": "id feedback registration mode",
    "VisaRequest": "id registration state language asked_at changed_at",
    "VisaLetter": "id registration code issued_at issued_by void_at",
    "BadgePrint": "id registration form by at",
    "WalkIn": "id registration made_by made_at seen_by seen_at agreed_by agreed_at",
    "Credential": "id registration kind valid_until seen_by seen_at",
    "DoNotAdmit": "id meeting registration normalised by at lifted_at lifted_by",
    "CheckIn": "id nonce list gate device registration entry outcome refusal amiss alone by at received_at voided_at voided_by",
}


def fields_of(model: str, days: int) -> list[str]:
    """The fields of a model that are kept for so many days."""
    return [field.where.split(".")[1] for field in TABLE if field.where.startswith(f"{model}.") and field.days == days]


def seen_by(who: Who) -> set[str]:
    """Where the fields stand that these people may see."""
    return {field.where for field in TABLE if who in field.who}


def until(meeting: Meeting, days: int) -> date:
    """The last day of something that is kept for so many days, on the meeting's calendar."""
    return (meeting.ends_at + timedelta(days=days)).date()


def rows_of(registration: Registration) -> list[dict[str, Any]]:
    """What somebody said, with who else sees it and its last day (None: it stays as a figure); what is alike in one row."""
    rows: dict[tuple, list[str | Promise]] = {}
    for field in TABLE:
        model, name = field.where.split(".")
        if model != "Registration" or not getattr(registration, name):
            continue
        if name == "organisation_name" and registration.organisation_id:
            continue
        who = tuple(one for one in field.who if _sees(one, registration, name))
        rows.setdefault((who, field.days), []).append(field.name)
    if hasattr(registration, "visa_request") and registration.visa_request.sealed:
        passport = _field("VisaRequest.sealed")
        rows[(passport.who, days_of_passports(registration.meeting))] = [passport.name]
    if registration.visa_letters.exists():
        letter = [_field("VisaLetter.number"), _field("VisaLetter.name")]
        rows.setdefault((letter[0].who, letter[0].days), []).extend(field.name for field in letter)
    for days in sorted({row.question.erase_after_days for row in registration.answers.select_related("question")}):
        rows.setdefault(((Who.TEAM,), days), []).append(ANSWERS)
    return [
        {"names": names, "who": [one.label for one in who], "until": _until(registration, days)}
        for (who, days), names in sorted(rows.items(), key=lambda row: (row[0][1] is None, row[0][1] or 0))
    ]


def days_of_passports(meeting: Meeting) -> int:
    """How many days after the end a meeting keeps passport data; never more than the table says."""
    desk = VisaDesk.objects.filter(meeting=meeting).first()
    return desk.erase_after_days if desk else MOST_DAYS


def _field(where: str) -> Field:
    return next(field for field in TABLE if field.where == where)


def _sees(who: Who, registration: Registration, field: str) -> bool:
    """What only those see to whom somebody chose to show it."""
    if who == Who.PARTICIPANTS:
        return is_shown(registration, field)
    return who != Who.SCREEN or (registration.greeted and may_be_listed(registration))


def _until(registration: Registration, days: int | None) -> Any:
    return None if days is None else until(registration.meeting, days)
