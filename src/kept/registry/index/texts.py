"""What pledges say, as words of a segment: each text is cut at its spaces, and each piece is worked out once.

The same pieces come again and again ("schools", "Schools,"), so that a text costs little more than looking its pieces up
in a dictionary. What follows from a piece follows for all rows at once, by numpy: its words, the stems of its words in
the language of the text, its runs without spaces.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from kept.registry.index import words
from kept.registry.index.records import Who
from kept.registry.index.vocabulary import Numbering, inverted, offsets_of, pieces_at, sorted_terms

LANGUAGES = ("", *words.STEMMERS)  # by number; "" is every other one
Pairs = tuple[np.ndarray, np.ndarray]  # terms' numbers and rows


class Texts:
    """Takes texts row by row: titles, whose words keep their order, and all others."""

    def __init__(self) -> None:
        self._pieces = Numbering()
        self.titles, self.others = _Stream(), _Stream()
        self._names: dict[int, array] = {}  # of organisations, which come again as wholes

    def add(self, stream: _Stream, first: int, texts: Sequence[str], languages: Iterable[str]) -> None:
        """A text for each row from `first` on, in these languages ("fr", "pt-BR", "")."""
        cut = [text.split() for text in texts]
        stream.pieces.extend(map(self._pieces.__getitem__, chain.from_iterable(cut)))
        stream.lengths.extend(map(len, cut))
        stream.rows.extend(range(first, first + len(cut)))
        stream.languages.extend(map(number_of, languages))

    def add_one(self, row: int, text: str, language: str) -> None:
        """One more text of a row."""
        self.add(self.others, row, [text], [language])

    def add_names(self, rows: Sequence[int], organisations: Sequence[Who]) -> None:
        """The names of an organisation for each of these rows; the same number has the same names."""
        known, stream = self._names, self.others
        for one in organisations:
            held = known.get(one.pk)
            if held is None:
                held = known[one.pk] = array("I", map(self._pieces.__getitem__, one.names.split()))
            stream.pieces.extend(held)
        stream.lengths.extend(len(known[one.pk]) for one in organisations)
        stream.rows.extend(rows)
        stream.languages.frombytes(bytes(len(rows)))

    def arrays(self, size: int, terms: Numbering) -> tuple[dict[str, np.ndarray], list[Pairs]]:
        """The arrays of words, titles and runs of so many rows; and what else the rows are looked up by: the stems of
        their words and their languages, numbered in `terms`."""
        pieces = list(self._pieces)
        worked = words.words_of_pieces(pieces)
        cut = [spaced.split() for spaced in worked]
        numbering = Numbering()
        ids = np.fromiter(map(numbering.__getitem__, chain.from_iterable(cut)), np.int64)
        offsets = offsets_of(np.fromiter(map(len, cut), np.int64, len(cut)))
        held, place = sorted_terms(numbering, "w")
        ids = place[ids] if len(ids) else ids
        (title, title_rows), (other, other_rows) = (
            (ids[at], one.rows_of_pieces()[owner])
            for one in (self.titles, self.others)
            for at, owner in (pieces_at(offsets, one.pieces_held()),)
        )
        everywhere = inverted(np.concatenate((title, other)), np.concatenate((title_rows, other_rows)), len(place), "w")
        made = {
            **held, **everywhere, **inverted(title, title_rows, len(place), "t"),
            "title.ids": title.astype(np.uint32),
            "title.offsets": offsets_of(np.bincount(title_rows, minlength=size)),
            **self._runs(size, pieces),
        }  # fmt: skip
        places = {word: int(place[number]) for word, number in numbering.items()}
        return made, [*self._stems(pieces, worked, places, everywhere, terms), self._languages(terms)]

    def _stems(
        self, pieces: Sequence[str], worked: Sequence[str], places: dict[str, int], said: dict[str, np.ndarray],
        terms: Numbering,
    ) -> Iterator[Pairs]:  # fmt: skip
        """The stems that are no words of their row themselves: those are found as words (asking._by_stem)."""
        held = [
            (one.pieces_held(), one.rows_of_pieces(), one.languages_of_pieces()) for one in (self.titles, self.others)
        ]
        numbers, rows, languages = (np.concatenate(some) for some in zip(*held, strict=True))
        for number in np.flatnonzero(np.bincount(languages, minlength=len(LANGUAGES))[1:]) + 1:
            here = languages == number
            some, in_rows = numbers[here], rows[here]
            seen = np.flatnonzero(np.bincount(some, minlength=len(pieces)))
            stems = words.stems_of_pieces([pieces[n] for n in seen], LANGUAGES[number])
            other = [
                () if stem == (word := worked[n]) else set(stem.split()).difference(word.split())
                for n, stem in zip(seen.tolist(), stems, strict=True)
            ]
            lengths = np.zeros(len(pieces), np.int64)
            lengths[seen] = np.fromiter(map(len, other), np.int64, len(other))
            having = lengths[some] > 0
            at, owner = pieces_at(offsets_of(lengths), some[having])
            flat = list(chain.from_iterable(other))
            term = np.array([terms[f"s{LANGUAGES[number]} {stem}"] for stem in flat], np.int64)[at]
            word = np.array([places.get(stem, -1) for stem in flat], np.int64)[at]
            row = in_rows[having][owner]
            new = ~_are_among(word, row, said)
            yield term[new], row[new]

    def _languages(self, terms: Numbering) -> Pairs:
        """In which languages a row says something."""
        found = np.concatenate([one.numbers("languages") for one in (self.titles, self.others)])
        rows = np.concatenate([one.numbers("rows") for one in (self.titles, self.others)])
        numbers = np.array(
            [terms[f"l {language}"] if (found == n).any() else 0 for n, language in enumerate(LANGUAGES) if n]
        )
        known = found > 0
        return numbers[found[known] - 1].astype(np.int64), rows[known]

    def _runs(self, size: int, pieces: Sequence[str]) -> dict[str, np.ndarray]:
        """Texts without spaces between words, by row, a line each."""
        runs = words.runs_of_pieces(pieces)
        has = np.zeros(len(pieces), bool)
        has[list(runs)] = True
        by_row: dict[int, list[str]] = {}
        for one in (self.titles, self.others):
            numbers = one.pieces_held()
            here = has[numbers]
            for row, number in zip(one.rows_of_pieces()[here].tolist(), numbers[here].tolist(), strict=True):
                by_row.setdefault(row, []).extend(runs[number])
        told = {row: "\n".join(by_row[row]).encode() for row in sorted(by_row)}
        lengths = np.zeros(size, np.int64)
        lengths[list(told)] = [len(text) for text in told.values()]
        return {"runs": np.frombuffer(b"".join(told.values()), np.uint8), "runs.offsets": offsets_of(lengths)}


class _Stream:
    """Texts one after the other: the numbers of their pieces, and of each text its row, language and length."""

    def __init__(self) -> None:
        self.pieces, self.lengths, self.rows, self.languages = array("I"), array("I"), array("I"), array("B")

    def numbers(self, name: str) -> np.ndarray:
        held: array = getattr(self, name)
        return np.frombuffer(held, held.typecode).astype(np.int64) if held else np.zeros(0, np.int64)

    def pieces_held(self) -> np.ndarray:
        return self.numbers("pieces")

    def rows_of_pieces(self) -> np.ndarray:
        return np.repeat(self.numbers("rows"), self.numbers("lengths"))

    def languages_of_pieces(self) -> np.ndarray:
        return np.repeat(self.numbers("languages"), self.numbers("lengths"))


def number_of(language: str) -> int:
    """A language by its place in LANGUAGES; 0 where its words have no stems here."""
    return _NUMBERS.get(language) or _NUMBERS.get(language.split("-")[0].split("_")[0].lower(), 0)


_NUMBERS = {language: n for n, language in enumerate(LANGUAGES)}


def _are_among(terms: np.ndarray, rows: np.ndarray, postings: dict[str, np.ndarray]) -> np.ndarray:
    """Whether each row is among those of its term; a term of -1 has none."""
    found = terms >= 0
    if not found.any():
        return found
    offsets, held = postings["w.offsets"], postings["w.rows"]
    pairs = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)) << 32 | held
    wanted = terms[found] << 32 | rows[found]
    at = np.searchsorted(pairs, wanted)
    found[found] = (at < len(pairs)) & (pairs[np.minimum(at, len(pairs) - 1)] == wanted)
    return found
