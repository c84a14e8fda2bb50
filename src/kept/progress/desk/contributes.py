"""The desk's menu entries for progress, with what waits behind each; imported by the room's `contributes.py`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base.navigation import DESK, MY, Entry, badge, register
from kept.people.permissions import is_secretariat, roles_of, writes_for
from kept.progress import queries
from kept.progress.models import Appeal, AppealState, SameMoney, SameMoneyState

PROGRESS = _("Progress")


def writes_somewhere(person: Any) -> bool:
    """Writes for an organisation: is asked what became of its pledges."""
    return any(writes_for(person, organisation) for organisation in roles_of(person))


def answers_for_parts(person: Any) -> bool:
    """Speaks for an organisation that is a partner of a joint pledge."""
    return queries.is_partner_somewhere(person)


register(Entry(_("Reports"), "progress:my_mine", 22, section=MY, permission=writes_somewhere,
               badge=lambda person: badge(queries.waiting_of(person).count()) if person else None))  # fmt: skip
register(Entry(_("Our parts"), "progress:my_parts", 23, section=MY, permission=answers_for_parts,
               badge=lambda person: badge(len(queries.parts_to_answer(person))) if person else None))  # fmt: skip
for _name, _url, _order, _waits in (
    (_("Reports to check"), "progress:desk_reports", 40, queries.to_review),
    (_("Rounds"), "progress:desk_rounds", 41, None),
    (_("Own files"), "progress:desk_sources", 44, None),
    (_("Support needed"), "progress:desk_support", 46, None),
    (_("Indicators"), "progress:desk_definitions", 45, None),
    (_("Objections"), "progress:desk_appeals", 42, Appeal.objects.filter(state=AppealState.OPEN).count),
    (_("The same money?"), "progress:desk_same_money", 43, SameMoney.objects.filter(state=SameMoneyState.OPEN).count),
):
    register(Entry(_name, _url, _order, section=DESK, permission=is_secretariat, group=PROGRESS,
                   badge=(lambda person, waits=_waits: badge(waits())) if _waits else None))  # fmt: skip
