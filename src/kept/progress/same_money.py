"""Which pledges look like the same money: the rules, pure. What it is, people decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A pledge here (`registry` empty), or an entry of another registry's list."""

    registry: str
    pledge: int  # id here, 0 elsewhere
    reference: str
    lead: int
    lead_name: str  # normalised
    usd_cents: int
    currency: str
    country: str
    ends: str
    title: str


def resemblances(here: Sequence[Entry], elsewhere: Sequence[Entry] = ()) -> Iterator[tuple[Entry, Entry, list[str]]]:
    """Pairs that name the same amount, and the same owner or the same words: with the reasons.

    An equal amount alone is no reason (many pledges name a round million).
    """
    by_amount: dict[int, list[Entry]] = defaultdict(list)
    for entry in here:
        by_amount[entry.usd_cents].append(entry)
    for same in by_amount.values():
        for i, one in enumerate(same):
            for other in same[i + 1 :]:
                why = reasons(one, other)
                if why:
                    yield one, other, why
    for other in elsewhere:
        for one in by_amount.get(other.usd_cents, []):
            why = reasons(one, other)
            if why:
                yield one, other, why


def reasons(one: Entry, other: Entry) -> list[str]:
    """Why two entries of the same amount may be the same money; none: nothing else speaks for it."""
    why = []
    if (one.lead and one.lead == other.lead) or (one.lead_name and one.lead_name == other.lead_name):
        why.append("same_lead")
    if _words(one.title) and len(_words(one.title) & _words(other.title)) * 2 >= len(
        _words(one.title) | _words(other.title)
    ):
        why.append("same_words")
    return ["same_amount", *why] if why else []


def _words(title: str) -> set[str]:
    return {word for word in title.casefold().split() if len(word) > 3}
