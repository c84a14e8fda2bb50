"""How often one address may ask: 600 times a minute with bursts of 150, ten exports a minute (the contract).

Each process counts for itself, in memory; the buckets of addresses that were quiet are forgotten. Pages, static
files and the log are not limited here: they are cheap, and whoever verifies the log reads all of it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kept.api.answers import problem
from kept.base.endpoints import Problem
from kept.base.limits import Buckets, Limit, Taken, address_of

READING = Limit("reading", a_minute=600, burst=150)
EXPORTS = Limit("exports", a_minute=10, burst=10)
reading, exports = Buckets(READING), Buckets(EXPORTS)


def buckets_of(path: str) -> Buckets | None:
    """Which limit holds for an address of this installation."""
    if not settings.LIMITS:
        return None
    if path.startswith("/pledges/export."):
        return exports
    return reading if path.startswith("/api/") else None


class Limits:
    """Middleware: refuses with 429 what is too much, and tells everybody how much is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        buckets = buckets_of(request.path_info)
        if buckets is None:
            return self.get_response(request)
        taken = buckets.take(address_of(request))
        response = self.get_response(request) if taken.passes else refused(buckets.limit, taken)
        response["RateLimit-Limit"] = str(buckets.limit.burst)
        response["RateLimit-Remaining"] = str(taken.left)
        response["RateLimit-Reset"] = str(taken.full_in)
        response["RateLimit-Policy"] = f"{buckets.limit.a_minute};w=60;burst={buckets.limit.burst}"
        return response


def refused(limit: Limit, taken: Taken) -> HttpResponse:
    """429, and when to come again."""
    detail = f"{limit.a_minute} requests a minute are possible, {limit.burst} at once. Come again in {taken.next_in} s."
    response = problem(Problem(429, "Too many requests", detail))
    response["Retry-After"] = str(taken.next_in)
    return response
