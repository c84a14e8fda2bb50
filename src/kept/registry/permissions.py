"""Who may do what with saved searches and remarks, as predicates with names."""

from __future__ import annotations

from typing import Any

from kept.people.permissions import belongs_to, is_secretariat, speaks_for, writes_for
from kept.registry.models import Remark, RemarkState, SavedSearch


def may_keep_search(person: Any, search: SavedSearch) -> bool:
    """Pauses, changes, ends a search: its own account. (An address without account does it by its link.)"""
    return bool(person and person.is_authenticated and search.person_id == person.pk)


def may_see_remark(person: Any, remark: Remark) -> bool:
    """Once it is confirmed: the secretariat, and those who belong to the organisation that it is about."""
    if remark.state == RemarkState.UNCONFIRMED:
        return False
    return is_secretariat(person) or belongs_to(person, remark.organisation_id)


def may_handle_remark(person: Any, remark: Remark) -> bool:
    """Passes it on, shows it on the page, closes it: the secretariat."""
    return is_secretariat(person)


def may_answer_remark(person: Any, remark: Remark) -> bool:
    """Answers who made it: the secretariat, or who speaks for the organisation."""
    return is_secretariat(person) or speaks_for(person, remark.organisation_id)


def may_reply_to_remark(person: Any, remark: Remark) -> bool:
    """Has the owner's word shown beside it: who speaks for the organisation."""
    return speaks_for(person, remark.organisation_id)


def may_correct_after_remark(person: Any, remark: Remark) -> bool:
    """Begins the correction of the pledge: who writes for its organisation."""
    return remark.pledge_id is not None and writes_for(person, remark.organisation_id)
