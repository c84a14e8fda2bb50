"""From documents to the arrays of a segment: a part of the index, written once.

Rows are numbered as they come. What an array is called in the file, and what it holds:

    key number published cents ends people o_<order>   one for each row; see documents.FIGURES
    lead · partner.rows partner.who · who              organisations of this segment, by their place in `who`
    by_<order>                                         the rows in an order
    <column>.codes .keys                               for each row the place of its key among the keys
    several · <column>.codes                           the rows that name several places, and their codes
    <column>.rows .codes                               of a column with several keys a row: pairs
    <column>.totals                                    how many rows have each key
    title.offsets title.ids                            the words of each title, in their order
    w.terms w.ends                                     all words; `t.` rows that have them in the title, `w.` anywhere
    x.terms …                                          what else is looked up: places, organisations, stems
    runs runs.offsets                                  texts without spaces between words, by row
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from kept.registry.index import columns, schema
from kept.registry.index.arrays import joined
from kept.registry.index.documents import FIGURES, KEYS, Documents, named_places
from kept.registry.index.texts import Pairs, Texts
from kept.registry.index.vocabulary import Numbering, inverted, offsets_of, pieces_at, sorted_terms

OWN_ORDERS = {"newest": "", "largest": "cents", "ending": "ends"}  # order: the array that it goes by, "" for none


class Filling:
    """Takes documents, gives the arrays."""

    def __init__(self) -> None:
        self.size = 0
        self._figures = {name: array("q") for name in FIGURES}
        self._orders = {name: array("q") for name in schema.orderings()}
        self._kinds: dict[str, dict[Any, int]] = defaultdict(Numbering)
        self._kind_of: dict[str, array] = defaultdict(lambda: array("I"))
        self._partner_rows, self._partner_who = array("I"), array("q")
        self._who_rows, self._who = array("I"), array("q")
        self._texts = Texts()

    def add(self, some: Documents) -> None:
        first = self.size
        for name, held in self._figures.items():
            held.extend(some.figures[name])
        for name, held in self._orders.items():
            held.extend(some.orders[name])
        for name, values in some.kinds.items():
            self._kind_of[name].extend(map(self._kinds[name].__getitem__, values))
        texts = self._texts
        texts.add(texts.titles, first, some.titles, some.languages)
        texts.add(texts.others, first, some.texts, some.languages)
        for n, language, text in some.translations:
            texts.add_one(first + n, text, language)
        leads = [(row, lead) for row, lead in enumerate(some.leads, first) if lead]
        partners = [(row, one, yes) for row, each in enumerate(some.partners, first) for one, yes in each]
        said_yes = [(row, one) for row, one, yes in partners if yes]
        named = [*leads, *((row, one) for row, one, _yes in partners)]
        texts.add_names([row for row, _one in named], [one for _row, one in named])
        self._who_rows.extend(row for row, _one in (*leads, *said_yes))
        self._who.extend(one.pk for _row, one in (*leads, *said_yes))
        self._partner_rows.extend(row for row, _one in said_yes)
        self._partner_who.extend(one.code for _row, one in said_yes)
        self.size += len(some)

    def arrays(self) -> dict[str, np.ndarray]:
        """The segment. Raises ValueError where a column was left out of a document."""
        made = {name: np.array(held, np.int64) for name, held in self._figures.items()}
        made |= {f"o_{name}": np.array(held, np.int64) for name, held in self._orders.items()}
        leads = made.pop("lead")
        made |= self._of_columns()
        made |= organisations(leads, _array(self._partner_rows, np.int32), np.array(self._partner_who, np.int64))
        made |= self._of_words()
        made |= in_order(made)
        return made

    def _of_columns(self) -> dict[str, np.ndarray]:
        made: dict[str, np.ndarray] = {"several": np.zeros(0, np.int32)}
        for column in columns.all_columns():
            made |= {f"{column.name}.keys": joined([]), f"{column.name}.codes": np.zeros(0, np.uint16)}
            if column.multi:
                made[f"{column.name}.rows"] = np.zeros(0, np.int32)
        for name, numbering in self._kinds.items():
            keys = [dict(KEYS[name](value)) for value in numbering]
            for column in {column: None for some in keys for column in some}:
                made |= _column(column, keys, _array(self._kind_of[name], np.int64))
        for column in columns.all_columns():
            rows = made["several"] if column.among else self._figures["key"]
            if not column.multi and len(made[f"{column.name}.codes"]) != len(rows):
                raise ValueError(f"{column.name} is not there for every document")
        return made | totals(made)

    def _of_words(self) -> dict[str, np.ndarray]:
        numbering = Numbering()
        made, pairs = self._texts.arrays(self.size, numbering)
        pairs += [self._places_named(numbering), self._organisations_named(numbering)]
        terms, place = sorted_terms(numbering, "x")
        numbers, rows = (np.concatenate(some) for some in zip(*pairs, strict=True))
        return {**made, **terms, **inverted(place[numbers], rows, len(place), "x")}

    def _places_named(self, terms: Numbering) -> Pairs:
        named = [[terms[f"n {code}"] for code in named_places(value)] for value in self._kinds["places"]]
        offsets = offsets_of(np.fromiter(map(len, named), np.int64, len(named)))
        at, rows = pieces_at(offsets, _array(self._kind_of["places"], np.int64))
        return np.array(list(chain.from_iterable(named)), np.int64)[at], rows

    def _organisations_named(self, terms: Numbering) -> Pairs:
        known, place = np.unique(np.array(self._who, np.int64), return_inverse=True)
        numbers = np.array([terms[f"o {pk}"] for pk in known.tolist()], np.int64)
        return numbers[place], _array(self._who_rows, np.int64)


def _column(name: str, keys: Sequence[Mapping[str, str | list[str]]], kind_of: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a column: `keys` of each kind of row there is, and of which kind each row is."""
    column, numbering = columns.named(name), Numbering()
    if column.multi:
        some = [[numbering[key] for key in one.get(name, ())] for one in keys]
        at, rows = pieces_at(offsets_of(np.fromiter(map(len, some), np.int64, len(some))), kind_of)
        codes = np.array(list(chain.from_iterable(some)), np.int64)[at]
        made = {f"{name}.rows": rows.astype(np.int32)}
    else:
        has = np.array([name in one for one in keys])
        codes = np.array([numbering[one[name]] if name in one else 0 for one in keys], np.int64)[kind_of]
        made = {}
        if column.among:
            made["several"] = np.flatnonzero(has[kind_of]).astype(np.int32)
            codes = codes[made["several"]]
    return made | {f"{name}.codes": codes.astype(_least(len(numbering))), f"{name}.keys": joined(list(numbering))}


