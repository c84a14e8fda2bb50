"""The order of an answer, exact to the last place: tiers, within a tier a field, within equal values the newest.

    relevance  how closely the words are met (asking.Question.levels), then newest
    newest     by instant of publication, then by number
    largest    by US dollars, then newest; those without a figure last
    ending     what ends next, then later; those without an end; those that are over, the longest over first
    (others)   what rooms bring (pledges.facets.Ordering): the highest first, then those without a figure

The index sorts by one field at a time. Where a page begins or ends among pledges with the same value, that value's
pledges are asked for by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tantivy import FieldType, Order, Query, Searcher

from kept.registry.index.asking import Question, but_not, every, term
from kept.registry.index.schema import orderings, schema

NEWEST = "newest"
WINDOW = 5000  # pledges that an export takes at a time
Hit = tuple[int, Any]  # value, address of the document


@dataclass(frozen=True)
class Tier:
    """Part of an answer, in one order. Among equal values of `by` the newest comes first."""

    query: Query
    by: str = NEWEST
    descending: bool = True


def tiers(question: Question, today: date) -> list[Tier]:
    """The parts of an answer, one after the other; no pledge is in two."""
    base, order = question.query(), question.selection.order
    if order == "relevance":
        found, closer = [], []
        for level in question.levels():
            found.append(Tier(but_not(every([base, level]), closer)))
            closer = [*closer, level]
        return [*found, Tier(but_not(base, closer))]
    if order == "largest":
        told = term("tells", "usd")
        return [Tier(every([base, told]), "cents"), Tier(but_not(base, [told]))]
    if order == "ending":
        told, day = term("tells", "end"), today.toordinal()
        return [
            Tier(every([base, _at_least("ends", day)]), "ends", descending=False),
            Tier(but_not(base, [told])),
            Tier(every([base, _at_most("ends", day - 1)]), "ends", descending=False),
        ]
    if order in orderings():
        told = term("tells", f"o_{order}")
        return [Tier(every([base, told]), f"o_{order}"), Tier(but_not(base, [told]))]
    return [Tier(base)]  # "reported" too, where no room knows of reports


def page(searcher: Searcher, parts: Sequence[Tier], start: int, size: int, total: int | None = None) -> list[int]:
    """The revisions from place `start` on, at most `size`; all tiers together have `total`, if that is known."""
    found: list[Hit] = []
    for tier in parts:
        if len(found) == size or total is not None and total <= 0:
            break
        number = total if tier is parts[-1] else _count(searcher, tier.query)
        if number is None or start < number:
            most = size - len(found)
            found += cut(searcher, tier, start, most if number is None else min(most, number - start), number)
        if number is not None:
            start, total = max(0, start - number), None if total is None else total - number
    return searcher.fast_field_values("key", [address for _value, address in found])


def cut(searcher: Searcher, tier: Tier, start: int, size: int, number: int | None) -> list[Hit]:
    """Places `start` to `start + size` of a tier that has `number` pledges, if that is known."""
    if tier.by == NEWEST:
        return _window(searcher, tier, start, size, number)
    hits = _window(searcher, tier, start, size, number)
    found: list[Hit] = []
    for value, among in _runs(hits):
        reaches_before = not found and start > 0
        is_last = len(found) + len(among) == len(hits)
        reaches_beyond = is_last and (number is None or start + len(hits) < number)
        if reaches_before or reaches_beyond:
            same = Tier(every([tier.query, term(tier.by, value)]))
            earlier = start - _count(searcher, _beyond(tier, value)) if reaches_before else 0
            total = _count(searcher, same.query)
            among = _window(searcher, same, earlier, len(among), total)
        else:
            among = _newest_first(searcher, among)
        found += among
    return found


def all_of(searcher: Searcher, tier: Tier) -> Iterator[list[int]]:
    """Every revision of a tier in its order, in pieces."""
    for hits in _by_newest(searcher, tier.query) if tier.by == NEWEST else _by_value(searcher, tier):
        yield searcher.fast_field_values("key", [address for _value, address in hits])


def _by_newest(searcher: Searcher, query: Query) -> Iterator[list[Hit]]:
    rest = query
    while hits := searcher.search(rest, WINDOW, count=False, order_by_field=NEWEST).hits:
        yield hits
        if len(hits) < WINDOW or not hits[-1][0]:
            return
        rest = every([query, _at_most(NEWEST, hits[-1][0] - 1)])


def _by_value(searcher: Searcher, tier: Tier) -> Iterator[list[Hit]]:
    rest = tier
    while hits := _window(searcher, rest, 0, WINDOW, None):
        groups = _runs(hits)
        if len(hits) == WINDOW and len(groups) > 1:
            groups.pop()  # may go on beyond what was taken
        last = groups[-1][0]
        if len(hits) == WINDOW and len(groups) == 1:
            yield from _by_newest(searcher, every([tier.query, term(tier.by, last)]))
        else:
            yield [hit for _value, among in groups for hit in _newest_first(searcher, among)]
        if len(hits) < WINDOW:
            return
        rest = Tier(_after(tier, last), tier.by, tier.descending)


# Pieces ------------------------------------------------------------------------------------------------------


def _window(searcher: Searcher, tier: Tier, start: int, size: int, number: int | None) -> list[Hit]:
    """What stands in these places by the field alone; from the end where that is nearer."""
    if number is not None and start > number - start - size:
        from_end = max(0, number - start - size)
        hits = _hits(searcher, tier, from_end, number - from_end - start, not tier.descending)
        return hits[::-1]
    return _hits(searcher, tier, start, size, tier.descending)


def _hits(searcher: Searcher, tier: Tier, start: int, size: int, descending: bool) -> list[Hit]:
    order = Order.Desc if descending else Order.Asc
    return searcher.search(
        tier.query, max(1, size), count=False, order_by_field=tier.by, offset=start, order=order
    ).hits[: max(0, size)]


def _newest_first(searcher: Searcher, hits: list[Hit]) -> list[Hit]:
    if len(hits) < 2:
        return hits
    values = searcher.fast_field_values(NEWEST, [address for _value, address in hits])
    order = sorted(range(len(hits)), key=lambda at: -values[at])
    return [hits[at] for at in order]


def _runs(hits: Sequence[Hit]) -> list[tuple[int, list[Hit]]]:
    """Neighbours with the same value."""
    runs: list[tuple[int, list[Hit]]] = []
    for hit in hits:
        if runs and runs[-1][0] == hit[0]:
            runs[-1][1].append(hit)
        else:
            runs.append((hit[0], [hit]))
    return runs


def _count(searcher: Searcher, query: Query) -> int:
    return searcher.search(query, 1, count=True).count


def _beyond(tier: Tier, value: int) -> Query:
    """What stands before a value in the tier's order."""
    side = _at_least(tier.by, value + 1) if tier.descending else _at_most(tier.by, value - 1)
    return every([tier.query, side])


def _after(tier: Tier, value: int) -> Query:
    """What stands after a value in the tier's order."""
    side = _at_most(tier.by, value - 1) if tier.descending else _at_least(tier.by, value + 1)
    return every([tier.query, side])


def _at_least(field: str, value: int) -> Query:
    return Query.range_query(schema(), field, FieldType.Unsigned, lower_bound=value)


def _at_most(field: str, value: int) -> Query:
    if value < 0:
        return Query.empty_query()
    return Query.range_query(schema(), field, FieldType.Unsigned, upper_bound=value)
