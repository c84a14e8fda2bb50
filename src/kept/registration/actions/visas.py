"""The visa desk: a letter is asked for, sent back, issued with a number, voided; each look at a passport is written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import listens
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings import actions as meetings
from kept.meetings.models import Meeting
from kept.registration.actions.ground import allow, by_name, locked, note
from kept.registration.lifecycle import VISA
from kept.registration.models import (
    MOST_DAYS,
    Registration,
    VisaDesk,
    VisaLetter,
    VisaOfficer,
    VisaRequest,
    VisaState,
    VisaYear,
)
from kept.registration.passports import Passport, passport_of, sealed
from kept.registration.permissions import may_run_registration, may_work_at_visa_desk
from kept.registration.visas import comes, may_ask_now

# Moves after which somebody may not come to the room any more; whether they do is asked of the registration.
LEAVING = (
    "cancel",
    "reject",
    "refuse_for_organisation",
    "withdraw",
    "hand_over",
    "leave_offer",
    "lapse",
    "switch",
    "joined_away",
)


def ask_for_letter(
    registration: Registration, passport: Passport, *, language: str, by: Any, at: datetime
) -> VisaRequest:
    """Ask the visa desk for a letter, or put right what was given. A letter that was issued before is void from now on.

    Raises NotAllowed; Refused for whoever is not confirmed for the room, and after the last day for asking.
    """
    with transaction.atomic():
        registration = locked(registration)
        request = VisaRequest.objects.filter(registration=registration).first()
        request = request or VisaRequest(registration=registration, state=VisaState.ASKED)
        request.registration = registration
        move = VISA.check("ask_for_letter", request, state=request.state, by=by)
        if not may_ask_now(registration, at):
            raise Refused(_("A letter is for whoever is confirmed for the room, until the day that the meeting set."))
        if request.pk:
            _void_letters(registration, at=at)
        request.state, request.reason = move.target, ""
        request.language, request.sealed = language, sealed(passport, registration)
        request.asked_at = request.changed_at = at
        request.save()
        note(registration, "ask_for_letter", by=by, at=at, before=registration.state)
    return request


def take_request_back(registration: Registration, *, by: Any, at: datetime) -> None:
    """No letter after all: the passport's data are erased at once, a letter that was issued is void. Raises NotAllowed, WrongState."""
    _end(registration, "take_request_back", by=by, at=at)


