"""How the API answers: JSON, ETag, CORS, problems (RFC 9457). The rooms' handlers return plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from kept.api import replays, tokens
from kept.base.endpoints import Answer, Caller, Endpoint, Problem, body_bytes, etag_of
from kept.base.lifecycle import NotAllowed, Refused, WrongState

PROBLEM = "application/problem+json"
READ = ("GET", "HEAD", "OPTIONS")
TAKEN = ("application/json", "application/merge-patch+json")
LARGEST = 2**20  # bytes of a body


def view(endpoints: Sequence[Endpoint]) -> Callable[..., HttpResponse]:
    """The view of one address: an endpoint for each method that it knows."""
    by_method = {endpoint.method: endpoint for endpoint in endpoints}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    allowed = ", ".join([*by_method, "OPTIONS"])

    @csrf_exempt  # nobody is signed in by a cookie here
    def answered(request: HttpRequest, **values: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return open_to_all(HttpResponse(status=204, headers={"Allow": allowed}))
        endpoint = by_method.get(request.method or "")
        if endpoint is None:
            wrong = Problem(405, "Not possible", f"This address knows {allowed}.", headers={"Allow": allowed})
            return problem(wrong)
        try:
            return written(request, endpoint, values) if endpoint.writes else told(request, endpoint, values)
        except Problem as wrong:
            return problem(wrong)
        except Refused as refusal:
            return problem(problem_of(refusal))

    answered.__name__ = endpoints[0].name
    return answered


def told(request: HttpRequest, endpoint: Endpoint, values: dict[str, Any]) -> HttpResponse:
    """A request that reads."""
    caller = tokens.who(request)
    if endpoint.scope:
        tokens.allow(caller, endpoint.scope)
    request.api_caller = caller  # type: ignore[attr-defined]
    return answer(request, endpoint.handler(request, **values), private=caller is not None)


def written(request: HttpRequest, endpoint: Endpoint, values: dict[str, Any]) -> HttpResponse:
    """A request that writes: one transaction, in which its answer is kept for retries where the caller wants that."""
    caller = tokens.allow(tokens.who(request), endpoint.scope)
    request.api_caller, request.api_body = caller, body_of(request)  # type: ignore[attr-defined]
    key = replays.key_of(request)
    if key:
        return _once(request, endpoint, values, caller, key)
    with transaction.atomic():
        return answer(request, endpoint.handler(request, **values), private=True)


def _once(request: HttpRequest, endpoint: Endpoint, values: dict[str, Any], caller: Caller, key: str) -> HttpResponse:
    with transaction.atomic():
        replay = replays.begin(request, caller, key, timezone.now())
        if isinstance(replay, HttpResponse):
            return open_to_all(replay)
        response = answer(request, endpoint.handler(request, **values), private=True)
        replays.finish(replay, response)
    return response


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty object. Raises Problem 400, 413, 415."""
    try:
        raw = request.body
    except RequestDataTooBig:
        raw = b" " * (LARGEST + 1)
    except UnreadablePostError as broken:
        raise Problem(400, "Broken off", "The body did not arrive whole. Send it again.") from broken
    if len(raw) > LARGEST:
        raise Problem(413, "Too large", "A body has at most one megabyte.")
    if not raw:
        return {}
    if request.content_type not in TAKEN:
        raise Problem(415, "Not JSON", f"Send {TAKEN[0]} in UTF-8.", headers={"Accept": ", ".join(TAKEN)})
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as wrong:
        raise Problem(400, "Not JSON", f"The body cannot be read as JSON: {str(wrong)[:200]}") from wrong
    if not isinstance(found, dict):
        raise Problem(400, "No object", "The body is a JSON object: {…}.")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def answer(
    request: HttpRequest, data: Any, content_type: str = "application/json", *, private: bool = False
) -> HttpResponse:
    """Data as JSON; 304 where the reader has it already."""
    more = data if isinstance(data, Answer) else Answer(data)
    body = body_bytes(more.data)
    response = HttpResponse(body, status=more.status, content_type=content_type, headers=dict(more.headers))
    response["ETag"] = etag_of(more.data, exact=more.exact)
    response["Cache-Control"] = "private, no-cache" if private else "no-cache"
    if request.method in READ:
        response = get_conditional_response(request, etag=response["ETag"], response=response) or response
    return open_to_all(response)


def problem(wrong: Problem) -> HttpResponse:
    """An error for machines."""
    body = json.dumps(wrong.to_json(), ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Cache-Control": "no-store", **wrong.headers}
    return open_to_all(HttpResponse(body, status=wrong.status, content_type=PROBLEM, headers=headers))


def problem_of(refusal: Refused) -> Problem:
    """What an action refused, for machines: the same sentences as on the form."""
    if isinstance(refusal, NotAllowed):
        return Problem(403, "Not allowed", str(refusal.message) or "Your account may not do this.")
    if isinstance(refusal, WrongState):
        return Problem(409, "Not in this state", str(refusal.message))
    found = [faulty(p.field, p.code, p.message) for p in getattr(refusal, "problems", ())]
    return Problem(422, "Refused", str(refusal.message), **({"errors": found} if found else {}))


def faulty(field: str, code: str, detail: Any) -> dict[str, str]:
    """One line of `errors`: where, what, what to do."""
    return {"pointer": f"#/{field}" if field else "#", "code": code, "detail": str(detail)}


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Every web site may read it: it is public, and no cookie makes a difference."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Headers"] = "If-None-Match, Accept"
    response["Access-Control-Expose-Headers"] = (
        "ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
    )
    response["Access-Control-Max-Age"] = "86400"
    patch_vary_headers(response, ["Accept-Encoding", "Authorization"])
    return response


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address below /api/v1/."""
    return problem(Problem(404, "No such address", "GET /api/v1/openapi.json names every address there is."))
