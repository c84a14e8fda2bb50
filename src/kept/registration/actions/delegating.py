"""Focal points send people: they register them, one or many, name the head and a substitute.

Nobody is registered without their own yes: whoever is registered by others gets a mail, and counts from their click on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.people.models import Organisation
from kept.registration.actions.ground import SEATED_STATES, DelegationFull, allow, by_name, delegation_of, note
from kept.registration.actions.registering import confirm_address, make_live, start
from kept.registration.actions.seats import locked as lock_pools
from kept.registration.lifecycle import REGISTRATION
from kept.registration.minors import register_themselves
from kept.registration.models import LIVE, Category, Consent, Delegation, Mode, Registration, State
from kept.registration.permissions import Holder, may_run_registration, may_send_delegation
from kept.registration.rules import missing


@dataclass(frozen=True)
class Sent:
    """Somebody whom others register. `values` as in the registration; `row` of the spreadsheet they stand in; `organisation`
    where it is of several."""

    category: Category
    mode: str
    email: str
    values: dict[str, Any] = field(default_factory=dict)
    row: int = 0
    organisation: Organisation | None = None


class RowRefused(Refused):
    """One of many could not be registered, and so nobody was. `row` names them."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message)
        self.row = row


def places_of(delegation: Delegation, *, but: int | None = None) -> int:
    """How many of a delegation are registered to come in person, or asked whether they do."""
    rows = Registration.objects.filter(delegation=delegation, mode=Mode.IN_PERSON, state__in=LIVE)
    return rows.exclude(pk=but).count() if but else rows.count()


def register_for(delegation: Delegation, sent: Sent, *, by: Any, at: datetime,
                 substitute_for: Registration | None = None) -> Registration:  # fmt: skip
    """Register somebody for a delegation; they are asked by mail, and hold no seat before they said yes.

    Raises NotAllowed, RegisteredAlready, DelegationFull; Refused with what is wrong.
    """
    allow(may_send_delegation(by, delegation))
    register_themselves(sent.category)
    if sent.category.by_invitation and not may_run_registration(by):
        raise Refused(_("This category is by invitation: ask the secretariat."))
    with transaction.atomic():
        lock_pools(delegation.meeting_id)
        delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        _has_room(delegation, sent, substitute_for)
        organisation = delegation.organisation
        known = {"organisation": organisation, "entity_type": organisation.entity_type, "country": organisation.country}
        values = known | {name: value for name, value in sent.values.items() if value not in ("", None)}
        registration = start(
            delegation.meeting, sent.category, email=sent.email, mode=sent.mode, by=by, at=at, values=values
        )
        registration.delegation, registration.substitute_for = delegation, substitute_for
        if by.email.casefold() != registration.email.casefold():  # nobody confirms oneself as the organisation's
            registration.organisation_approved_at = at
        if lacks := [name for name in missing(registration) if ":" not in name and name != "parts"]:
            raise Refused(_("Some answers are missing."), code="missing:" + ",".join(lacks))
        REGISTRATION.check("submit", registration, state=registration.state, by=by)
        before, registration.state, registration.submitted_at = registration.state, State.SUBMITTED, at
        make_live(registration, before)
        note(registration, "register_for", by=by, at=at, before=before, delegation=delegation.pk)
    return registration


def _has_room(delegation: Delegation, sent: Sent, substitute_for: Registration | None) -> None:
    if sent.mode != Mode.IN_PERSON or delegation.most is None:
        return
    if places_of(delegation, but=substitute_for and substitute_for.pk) >= delegation.most:
        raise DelegationFull(_("Your delegation has no place in the room left. Choose online, or ask the secretariat."))


def register_many(delegation: Delegation, people: Iterable[Sent], *, by: Any, at: datetime) -> list[Registration]:
    """All of them, or nobody. Raises NotAllowed; RowRefused for the first who cannot be."""
    return _all_or_nobody(people, lambda _sent: delegation, by=by, at=at)


def register_of_several(meeting: Meeting, people: Iterable[Sent], *, by: Any, at: datetime) -> list[Registration]:
    """As `register_many`, each for the organisation that stands with them."""
    return _all_or_nobody(people, lambda sent: delegation_of(meeting, sent.organisation), by=by, at=at)


def _all_or_nobody(
    people: Iterable[Sent], sender: Callable[[Sent], Delegation], *, by: Any, at: datetime
) -> list[Registration]:
    made = []
    with transaction.atomic():
        for sent in people:
            try:
                made.append(register_for(sender(sent), sent, by=by, at=at))
            except Refused as refusal:
                raise RowRefused(str(refusal.message), sent.row) from refusal
    return made


def substitute(former: Registration, *, email: str, values: dict[str, Any], by: Any, at: datetime) -> Registration:
    """Somebody else takes a place over, in the same category and way, without a new queue: when they say yes.

    Raises NotAllowed, RegisteredAlready; Refused where there is no place to hand over, or somebody is asked already.
    """
    allow(former.delegation is not None and may_send_delegation(by, former.delegation))
    assert former.delegation is not None
    if former.state not in SEATED_STATES:
        raise Refused(_("Only somebody who has a place, or waits for one, can be replaced."))
    if former.substitutes.filter(state__in=LIVE).exists():
        raise Refused(_("Somebody is asked already to come instead."))
    sent = Sent(former.category, former.mode, email, values)
    return register_for(former.delegation, sent, by=by, at=at, substitute_for=former)


def agree_to_come(registration: Registration, *, text: str, language: str, at: datetime) -> Registration:
    """Who was registered by others says yes, with the `text` as they saw it. Raises WrongState, DelegationFull."""
    with transaction.atomic():
        by = Holder(registration.pk)
        registration = confirm_address(registration, by=by, at=at)
        Consent.objects.create(registration=registration, kind="processing", text=text, language=language, given_at=at)
    return registration


def make_head(delegation: Delegation, registration: Registration, *, by: Any, at: datetime) -> Delegation:
    """Say who leads a delegation. Raises NotAllowed; Refused for somebody who is not of it."""
    allow(may_send_delegation(by, delegation))
    with transaction.atomic():
        delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        if registration.delegation_id != delegation.pk or registration.state not in LIVE:
            raise Refused(_("The head of a delegation is one of those who are registered for it."))
        before, delegation.head = delegation.head_id, registration
        delegation.save(update_fields=["head"])
        history.record(
            "delegation", delegation.pk, "make_head", by=by_name(by), at=at,
            data={"before": before, "head": registration.pk},
        )  # fmt: skip
    return delegation
