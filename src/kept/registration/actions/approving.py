"""Who says yes: the organisation's focal point, then the secretariat. Silence escalates, it never approves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from kept.registration.actions.ground import delegation_of, locked, note
from kept.registration.actions.registering import end, go_on, proceed
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import Approval, Consent, Registration, State

FOCAL_POINT_HAS = timedelta(days=5)  # then the secretariat is asked instead


def approve_for_organisation(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """A focal point confirms the person as theirs; the secretariat is asked next. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        move = REGISTRATION.check("approve_for_organisation", registration, state=registration.state, by=by)
        before, registration.state = registration.state, move.target
        registration.organisation_approved_at = registration.asked_approval_at = at
        _joins_delegation(registration)
        registration.save(update_fields=["state", "organisation_approved_at", "asked_approval_at", "delegation"])
        note(registration, "approve_for_organisation", by=by, at=at, before=before)
    return registration


def refuse_for_organisation(registration: Registration, *, by: Any, at: datetime, reason: str) -> Registration:
    """A focal point says that this is not theirs; told to the person. Raises NotAllowed, WrongState, ReasonOwed."""
    return end(registration, "refuse_for_organisation", by=by, at=at, reason=reason)


def approve(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """The secretariat's yes: a seat, or a place in line. Raises NotAllowed, WrongState, DelegationFull."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("approve", registration, state=registration.state, by=by)
        registration.approved_at = at
        _joins_delegation(registration)
        return proceed(registration, "approve", by=by, at=at)


def _joins_delegation(registration: Registration) -> None:
    """Whoever represents an organisation counts in its delegation, also where they registered themselves.

    The caller holds the pools: a delegation is joined under their lock alone.
    """
    represents = registration.category.approval == Approval.ORGANISATION
    if represents and registration.organisation is not None and registration.delegation_id is None:
        registration.delegation = delegation_of(registration.meeting, registration.organisation)


def guardian_agrees(registration: Registration, *, text: str, language: str, at: datetime) -> Registration:
    """A guardian agreed by their own link: on to an approver or to a seat. Raises WrongState where nothing waits for one."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("guardian_agrees", registration, state=registration.state, by=None)
        registration.guardian_agreed_at = at
        Consent.objects.create(registration=registration, kind="guardian", text=text, language=language, given_at=at)
        return go_on(registration, "guardian_agrees", by=None, at=at)


def reject(registration: Registration, *, by: Any, at: datetime, reason: str) -> Registration:
    """The secretariat's no, with its reason. Raises NotAllowed, WrongState, ReasonOwed."""
    return end(registration, "reject", by=by, at=at, reason=reason)


def withdraw(registration: Registration, *, by: Any, at: datetime, reason: str) -> Registration:
    """The organisation takes somebody back whom it had confirmed. Raises NotAllowed, WrongState, ReasonOwed."""
    return end(registration, "withdraw", by=by, at=at, reason=reason)


def escalate_silence(at: datetime) -> int:
    """Hand what a focal point left lying to the secretariat; how many. A duty of the worker, safe to run twice."""
    overdue = Registration.objects.filter(
        state=State.PENDING_FOCAL_POINT, asked_approval_at__lte=at - FOCAL_POINT_HAS
    ).values_list("pk", flat=True)
    done = 0
    for pk in list(overdue):
        with transaction.atomic():
            registration = locked(Registration(pk=pk))
            if registration.state != State.PENDING_FOCAL_POINT:
                continue
            registration.state, registration.asked_approval_at = State.PENDING_SECRETARIAT, at
            registration.save(update_fields=["state", "asked_approval_at"])
            note(registration, "escalate", by=None, at=at, before=State.PENDING_FOCAL_POINT)
            done += 1
    return done
