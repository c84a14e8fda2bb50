"""The answer to a selection, out of the index: how many, which, the facets' numbers, the sums.

A facet's number is how many pledges have that value, with all other facets and the words as chosen: facets of which
nothing is chosen are counted together, each of the others once more without its own values.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from tantivy import Query

from kept.pledges import counting
from kept.pledges.models import Revision
from kept.registry import facets
from kept.registry.index import columns, ordering, schema
from kept.registry.index.asking import Question
from kept.registry.index.columns import Column
from kept.registry.index.documents import SHARE
from kept.registry.index.following import fresh
from kept.registry.index.reading import Reading
from kept.registry.search import Answer
from kept.registry.selection import Selection

MOST_KEYS = 2**31 - 1  # of one column: every one is told
EXACT = 2**53  # up to here a float holds every whole number
MONEY = next(column for column in columns.all_columns() if column.name == "c_money")
COUNTRIES = [column for column in columns.all_columns() if column.name.startswith("c_country_")]
SEATS = [column for column in columns.all_columns() if column.name in ("c_origin_seat", "c_partner_seats")]


@dataclass(frozen=True)
class IndexAnswer(Answer):
    """`instead`: words that no pledge has, and those that were looked for in their place."""

    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """What is true of a selection whatever its order and page."""

    count: int
    facets: dict[str, dict[str, int]]
    sums: counting.Counter | None
    instead: Mapping[str, tuple[str, ...]]


def answer(
    selection: Selection, page_size: int = 20, *, with_facets: bool = True, with_sums: bool = True
) -> IndexAnswer | None:
    """Answer one page of a selection; None where the index cannot: SQL has to."""
    reading = _able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    figures = _remembered(reading, selection, today, with_facets=with_facets, with_sums=with_sums)
    pages = max(1, -(-figures.count // page_size))
    page = min(selection.page, pages)
    keys: list[int] = []
    if figures.count:
        question = Question(selection, reading.searcher, figures.instead)
        keys = ordering.page(
            reading.searcher, ordering.tiers(question, today), (page - 1) * page_size, page_size, figures.count
        )
    return IndexAnswer(
        count=figures.count,
        keys=keys,
        page=page,
        pages=pages,
        facets={name: dict(numbers) for name, numbers in figures.facets.items()},
        sums=figures.sums,
        instead=figures.instead,
    )


def count(selection: Selection) -> int | None:
    """How many pledges a selection holds; None where the index cannot answer."""
    reading = _able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    return _remembered(reading, selection, today, with_facets=False, with_sums=False).count


def keys(selection: Selection, *, chunk: int = 500) -> Iterator[list[int]] | None:
    """Every revision of a selection in its order, in pieces, with flat memory; None where the index cannot answer."""
    reading = _able(selection)
    return None if reading is None else _keys(reading, selection, chunk)


def _keys(reading: Reading, selection: Selection, chunk: int) -> Iterator[list[int]]:
    today = timezone.now().astimezone(UTC).date()
    figures = _remembered(reading, selection, today, with_facets=False, with_sums=False)
    rest: list[int] = []
    for tier in ordering.tiers(Question(selection, reading.searcher, figures.instead), today):
        for some in ordering.all_of(reading.searcher, tier):
            rest += some
            while len(rest) >= chunk:
                yield rest[:chunk]
                rest = rest[chunk:]
    if rest:
        yield rest


def _able(selection: Selection) -> Reading | None:
    """The index, where it can answer: for the present, and where it knows every facet."""
    if selection.as_of is not None or selection.problems:
        return None
    known = {*schema.facets(), "organisation"}
    if any(facet.name not in known for facet in facets.all_facets() if facet.counts or selection.of(facet.name)):
        return None
    return fresh()


# Figures -----------------------------------------------------------------------------------------------------


def _remembered(reading: Reading, selection: Selection, today: date, *, with_facets: bool, with_sums: bool) -> Figures:
    """Figures once worked out are true until something changes, for every order and page."""
    asked = (selection.q, frozenset((name, frozenset(values)) for name, values in selection.chosen.items()))
    for more in {(with_facets, with_sums), (True, True)}:
        if (known := reading.memory.get((*asked, *more, today))) is not None:
            return known
    figures = _figures(reading, Question(selection, reading.searcher), today, with_facets, with_sums)
    if not figures.count and selection.q:
        corrected = Question(selection, reading.searcher).corrected()
        if corrected:
            again = Question(selection, reading.searcher, corrected)
            other = _figures(reading, again, today, with_facets, with_sums)
            figures = replace(other, instead=corrected) if other.count else figures
    reading.memory.put((*asked, with_facets, with_sums, today), figures)
    return figures


def _figures(reading: Reading, question: Question, today: date, with_facets: bool, with_sums: bool) -> Figures:
    query = question.query()
    if not (with_facets or with_sums):
        return Figures(reading.searcher.search(query, 1, count=True).count, {}, None, {})
    chosen = _narrowing(question.selection) if with_facets else ()
    together = [name for name in _counted() if name not in chosen] if with_facets else []
    wanted = {column.name: column for name in together for column in columns.columns_of(name)}
    asked = {column.name: _terms(column) for column in wanted.values()}
    if with_sums:
        asked |= _asked_for_sums()
    found = reading.searcher.aggregate(query, {**asked, "number": {"value_count": {"field": "key"}}})
    numbers = {name: Tally() for name in together}
    for column in wanted.values():
        columns.tally(column, found[column.name]["buckets"], numbers)
    for name in chosen:
        numbers[name] = _without(reading, question, name)
    return Figures(
        count=int(found["number"]["value"]),
        facets=_shaped(reading, numbers) if with_facets else {},
        sums=_sums(reading, query, found, today) if with_sums else None,
        instead=question.instead,
    )


def _counted() -> list[str]:
    return [facet.name for facet in facets.all_facets() if facet.counts is not None]


def _narrowing(selection: Selection) -> list[str]:
    """Facets of which values are chosen, or hold where none is."""
    return [facet.name for facet in facets.all_facets() if facet.counts and (selection.of(facet.name) or facet.default)]


def _without(reading: Reading, question: Question, name: str) -> Tally[str]:
    """A facet's numbers with all others as chosen."""
    own = columns.columns_of(name)
    found = reading.searcher.aggregate(question.query(without=name), {one.name: _terms(one) for one in own})
    numbers: Tally[str] = Tally()
    for column in own:
        columns.tally(column, found[column.name]["buckets"], {name: numbers})
    return numbers


