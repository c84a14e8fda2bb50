"""Files of the registry: exports and the feed of a selection. At the root, in no language; /data/ explains them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base.endpoints import Problem
from kept.base.installation import installation
from kept.pledges import counting
from kept.registry import rows
from kept.registry.columns import COLUMNS
from kept.registry.exporting import FORMATS
from kept.registry.feed import atom
from kept.registry.selection import Selection
from kept.registry.views.pledge import script_text

WRONG = "This address asks for something that does not exist. GET /api/v1/openapi.json names what there is."


def refusal(selection: Selection) -> Problem:
    """What a machine is told about values that do not exist."""
    wrong = [{"name": p.name, "value": p.shown, "code": p.code} for p in selection.problems]
    return Problem(400, "Unknown value", WRONG, errors=wrong)


def refused(selection: Selection) -> JsonResponse:
    problem = refusal(selection)
    response = JsonResponse(problem.to_json(), status=400, content_type="application/problem+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse | StreamingHttpResponse:
    """/pledges/export.csv|xlsx|json|xml: the selection in its order, streamed."""
    selection = Selection.from_query(request.GET)
    if selection.problems:
        return refused(selection)
    kind = FORMATS[ending]
    name = f"pledges-{timezone.now():%Y-%m-%d}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "no-cache",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type=kind.content_type, headers=headers)
    pieces = kind.write(rows.rows(selection.with_()))
    return StreamingHttpResponse(pieces, content_type=kind.content_type, headers=headers)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """/pledges/feed.atom: the newest of a selection."""
    selection = Selection.from_query(request.GET)
    if selection.problems:
        return refused(selection)
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    return HttpResponse(atom(selection), content_type="application/atom+xml; charset=utf-8", headers=headers)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """/data/: what can be taken away, under which licence, and what each column means."""
    counter = counting.counter()
    context: dict[str, Any] = {
        "counter": counter,
        "columns": COLUMNS,
        "linked_data": script_text(dataset(counter)),
        "language": get_language(),
    }
    return render(request, "registry/data.html", context)


def dataset(counter: counting.Counter) -> dict[str, Any]:
    """The registry as a schema.org Dataset."""
    name = installation().name
    with translation.override("en"):
        described = [
            {"@type": "PropertyValue", "name": column.name, "description": str(column.meaning)} for column in COLUMNS
        ]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": rows.absolute("registry:data"),
        "name": f"{name}: pledges",
        "description": f"{counter.pledges} public pledges of {name}, by {counter.organisations} organisations.",
        "url": rows.absolute("registry:data"),
        "license": installation().data_licence,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": name},
        "dateModified": counter.as_of.isoformat(),
        "variableMeasured": described,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind.content_type.partition(";")[0],
                "contentUrl": rows.absolute("records:export", ending),
            }
            for ending, kind in FORMATS.items()
        ],
    }
