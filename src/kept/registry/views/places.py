"""Countries, regions and groups: the lists of them, and a page of each with what is promised to it."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kept.base import places
from kept.pledges import counting
from kept.pledges.models import RevisionPlace
from kept.registry import explaining_places, listing, mapping, measuring, search, subjects
from kept.registry.measuring import NOBODY, Reach
from kept.registry.selection import Selection

WAYS = (
    ("registry:countries", _("Countries")),
    ("registry:regions", _("Regions")),
    ("registry:groups", _("Groups of countries")),
    ("registry:focuses", _("Focus areas")),
    ("registry:sdgs", _("Sustainable Development Goals")),
)
SORTS = {"name": _("By name"), "pledges": _("Most pledges"), "largest": _("Largest amount")}


def ways(current: str) -> list[dict[str, Any]]:
    """The lists of places and themes beside each other, for the tabs above each."""
    return [{"url": reverse(name), "name": words, "current": name == current} for name, words in WAYS]


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def country_page(code: str) -> str:
    """The address of a country's page."""
    return reverse("registry:country", args=[code])


# Lists -----------------------------------------------------------------------------------------------------------


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    """/countries/: every country and area, with what is promised to it and by it; as a map and as a table."""
    language = get_language() or "en"
    answer = search.answer(Selection(), 1)
    reaches = measuring.by_country(Selection())
    by_origin = answer.facets.get("origin", {})
    codes = {one.alpha3 for one in places.all_countries()} | set(reaches)
    rows = [
        {"code": code, "name": places.name(code, language), "reach": reaches.get(code, NOBODY),
         "by": by_origin.get(code, 0)}
        for code in places.sorted_by_name(codes, language)
    ]  # fmt: skip
    sort = request.GET.get("sort", "")
    if sort == "pledges":
        rows.sort(key=lambda row: -row["reach"].number)
    elif sort == "largest":
        rows.sort(key=lambda row: -row["reach"].amount_usd)
    sorts = [
        {"name": words, "url": "?sort=" + key if key != "name" else request.path, "current": (sort or "name") == key}
        for key, words in SORTS.items()
    ]
    context = {
        "ways": ways("registry:countries"),
        "map": mapping.drawn(reaches, language, country_page, with_rows=False),
        "rows": rows,
        "sorts": sorts,
        "without": sum(1 for row in rows if not row["reach"].number),
    }
    return render(request, "registry/countries.html", context)


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """/regions/: the United Nations' regions and those of ITU."""
    language = get_language() or "en"
    numbers = search.answer(Selection(), 1).facets.get("region", {})
    lists = [
        {"title": title, "rows": [_row(code, numbers, "registry:region", language) for code in codes]}
        for title, codes in ((_("Regions of the United Nations (M49)"), places.regions()),
                             (_("Regions of ITU"), places.itu_regions()))
    ]  # fmt: skip
    context = {"ways": ways("registry:regions"), "title": _("Regions"), "lists": lists}
    return render(request, "registry/places.html", context)


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """/groups/: groups of countries, and those pledges that name the whole world."""
    language = get_language() or "en"
    numbers = search.answer(Selection(), 1).facets.get("group", {})
    rows = [_row(code, numbers, "registry:group", language) for code in places.groups()]
    world = {
        "name": places.name(places.WORLD, language), "count": numbers.get(places.WORLD, 0), "members": None,
        "url": listing.address(Selection(chosen={"group": (places.WORLD,)})), "level": 0,
    }  # fmt: skip
    context = {
        "ways": ways("registry:groups"),
        "title": _("Groups of countries"),
        "lists": [{"title": "", "rows": [*rows, world]}],
    }
    return render(request, "registry/places.html", context)


def _row(code: str, numbers: dict[str, int], page: str, language: str) -> dict[str, Any]:
    members = places.members(code, today())
    above = sum(1 for other in places.regions() if other != code and members < places.members(other, today()))
    return {
        "name": places.name(code, language),
        "url": reverse(page, args=[code]),
        "count": numbers.get(code, 0),
        "members": len(members),
        "level": above if places.kind_of(code) == "region" else 0,
    }


