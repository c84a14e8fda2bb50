"""The lists that a pledge chooses from, changed by the secretariat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges import taxonomies
from kept.pledges.models import Term
from kept.pledges.permissions import may_change_terms

CHANGEABLE = ("names", "descriptions", "position", "is_active")


def save_term(taxonomy: str, slug: str, values: Mapping[str, Any], *, by: Any, at: datetime, new: bool = False) -> Term:
    """Change a term, or make a new one. Its slug stands in addresses and documents and never changes.

    Raises NotAllowed, Refused (no name in English, a new one whose slug is taken).
    """
    if not may_change_terms(by):
        raise NotAllowed(_("You may not do this."))
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    if not slug or not values.get("names", {}).get("en", "").strip():
        raise Refused(_("Write its name in English. Its address is made from it."))
    with transaction.atomic():
        found = Term.objects.select_for_update().filter(taxonomy=taxonomy, slug=slug).first()
        if found and new:
            raise Refused(_("There is a term with this address already."))
        term = found or Term(taxonomy=taxonomy, slug=slug)
        was = {name: getattr(term, name) for name in CHANGEABLE} if found else {}
        for name, value in values.items():
            setattr(term, name, value)
        now = {name: getattr(term, name) for name in CHANGEABLE}
        if was != now:
            term.save()
            named = {"taxonomy": taxonomy, "slug": slug, "from": was, "to": now}
            history.record("terms", 1, "change_term" if found else "add_term", by=by, at=at, data=named)
            announce("settings.changed", what="terms", at=at)
            taxonomies.forget()
            transaction.on_commit(taxonomies.forget)
    return term
