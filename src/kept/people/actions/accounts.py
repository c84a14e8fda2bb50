"""Accounts: opened, changed, closed; who works at the desk; addresses that mail comes back from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.events import announce, listens
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.people.models import Link, Person
from kept.people.permissions import may_manage_people

CHANGEABLE = {"name", "language"}


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update().get(pk=person.pk)


def change_account(person: Person, values: Mapping[str, Any], *, by: Any, at: datetime) -> Person:
    """Change one's own name and language (`values`: of these). Raises NotAllowed for anybody else's account."""
    if by != person:
        raise NotAllowed(_("You may not do this."))
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    with transaction.atomic():
        person = _locked(person)
        was = {name: getattr(person, name) for name, value in values.items() if getattr(person, name) != value}
        if was:
            for name in was:
                setattr(person, name, values[name])
            person.save(update_fields=list(was))
            history.record("person", person.pk, "change_account", by=by, at=at, data={"from": was})
    return person


def create_secretariat(email: str, *, at: datetime, name: str = "") -> tuple[Person, bool]:
    """The first account of the secretariat (the command line alone does this): (person, whether it is new).

    An account that is there already is given the right to the desk.
    """
    with transaction.atomic():
        person = Person.objects.filter(email__iexact=email).first()
        new = person is None
        person = person or Person.objects.create_user(email, name=name)
        if not person.is_staff or not person.is_active:
            person.is_staff = person.is_active = True
            person.save(update_fields=["is_staff", "is_active"])
            history.record("person", person.pk, "give_desk", by=None, at=at, reason="kept createsecretariat")
    return person, new


def _check_manager(person: Person, by: Any, reason: str) -> None:
    if not may_manage_people(by, person):
        raise NotAllowed(_("You may not do this."))
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))


def _others_at_the_desk(person: Person) -> bool:
    """Whether anybody else works here; locked, so that two who leave at once do not both find the other."""
    staff = Person.objects.select_for_update().filter(is_staff=True, is_active=True).values_list("pk", flat=True)
    return bool(set(staff) - {person.pk})


def give_desk(person: Person, *, by: Any, at: datetime, reason: str) -> Person:
    """Let somebody work at the desk. Raises NotAllowed, ReasonOwed, WrongState (works there already, or closed)."""
    _check_manager(person, by, reason)
    with transaction.atomic():
        person = _locked(person)
        if person.is_staff or not person.is_active:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        person.is_staff = True
        _save_and_tell(person, "give_desk", by=by, at=at, reason=reason)
    return person


def take_desk(person: Person, *, by: Any, at: datetime, reason: str) -> Person:
    """Take the right to the desk away. Raises NotAllowed, ReasonOwed, WrongState, Refused for the last one there."""
    _check_manager(person, by, reason)
    with transaction.atomic():
        others = _others_at_the_desk(person)
        person = _locked(person)
        if not person.is_staff:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if not others:
            raise Refused(_("Nobody else works at the desk. Let somebody in first."), code="last_one")
        person.is_staff = False
        _save_and_tell(person, "take_desk", by=by, at=at, reason=reason)
    return person


_TOLD = {
    "give_desk": gettext_lazy("You can now work at the desk of the secretariat."),
    "take_desk": gettext_lazy("You can no longer work at the desk of the secretariat."),
}


def _save_and_tell(person: Person, verb: str, *, by: Any, at: datetime, reason: str) -> None:
    person.save(update_fields=["is_staff"])
    history.record("person", person.pk, verb, by=by, at=at, reason=reason)
    announce("person.desk", person=person, by=by, at=at, works_there=person.is_staff)
    words = {"what": _TOLD[verb], "by": str(by), "reason": reason.strip()}
    mail.queue("people/desk_right", to=person.email, language=person.language, person=person, context=words, at=at)


def close_account(person: Person, *, by: Any, at: datetime, reason: str) -> Person:
    """Close an account: nobody signs in with it, its links are void, it speaks for nobody. What it did stays.

    Raises NotAllowed, ReasonOwed, WrongState, Refused for the last one at the desk.
    """
    _check_manager(person, by, reason)
    with transaction.atomic():
        others = _others_at_the_desk(person)
        person = _locked(person)
        if not person.is_active:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if person.is_staff and not others:
            raise Refused(_("Nobody else works at the desk. Let somebody in first."), code="last_one")
        person.is_active = False
        person.save(update_fields=["is_active"])
        Link.objects.filter(person=person, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
        history.record("person", person.pk, "close_account", by=by, at=at, reason=reason)
        announce("person.closed", person=person, by=by, at=at)
    return person


def open_account(person: Person, *, by: Any, at: datetime, reason: str) -> Person:
    """Open a closed account again. Raises NotAllowed, ReasonOwed, WrongState."""
    _check_manager(person, by, reason)
    with transaction.atomic():
        person = _locked(person)
        if person.is_active:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        person.is_active = True
        person.save(update_fields=["is_active"])
        history.record("person", person.pk, "open_account", by=by, at=at, reason=reason)
        announce("person.opened", person=person, by=by, at=at)
    return person


def note_bounce(email: str, *, at: datetime, reason: str = "") -> Person | None:
    """Mail to this address came back: shown at the person, their organisations, and on the desk.

    None where no account has this address. A second time changes nothing.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(email__iexact=email).first()
        if person is None or person.bounced_at:
            return person
        person.bounced_at = at
        person.save(update_fields=["bounced_at"])
        history.record("person", person.pk, "bounced", by=None, at=at, reason=reason)
        announce("person.bounced", person=person, at=at)
    return person


def address_works(person: Person, *, at: datetime) -> None:
    """Mail to this person arrives again: they typed a code that was sent there."""
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(bounced_at=None)
        history.record("person", person.pk, "address_works", by=person, at=at)
    person.bounced_at = None


@listens("mail.bounced")
def _mail_bounced(*, email: str, at: datetime, reason: str = "", **_more: Any) -> None:
    note_bounce(email, at=at, reason=reason)
