"""The registry's part of the public API: counter, pledges, organisations. The room api serves it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from kept.base.endpoints import Endpoint, Parameter, Problem
from kept.people.models import EntityType, Organisation
from kept.pledges import api as writing
from kept.pledges import counting
from kept.pledges.models import Pledge
from kept.registry import (
    api_shapes,
    choosing,
    facets,
    frozen_document,
    implementation_document,
    queries,
    rows,
    search,
    story,
)
from kept.registry.api_shapes import TEXT
from kept.registry.selection import MEASURES, VIEWS, Selection, all_sorts, names
from kept.registry.views.files import refusal

PAGE = 50
LARGEST_PAGE = 200


def only(query: QueryDict, allowed: tuple[str, ...]) -> None:
    """Raise a Problem for query names that mean nothing here."""
    strange = sorted(set(query) - set(allowed))
    if strange:
        wrong = [{"name": name[:60], "code": "unknown_name"} for name in strange[:20]]
        raise Problem(400, "Unknown name", f"Known here: {', '.join(allowed) or 'none'}.", errors=wrong)


def page_size(query: QueryDict) -> int:
    """How many rows a page is to have. Raises Problem."""
    text = query.get("page_size", "") or str(PAGE)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= LARGEST_PAGE:
        wrong = [{"name": "page_size", "value": text[:60], "code": "unknown"}]
        raise Problem(400, "Unknown value", f"page_size is a whole number from 1 to {LARGEST_PAGE}.", errors=wrong)
    return int(text)


def envelope(request: HttpRequest, count: int, page: int, pages: int, results: list) -> dict[str, Any]:
    """A list's answer. Raises Problem 404 beyond the last page."""
    if page > pages:
        raise Problem(404, "No such page", f"The last page is {pages}.")

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return rows.absolute(f"api:{request.resolver_match.url_name}") + "?" + query.urlencode()  # type: ignore[union-attr]

    return {
        "count": count,
        "next": address(page + 1) if page < pages else None,
        "previous": address(page - 1) if page > 1 else None,
        "results": results,
    }


# Counter ------------------------------------------------------------------------------------------------------


def counter(request: HttpRequest) -> dict[str, Any]:
    """The coalition's sums, now or at the end of a past day."""
    only(request.GET, ("as_of",))
    selection = Selection.from_query(request.GET)
    if selection.problems:
        raise refusal(selection)
    return counter_document(counting.counter(selection.as_of))


def counter_document(found: counting.Counter) -> dict[str, Any]:
    """The counter as the API and its stream (site/streams.py) say it."""
    return {
        "pledges": found.pledges,
        "organisations": found.organisations,
        "countries": found.countries,
        "countries_reached": found.countries_reached,
        "countries_named": found.countries_named,
        "amount_usd": rows.plain(found.amount_usd),
        "pledges_with_amount": found.pledges_with_amount,
        "pledges_without_amount": found.pledges_without_amount,
        "pledges_not_converted": found.not_converted,
        "as_of": found.as_of.isoformat(),
    }


def progress(request: HttpRequest) -> dict[str, Any]:
    """What became of the promises of a selection, now or at the end of a past day."""
    only(request.GET, ("q", *(facet.name for facet in facets.all_facets()), "as_of"))
    selection = Selection.from_query(request.GET)
    if selection.problems:
        raise refusal(selection)
    return implementation_document.document(selection)


def progress_rounds(request: HttpRequest) -> dict[str, Any]:
    """What each round of reporting published, frozen."""
    only(request.GET, ())
    return frozen_document.rounds_document()


def progress_round(request: HttpRequest, slug: str) -> dict[str, Any]:
    """What one of them published."""
    only(request.GET, ())
    return frozen_document.one_round(slug)


def progress_indicators(request: HttpRequest) -> dict[str, Any]:
    """What was counted over many pledges, now or at the end of a past day."""
    only(request.GET, ("as_of",))
    selection = Selection.from_query(request.GET)
    if selection.problems:
        raise refusal(selection)
    return frozen_document.indicators_document(selection)