def _terms(column: Column) -> dict[str, Any]:
    return _all_of(column.name)


def _all_of(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": MOST_KEYS, "segment_size": MOST_KEYS}}


def _shaped(reading: Reading, numbers: Mapping[str, Tally[str]]) -> dict[str, dict[str, int]]:
    """In the order of the page, short lists with their zeros: as the facets tell it themselves of no pledges."""
    shaped = {}
    for facet in facets.all_facets():
        if facet.name not in numbers:
            continue
        empty = reading.memory.get(("shape", facet.name))
        if empty is None:
            empty = facet.counts(Revision.objects.none())
            reading.memory.put(("shape", facet.name), empty)
        found = sorted(numbers[facet.name].items(), key=_ORDERS.get(facet.name, lambda pair: (-pair[1], pair[0])))
        shaped[facet.name] = dict(empty) | dict(found)
    return shaped


_ORDERS = {
    "year": lambda pair: -int(pair[0]),
    "sdg": lambda pair: (int(pair[0].split(".")[0]), pair[0]),
}


# Sums --------------------------------------------------------------------------------------------------------


def _asked_for_sums() -> dict[str, Any]:
    asked = {column.name: _terms(column) for column in (*COUNTRIES, *SEATS)}
    asked[MONEY.name] = {**_terms(MONEY), "aggs": {"cents": {"sum": {"field": "cents"}}}}
    return asked | {"lead": _all_of("lead"), "partner": _all_of("partner")}


def _sums(reading: Reading, query: Query, found: Mapping[str, Any], today: date) -> counting.Counter:
    def values(column: Column, part: int) -> set[str]:
        return {value for each in found[column.name]["buckets"] for value in columns.unpacked(each["key"])[part]}

    bands: Tally[str] = Tally()
    natures: Tally[str] = Tally()
    instruments: Tally[str] = Tally()
    cents = _cents(reading, query, found)
    for bucket in found[MONEY.name]["buckets"]:
        (band,), nature, instrument = columns.unpacked(bucket["key"])
        bands[band] += bucket["doc_count"]
        if band not in ("none", "unconverted"):
            natures["".join(nature)] += cents[bucket["key"]]
            instruments["".join(instrument)] += cents[bucket["key"]]
    organisations = {each["key"] for name in ("lead", "partner") for each in found[name]["buckets"]}
    named = set().union(*(values(column, 0) for column in COUNTRIES if column.name != "c_country_covered"))
    covered = set().union(*(values(column, 0) for column in COUNTRIES if column.name == "c_country_covered"))
    seats = values(SEATS[0], 1) | values(SEATS[1], 0)
    pledges = sum(bands.values())
    return counting.Counter(
        pledges=pledges,
        organisations=len(organisations),
        countries=len(seats),
        countries_reached=len(named | covered),
        amount_usd=_dollars(sum(natures.values())),
        pledges_with_amount=pledges - bands["none"] - bands["unconverted"],
        as_of=today,
        countries_named=len(named),
        not_converted=bands["unconverted"],
        by_nature={name: _dollars(usd) for name, usd in natures.items()},
        by_instrument={name: _dollars(usd) for name, usd in instruments.items()},
    )


def _cents(reading: Reading, query: Query, found: Mapping[str, Any]) -> dict[str, int]:
    """{key of the money column: cents}, exact. A float adds whole numbers exactly up to 2**53; beyond, by halves."""
    buckets = found[MONEY.name]["buckets"]
    if sum(bucket["cents"]["value"] for bucket in buckets) < EXACT:
        return {bucket["key"]: int(bucket["cents"]["value"]) for bucket in buckets}
    halves = {name: {"sum": {"field": name}} for name in ("cents_high", "cents_low")}
    again = reading.searcher.aggregate(query, {"money": {**_terms(MONEY), "aggs": halves}})
    return {
        bucket["key"]: int(bucket["cents_high"]["value"]) * SHARE + int(bucket["cents_low"]["value"])
        for bucket in again["money"]["buckets"]
    }


def _dollars(cents: int) -> Decimal:
    return counting.dollars(cents)
