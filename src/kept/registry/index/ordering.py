"""The order of an answer, exact to the last place: tiers, within a tier a figure, within equal figures the newest.

relevance  how closely the words are met (asking.Question.levels), then newest
newest     by instant of publication, then by number
largest    by US dollars, then newest; those without a figure last
ending     what ends next, then later; those without an end; those that are over, the longest over first
(others)   what rooms bring (pledges.facets.Ordering): the highest first, then those without a figure
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kept.registry.index.asking import Masks, Question, but_not, every
from kept.registry.index.reading import Reading
from kept.registry.index.schema import orderings

NEWEST = "newest"
FIGURE = {"newest": "", "largest": "cents", "ending": "ends"}  # what an order goes by first


@dataclass(frozen=True)
class Tier:
    """Part of an answer, in one order (see `filling.in_order`). Among equals the newest comes first."""

    masks: Masks
    by: str = NEWEST


def tiers(question: Question, today: date) -> Iterator[Tier]:
    """The parts of an answer, one after the other; no pledge is in two."""
    base, order = question.found(), question.selection.order
    segments = question.reading.segments
    if order == "relevance":
        for level in question.levels():
            yield Tier(every(base, level))
            base = but_not(base, level)
    elif order == "largest":
        told = [one.arrays["cents"] >= 0 for one in segments]
        yield Tier(every(base, told), "largest")
        base = but_not(base, told)
    elif order == "ending":
        told = [one.arrays["ends"] >= 0 for one in segments]
        ahead = [one.arrays["ends"] >= today.toordinal() for one in segments]
        yield Tier(every(base, ahead), "ending")
        yield Tier(but_not(base, told))
        yield Tier(every(but_not(base, ahead), told), "ending")
        return
    elif order in orderings():
        told = [one.arrays[f"o_{order}"] >= 0 for one in segments]
        yield Tier(every(base, told), f"o_{order}")
        base = but_not(base, told)
    yield Tier(base)  # "reported" too, where no room knows of reports


def page(question: Question, today: date, start: int, size: int) -> list[int]:
    """The revisions from place `start` on, at most `size`."""
    found: list[int] = []
    for tier in tiers(question, today):
        number = sum(map(int, map(np.count_nonzero, tier.masks)))
        if start < number:
            found += cut(question.reading, tier, start, size - len(found)).tolist()
        start = max(0, start - number)
        if len(found) == size:
            break
    return found


def all_of(question: Question, today: date, chunk: int) -> Iterator[list[int]]:
    """Every revision in its order, in pieces."""
    rest: list[int] = []
    for tier in tiers(question, today):
        keys = cut(question.reading, tier, 0, None)
        for start in range(0, len(keys), chunk):
            rest += keys[start : start + chunk].tolist()
            while len(rest) >= chunk:
                yield rest[:chunk]
                rest = rest[chunk:]
    if rest:
        yield rest


def cut(reading: Reading, tier: Tier, start: int, size: int | None) -> np.ndarray:
    """The revisions in these places of a tier; all from `start` on where there is no `size`."""
    end = None if size is None else start + size
    found = []
    for one, mask in zip(reading.segments, tier.masks, strict=True):
        order = one.arrays[f"by_{tier.by}"]
        rows = order.take(np.flatnonzero(mask.take(order))[:end])
        if len(rows):
            found.append((one, rows))
    if len(found) == 1:
        one, rows = found[0]
        return one.arrays["key"][rows[start:end]]
    return _merged(tier, [(one.arrays, rows) for one, rows in found])[start:end]


def _merged(tier: Tier, found: Sequence[tuple]) -> np.ndarray:
    """The keys of rows of several segments, in order."""
    if not found:
        return np.zeros(0, np.int64)

    def all_values(name: str) -> np.ndarray:
        return np.concatenate([arrays[name][rows] for arrays, rows in found])

    by = [-all_values("number"), -all_values("published")]
    figure = FIGURE.get(tier.by, tier.by)
    if figure:
        by.append(all_values(figure) if tier.by == "ending" else -all_values(figure))
    return all_values("key")[np.lexsort(by)]
