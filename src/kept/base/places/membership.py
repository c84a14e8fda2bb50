"""Who belongs to a region or a group on a day, and what a pledge's targets stand for.

Groups change: a pledge of 2023 that names the least developed countries means the list of its day. Data and
sources: `base/data/groups.toml`, `itu.toml`; an installation's amendments replace single entries.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from kept.base.places.catalogue import (
    DATA,
    GROUPS,
    WORLD,
    Kind,
    Overrides,
    all_countries,
    amendments,
    country,
    itu_regions,
    kind_of,
    name,
    on_reload,
    regions,
)
from kept.base.places.naming import sorted_by_name

Status = Literal["", "in force", "scheduled", "postponement asked"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One country's time in a group: from `since` (None: as long as the data goes back) to before `until`."""

    country: str
    since: date | None = None
    until: date | None = None
    status: Status = ""
    source: str = ""
    until_source: str = ""
    note: str = ""

    @property
    def ends(self) -> date | None:
        """The first day outside the group; None while a postponement of that day is open."""
        return None if self.status == "postponement asked" else self.until

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What targets stand for on a day: named one by one, covered by a region or group only, everywhere.

    `named` and `by_group` have nothing in common; "worldwide" is a target of its own and names nobody.
    """

    named: frozenset[str] = frozenset()
    by_group: frozenset[str] = frozenset()
    worldwide: bool = False

    @property
    def countries(self) -> frozenset[str]:
        """All that is reached: named or covered."""
        return self.named | self.by_group


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a region or group stands for on a day, for a reader. `members` in the reader's order.

    `changes` are the comings and goings in the year before and all that are still to come, oldest first.
    """

    code: str
    kind: Kind
    name: str
    on: date
    members: tuple[tuple[str, str], ...] = ()  # (alpha-3, name)
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A country that joins (`joins`) or leaves on `day`."""

    country: str
    name: str
    day: date
    joins: bool
    status: Status
    source: str
    note: str = ""


def members(code: str, on: date) -> frozenset[str]:
    """The alpha-3 codes of a region's or group's members on that day. A country is its own only member.

    "world" has none: worldwide is a target of its own. Unknown codes have none.
    """
    return _members(code, on)


@lru_cache(maxsize=4096)
def _members(code: str, on: date) -> frozenset[str]:
    kind = kind_of(code)
    if kind == "country":
        return frozenset({code})
    if kind == "region":
        return frozenset(one.alpha3 for one in all_countries(former=True) if code in one.path and one.existed(on))
    return frozenset(entry.country for entry in memberships(code) if entry.holds(on) and _existed(entry.country, on))


def memberships(code: str) -> tuple[Membership, ...]:
    """Every membership of a group or ITU region, past, present and scheduled; () for anything else."""
    return _memberships().get(code, ())


def expand(codes: Iterable[str], on: date) -> Expansion:
    """What a pledge's targets stand for on its day.

    Countries that are named stay named, also where a named region holds them too. Unknown codes are passed
    over. A former state that is named counts as itself, whatever the day.
    """
    chosen = set(codes)
    named = frozenset(code for code in chosen if kind_of(code) == "country")
    covered = frozenset().union(*(members(code, on) for code in chosen - named))
    return Expansion(named, covered - named, WORLD in chosen)


def groups_of(alpha3: str, on: date) -> tuple[str, ...]:
    """The groups a country belongs to on that day, of "ldc", "lldc", "sids"."""
    return tuple(code for code in GROUPS if alpha3 in members(code, on))


def regions_of(alpha3: str, on: date) -> tuple[str, ...]:
    """Every region that holds the country: M49's from large to small, then ITU's."""
    found = country(alpha3)
    path = found.path if found else ()
    return (*path, *(code for code in itu_regions() if alpha3 in members(code, on)))


def explain(code: str, language: str, on: date, overrides: Overrides | None = None) -> Explanation | None:
    """What a region or group stands for, for the page that says so; None for codes that are no place."""
    kind = kind_of(code)
    if kind is None:
        return None
    inside = sorted_by_name(members(code, on) if kind != "country" else (), language, overrides)
    return Explanation(
        code=code,
        kind=kind,
        name=name(code, language, overrides),
        on=on,
        members=tuple((one, name(one, language, overrides)) for one in inside),
        changes=tuple(_changes(code, language, on, overrides)),
    )


def _changes(code: str, language: str, on: date, overrides: Overrides | None) -> list[Change]:
    year_before = date(on.year - 1, on.month, min(on.day, 28))
    found = []
    for entry in memberships(code):
        called = name(entry.country, language, overrides)
        if entry.since and entry.since >= year_before:
            found.append(Change(entry.country, called, entry.since, True, "in force", entry.source))
        if entry.until and entry.until >= year_before:
            found.append(
                Change(entry.country, called, entry.until, False, entry.status, entry.until_source, entry.note)
            )
    return sorted(found, key=lambda change: (change.day, change.country))


def _existed(alpha3: str, on: date) -> bool:
    found = country(alpha3)
    return found is not None and found.existed(on)


@lru_cache(maxsize=1)
def _memberships() -> dict[str, tuple[Membership, ...]]:
    with (DATA / "groups.toml").open("rb") as file:
        packaged: dict[str, Any] = tomllib.load(file)
    with (DATA / "itu.toml").open("rb") as file:
        packaged |= {
            code: [{"country": alpha3, "source": "ITU"} for alpha3 in codes]
            for code, codes in tomllib.load(file).items()
        }
    own = amendments()
    return {code: _amended(rows, own.get(code, ())) for code, rows in packaged.items()}


def _amended(rows: list[dict], own: Iterable[dict]) -> tuple[Membership, ...]:
    """An installation's entries for a country replace all packaged entries for that country."""
    replaced = {row["country"] for row in own}
    kept = [row for row in rows if row["country"] not in replaced]
    return tuple(Membership(**row) for row in [*kept, *own] if not row.get("never"))


on_reload(_memberships.cache_clear)
on_reload(_members.cache_clear)

__all__ = [
    "Change",
    "Expansion",
    "Explanation",
    "Membership",
    "expand",
    "explain",
    "groups_of",
    "members",
    "memberships",
    "regions",
    "regions_of",
]
