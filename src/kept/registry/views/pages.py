"""The first page and the registry: parse, ask, render."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import places
from kept.pledges import counting
from kept.registry import becoming, explaining_places, listing, mapping, measuring, panels, queries, search
from kept.registry.paging import PageOf
from kept.registry.selection import Selection

ROWS = 20
NEWEST = 6
CONTINENTS = ("002", "019", "142", "150", "009")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """/"""
    language = get_language() or "en"
    counter = counting.counter()
    keys = search.answer(Selection(), NEWEST, with_facets=False, with_sums=False).keys
    context = {
        "counter": counter,
        "figures": queries.first_page(counter),
        "lines": listing.lines(keys, language),
        "map": home_map(language) if counter.pledges else None,
        "became": becoming.told_first(counter.amount_usd, language) if counter.pledges else None,
        "panels": panels.of("home", counter, request, selection=Selection()),
    }
    return render(request, "registry/home.html", context)


def home_map(language: str) -> mapping.Map:
    """Where the promises go; each country leads to its page."""
    reaches = measuring.by_country(Selection())
    return mapping.drawn(reaches, language, lambda code: reverse("registry:country", args=[code]), with_rows=False)


@require_safe
def pledges(request: HttpRequest) -> HttpResponse:
    """/pledges/"""
    language = get_language() or "en"
    selection = Selection.from_query(request.GET)
    answer = search.answer(selection, ROWS)
    shows_map = selection.view == "map" and not selection.problems
    lines = [] if shows_map else listing.lines(answer.keys, language)
    everything = selection.with_(view="", measure="")
    context = {
        "selection": selection,
        "answer": answer,
        "lines": lines,
        "page": PageOf(lines, answer.count, ROWS).page(answer.page),
        "facets": listing.filters(selection, answer.facets, language),
        "chips": listing.chips(selection, language),
        "instead": sorted(answer.instead.items()),
        "explained": explaining_places.of(selection, language),
        "sorts": listing.sorts(selection),
        "views": listing.views(selection),
        "keys": listing.KEYS,
        "export_query": everything.to_query(),
        "feed_query": everything.with_(sort="").to_query(),
        "ways_out": listing.ways_out(selection, language) if not answer.count and not selection.problems else [],
        "right_url": listing.address(selection.with_()),
        "hidden": [pair for pair in selection.with_().pairs() if pair[0] != "q"],
        **(map_of(selection, answer, language) if shows_map else {}),
    }
    return render(request, "registry/pledges.html", context)


def map_of(selection: Selection, answer: search.Answer, language: str) -> dict[str, Any]:
    """The answer as a map, with the numbers of the filter `country`: how many there are with all else as chosen. The
    continent that is chosen alone fills it."""
    regions = selection.of("region")
    today = selection.as_of or timezone.now().astimezone(UTC).date()
    reaches = measuring.by_country(selection.choosing("country", ()), answer.instead) if answer.count else {}
    continents = [code for code in places.regions() if code in CONTINENTS]
    return {
        "map": mapping.drawn(
            reaches, language, listing.switches(selection, "country"), measure=selection.measure,
            selected=selection.of("country"), shown=places.members(regions[0], today) if len(regions) == 1 else (),
        ),
        "measures": [
            {
                "name": name,
                "url": listing.address(selection.with_(measure=key)),
                "current": (selection.measure or "number") == key,
            }
            for key, name in mapping.MEASURE_NAMES.items()
        ],
        "zooms": [
            {
                "name": places.name(code, language) if code else _("World"),
                "url": listing.address(selection.choosing("region", (code,) if code else ())),
                "current": regions == ((code,) if code else ()),
            }
            for code in ("", *continents)
        ],
    }  # fmt: skip
