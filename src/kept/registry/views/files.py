"""Files of the registry: exports and the feed of a selection. At the root, in no language; /data/ explains them."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base.endpoints import Problem
from kept.base.installation import installation
from kept.pledges import counting
from kept.registry import describing, licences, rows
from kept.registry.columns import COLUMNS
from kept.registry.document_schemas import SCHEMAS
from kept.registry.exporting import FORMATS
from kept.registry.feed import atom
from kept.registry.models import Dump
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
        **({"Link": f'<{rows.absolute("records:table_metadata")}>; rel="describedby"'} if ending == "csv" else {}),
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
        "days": dumped_days(),
        "schemas": sorted(SCHEMAS),
        "licence_url": licences.address_of(installation().data_licence),
        "linked_data": script_text(describing.dataset_for_search_engines(counter)),
        "language": get_language(),
    }
    return render(request, "registry/data.html", context)


def dumped_days() -> list[dict[str, Any]]:
    """The days of which there are files, or were until the law took them; the newest first."""
    days: dict[Any, dict[str, Any]] = {}
    for dump in Dump.objects.exclude(removed_why="age"):
        day = days.setdefault(dump.day, {"day": dump.day, "files": [], "gone": False, "pledges": dump.pledges})
        if dump.removed_at is None:
            day["files"].append(dump)
        else:
            day["gone"] = True
    return list(days.values())[:MOST_DAYS]


MOST_DAYS = 60


@require_safe
def dump(request: HttpRequest, day: date, ending: str) -> HttpResponseBase:
    """/data/dumps/pledges-2026-11-26.csv.gz: the very bytes that its checksum is of."""
    found = Dump.objects.filter(day=day, ending=ending).order_by("removed_at").last()
    if found is None:
        raise Http404("There is no such file.")
    if found.removed_at is not None:
        told = "A text had to be removed by law." if found.removed_why == "law" else "Old files are kept by the month."
        return HttpResponse(f"410 Gone. {told}\n", status=410, content_type="text/plain; charset=utf-8")
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Content-Length": str(found.size),
        "ETag": f'"{found.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "public, max-age=3600",
        "Access-Control-Allow-Origin": "*",
    }
    kind = "application/gzip" if ending.endswith(".gz") else describing.DUMP_TYPES[ending]
    known = get_conditional_response(request, etag=headers["ETag"])
    if known is not None:
        return known
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers=headers)
    return FileResponse(found.file.open("rb"), content_type=kind, headers=headers)


@require_safe
def checksums(request: HttpRequest, day: date) -> HttpResponse:
    """/data/dumps/SHA256SUMS-2026-11-26.txt: `sha256sum -c` reads it."""
    found = Dump.objects.filter(day=day, removed_at=None).order_by("ending")
    if not found:
        raise Http404("There are no files of this day.")
    lines = "".join(f"{one.sha256}  {one.name}\n" for one in found)
    return open_text(lines, "text/plain; charset=utf-8")


def open_text(text: str, content_type: str) -> HttpResponse:
    """A description that any web site may read."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    return HttpResponse(text, content_type=content_type, headers=headers)


def _json(data: Any, content_type: str = "application/json") -> HttpResponse:
    return open_text(json.dumps(data, ensure_ascii=False, indent=1), content_type)


@require_safe
def table_metadata(request: HttpRequest) -> HttpResponse:
    """/pledges/export.csv-metadata.json: the table's columns, where CSVW looks for them."""
    return _json(describing.table_of(rows.absolute("records:export", "csv")), "application/csvm+json")


@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """/data/dictionary.json"""
    return _json(describing.dictionary())


@require_safe
def catalogue(request: HttpRequest, ending: str) -> HttpResponse:
    """/data/catalogue.jsonld|ttl: DCAT."""
    found = describing.catalogue()
    if ending == "ttl":
        return open_text(describing.turtle(found), "text/turtle; charset=utf-8")
    return _json(found, "application/ld+json")


@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """/data/schemas/pledge-document.json"""
    if name not in SCHEMAS:
        raise Http404("There is no such schema.")
    where = rows.absolute("records:schema", name)
    return _json({"$id": where, **SCHEMAS[name]}, "application/schema+json")
