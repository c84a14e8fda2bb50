"""How many of the rows that are found have which value: added up over the segments of the index."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from kept.registry.index import columns
from kept.registry.index.asking import Masks
from kept.registry.index.columns import Column
from kept.registry.index.reading import Reading
from kept.registry.index.segment import Found

Counts = list[dict[str, np.ndarray]]  # for each segment {column: how many rows have each of its keys}


def rows_of(reading: Reading, masks: Masks) -> list[Found]:
    """The rows of each segment."""
    return [Found(one, mask) for one, mask in zip(reading.segments, masks, strict=True)]


def count_under(reading: Reading, rows: Sequence[Found], some: Collection[Column]) -> Counts:
    """How many rows have each key of these columns."""
    return [one.counts(found, some) for one, found in zip(reading.segments, rows, strict=True)]


def size(masks: Masks) -> int:
    """How many rows there are."""
    return sum(int(np.count_nonzero(mask)) for mask in masks)


def tally(reading: Reading, counts: Counts, into: Mapping[str, Tally[str]]) -> None:
    """Add the numbers of all columns that were counted to those of the facets in `into`."""
    for name in into:
        for column in columns.columns_of(name):
            of_parts = values(reading, counts, column, columns.parts_of(name))
            for found in of_parts:
                for value, number in found.items():
                    into[name][value] += number


def values(reading: Reading, counts: Counts, column: Column, parts: Collection[str]) -> list[dict[str, int]]:
    """{value: how many}, for each of these parts of a column and each segment."""
    return [
        segment.part.keys(column).of_part(at, found[column.name])
        for segment, found in zip(reading.segments, counts, strict=True)
        for at, part in enumerate(column.parts)
        if part in parts
    ]
