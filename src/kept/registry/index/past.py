"""The index as it was at the end of a past day, for the figures of /progress/: the same rows under that day's statuses.

A text that is valid now and was valid then is a row already; those that were replaced since are made anew, as a segment
beside the others. Statuses and figures of the day are read in one pass, and take the place of today's in every segment.
What was read is kept while it is true: a past day changes only where something is put into the past (an import).
"""

from __future__ import annotations

import copy
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from django.db.models import Q

from kept.log.queries import changes_since
from kept.pledges.models import Revision
from kept.progress import filters
from kept.registry import search
from kept.registry.index import arrays, columns, writing
from kept.registry.index.asking import Masks, Question
from kept.registry.index.documents import Maker
from kept.registry.index.filling import Filling
from kept.registry.index.reading import Reading
from kept.registry.index.records import BATCH
from kept.registry.index.segment import Part, Segment
from kept.registry.index.vocabulary import Numbering

MOST_MADE = 50_000  # texts that are made anew for a day; where more were replaced since, SQL answers
MOST_LOOKED_AT = 2_000  # changes after which a day is looked at again, pledge by pledge; after more it is read anew
MOST_TEXTS = 8_000_000  # of all days in memory together: some 15 bytes each
MOST_DAYS = 40
STATUSES = tuple(filters.COLUMNS.values())
LEVELS = tuple(filters.BESIDE_FIGURES.values())
SUMMED = tuple(column for column, _among in filters.AMOUNTS.values())


class QuestionThen(Question):
    """A question to a past day. Words are found as the registry finds them there: letter by letter, in SQL."""

    @cached_property
    def words(self) -> Masks:
        found = search.rows(self.selection.with_(chosen={}, sort=""), without="status")
        keys = np.fromiter(found.order_by().values_list("pk", flat=True).iterator(20_000), np.int64)
        return [np.isin(one.arrays["key"], keys) for one in self.reading.segments]

    def corrected(self) -> dict[str, tuple[str, ...]]:
        return {}


# What was true at the end of a day ------------------------------------------------------------------------------


@dataclass
class Day:
    """The texts that were valid, by their keys, and for each the statuses of its pledge: `statuses` by code."""

    at: datetime
    change: int  # the last change that it knows
    texts: np.ndarray
    pledges: np.ndarray
    statuses: np.ndarray
    keys: list[str]  # of the column with the statuses, by code
    replaced: Segment | None = None  # the texts that are valid no more
    _figures: dict[str, np.ndarray] = field(default_factory=dict)

    def figure(self, name: str) -> np.ndarray:
        """One of the arrays of `_figures_of`, for each text; `keys` as a file holds them."""
        if not self._figures:
            self._figures = _figures_of(self)
        return self._figures[name]


def _column(facet: str) -> columns.Column:
    (column,) = columns.columns_of(facet)
    return column


def _status_keys(values: Mapping[str, str]) -> str:
    """{filter: value} as a key of the column with the statuses."""
    parts = {columns.part_of(name): (values[name],) if values.get(name) else () for name in filters.NAMES}
    return str(columns.packed(parts)[_column(filters.NAMES[0]).name])


def _level_keys(levels: Sequence[str]) -> str:
    named = zip(filters.BESIDE_FIGURES, levels, strict=True)
    parts = {columns.part_of(name): (one,) if one else () for name, one in named}
    return str(columns.packed(parts)[_column(next(iter(filters.FIGURES))).name])


def _read(at: datetime, change: int) -> Day:
    """All of a day, in two queries."""
    valid = list(Revision.objects.public(at).order_by("pk").values_list("pk", "pledge").iterator(20_000))
    texts, pledges = (np.fromiter((row[n] for row in valid), np.uint32, len(valid)) for n in (0, 1))
    known = Numbering()
    known[()] = 0  # those without a status
    stood = list(filters.rows(at).order_by().values_list("pledge", *STATUSES).iterator(20_000))
    whose = np.fromiter((row[0] for row in stood), np.int64, len(stood))
    codes = np.fromiter((known[row[1:]] for row in stood), np.int64, len(stood))
    keys = [_status_keys(dict(zip(filters.COLUMNS, values, strict=False))) for values in known]
    return Day(at, change, texts, pledges, _of_each(pledges, whose, codes, 0).astype(np.uint16), keys)


