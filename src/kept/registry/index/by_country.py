"""What a selection promises country by country, out of the index: for the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kept.registry.index import answering
from kept.registry.index.asking import Question
from kept.registry.index.columns import Column
from kept.registry.index.segment import Segment, sum_by
from kept.registry.index.sums import COUNTRIES, FOLLOWING, NAMED
from kept.registry.selection import Selection

Figures = dict[str, list[int]]  # {country: [pledges that name it, that only cover it, their cents, their people]}


def by_country(selection: Selection, instead: Mapping[str, Sequence[str]] | None = None) -> Figures | None:
    """The figures of each country; None where the index cannot answer. Sums are of the pledges that name it."""
    reading = answering.able(selection)
    if reading is None:
        return None
    key = ("by country", selection.q, frozenset((name, frozenset(values)) for name, values in selection.chosen.items()))
    if (known := reading.memory.get(key)) is not None:
        return known
    found: Figures = {}
    for segment, mask in zip(reading.segments, Question(selection, reading, instead).found(), strict=True):
        for column in COUNTRIES:
            _add(segment, mask, column, found)
    reading.memory.put(key, found)
    return found


def _add(segment: Segment, mask: np.ndarray, column: Column, found: Figures) -> None:
    keys, codes = segment.part.keys(column), segment.part.codes(column)
    if column.multi or column.among:
        rows = segment.arrays[f"{column.name}.rows" if column.multi else "several"]
        here = np.flatnonzero(mask.take(rows))
        codes, rows = codes.take(here), rows.take(here)
    else:
        rows = np.flatnonzero(mask)
        codes = codes.take(rows)
    counts = np.bincount(codes, minlength=keys.number)
    named = any(part in NAMED for part in column.parts)
    sums = [
        sum_by(codes, np.maximum(segment.arrays[name].take(rows), 0), keys.number) if named else [0] * keys.number
        for name in ("cents", "people")
    ]
    for at, part in enumerate(column.parts):
        if part not in NAMED | FOLLOWING:
            continue
        for n, code in keys.pairs(at):
            if counts[n]:
                figures = found.setdefault(code, [0, 0, 0, 0])
                figures[0 if part in NAMED else 1] += int(counts[n])
                if part in NAMED:
                    figures[2] += sums[0][n]
                    figures[3] += sums[1][n]
