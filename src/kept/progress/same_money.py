"""Which pledges look like the same money: the rules, pure. What it is, people decide.

Two pledges here: the same US dollars (where there is no rate, the same amount), and the same owner or nearly the same words.
A pledge here and an entry of another registry's list: the same amount in its currency, or US dollars that differ by less than
`NEAR` (each was converted on a day of its own), and the same owner or nearly the same words. An equal amount alone is no reason:
many pledges name a round million.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

NEAR = Decimal("0.02")
LEAST_WORD = 4  # letters; shorter words say nothing


@dataclass(frozen=True, slots=True)
class Entry:
    """A pledge here: `names` are its lead's, normalised."""

    pledge: int
    lead: int
    names: frozenset[str]
    usd_cents: int | None
    amount: Decimal
    currency: str
    year: int
    title: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An entry of another registry's list; `name` normalised, `year` 0 and `usd_cents` None where not known."""

    registry: str
    reference: str
    url: str
    name: str
    usd_cents: int | None
    amount: Decimal
    currency: str
    year: int
    title: str


def resemblances(here: Sequence[Entry]) -> Iterator[tuple[Entry, Entry, list[str]]]:
    """Pairs of pledges here, with the reasons."""
    by_amount: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in here:  # without a rate, by the amount itself
        known = ("USD", entry.usd_cents) if entry.usd_cents else (entry.currency, entry.amount)
        by_amount[known].append(entry)
    for same in by_amount.values():
        for i, one in enumerate(same):
            for other in same[i + 1 :]:
                why = _who(one.lead == other.lead != 0 or bool(one.names & other.names), one.title, other.title)
                if why:
                    yield one, other, ["same_amount", *why]


def found_elsewhere(
    here: Sequence[Entry], elsewhere: Iterable[Elsewhere]
) -> Iterator[tuple[Entry, Elsewhere, list[str]]]:
    """Pairs of a pledge here and an entry of another registry, with the reasons."""
    by_name: dict[str, list[Entry]] = defaultdict(list)
    by_amount: dict[tuple[str, Decimal], list[Entry]] = defaultdict(list)
    for entry in here:
        for name in entry.names:
            by_name[name].append(entry)
        by_amount[entry.currency, entry.amount].append(entry)
    for other in elsewhere:
        candidates = {e.pledge: e for e in (*by_name[other.name], *by_amount[other.currency, other.amount])}
        for one in candidates.values():
            if why := reasons(one, other):
                yield one, other, why


def reasons(one: Entry, other: Elsewhere) -> list[str]:
    """Why they may be the same money; none: the amounts differ, or nothing else speaks for it."""
    who = _who(other.name in one.names, one.title, other.title)
    money = _money(one, other)
    if not who or not money:
        return []
    return [money, *who, *(["same_year"] if other.year and one.year == other.year else [])]


def _money(one: Entry, other: Elsewhere) -> str:
    if one.currency == other.currency and one.amount == other.amount:
        return "same_amount"
    if other.usd_cents is None or not one.usd_cents:
        return ""
    apart = abs(one.usd_cents - other.usd_cents)
    return ("near_amount" if apart else "same_amount") if apart <= one.usd_cents * NEAR else ""


def _who(same_lead: bool, title: str, other_title: str) -> list[str]:
    mine, theirs = _words(title), _words(other_title)
    alike = bool(mine) and len(mine & theirs) * 2 >= len(mine | theirs)
    return [*(["same_lead"] if same_lead else []), *(["same_words"] if alike else [])]


def _words(title: str) -> set[str]:
    return {word for word in title.casefold().split() if len(word) >= LEAST_WORD}
