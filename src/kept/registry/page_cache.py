"""Pages kept in memory for readers: the same page for everybody who reads a language and brings no session.

A page is fresh while the log's change number is the one that it was made under, the installation's settings are
the same, and its time is not over: at most a few seconds (what is not in the log, such as a corrected name, shows
by then), never beyond midnight UTC, when the day in it changes, and never beyond the instant that its view names
(`response.fresh_until`, aware) because a word of it changes then: "on now", "in 18 minutes".
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from kept.base import packing
from kept.base.installation import installation
from kept.log.queries import last_change

SECONDS = 5.0
MOST_PAGES = 400
MOST_BYTES = 24 * 2**20
LARGEST = 600_000
# Addresses of pages that may be kept, without their language: the registry's own; later rooms add theirs (`keep`).
_kept_addresses = [
    re.compile(
        r"/(pledges/([Pp]-[0-9]{1,9}/(revisions/[0-9]+/)?|feed\.atom)?"
        r"|organisations/([-\w]+/)?|(pledges|organisations)/compare/|(countries|regions|groups)/([A-Za-z0-9-]+/)?"
        r"|focus/([-\w]+/)?|sdgs/([0-9]+/)?|counter/([0-9-]+/|speech/|history\.csv)?|check/|embed/counter/|data/|progress/([a-z_-]+\.[a-z]+|(rounds/[-\w]+|indicators(/[-\w]+)?)/)?|api/v1/.*)?"
    )
]
KEPT_HEADERS = (
    "Content-Type", "Content-Language", "Content-Disposition", "Vary", "ETag", "Cache-Control", "Link", "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
)  # fmt: skip


def keep(pattern: str) -> None:
    """Keep a room's readers' pages too: a regular expression of whole paths, without their language.

    Whatever such a page shows raises the log's change number when it changes (`head.changed`).
    """
    compiled = re.compile(pattern)
    if compiled not in _kept_addresses:
        _kept_addresses.append(compiled)


@dataclass(frozen=True)
class Kept:
    """A page in memory."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    framed: bool
    change: int
    installation: str
    until: float
    day: str
    fresh_until: datetime | None = None  # the next instant at which a word of it changes

    packings: dict[str, bytes] = field(default_factory=dict, compare=False)

    def packed(self, coding: str) -> bytes:
        """The page in a content coding, made when it is first asked for."""
        if coding not in self.packings:
            self.packings[coding] = packing.packed(self.body, coding)
        return self.packings[coding]


class Memory:
    """The pages that were asked for last, within a number of pages and of bytes."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> Kept | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Kept) -> None:
        with self._lock:
            former = self._pages.pop(key, None)
            self._bytes += len(page.body) - (len(former.body) if former else 0)
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES or self._bytes > MOST_BYTES:
                _key, dropped = self._pages.popitem(last=False)
                self._bytes -= len(dropped.body)

    def forget(self) -> None:
        """Drop everything (between tests)."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0


memory = Memory()


class KeepPages:
    """Middleware: answers readers from memory where it can. It stands outside of the session and the language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_readers(request):
            return self.get_response(request)
        request.get_host()  # a host that is not ours is refused, also for a page in memory
        key = (request.method or "", request.get_full_path(), _wants(request))
        state = (last_change(), _settings())  # before the page is made: what changes meanwhile makes it stale
        now = datetime.now(UTC)
        day = now.date().isoformat()
        page = memory.get(key)
        if page and (page.change, page.installation) == state and page.day == day and is_true(page, now):
            return conditional(request, revived(page, packing.coding_for(request)))
        response = self.get_response(request)
        if not may_be_kept(response):
            return response
        mark(response)
        headers = tuple((name, response[name]) for name in KEPT_HEADERS if response.has_header(name))
        framed, fresh_until = getattr(response, "may_be_framed", False), getattr(response, "fresh_until", None)
        until = time.monotonic() + SECONDS
        memory.put(key, Kept(response.content, headers, framed, *state, until, day, fresh_until))
        return conditional(request, response)


def is_true(page: Kept, now: datetime) -> bool:
    """Whether every word of a page still is: within its seconds, and before the instant that its view named."""
    return time.monotonic() < page.until and (page.fresh_until is None or now < page.fresh_until)


def is_readers(request: HttpRequest) -> bool:
    """A page that may be kept, read by somebody without a session."""
    if (
        request.method not in ("GET", "HEAD")
        or settings.SESSION_COOKIE_NAME in request.COOKIES
        or "HTTP_AUTHORIZATION" in request.META
        or request.COOKIES.get("messages")
    ):
        return False
    path = request.path_info
    first = path.split("/", 2)[1]
    codes = {code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}
    bare = path[len(first) + 1 :] if first in codes else path
    return any(pattern.fullmatch(bare) for pattern in _kept_addresses)


def _wants(request: HttpRequest) -> str:
    """A pledge's address answers linked data too: the wish is part of the key."""
    accepted = request.headers.get("Accept", "")
    return accepted if "ld+json" in accepted else ""


def _settings() -> str:
    """Changes when the installation's settings do, or an address is served at another base."""
    values = {key: value for key, value in vars(installation()).items() if not key.startswith("_")}
    return hashlib.sha256(repr((values, settings.KEPT_BASE_URL)).encode()).hexdigest()


def may_be_kept(response: HttpResponse) -> bool:
    """Only whole, public, good answers of moderate size."""
    if response.status_code != 200 or getattr(response, "streaming", False) or response.cookies:
        return False
    private = {"no-store", "private"} & {part.strip() for part in response.get("Cache-Control", "").split(",")}
    return not private and len(response.content) <= LARGEST and "Content-Encoding" not in response


def mark(response: HttpResponse) -> None:
    """Readers' programs may keep it, and ask each time whether it is still the same."""
    if not response.has_header("ETag"):
        response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-cache"
    if response["Content-Type"].startswith("text/html"):
        patch_vary_headers(response, ["Cookie"])


def revived(page: Kept, coding: str = "") -> HttpResponse:
    """A page from memory as an answer; compressed once, not for each reader (site/compression.py: what is made anew)."""
    body = page.packed(coding) if coding and len(page.body) > packing.LEAST else page.body
    response = HttpResponse(body)
    for name, value in page.headers:
        response[name] = value
    if body is not page.body:
        response["Content-Encoding"] = coding
        patch_vary_headers(response, ["Accept-Encoding"])
    response["Content-Length"] = str(len(body))
    if page.framed:
        response.may_be_framed = True  # type: ignore[attr-defined]
    return response


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 where the reader's program has this very page; what other web sites may read stays theirs to read."""
    answered = get_conditional_response(request, etag=response["ETag"], response=response) or response
    for name in KEPT_HEADERS:
        if name.startswith("Access-Control") and response.has_header(name):
            answered[name] = response[name]
    if getattr(response, "may_be_framed", False):
        answered.may_be_framed = True  # type: ignore[attr-defined]
    return answered
