"""Somebody under 18: who that is, whose yes they need, and where they never stand. Without a database."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.registration.models import Category, Registration, State

OF_AGE = 18


def is_minor_on(birth_date: date, day: date) -> bool:
    """Under 18 on a day. Whoever was born on 29 February is a year older on 1 March of other years."""
    had_it = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_it) < OF_AGE


def missing(registration: Registration) -> list[str]:
    """What a category that may have minors asks for and is not said: the birth date, of minors a guardian with an address."""
    if not registration.category.for_minors:
        return []
    if registration.birth_date is None:
        return ["birth_date"]
    if not registration.is_minor:
        return []
    own = registration.guardian_email.casefold() == registration.email.casefold()
    lacks = [] if registration.guardian_name.strip() else ["guardian_name"]
    return lacks + ([] if registration.guardian_email and not own else ["guardian_email"])


def owes_guardian(registration: Registration) -> bool:
    """Is under 18, and no guardian has agreed: no seat, and no place online."""
    return registration.is_minor and registration.guardian_agreed_at is None


def register_themselves(category: Category) -> None:
    """Raises Refused: in a category that may have minors everybody says how old they are themselves."""
    if category.for_minors:
        raise Refused(_("Under 18 one may be in this category: everybody registers themselves, because age is asked."))


def may_change_guardian(registration: Registration) -> bool:
    """Another guardian may be named until one has agreed."""
    return registration.state in (State.DRAFT, State.PENDING_GUARDIAN)
