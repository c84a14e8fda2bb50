"""Several segments as one, without the rows that were taken out of them: arrays put together, nothing made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kept.registry.index import columns, schema
from kept.registry.index.arrays import joined, parted
from kept.registry.index.filling import FIGURES, in_order, organisations, totals
from kept.registry.index.segment import Segment
from kept.registry.index.vocabulary import Postings, Terms, merged_terms, offsets_of, pieces_at, terms_as_arrays


def merged(segments: Sequence[Segment]) -> dict[str, np.ndarray]:
    """The arrays of the segment that holds what is alive in all of them. Raises ValueError where that is nothing."""
    joining = _Joining(segments)
    if not joining.size:
        raise ValueError("nothing to merge")
    made = {name: joining.per_row(name) for name in FIGURES if name != "lead"}
    made |= {f"o_{name}": joining.per_row(f"o_{name}") for name in schema.orderings()}
    made["several"] = joining.rows_in("several")
    made |= _columns(joining)
    made |= _organisations(joining)
    made |= _vocabulary(joining, "w", {"w": "anywhere", "t": "titles"}, with_titles=True)
    made |= _vocabulary(joining, "x", {"x": "having"})
    made |= _runs(joining)
    made |= in_order(made)
    return made


class _Joining:
    """Which rows stay, and where they come to stand."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self.kept = [np.flatnonzero(one.alive) for one in segments]
        self.size = sum(map(len, self.kept))
        self.places = []  # {row: its new row}, -1 for one that is gone
        start = 0
        for one, kept in zip(segments, self.kept, strict=True):
            place = np.full(one.size, -1, np.int32)
            place[kept] = np.arange(start, start + len(kept), dtype=np.int32)
            self.places.append(place)
            start += len(kept)

    def each(self, make: Callable[[Segment, np.ndarray, np.ndarray], np.ndarray]) -> list[np.ndarray]:
        """What is made of each segment, its rows that stay and the places of all."""
        return [make(*one) for one in zip(self.segments, self.kept, self.places, strict=True)]

    def per_row(self, name: str) -> np.ndarray:
        return np.concatenate(self.each(lambda one, kept, _place: one.arrays[name][kept]))

    def rows_in(self, name: str) -> np.ndarray:
        """An array of rows: those that stay, by their new names."""
        found = np.concatenate(self.each(lambda one, _kept, place: place[one.arrays[name]]))
        return found[found >= 0]

    def stays(self, name: str) -> list[np.ndarray]:
        return self.each(lambda one, _kept, _place: one.alive[one.arrays[name]])


def _columns(joining: _Joining) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
    for column in columns.all_columns():
        number: dict[str, int] = {}
        pieces = []
        for one, kept in zip(joining.segments, joining.kept, strict=True):
            codes = one.arrays[f"{column.name}.codes"]
            keys = parted(one.arrays[f"{column.name}.keys"])
            if column.multi or column.among:
                codes = codes[one.alive[one.arrays[f"{column.name}.rows" if column.multi else "several"]]]
            else:
                codes = codes[kept]
            there = np.bincount(codes, minlength=len(keys)) > 0  # keys that nobody has any more are left out
            place = [number.setdefault(key, len(number)) if has else 0 for key, has in zip(keys, there, strict=True)]
            pieces.append(np.array(place, np.int64)[codes])
        kind = np.uint16 if len(number) <= 2**16 else np.uint32
        made[f"{column.name}.codes"] = np.concatenate(pieces).astype(kind)
        made[f"{column.name}.keys"] = joined(list(number))
        if column.multi:
            made[f"{column.name}.rows"] = joining.rows_in(f"{column.name}.rows")
    return made | totals(made)


def _organisations(joining: _Joining) -> dict[str, np.ndarray]:
    def leads(one: Segment, kept: np.ndarray, _place: np.ndarray) -> np.ndarray:
        return np.append(one.arrays["who"], -1)[one.arrays["lead"][kept]]

    stays = joining.stays("partner.rows")
    partners = [
        one.arrays["who"][one.arrays["partner.who"][some]] for one, some in zip(joining.segments, stays, strict=True)
    ]
    return organisations(np.concatenate(joining.each(leads)), joining.rows_in("partner.rows"), np.concatenate(partners))


def _vocabulary(
    joining: _Joining, name: str, of: dict[str, str], *, with_titles: bool = False
) -> dict[str, np.ndarray]:
    """The terms of all; those that no row has any more are left out, so that a removed word leaves the files."""
    known: list[Terms] = [one.part.words if name == "w" else one.part.terms for one in joining.segments]
    terms, places = merged_terms(known)
    counts, made = {}, {}
    for short, attribute in of.items():
        postings: list[Postings] = [getattr(one.part, attribute) for one in joining.segments]
        offsets, rows = _postings(joining, postings, places, len(terms))
        counts[short] = np.diff(offsets)
        made[f"{short}.offsets"], made[f"{short}.rows"] = offsets, rows
    there = sum(counts.values()) > 0
    final = np.cumsum(there) - 1
    if not there.all():
        terms = [term for term, has in zip(terms, there.tolist(), strict=True) if has]
        for short in of:
            made[f"{short}.offsets"] = offsets_of(counts[short][there])
    if with_titles:
        pieces, lengths = [], []
        for one, kept, place in zip(joining.segments, joining.kept, places, strict=True):
            offsets = one.arrays["title.offsets"]
            at, _owner = pieces_at(offsets, kept)
            pieces.append(final[place][one.arrays["title.ids"][at]] if len(place) else np.zeros(0, np.int64))
            lengths.append(offsets[kept + 1] - offsets[kept])
        made["title.ids"] = np.concatenate(pieces).astype(np.uint32)
        made["title.offsets"] = offsets_of(np.concatenate(lengths))
    return made | terms_as_arrays(terms, name)


def _postings(
    joining: _Joining, held: list[Postings], places: list[np.ndarray], number: int
) -> tuple[np.ndarray, np.ndarray]:
    """A segment after the other: rows of the later ones have the higher names, so each term's stay in order."""
    counts, pieces = np.zeros(number, np.int64), []
    for postings, place, new in zip(held, places, joining.places, strict=True):
        offsets, rows = postings.arrays
        if len(joining.segments) > 1 and (new >= 0).all():
            stay = np.diff(offsets)
            pieces.append((place, stay, None))
        else:
            stays = new[rows] >= 0
            stay = np.diff(np.concatenate(([0], np.cumsum(stays)))[offsets])
            pieces.append((place, stay, stays))
        np.add.at(counts, place, stay)
    offsets = offsets_of(counts)
    free, found = offsets[:-1].copy(), np.empty(int(offsets[-1]), np.int32)
    for (place, stay, stays), postings, new in zip(pieces, held, joining.places, strict=True):
        rows = postings.arrays[1] if stays is None else postings.arrays[1][stays]
        before = np.cumsum(stay) - stay
        target = np.repeat((free[place] - before).astype(np.int64), stay)
        target += np.arange(len(target))
        found[target] = new[rows]
        free[place] += stay
    return offsets, found


def _runs(joining: _Joining) -> dict[str, np.ndarray]:
    pieces, lengths = [], []
    for one, kept in zip(joining.segments, joining.kept, strict=True):
        offsets = one.arrays["runs.offsets"]
        if len(kept) == one.size:
            pieces.append(one.arrays["runs"])
        else:
            pieces.append(one.arrays["runs"][pieces_at(offsets, kept)[0]])
        lengths.append(offsets[kept + 1] - offsets[kept])
    return {"runs": np.concatenate(pieces), "runs.offsets": offsets_of(np.concatenate(lengths))}
