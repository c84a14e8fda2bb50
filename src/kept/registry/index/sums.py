"""The counter of a selection, out of what was counted in the index. Rules: `pledges.counting`."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tantivy import Query, Searcher

from kept.pledges import counting
from kept.registry.index import columns
from kept.registry.index.columns import Column
from kept.registry.index.documents import SEAT_BITS, SHARE, seat_number
from kept.registry.index.passes import Buckets, all_of

EXACT = 2**53  # up to here a float holds every whole number
MONEY, SEATS = columns.named("c_money"), columns.named("c_origin_seat")
COUNTRIES = columns.columns_of("country")
FOLLOWING = {"covered", "country_covered"}  # parts with countries that no pledge names
NAMED = set(columns.parts_of("country")) - FOLLOWING
NOT_SUMMED = ("none", "unconverted")


def columns_of(with_sums: bool) -> set[Column]:
    """The columns that sums are made of; one of them holds every pledge once, for their number."""
    return {MONEY, SEATS, *COUNTRIES} if with_sums else {MONEY}


def counter(searcher: Searcher, query: Query, found: Mapping[str, Buckets], today: date) -> counting.Counter:
    """The figures of the pledges that the query finds; no organisations and none of their countries where these were
    not counted (search.BRIEF)."""
    bands: Tally[str] = Tally()
    natures: Tally[str] = Tally()
    instruments: Tally[str] = Tally()
    cents = _cents(searcher, query, found[MONEY.name])
    for bucket in found[MONEY.name]:
        (band,), nature, instrument, _status = columns.unpacked(bucket["key"])
        bands[band] += bucket["doc_count"]
        if band not in NOT_SUMMED:
            natures["".join(nature)] += cents[bucket["key"]]
            instruments["".join(instrument)] += cents[bucket["key"]]
    partners = {int(bucket["key"]) for bucket in found.get("partner", ())}
    leads = {int(bucket["key"]) for bucket in found.get("lead", ())}
    seats = {seat_number(seat) for seat in _values([SEATS], found, {"seat"})} if leads else set()
    seats |= {partner & (1 << SEAT_BITS) - 1 for partner in partners}
    named = _values(COUNTRIES, found, NAMED)
    pledges = sum(bands.values())
    return counting.Counter(
        pledges=pledges,
        organisations=len(leads | {partner >> SEAT_BITS for partner in partners}),
        countries=len(seats - {0}),
        countries_reached=len(named | _values(COUNTRIES, found, FOLLOWING)),
        amount_usd=counting.dollars(sum(natures.values())),
        pledges_with_amount=pledges - sum(bands[band] for band in NOT_SUMMED),
        as_of=today,
        countries_named=len(named),
        not_converted=bands["unconverted"],
        by_nature={name: counting.dollars(usd) for name, usd in natures.items()},
        by_instrument={name: counting.dollars(usd) for name, usd in instruments.items()},
    )


def _values(some: Iterable[Column], found: Mapping[str, Buckets], parts: set[str]) -> set[str]:
    """The values of these parts that are there."""
    values: set[str] = set()
    for column in some:
        places = [at for at, part in enumerate(column.parts) if part in parts]
        for bucket in found[column.name]:
            key = columns.unpacked(bucket["key"])
            for at in places:
                values.update(key[at])
    return values


def _cents(searcher: Searcher, query: Query, buckets: Buckets) -> dict[str, int]:
    """{key of the money column: cents}, exact. A float adds whole numbers exactly up to 2**53; beyond, by halves."""
    if sum(bucket["cents"]["value"] for bucket in buckets) < EXACT:
        return {bucket["key"]: int(bucket["cents"]["value"]) for bucket in buckets}
    halves: dict[str, Any] = {name: {"sum": {"field": name}} for name in ("cents_high", "cents_low")}
    again = searcher.aggregate(query, {"money": all_of(MONEY.name) | {"aggs": halves}})
    return {
        bucket["key"]: int(bucket["cents_high"]["value"]) * SHARE + int(bucket["cents_low"]["value"])
        for bucket in again["money"]["buckets"]
    }
