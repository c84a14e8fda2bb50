"""Focus areas and Sustainable Development Goals: the lists of them, and a page of each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import formats
from kept.pledges import taxonomies
from kept.pledges.models import Term
from kept.registry import listing, mapping, measuring, search, subjects
from kept.registry.facets import facet_named
from kept.registry.selection import Selection
from kept.registry.views.places import ways

TOP = 10


@require_safe
def focuses(request: HttpRequest) -> HttpResponse:
    """/focus/"""
    language = get_language() or "en"
    numbers = search.answer(Selection(), 1).facets.get("focus", {})
    rows = [
        {"name": term.name_in(language), "about": taxonomies.term_about(term, language), "count": numbers.get(term.slug, 0),
         "url": reverse("registry:focus", args=[term.slug])}
        for term in taxonomies.terms("focus")
    ]  # fmt: skip
    context = {"ways": ways("registry:focuses"), "title": gettext_lazy("Focus areas"), "rows": rows}
    return render(request, "registry/themes.html", context)


@require_safe
def sdgs(request: HttpRequest) -> HttpResponse:
    """/sdgs/"""
    language = get_language() or "en"
    numbers = search.answer(Selection(), 1).facets.get("sdg", {})
    rows = [
        {"number": formats.digits(goal, language), "name": taxonomies.goal_name(goal, language), "about": "",
         "count": numbers.get(goal, 0), "url": reverse("registry:sdg", args=[goal])}
        for goal in taxonomies.goals()
    ]  # fmt: skip
    context = {"ways": ways("registry:sdgs"), "title": gettext_lazy("Sustainable Development Goals"), "rows": rows}
    return render(request, "registry/themes.html", context)


@require_safe
def focus(request: HttpRequest, slug: str) -> HttpResponse:
    """/focus/<slug>/: of a term that is in use, or that a public pledge still has."""
    if not facet_named("focus").known([slug]):
        raise Http404("There is no such focus area.")
    language = get_language() or "en"
    term = Term.objects.filter(taxonomy="focus", slug=slug).first()
    context = _theme("focus", slug, request) | {
        "name": taxonomies.term_name("focus", slug, language),
        "kicker": _("Focus area"),
        "about": taxonomies.term_about(term, language) if term else "",
        "above": {"url": reverse("registry:focuses"), "name": _("Focus areas")},
    }
    return render(request, "registry/theme.html", context)


@require_safe
def sdg(request: HttpRequest, goal: int) -> HttpResponse:
    """/sdgs/<1 to 17>/: with the goal's targets that pledges name."""
    code = str(goal)
    if code not in taxonomies.goals():
        raise Http404("There are seventeen goals.")
    language = get_language() or "en"
    context = _theme("sdg", code, request)
    numbers = context["answer"].facets.get("sdg", {})
    context |= {
        "name": taxonomies.goal_name(code, language),
        "kicker": _("Sustainable Development Goal %(number)s") % {"number": formats.digits(code, language)},
        "about": "",
        "above": {"url": reverse("registry:sdgs"), "name": _("Sustainable Development Goals")},
        "targets": [
            {"name": formats.digits(target, language), "count": numbers[target],
             "url": listing.address(Selection(chosen={"sdg": (target,)}))}
            for target in taxonomies.targets_of(code)
            if numbers.get(target)
        ],
    }  # fmt: skip
    return render(request, "registry/theme.html", context)


def _theme(facet: str, value: str, request: HttpRequest) -> dict[str, Any]:
    """What the pages of focus areas and goals share."""
    language = get_language() or "en"
    selection = Selection(chosen={facet: (value,)})
    context = subjects.page_of(facet, value, selection, request)
    reaches = measuring.by_country(selection) if context["answer"].count else {}
    return context | {
        "map": mapping.drawn(reaches, language, listing.switches(selection, "country"), with_rows=False),
        "countries": subjects.values_of("country", context["answer"], selection, language, most=TOP),
        "entity_types": subjects.values_of("entity_type", context["answer"], selection, language),
    }
