"""Who may do what with a pledge, as predicates with names. Asked by actions, templates and API alike."""

from __future__ import annotations

from typing import Any

from kept.people.permissions import belongs_to, is_secretariat, speaks_for, writes_for
from kept.pledges.models import Pledge, Translation


def may_see_pledge(person: Any, pledge: Pledge) -> bool:
    """Published ones everybody; before that its owner's people, its author, and the secretariat."""
    return pledge.is_public or may_see_draft(person, pledge)


def may_see_draft(person: Any, pledge: Pledge) -> bool:
    """Drafts, conversations, files that are not public."""
    if not (person and person.is_authenticated):
        return False
    return is_secretariat(person) or is_author(person, pledge) or belongs_to(person, pledge.lead_id)


def is_author(person: Any, pledge: Pledge) -> bool:
    """Began a draft that belongs to no organisation yet."""
    return pledge.lead_id is None and pledge.created_by_id is not None and pledge.created_by_id == person.pk


def may_edit_pledge(person: Any, pledge: Pledge) -> bool:
    """May write in its draft: contributors and focal points of its lead; the secretariat on behalf."""
    if is_secretariat(person):
        return pledge.on_behalf or pledge.created_by_id == person.pk
    return is_author(person, pledge) or writes_for(person, pledge.lead_id)


def may_submit_pledge(person: Any, pledge: Pledge) -> bool:
    """May send it in its owner's name."""
    if is_secretariat(person):
        return pledge.on_behalf
    return speaks_for(person, pledge.lead_id)


def may_review_pledge(person: Any, pledge: Pledge | None = None) -> bool:
    """Decides on pledges: the secretariat, but nobody on what their own organisation sent."""
    if not is_secretariat(person):
        return False
    return pledge is None or not belongs_to(person, pledge.lead_id)


def may_withdraw_pledge(person: Any, pledge: Pledge) -> bool:
    """Takes a published pledge back: who speaks for its lead."""
    return speaks_for(person, pledge.lead_id)


def may_delist_pledge(person: Any, pledge: Pledge) -> bool:
    """Takes a pledge that breaks the rules from the registry, in the open."""
    return may_review_pledge(person, pledge)


def may_correct_pledge(person: Any, pledge: Pledge) -> bool:
    """Corrects a rate, removes by law what may not stand in public."""
    return may_review_pledge(person, pledge)


def may_translate_pledge(person: Any, pledge: Pledge) -> bool:
    return is_secretariat(person) or writes_for(person, pledge.lead_id)


def may_check_translation(person: Any, translation: Translation) -> bool:
    """Checks a translation and publishes it: the secretariat or who speaks for the lead, but not who wrote it."""
    if translation.written_by_id == person.pk:
        return False
    return is_secretariat(person) or speaks_for(person, translation.pledge.lead_id)


def may_supersede_pledge(person: Any, pledge: Pledge) -> bool:
    return is_secretariat(person) or speaks_for(person, pledge.lead_id)


def may_change_terms(person: Any) -> bool:
    """Changes the lists that a pledge chooses from: the secretariat."""
    return is_secretariat(person)


def may_import_pledges(person: Any) -> bool:
    """Brings in an office's file, publishes it at once, undoes it: the secretariat."""
    return is_secretariat(person)