# Pledges ------------------------------------------------------------------------------------------------------


def pledges(request: HttpRequest) -> dict[str, Any]:
    """A selection, page by page, with the facets' numbers."""
    only(request.GET, (*names(), "page_size"))
    selection, size = Selection.from_query(request.GET), page_size(request.GET)
    if selection.problems:
        raise refusal(selection)
    answer = search.answer(selection, size, with_sums=False)
    records = rows.records(answer.keys, as_of=selection.as_of) if selection.page <= answer.pages else []
    listed = {**envelope(request, answer.count, selection.page, answer.pages, records), "facets": answer.facets}
    # Where no pledge has a word, the nearest ones were looked for: said, so that nobody takes it for the word itself.
    return {**listed, "instead": {word: list(others) for word, others in answer.instead.items()}}


def _pledge(reference: str) -> Pledge:
    if reference[:1] in "Pp":
        found = queries.public_pledge(int(reference[2:]))
    else:
        found = Pledge.objects.public().filter(key=reference).select_related("current", "successor").first()
    if found is None:
        raise Problem(404, "No such pledge", "No pledge of this number was published.")
    return found


def _is_draft(reference: str) -> bool:
    """An id that is not a public pledge's."""
    return reference[:1] not in "Pp" and not Pledge.objects.public().filter(key=reference).exists()


