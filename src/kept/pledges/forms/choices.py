"""What a pledge chooses from, in the reader's language: places, terms, goals, currencies, languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kept.base import formats, money, places
from kept.base.languages import CODES, bcp47, native_name
from kept.pledges import taxonomies

Choice = tuple[str, str]
Grouped = list[tuple[str, list[Choice]]]
FIRST_CURRENCIES = ("USD", "EUR", "CHF", "GBP", "JPY", "CNY")


@dataclass(frozen=True)
class Choices:
    """Options, other words that find them, a quiet word behind them."""

    options: list = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> frozenset[str]:
        """Every value that can be chosen."""
        found: set[str] = set()
        for value, label in self.options:
            found |= {v for v, _text in label} if isinstance(label, list) else {value}
        return frozenset(found)


def places_to_choose(language: str, on: date, also_chosen: Iterable[str] = ()) -> Choices:
    """Worldwide, groups, ITU's and the UN's regions, then the countries of each continent; by name."""
    ready = _places(language, on)
    former = [code for code in also_chosen if code not in ready.values and places.kind_of(code)]
    if not former:
        return ready
    more: Grouped = [(_("Former countries"), [(code, places.name(code, language)) for code in former])]
    return Choices(ready.options + more, ready.also, ready.notes)


@lru_cache(maxsize=32)
def _places(language: str, on: date) -> Choices:
    def named(codes: Iterable[str]) -> list[Choice]:
        return [(code, places.name(code, language)) for code in codes]

    continents = [code for code in places.regions() if _is_continent(code)]
    options: Grouped = [
        (_("Everywhere"), named([places.WORLD])),
        (_("Groups of countries"), named(places.groups())),
        (_("Regions"), named(places.regions())),
        (_("Regions of ITU"), named(places.itu_regions())),
    ]
    countries: dict[str | None, list[str]] = {}
    for one in places.all_countries():
        countries.setdefault(one.region, []).append(one.alpha3)
    for code in places.sorted_by_name(continents, language):
        options.append((places.name(code, language), named(places.sorted_by_name(countries.get(code, []), language))))
    rest = places.sorted_by_name(countries.get(None, []), language)
    if rest:
        options.append((_("Other places"), named(rest)))
    also = {
        one.alpha3: " ".join((one.alpha3, one.alpha2, one.names.get("en", ""), *one.also))
        for one in places.all_countries()
    }
    wide = (*places.groups(), *places.regions(), *places.itu_regions())
    return Choices(options, also, {code: _how_many(code, language, on) for code in wide})


def _is_continent(code: str) -> bool:
    return any(one.region == code for one in places.all_countries())


def _how_many(code: str, language: str, on: date) -> str:
    count = len(places.members(code, on))
    return ngettext("%(count)s country", "%(count)s countries", count) % {
        "count": formats.format_number(count, language)
    }


def terms_to_choose(taxonomy: str, language: str, also_chosen: Iterable[str] = ()) -> Choices:
    """The terms of a taxonomy, with the one line about each; those that were switched off only where chosen."""
    found = [(term.slug, term.name_in(language)) for term in taxonomies.terms(taxonomy)]
    known = {slug for slug, _name in found}
    found += [(slug, taxonomies.term_name(taxonomy, slug, language)) for slug in also_chosen if slug not in known]
    notes = {term.slug: taxonomies.term_about(term, language) for term in taxonomies.terms(taxonomy)}
    return Choices(found, notes=notes)


@lru_cache(maxsize=16)
def goals_to_choose(language: str) -> Choices:
    """The goals, and under each its targets."""
    options: Grouped = []
    also: dict[str, str] = {}
    for goal in taxonomies.goals():
        name = taxonomies.goal_name(goal, language)
        heading = f"{formats.digits(goal, language)}. {name}"
        words = {"goal": formats.digits(goal, language), "name": name}
        rows = [(goal, _("Goal %(goal)s: %(name)s") % words)]
        for code in taxonomies.targets_of(goal):
            rows.append((code, _("Target %(target)s") % {"target": formats.digits(code, language)}))
            also[code] = f"{code} {name}"
        also[goal] = f"{goal} {name} SDG"
        options.append((heading, rows))
    return Choices(options, also)


@lru_cache(maxsize=16)
def currencies_to_choose(language: str) -> Choices:
    """Every currency in use by its code and name; those that are named most first."""
    rows = [(code, f"{code} · {name}") for code, name in money.choices(language, FIRST_CURRENCIES)]
    first, rest = rows[: len(FIRST_CURRENCIES)], rows[len(FIRST_CURRENCIES) :]
    rest.sort()
    return Choices([("", "–"), *first, *rest])


def languages_to_choose(also_chosen: str = "") -> Choices:
    """The six languages by their own names, and the one that the text is in already."""
    rows = [(bcp47(code), native_name(code)) for code in CODES]
    if also_chosen and bcp47(also_chosen) not in {code for code, _name in rows}:
        rows.append((also_chosen, native_name(also_chosen)))
    return Choices(rows)


def what_places_stand_for(codes: Iterable[str], language: str, on: date) -> list[places.Explanation]:
    """The regions and groups among `codes`, with the countries that they stand for on that day."""
    found = [places.explain(code, language, on) for code in codes if places.kind_of(code) in {"region", "itu", "group"}]
    return [one for one in found if one is not None]
