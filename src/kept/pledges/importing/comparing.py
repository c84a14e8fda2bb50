"""What a pledge that is here already would say after a row was taken over: equal to what it says means nothing changed.

A file rarely holds everything: what it has no column for stays as it is, and what it says in other words (a list in
another order, 5 for 5.00) is no change.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kept.pledges.content import FIELDS, PledgeContent
from kept.pledges.importing.cells import one_line, tidy_text

_SETS = ("focus_areas", "kinds", "beneficiaries", "targets", "sdgs")
_NUMBERS = ("amount", "amount_usd")
_TEXTS = ("title", "summary", "description", "occasion", "source_stage")
Root = Callable[[int], int]  # the id of the organisation that another one lives on as


def taken_over(
    known: PledgeContent, row: PledgeContent, *, brings: frozenset[str], root: Root, usd: Decimal | None = None
) -> PledgeContent:
    """`known` with what `row` says otherwise; `brings` are the fields of which an empty cell says "nothing", too.

    `usd` is what the registry shows for the pledge: a file that repeats it brings no conversion of its own.
    """
    changes: dict[str, Any] = {}
    said = {*brings, *(name for name in FIELDS if name != "language" and row.plain(name) is not None)}
    for name in said:
        before, after = getattr(known, name), getattr(row, name)
        if name == "lead":
            same = bool(before) and root(before) == root(after)
        elif name == "partners":
            same, after = _partners(before, after, root)
        elif name == "amount_usd" and usd is not None and after and Decimal(after) == usd:
            same = True
        else:
            same = _same(name, before, after)
        if not same:
            changes[name] = after
    return known.with_(**changes) if changes else known


def _same(name: str, before: Any, after: Any) -> bool:
    if before == after:
        return True
    if name in _SETS:
        return set(before) == set(after)
    if name in _NUMBERS:
        return bool(before) and bool(after) and Decimal(before) == Decimal(after)
    if name in _TEXTS:
        return _said(before) == _said(after)
    if name == "indicators":
        return [_indicator(one) for one in before] == [_indicator(one) for one in after]
    return False


def _said(text: str) -> str:
    return one_line(tidy_text(text))


def _indicator(one: Any) -> tuple[str, ...]:
    """What an export's cell holds of an indicator: it gives up the marks that separate."""
    values = (one.name, one.unit, one.baseline, one.target, one.by)
    return tuple(_said(value.replace(";", ",").replace("|", ",")) for value in values)


def _partners(before: tuple, after: tuple, root: Root) -> tuple[bool, tuple]:
    """Whether the same organisations take part; a part that the file does not name stays."""
    parts = {root(partner.organisation): partner.part for partner in before}
    kept = tuple(
        type(partner)(partner.organisation, partner.part or parts.get(root(partner.organisation), ""))
        for partner in after
    )
    said = {root(partner.organisation): partner.part for partner in kept}
    return said == parts, kept