def _of_each(pledges: np.ndarray, whose: np.ndarray, values: np.ndarray, none: int) -> np.ndarray:
    """For each pledge its value among `values`, of which `whose` tells the pledges; `none` where it has none."""
    if not len(whose):
        return np.full(len(pledges), none, np.int64)
    order = np.argsort(whose, kind="stable")
    at = np.minimum(np.searchsorted(whose, pledges, sorter=order), len(whose) - 1)
    found = order[at]
    return np.where(whose[found] == pledges, values[found], none)


def _figures_of(day: Day) -> dict[str, np.ndarray]:
    """{"keys", "codes", name of a figure of `filters.AMOUNTS`: for each text its figure, -1 where it counts none}."""
    known = Numbering()
    known[("",) * len(LEVELS)] = 0
    says = sorted({name for _column, among in filters.AMOUNTS.values() for name in among})
    some = Q(*((level, "") for level in LEVELS))  # of these nothing is summed
    rows = filters.rows(day.at).exclude(some).order_by().values_list("pledge", *LEVELS, *SUMMED, *says)
    held = dict(zip(("pledge", *LEVELS, *SUMMED, *says), zip(*rows.iterator(20_000), strict=True), strict=False))
    whose = np.array(held.get("pledge", ()), np.int64)
    codes = [known[levels] for levels in zip(*(held.get(level, ()) for level in LEVELS), strict=True)]
    made = {"keys": arrays.joined([_level_keys(one) for one in known])}  # type: ignore[arg-type]
    made["codes"] = _of_each(day.pledges, whose, np.array(codes, np.int64), 0).astype(np.uint16)
    for name, (column, among) in filters.AMOUNTS.items():
        figures = np.array([-1 if one is None else max(0, one) for one in held.get(column, ())], np.int64)
        for say, wanted in among.items():
            figures[np.array(held.get(say, ()), bool) != wanted] = -1
        made[name] = _of_each(day.pledges, whose, figures, -1)
    return made


def _is_still_true(day: Day, change: int) -> bool:
    """Whether nothing was put into this day since: looked at for the pledges that changed."""
    changes = list(changes_since(day.change)[: MOST_LOOKED_AT + 1])
    if len(changes) > MOST_LOOKED_AT:
        return False
    numbers = {"pledge__number__in": writing.numbers_in(changes)}
    valid = sorted(Revision.objects.public(day.at).filter(**numbers).order_by().values_list("pledge", "pk"))
    places = np.flatnonzero(np.isin(day.pledges, np.array([pledge for pledge, _pk in valid], np.int64)))
    held = sorted(zip(day.pledges[places].tolist(), day.texts[places].tolist(), strict=True))
    if valid != held:
        return False
    stood = filters.rows(day.at).filter(**numbers).order_by().values_list("pledge", *STATUSES)
    now = {pledge: _status_keys(dict(zip(filters.COLUMNS, values, strict=False))) for pledge, *values in stood}
    then = zip(day.pledges[places].tolist(), day.statuses[places].tolist(), strict=True)
    if any(now.get(pledge, day.keys[0]) != day.keys[code] for pledge, code in then):
        return False
    day.change = change
    return True


# The index under it ---------------------------------------------------------------------------------------------


class Arrays(Mapping[str, np.ndarray]):
    """A segment's arrays, some of them others: made when they are asked for."""

    def __init__(self, below: Mapping[str, np.ndarray], own: Mapping[str, Callable[[], np.ndarray]]) -> None:
        self._below, self._own, self._made = below, own, dict[str, np.ndarray]()

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._own:
            return self._below[name]
        if name not in self._made:
            self._made[name] = self._own[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._below), **dict.fromkeys(self._own)})

    def __len__(self) -> int:
        return len({*self._below, *self._own})


