"""From public records to documents of the index: whole batches at a time, a fixed number of queries each.

Only `Revision.objects.public()` is read, nothing else ever enters the index (docs/decisions/0040-one-index.md).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kept.base import languages
from kept.pledges.facets import all_facets, all_orderings
from kept.registry import facets
from kept.registry.index import columns, records, schema, words
from kept.registry.index.records import Organisations, Row, Who

SHARE = 10**8  # cents in two parts: see schema.UNSIGNED
SEAT_BITS = 15  # of a partner's number, for the country where it sits: three letters
EPOCH, MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


class Maker:
    """Makes documents; keeps the organisations that it met."""

    def __init__(self) -> None:
        self._organisations = Organisations()

    def documents(self, keys: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(number of the pledge, its document) of these revisions, as far as they are public and valid now."""
        rows = records.rows_of(keys)
        tags, places, partners = records.tags_of(keys), records.places_of(keys), records.partners_of(keys)
        translations = records.translations_of(rows)
        brought = Brought(keys)
        self._organisations.meet({row.lead for row in rows} | {pk for some in partners.values() for pk, _yes in some})
        for row in rows:
            who = [(self._organisations[row.lead], True)] if row.lead else []
            who += [(self._organisations[pk], said_yes) for pk, said_yes in partners.get(row.key, ())]
            fragments = [
                _figures(row, who, brought.orders(row.key)),
                _text(row, who, translations.get(row.key, ())),
                _of_row(row, who[0][0].seat if row.lead else ""),
                _of_tags(tags.get(row.key, "")),
                _of_places(places.get(row.key, "")),
                *brought.fragments(row.key),
            ]
            yield row.number, "{" + ",".join(fragments) + "}"

    def texts(self, keys: Sequence[int]) -> list[str]:
        """The documents of these revisions."""
        return [text for _number, text in self.documents(keys)]


# A document is JSON, put together from fragments: the same places, tags and kinds come again and again, so that most
# fragments are made once and copied. A fragment is what stands between the braces.


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _fragment(values: Mapping[str, Any]) -> str:
    return _encode(values)[1:-1]


def _figures(row: Row, who: Sequence[tuple[Who, bool]], orders: Mapping[str, int]) -> str:
    counted = [one for one, said_yes in who if said_yes]
    partners = counted[1:] if row.lead else counted
    told: list[str] = []
    made: dict[str, Any] = {
        "tells": told,
        "number": row.number,
        "key": row.key,
        "newest": newest(row.published, row.number),
        "organisation": [one.pk for one in counted],
    }
    if row.lead:
        made["lead"] = who[0][0].root
    if partners:
        made["partner"] = [one.root << SEAT_BITS | seat_number(one.seat) for one in partners]
    if row.cents is not None:
        told.append("usd")
        made["cents"] = row.cents
        made["cents_high"], made["cents_low"] = divmod(row.cents, SHARE)
    if row.ends:
        told.append("end")
        made["ends"] = row.ends.toordinal()
    if row.people is not None:
        made["people"] = max(0, row.people)
    for name, figure in orders.items():
        told.append(f"o_{name}")
        made[f"o_{name}"] = figure
    return _fragment(made)


def seat_number(country: str) -> int:
    """A country as a number that goes beside an organisation's; 0 where it is not known."""
    number = 0
    for letter in country:
        number = number * 27 + ord(letter) - 64
    return number


