"""Choosing among organisations: words, kind, country, order. The same for the page and the API."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.people.models import EntityType
from kept.people.naming import normalise
from kept.registry import queries
from kept.registry.naming import name_of
from kept.registry.selection import LONGEST_WORDS, Problem

SORTS = {"name": _("By name"), "pledges": _("Most pledges"), "largest": _("Largest amount")}
NAMES = ("q", "entity_type", "country", "sort", "page")


@dataclass(frozen=True)
class Choice:
    """A question to the list of organisations; `problems` as in a Selection."""

    q: str = ""
    entity_type: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    problems: tuple[Problem, ...] = ()

    @classmethod
    def from_query(cls, query: QueryDict) -> Choice:
        problems: list[Problem] = []
        q = " ".join(" ".join(query.getlist("q")).replace("\x00", " ").split())
        if len(q) > LONGEST_WORDS:
            problems.append(Problem("q", q, "too_long"))
        types = _known(query, "entity_type", lambda v: v in EntityType.values, problems)
        countries = _known(query, "country", lambda v: places.kind_of(v) == "country", problems)
        sort = query.get("sort", "")
        if sort and sort not in SORTS:
            problems.append(Problem("sort", sort))
        page = query.get("page", "") or "1"
        if not (page.isascii() and page.isdigit()) or int(page[:30]) < 1:
            problems.append(Problem("page", page, "no_page"))
            page = "1"
        return cls(q[:LONGEST_WORDS], types, countries, sort, int(page[:30]), tuple(problems))

    def with_(self, **changes: Any) -> Choice:
        return replace(self, **{"page": 1, "problems": (), **changes})

    def toggled(self, name: str, value: str) -> Choice:
        now = getattr(self, name)
        return self.with_(**{name: tuple(v for v in now if v != value) if value in now else (*now, value)})

    def pairs(self) -> list[tuple[str, str]]:
        found = [("q", self.q)] if self.q else []
        found += [(name, value) for name in ("entity_type", "country") for value in getattr(self, name)]
        found += [("sort", self.sort)] if self.sort else []
        return found + ([("page", str(self.page))] if self.page > 1 else [])

    @property
    def url(self) -> str:
        pairs = self.pairs()
        return reverse("registry:organisations") + ("?" + urlencode(pairs) if pairs else "")


def _known(query: QueryDict, name: str, known: Callable[[str], Any], problems: list[Problem]) -> tuple[str, ...]:
    values = [value for value in dict.fromkeys(query.getlist(name)) if value]
    problems += [Problem(name, value) for value in values if not known(value)]
    return tuple(value for value in values if known(value))


def organisations(choice: Choice, language: str) -> tuple[list[queries.Entry], dict[str, dict[str, int]]]:
    """The organisations of a choice in its order, and the facets' numbers, each with the other as chosen."""
    if choice.problems:
        return [], {"entity_type": {}, "country": {}}
    words = normalise(choice.q).split() if choice.q else []
    named = [entry for entry in queries.directory() if queries.words_match(entry, words)]
    numbers: dict[str, dict[str, int]] = {}
    found = named
    for name in ("entity_type", "country"):
        other = "country" if name == "entity_type" else "entity_type"
        wanted = getattr(choice, other)
        values = [getattr(e, name) for e in named if not wanted or getattr(e, other) in wanted]
        numbers[name] = dict(Tally(value for value in values if value).most_common())
        chosen = getattr(choice, name)
        found = [entry for entry in found if not chosen or getattr(entry, name) in chosen]
    return sorted(found, key=_order(choice.sort, language)), numbers


def _order(sort: str, language: str) -> Callable[[queries.Entry], Any]:
    def by_name(entry: queries.Entry) -> Any:
        return places.sort_key(entry.name_in(language), language)

    if sort == "pledges":
        return lambda entry: (-entry.pledges, by_name(entry), entry.slug)
    if sort == "largest":
        return lambda entry: (-entry.amount_usd, by_name(entry), entry.slug)
    return lambda entry: (by_name(entry), entry.slug)


def filters(choice: Choice, numbers: dict[str, dict[str, int]], language: str) -> list[dict[str, Any]]:
    """The two facets as the component takes them."""
    titles = {"entity_type": _("Kind of organisation"), "country": _("Country")}
    return [
        {
            "title": titles[name],
            "values": [
                {
                    "label": name_of(name, value, language),
                    "count": n,
                    "url": choice.toggled(name, value).url,
                    "selected": value in getattr(choice, name),
                }
                for value, n in {**counts, **{v: counts.get(v, 0) for v in getattr(choice, name)}}.items()
            ],
        }
        for name, counts in numbers.items()
        if counts
    ]


def chips(choice: Choice, language: str) -> list[dict[str, str]]:
    """The chosen values, each with the address without it."""
    return [
        {"label": name_of(name, value, language), "url": choice.toggled(name, value).url}
        for name in ("entity_type", "country")
        for value in getattr(choice, name)
    ]


def sorts(choice: Choice) -> list[dict[str, Any]]:
    """The orders to choose from."""
    return [
        {
            "name": name,
            "url": choice.with_(sort="" if key == "name" else key).url,
            "current": (choice.sort or "name") == key,
        }
        for key, name in SORTS.items()
    ]
