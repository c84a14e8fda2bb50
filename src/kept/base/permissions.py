"""Who may do what on the ground floor, as predicates with names."""

from __future__ import annotations

from typing import Any


def may_use_desk(person: Any) -> bool:
    """Works for the secretariat (people/permissions.py says the same by the name `is_secretariat`).

    Not while a second factor is owed: the mark that people/signin.py sets for a request.
    """
    here = bool(person and person.is_authenticated and person.is_active and person.is_staff)
    return here and not getattr(person, "second_factor_owed", False)


def may_change_settings(person: Any) -> bool:
    """Changes the coalition's names and contact, rates, names of places, groups: the secretariat."""
    return may_use_desk(person)
