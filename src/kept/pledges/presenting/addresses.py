"""Where a name, a place or a link of a pledge leads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

from kept.pledges.presenting.shapes import LinkView


def address(name: str, *parts: Any) -> str:
    """The address of a page, "" where this installation does not serve it (a room that is not there yet)."""
    return _address(name, parts, get_language(), get_urlconf(), get_script_prefix())


@lru_cache(maxsize=8192)  # lists and facts show the same organisations and places again and again
def _address(name: str, parts: tuple, _language: str | None, urlconf: str | None, _prefix: str) -> str:
    try:
        return reverse(name, args=parts, urlconf=urlconf)
    except NoReverseMatch:
        return ""


def link_of(url: str, label: str) -> LinkView:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return LinkView(url if is_web(url) else "", label or host or url, host)


def is_web(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"}
