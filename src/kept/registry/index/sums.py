"""The counter of a selection, out of what was counted in the index. Rules: `pledges.counting`."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import date

import numpy as np

from kept.pledges import counting
from kept.registry.index import columns, counted
from kept.registry.index.columns import Column
from kept.registry.index.counted import Counts
from kept.registry.index.reading import Reading
from kept.registry.index.records import SEAT_BITS
from kept.registry.index.segment import Found, Segment, sum_by

MONEY = columns.named("c_money")
COUNTRIES = columns.columns_of("country")
FOLLOWING = {"covered", "country_covered"}  # parts with countries that no pledge names
NAMED = set(columns.parts_of("country")) - FOLLOWING
NOT_SUMMED = ("none", "unconverted")


def columns_of() -> set[Column]:
    """The columns that sums are made of."""
    return {MONEY, *COUNTRIES}


def counter(reading: Reading, rows: Sequence[Found], counts: Counts, today: date) -> counting.Counter:
    """The figures of the pledges that were found."""
    bands: Tally[str] = Tally()
    natures: Tally[str] = Tally()
    instruments: Tally[str] = Tally()
    for segment, here, found in zip(reading.segments, rows, counts, strict=True):
        cents: list[int] | None = None  # asked for where some of these have a sum
        for n, key in enumerate(segment.part.keys(MONEY).texts):
            number = int(found[MONEY.name][n])
            if not number:
                continue
            (band,), nature, instrument, _status = columns.unpacked(key)
            bands[band] += number
            if band not in NOT_SUMMED:
                cents = cents_by_key(segment, here) if cents is None else cents
                natures["".join(nature)] += cents[n]
                instruments["".join(instrument)] += cents[n]
    codes = [one.who(here) for one, here in zip(reading.segments, rows, strict=True)]
    who = np.concatenate(codes) if codes else np.zeros(0, np.int64)
    named, reached = set(), set()
    for column in COUNTRIES:
        for some in counted.values(reading, counts, column, NAMED):
            named.update(some)
        for some in counted.values(reading, counts, column, FOLLOWING):
            reached.update(some)
    pledges = sum(bands.values())
    return counting.Counter(
        pledges=pledges,
        organisations=_different(who >> SEAT_BITS),
        countries=_different((seats := who & (1 << SEAT_BITS) - 1)[seats > 0]),
        countries_reached=len(named | reached),
        amount_usd=counting.dollars(sum(natures.values())),
        pledges_with_amount=pledges - sum(bands[band] for band in NOT_SUMMED),
        as_of=today,
        countries_named=len(named),
        not_converted=bands["unconverted"],
        by_nature={name: counting.dollars(usd) for name, usd in natures.items()},
        by_instrument={name: counting.dollars(usd) for name, usd in instruments.items()},
    )


def _different(numbers: np.ndarray) -> int:
    """How many there are: keys of a table, so that marking each costs less than sorting them."""
    there = np.zeros(int(numbers.max(initial=0)) + 1, bool)
    there[numbers] = True
    return int(np.count_nonzero(there))


def cents_by_key(segment: Segment, here: Found) -> list[int]:
    """The US dollars of these rows in cents, for each key of the money column; exact.

    Of keys that stand for no dollars (NOT_SUMMED) it means nothing: their rows have -1.
    """
    keys, codes, cents = segment.part.keys(MONEY), segment.part.codes(MONEY), segment.arrays["cents"]
    rows, others = here.rows
    found = sum_by(codes.take(rows), cents.take(rows), keys.number)
    if not others:
        return found
    return [whole - left for whole, left in zip(_all_cents(segment), found, strict=True)]


def _all_cents(segment: Segment) -> list[int]:
    if segment.all_cents is None:
        codes, cents = segment.part.codes(MONEY), segment.arrays["cents"]
        alive = segment.alive
        segment.all_cents = sum_by(codes[alive], cents[alive], segment.part.keys(MONEY).number)
    return segment.all_cents
