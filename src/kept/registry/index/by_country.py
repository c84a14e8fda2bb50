"""What a selection promises country by country, out of the index: for the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kept.registry.index import answering, columns
from kept.registry.index.asking import Question, every, term
from kept.registry.index.passes import all_of
from kept.registry.index.sums import COUNTRIES, FOLLOWING, NAMED
from kept.registry.selection import Selection

SUMS = {"cents": {"sum": {"field": "cents"}}, "people": {"sum": {"field": "people"}}}
Figures = dict[str, list[int]]  # {country: [pledges that name it, that only cover it, their cents, their people]}


def by_country(selection: Selection, instead: Mapping[str, Sequence[str]] | None = None) -> Figures | None:
    """The figures of each country; None where the index cannot answer. Sums are of the pledges that name it.

    A float holds each sum exactly up to 2**53; beyond, the sum of one country may be some cents off.
    """
    reading = answering.able(selection)
    if reading is None:
        return None
    key = ("by country", selection.q, frozenset((name, frozenset(values)) for name, values in selection.chosen.items()))
    if (known := reading.memory.get(key)) is not None:
        return known
    query = Question(selection, reading.searcher, instead).query()
    found: Figures = {}
    for among in {column.among for column in COUNTRIES}:
        narrowed = every([query, term("has", among)]) if among else query
        some = [column for column in COUNTRIES if column.among == among]
        answer = reading.searcher.aggregate(narrowed, {one.name: all_of(one.name) | {"aggs": SUMS} for one in some})
        for column in some:
            _add(column, answer[column.name]["buckets"], found)
    reading.memory.put(key, found)
    return found


def _add(column: columns.Column, buckets: list[dict], found: Figures) -> None:
    parts = [(at, part in NAMED) for at, part in enumerate(column.parts) if part in NAMED | FOLLOWING]
    for bucket in buckets:
        values, number = columns.unpacked(bucket["key"]), bucket["doc_count"]
        for at, named in parts:
            for code in values[at]:
                figures = found.setdefault(code, [0, 0, 0, 0])
                figures[0 if named else 1] += number
                if named:
                    figures[2] += int(bucket["cents"]["value"])
                    figures[3] += int(bucket["people"]["value"])
