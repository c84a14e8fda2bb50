"""A selection as queries to the index: its filters, its words, and how closely the words are met.

Every word of a question has to be found: as it is, by its stem, as a place that the pledge names (in any of the
six languages), the last one also as the beginning of a word. A reference is found by its number.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Occur, Query, Searcher

from kept.base import entered, places
from kept.base.languages import CODES
from kept.people.models import Organisation
from kept.registry import facets
from kept.registry.index import words
from kept.registry.index.schema import FIRST, LAST, schema
from kept.registry.search import REFERENCE
from kept.registry.selection import Selection

FEW_WORDS = 40  # with one beginning, that are asked for one by one
MOST_INSTEAD = 5  # words that are tried in place of one that nobody wrote


class Question:
    """A selection, asked of one reading of the index. `instead`: {a word: those that are looked for in its place}."""

    def __init__(
        self, selection: Selection, searcher: Searcher, instead: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.selection, self.searcher, self.instead = selection, searcher, instead or {}
        self.pieces = words.pieces(selection.q)

    def query(self, *, without: str = "") -> Query:
        """Everything that the selection asks for; `without` leaves one facet out of account."""
        found = [
            having(facet.name, values)
            for facet in facets.all_facets()
            if facet.name != without and (values := self.selection.of(facet.name) or facet.default)
        ]
        if self.selection.q:
            found.append(self.words)
        return every(found) if found else Query.all_query()

    def most(self, *, without: str = "") -> int:
        """Not many more pledges than that are found: what the rarest of its conditions lets through."""
        found = [self.searcher.num_docs]
        for facet in facets.all_facets():
            values = self.selection.of(facet.name) or facet.default
            if values and facet.name != without and facet.name != "organisation":
                found.append(sum(self.searcher.doc_freq(f"f_{facet.name}", value) for value in values))
        found += [
            self.searcher.doc_freq("words", piece.text) for piece in self.pieces if not piece.cut and len(found) < 9
        ]
        return min(found[:1] + [number for number in found[1:] if number])

    @cached_property
    def words(self) -> Query:
        """All words of the question, or its reference. One without words (signs alone) finds titles without words."""
        if not self.pieces:
            return self._title([])
        found = every([self._anywhere(piece, piece is self.pieces[-1]) for piece in self.pieces])
        return any_of([found, self._number]) if self._number else found

    @cached_property
    def _number(self) -> Query | None:
        reference = REFERENCE.fullmatch(self.selection.q)
        return term("number", int(reference[1])) if reference else None

    def levels(self) -> list[Query]:
        """How closely the words can be met, the closest first: what meets one may meet the next ones too.

        The very title or reference; the words as they stand, side by side, in the title; all in the title; all as
        they are, anywhere. What meets none of these was found by stems or places.
        """
        said = list(enumerate(words.tokens(self.selection.q)))
        whole = self._title(said)
        steps = [any_of([whole, self._number]) if self._number else whole]
        if len(said) > 1:
            steps.append(_phrase("title", said))
        for field in ("title", "words"):
            steps.append(every([self._as_it_is(piece, field, piece is self.pieces[-1]) for piece in self.pieces]))
        return steps

    def _title(self, said: Sequence[tuple[int, str]]) -> Query:
        """Titles of just these words."""
        return _phrase("title", [(-1, FIRST), *said, (len(said), LAST)])

    def _as_it_is(self, piece: words.Piece, field: str, is_last: bool) -> Query:
        """The word itself; the last one also as the beginning of a longer one."""
        if piece.cut:
            return _phrase(field, piece.cut)
        if piece.text in self.instead:
            return any_of([term(field, word) for word in self.instead[piece.text]])
        if not (is_last and piece.may_begin):
            return term(field, piece.text)
        if len(self._beginning) <= FEW_WORDS:
            return any_of([term(field, word) for word in self._beginning])
        return Query.fuzzy_term_query(schema(), field, piece.text, 0, True, True)  # no error: the beginning alone

    @cached_property
    def _beginning(self) -> list[str]:
        """The words that begin with the last one; looked up once, where they are few."""
        return [
            word for word, _n in self.searcher.terms_with_prefix("words", self.pieces[-1].text, limit=FEW_WORDS + 1)
        ]

    def _anywhere(self, piece: words.Piece, is_last: bool) -> Query:
        ways = [self._as_it_is(piece, "words", is_last)]
        if not piece.cut and piece.text not in self.instead:
            ways += self._by_stem(piece)
        if codes := place_codes(piece, is_last):
            ways.append(one_of("named", codes))
        return any_of(ways)

    def _by_stem(self, piece: words.Piece) -> list[Query]:
        """Texts of each language in which a word has the same stem, or is that stem."""
        ways = []
        for language in words.STEMMERS:
            if not self.searcher.doc_freq("stemmed", language):
                continue  # nobody writes in it
            for stem in sorted(words.stems(piece, language)):
                if self.searcher.doc_freq(f"stem_{language}", stem):
                    ways.append(term(f"stem_{language}", stem))
                if (word := words.normalise(stem)) != piece.text and self.searcher.doc_freq("words", word):
                    ways.append(every([term("words", word), term("stemmed", language)]))
        return ways

    # Typing errors, where nothing is found ----------------------------------------------------------------------

    def corrected(self) -> dict[str, tuple[str, ...]]:
        """For each word that no public pledge has: the nearest ones that some have. Empty where there are none."""
        found: dict[str, tuple[str, ...]] = {}
        for piece in self.pieces:
            is_last, allowed = piece is self.pieces[-1], _errors_forgiven(piece)
            if not allowed or self._is_there(self._anywhere(piece, is_last)):
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
        yield dict(self.searcher.terms_with_prefix("words", word[:2]))
        yield dict(self.searcher.terms_with_prefix("words", word[0]))
        swapped = (word[1] + word[0], word[1:3])  # the first two exchanged; the first one too many
        known = {text: n for start in swapped for text, n in self.searcher.terms_with_prefix("words", start)}
        for letter in _letters_like(word[0]):  # another one typed; one left out
            for text in (letter + word[1:], letter + word):
                if n := self.searcher.doc_freq("words", text):
                    known[text] = n
        yield known

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
        return tuple(text for text in best[:MOST_INSTEAD] if self._is_there(term("words", text)))

    def _is_there(self, query: Query) -> bool:
        return bool(self.searcher.search(query, 1, count=True).count)


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


# Queries -----------------------------------------------------------------------------------------------------


def having(facet: str, values: Iterable[str]) -> Query:
    """Pledges that have one of these values of a facet."""
    if facet == "organisation":
        ids = facets.same_organisations(Organisation.objects.filter(slug__in=values).values_list("pk", flat=True))
        return one_of("organisation", ids)
    return one_of(f"f_{facet}", values)


def term(field: str, value: str | int) -> Query:
    return Query.term_query(schema(), field, value, "basic")


def one_of(field: str, values: Iterable[str | int]) -> Query:
    return any_of([term(field, value) for value in values])


def every(queries: Sequence[Query]) -> Query:
    """All of them; nothing where there are none."""
    if len(queries) < 2:
        return queries[0] if queries else Query.empty_query()
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries: Sequence[Query]) -> Query:
    """One of them at least; nothing where there are none."""
    if len(queries) < 2:
        return queries[0] if queries else Query.empty_query()
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def but_not(query: Query, others: Sequence[Query]) -> Query:
    return (
        Query.boolean_query([(Occur.Must, query), *((Occur.MustNot, other) for other in others)]) if others else query
    )


def _phrase(field: str, cut: Sequence[tuple[int, str]]) -> Query:
    if len(cut) < 2:
        return term(field, cut[0][1]) if cut else Query.empty_query()
    return Query.phrase_query(schema(), field, [(at - cut[0][0], word) for at, word in cut])


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
