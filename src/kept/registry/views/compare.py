"""Pledges or organisations side by side: an address that names them, no script, fit for paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.registry import comparing


@require_safe
def pledges(request: HttpRequest) -> HttpResponse:
    """/pledges/compare/?ref=P-00001&ref=…"""
    chosen = comparing.chosen_pledges(request.GET.getlist("ref"))
    columns, rows = comparing.pledges(chosen.found, get_language() or "en") if chosen.found else ([], [])
    return _shown(request, "pledges", "ref", chosen, columns, rows)


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """/organisations/compare/?slug=…&slug=…"""
    chosen = comparing.chosen_organisations(request.GET.getlist("slug"))
    columns, rows = comparing.organisations(chosen.found, get_language() or "en") if chosen.found else ([], [])
    return _shown(request, "organisations", "slug", chosen, columns, rows)


def _shown(
    request: HttpRequest, what: str, key: str, chosen: comparing.Chosen, columns: list, rows: list
) -> HttpResponse:
    name = "registry:compare" if what == "pledges" else "registry:compare_organisations"
    context = {
        "what": what,
        "key": key,
        "chosen": chosen,
        "columns": columns,
        "rows": rows,
        "most": comparing.MOST,
        "has_room": len(columns) < comparing.MOST,
        "url": comparing.address(name, key, [column.key for column in columns]),
    }
    return render(request, "registry/compare.html", context)
