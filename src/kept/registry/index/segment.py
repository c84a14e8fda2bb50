"""A part of the index, as it is read: which rows are found, and what they are counted under."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kept.registry.index import columns
from kept.registry.index.arrays import Arrays, parted
from kept.registry.index.columns import Column
from kept.registry.index.vocabulary import Postings, Terms, pieces_at


class Keys:
    """The keys of a column, taken apart once."""

    def __init__(self, column: Column, keys: list[str]) -> None:
        self.column, self.number, self.texts = column, len(keys), keys
        self.values: list[dict[str, int]] = [{} for _part in column.parts]
        flat: list[list[int]] = [[] for _part in column.parts]
        owners: list[list[int]] = [[] for _part in column.parts]
        for n, key in enumerate(keys):
            for at, some in enumerate(columns.unpacked(key)):
                known = self.values[at]
                for value in some:
                    flat[at].append(known.setdefault(value, len(known)))
                    owners[at].append(n)
        self._flat = [np.array(some, np.int64) for some in flat]
        self._owner = [np.array(some, np.int64) for some in owners]

    def of_part(self, at: int, counts: np.ndarray) -> dict[str, int]:
        """{value of a part: how many}, of how many have each key; without those that nobody has."""
        found = np.bincount(self._flat[at], weights=counts[self._owner[at]], minlength=len(self.values[at]))
        return {value: int(n) for value, n in zip(self.values[at], found.tolist(), strict=True) if n}

    def pairs(self, at: int) -> Iterator[tuple[int, str]]:
        """(a key's place, a value of this part of it)."""
        values = list(self.values[at])
        return ((int(n), values[value]) for n, value in zip(self._owner[at], self._flat[at], strict=True))

    def having(self, at: int, values: Collection[str]) -> np.ndarray:
        """For each key whether it has one of these values in a part."""
        has = np.zeros(self.number, bool)
        wanted = [self.values[at][value] for value in values if value in self.values[at]]
        for n in wanted:
            has[self._owner[at][self._flat[at] == n]] = True
        return has


class Part:
    """What a segment's file holds, opened once however often rows of it are taken out."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.arrays = Arrays(path)
        self.size = len(self.arrays["key"])
        self.words, self.terms = Terms(self.arrays, "w"), Terms(self.arrays, "x")
        self.anywhere, self.titles, self.having = (Postings(self.arrays, name) for name in ("w", "t", "x"))
        self._keys: dict[str, Keys] = {}
        self._codes: dict[str, np.ndarray] = {}
        self.several = self.arrays["several"]

    def keys(self, column: Column) -> Keys:
        if column.name not in self._keys:
            self._keys[column.name] = Keys(column, parted(self.arrays[f"{column.name}.keys"]))
        return self._keys[column.name]

    def codes(self, column: Column) -> np.ndarray:
        if column.name not in self._codes:
            self._codes[column.name] = self.arrays[f"{column.name}.codes"]
        return self._codes[column.name]


class Found:
    """Rows of a segment: as truth values, and by their places, which are worked out once."""

    def __init__(self, segment: Segment, mask: np.ndarray) -> None:
        self.mask, self._segment = mask, segment

    @cached_property
    def here(self) -> tuple[np.ndarray, bool]:
        """The rows; or, where they are fewer, those that are left out, and True. As truth values."""
        segment = self._segment
        if np.count_nonzero(self.mask) * 2 > segment.number_alive:
            return segment.alive & ~self.mask, True
        return self.mask, False

    @cached_property
    def rows(self) -> tuple[np.ndarray, bool]:
        """The same by their places."""
        here, others = self.here
        return np.flatnonzero(here), others


class Segment:
    """A part without the rows that were taken out since it was written. Masks are one truth value a row."""

    def __init__(self, part: Part, gone: np.ndarray, gone_name: str = "") -> None:
        self.part, self.gone, self.gone_name = part, gone, gone_name
        self.arrays, self.size = part.arrays, part.size
        self.alive = np.ones(self.size, bool)
        self.alive[gone] = False
        self.number_alive = self.size - len(gone)
        self._totals: dict[str, np.ndarray] = {}
        self.of_all: dict[str, Any] = {}  # what is true of all rows, worked out once: see outcome.py
        self.all_cents: list[int] | None = None  # of all rows by the key of the money column: see sums.py

    # Which rows ----------------------------------------------------------------------------------------------

    def mask_of(self, rows: np.ndarray) -> np.ndarray:
        mask = np.zeros(self.size, bool)
        mask[rows] = True
        return mask

    def nothing(self) -> np.ndarray:
        return np.zeros(self.size, bool)

    def having(self, facet: str, values: Collection[str]) -> np.ndarray:
        """The rows that have one of these values of a facet."""
        mask, among = self.nothing(), None
        known = columns.facet_of()
        for column in columns.columns_of(facet):
            keys = self.part.keys(column)
            has = np.zeros(keys.number, bool)
            for at, part in enumerate(column.parts):
                if known.get(part) == facet:
                    has |= keys.having(at, values)
            if not has.any():
                continue
            found = np.take(has, self.part.codes(column), mode="clip")
            if column.multi:
                mask[self.arrays[f"{column.name}.rows"][found]] = True
            elif column.among:
                among = found if among is None else among | found
            else:
                mask |= found
        if among is not None:
            mask[self.part.several[among]] = True
        return mask

    def having_terms(self, terms: Iterable[str]) -> np.ndarray:
        """The rows that have one of these terms (places, organisations, stems)."""
        mask = self.nothing()
        for term in terms:
            mask[self.part.having.rows(self.part.terms.number_of(term))] = True
        return mask

    def with_title(self, ids: list[tuple[int, int]] | None, among: np.ndarray, *, whole: bool) -> np.ndarray:
        """Of the rows in `among` those with these words in the title, each so far behind the first.

        `ids`: (how far behind, place of the word). `whole`: where the title has no other words.
        """
        offsets, words = self.arrays["title.offsets"], self.arrays["title.ids"]
        rows = np.flatnonzero(among)
        if whole:
            length = 1 + max(at for at, _n in ids) if ids else 0
            rows = rows[offsets[rows + 1] - offsets[rows] == length]
        if not ids or not len(rows):
            return self.mask_of(rows)
        places, owner = pieces_at(offsets, rows)
        fits = words[places] == ids[0][1]
        ends = offsets[rows + 1][owner]
        for at, n in ids[1:]:
            there = places + at
            fits &= (there < ends) & (words[np.minimum(there, len(words) - 1)] == n)
        return self.mask_of(rows[owner[fits]])

    def with_run(self, text: str, among: np.ndarray) -> np.ndarray:
        """Of the rows in `among` those with this piece of a text without spaces."""
        held, offsets, wanted = memoryview(self.arrays["runs"]), self.arrays["runs.offsets"], text.encode()
        rows = np.flatnonzero(among)
        starts, ends = offsets[rows].tolist(), offsets[rows + 1].tolist()
        has = [wanted in bytes(held[start:end]) for start, end in zip(starts, ends, strict=True)]
        return self.mask_of(rows[np.array(has, bool)])

    # What they are counted under -----------------------------------------------------------------------------

    def counts(self, rows_found: Found, some: Collection[Column]) -> dict[str, np.ndarray]:
        """{column: how many of these rows have each key}. Of more than half of the rows the others are counted."""
        (rows, others), here = rows_found.rows, rows_found.here[0]
        among = None
        found = {}
        for column in some:
            codes = self.part.codes(column)
            if self.part.keys(column).number == 1 and not (column.multi or column.among):  # all have the same
                taken = codes[: len(rows)]
            elif column.multi:
                taken = codes[here.take(self.arrays[f"{column.name}.rows"])]
            elif column.among:
                if among is None:
                    among = np.flatnonzero(here.take(self.part.several))
                taken = codes.take(among)
            else:
                taken = codes.take(rows)
            counts = np.bincount(taken, minlength=self.part.keys(column).number)
            found[column.name] = self.totals(column) - counts if others else counts
        return found

    def totals(self, column: Column) -> np.ndarray:
        """How many rows have each key."""
        if column.name not in self._totals:
            whole = self.arrays[f"{column.name}.totals"]
            if len(self.gone):
                gone = self._without(column)
                whole = whole - np.bincount(gone, minlength=len(whole))
            self._totals[column.name] = whole
        return self._totals[column.name]

    def _without(self, column: Column) -> np.ndarray:
        codes = self.part.codes(column)
        if column.multi:
            return codes[~self.alive[self.arrays[f"{column.name}.rows"]]]
        return codes[~self.alive[self.part.several]] if column.among else codes[self.gone]

    @cached_property
    def leads(self) -> np.ndarray:
        """How many rows each organisation leads; the last figure is of those without a lead."""
        return np.bincount(self.arrays["lead"][self.alive], minlength=len(self.arrays["who"]) + 1)

    def who(self, found: Found) -> np.ndarray:
        """The organisations that lead these rows or take part in them: see documents.Document."""
        who, (rows, others) = self.arrays["who"], found.rows
        led = np.bincount(self.arrays["lead"].take(rows), minlength=len(who) + 1)
        if others:
            led = self.leads - led
        seen = led[:-1] > 0
        seen[self.arrays["partner.who"][found.mask.take(self.arrays["partner.rows"])]] = True
        return who[seen]


def sum_by(codes: np.ndarray, values: np.ndarray, number: int) -> list[int]:
    """The exact sum of whole numbers from -1 on for each code: a float adds them exactly up to 2**53, beyond in halves."""
    found = np.bincount(codes, weights=values, minlength=number)
    if not len(codes) or found.sum() < 2**53:
        return [int(one) for one in found.tolist()]
    high = np.bincount(codes, weights=values >> 31, minlength=number)
    low = np.bincount(codes, weights=values & (2**31 - 1), minlength=number)
    return [(int(one) << 31) + int(other) for one, other in zip(high.tolist(), low.tolist(), strict=True)]
