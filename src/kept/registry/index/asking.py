"""A selection as rows of the index: its filters, its words, and how closely the words are met.

Every word of a question has to be found: as it is, by its stem, as a place that the pledge names (in any of the
six languages), the last one also as the beginning of a word. A reference is found by its number.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kept.base import entered, places
from kept.base.languages import CODES
from kept.people.models import Organisation
from kept.registry import facets
from kept.registry.index import words
from kept.registry.index.reading import Reading
from kept.registry.index.segment import Segment
from kept.registry.index.vocabulary import iterate
from kept.registry.search import REFERENCE
from kept.registry.selection import Selection

MOST_INSTEAD = 5  # words that are tried in place of one that nobody wrote
Masks = list[np.ndarray]  # for each segment one truth value a row


class Question:
    """A selection, asked of one reading of the index. `instead`: {a word: those that are looked for in its place}."""

    def __init__(
        self, selection: Selection, reading: Reading, instead: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.selection, self.reading, self.instead = selection, reading, instead or {}
        self.pieces = words.pieces(selection.q)
        self._chosen: dict[str, Masks] = {}

    def found(self, *, without: str = "") -> Masks:
        """Everything that the selection asks for; `without` leaves one facet out of account."""
        masks = [one.alive for one in self.reading.segments]
        for facet in facets.all_facets():
            values = self.selection.of(facet.name) or facet.default
            if values and facet.name != without:
                masks = every(masks, self._having(facet.name, values))
        return every(masks, self.words) if self.selection.q else masks

    def _having(self, name: str, values: Sequence[str]) -> Masks:
        if name not in self._chosen:
            if name == "organisation":
                known = Organisation.objects.filter(slug__in=values).values_list("pk", flat=True)
                terms = [f"o {pk}" for pk in facets.same_organisations(known)]
                self._chosen[name] = self._each(lambda one: one.having_terms(terms))
            else:
                self._chosen[name] = self._each(lambda one: one.having(name, values))
        return self._chosen[name]

    def _each(self, ask: Callable[[Segment], np.ndarray]) -> Masks:
        return [ask(one) for one in self.reading.segments]

    # Words -------------------------------------------------------------------------------------------------------

    @cached_property
    def words(self) -> Masks:
        """All words of the question, or its reference. One without words (signs alone) finds titles without words."""
        if not self.pieces:
            return self._title([])
        masks = self._anywhere(self.pieces[0])
        for piece in self.pieces[1:]:
            masks = every(masks, self._anywhere(piece))
        return any_of(masks, self._number) if self._number else masks

    @cached_property
    def _number(self) -> Masks | None:
        reference = REFERENCE.fullmatch(self.selection.q)
        if not reference:
            return None
        number = int(reference[1])
        return self._each(lambda one: one.arrays["number"] == number)

    def levels(self) -> Iterator[Masks]:
        """How closely the words can be met, the closest first: what meets one may meet the next ones too.

        The very title or reference; the words as they stand, side by side, in the title; all in the title; all as
        they are, anywhere. What meets none of these was found by stems or places.
        """
        said = list(enumerate(words.tokens(self.selection.q)))
        whole = self._title(said)
        yield any_of(whole, self._number) if self._number else whole
        if len(said) > 1:
            yield self._each(lambda one: _phrase(one, said))
        for in_title in (True, False):
            masks = [one.alive for one in self.reading.segments]
            for piece in self.pieces:
                masks = every(masks, self._as_it_is(piece, in_title=in_title))
            yield masks

    def _title(self, said: Sequence[tuple[int, str]]) -> Masks:
        """Titles of just these words."""
        return self._each(lambda one: _phrase(one, said, whole=True))

    def _as_it_is(self, piece: words.Piece, *, in_title: bool = False) -> Masks:
        """The word itself; the last one also as the beginning of a longer one."""
        key = f"{in_title} {piece.text}"
        if key not in self._chosen:
            self._chosen[key] = self._each(lambda one: self._in_segment(one, piece, in_title=in_title))
        return self._chosen[key]

    def _in_segment(self, one: Segment, piece: words.Piece, *, in_title: bool) -> np.ndarray:
        if piece.cut:
            if in_title:
                return _phrase(one, piece.cut)
            found = _all_words(one, [pair for _at, pair in piece.cut])
            return one.with_run(piece.text, found) if len(piece.cut) > 1 else found
        postings, mask = one.part.titles if in_title else one.part.anywhere, one.nothing()
        if piece.text in self.instead:
            for word in self.instead[piece.text]:
                mask[postings.rows(one.part.words.number_of(word))] = True
        elif piece is self.pieces[-1] and piece.may_begin:
            mask[postings.rows(one.part.words.beginning_with(piece.text))] = True
        else:
            mask[postings.rows(one.part.words.number_of(piece.text))] = True
        return mask

    def _anywhere(self, piece: words.Piece) -> Masks:
        masks = self._as_it_is(piece)
        if not piece.cut and piece.text not in self.instead:
            stems = [(language, sorted(words.stems(piece, language))) for language in words.STEMMERS]
            masks = any_of(masks, self._each(lambda one: _by_stem(one, piece, stems)))
        if codes := place_codes(piece, piece is self.pieces[-1]):
            masks = any_of(masks, self._each(lambda one: one.having_terms(f"n {code}" for code in codes)))
        return masks

    # Typing errors, where nothing is found ----------------------------------------------------------------------

    def corrected(self) -> dict[str, tuple[str, ...]]:
        """For each word that no public pledge has: the nearest ones that some have. Empty where there are none."""
        found: dict[str, tuple[str, ...]] = {}
        for piece in self.pieces:
            is_last, allowed = piece is self.pieces[-1], _errors_forgiven(piece)
            if not allowed or any(map(_is_there, self.reading.segments, self._anywhere(piece))):
                continue
            for known in self._candidates(piece.text):
                near = self._near(piece.text, known, len(piece.text), allowed) if is_last else ()
                if near := self._near(piece.text, known, 0, allowed) or near:
                    found[piece.text] = near
                    break
        return found

    def _candidates(self, word: str) -> Iterator[dict[str, int]]:
        """Words that may be meant, likelier ones first: with the same two first letters; with the same first one;
        with an error in the first one. Never all words of the index: there may be a million."""
        yield self._beginning_with(word[:2])
        yield self._beginning_with(word[0])
        swapped = (word[1] + word[0], word[1:3])  # the first two exchanged; the first one too many
        known = {text: n for start in swapped for text, n in self._beginning_with(start).items()}
        for letter in _letters_like(word[0]):  # another one typed; one left out
            for text in (letter + word[1:], letter + word):
                if n := self._frequency(text):
                    known[text] = n
        yield known

    def _beginning_with(self, start: str) -> dict[str, int]:
        found: Tally[str] = Tally()
        for one in self.reading.segments:
            some = one.part.words.beginning_with(start)
            found.update(dict(iterate(one.part.words, one.part.anywhere, some)))
        return found

    def _frequency(self, word: str) -> int:
        return sum(len(one.part.anywhere.rows(one.part.words.number_of(word))) for one in self.reading.segments)

    def _near(self, word: str, known: Mapping[str, int], length: int, allowed: int) -> tuple[str, ...]:
        """The nearest words; by their beginnings of about `length` letters where that is not 0."""
        ways: dict[str, list[str]] = {}
        for text in known:
            for end in range(length - 1, length + 2) if length else (None,):
                ways.setdefault(text[:end], []).append(text)
        near = process.extract(word, ways.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=50)
        least = {text for way, distance, _at in near if distance == min(one[1] for one in near) for text in ways[way]}
        best = sorted(least, key=lambda text: (-known[text], text))
        # A word of a text that was taken out may still be in the files: it is not offered.
        return tuple(text for text in best[:MOST_INSTEAD] if self._some_have(text))

    def _some_have(self, word: str) -> bool:
        return any(
            one.alive[one.part.anywhere.rows(one.part.words.number_of(word))].any() for one in self.reading.segments
        )


def _is_there(segment: Segment, mask: np.ndarray) -> bool:
    return bool((mask & segment.alive).any())


def every(masks: Masks, others: Masks) -> Masks:
    """What is in both."""
    return [one & other for one, other in zip(masks, others, strict=True)]


def any_of(masks: Masks, others: Masks) -> Masks:
    """What is in one of them at least."""
    return [one | other for one, other in zip(masks, others, strict=True)]


def but_not(masks: Masks, others: Masks) -> Masks:
    """What is in the first and not in the second."""
    return [one & ~other for one, other in zip(masks, others, strict=True)]


def _all_words(one: Segment, some: Iterable[str], *, in_title: bool = False) -> np.ndarray:
    """The rows that have all of these words."""
    postings, mask = one.part.titles if in_title else one.part.anywhere, one.alive
    for word in dict.fromkeys(some):
        mask = mask & one.mask_of(postings.rows(one.part.words.number_of(word)))
    return mask


def _phrase(one: Segment, said: Sequence[tuple[int, str]], *, whole: bool = False) -> np.ndarray:
    """Titles with these words, each so far behind the first."""
    ids = []
    for at, word in said:
        number = one.part.words.number_of(word)
        if number is None:
            return one.nothing()
        ids.append((at - said[0][0], number))
    return one.with_title(ids, _all_words(one, [word for _at, word in said], in_title=True), whole=whole)


def _by_stem(one: Segment, piece: words.Piece, stems: Iterable[tuple[str, Sequence[str]]]) -> np.ndarray:
    """Texts of each language in which a word has the same stem, or is that stem."""
    mask = one.nothing()
    for language, some in stems:
        spoken = one.part.terms.number_of(f"l {language}")
        if spoken is None:
            continue  # nobody writes in it
        for stem in some:
            mask[one.part.having.rows(one.part.terms.number_of(f"s{language} {stem}"))] = True
            number = one.part.words.number_of(word) if (word := words.normalise(stem)) != piece.text else None
            if number is not None:
                mask |= one.mask_of(one.part.anywhere.rows(number)) & one.mask_of(one.part.having.rows(spoken))
    return mask


@lru_cache(maxsize=1024)
def _letters_like(letter: str) -> tuple[str, ...]:
    """The letters that a keyboard has beside this one: those of its script."""
    if letter.isascii():
        return tuple("abcdefghijklmnopqrstuvwxyz0123456789")
    script = unicodedata.name(letter, "").partition(" ")[0]
    block = ord(letter) & ~0xFF
    return tuple(
        c for c in map(chr, range(block, block + 0x100)) if c.isalnum() and unicodedata.name(c, "").startswith(script)
    )


def _errors_forgiven(piece: words.Piece) -> int:
    """None in short words and runs, one in longer, two in long ones."""
    if piece.cut or not piece.may_begin or len(piece.text) < 4 or piece.text.isdigit():
        return 0
    return 1 if len(piece.text) < 8 else 2


# Places ------------------------------------------------------------------------------------------------------


def place_codes(piece: words.Piece, begins: bool) -> list[str]:
    """Places with this word in one of their names, in any of the six languages."""
    by_word, names = _place_words(frozenset(entered.place_names().items()))
    if piece.cut:
        return sorted(code for code, spelt in names.items() if any(piece.text in name for name in spelt))
    found = set(by_word.get(piece.text, ()))
    if begins and piece.may_begin:
        ordered = _in_order(frozenset(entered.place_names().items()))
        for word in ordered[bisect_left(ordered, piece.text) :]:
            if not word.startswith(piece.text):
                break
            found |= by_word[word]
    return sorted(found)


@lru_cache(maxsize=2)
def _place_words(own: frozenset) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """{word: places}, {place: its names}; `own` are the installation's names."""
    codes = [one.alpha3 for one in places.all_countries(former=True)]
    codes += [*places.regions(), *places.itu_regions(), *places.groups(), places.WORLD]
    by_word: dict[str, set[str]] = {}
    names: dict[str, list[str]] = {}
    for code in codes:
        country = places.country(code)
        spelt = [*places.names_of(code).values(), *(country.also if country else ())]
        spelt += [places.name(code, language) for language in CODES] if own else []
        names[code] = [words.normalise(name) for name in spelt]
        for name in spelt:
            for word in words.tokens(name):
                by_word.setdefault(word, set()).add(code)
    return by_word, names


@lru_cache(maxsize=2)
def _in_order(own: frozenset) -> list[str]:
    return sorted(_place_words(own)[0])
