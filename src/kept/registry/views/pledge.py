"""One pledge: its page, its former wordings, its documents. A draft's key leads to it too."""

from __future__ import annotations

import json
from datetime import UTC, date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base.context import House
from kept.base.languages import native_name, normalise
from kept.log import views as log_views
from kept.people.permissions import belongs_to
from kept.pledges import counting
from kept.pledges.models import Pledge, Revision, RevisionPlace
from kept.pledges.permissions import may_see_draft
from kept.pledges.presenting import Surroundings, address, present, surroundings_of
from kept.pledges.translations import languages_of
from kept.registry import bars, citing, explaining, listing, mapping, panels, queries, story
from kept.registry.selection import Selection

LD = "application/ld+json"
MORE = 4


def public_or_404(reference: str) -> Pledge:
    """The public pledge of a reference (however it is spelt) or of a draft's key. Raises Http404."""
    if reference[:1] in "Pp":
        pledge = queries.public_pledge(int(reference[2:]))
    else:
        found = Pledge.objects.public().filter(key=reference).select_related("current", "successor", "lead")
        pledge = found.first()
    if pledge is None:
        raise Http404("No such pledge was published.")
    return pledge


@require_safe
def pledge(request: HttpRequest, reference: str) -> HttpResponse:
    """/pledges/<reference>/"""
    if reference[:1] not in "Pp":
        return by_key(request, reference)
    found = public_or_404(reference)
    if found.reference != reference:
        return redirect("registry:pledge", found.reference, permanent=True)
    if wants_linked_data(request):
        return linked_data(request, found)
    if request.GET.get("as_of"):
        return as_it_was(request, found)
    response = render(request, "registry/pledge.html", page_of(found, request))
    patch_vary_headers(response, ["Accept"])
    return response


def as_it_was(request: HttpRequest, found: Pledge) -> HttpResponse:
    """/pledges/<reference>/?as_of=2023-12-31: the wording that stood at the end of that day. 404 where there was none."""
    asked = Selection.from_query(request.GET)
    if asked.as_of is None or any(problem.name == "as_of" for problem in asked.problems):
        raise Http404("This is no day: write it like 2023-12-31.")
    then = Revision.objects.public(counting.last_instant(asked.as_of)).filter(pledge=found).first()
    if then is None:
        raise Http404("This pledge was not published by that day.")
    return wording(request, found, then.n or 0, as_of=asked.as_of)


def by_key(request: HttpRequest, key: str) -> HttpResponse:
    """A draft's key: leads to the public page, or shows the draft to those who may see it."""
    found = Pledge.objects.filter(key=key).select_related("working", "current", "lead").first()
    if found is not None and found.is_public:
        return redirect("registry:pledge", found.reference)
    visitor = House(request).visitor
    if found is None or found.text is None or not may_see_draft(visitor, found):
        raise Http404("No such pledge was published.")
    view = present(found, found.text, get_language() or "en")
    response = render(request, "registry/preview.html", {"view": view, "pledge": found})
    response["Cache-Control"] = "no-store, private"
    return response


def wants_linked_data(request: HttpRequest) -> bool:
    """Does the reader's program prefer JSON-LD to a page?"""
    accepted = request.headers.get("Accept", "")
    return LD in accepted and request.get_preferred_type(["text/html", LD]) == LD


def linked_data(request: HttpRequest, found: Pledge) -> HttpResponse:
    """The pledge as JSON-LD."""
    revision = queries.text_of(found)
    data = citing.linked_data(found, revision, present(found, revision, "en"))
    response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type=LD)
    response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept"])
    return response


def page_of(found: Pledge, request: HttpRequest) -> dict[str, Any]:
    """What the page of a public pledge shows."""
    language = get_language() or "en"
    revision, visitor = queries.text_of(found), House(request).visitor
    around, translations = wording_for(found, revision, request.GET.get("text", ""), language)
    bar = bars.of([revision], language).get(found.pk)
    view = present(found, revision, language, around=around, bar=bar)
    happenings = story.story(found)
    seal = explaining.seal_of(found, revision)
    return {
        "pledge": found,
        "revision": revision,
        "view": view,
        "happenings": happenings,
        "translations": translations,
        "how_counted": explaining.how_counted(view, revision, language),
        "seal": seal,
        "entered": entered_later(revision, happenings),
        "apa": citing.apa(view, found, revision),
        "bibtex": citing.bibtex(view, found, revision),
        "linked_data": script_text(citing.linked_data(found, revision, view)),
        "short_url": citing.url_of(found),
        "more": more_of(found, language),
        "where": where_of(revision, language),
        "panels": panels.of("pledge", found, request, view=view),
        "mine_url": address("pledges:mine", found.reference) if belongs_to(visitor, found.lead_id) else "",
    }


