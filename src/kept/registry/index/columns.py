"""What each pledge is counted under, packed for counting.

A key for each pledge and column, kept as its number: counting a column of a million numbers takes a millisecond. The
several values of a facet, or of two facets, become one key: focus areas and kinds together are
"access|adoption~programme". A key is taken apart once, and its number goes to every value in it. Keys stay few, since
facets are put together that have few combinations.

Most pledges name one place: one key holds it with the countries, regions and groups that follow from it. Those that
name several have more combinations than keys are good for, and columns of their own, for them alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kept.base import places
from kept.pledges.facets import all_facets, until_registered

BETWEEN_VALUES, BETWEEN_PARTS = "|", "~"  # in no slug and no code
NAMED_ALONE = 3  # countries that a pledge names: up to so many have a column each
SEVERAL = "several"  # pledges that name several places

Values = Mapping[str, Collection[str]]  # {part: values}


@dataclass(frozen=True)
class Column:
    """A key for each pledge. `multi`: a key for each value instead. `among`: of these pledges alone."""

    name: str
    parts: tuple[str, ...]
    multi: bool = False
    among: str = ""


# The part of a key → the facet that it counts for; facets of other rooms are a part each. Other parts are for sums.
_FACET_OF = {
    "focus": "focus", "type": "type", "group": "group", "groups": "group", "region": "region", "itu": "region",
    "region_a": "region", "region_b": "region", "country": "country", "covered": "country", "country_1": "country",
    "country_2": "country", "country_3": "country", "country_more": "country", "country_covered": "country",
    "beneficiary": "beneficiary", "language": "language", "year": "year", "entity_type": "entity_type",
    "origin": "origin", "sdg": "sdg", "amount": "amount", "status": "status",
}  # fmt: skip
ONE_PLACE = ("country", "covered", "group", "region")
PLACES = (
    "groups", "itu", "region_a", "region_b", *(f"country_{n}" for n in range(1, NAMED_ALONE + 1)), "country_more",
    "country_covered",
)  # fmt: skip

_own = (
    Column("c_focus_type", ("focus", "type")),
    Column("c_place", ONE_PLACE),
    Column("c_groups_itu", ("groups", "itu"), among=SEVERAL),
    Column("c_region_a", ("region_a",), among=SEVERAL),
    Column("c_region_b", ("region_b",), among=SEVERAL),
    *(Column(f"c_country_{n}", (f"country_{n}",), among=SEVERAL) for n in range(1, NAMED_ALONE + 1)),
    Column("c_country_more", ("country_more",), multi=True, among=SEVERAL),
    Column("c_country_covered", ("country_covered",), among=SEVERAL),
    Column("c_year_entity_language", ("year", "entity_type", "language")),
    Column("c_origin_seat", ("origin", "seat")),
    Column("c_beneficiary_sdg", ("beneficiary", "sdg")),
    Column("c_money", ("amount", "nature", "instrument", "status")),
)


@until_registered
def brought() -> tuple[Column, ...]:
    """The columns of the facets that other rooms bring; those that say so share one."""
    shared: dict[str, list[str]] = {}
    for facet in all_facets():
        if facet.of and facet.name not in _FACET_OF:
            shared.setdefault(facet.column or facet.name, []).append(part_of(facet.name))
    return tuple(Column(f"c_of_{name}", tuple(parts)) for name, parts in shared.items())


def part_of(facet: str) -> str:
    """The part of keys that counts for a facet of another room: no name of ours."""
    return f"of_{facet}"


@until_registered
def all_columns() -> tuple[Column, ...]:
    """Every column."""
    return (*_own, *brought())


@until_registered
def facet_of() -> dict[str, str]:
    """{part of a key: the facet that it counts for}."""
    return _FACET_OF | {part: part.removeprefix("of_") for column in brought() for part in column.parts}


def columns_of(facet: str) -> tuple[Column, ...]:
    """The columns that together hold a facet's numbers."""
    known = facet_of()
    return tuple(column for column in all_columns() if any(known.get(part) == facet for part in column.parts))


def parts_of(facet: str) -> tuple[str, ...]:
    """The parts of keys that count for a facet."""
    return tuple(part for part, counted in facet_of().items() if counted == facet)


def packed(values: Values) -> dict[str, str | list[str]]:
    """The columns of these parts: {column: key}. A column is there when all of its parts are, if only empty ones."""
    fields: dict[str, str | list[str]] = {}
    for column in _made_of(tuple(values), all_columns()):
        if column.multi:
            if some := sorted(values[column.parts[0]]):
                fields[column.name] = some
        else:
            keys = [BETWEEN_VALUES.join(sorted(values[part])) for part in column.parts]
            fields[column.name] = BETWEEN_PARTS.join(keys)
    return fields


@lru_cache(maxsize=64)
def _made_of(parts: tuple[str, ...], known: tuple[Column, ...]) -> tuple[Column, ...]:
    return tuple(column for column in known if set(column.parts) <= set(parts))


@lru_cache(maxsize=65536)
def unpacked(key: str) -> tuple[tuple[str, ...], ...]:
    """The values of each part of a key."""
    return tuple(tuple(part.split(BETWEEN_VALUES)) if part else () for part in key.split(BETWEEN_PARTS))


def named(name: str) -> Column:
    """A column by its name."""
    return next(column for column in all_columns() if column.name == name)


def parts_of_places(
    countries: Collection[str], covered: Collection[str], around: Collection[str], *, several: bool
) -> dict[str, Collection[str]]:
    """The parts of a pledge's places: countries that it names, those that only follow from a region or group, and
    the regions and groups around them all."""
    parts: dict[str, Collection[str]] = dict.fromkeys((*ONE_PLACE, *PLACES), ())
    if not several:
        groups = [code for code in around if _part_of_place(code) == "groups"]
        regions = [code for code in around if _part_of_place(code) != "groups"]
        return parts | {"country": countries, "covered": covered, "group": groups, "region": regions}
    parts["country_covered"] = covered
    if len(countries) <= NAMED_ALONE:
        parts |= {f"country_{n}": (code,) for n, code in enumerate(sorted(countries), start=1)}
    else:
        parts["country_more"] = countries
    for code in around:
        parts[_part_of_place(code)] = (*parts[_part_of_place(code)], code)
    return parts


@lru_cache(maxsize=512)
def _part_of_place(code: str) -> str:
    """Regions in three parts, so that their combinations stay few: two halves of the world, and ITU's."""
    kind = places.kind_of(code)
    if kind == "itu":
        return "itu"
    if kind != "region":
        return "groups"
    for country in places.all_countries():
        if code in country.path:
            return "region_a" if country.path[0] in ("002", "142") else "region_b"
    return "region_b"