def pledge(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One public pledge as it stands now; a draft's id answers with the draft to those who may see it."""
    only(request.GET, ())
    if _is_draft(reference) and (draft := writing.draft_for(request, reference)) is not None:
        return draft
    return rows.records([queries.text_of(_pledge(reference)).pk])[0]


def history(request: HttpRequest, reference: str) -> dict[str, Any]:
    """What happened to a pledge in public, the latest first; nothing yet to a draft of the caller's."""
    only(request.GET, ())
    if _is_draft(reference) and writing.draft_for(request, reference) is not None:
        return {"reference": None, "results": []}
    found = _pledge(reference)
    happened = [
        {
            "at": rows.instant(one.at),
            "type": one.type,
            "revision": one.revision,
            "reason": one.reason,
            "changed": list(one.changed),
            "language": one.language or None,
            "entered": rows.instant(one.entered) if one.entered else None,
            "document": None if one.redacted else _document(found, one),
        }
        for one in story.story(found)
    ]
    return {"reference": found.reference, "results": happened}


def _document(found: Pledge, one: story.Happening) -> str | None:
    if one.type == "document.redacted" or one.template:
        return None
    if one.language:
        return rows.absolute("records:translation", found.reference, one.revision, one.language)
    return rows.absolute("records:document", found.reference, one.revision)


# Organisations ------------------------------------------------------------------------------------------------


def organisations(request: HttpRequest) -> dict[str, Any]:
    """Those that lead a public pledge, and partners that said yes."""
    only(request.GET, (*choosing.NAMES, "page_size"))
    choice, size = choosing.Choice.from_query(request.GET), page_size(request.GET)
    if choice.problems:
        raise refusal(Selection(problems=choice.problems))
    found, _numbers = choosing.organisations(choice, "en")
    pages = max(1, -(-len(found) // size))
    shown = found[(choice.page - 1) * size : choice.page * size]
    return envelope(request, len(found), choice.page, pages, [_entry(entry) for entry in shown])


def organisation(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One organisation. A merged one is answered as the one that stays."""
    only(request.GET, ())
    pk = Organisation.objects.filter(slug=slug).values_list("pk", flat=True).first()
    root = counting.root(pk, counting.merges()) if pk else None
    entry = next((entry for entry in queries.directory() if entry.pk == root), None)
    if entry is None:
        raise Problem(404, "No such organisation", "No organisation of this name pledges here.")
    found = Organisation.objects.get(pk=entry.pk)
    return {**_entry(entry), "description": found.description, "website": found.website or None}


def _entry(entry: queries.Entry) -> dict[str, Any]:
    return {
        "slug": entry.slug,
        "name": entry.name,
        "names": entry.names,
        "abbreviation": entry.abbreviation,
        "entity_type": entry.entity_type,
        "country": entry.country or None,
        "leads": entry.leads,
        "takes_part": entry.takes_part,
        "amount_usd": rows.plain(entry.amount_usd),
        "url": rows.absolute("registry:organisation", entry.slug),
    }


# What OpenAPI says of it ---------------------------------------------------------------------------------------

SCHEMAS = {**api_shapes.SCHEMAS, "Progress": implementation_document.SCHEMA, **frozen_document.SCHEMAS}

REFERENCE = Parameter(
    "reference", "The number of a pledge (`P-00831`), or the key that its draft had.",
    {"type": "string", "pattern": r"^([Pp]-[0-9]{1,9}|[0-9a-f]{16,32})$"}, place="path", example="P-00001",
)  # fmt: skip
_PAGES = (
    Parameter("page", "Pages count from 1. Beyond the last one: 404.", {"type": "integer", "minimum": 1}),
    Parameter(
        "page_size", f"Rows of a page, {PAGE} where nothing is said.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    ),
)  # fmt: skip
_WORDS = Parameter(
    "q", "Words, all of which are found in the text or in names of organisations.", {"type": "string", "maxLength": 500}
)
_AS_OF = Parameter("as_of", "The record as it was at the end of that day (UTC).", {"type": "string", "format": "date"})
_SDG = {"type": "string", "pattern": f"^({facets.SDG.pattern})$"}
_ALPHA3 = {"type": "string", "pattern": "^[A-Za-z]{3}$"}
FACET_SCHEMAS: dict[str, tuple[str, dict[str, Any]]] = {
    "focus": ("Focus area: a slug that the facets name.", TEXT),
    "type": ("Kind of contribution: a slug that the facets name.", TEXT),
    "group": ("ldc, lldc, sids: acts in a country that belongs to the group, or names it. world: worldwide.",
              {"enum": ["ldc", "lldc", "sids", "world"]}),
    "country": ("Acts there; groups and regions are expanded as of the pledge's day (ISO 3166-1 alpha-3).", _ALPHA3),
    "region": ("Acts there: a code of UN M49, or itu-…", TEXT),
    "beneficiary": ("For whom: a slug that the facets name.", TEXT),
    "entity_type": ("Kind of the organisation that leads.", {"enum": list(EntityType.values)}),
    "origin": ("Where the lead sits (alpha-3).", _ALPHA3),
    "amount": ("Band of the amount in USD; unconverted: there is no rate.", {"enum": list(facets.AMOUNTS)}),
    "year": ("Year of publication.", {"type": "string", "pattern": "^(19|20)[0-9]{2}$"}),
    "sdg": ("Sustainable Development Goal, or one of its targets.", _SDG),
    "language": ("Language of the text (BCP 47).", TEXT),
    "status": ("published where nothing is said.", {"enum": [str(s) for s in facets.STATUSES]}),
    "campaign": ("A campaign.", TEXT),
    "organisation": ("Led by it, or it is a partner that said yes: a slug.", TEXT),
}  # fmt: skip


def _described(facet: facets.Facet) -> tuple[str, dict[str, Any]]:
    """A facet that another room brought."""
    return facet.meaning or facet.name, {"enum": list(facet.values)} if facet.values else TEXT


def _choosing() -> tuple[Parameter, ...]:
    """Which pledges: words, facets, a past day."""
    chosen = [
        Parameter(facet.name, *FACET_SCHEMAS.get(facet.name, _described(facet)), many=True)
        for facet in facets.all_facets()
    ]
    return (_WORDS, *chosen, _AS_OF)


def _selecting() -> tuple[Parameter, ...]:
    order = Parameter("sort", "Order; relevance where there are words, else newest.", {"enum": list(all_sorts())})
    view = Parameter("view", "How the page shows it; means nothing here.", {"enum": list(VIEWS)})
    measure = Parameter("measure", "What the page's map shows; means nothing here.", {"enum": list(MEASURES)})
    return (*_choosing(), order, view, measure, *_PAGES)


_KINDS = Parameter("entity_type", "Kind of organisation.", {"enum": list(EntityType.values)}, many=True)
_ORGANISATIONS = (
    Parameter("q", "Words that begin words of the name.", {"type": "string", "maxLength": 500}),
    _KINDS,
    Parameter("country", "Where it sits (alpha-3).", _ALPHA3, many=True),
    Parameter("sort", "Order.", {"enum": list(choosing.SORTS)}),
    *_PAGES,
)
_SLUG = Parameter("slug", "Its name in addresses.", {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}, place="path")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        path="counter",
        name="counter",
        handler=counter,
        summary="The counter",
        returns="Counter",
        parameters=(_AS_OF,),
        description="Announced money of published pledges that were neither taken back nor replaced; a joint pledge "
        "counts once.",
        problems=(400, 429),
        tag="Counter",
    ),
    Endpoint(
        path="progress",
        name="progress",
        handler=progress,
        summary="What became of the promises",
        returns="Progress",
        parameters=_choosing(),
        description="The figures of /progress/: how pledges stand, what supports it, who answers, what owners say, in per "
        "cent of all published pledges, also those that were taken back. Money in three stages that are never added.",
        problems=(400, 429),
        tag="Counter",
    ),
    Endpoint(
        path="progress/rounds",
        name="progress_rounds",
        handler=progress_rounds,
        summary="What rounds of reporting published",
        returns="Rounds",
        description="The newest first. Figures are frozen as they were published, with the log's signed checkpoint of that "
        "moment, so that a figure in a speech can be found again. Counts are of all published pledges.",
        problems=(400, 429),
        tag="Counter",
    ),
    Endpoint(
        path="progress/rounds/<slug:slug>",
        name="progress_round",
        handler=progress_round,
        summary="What one round published",
        returns="Round",
        parameters=(_SLUG,),
        tag="Counter",
    ),
    Endpoint(
        path="progress/indicators",
        name="progress_indicators",
        handler=progress_indicators,
        summary="What was counted over many pledges",
        returns="Indicators",
        parameters=(_AS_OF,),
        description="The sum of the figures of each definition, of each pledge the newest, split by what supports them. Only "
        "figures of one definition are ever added.",
        problems=(400, 429),
        tag="Counter",
    ),
    Endpoint(
        path="pledges",
        name="pledges",
        handler=pledges,
        summary="Pledges that match",
        returns="Pledges",
        parameters=_selecting(),
        description='Repeat a name for "or". A facet\'s number is how many pledges have that value, with all other '
        "facets and the words as chosen.",
        tag="Pledges",
    ),
    Endpoint(
        path="pledges/<reference:reference>",
        name="pledge",
        handler=pledge,
        summary="One pledge",
        returns="PledgeOrDraft",
        description="A draft's id answers too: with the pledge once it is public; before, with the draft to those who may "
        "see it, by a token.",
        parameters=(REFERENCE,),
        tag="Pledges",
    ),
    Endpoint(
        path="pledges/<reference:reference>/history",
        name="history",
        handler=history,
        summary="What happened to it",
        returns="History",
        parameters=(REFERENCE,),
        tag="Pledges",
    ),
    Endpoint(
        path="organisations",
        name="organisations",
        handler=organisations,
        summary="Organisations that pledge",
        returns="Organisations",
        parameters=_ORGANISATIONS,
        tag="Organisations",
    ),
    Endpoint(
        path="organisations/<slug:slug>",
        name="organisation",
        handler=organisation,
        summary="One organisation",
        returns="Organisation",
        parameters=(_SLUG,),
        tag="Organisations",
    ),
)