def _array(held: array, kind: type) -> np.ndarray:
    return np.frombuffer(held, held.typecode).astype(kind) if held else np.zeros(0, kind)


def _least(keys: int) -> type:
    """The smallest kind of number that counts so many keys."""
    return np.uint16 if keys <= 2**16 else np.uint32


def totals(made: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How many rows have each key."""
    found = {}
    for column in columns.all_columns():
        keys = made[f"{column.name}.keys"]
        number = int(np.count_nonzero(keys == 10)) + 1
        found[f"{column.name}.totals"] = np.bincount(made[f"{column.name}.codes"], minlength=number)
    return found


def organisations(leads: np.ndarray, partner_rows: np.ndarray, partners: np.ndarray) -> dict[str, np.ndarray]:
    """The organisations by their places in one list; a pledge without a lead has the place behind the last."""
    who = np.unique(np.concatenate((leads, partners)))
    who = who[who >= 0]
    return {
        "who": who,
        "lead": np.where(leads < 0, len(who), np.searchsorted(who, leads)).astype(np.int32),
        "partner.rows": partner_rows,
        "partner.who": np.searchsorted(who, partners).astype(np.int32),
    }


def in_order(made: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows in each order; what is equal in it stands newest first, then by number."""
    by = {f"by_{name}": made[held] if held else None for name, held in OWN_ORDERS.items()}
    by |= {f"by_o_{name}": made[f"o_{name}"] for name in schema.offered()}
    newest = (-made["number"], -made["published"])
    return {
        name: np.lexsort(newest if values is None else (*newest, values if name == "by_ending" else -values)).astype(
            np.int32
        )
        for name, values in by.items()
    }
