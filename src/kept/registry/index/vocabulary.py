"""Words and where they stand: a sorted list of terms, for each the rows that have it, in order.

Terms are sorted by their bytes, so that those with one beginning stand side by side, and their rows too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kept.registry.index.arrays import Arrays, joined

NO_ROWS = np.zeros(0, np.int32)


class Terms:
    """A sorted list of terms in a file: looked up where it lies, not read."""

    def __init__(self, arrays: Mapping[str, np.ndarray], name: str) -> None:
        self._text, self._ends = arrays[f"{name}.terms"], arrays[f"{name}.ends"]
        self._bytes = memoryview(self._text)

    def __len__(self) -> int:
        return len(self._ends)

    def bytes_of(self, n: int) -> bytes:
        start = int(self._ends[n - 1]) + 1 if n else 0
        return bytes(self._bytes[start : int(self._ends[n])])

    def number_of(self, term: str) -> int | None:
        """The place of a term; None where it is not there."""
        wanted = term.encode()
        n = self._first_from(wanted)
        return n if n < len(self) and self.bytes_of(n) == wanted else None

    def beginning_with(self, text: str) -> range:
        """The places of the terms that begin so."""
        start = text.encode()
        return range(self._first_from(start), self._first_from(start + b"\xff"))

    def texts(self, some: range) -> list[str]:
        """The terms of these places."""
        if not some:
            return []
        start = int(self._ends[some[0] - 1]) + 1 if some[0] else 0
        return bytes(self._bytes[start : int(self._ends[some[-1]])]).decode().split("\n")

    def _first_from(self, wanted: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.bytes_of(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low


class Postings:
    """For each term of a list the rows that have it."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays, self._name = arrays, f"{name}.rows"
        self._offsets = arrays[f"{name}.offsets"]

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Where each term's rows begin, and the rows of all."""
        return self._offsets, self._arrays[self._name]

    def rows(self, n: int | range | None) -> np.ndarray:
        """Of one term, each once; of several that stand side by side, one term's after the other's."""
        if n is None:
            return NO_ROWS
        first, last = (n.start, n.stop) if isinstance(n, range) else (n, n + 1)
        return self._arrays.piece(self._name, int(self._offsets[first]), int(self._offsets[last]))

    def numbers(self, some: range) -> np.ndarray:
        """How many rows each of these terms has."""
        return np.diff(self._offsets[some.start : some.stop + 1])


class Numbering(dict[Any, int]):
    """Numbers for terms, in the order in which they come."""

    def __missing__(self, term: Any) -> int:
        number = self[term] = len(self)
        return number


def sorted_terms(numbering: Numbering, name: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The terms as arrays of a file; and {number so far: place in the sorted list}."""
    order = sorted(numbering)  # by code points, which is by their bytes in UTF-8 too
    places = np.empty(len(order), np.uint32)
    places[np.fromiter(map(numbering.__getitem__, order), np.int64, len(order))] = np.arange(len(order))
    return _as_arrays("\n".join(order).encode(), len(order), name), places


def terms_as_arrays(terms: Sequence[bytes], name: str) -> dict[str, np.ndarray]:
    """Terms, sorted already."""
    return _as_arrays(b"\n".join(terms), len(terms), name)


def _as_arrays(text: bytes, number: int, name: str) -> dict[str, np.ndarray]:
    """Terms with line breaks between, and where each ends."""
    held = np.frombuffer(text, np.uint8)
    ends = np.append(np.flatnonzero(held == ord("\n")), len(held)) if number else np.zeros(0, np.int64)
    return {f"{name}.terms": held, f"{name}.ends": ends.astype(np.uint32)}


def inverted(terms: np.ndarray, rows: np.ndarray, number_of_terms: int, name: str) -> dict[str, np.ndarray]:
    """Pairs of a term's place and a row, as postings: each pair once, sorted."""
    pairs = terms.astype(np.uint64) << np.uint64(32) | rows.astype(np.uint64)
    pairs.sort()
    if len(pairs):
        pairs = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))]
    counts = np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=number_of_terms)
    return {
        f"{name}.offsets": offsets_of(counts),
        f"{name}.rows": (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32),
    }


def offsets_of(lengths: np.ndarray) -> np.ndarray:
    """Where each of several pieces begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def pieces_at(offsets: np.ndarray, some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of all items of these pieces, and to which of `some` each belongs."""
    starts, lengths = offsets[some], offsets[some + 1] - offsets[some]
    owner = np.repeat(np.arange(len(some)), lengths)
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.arange(len(owner)) - before + np.repeat(starts, lengths), owner


def merged_terms(lists: Sequence[Terms]) -> tuple[list[bytes], list[np.ndarray]]:
    """One sorted list out of several; for each of them {its place: the place in the new one}."""
    texts = [_all_bytes(terms) for terms in lists]
    union = sorted(set().union(*texts)) if texts else []
    place = {term: n for n, term in enumerate(union)}
    return union, [np.fromiter(map(place.__getitem__, some), np.int64, len(some)) for some in texts]


def _all_bytes(terms: Terms) -> list[bytes]:
    return bytes(terms._bytes).split(b"\n") if len(terms) else []


def iterate(terms: Terms, postings: Postings, some: range) -> Iterator[tuple[str, int]]:
    """(term, number of its rows)."""
    return zip(terms.texts(some), map(int, postings.numbers(some)), strict=True)


__all__ = [
    "NO_ROWS", "Numbering", "Postings", "Terms", "inverted", "iterate", "joined", "merged_terms", "offsets_of",
    "pieces_at", "sorted_terms", "terms_as_arrays",
]  # fmt: skip