def newest(published: datetime, number: int) -> int:
    """The order of the newest, as one number: milliseconds since 1970 (42 bits), then the reference's number."""
    since = max(0, (published - EPOCH) // MILLISECOND)
    return min(since, 2**42 - 1) << 22 | number & (2**22 - 1)


def _text(row: Row, who: Sequence[tuple[Who, bool]], translations: Iterable[tuple[str, str]]) -> str:
    title = words.spaced(row.title)
    more = " \n ".join(filter(None, (row.summary, row.description)))
    found, stems = [title, words.spaced(more)], {}
    for language, text in ((row.language, f"{row.title} \n {more}"), *translations):
        if language != row.language:
            found.append(words.spaced(text))
        base = language.split("-")[0].split("_")[0].lower()
        if base in words.STEMMERS:
            stems[f"stem_{base}"] = f"{stems.get(f'stem_{base}', '')} {words.other_stems(text, base)}"
    found += [one.words for one, _said_yes in who]
    return _fragment(
        {
            "title": f"{schema.FIRST} {title} {schema.LAST}",
            "words": " ".join(found),
            "stemmed": [name.removeprefix("stem_") for name in stems],
            **stems,
        }
    )


# What the pledge is filtered by (`f_…`) and counted under (`c_…`): each facet's meaning is that of `registry.facets`.


def _of_row(row: Row, seat: str) -> str:
    return ",".join(
        (
            _of_kind(row.published.astimezone(UTC).year, row.entity_type, row.language),
            _of_origin(row.origin, seat),
            _of_money(band(row.amount, row.cents), row.nature, row.instrument, row.status),
        )
    )


@lru_cache(maxsize=16384)
def _of_kind(year: int, entity_type: str, language: str) -> str:
    tag = languages.bcp47(language) if language else ""
    parts = {"year": [str(year)], "entity_type": _one(entity_type), "language": _one(tag)}
    return _fragment({f"f_{name}": values for name, values in parts.items()} | columns.packed(parts))


@lru_cache(maxsize=16384)
def _of_origin(origin: str, seat: str) -> str:
    return _fragment({"f_origin": _one(origin), **columns.packed({"origin": _one(origin), "seat": _one(seat)})})


@lru_cache(maxsize=1024)
def _of_money(amount: str, nature: str, instrument: str, status: str) -> str:
    parts = {"amount": [amount], "nature": _one(nature), "instrument": _one(instrument), "status": [status]}
    return _fragment({"f_amount": [amount], "f_status": [status], **columns.packed(parts)})


def _of_tags(joined: str) -> str:
    """`joined`: "focus:access,kind:policy,sdg:4.4"."""
    tags: dict[str, list[str]] = {"focus": [], "kind": [], "beneficiary": [], "sdg": []}
    for pair in joined.split(",") if joined else ():
        taxonomy, slug = pair.split(":", 1)
        tags[taxonomy].append(slug)
    return ",".join(
        (
            _of_what(tuple(tags["focus"]), tuple(tags["kind"])),
            _of_whom(tuple(tags["beneficiary"]), tuple(tags["sdg"])),
        )
    )


@lru_cache(maxsize=16384)
def _of_what(focus: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    return _fragment({"f_focus": focus, "f_type": kinds, **columns.packed({"focus": focus, "type": kinds})})


@lru_cache(maxsize=16384)
def _of_whom(beneficiaries: tuple[str, ...], sdgs: tuple[str, ...]) -> str:
    found = sorted({*sdgs, *(sdg.split(".")[0] for sdg in sdgs)})  # goal 4 is also whatever names one of its targets
    parts = {"beneficiary": beneficiaries, "sdg": found}
    return _fragment({"f_beneficiary": beneficiaries, "f_sdg": found, **columns.packed(parts)})


@lru_cache(maxsize=65536)
def _of_places(joined: str) -> str:
    """`joined`: "country+BDI,region-002": kind, whether the pledge names it, code."""
    named: dict[str, list[str]] = defaultdict(list)
    follows: dict[str, list[str]] = defaultdict(list)
    for text in filter(None, joined.split(",")):
        kind, is_named, code = text.partition("+") if "+" in text else text.partition("-")
        (named if is_named == "+" else follows)[kind].append(code)
    all_of = {kind: named[kind] + follows[kind] for kind in ("country", "region", "itu", "group", "world")}
    around = all_of["region"] + all_of["itu"] + all_of["group"] + all_of["world"]
    targets = [code for codes in named.values() for code in codes]
    several = len(targets) > 1
    filters = {
        "f_country": all_of["country"],
        "f_region": all_of["region"] + all_of["itu"],
        "f_group": all_of["group"] + all_of["world"],
        "named": targets,
        "has": [columns.SEVERAL] if several else [],
    }
    parts = columns.parts_of_places(named["country"], follows["country"], around, several=several)
    return _fragment(filters | columns.packed(parts))


class Brought:
    """What other rooms say of these revisions: `kept.pledges.facets`."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._facets = {
            facet.name: facet.of(keys) for facet in all_facets() if facet.of and facet.name not in schema.FACETS
        }
        self._orderings = {ordering.name: ordering.of(keys) for ordering in all_orderings()}

    def fragments(self, key: int) -> list[str]:
        """One fragment, or none where no room brings a facet."""
        if not self._facets:
            return []
        return [_of_brought(tuple((name, tuple(known.get(key, ()))) for name, known in self._facets.items()))]

    def orders(self, key: int) -> dict[str, int]:
        return {name: known[key] for name, known in self._orderings.items() if key in known}


@lru_cache(maxsize=16384)
def _of_brought(values: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    parts = {columns.part_of(name): some for name, some in values}
    return _fragment({f"f_{name}": some for name, some in values} | columns.packed(parts))


def _one(value: str) -> list[str]:
    return [value] if value else []


def band(amount: Decimal | None, cents: int | None) -> str:
    """The value of the facet `amount`."""
    if cents is None:
        return "none" if amount is None else "unconverted"
    return next(name for name, below in BELOW if below is None or cents < below)


BELOW = [(name, None if high is None else int(high * 100)) for name, _low, high in facets.BANDS]