def where_of(revision: Revision, language: str) -> dict[str, Any]:
    """The small map: countries that the text names, and those that a region or group stands for."""
    rows = list(RevisionPlace.objects.filter(revision=revision, kind="country").values_list("code", "named"))
    return mapping.where([c for c, named in rows if named], [c for c, named in rows if not named], language)


def wording_for(
    found: Pledge, revision: Revision, text: str, language: str
) -> tuple[Surroundings, list[dict[str, Any]]]:
    """The surroundings with the wording that was asked for (`?text=fr`), and the wordings there are.

    Without a wish the reader's language where there is a published translation, else the original.
    """
    original = normalise(revision.language) or revision.language
    available = [original, *languages_of(revision)]
    wish = normalise(text) or text
    shown = wish if wish in available else language if language in available else original
    around = surroundings_of([revision], shown)
    if shown == original:
        around.translations = {}
    wordings = [
        {"name": native_name(code), "url": f"?text={code}", "current": code == shown, "code": code}
        for code in dict.fromkeys(available)
    ]
    return around, wordings if len(wordings) > 1 else []


def entered_later(revision: Revision, happenings: list[story.Happening]) -> Any:
    """The instant at which the first text came into the log, where that is another day than its publication."""
    first = next((one for one in happenings if one.revision == 1 and one.type == "pledge.published"), None)
    return first.entered if first and first.entered_another_day else None


def more_of(found: Pledge, language: str) -> list[listing.Line]:
    """A few other pledges of the same organisation."""
    if found.lead is None:
        return []
    from kept.registry import search

    chosen = Selection(chosen={"organisation": (found.lead.slug,)})
    keys = search.answer(chosen, MORE + 1, with_facets=False, with_sums=False).keys
    return listing.lines([key for key in keys if key != found.current_id][:MORE], language)


def script_text(data: dict[str, Any]) -> str:
    """JSON for a data block of a page: nothing in it can end the block."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


@require_safe
def revision(request: HttpRequest, reference: str, n: int) -> HttpResponse:
    """/pledges/<reference>/revisions/<n>/: a wording as it was, and what changed with it."""
    found = public_or_404(reference)
    if found.reference != reference:
        return redirect("registry:revision", found.reference, n, permanent=reference[:1] in "Pp")
    return wording(request, found, n)


def wording(request: HttpRequest, found: Pledge, n: int, *, as_of: date | None = None) -> HttpResponse:
    """A revision's page; with `as_of` as the one that stood on that day."""
    language = get_language() or "en"
    revisions = {r.n or 0: r for r in story.revisions_of(found)}
    if n not in revisions:
        raise Http404("There is no such revision.")
    gone = story.redacted_revisions(found.reference)
    context: dict[str, Any] = {
        "pledge": found,
        "n": n,
        "last": max(revisions),
        "revision": revisions[n],
        "as_of": as_of,
    }
    if n in gone:
        return render(request, "registry/redacted.html", context, status=410)
    this, before = revisions[n], revisions.get(n - 1)
    around = surroundings_of([this], language)
    context |= {
        "view": present(found, this, language, around=around),
        "changes": story.differences(before, this, language) if before and before.n not in gone else [],
        "before": before,
        "valid_until": this.valid_to.astimezone(UTC) if this.valid_to else None,
    }
    return render(request, "registry/revision.html", context)


@require_safe
def document(request: HttpRequest, reference: str, n: int, language: str = "") -> HttpResponseBase:
    """/pledges/<reference>/revisions/<n>[.<language>].json: the bytes that were hashed."""
    found = public_or_404(reference)
    if found.reference != reference:
        name, args = ("records:translation", [n, language]) if language else ("records:document", [n])
        return redirect(name, found.reference, *args, permanent=reference[:1] in "Pp")
    return log_views.document_view(request, found.reference, n, language)


@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponseBase:
    """/pledges/<reference>/receipt.json"""
    found = public_or_404(reference)
    if found.reference != reference:
        return redirect("records:receipt", found.reference, permanent=reference[:1] in "Pp")
    return log_views.receipt_view(request, found.reference)
