"""What every answer carries, and which language it speaks."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from kept.base.endpoints import Problem

Answer = Callable[[HttpRequest], HttpResponse]

# No inline script or style of ours, nothing from a third party, nothing framed (docs/decisions/0004).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors {frame}"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), interest-cohort=()"


class SafeHeaders:
    """Content-Security-Policy and its relatives on every answer; `/embed/` alone may be framed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        framed = getattr(response, "may_be_framed", False)
        policy = POLICY.format(frame="*" if framed else "'none'")
        if getattr(response, "frames_itself", False):  # a mail's HTML on the desk, in a sandbox
            policy += "; frame-src 'self'"
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if framed:
            response.headers.pop("X-Frame-Options", None)
        elif "X-Frame-Options" not in response.headers:
            response.headers["X-Frame-Options"] = "DENY"
        return response


def language_of(path: str) -> str:
    """The language that an address speaks: /ar/pledges/ is Arabic, /pledges/ English."""
    prefix = path.split("/", 2)[1] if path.count("/") >= 1 else ""
    codes = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return prefix if prefix in codes else settings.LANGUAGE_CODE


class LanguageOfThePath:
    """The path alone decides the language: no cookie, no header, so a page is the same for all its readers."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = language_of(request.path_info)
        translation.activate(code)
        request.LANGUAGE_CODE = code  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        translation.activate(settings.LANGUAGE_CODE)
        return response


class NoNul:
    """A NUL in an address is no letter that anybody types, and PostgreSQL takes none in a text: 400, said in words."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            if request.path_info.startswith("/api/"):
                told = Problem(400, "Bad Request", "The address has a NUL (%00) in it.").to_json()
                return JsonResponse(told, status=400, content_type="application/problem+json")
            raise SuspiciousOperation("NUL in an address")
        return self.get_response(request)
