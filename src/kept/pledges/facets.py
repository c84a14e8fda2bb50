"""What the public record is chosen, counted and ordered by: the door through which every room brings its part.

The registry answers all of it, in SQL and out of its index, and asks here what there is. A room says in its
`contributes.py` what it brings: a `Facet` (mostly `of_table`), an `Ordering`, and which changes touch which pledges
(`touched_by`). Nothing else has to be told: pages, counts, exports, feeds, API and index follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet

from kept.pledges.models import Revision

Rows = QuerySet[Revision]
Counts = dict[str, int]
Of = Callable[[Sequence[int]], Mapping[int, Iterable[str]]]
T = TypeVar("T")


def each(known: Callable[[str], str | None]) -> Callable[[Sequence[str]], dict[str, str]]:
    """`Facet.known` out of what says it of one value: its proper form, or None where there is no such value."""
    return lambda values: {value: right for value in values if (right := known(value)) is not None}


def most_first(counted: tuple[str, int]) -> tuple[int, str]:
    """The order of values that stand in no list: the most frequent first."""
    return (-counted[1], counted[0])


@dataclass(frozen=True)
class Facet:
    """One filter of the record. `at` is the instant of which is asked, None for now.

    `known(values)` are those of the values that there are, each with its proper form. `having(values, at)`
    narrows revisions to those that have one of them. `counts(rows, at)` tells how many of `rows` have each value that
    some have; None: it is not counted. The values of a short list, `zeros()`, are told in its order and with 0 too, all
    others in the order of `sorting`. `default` are the values that hold where none is chosen.

    `of(keys)` tells the values that revisions have now, for the index: ASCII slugs or codes. Without it (and without
    the registry's own way) a facet is answered in SQL, with everything else that is asked beside it. Facets with the
    same `column` are counted as one there: for those that have few combinations.
    """

    name: str
    title: object
    known: Callable[[Sequence[str]], Mapping[str, str]]
    having: Callable[[tuple[str, ...], datetime | None], Q]
    counts: Callable[[Rows, datetime | None], Counts] | None
    zeros: Callable[[], Iterable[str]] = tuple
    sorting: Callable[[tuple[str, int]], Any] = most_first
    default: tuple[str, ...] = ()
    on_page: bool = True
    by_count: bool = True  # the page shows the most frequent first; else in the order of `counts`
    place: int = 1000  # on the page: smaller numbers first
    named: Callable[[str, str], str] | None = None  # a value in the words of a language; None: the value itself
    of: Of | None = None
    column: str = ""
    values: tuple[str, ...] = ()  # of a short list, for the API's description
    meaning: str = ""  # in one English sentence, for the API's description

    def shaped(self, counts: Mapping[str, int], zeros: Iterable[str] | None = None) -> Counts:
        """The numbers as they are told: in their order, a short list whole. `zeros` spares asking for it."""
        listed = dict.fromkeys(self.zeros() if zeros is None else zeros, 0)
        return listed | dict(sorted(counts.items(), key=self.sorting))


@dataclass(frozen=True)
class Ordering:
    """One value of `sort`: the highest first, then those without a figure; among equals the newest.

    `expression(at)` is the figure in SQL, of a Revision, null where there is none. `of(keys)` tells it for the index,
    a whole number from 0 on, below 2**63; revisions without one are left out. One that is not `offered` is no value of
    `sort`: a figure of which the index tells sums.
    """

    name: str
    title: object
    expression: Callable[[datetime | None], Any]
    of: Callable[[Sequence[int]], Mapping[int, int]]
    place: int = 1000
    offered: bool = True


_facets: tuple[Facet, ...] = ()
_orderings: tuple[Ordering, ...] = ()


def register(facet: Facet) -> Facet:
    """Add a facet; one of the same name is replaced."""
    global _facets
    others = [known for known in _facets if known.name != facet.name]
    _facets = tuple(sorted((*others, facet), key=lambda one: one.place))
    return facet


def register_ordering(ordering: Ordering) -> Ordering:
    """Add an order; one of the same name is replaced."""
    global _orderings
    others = [known for known in _orderings if known.name != ordering.name]
    _orderings = tuple(sorted((*others, ordering), key=lambda one: one.place))
    return ordering


def all_facets() -> tuple[Facet, ...]:
    """Every facet, in the order of the page."""
    return _facets


def all_orderings() -> tuple[Ordering, ...]:
    """Every order that a room brought, those for sums alone too; the registry's own are in `registry.search`."""
    return _orderings


def facet_named(name: str) -> Facet:
    """Raises LookupError where no room brought it."""
    for facet in _facets:
        if facet.name == name:
            return facet
    raise LookupError(f"There is no facet {name!r}.")


def ordering_named(name: str) -> Ordering | None:
    return next((one for one in _orderings if one.name == name), None)


def until_registered(function: Callable[[], T]) -> Callable[[], T]:
    """Decorator: what the function returns is kept until another facet or order is registered."""
    known: list[Any] = []

    @wraps(function)
    def kept() -> T:
        if not known or known[0] is not _facets or known[1] is not _orderings:
            known[:] = [_facets, _orderings, function()]
        return known[2]

    return kept


# What several facets read of one table, read once ----------------------------------------------------------------

Read = Callable[[datetime | None], QuerySet]
_read_of: dict[tuple[Read, str], dict[str, None]] = {}  # the columns of a table that some facet or order wants


def wants(rows: Read, column: str, pledge: str = "pledge") -> None:
    """Say once that this column of a table is read, so that it comes with the others."""
    _read_of.setdefault((rows, pledge), {})[column] = None


class Batch(Sequence[int]):
    """Revisions that the index asks about: their pledges, and each table that rooms know them by, are read once."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.keys = keys
        self._rows: dict[tuple[Read, str], tuple[list[str], list[tuple]]] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, at: Any) -> Any:
        return self.keys[at]

    @cached_property
    def pledges(self) -> dict[int, int]:
        """{pledge: revision}."""
        return dict(Revision.objects.filter(**within("pk", self.keys)).order_by().values_list("pledge", "pk"))

    def read(self, rows: Read, *columns: str, pledge: str = "pledge") -> Iterator[tuple]:
        """(revision, value, …) of the rows that are true now."""
        for column in columns:
            wants(rows, column, pledge)
        if (rows, pledge) not in self._rows:
            asked = list(self.pledges)
            if isinstance(self.keys, range) and asked:
                asked = range(min(asked), max(asked) + 1)
            names = list(_read_of[rows, pledge])
            found = rows(None).filter(**within(pledge, asked)).order_by().values_list(pledge, *names)
            self._rows[rows, pledge] = (names, list(found))
        names, found = self._rows[rows, pledge]
        places = [names.index(column) + 1 for column in columns]
        pledges = self.pledges
        return ((pledges[row[0]], *(row[at] for at in places)) for row in found if row[0] in pledges)


def batch_of(keys: Sequence[int]) -> Batch:
    """These revisions as a batch, if they are none yet."""
    return keys if isinstance(keys, Batch) else Batch(keys)


# A facet out of one table -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A table of a room that says of pledges which values they have: at most one row for each pledge and value.

    `rows(at)`: its rows that are true at an instant (None: now), as a query set with a foreign key `pledge` and the
    values in the column `value`. A pledge without a row has no value.
    """

    rows: Callable[[datetime | None], QuerySet]
    value: str
    pledge: str = "pledge"

    def having(self, values: tuple[str, ...], at: datetime | None) -> Q:
        found = self.rows(at).filter(**{f"{self.value}__in": values}).order_by()
        return Q(pledge__in=found.values(self.pledge))

    def counts(self, rows: Rows, at: datetime | None) -> Counts:
        of_them = {f"{self.pledge}__in": rows.order_by().values("pledge")}
        found = self.rows(at).filter(**of_them).order_by().exclude(**{self.value: ""})
        counted = found.values_list(self.value).annotate(n=Count(self.pledge))
        return {str(value): n for value, n in counted}

    def of(self, keys: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for revision, value in batch_of(keys).read(self.rows, self.value, pledge=self.pledge):
            if value:
                found.setdefault(revision, []).append(str(value))
        return found


def of_table(
    name: str,
    title: object,
    names: Mapping[str, object],
    rows: Callable[[datetime | None], QuerySet],
    *,
    value: str,
    pledge: str = "pledge",
    **more: Any,
) -> Facet:
    """A facet with a short list of values (`names`: value → its name, lazily translated) that stand in one table.

    `rows` as in `Table`; `more` is whatever else a Facet takes.
    """
    table = Table(rows, value, pledge)
    wants(rows, value, pledge)
    return Facet(
        name=name,
        title=title,
        known=each(lambda text: text if text in names else None),
        having=table.having,
        counts=table.counts,
        zeros=lambda: names,
        named=lambda text, _language: str(names.get(text, text)),
        of=table.of,
        **{"by_count": False, "values": tuple(names), **more},
    )


def within(name: str, keys: Sequence[int]) -> dict[str, Any]:
    """The condition "one of these"; a range is asked for by its ends, however long it is."""
    if isinstance(keys, range):
        return {f"{name}__gte": keys[0], f"{name}__lte": keys[-1]}
    return {f"{name}__in": keys}


# What changes what -------------------------------------------------------------------------------------------------

# keys of changes of one subject → the valid public revisions that they touch
Touches = Callable[[Sequence[str]], Iterable[int]]
_subjects: dict[str, Touches] = {}


def touched_by(subject: str, touches: Touches) -> None:
    """Say which public revisions a change of a subject touches (`log.actions.open_head().changed(subject, key)`).

    `pledge` with a reference and `organisation` with a slug are known; other subjects touch none (settings, rates).
    """
    _subjects[subject] = touches


def touched(subject: str, keys: Sequence[str]) -> Iterable[int]:
    """The valid public revisions that changes of this subject touch."""
    return _subjects[subject](keys) if subject in _subjects else ()
