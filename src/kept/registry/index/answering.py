"""The answer to a selection, out of the index: how many, which, the facets' numbers, the sums.

A facet's number is how many pledges have that value, with all other facets and the words as chosen: facets of which
nothing is chosen are counted together, each of the others once more without its own values.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date

import numpy as np
from django.utils import timezone

from kept.pledges import counting
from kept.registry import facets
from kept.registry.index import columns, counted, ordering, past, schema, sums
from kept.registry.index.asking import Question
from kept.registry.index.following import fresh
from kept.registry.index.reading import Reading
from kept.registry.search import Answer
from kept.registry.selection import Selection


@dataclass(frozen=True)
class IndexAnswer(Answer):
    """An answer out of the index."""


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
    reading = able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    asked = Question(selection, reading)
    figures = _remembered(asked, today, with_facets=with_facets, with_sums=with_sums)
    if figures.instead:
        asked = Question(selection, reading, figures.instead)
    pages = max(1, -(-figures.count // page_size))
    page = min(selection.page, pages)
    return IndexAnswer(
        count=figures.count,
        keys=ordering.page(asked, today, (page - 1) * page_size, page_size) if figures.count else [],
        page=page,
        pages=pages,
        facets={name: dict(numbers) for name, numbers in figures.facets.items()},
        sums=figures.sums,
        instead=figures.instead,
    )


def count(selection: Selection) -> int | None:
    """How many pledges a selection holds; None where the index cannot answer."""
    reading = able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    return _remembered(Question(selection, reading), today, with_facets=False, with_sums=False).count


def among(selection: Selection, keys: Collection[int]) -> list[int] | None:
    """Those of these revisions that a selection finds; None where the index cannot answer."""
    reading = able(selection)
    if reading is None:
        return None
    wanted = np.fromiter(keys, np.int64, len(keys))
    found = []
    for one, mask in zip(reading.segments, Question(selection, reading).found(), strict=True):
        here = one.arrays["key"]
        found += here[np.isin(here, wanted) & mask].tolist()
    return found


def keys(selection: Selection, *, chunk: int = 500) -> Iterator[list[int]] | None:
    """Every revision of a selection in its order, in pieces; None where the index cannot answer."""
    reading = able(selection)
    return None if reading is None else _keys(reading, selection, chunk)


def _keys(reading: Reading, selection: Selection, chunk: int) -> Iterator[list[int]]:
    today = timezone.now().astimezone(UTC).date()
    figures = _remembered(Question(selection, reading), today, with_facets=False, with_sums=False)
    yield from ordering.all_of(Question(selection, reading, figures.instead), today, chunk)


def able(selection: Selection) -> Reading | None:
    """The index, where it can answer: for the present, and where it knows every facet."""
    return fresh() if selection.as_of is None and _knows(selection) else None


def question(selection: Selection) -> Question | None:
    """The selection, asked of the index as it is or as it was at the end of a day; None where it cannot answer."""
    reading = fresh() if _knows(selection) else None
    if reading is None or selection.as_of is None:
        return reading and Question(selection, reading)
    then = past.reading_of(selection.as_of, reading)
    return then and past.QuestionThen(selection, then)


def numbers(selection: Selection) -> dict[str, dict[str, int]] | None:
    """The facets' numbers alone, also of a past day; None where the index cannot tell."""
    asked = question(selection)
    if asked is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    return {
        name: dict(one) for name, one in _remembered(asked, today, with_facets=True, with_sums=False).facets.items()
    }


def _knows(selection: Selection) -> bool:
    if selection.problems:
        return False
    known = {*schema.facets(), "organisation"}
    return all(facet.name in known for facet in facets.all_facets() if facet.counts or selection.of(facet.name))


# Figures -----------------------------------------------------------------------------------------------------


def _remembered(asked: Question, today: date, *, with_facets: bool, with_sums: bool) -> Figures:
    """Figures once worked out are true until something changes, for every order and page."""
    selection, reading = asked.selection, asked.reading
    key = _asked(selection)
    for more in {(with_facets, with_sums), (True, True)}:
        if (known := reading.memory.get((*key, *more, today))) is not None:
            return known
    figures = _figures(asked, today, with_facets, with_sums)
    if not figures.count and selection.q and (corrected := asked.corrected()):
        other = _figures(Question(selection, reading, corrected), today, with_facets, with_sums)
        figures = replace(other, instead=corrected) if other.count else figures
    reading.memory.put((*key, with_facets, with_sums, today), figures)
    return figures


def _asked(selection: Selection, *, without: str = "") -> tuple[str, frozenset]:
    """What figures depend on: the words, and the chosen values."""
    chosen = ((name, frozenset(values)) for name, values in selection.chosen.items() if name != without)
    return selection.q, frozenset(chosen)


def _figures(asked: Question, today: date, with_facets: bool, with_sums: bool) -> Figures:
    reading, masks = asked.reading, asked.found()
    if not (with_facets or with_sums):
        return Figures(counted.size(masks), {}, None, {})
    chosen = _narrowing(asked.selection) if with_facets else []
    known = _known_already(asked, chosen, today)
    together: dict[str, Tally[str]] = {
        name: Tally() for name in (_counted() if with_facets else ()) if name not in chosen
    }
    wanted = {column for name in together for column in columns.columns_of(name)}
    found = counted.rows_of(reading, masks)
    main = counted.count_under(reading, found, wanted | (sums.columns_of() if with_sums else set()))
    counted.tally(reading, main, together)
    numbers: dict[str, Mapping[str, int]] = {**known, **together}
    for name in chosen:
        if name not in known:
            numbers[name] = Tally()
            others = counted.rows_of(reading, asked.found(without=name))
            counts = counted.count_under(reading, others, columns.columns_of(name))
            counted.tally(reading, counts, {name: numbers[name]})
    return Figures(
        count=counted.size(masks),
        facets=_shaped(reading, numbers) if with_facets else {},
        sums=sums.counter(reading, found, main, today) if with_sums else None,
        instead=asked.instead,
    )


def _known_already(question: Question, names: list[str], today: date) -> dict[str, Mapping[str, int]]:
    """Facets whose numbers were worked out for the page without their own values, as a reader comes from it."""
    known = {}
    for name in names:
        if question.selection.of(name) and not question.instead:
            key = _asked(question.selection, without=name)
            found = (question.reading.memory.get((*key, True, with_sums, today)) for with_sums in (True, False))
            before = next((figures for figures in found if figures is not None), None)
            if before is not None and not before.instead and name not in _defaults():
                known[name] = before.facets[name]
    return known


def _defaults() -> list[str]:
    return [facet.name for facet in facets.all_facets() if facet.default]


def _counted() -> list[str]:
    return [facet.name for facet in facets.all_facets() if facet.counts is not None]


def _narrowing(selection: Selection) -> list[str]:
    """Facets of which values are chosen, or hold where none is."""
    return [facet.name for facet in facets.all_facets() if facet.counts and (selection.of(facet.name) or facet.default)]


def _shaped(reading: Reading, numbers: Mapping[str, Tally[str]]) -> dict[str, dict[str, int]]:
    """In the order of the page; short lists, once known, are those of this reading."""
    shaped = {}
    for facet in facets.all_facets():
        if facet.name not in numbers:
            continue
        zeros = reading.memory.get(("zeros", facet.name))
        if zeros is None:
            zeros = tuple(facet.zeros())
            reading.memory.put(("zeros", facet.name), zeros)
        shaped[facet.name] = facet.shaped(numbers[facet.name], zeros)
    return shaped
