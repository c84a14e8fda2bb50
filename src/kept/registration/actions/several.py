"""Several registrations at once: each decided by itself, and what would happen said beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration.actions.ground import locked, note
from kept.registration.actions.registering import make_live
from kept.registration.lifecycle import REGISTRATION
from kept.registration.minors import owes_guardian
from kept.registration.models import Registration, State

Act = Callable[[Registration], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one: from which state to which, or why it was refused, for a person."""

    registration: Registration
    before: State
    after: State
    refusal: str = ""


def one_by_one(rows: Iterable[Registration], act: Act) -> list[Outcome]:
    """Do `act` with each, in this order; who is refused stays as they are. Raises NotAllowed, whoever it is about."""
    return [_done(one, act) for one in rows]


def rehearsed(rows: Iterable[Registration], act: Act) -> list[Outcome]:
    """What `one_by_one` would do now, tried to the end and taken back: no seat moves, no mail goes, nobody is told."""
    with transaction.atomic():
        outcomes = one_by_one(rows, act)
        transaction.set_rollback(True)
    return outcomes


def _done(one: Registration, act: Act) -> Outcome:
    before = State(one.state)
    try:
        act(one)
    except NotAllowed:
        raise
    except Refused as refusal:
        return Outcome(one, before, before, str(refusal.message))
    after = Registration.objects.values_list("state", flat=True).get(pk=one.pk)
    return Outcome(one, before, State(after))


def reopen(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """One that has ended waits for the secretariat's yes again, or for a guardian's; its former seat is not held for it.

    Raises NotAllowed, WrongState; RegisteredAlready where the address has another one by now.
    """
    with transaction.atomic():
        registration = locked(registration)
        move = REGISTRATION.check("reopen", registration, state=registration.state, by=by)
        before, registration.state = registration.state, move.target
        if owes_guardian(registration):
            registration.state = State.PENDING_GUARDIAN
        registration.state_reason, registration.ended_at, registration.asked_approval_at = "", None, at
        make_live(registration, before)
        note(registration, "reopen", by=by, at=at, before=before)
    return registration
