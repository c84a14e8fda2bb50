"""The log over HTTP: static-looking files at the root, the same for everybody, in no language.

Other web sites' scripts may read them (CORS), since checking the log is everybody's business.
"""

from __future__ import annotations

import hashlib
import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kept.log import queries
from kept.log.actions import LogForked, checkpoint, verifier_key
from kept.log.keys import KeyUnusable
from kept.log.models import Document
from kept.log.receipts import Redacted, receipt
from kept.log.standalone import source
from kept.log.tiles import WIDTH, read_tile_path
from kept.log.witnesses import (
    LARGEST_REQUEST,
    BadFile,
    Declined,
    add_checkpoint,
    cosigned,
    own_key,
    watched_now,
    written_down,
)

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
A_FEW_SECONDS = "public, max-age=2"


def answer(request: HttpRequest, body: bytes | str, content_type: str, *, cache: str, etag: str = "") -> HttpResponse:
    """An answer that caches may keep and every web site may read."""
    response = HttpResponse(body, content_type=content_type)
    response["Cache-Control"] = cache
    response["Access-Control-Allow-Origin"] = "*"
    response["ETag"] = f'"{etag or hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def problem(status: int, title: str, detail: str) -> JsonResponse:
    """An error for machines (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = JsonResponse(content, status=status, content_type="application/problem+json")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-store" if status == 503 else A_FEW_SECONDS
    return response


@require_safe
def checkpoint_view(request: HttpRequest) -> HttpResponse:
    """/log/checkpoint"""
    try:
        note = checkpoint()
    except (LogForked, KeyUnusable) as error:
        return problem(503, "The log cannot be signed", str(error))
    return answer(request, cosigned(note), "text/plain; charset=utf-8", cache=A_FEW_SECONDS)


@require_safe
def key_view(request: HttpRequest) -> HttpResponse:
    """/log/key"""
    try:
        key = verifier_key()
    except (LogForked, KeyUnusable) as error:
        return problem(503, "The log cannot be signed", str(error))
    return answer(request, key + "\n", "text/plain; charset=utf-8", cache=A_FEW_SECONDS)


@require_safe
def tile_view(request: HttpRequest, level: str, path: str) -> HttpResponse:
    """/log/tile/<level>/<n>"""
    place = read_tile_path(path)
    if place is None or str(int(level)) != level or int(level) > 63:
        raise Http404("No tile has this address.")
    return file_of_tiles(request, queries.tile(int(level), *place), place[1])


@require_safe
def bundle_view(request: HttpRequest, path: str) -> HttpResponse:
    """/log/tile/entries/<n>"""
    place = read_tile_path(path)
    if place is None:
        raise Http404("No bundle has this address.")
    return file_of_tiles(request, queries.entry_bundle(*place), place[1])


def file_of_tiles(request: HttpRequest, body: bytes | None, width: int) -> HttpResponse:
    """A tile or a bundle; 404 where the log is not that long."""
    if body is None:
        raise Http404("The log is not that long.")
    return answer(request, body, "application/octet-stream", cache=FOR_EVER if width == WIDTH else FOR_AN_HOUR)


@require_safe
def restart_view(request: HttpRequest, generation: int) -> HttpResponse:
    """/log/restarts/<n>.json: why a new log was begun, and where the old one ended."""
    return document_view(request, "log", generation)


@require_safe
def verifier_view(request: HttpRequest) -> HttpResponse:
    """/log/verify.py: the standalone verifier."""
    response = answer(request, source(), "text/x-python; charset=utf-8", cache=FOR_AN_HOUR)
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@csrf_exempt  # no session is asked: the checkpoint's own signature says whose it is
@require_POST
def add_checkpoint_view(request: HttpRequest) -> HttpResponse:
    """/log/witness/add-checkpoint: another log asks us to co-sign (C2SP tlog-witness)."""
    try:
        if int(request.headers.get("Content-Length") or 0) > LARGEST_REQUEST:
            raise Declined(413, "A request has 64 KiB at most.")
        lines = add_checkpoint(request.read(LARGEST_REQUEST + 1), at=timezone.now())
    except Declined as declined:
        kind = "text/x.tlog.size" if declined.status == 409 else "text/plain; charset=utf-8"
        return HttpResponse(declined.text, status=declined.status, content_type=kind)
    except (BadFile, KeyUnusable) as error:
        return problem(503, "Nothing is co-signed here", str(error))
    return HttpResponse(lines, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
def witness_key_view(request: HttpRequest) -> HttpResponse:
    """/log/witness/key: the key with which we co-sign other logs; 404 where we watch none."""
    try:
        if not written_down()[1]:
            raise Http404("No log is co-signed here.")
        key = own_key()[0]
    except (BadFile, KeyUnusable) as error:
        return problem(503, "Nothing is co-signed here", str(error))
    return answer(request, f"{key}\n", "text/plain; charset=utf-8", cache=A_FEW_SECONDS)


@require_safe
def witnessed_view(request: HttpRequest) -> HttpResponse:
    """/log/witness/logs: the logs that we co-sign, and the newest checkpoint of each that we remember."""
    try:
        found = json.dumps({"logs": watched_now()}, ensure_ascii=False)
    except BadFile as error:
        return problem(503, "Nothing is co-signed here", str(error))
    return answer(request, found, "application/json", cache=A_FEW_SECONDS)


@require_safe
def document_view(request: HttpRequest, reference: str, revision: int, language: str = "") -> HttpResponse:
    """A document byte for byte as it was hashed; its ETag is the hash. 410 where it was redacted.

    The address belongs to the registry: /pledges/<reference>/revisions/<n>[.<language>].json
    """
    entry = queries.entry_of(reference, revision, language)
    if entry is None:
        raise Http404("No such document was published.")
    document = queries.document_behind(entry)
    if document.data is None:
        return gone(document)
    return answer(request, bytes(document.data), "application/json", cache=A_FEW_SECONDS, etag=entry.sha256)


@require_safe
def receipt_view(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt of a pledge's latest revision. 410 where that was redacted.

    The address belongs to the registry: /pledges/<reference>/receipt.json
    """
    try:
        found = receipt(reference)
    except Redacted as redacted:
        return gone(redacted.document)
    except (LogForked, KeyUnusable) as error:
        return problem(503, "The log cannot be signed", str(error))
    if found is None:
        raise Http404("No such pledge was published.")
    response = JsonResponse(found)
    return answer(request, response.content, "application/json", cache=A_FEW_SECONDS)


def gone(document: Document) -> JsonResponse:
    """The answer where a text had to be blanked: when and why, and that its hash stays."""
    when = f"{document.redacted_at:%Y-%m-%d}" if document.redacted_at else "an unknown day"
    detail = f"Redacted on {when}: {document.redaction_reason} The log keeps the hash of what stood here."
    return problem(410, "Redacted", detail)
