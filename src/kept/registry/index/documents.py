"""From public records to documents of the index: whole batches at a time, a fixed number of queries each.

Only `Revision.objects.public()` is read, nothing else ever enters the index (docs/decisions/0040-one-index.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from kept.base import languages
from kept.pledges.facets import Batch, all_facets, all_orderings, until_registered
from kept.registry import facets
from kept.registry.index import columns, records, schema
from kept.registry.index.records import Organisations, Who

Keys = Sequence[tuple[str, str | list[str]]]  # (column, key), or keys where the column has several


@dataclass(frozen=True)
class Documents:
    """Pledges side by side: in each list the n-th belongs to the n-th of them. -1 stands for what one does not say."""

    figures: Mapping[str, Sequence[int]]  # FIGURES
    orders: Mapping[str, Sequence[int]]
    kinds: Mapping[str, Sequence[Any]]  # what a pledge is filtered by and counted under: see KEYS
    leads: Sequence[Who | None]
    partners: Sequence[Sequence[tuple[Who, bool]]]  # and whether they said yes
    titles: Sequence[str]
    texts: Sequence[str]  # all else that it says
    languages: Sequence[str]
    translations: Sequence[tuple[int, str, str]]  # (n, language, text)

    def __len__(self) -> int:
        return len(self.titles)


FIGURES = (
    "key",  # of the revision
    "number",
    "published",  # microseconds since 1970
    "cents",  # US dollars, announced
    "ends",  # the last day, as an ordinal
    "people",
    "lead",  # see records.Who.code
)


class Maker:
    """Makes documents of what is public now, or was at an instant; keeps the organisations that it met."""

    def __init__(self, at: datetime | None = None) -> None:
        self._organisations, self._at = Organisations(), at

    def documents(self, keys: Sequence[int]) -> Documents:
        """The documents of these revisions, as far as they are public and valid."""
        rows = records.rows_of(keys, self._at)
        partners, brought = records.partners_of(keys), Brought(keys)
        known = self._organisations
        known.meet({*rows.lead} | {pk for some in partners.values() for pk, _yes in some})
        leads = [known[lead] if lead else None for lead in rows.lead]
        seats = [one.seat if one else "" for one in leads]
        return Documents(
            figures={
                "key": rows.key, "number": rows.number, "published": rows.published, "cents": rows.cents, "ends": rows.ends,
                "people": rows.people, "lead": [one.code if one else -1 for one in leads],
            },
            orders=brought.orders(rows.key),
            kinds=self._kinds(rows, seats, keys) | brought.kinds(rows.key),
            leads=leads,
            partners=[[(known[pk], yes) for pk, yes in partners.get(key, ())] for key in rows.key],
            titles=rows.title,
            texts=[" \n ".join(some) for some in zip(rows.summary, rows.description, strict=True)],
            languages=rows.language,
            translations=records.translations_of(rows),
        )  # fmt: skip

    def _kinds(self, rows: records.Rows, seats: Sequence[str], keys: Sequence[int]) -> dict[str, Sequence[Any]]:
        tags, places = records.tags_of(keys), records.places_of(keys)
        bands = map(band, rows.cents, rows.has_amount)
        found = [tags.get(key, ("", "")) for key in rows.key]
        return {
            "kind": list(zip(rows.year, rows.entity_type, rows.language, strict=True)),
            "origin": list(zip(rows.origin, seats, strict=True)),
            "money": list(zip(bands, rows.nature, rows.instrument, rows.status, strict=True)),
            "promise": [first for first, _rest in found],
            "aim": [rest for _first, rest in found],
            "places": [places.get(key, "") for key in rows.key],
        }


# What a pledge is filtered by and counted under: each facet's meaning is that of `registry.facets`. The same places, tags
# and kinds come again and again, so that keys are made once for each that is different.


def _packed(parts: columns.Values) -> Keys:
    return tuple(columns.packed(parts).items())


@lru_cache(maxsize=16384)
def _of_kind(year: int, entity_type: str, language: str) -> Keys:
    tag = languages.bcp47(language) if language else ""
    return _packed({"year": [str(year)], "entity_type": _one(entity_type), "language": _one(tag)})


@lru_cache(maxsize=16384)
def _of_origin(origin: str, seat: str) -> Keys:
    return _packed({"origin": _one(origin), "seat": _one(seat)})


@lru_cache(maxsize=1024)
def _of_money(amount: str, nature: str, instrument: str, status: str) -> Keys:
    return _packed({"amount": [amount], "nature": _one(nature), "instrument": _one(instrument), "status": [status]})


@lru_cache(maxsize=16384)
def _of_promise(joined: str) -> Keys:
    """`joined`: "focus:access,kind:policy", in any order."""
    tags = _by_taxonomy(joined)
    return _packed({"focus": tags["focus"], "type": tags["kind"]})


@lru_cache(maxsize=65536)
def _of_aim(joined: str) -> Keys:
    """`joined`: "beneficiary:youth,sdg:4.4", in any order."""
    tags = _by_taxonomy(joined)
    sdgs = sorted({*tags["sdg"], *(sdg.split(".")[0] for sdg in tags["sdg"])})  # goal 4 is also its targets
    return _packed({"beneficiary": tags["beneficiary"], "sdg": sdgs})


def _by_taxonomy(joined: str) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = defaultdict(list)
    for pair in joined.split(",") if joined else ():
        taxonomy, slug = pair.split(":", 1)
        tags[taxonomy].append(slug)
    return tags


@lru_cache(maxsize=65536)
def _of_places(joined: str) -> Keys:
    """`joined`: "country+BDI,region-002": kind, whether the pledge names it, code."""
    named, follows = _by_kind(joined)
    around = [code for kind in ("region", "itu", "group", "world") for code in named[kind] + follows[kind]]
    several = len(named_places(joined)) > 1
    packed = columns.packed(columns.parts_of_places(named["country"], follows["country"], around, several=several))
    return tuple((name, key) for name, key in packed.items() if several or name not in _among_several())


@until_registered
def _among_several() -> set[str]:
    return {column.name for column in columns.all_columns() if column.among}


@lru_cache(maxsize=65536)
def _by_kind(joined: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The places that a pledge names, and those that follow from them: {kind: codes}."""
    named: dict[str, list[str]] = defaultdict(list)
    follows: dict[str, list[str]] = defaultdict(list)
    for text in filter(None, joined.split(",")):
        kind, is_named, code = text.partition("+") if "+" in text else text.partition("-")
        (named if is_named == "+" else follows)[kind].append(code)
    return named, follows