# One country ---------------------------------------------------------------------------------------------------


@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    """/countries/<alpha-3>/: what is promised to it, what is promised by those who sit there, what nobody promised."""
    right = places.by_code(code) if len(code) in (2, 3) else None
    if right is None or places.kind_of(right) != "country":
        raise Http404("There is no such country.")
    if right != code:
        return redirect("registry:country", right, permanent=True)
    language = get_language() or "en"
    selection = Selection(chosen={"country": (code,)})
    context = subjects.page_of("country", code, selection, request, lines=1)
    by = Selection(chosen={"origin": (code,)})
    given = search.answer(by, subjects.FEW, with_facets=False)
    context |= {
        "name": places.name(code, language),
        "reach": reach_of(code, context["answer"].count),
        "lines": listing.lines(naming(code, subjects.LINES), language),
        "regions": [_named(region, "registry:region", language) for region in places.regions_of(code, today())],
        "groups": [_named(group, "registry:group", language) for group in places.groups_of(code, today())],
        "where": mapping.where([code], [], language),
        "by": given,
        "by_lines": listing.lines(given.keys, language),
        "by_url": listing.address(by),
        "by_query": by.to_query(),
        "organisations_url": reverse("registry:organisations") + f"?country={code}",
        "gaps": [share for share in context["shares"] if share.none],
    }
    return render(request, "registry/country.html", context)


def reach_of(code: str, count: int) -> Reach:
    """A country's figures, of the same pledges as the list of its page."""
    return measuring.by_country(Selection(chosen={"country": (code,)})).get(code, NOBODY) if count else NOBODY


def naming(code: str, most: int) -> list[int]:
    """The newest counted pledges that name a country themselves, as keys of their texts."""
    named = RevisionPlace.objects.filter(kind="country", code=code, named=True).values("revision")
    return list(counting.counted().filter(pk__in=named).order_by(*search.NEWEST).values_list("pk", flat=True)[:most])


def _named(code: str, page: str, language: str) -> dict[str, str]:
    return {"name": places.name(code, language), "url": reverse(page, args=[code])}


# One region, one group ---------------------------------------------------------------------------------------------


@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """/regions/<M49 code, or itu-…>/"""
    if places.kind_of(code) not in ("region", "itu"):
        raise Http404("There is no such region.")
    return _several(request, code, "region", "registry:regions")


@require_safe
def group(request: HttpRequest, code: str) -> HttpResponse:
    """/groups/<ldc, lldc, sids>/"""
    if places.kind_of(code) != "group":
        raise Http404("There is no such group of countries.")
    return _several(request, code, "group", "registry:groups")


def _several(request: HttpRequest, code: str, facet: str, above: str) -> HttpResponse:
    """A page of several countries: which these are, since when, and what is promised to each."""
    language, on = get_language() or "en", today()
    selection = Selection(chosen={facet: (code,)})
    context = subjects.page_of(facet, code, selection, request)
    told = places.explain(code, language, on)
    members = [member for member, _name in told.members] if told else []
    reaches = (
        {c: r for c, r in measuring.by_country(selection).items() if c in members} if context["answer"].count else {}
    )
    context |= {
        "name": places.name(code, language),
        "facet": facet,
        "above": {"url": reverse(above), "name": next(words for name, words in WAYS if name == above)},
        "told": told,
        "sources": sources_of(code),
        "standing_for": explaining_places.on_its_page(code, on, language),
        "map": mapping.drawn(reaches, language, country_page, shown=members, with_rows=False),
        "members": [
            {"name": name, "url": country_page(member), "reach": reaches.get(member, NOBODY)}
            for member, name in (told.members if told else ())
        ],
        "named": sum(1 for reach in reaches.values() if reach.named),
    }
    return render(request, "registry/place.html", context)


def sources_of(code: str) -> str:
    """Whose list it is, as a name that stays as it is in every language."""
    if places.kind_of(code) == "itu":
        return "ITU, Telecommunication Development Bureau"
    if places.kind_of(code) == "region":
        return "United Nations Statistics Division, M49"
    return "United Nations, Committee for Development Policy" if code == "ldc" else "United Nations, OHRLLS"
