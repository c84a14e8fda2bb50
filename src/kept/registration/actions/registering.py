"""From "register" to a seat: begun, saved as typed, sent, the address confirmed, switched, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting, Phase
from kept.people.models import Membership
from kept.registration.actions.ground import allow, claim_parts, give_back, locked, main_pools, note, seat_it
from kept.registration.lifecycle import REGISTRATION
from kept.registration.minors import owes_guardian
from kept.registration.models import LIVE, Approval, Category, Mode, Registration, Seat, State
from kept.registration.permissions import Holder, may_edit_registration, may_run_registration
from kept.registration.rules import missing

FIELDS = (
    "category", "mode", "given_name", "family_name", "name_native", "badge_name", "title", "form_of_address",
    "organisation", "organisation_name", "entity_type", "country", "residence", "gender", "language", "languages",
    "accessibility", "diet", "phone", "time_zone", "needs_visa", "is_minor", "birth_date",
    "guardian_name", "guardian_email", "listed",
)  # fmt: skip


class RegisteredAlready(Refused):
    """Somebody with this address is registered for this meeting already."""


class ChangedMeanwhile(Refused):
    """The same registration was changed in another window since this one was opened."""


def may_register_now(meeting: Meeting, at: datetime) -> bool:
    """Registration is open: decided by the secretariat, and the deadline has not passed."""
    if meeting.registration_until is not None and at >= meeting.registration_until:
        return False
    return meeting.phase(at) == Phase.REGISTRATION_OPEN


def start(meeting: Meeting, category: Category, *, email: str, mode: str, by: Any, at: datetime,
          values: dict[str, Any] | None = None, invited: bool = False) -> Registration:  # fmt: skip
    """Begin a registration in draft, for oneself (`by` None or one's account) or on behalf of somebody.

    The secretariat may at any time; others while registration is open. Raises Refused with what is wrong.
    """
    if not may_run_registration(by, meeting):
        if not may_register_now(meeting, at):
            raise Refused(_("Registration is not open."))
        if category.by_invitation and not invited:
            raise NotAllowed(_("You may not do this."))
    _is_open(category)
    _fits(meeting, category, mode)
    own = by is not None and by.email.casefold() == email.casefold()
    registration = Registration(
        meeting=meeting, category=category, mode=mode, email=email.strip().lower(), person=by if own else None,
        registered_by=None if own else by, started_at=at, invited_by_link=invited,
    )  # fmt: skip
    _set(registration, values or {})
    with transaction.atomic():
        registration.save()
        note(registration, "start", by=by, at=at, before="")
    return registration


def save_draft(registration: Registration, values: dict[str, Any], *, version: int, by: Any,
               at: datetime) -> Registration:  # fmt: skip
    """Keep what was typed, half-filled too. Raises NotAllowed, ChangedMeanwhile, Refused where it is past change."""
    allow(may_edit_registration(by, registration))
    with transaction.atomic():
        registration = locked(registration)
        if registration.version != version:
            raise ChangedMeanwhile(_("This was changed in another window. Look at what is there now."))
        if registration.state not in {State.DRAFT, *LIVE}:
            raise Refused(_("This registration has ended."))
        if registration.state != State.DRAFT and {"category", "mode"} & set(values):
            raise Refused(_("Category and way of taking part are changed by switching."))
        asked = registration.guardian_email
        _set(registration, values)
        if registration.state == State.PENDING_GUARDIAN and registration.guardian_email != asked:
            registration.asked_approval_at = at  # somebody else is asked from now on
        if "category" in values:
            _is_open(registration.category)
        _fits(registration.meeting, registration.category, registration.mode)
        registration.version += 1
        registration.save()
        if registration.state != State.DRAFT:
            note(registration, "edit", by=by, at=at, before=registration.state, fields=sorted(values))
    return registration


def submit(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """Send it: with an account of the same address, or invited there by mail, straight on; else after a link was used.

    Raises NotAllowed, WrongState, RegisteredAlready; Refused with `missing` where something is not filled in.
    """
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("submit", registration, state=registration.state, by=by)
        if not may_run_registration(by) and not may_register_now(registration.meeting, at):
            raise Refused(_("Registration is not open."))
        _is_open(registration.category)
        if lacks := missing(registration):
            raise Refused(_("Some answers are missing."), code="missing:" + ",".join(lacks))
        registration.submitted_at = at
        own = registration.person_id and by is not None and by.pk == registration.person_id
        if own or (registration.invited_by_link and isinstance(by, Holder)):
            return go_on(registration, "confirm_address", by=by, at=at)
        before, registration.state = registration.state, State.SUBMITTED
        make_live(registration, before)
        note(registration, "submit", by=by, at=at, before=before)
    return registration


def confirm_address(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """The link in the mail was used: the address is theirs. Raises WrongState where it went on already."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("confirm_address", registration, state=registration.state, by=by)
        return go_on(registration, "confirm_address", by=by, at=at)


def switch(registration: Registration, mode: str, *, by: Any, at: datetime) -> Registration:
    """Change between in person and online by oneself, as long as there is room; a seat in the room may have to wait.

    What was held stays held until the other is. Raises NotAllowed, WrongState, Refused.
    """
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("switch", registration, state=registration.state, by=by)
        if mode == registration.mode:
            return registration
        _fits(registration.meeting, registration.category, mode)
        before, registration.mode = registration.state, mode
        seat_it(registration, at=at)
        registration.version += 1
        make_live(registration, before)
        note(registration, "switch", by=by, at=at, before=before, mode=mode)
        if registration.state == State.CONFIRMED:
            keep = [quota.pk for quota in main_pools(registration, [mode])]
            _give_back_main(registration, keep, at=at)
            claim_parts(registration, at=at)
    return registration


def cancel(registration: Registration, *, by: Any, at: datetime, reason: str = "") -> Registration:
    """Not coming after all: every seat goes to those who wait. Raises NotAllowed, WrongState."""
    return end(registration, "cancel", by=by, at=at, reason=reason)


def end(registration: Registration, move: str, *, by: Any, at: datetime, reason: str = "") -> Registration:
    """One of the moves that end a registration: cancel, reject, refuse_for_organisation, withdraw, leave_offer."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        row = REGISTRATION.check(move, registration, state=registration.state, by=by, reason=reason)
        before, registration.state = registration.state, row.target
        registration.state_reason, registration.ended_at = reason.strip(), at
        registration.save(update_fields=["state", "state_reason", "ended_at"])
        note(registration, move, by=by, at=at, before=before, reason=reason)
        give_back(registration, at=at)
    return registration


def proceed(registration: Registration, verb: str, *, by: Any, at: datetime) -> Registration:
    """Seat a locked registration that needs no further yes, tell what came of it. The caller checked the move."""
    before = registration.state
    seat_it(registration, at=at)
    make_live(registration, before)
    note(registration, verb, by=by, at=at, before=before)
    return registration


def go_on(registration: Registration, verb: str, *, by: Any, at: datetime) -> Registration:
    """A locked registration goes on to whoever has to say yes next, or to a seat. The caller checked the move."""
    before = registration.state
    arrive(registration, at=at)
    make_live(registration, before)
    note(registration, verb, by=by, at=at, before=before)
    return registration


ARRIVING = (
    "state",
    "mode",
    "email_confirmed_at",
    "approved_at",
    "confirmed_at",
    "asked_approval_at",
)  # what `arrive` sets


def arrive(registration: Registration, *, at: datetime, claimed: list[Seat] | None = None) -> None:
    """From a confirmed address to an approver or to a seat; the caller saves and tells. `claimed` as in `seat_it`."""
    registration.email_confirmed_at = registration.email_confirmed_at or at
    if owes_guardian(registration):
        registration.state, registration.asked_approval_at = State.PENDING_GUARDIAN, at
        return
    approval = registration.category.approval
    if registration.invited_by_link:
        approval = Approval.NONE  # an invitation of the secretariat is its yes
    elif approval == Approval.ORGANISATION and registration.organisation_approved_at:
        approval = Approval.SECRETARIAT  # registered by the focal point
    if approval == Approval.NONE:
        registration.approved_at = at
        seat_it(registration, at=at, claimed=claimed)
        return
    asks = approval == Approval.ORGANISATION and somebody_else_speaks_for(registration)
    registration.state = State.PENDING_FOCAL_POINT if asks else State.PENDING_SECRETARIAT
    registration.asked_approval_at = at


def somebody_else_speaks_for(registration: Registration) -> bool:
    """Whether the organisation has a focal point or deputy other than the person: nobody confirms oneself."""
    if registration.organisation is None:
        return False
    speaking = Membership.objects.speaking().filter(organisation__in=registration.organisation.family)
    return speaking.exclude(person__email__iexact=registration.email).exists()


def make_live(registration: Registration, before: str) -> None:
    """Save it; where it becomes a live one, at most one of an address stays. Raises RegisteredAlready."""
    if before in LIVE:
        registration.save()
        return
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError as twice:
        raise RegisteredAlready(_("This mail address is registered for this meeting already.")) from twice


def _give_back_main(registration: Registration, keep: list[int], *, at: datetime) -> None:
    parts = [seat.quota_id for seat in registration.seats.select_related("quota") if not seat.quota.is_main]
    give_back(registration, at=at, but=[*keep, *parts])


def _set(registration: Registration, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in FIELDS:
            raise ValueError(f"{name!r} is no field of a registration: {', '.join(FIELDS)}")
        setattr(registration, name, value)


def _is_open(category: Category) -> None:
    """Nobody new comes into a closed category; who is in it stays, and may switch."""
    if category.closed_at is not None:
        raise Refused(_("This category is closed."))


def _fits(meeting: Meeting, category: Category, mode: str) -> None:
    if category.meeting_id != meeting.pk:
        raise Refused(_("This category is closed."))
    if mode not in category.modes:
        raise Refused(_("In this category one cannot take part in that way."))


__all__ = ["FIELDS", "ChangedMeanwhile", "Holder", "Mode", "RegisteredAlready", "cancel", "confirm_address", "end",
           "go_on",
           "make_live", "may_register_now",
           "proceed", "save_draft", "somebody_else_speaks_for", "start", "submit", "switch"]  # fmt: skip
