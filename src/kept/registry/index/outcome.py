"""What became of the pledges of a selection, out of the index: the figures of /progress/. Shapes: `registry.outcome`.

Each pledge's standing is a group's number, so that a column is crossed with standings by counting one number a row.
What is true of all rows of a segment is worked out once; of more than half of them the others are taken from it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from kept.progress import filters
from kept.registry.index import answering, columns, counted
from kept.registry.index.columns import Column
from kept.registry.index.reading import Reading
from kept.registry.index.records import SEAT_BITS
from kept.registry.index.segment import Found, Segment, sum_by
from kept.registry.outcome import NONE, Amount, Outcome
from kept.registry.selection import Selection

PROGRESS, FIGURES = "standing", "signed"  # a facet of the columns with the statuses, and with the figures' levels
Groups = Mapping[str, Collection[str]]  # {group: its standings}
Parts = Mapping[str, Collection[str]]  # {facet: the parts of columns that hold it}
Arrays = dict[str, np.ndarray]


def outcome(selection: Selection, groups: Groups, crossed: Parts) -> Outcome | None:
    """None where the index cannot answer."""
    asked = answering.question(selection)
    if asked is None:
        return None
    reading = asked.reading
    chosen = frozenset((name, frozenset(values)) for name, values in selection.chosen.items())
    key = ("outcome", selection.q, chosen)
    if (known := reading.memory.get(key)) is not None:
        return known
    rows = counted.rows_of(reading, asked.found())
    counts = _statuses(reading, rows)
    found = Outcome(
        counts={name: dict(one) for name, one in counts.items()},
        crossed={name: {} for name in crossed},
        promised=NONE,
        expected=NONE,
        staged={name: {} for name in filters.AMOUNTS},
    )
    for segment, here in zip(reading.segments, rows, strict=True):
        found = _with_sums(found, segment, here)
        _cross(segment, here, groups, crossed, found.crossed)
    reading.memory.put(key, found)
    return found


def counts_of(selection: Selection, name: str) -> dict[str, int] | None:
    """{value: pledges} of one of `filters.NAMES` alone; None where the index cannot answer."""
    asked = answering.question(selection)
    return asked and dict(_statuses(asked.reading, counted.rows_of(asked.reading, asked.found()))[name])


def leads_of(selection: Selection) -> tuple[np.ndarray, np.ndarray] | None:
    """The organisations that lead pledges of a selection, and how many each; None where the index cannot answer."""
    asked = answering.question(selection)
    if asked is None:
        return None
    who, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for segment, mask in zip(asked.reading.segments, asked.found(), strict=True):
        here = segment.arrays["who"]
        led = np.bincount(segment.arrays["lead"][mask], minlength=len(here) + 1)[: len(here)]
        who.append(here[led > 0] >> SEAT_BITS)
        numbers.append(led[led > 0])
    known, place = np.unique(np.concatenate(who), return_inverse=True)
    return known, np.bincount(place, np.concatenate(numbers), len(known)).astype(np.int64)


def _statuses(reading: Reading, rows: Sequence[Found]) -> dict[str, Tally[str]]:
    counts: dict[str, Tally[str]] = {name: Tally() for name in filters.NAMES}
    counted.tally(reading, counted.count_under(reading, rows, set(columns.columns_of(PROGRESS))), counts)
    return counts


def _cross(segment: Segment, here: Found, groups: Groups, crossed: Parts, tables: dict[str, dict]) -> None:
    """Add the rows of a segment to the tables, by value and group."""
    wanted = {column for parts in crossed.values() for column in _holding(parts)}
    rows, others = here.rows
    counts = _counted(segment, here.here[0], rows, groups, wanted)
    if others:
        if "outcome" not in segment.of_all:
            alive = segment.alive
            segment.of_all["outcome"] = _counted(segment, alive, np.flatnonzero(alive), groups, wanted)
        counts = {name: segment.of_all["outcome"][name] - some for name, some in counts.items()}
    for name, parts in crossed.items():
        for column in _holding(parts):
            keys = segment.part.keys(column)
            for at in (at for at, part in enumerate(column.parts) if part in parts):
                for n, group in enumerate(groups):
                    for value, number in keys.of_part(at, counts[column.name][:, n]).items():
                        row = tables[name].setdefault(value, {})
                        row[group] = row.get(group, 0) + number


def _holding(parts: Collection[str]) -> list[Column]:
    return [column for column in columns.all_columns() if set(parts) & set(column.parts)]


def _counted(
    segment: Segment, mask: np.ndarray, rows: np.ndarray, groups: Groups, wanted: Collection[Column]
) -> Arrays:
    """{column: how many rows have each key and each group}."""
    group_of, width = _groups(segment, groups), len(groups) + 1  # the last: no standing
    found, several = {}, None
    for column in wanted:
        codes = segment.part.codes(column)
        if column.multi or column.among:
            held = segment.arrays[f"{column.name}.rows"] if column.multi else segment.part.several
            some = np.flatnonzero(mask.take(held)) if column.multi or several is None else several
            several = several if column.multi else some
            codes, whose = codes.take(some), held.take(some)
        else:
            codes, whose = codes.take(rows), rows
        number = segment.part.keys(column).number
        both = np.bincount(codes.astype(np.int64) * width + group_of.take(whose), minlength=number * width)
        found[column.name] = both.reshape(number, width)
    return found


def _groups(segment: Segment, groups: Groups) -> np.ndarray:
    """For each row the number of its group."""
    if "group" not in segment.of_all:
        of_key = None
        for column in columns.columns_of(PROGRESS):
            at, keys = column.parts.index(columns.part_of(PROGRESS)), segment.part.keys(column)
            of_key = np.full(keys.number, len(groups), np.uint8)
            for n, standings in enumerate(groups.values()):
                of_key[keys.having(at, standings)] = n
            segment.of_all["group"] = of_key.take(segment.part.codes(column))
    return segment.of_all["group"]


# Sums ----------------------------------------------------------------------------------------------------------


def _with_sums(found: Outcome, segment: Segment, here: Found) -> Outcome:
    """The figures with those of a segment's rows."""
    rows = np.flatnonzero(here.mask)
    staged = {name: dict(levels) for name, levels in found.staged.items()}
    (column,) = columns.columns_of(FIGURES)
    keys, codes = segment.part.keys(column), segment.part.codes(column).take(rows)
    for name, levels in staged.items():
        figures = segment.arrays[f"o_{name}_figure"].take(rows)
        there = figures >= 0
        of, some = codes[there], figures[there]
        numbers, totals = np.bincount(of, minlength=keys.number), sum_by(of, some, keys.number)
        for key, level in keys.pairs(column.parts.index(columns.part_of(name))):
            if numbers[key]:
                levels[level] = levels.get(level, NONE) + Amount(totals[key], int(numbers[key]))
    return Outcome(
        found.counts,
        found.crossed,
        found.promised + _sum(segment.arrays["cents"].take(rows)),
        found.expected + _sum(segment.arrays["people"].take(rows)),
        staged,
    )


def _sum(figures: np.ndarray) -> Amount:
    there = figures[figures >= 0]
    return Amount(int(there.sum()), len(there))
