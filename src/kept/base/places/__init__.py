"""Places: countries, regions, groups. (Interface first; the contents follow.)

A place has a code: alpha-3 for a country ("BDI"), three digits for an M49 region ("002"), "itu-africa" and
the like for ITU's regions, "ldc", "lldc", "sids" for groups, "world" for everywhere. Import from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

Overrides = Mapping[tuple[str, str], str]  # (code, language) → name: an installation's own names


@dataclass(frozen=True, slots=True)
class Country:
    """One country or area. `until` is set for one that no longer exists; `m49` may be empty for it."""

    alpha3: str
    alpha2: str
    m49: str
    names: Mapping[str, str]  # Django's language code → name
    region: str = ""  # M49 code: "002"
    subregion: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """What targets stand for on a day: named one by one, covered by a group or region only, worldwide."""

    named: frozenset[str] = field(default_factory=frozenset)
    by_group: frozenset[str] = field(default_factory=frozenset)
    worldwide: bool = False

    @property
    def countries(self) -> frozenset[str]:
        return self.named | self.by_group


def country(alpha3: str) -> Country | None: ...
def all_countries(*, former: bool = False) -> tuple[Country, ...]: ...
def regions() -> tuple[str, ...]: ...
def itu_regions() -> tuple[str, ...]: ...
def groups() -> tuple[str, ...]: ...
def kind_of(code: str) -> str | None:
    """ "country", "region", "itu", "group", "world" or None where there is no such place."""


def name(code: str, language: str, overrides: Overrides | None = None) -> str: ...
def find(text: str, language: str | None = None) -> str | None: ...
def find_target(text: str, language: str | None = None) -> str | None: ...
def suggest(text: str, limit: int = 5) -> list[str]: ...
def members(code: str, on: date) -> frozenset[str]: ...
def expand(codes: Iterable[str], on: date) -> Expansion: ...
def region_of(alpha3: str) -> str | None: ...
def sorted_by_name(codes: Iterable[str], language: str, overrides: Overrides | None = None) -> list[str]: ...
