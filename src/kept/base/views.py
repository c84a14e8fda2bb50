"""The page of components, and the pages of errors to look at: only while developing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from kept.base.components import ERRORS, catalogue

FRAMES = {"form", "desk"}


def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, in the language of the address."""
    return render(request, "components/catalogue.html", catalogue(get_language() or "en"))


def frame(request: HttpRequest, name: str) -> HttpResponse:
    """A frame with sample content, or an error page as a reader meets it. Anything else: the page of components."""
    words = catalogue(get_language() or "en")
    if name in ERRORS:
        return render(request, f"{name}.html", words, status=int(name))
    if name in FRAMES:
        return render(request, f"components/sample_{name}.html", words)
    return render(request, "components/sample_page.html", words)
