"""The first page and the registry: parse, ask, render."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.pledges import counting
from kept.registry import listing, panels, queries, search
from kept.registry.selection import Selection

ROWS = 20
NEWEST = 6


class PageOf(Paginator):
    """Django's paginator over rows that were counted and cut elsewhere."""

    def __init__(self, rows: list, count: int, per_page: int) -> None:
        super().__init__(rows, per_page)
        self.count = count

    def page(self, number: int | str) -> Page:
        return Page(self.object_list, int(number), self)


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
        "panels": panels.of("home", counter, request, selection=Selection()),
    }
    return render(request, "registry/home.html", context)


@require_safe
def pledges(request: HttpRequest) -> HttpResponse:
    """/pledges/"""
    language = get_language() or "en"
    selection = Selection.from_query(request.GET)
    answer = search.answer(selection, ROWS)
    lines = listing.lines(answer.keys, language)
    query = selection.with_(view="").to_query()
    context = {
        "selection": selection,
        "answer": answer,
        "lines": lines,
        "page": PageOf(lines, answer.count, ROWS).page(answer.page),
        "facets": listing.filters(selection, answer.facets, language),
        "chips": listing.chips(selection, language),
        "sorts": listing.sorts(selection),
        "views": [(name, listing.address(selection.with_(view=name))) for name in ("list", "table")],
        "export_query": query,
        "feed_query": selection.with_(view="", sort="").to_query(),
        "ways_out": listing.ways_out(selection, language) if not answer.count and not selection.problems else [],
        "right_url": listing.address(selection.with_()),
        "hidden": [pair for pair in selection.with_().pairs() if pair[0] != "q"],
    }
    return render(request, "registry/pledges.html", context)