def return_request(registration: Registration, *, by: Any, at: datetime, reason: str) -> None:
    """Send it back to the person, who reads what is to be put right. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        registration, request = _locked(registration)
        move = VISA.check("return_request", request, state=request.state, by=by, reason=reason)
        request.state, request.reason, request.changed_at = move.target, reason.strip(), at
        request.save(update_fields=["state", "reason", "changed_at"])
        note(registration, "return_request", by=by, at=at, before=registration.state)


def issue_letter(registration: Registration, *, by: Any, at: datetime) -> VisaLetter:
    """Issue the letter under the next number of the year, and tell the person that it is ready.

    Raises NotAllowed, WrongState; Refused where the person does not come any more, or the passport cannot be read.
    """
    with transaction.atomic():
        registration, request = _locked(registration)
        move = VISA.check("issue_letter", request, state=request.state, by=by)
        if not comes(registration):
            raise Refused(_("This person is not confirmed for the room any more."))
        if (passport := passport_of(request)) is None:
            raise Refused(
                _("The passport's data cannot be read any more. Send the request back, so that they are given again.")
            )
        request.state, request.changed_at = move.target, at
        request.save(update_fields=["state", "changed_at"])
        letter = VisaLetter.objects.create(
            registration=registration, number=_next_number(at), name=passport.name, issued_at=at, issued_by=by_name(by)
        )
        note(registration, "issue_letter", by=by, at=at, before=registration.state, number=letter.number)
    return letter


def void_letter(registration: Registration, *, by: Any, at: datetime, reason: str) -> None:
    """The letter is not good any more; the person reads why. Raises NotAllowed, WrongState, ReasonOwed."""
    _end(registration, "void_letter", by=by, at=at, reason=reason)


def look_at_passport(registration: Registration, *, by: Any, at: datetime) -> Passport | None:
    """Show a passport's data to the visa desk: who looked, when and at whose stands in the history, where the person reads it.

    None where there are none to be read. Raises NotAllowed.
    """
    allow(may_work_at_visa_desk(by, registration.meeting))
    with transaction.atomic():
        registration, request = _locked(registration)
        passport = passport_of(request)
        if passport is not None:
            note(registration, "look_at_passport", by=by, at=at, before=registration.state)
    return passport


def arrange_visa_desk(
    meeting: Meeting, values: dict[str, Any], *, officers: Iterable[Any], by: Any, at: datetime
) -> VisaDesk:
    """Until when one may ask (None: this meeting gives no letters), who signs, how long passport data stay, who sits there.

    `values`: letters_until, signed_by, signed_as, erase_after_days. Raises NotAllowed; Refused for too many days, and
    for somebody who does not work for the secretariat.
    """
    allow(may_run_registration(by, meeting))
    wanted = {person.pk: person for person in officers}
    if values["erase_after_days"] > MOST_DAYS:
        raise Refused(_("Passport data stay for 30 days at most."))
    if not all(person.is_staff and person.is_active for person in wanted.values()):
        raise Refused(_("At the visa desk sit people of the secretariat alone."))
    with transaction.atomic():
        desk, _made = VisaDesk.objects.update_or_create(
            meeting=meeting, defaults={name: values[name] for name in ("signed_by", "signed_as", "erase_after_days")}
        )
        if values["letters_until"] != meeting.letters_until:
            meetings.change_meeting(meeting, {"letters_until": values["letters_until"]}, by=by, at=at)
        sits = set(VisaOfficer.objects.filter(meeting=meeting).values_list("person", flat=True))
        VisaOfficer.objects.filter(meeting=meeting, person__in=sits - set(wanted)).delete()
        VisaOfficer.objects.bulk_create(
            VisaOfficer(meeting=meeting, person_id=pk, named_by=by_name(by), named_at=at) for pk in set(wanted) - sits
        )
        history.record("meeting", meeting.pk, "arrange_visa_desk", by=by_name(by), at=at,
                       data={"officers": sorted(wanted)})  # fmt: skip
    return desk


def _void_when_they_leave(*, registration: Registration, at: datetime, **_more: Any) -> None:
    """Whoever does not come to the room has no letter: it is void at once, and the passport's data are gone."""
    request = VisaRequest.objects.filter(registration=registration).exclude(state=VisaState.ENDED).first()
    if request is None or comes(registration):
        return
    request.registration = registration
    VISA.check("end_request", request, state=request.state, by=None)
    _ended(request, "", at=at)
    note(registration, "end_request", by=None, at=at, before=registration.state)


for _leaves in LEAVING:
    listens(f"registration.{_leaves}")(_void_when_they_leave)


def _end(registration: Registration, verb: str, *, by: Any, at: datetime, reason: str = "") -> None:
    with transaction.atomic():
        registration, request = _locked(registration)
        VISA.check(verb, request, state=request.state, by=by, reason=reason)
        _ended(request, reason, at=at)
        note(registration, verb, by=by, at=at, before=registration.state)


def _ended(request: VisaRequest, reason: str, *, at: datetime) -> None:
    request.state, request.reason, request.sealed, request.changed_at = VisaState.ENDED, reason.strip(), b"", at
    request.save(update_fields=["state", "reason", "sealed", "changed_at"])
    _void_letters(request.registration, at=at)


def _void_letters(registration: Registration, *, at: datetime) -> None:
    VisaLetter.objects.filter(registration=registration, void_at=None).update(void_at=at)


def _locked(registration: Registration) -> tuple[Registration, VisaRequest]:
    """Both as they are now. Raises NotAllowed where nothing was asked for: it does not exist."""
    registration = locked(registration)
    request = VisaRequest.objects.filter(registration=registration).first()
    if request is None:
        raise NotAllowed(_("You may not do this."))
    request.registration = registration
    return registration, request


def _next_number(at: datetime) -> str:
    """The next of the year, under the lock of its row; given with the letter or not at all."""
    VisaYear.objects.get_or_create(year=at.year)
    head = VisaYear.objects.select_for_update().get(year=at.year)
    head.last += 1
    head.save(update_fields=["last"])
    return f"{head.year}/{head.last:04d}"  # a stroke keeps its order between Arabic words, a hyphen does not


__all__ = ["arrange_visa_desk", "ask_for_letter", "issue_letter", "look_at_passport", "return_request",
           "take_request_back", "void_letter"]  # fmt: skip