def named_places(joined: str) -> list[str]:
    """The codes of the places that a pledge names."""
    return [code for codes in _by_kind(joined)[0].values() for code in codes]


class Brought:
    """What other rooms say of these revisions: `kept.pledges.facets`."""

    def __init__(self, keys: Sequence[int]) -> None:
        batch = Batch(keys)
        self._facets = {
            facet.name: facet.of(batch) for facet in all_facets() if facet.of and facet.name not in schema.FACETS
        }
        self._orderings = {ordering.name: ordering.of(batch) for ordering in all_orderings()}

    def kinds(self, keys: Sequence[int]) -> dict[str, list[Any]]:
        """The values of each of these, in the order of the facets; nothing where no room brings one."""
        if not self._facets:
            return {}
        columns_of_values = [[tuple(known.get(key, ())) for key in keys] for known in self._facets.values()]
        names = tuple(self._facets)
        return {"brought": [(names, values) for values in zip(*columns_of_values, strict=True)]}

    def orders(self, keys: Sequence[int]) -> dict[str, list[int]]:
        return {name: [known.get(key, -1) for key in keys] for name, known in self._orderings.items()}


@lru_cache(maxsize=16384)
def _of_brought(names: tuple[str, ...], values: tuple[tuple[str, ...], ...]) -> Keys:
    return _packed({columns.part_of(name): some for name, some in zip(names, values, strict=True)})


def _one(value: str) -> list[str]:
    return [value] if value else []


def band(cents: int, has_amount: int) -> str:
    """The value of the facet `amount`; cents of -1 are not known."""
    if cents < 0:
        return "unconverted" if has_amount else "none"
    return _BANDS[bisect_right(_LIMITS, cents)]


_BANDS = [name for name, _low, _high in facets.BANDS]
_LIMITS = [int(high * 100) for _name, _low, high in facets.BANDS if high is not None]

# What the columns of a pledge follow from, each of few combinations: {kind: its keys}.
KEYS: Mapping[str, Callable[[Any], Keys]] = {
    "kind": lambda value: _of_kind(*value),
    "origin": lambda value: _of_origin(*value),
    "money": lambda value: _of_money(*value),
    "promise": _of_promise,
    "aim": _of_aim,
    "places": _of_places,
    "brought": lambda value: _of_brought(*value),
}
