"""How the API answers: JSON, ETag, CORS, problems (RFC 9457). The rooms' handlers return plain data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from kept.base.endpoints import Endpoint, Problem

PROBLEM = "application/problem+json"
READ = ("GET", "HEAD", "OPTIONS")


def view(endpoint: Endpoint) -> Callable[..., HttpResponse]:
    """The view of one endpoint."""

    @csrf_exempt  # nothing is written here, and an unknown method is told so in JSON
    def answered(request: HttpRequest, **values: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return open_to_all(HttpResponse(status=204, headers={"Allow": ", ".join(READ)}))
        if request.method not in READ:
            wrong = Problem(405, "Not possible", "This address is read with GET.")
            response = problem(wrong)
            response["Allow"] = ", ".join(READ)
            return response
        try:
            data = endpoint.handler(request, **values)
        except Problem as wrong:
            return problem(wrong)
        return answer(request, data)

    answered.__name__ = endpoint.name
    return answered


def answer(request: HttpRequest, data: Any, content_type: str = "application/json") -> HttpResponse:
    """Data as JSON; 304 where the reader has it already. The ETag is the answer's hash, so it is never wrong."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["Cache-Control"] = "no-cache"
    return open_to_all(get_conditional_response(request, etag=response["ETag"], response=response) or response)


def problem(wrong: Problem) -> HttpResponse:
    """An error for machines."""
    body = json.dumps(wrong.to_json(), ensure_ascii=False).encode("utf-8", "replace")
    return open_to_all(
        HttpResponse(body, status=wrong.status, content_type=PROBLEM, headers={"Cache-Control": "no-store"})
    )


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Every web site may read it: it is public, and no cookie makes a difference."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Headers"] = "If-None-Match, Accept"
    response["Access-Control-Expose-Headers"] = (
        "ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
    )
    response["Access-Control-Max-Age"] = "86400"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address below /api/v1/."""
    return problem(Problem(404, "No such address", "GET /api/v1/openapi.json names every address there is."))
