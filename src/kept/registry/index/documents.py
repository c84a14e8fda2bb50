"""From public records to documents of the index: whole batches at a time, a fixed number of queries each.

Only `Revision.objects.public()` is read, nothing else ever enters the index (docs/decisions/0040-one-index.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kept.base import languages
from kept.pledges.facets import Batch, all_facets, all_orderings
from kept.registry import facets
from kept.registry.index import columns, records, schema, words
from kept.registry.index.records import Organisations, Row, Who

SEAT_BITS = 15  # of an organisation's number, for the country where it sits: three letters
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
Keys = Sequence[tuple[str, str | list[str]]]  # (column, key), or keys where the column has several


class Document(NamedTuple):
    """One pledge. -1 stands for what it does not say."""

    number: int
    key: int  # of the revision
    published: int  # microseconds since 1970
    cents: int  # US dollars, announced
    ends: int  # the last day, as an ordinal
    people: int
    lead: int  # see `who`
    partners: list[int]  # those that said yes
    orders: Mapping[str, int]
    keys: list[Keys]  # in pieces
    several: Keys  # of one that names several places
    title: list[str]  # words
    words: list[str]  # of all that it says, after the title
    terms: list[str]  # what else it is looked up by: places, organisations, languages, stems
    runs: str  # its texts that put no spaces between words, a line each


class Maker:
    """Makes documents of what is public now, or was at an instant; keeps the organisations that it met."""

    def __init__(self, at: datetime | None = None) -> None:
        self._organisations, self._at = Organisations(), at

    def documents(self, keys: Sequence[int]) -> Iterator[Document]:
        """The documents of these revisions, as far as they are public and valid."""
        rows = records.rows_of(keys, self._at)
        tags, places, partners = records.tags_of(keys), records.places_of(keys), records.partners_of(keys)
        translations = records.translations_of(rows)
        brought = Brought(keys)
        self._organisations.meet({row.lead for row in rows} | {pk for some in partners.values() for pk, _yes in some})
        for row in rows:
            who = [(self._organisations[row.lead], True)] if row.lead else []
            who += [(self._organisations[pk], said_yes) for pk, said_yes in partners.get(row.key, ())]
            place_keys, several, named = _of_places(places.get(row.key, ""))
            title, found, terms, runs = _text(row, who, translations.get(row.key, ()))
            yield Document(
                number=row.number,
                key=row.key,
                published=(row.published - EPOCH) // MICROSECOND,
                cents=-1 if row.cents is None else row.cents,
                ends=row.ends.toordinal() if row.ends else -1,
                people=-1 if row.people is None else max(0, row.people),
                lead=_code(who[0][0]) if row.lead else -1,
                partners=[_code(one) for one, said_yes in who[1 if row.lead else 0 :] if said_yes],
                orders=brought.orders(row.key),
                keys=[*_of_row(row, who[0][0].seat if row.lead else ""), *_of_tags(tags.get(row.key, "")), place_keys,
                      *brought.keys(row.key)],
                several=several,
                title=title,
                words=found,
                terms=[*named, *(f"o {one.pk}" for one, said_yes in who if said_yes), *terms],
                runs=runs,
            )  # fmt: skip


def _code(who: Who) -> int:
    """The organisation that stands for it, and where that one sits, as one number."""
    return who.root << SEAT_BITS | seat_number(who.seat)


def seat_number(country: str) -> int:
    """A country as a number that goes beside an organisation's; 0 where it is not known."""
    number = 0
    for letter in country:
        number = number * 27 + ord(letter) - 64
    return number


def _text(
    row: Row, who: Sequence[tuple[Who, bool]], translations: Iterable[tuple[str, str]]
) -> tuple[list[str], list[str], list[str], str]:
    """Words of the title, words of all else, stems and languages, runs without spaces."""
    title = words.spaced(row.title).split()
    more = " \n ".join(filter(None, (row.summary, row.description)))
    found, stems, texts = [words.spaced(more)], {}, [row.title, more]
    for language, text in ((row.language, f"{row.title} \n {more}"), *translations):
        if language != row.language:
            found.append(words.spaced(text))
            texts.append(text)
        base = language.split("-")[0].split("_")[0].lower()
        if base in words.STEMMERS:
            stems[base] = f"{stems.get(base, '')} {words.other_stems(text, base)}"
    found += [one.words for one, _said_yes in who]
    terms = [f"l {base}" for base in stems]
    for base, spaced in stems.items():
        terms += [f"s{base} {stem}" for stem in spaced.split()]
    runs = [run for text in texts if not text.isascii() for run in words.runs(text)]
    runs += [run for one, _said_yes in who for run in one.runs]
    return title, " ".join(found).split(), terms, "\n".join(runs)


