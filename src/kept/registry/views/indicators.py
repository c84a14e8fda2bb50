"""/progress/indicators/: what was counted over many pledges, and each sum's pledges."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.progress.models import Definition
from kept.registry import indicators as told
from kept.registry.selection import Selection

PAGE = 50


@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """/progress/indicators/?as_of="""
    selection = Selection.from_query(request.GET)
    found = told.counted(get_language() or "en", selection.as_of)
    return render(request, "registry/indicators.html", {"counted": found, "as_of": selection.as_of})


@require_safe
def indicator(request: HttpRequest, slug: str) -> HttpResponse:
    """/progress/indicators/<slug>/?as_of=: one sum with the pledges behind it."""
    selection, definition = Selection.from_query(request.GET), get_object_or_404(Definition, slug=slug)
    one, lines = told.of(definition, get_language() or "en", selection.as_of)
    if not lines:
        raise Http404("No public figure counts this.")
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    context = {"one": one, "page": page, "lines": told.lines_of(page.object_list), "as_of": selection.as_of}
    return render(request, "registry/indicator.html", context)
