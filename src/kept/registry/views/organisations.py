"""Who pledges: the list of organisations, and each one's page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base import places
from kept.people.models import EntityType, Organisation
from kept.pledges import counting
from kept.registry import choosing, comparing, listing, mapping, measuring, panels, queries, search, subjects
from kept.registry.naming import name_of
from kept.registry.paging import PageOf
from kept.registry.selection import Selection

ROWS = 40
LINES = 20


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """/organisations/"""
    language = get_language() or "en"
    choice = choosing.Choice.from_query(request.GET)
    found, numbers = choosing.organisations(choice, language)
    paginator = Paginator(found, ROWS)
    page = paginator.get_page(min(choice.page, paginator.num_pages))
    context = {
        "choice": choice,
        "page": page,
        "rows": [row_of(entry, language) for entry in page.object_list],
        "count": len(found),
        "facets": choosing.filters(choice, numbers, language),
        "chips": choosing.chips(choice, language),
        "sorts": choosing.sorts(choice),
        "hidden": [pair for pair in choice.with_().pairs() if pair[0] != "q"],
    }
    return render(request, "registry/organisations.html", context)


def row_of(entry: queries.Entry, language: str) -> dict[str, Any]:
    """One line of the list, in the reader's words."""
    return {
        "slug": entry.slug,
        "name": entry.name_in(language),
        "kind": name_of("entity_type", entry.entity_type, language) if entry.entity_type else "",
        "country": places.name(entry.country, language) if entry.country else "",
        "leads": entry.leads,
        "takes_part": entry.takes_part,
        "amount_usd": entry.amount_usd,
    }


@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """/organisations/<slug>/: its pledges, as lead and as partner that said yes, and a counter of its own."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("No such organisation pledges here.")
    stays = staying(found)
    if not queries.is_public_organisation(stays):
        raise Http404("No such organisation pledges here.")
    if stays != found:
        return redirect("registry:organisation", stays.slug, permanent=True)
    return render(request, "registry/organisation.html", page_of(found, request))


def staying(organisation: Organisation) -> Organisation:
    """The organisation into which this one was merged, however long the chain; itself where it was not."""
    pk = counting.root(organisation.pk, counting.merges())
    return organisation if pk == organisation.pk else Organisation.objects.get(pk=pk)


def page_of(found: Organisation, request: HttpRequest) -> dict[str, Any]:
    """What an organisation's page shows."""
    language = get_language() or "en"
    asked = Selection.from_query(request.GET)
    selection = Selection(chosen={"organisation": (found.slug,)}, page=asked.page)
    answer = search.answer(selection, LINES)
    leads, parts = numbers_of(found, selection)
    lines = listing.lines(answer.keys, language)
    others = Selection(chosen={"organisation": (found.slug,), "status": ("withdrawn", "superseded")})
    return {
        "organisation": found,
        "name": found.name_in(language),
        "kind": found.get_entity_type_display() if found.entity_type in EntityType.values else "",
        "country": places.name(found.country, language) if found.country else "",
        "country_url": reverse("registry:country", args=[found.country]) if found.country else "",
        "lines": lines,
        "answer": answer,
        "leads": leads,
        "takes_part": parts,
        "gone": search.count(others),
        "gone_url": listing.address(others),
        "page": PageOf(lines, answer.count, LINES).page(answer.page),
        "all_url": listing.address(selection.with_()),
        "query": selection.with_().to_query(),
        "compare_url": comparing.address("registry:compare_organisations", "slug", [found.slug]),
        "where": where_of(selection, language) if answer.count else {},
        "shares": [share for name in subjects.SHARES if (share := subjects.share_of(name, answer, selection, language))]
        if answer.count
        else [],
        "panels": panels.of("organisation", found, request, selection=selection.with_()),
    }


def where_of(selection: Selection, language: str) -> dict[str, Any]:
    """The small map: countries that its pledges name, and those that they only cover."""
    reaches = measuring.by_country(selection)
    return mapping.where(
        [code for code, reach in reaches.items() if reach.named],
        [code for code, reach in reaches.items() if not reach.named],
        language,
    )


def numbers_of(found: Organisation, selection: Selection) -> tuple[int, int]:
    """How many counted pledges it leads, and in how many it takes part."""
    from kept.registry.facets import same_organisations

    rows = search.rows(selection)
    leads = rows.filter(lead__in=same_organisations([found.pk])).count()
    return leads, rows.count() - leads
