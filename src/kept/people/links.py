"""What personal links are for: each room registers its purposes, `/l/<token>/` shows and does them.

Mail scanners and previews open links: opening one changes nothing, its page asks for one click.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from kept.base.mail import address
from kept.people.models import Link

Text = str | Promise
GOOD, USED, EXPIRED, REVOKED = "good", "used", "expired", "revoked"


@dataclass(frozen=True)
class LinkPage:
    """What the page behind a link says before the click.

    `text` is paragraphs; `facts` pairs of (label, value) below them; `button` the words of the one button (empty:
    nothing is left to do, the text says why); `needs_account`: the reader signs in first and comes back.
    """

    title: Text
    text: list[Text] = field(default_factory=list)
    button: Text = ""
    facts: list[tuple[Text, Text]] = field(default_factory=list)
    needs_account: bool = False


@dataclass(frozen=True)
class Purpose:
    """`describe(link, request)` → LinkPage; `act(link, request, at)` → the address to go to, or a whole answer.

    `alone`: a click acts without being described first, in transactions of its own, and `act` uses the link up itself.
    """

    name: str
    describe: Callable[[Link, HttpRequest], LinkPage]
    act: Callable[[Link, HttpRequest, datetime], str | HttpResponse]
    alone: bool = False


_purposes: dict[str, Purpose] = {}


def register(
    purpose: str,
    *,
    describe: Callable[[Link, HttpRequest], LinkPage],
    act: Callable[[Link, HttpRequest, datetime], str | HttpResponse],
    alone: bool = False,
) -> None:
    """Say what links with this purpose show and do. `act` runs in one transaction with the using-up of the link."""
    _purposes[purpose] = Purpose(purpose, describe, act, alone)


def purpose(name: str) -> Purpose:
    """The registered purpose; raises KeyError."""
    return _purposes[name]


def state(link: Link, now: datetime) -> str:
    """GOOD, USED, EXPIRED or REVOKED."""
    if link.revoked_at:
        return REVOKED
    if link.once and link.used_at:
        return USED
    return GOOD if link.expires_at > now else EXPIRED


def link_address(link: Link | None, *, language: str = "en", path: str = "") -> str:
    """The whole address of a link, or of a page of this installation (`path`, the English one), in a language."""
    if link is not None:
        path = f"/l/{link.token}/"
    elif path.startswith(settings.KEPT_BASE_URL):
        path = path.removeprefix(settings.KEPT_BASE_URL)
    return settings.KEPT_BASE_URL + address(language, path)


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the one who asks sits at this machine: by the connection itself, whatever headers say.

    Behind a proxy (KEPT_TRUST_FORWARDED) every connection comes from here, so that nobody counts as being here.
    """
    if settings.TRUST_FORWARDED:
        return False
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA"}
    if forwarded & set(request.META):
        return False  # a proxy on this machine speaks for somebody elsewhere
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
