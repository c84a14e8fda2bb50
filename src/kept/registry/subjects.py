"""What the pages of countries, regions, groups, focus areas and goals share: a selection, its counter, its newest rows.

A page is about one value of a facet. What it shows is the answer to that selection, so that its figures are those of the
registry; nothing is counted in another way here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from kept.base import places
from kept.pledges import counting
from kept.registry import facets, listing, panels, search
from kept.registry.naming import name_of
from kept.registry.paging import PageOf
from kept.registry.selection import Selection

LINES = 10
FEW = 5
SHARES = ("focus", "type", "beneficiary", "sdg")
MOST_SHARES = 17


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet among the pledges of a page: its name, how many have it, the registry's page of both."""

    value: str
    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Share:
    """A facet of a page: the values that pledges have, and those of a short list that none has."""

    name: str
    title: Any
    values: tuple[Value, ...]
    none: tuple[Value, ...]


def page_of(
    page: str, subject: str, selection: Selection, request: HttpRequest, *, lines: int = LINES
) -> dict[str, Any]:
    """The values that every page of a subject shows. `selection` holds its pledges; `?page=` turns the list."""
    language = get_language() or "en"
    asked = Selection.from_query(request.GET)
    answer = search.answer(Selection(chosen=selection.chosen, page=asked.page), lines)
    rows = listing.lines(answer.keys, language)
    query = selection.with_().to_query()
    return {
        "subject": subject,
        "selection": selection,
        "answer": answer,
        "counter": answer.sums or counting.counter(),
        "lines": rows,
        "page": PageOf(rows, answer.count, lines).page(answer.page),
        "all_url": listing.address(selection.with_()),
        "map_url": listing.address(selection.with_(view="map")),
        "query": query,
        "shares": [share for name in SHARES if (share := share_of(name, answer, selection, language))],
        "panels": panels.of(page, subject, request, selection=selection.with_()),
    }


def share_of(name: str, answer: search.Answer, selection: Selection, language: str) -> Share | None:
    """One facet among the pledges of a page; None where it is the page's own."""
    if selection.of(name) or name not in answer.facets:
        return None
    switch = listing.switches(selection, name)
    values = [
        Value(value, name_of(name, value, language), n, switch(value))
        for value, n in answer.facets[name].items()
        if name != "sdg" or "." not in value
    ]
    found = sorted((v for v in values if v.count), key=lambda v: -v.count)[:MOST_SHARES]
    return Share(name, facets.facet_named(name).title, tuple(found), tuple(v for v in values if not v.count))


def values_of(name: str, answer: search.Answer, selection: Selection, language: str, *, most: int = 0) -> list[Value]:
    """The values of a facet among the pledges of a page, the most frequent first."""
    switch = listing.switches(selection, name)
    found = [
        Value(value, name_of(name, value, language), n, switch(value))
        for value, n in answer.facets.get(name, {}).items()
        if n
    ]
    found.sort(key=lambda v: (-v.count, places.sort_key(v.name, language)))
    return found[:most] if most else found