def _under(day: Day, below: Segment) -> tuple[Segment, np.ndarray]:
    """A segment as it was that day, without the texts that were not valid then; and the places of those that were."""
    keys = below.arrays["key"]
    places = np.minimum(np.searchsorted(day.texts, keys), max(0, len(day.texts) - 1))
    there = (day.texts[places] == keys) & below.alive if len(day.texts) else np.zeros(len(keys), bool)
    statuses, levels = _column(filters.NAMES[0]).name, _column(next(iter(filters.FIGURES))).name

    def of_rows(name: str) -> np.ndarray:
        return day.figure(name)[np.minimum(np.searchsorted(day.texts, keys), len(day.texts) - 1)]

    def totals(column: str) -> np.ndarray:
        number = int(np.count_nonzero(made[f"{column}.keys"] == ord("\n"))) + 1
        return np.bincount(made[f"{column}.codes"], minlength=number)

    codes = day.statuses[places] if len(day.texts) else np.zeros(len(keys), np.uint16)
    own: dict[str, Callable[[], np.ndarray]] = {
        f"{statuses}.keys": lambda: arrays.joined(day.keys),
        f"{statuses}.codes": lambda: codes,
        f"{levels}.keys": lambda: day.figure("keys"),
        f"{levels}.codes": lambda: of_rows("codes"),
        **{f"{name}.totals": partial(totals, name) for name in (statuses, levels)},
        **{f"o_{name}_figure": partial(of_rows, name) for name in filters.AMOUNTS},
    }
    made = Arrays(below.arrays, own)
    part = copy.copy(below.part)
    part.arrays, part._keys, part._codes = made, dict(part._keys), dict(part._codes)  # type: ignore[assignment]
    for name in (statuses, levels):
        part._keys.pop(name, None)
        part._codes.pop(name, None)
    return Segment(part, np.flatnonzero(~there).astype(np.int32)), places[there]


def _replaced(day: Day, there: np.ndarray) -> Segment | None:
    """The texts of the day that are in no segment, as one: they were replaced since. Raises OverflowError: too many."""
    keys = day.texts[~there].tolist()
    if day.replaced is not None and sorted(day.replaced.arrays["key"].tolist()) == keys:
        return day.replaced
    if len(keys) > MOST_MADE:
        raise OverflowError
    maker, filling = Maker(day.at), Filling()
    for start in range(0, len(keys), BATCH):
        filling.add(maker.documents(keys[start : start + BATCH]))
    if not filling.size:
        return None
    with tempfile.NamedTemporaryFile(suffix=".seg") as file:
        arrays.write(Path(file.name), filling.arrays())
        day.replaced = Segment(Part(Path(file.name)), np.zeros(0, np.int32))  # mapped: it needs no name any more
    return day.replaced


def _made(day: Day, below: Reading) -> Reading:
    found = [_under(day, segment) for segment in below.segments]
    there = np.zeros(len(day.texts), bool)
    for _segment, places in found:
        there[places] = True
    segments = [segment for segment, _places in found if segment.number_alive]
    if (replaced := _replaced(day, there)) is not None:
        segments.append(_under(day, replaced)[0])
    return Reading(below.path, tuple(segments), below.state)


# Days in memory -------------------------------------------------------------------------------------------------


@dataclass
class Kept:
    day: Day
    below: Reading
    reading: Reading


_kept: OrderedDict[date, Kept] = OrderedDict()
_lock = threading.Lock()


def reading_of(day: date, below: Reading) -> Reading | None:
    """The index as of the end of a day; None where it cannot tell. `below`: as it is now."""
    known = _kept.get(day)
    if known is not None and known.below is below:
        with _lock:
            if day in _kept:
                _kept.move_to_end(day)
        return known.reading
    at, change = search.instant_of(day), below.state.change
    assert at is not None
    past = day < datetime.now(UTC).date()
    if known and past and known.below.path == below.path and _is_still_true(known.day, change):
        held = known.day
    else:
        held = _read(at, change)
    try:
        reading = _made(held, below)
    except OverflowError:
        return None
    with _lock:
        _kept[day] = Kept(held, below, reading)
        _kept.move_to_end(day)
        while len(_kept) > 1 and (len(_kept) > MOST_DAYS or sum(len(k.day.texts) for k in _kept.values()) > MOST_TEXTS):
            _kept.popitem(last=False)
    return reading


def days_known() -> list[date]:
    """The days in memory, the one last asked for last."""
    return list(_kept)


def forget_answers() -> None:
    """Drop what was worked out of them (benchmarks); the days themselves stay."""
    for known in _kept.values():
        known.reading.memory.forget()
