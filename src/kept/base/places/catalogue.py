"""The places themselves: countries, regions, groups, their names in six languages.

Read from `base/data/places.json` (made by `kept update_places` out of M49) and `places.toml` (written by
hand). Nothing is read before it is asked for.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from kept.base.languages import CODES, DEFAULT
from kept.base.languages import language as language_of

DATA = Path(__file__).resolve().parent.parent / "data"
WORLD = "world"
GROUPS = ("ldc", "lldc", "sids")

Kind = Literal["country", "region", "itu", "group", "world"]
Overrides = Mapping[tuple[str, str], str]  # (code, language) → name: an installation's own names
Names = Mapping[str, str]  # Django's language code → name


_overrides: Callable[[], Overrides] = dict
_amendments: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True, slots=True)
class Country:
    """One country or area of M49, or a state that no longer exists (`until` is then the day it ended).

    `path` are the M49 regions that hold it, the largest first: ("002", "202", "014") for Burundi. `m49` is
    "108"; Antarctica has no region. `successors` are what became of a former state.
    """

    alpha3: str
    alpha2: str
    m49: str
    names: Names
    path: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()
    also: tuple[str, ...] = field(default=(), repr=False)

    @property
    def region(self) -> str | None:
        """The M49 code of its continent: "002"."""
        return self.path[0] if self.path else None

    def existed(self, on: date) -> bool:
        """Whether there was such a country on that day, as far as this data goes back."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


def set_overrides(overrides: Callable[[], Overrides]) -> None:
    """Say where the installation's own names come from: asked at every `name()`, so it should be cheap."""
    global _overrides
    _overrides = overrides


def set_amendments(amendments: Callable[[], Mapping[str, Any]]) -> None:
    """Say where the installation's amendments come from.

    `{"ldc": [{"country": "BGD", "since": …, "until": …}], …}`: what stands for a country replaces everything
    that groups.toml says of it; `{"country": "BGD", "never": True}` says that it was never a member. Under
    "places" stand places that M49 does not list: `{"XYZ": {"names": {"en": …}, "path": ["150", "039"]}}`.
    Asked once, when places are first used, and again after `reload()`.
    """
    global _amendments
    _amendments = amendments


def reload() -> None:
    """Forget what was read: files or amendments have changed."""
    for cached in (_written, amendments, _countries, _other_names, _by_code):
        cached.cache_clear()
    for hook in _on_reload:
        hook()


_on_reload: list[Callable[[], None]] = []


def on_reload(hook: Callable[[], None]) -> None:
    """Be told of `reload()`."""
    _on_reload.append(hook)


# Countries


def country(alpha3: str) -> Country | None:
    """The country or area with this ISO 3166-1 alpha-3 code (3166-3 for a former one), or None."""
    return _countries().get(alpha3)


def all_countries(*, former: bool = False) -> tuple[Country, ...]:
    """Every country and area of M49, by code; with `former` also the states that no longer exist."""
    return tuple(one for one in _countries().values() if former or one.until is None)


def by_code(code: str) -> str | None:
    """The place that an ISO alpha-2, alpha-3 or M49 code means, in any case; for columns that hold codes.

    `find` is stricter, since "no", "can" and "and" are words before they are Norway, Canada and Andorra.
    """
    text = code.strip()
    return _by_code().get(text.upper()) or (text.lower() if kind_of(text.lower()) else None)


def region_of(alpha3: str) -> str | None:
    """The M49 code of the continent of a country ("002" Africa); None for Antarctica and unknown codes."""
    found = _countries().get(alpha3)
    return found.region if found else None


# Every place


def kind_of(code: str) -> Kind | None:
    """What sort of place a code is, or None where there is none such."""
    if code in _countries():
        return "country"
    for table, kind in (("regions", "region"), ("itu", "itu"), ("groups", "group"), ("world", "world")):
        if code in _written()[table]:
            return kind  # type: ignore[return-value]
    return None


def regions() -> tuple[str, ...]:
    """M49's regions and sub-regions, each continent before its parts."""
    return tuple(_written()["regions"])


def itu_regions() -> tuple[str, ...]:
    """ITU's six regions."""
    return tuple(_written()["itu"])


def groups() -> tuple[str, ...]:
    """The groups of countries: "ldc", "lldc", "sids"."""
    return GROUPS


def name(code: str, language: str, overrides: Overrides | None = None) -> str:
    """What a reader of `language` calls the place; the code itself where there is no such place.

    The United Nations' name (M49) unless the installation has its own (`overrides`, else the hook).
    """
    tongue = language_of(language).code
    own = _overrides() if overrides is None else overrides
    if (code, tongue) in own:
        return own[code, tongue]
    names = names_of(code)
    return names.get(tongue) or names.get(DEFAULT) or code


def names_of(code: str) -> Names:
    """The place's names by Django's language code; empty where there is no such place."""
    found = _countries().get(code)
    return found.names if found else _other_names().get(code, {})


# Reading


@lru_cache(maxsize=1)
def _written() -> dict[str, Any]:
    with (DATA / "places.toml").open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=1)
def amendments() -> Mapping[str, Any]:
    """What the installation changes: see `set_amendments`."""
    return _amendments()


def written() -> Mapping[str, Any]:
    """The hand-written file `places.toml`, as a mapping."""
    return _written()


@lru_cache(maxsize=1)
def _countries() -> dict[str, Country]:
    with (DATA / "places.json").open(encoding="utf-8") as file:
        made = json.load(file)
    hand = _written()
    corrected = {(code, tongue): right for code, tongue, _found, right in hand["corrections"]["names"]}
    found: dict[str, Country] = {}
    for code, row in made["countries"].items():
        names = {tongue: corrected.get((code, tongue), text) for tongue, text in _names(row["names"]).items()}
        also = (*row["also"], *hand["aliases"].get(code, ()))
        since = hand["since"].get(code)
        found[code] = Country(code, row["alpha2"], row["m49"], names, tuple(row["path"]), since, also=also)
    added = {**hand["former"], **amendments().get("places", {})}
    for code, row in added.items():
        found[code] = Country(
            alpha3=code,
            alpha2=row.get("alpha2", ""),
            m49=row.get("m49", ""),
            names=_names(row["names"]),
            path=tuple(row.get("path", ())),
            since=row.get("since"),
            until=row.get("until"),
            successors=tuple(row.get("successors", ())),
            also=tuple(row.get("also", ())),
        )
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def _other_names() -> dict[str, Names]:
    tables = ("regions", "itu", "groups", "world")
    return {code: _names(row) for table in tables for code, row in _written()[table].items()}


@lru_cache(maxsize=1)
def _by_code() -> dict[str, str]:
    codes: dict[str, str] = {}
    # Former states last: where ISO gave a code anew, today's holder has it.
    for one in sorted(_countries().values(), key=lambda one: one.until is not None):
        for code in (one.alpha3, one.alpha2, one.m49):
            if code:
                codes.setdefault(code, one.alpha3)
    return codes


def _names(row: list[str] | Mapping[str, str]) -> dict[str, str]:
    return dict(zip(CODES, row, strict=False)) if isinstance(row, list) else dict(row)
