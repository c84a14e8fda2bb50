"""Who may do what with a registration, as predicates with names. Asked by actions, templates and API alike.

A personal link stands for its registration's own person: views hand it in as `Holder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kept.meetings.models import Meeting, Session, SessionRole
from kept.people.permissions import is_secretariat, speaks_for
from kept.registration.models import (
    ENTERS,
    Delegation,
    EventInvitation,
    Mode,
    Registration,
    SeatState,
    VisaOfficer,
    VisaRequest,
)


@dataclass(frozen=True)
class Holder:
    """Whoever holds the personal link of a registration; has no account as far as we know."""

    registration_id: int
    is_authenticated: bool = False
    is_active: bool = True
    is_staff: bool = False
    pk: None = None


@dataclass(frozen=True)
class Invited:
    """Whoever holds the personal link of an invitation to an event; has no account as far as we know."""

    invitation_id: int
    is_authenticated: bool = False
    is_active: bool = True
    is_staff: bool = False
    pk: None = None


def is_own(person: Any, registration: Registration) -> bool:
    """Is the one who is registered: by their personal link, or by their account."""
    if isinstance(person, Holder):
        return person.registration_id == registration.pk
    return bool(person and person.is_authenticated and registration.person_id == person.pk)


def registered_it(person: Any, registration: Registration) -> bool:
    """Registered somebody else, and may still change what they entered."""
    return bool(
        person and person.is_authenticated and registration.registered_by_id
        and registration.registered_by_id == person.pk
    )  # fmt: skip


def may_run_registration(person: Any, meeting: Meeting | None = None) -> bool:
    """Sets up categories and seats, sees the list, decides: the secretariat."""
    return is_secretariat(person)


def may_answer_invitation(person: Any, invitation: EventInvitation) -> bool:
    """Says whether they come to an event: whoever holds the personal link, and the secretariat for who telephones."""
    if isinstance(person, Invited):
        return person.invitation_id == invitation.pk
    return is_secretariat(person)


def may_admit(person: Any, meeting: Meeting | None = None) -> bool:
    """Lets people in at the desk, makes phones for the doors, prints badges, looks at proofs: the secretariat.

    The phones themselves act by a token that the desk made (`actions/doors.py`).
    """
    return is_secretariat(person)


def may_edit_registration(person: Any, registration: Registration) -> bool:
    """Changes what is said in it, switches, cancels: the person, who registered them, the secretariat."""
    return is_own(person, registration) or registered_it(person, registration) or is_secretariat(person)


def may_take_certificate(person: Any, registration: Registration) -> bool:
    """Takes the certificate of attendance: the person, who registered them, the secretariat."""
    return may_edit_registration(person, registration)


def may_work_at_visa_desk(person: Any, meeting: Meeting) -> bool:
    """Sees passport data, issues and voids letters: who of the secretariat was named for this meeting, and nobody else."""
    return is_secretariat(person) and VisaOfficer.objects.filter(meeting=meeting, person=person.pk).exists()


def may_ask_for_letter(person: Any, request: VisaRequest) -> bool:
    """Gives passport data, changes them, takes them back: the person alone, whoever registered them."""
    return is_own(person, request.registration)


def may_decide_on_letter(person: Any, request: VisaRequest) -> bool:
    """As who works at the visa desk of that meeting."""
    return may_work_at_visa_desk(person, request.registration.meeting)


def may_answer_offer(person: Any, registration: Registration) -> bool:
    """Takes or leaves an offered seat: as who may edit it."""
    return may_edit_registration(person, registration)


def may_approve_for_organisation(person: Any, registration: Registration) -> bool:
    """Confirms a person as theirs: the focal points (and deputies) of the organisation, never of oneself."""
    return bool(
        not isinstance(person, Holder)
        and registration.organisation_id
        and not is_own(person, registration)
        and speaks_for(person, registration.organisation_id)
    )


def may_hear_of(person: Any, registration: Registration) -> bool:
    """Their program is told when it is confirmed: the person, who registered them, who speaks for the organisation, the
    secretariat."""
    return bool(
        may_edit_registration(person, registration)
        or (registration.organisation_id and speaks_for(person, registration.organisation_id))
    )  # fmt: skip


def may_send_delegation(person: Any, delegation: Delegation) -> bool:
    """Registers people for an organisation, names its head and substitutes: its focal points and deputies, the secretariat."""
    return bool(
        person and person.is_authenticated
        and (is_secretariat(person) or speaks_for(person, delegation.organisation_id))
    )  # fmt: skip


def may_approve(person: Any, registration: Registration) -> bool:
    """The secretariat's yes or no."""
    return is_secretariat(person)


def may_enter_live(person: Any, meeting: Meeting, session: Session | None = None) -> bool:
    """May follow what is live of a meeting: the door for every room that shows it.

    Confirmed participants of any mode, those who are online while they wait for a seat, speakers, the secretariat, and nobody
    else; a session that is open to all, everybody. `person`: an account, a `Holder` of a personal link, or None.
    """
    if session is not None and session.open_to_all:
        return True
    if isinstance(person, Holder):
        mine = Registration.objects.filter(pk=person.registration_id)
    elif person is None or not person.is_authenticated:
        return False
    elif (
        is_secretariat(person)
        or SessionRole.objects.counting().filter(session__meeting=meeting, profile__person=person).exists()
    ):
        return True
    else:
        mine = Registration.objects.filter(person=person)
    mine = mine.filter(meeting=meeting, erased_at=None)
    online = {"seats__quota__mode": Mode.REMOTE, "seats__state": SeatState.HELD}
    return mine.filter(state__in=ENTERS).exists() or mine.filter(**online).exists()
