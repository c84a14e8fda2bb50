"""From documents to the arrays of a segment: a part of the index, written once.

Rows are numbered as they come. What an array is called in the file, and what it holds:

    key number published cents ends people o_<order>   one for each row; see documents.Document
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
from collections.abc import Iterable, Mapping
from operator import attrgetter

import numpy as np

from kept.registry.index import columns, schema
from kept.registry.index.arrays import joined
from kept.registry.index.documents import Document, Keys
from kept.registry.index.vocabulary import Numbering, inverted, offsets_of, sorted_terms

FIGURES = ("key", "number", "published", "cents", "ends", "people", "lead")
OWN_ORDERS = {"newest": "", "largest": "cents", "ending": "ends"}  # order: the array that it goes by, "" for none


class Filling:
    """Takes documents, gives the arrays."""

    def __init__(self) -> None:
        self.size = 0
        self._figures = {name: array("q") for name in FIGURES}
        self._orders = {name: array("q") for name in schema.orderings()}
        self._partner_rows, self._partner_who = array("q"), array("q")
        self._numbering: dict[str, Numbering] = defaultdict(Numbering)
        self._codes: dict[str, array] = defaultdict(lambda: array("I"))
        self._pieces: dict[int, tuple[Keys, list[tuple[array, int]]]] = {}  # by their identity, held so that it stays
        self._rows: dict[str, array] = {column.name: array("I") for column in columns.all_columns() if column.multi}
        self._several = array("I")
        self._words, self._terms = Numbering(), Numbering()
        self._ids = {name: array("I") for name in ("title", "words", "terms")}
        self._lengths = {name: array("I") for name in ("title", "words", "terms", "runs")}
        self._runs: list[bytes] = []

    def add_all(self, documents: Iterable[Document]) -> None:
        some = list(documents)
        for name, held in self._figures.items():
            held.extend(map(attrgetter(name), some))
        for name, held in self._orders.items():
            held.extend([one.orders.get(name, -1) for one in some])
        for row, document in enumerate(some, self.size):
            self._add(row, document)
        self.size += len(some)

    def _add(self, row: int, one: Document) -> None:
        for who in one.partners:
            self._partner_rows.append(row)
            self._partner_who.append(who)
        for keys in one.keys:
            self._keep(row, keys)
        if one.several:
            self._several.append(row)
            self._keep(row, one.several)
        for name, held, number in (
            ("title", one.title, self._words.__getitem__), ("words", one.words, self._words.__getitem__),
            ("terms", one.terms, self._terms.__getitem__),
        ):  # fmt: skip
            self._ids[name].extend(map(number, held))
            self._lengths[name].append(len(held))
        runs = one.runs.encode()
        self._lengths["runs"].append(len(runs))
        if runs:
            self._runs.append(runs)

    def _keep(self, row: int, keys: Keys) -> None:
        """The same pieces come again and again, as the same objects: their places are looked up once."""
        known = self._pieces.get(id(keys))
        if known is not None and known[0] is keys:
            for codes, code in known[1]:
                codes.append(code)
            return
        if all(isinstance(key, str) for _name, key in keys):
            places = [(self._codes[name], self._numbering[name][key]) for name, key in keys]
            self._pieces[id(keys)] = (keys, places)
            for codes, code in places:
                codes.append(code)
            return
        for name, key in keys:
            if isinstance(key, str):
                self._codes[name].append(self._numbering[name][key])
            else:
                self._codes[name].extend(map(self._numbering[name].__getitem__, key))
                self._rows[name].extend([row] * len(key))

    def arrays(self) -> dict[str, np.ndarray]:
        """The segment. Raises ValueError where a column was left out of a document."""
        made = {name: np.array(held, np.int64) for name, held in self._figures.items()}
        made |= {f"o_{name}": np.array(held, np.int64) for name, held in self._orders.items()}
        made["several"] = _array(self._several, np.int32)
        made |= self._of_columns()
        leads = made.pop("lead")
        made |= organisations(leads, _array(self._partner_rows, np.int32), np.array(self._partner_who, np.int64))
        made |= self._of_words()
        made |= in_order(made)
        return made

    def _of_columns(self) -> dict[str, np.ndarray]:
        made = {}
        for column in columns.all_columns():
            keys = list(self._numbering[column.name])
            codes = _array(self._codes[column.name], _least(len(keys)))
            made[f"{column.name}.codes"] = codes
            made[f"{column.name}.keys"] = joined(keys)
            if column.multi:
                made[f"{column.name}.rows"] = _array(self._rows[column.name], np.int32)
            elif len(codes) != (len(self._several) if column.among else self.size):
                raise ValueError(f"{column.name} is not there for every document")
        return made | totals(made)

    def _of_words(self) -> dict[str, np.ndarray]:
        ids = {name: _array(held, np.int64) for name, held in self._ids.items()}
        rows = {name: np.repeat(np.arange(self.size), _array(self._lengths[name], np.int64)) for name in ids}
        words, place = sorted_terms(self._words, "w")
        terms, place_of_term = sorted_terms(self._terms, "x")
        title, found = place[ids["title"]], place[ids["words"]]
        everywhere = np.concatenate((title, found)), np.concatenate((rows["title"], rows["words"]))
        return {
            **words, **inverted(*everywhere, len(place), "w"), **inverted(title, rows["title"], len(place), "t"),
            "title.ids": title, "title.offsets": offsets_of(_array(self._lengths["title"], np.int64)),
            **terms, **inverted(place_of_term[ids["terms"]], rows["terms"], len(place_of_term), "x"),
            "runs": np.frombuffer(b"".join(self._runs), np.uint8),
            "runs.offsets": offsets_of(_array(self._lengths["runs"], np.int64)),
        }  # fmt: skip


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
