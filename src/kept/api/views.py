"""The description of the API, for programs and for people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kept.api.answers import answer
from kept.api.limits import EXPORTS, READING
from kept.api.openapi import address_of, description, endpoints
from kept.base.endpoints import Endpoint

EXAMPLES = {
    "counter": "?as_of=2023-12-31",
    "pledges": "?country=BDI&focus=adoption&sort=largest",
    "organisations": "?entity_type=government",
}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """/api/v1/openapi.json"""
    return answer(request, description(), "application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """/api/v1/docs"""
    base = f"{settings.KEPT_BASE_URL}/api/v1"
    context = {
        "base": base,
        "described": [_described(endpoint, base) for endpoint in endpoints()],
        "limits": {"reading": READING, "exports": EXPORTS},
    }
    return render(request, "api/docs.html", context)


def _described(endpoint: Endpoint, base: str) -> dict[str, Any]:
    """One endpoint for the page: how to ask, what may be said, what comes back."""
    address = address_of(endpoint)
    example = "" if "{" in address or endpoint.writes else f"{base}{address}{EXAMPLES.get(endpoint.name, '')}"
    return {"endpoint": endpoint, "address": address, "example": example}