# What the pledge is filtered by and counted under: each facet's meaning is that of `registry.facets`. The same places,
# tags and kinds come again and again, so that most pieces are made once.


def _of_row(row: Row, seat: str) -> tuple[Keys, ...]:
    return (
        _of_kind(row.published.astimezone(UTC).year, row.entity_type, row.language),
        _of_origin(row.origin, seat),
        _of_money(band(row.amount, row.cents), row.nature, row.instrument, row.status),
    )


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


def _of_tags(joined: str) -> tuple[Keys, Keys]:
    """`joined`: "focus:access,kind:policy,sdg:4.4", in any order. Two columns, each with far fewer combinations than both."""
    pairs = sorted(joined.split(",")) if joined else []
    first = [pair for pair in pairs if pair.startswith(("focus:", "kind:"))]
    return (
        _of_focus_and_kind(",".join(first)),
        _of_beneficiary_and_sdg(",".join(pair for pair in pairs if not pair.startswith(("focus:", "kind:")))),
    )


@lru_cache(maxsize=16384)
def _of_focus_and_kind(joined: str) -> Keys:
    tags = _by_taxonomy(joined)
    return _packed({"focus": tags["focus"], "type": tags["kind"]})


@lru_cache(maxsize=65536)
def _of_beneficiary_and_sdg(joined: str) -> Keys:
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
def _of_places(joined: str) -> tuple[Keys, Keys, list[str]]:
    """Keys; those of one that names several; terms of the places that it names.

    `joined`: "country+BDI,region-002": kind, whether the pledge names it, code.
    """
    named: dict[str, list[str]] = defaultdict(list)
    follows: dict[str, list[str]] = defaultdict(list)
    for text in filter(None, joined.split(",")):
        kind, is_named, code = text.partition("+") if "+" in text else text.partition("-")
        (named if is_named == "+" else follows)[kind].append(code)
    around = [code for kind in ("region", "itu", "group", "world") for code in named[kind] + follows[kind]]
    targets = [code for codes in named.values() for code in codes]
    parts = columns.parts_of_places(named["country"], follows["country"], around, several=len(targets) > 1)
    packed = columns.packed(parts)
    among = {column.name for column in columns.all_columns() if column.among}
    return (
        tuple((name, key) for name, key in packed.items() if name not in among),
        tuple((name, key) for name, key in packed.items() if name in among) if len(targets) > 1 else (),
        [f"n {code}" for code in targets],
    )


class Brought:
    """What other rooms say of these revisions: `kept.pledges.facets`."""

    def __init__(self, keys: Sequence[int]) -> None:
        batch = Batch(keys)
        self._facets = {
            facet.name: facet.of(batch) for facet in all_facets() if facet.of and facet.name not in schema.FACETS
        }
        self._orderings = {ordering.name: ordering.of(batch) for ordering in all_orderings()}

    def keys(self, key: int) -> list[Keys]:
        """One piece, or none where no room brings a facet."""
        if not self._facets:
            return []
        return [_of_brought(tuple((name, tuple(known.get(key, ()))) for name, known in self._facets.items()))]

    def orders(self, key: int) -> dict[str, int]:
        return {name: known[key] for name, known in self._orderings.items() if key in known}


@lru_cache(maxsize=16384)
def _of_brought(values: tuple[tuple[str, tuple[str, ...]], ...]) -> Keys:
    return _packed({columns.part_of(name): some for name, some in values})


def _one(value: str) -> list[str]:
    return [value] if value else []


def band(amount: Decimal | None, cents: int | None) -> str:
    """The value of the facet `amount`."""
    if cents is None:
        return "none" if amount is None else "unconverted"
    return next(name for name, below in BELOW if below is None or cents < below)


BELOW = [(name, None if high is None else int(high * 100)) for name, _low, high in facets.BANDS]
