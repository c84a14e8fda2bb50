"""The answer to a selection, out of the index: how many, which, the facets' numbers, the sums.

A facet's number is how many pledges have that value, with all other facets and the words as chosen: facets of which
nothing is chosen are counted together, each of the others once more without its own values.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any

from django.utils import timezone

from kept.pledges import counting
from kept.registry import facets
from kept.registry.index import columns, ordering, passes, schema, sums
from kept.registry.index.asking import Question
from kept.registry.index.following import fresh
from kept.registry.index.reading import Reading
from kept.registry.search import BRIEF, Answer
from kept.registry.selection import Selection

FEW_FOR_ORGANISATIONS = 100_000  # pledges: among so many they are counted for a brief answer too


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
    selection: Selection, page_size: int = 20, *, with_facets: bool = True, with_sums: bool | str = True
) -> IndexAnswer | None:
    """Answer one page of a selection; None where the index cannot: SQL has to."""
    reading = able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    asked = Question(selection, reading.searcher)

    def first_page() -> list[int]:
        return ordering.page(reading.searcher, ordering.tiers(asked, today), 0, page_size)

    # The first page does not depend on how many there are: it is looked for while they are counted.
    meanwhile = Once(first_page)
    figures = _remembered(
        reading, asked, today, with_facets=with_facets, with_sums=with_sums,
        meanwhile=meanwhile if selection.page == 1 else None,
    )  # fmt: skip
    pages = max(1, -(-figures.count // page_size))
    page = min(selection.page, pages)
    if page == 1 and not figures.instead:
        keys = meanwhile()
    else:
        asked = Question(selection, reading.searcher, figures.instead)
        tiers = ordering.tiers(asked, today)
        keys = ordering.page(reading.searcher, tiers, (page - 1) * page_size, page_size, figures.count)
    return IndexAnswer(
        count=figures.count,
        keys=keys,
        page=page,
        pages=pages,
        facets={name: dict(numbers) for name, numbers in figures.facets.items()},
        sums=figures.sums,
        instead=figures.instead,
    )


class Once:
    """A function without arguments, called at most once."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function, self._found = function, None

    def __call__(self) -> Any:
        if self._function is not None:
            self._found, self._function = self._function(), None
        return self._found


def count(selection: Selection) -> int | None:
    """How many pledges a selection holds; None where the index cannot answer."""
    reading = able(selection)
    if reading is None:
        return None
    today = timezone.now().astimezone(UTC).date()
    asked = Question(selection, reading.searcher)
    return _remembered(reading, asked, today, with_facets=False, with_sums=False).count


def keys(selection: Selection, *, chunk: int = 500) -> Iterator[list[int]] | None:
    """Every revision of a selection in its order, in pieces, with flat memory; None where the index cannot answer."""
    reading = able(selection)
    return None if reading is None else _keys(reading, selection, chunk)


def _keys(reading: Reading, selection: Selection, chunk: int) -> Iterator[list[int]]:
    today = timezone.now().astimezone(UTC).date()
    asked = Question(selection, reading.searcher)
    figures = _remembered(reading, asked, today, with_facets=False, with_sums=False)
    rest: list[int] = []
    for tier in ordering.tiers(Question(selection, reading.searcher, figures.instead), today):
        for some in ordering.all_of(reading.searcher, tier):
            rest += some
            while len(rest) >= chunk:
                yield rest[:chunk]
                rest = rest[chunk:]
    if rest:
        yield rest


def able(selection: Selection) -> Reading | None:
    """The index, where it can answer: for the present, and where it knows every facet."""
    if selection.as_of is not None or selection.problems:
        return None
    known = {*schema.facets(), "organisation"}
    if any(facet.name not in known for facet in facets.all_facets() if facet.counts or selection.of(facet.name)):
        return None
    return fresh()


# Figures -----------------------------------------------------------------------------------------------------


def _remembered(
    reading: Reading,
    question: Question,
    today: date,
    *,
    with_facets: bool,
    with_sums: bool | str,
    meanwhile: Once | None = None,
) -> Figures:
    """Figures once worked out are true until something changes, for every order and page.

    `meanwhile` is called while they are worked out.
    """
    selection = question.selection
    asked = _asked(selection)
    for more in {(with_facets, with_sums), (True, True)}:
        if (known := reading.memory.get((*asked, *more, today))) is not None:
            return known
    figures = _figures(reading, question, today, with_facets, with_sums, meanwhile)
    if not figures.count and selection.q and (corrected := question.corrected()):
        again = Question(selection, reading.searcher, corrected)
        other = _figures(reading, again, today, with_facets, with_sums, None)
        figures = replace(other, instead=corrected) if other.count else figures
    reading.memory.put((*asked, with_facets, with_sums, today), figures)
    return figures


def _asked(selection: Selection, *, without: str = "") -> tuple[str, frozenset]:
    """What figures depend on: the words, and the chosen values."""
    chosen = ((name, frozenset(values)) for name, values in selection.chosen.items() if name != without)
    return selection.q, frozenset(chosen)


def _figures(
    reading: Reading, question: Question, today: date, with_facets: bool, with_sums: bool | str, meanwhile: Once | None
) -> Figures:
    query, searcher = question.query(), reading.searcher
    if not (with_facets or with_sums):
        return Figures(searcher.search(query, 1, count=True).count, {}, None, {})
    chosen = _narrowing(question.selection) if with_facets else []
    known = _known_already(reading, question, chosen, today)
    together = [name for name in _counted() if name not in chosen] if with_facets else []
    wanted = {column for name in together for column in columns.columns_of(name)}
    most = question.most()
    main = passes.count_under(
        searcher, query, wanted | sums.columns_of(bool(with_sums)), most=most, money=bool(with_sums),
        organisations=with_sums is True or with_sums == BRIEF and most <= FEW_FOR_ORGANISATIONS,
    )  # fmt: skip
    others = {
        name: passes.count_under(
            searcher, question.query(without=name), columns.columns_of(name), most=question.most(without=name)
        )
        for name in chosen
        if name not in known
    }
    if meanwhile:
        meanwhile()
    found = main.result()
    numbers: dict[str, Mapping[str, int]] = known | {name: Tally() for name in (*together, *others)}
    for column in wanted:
        columns.tally(column, found[column.name], {name: numbers[name] for name in together})
    for name, pending in others.items():
        for column in columns.columns_of(name):
            columns.tally(column, pending.result()[column.name], {name: numbers[name]})
    return Figures(
        count=sum(bucket["doc_count"] for bucket in found[sums.MONEY.name]),
        facets=_shaped(reading, numbers) if with_facets else {},
        sums=sums.counter(searcher, query, found, today) if with_sums else None,
        instead=question.instead,
    )


def _known_already(reading: Reading, question: Question, names: list[str], today: date) -> dict[str, Mapping[str, int]]:
    """Facets whose numbers were worked out for the page without their own values, as a reader comes from it."""
    known = {}
    for name in names:
        if question.selection.of(name) and not question.instead:
            key = _asked(question.selection, without=name)
            found = (reading.memory.get((*key, True, with_sums, today)) for with_sums in (True, BRIEF, False))
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
