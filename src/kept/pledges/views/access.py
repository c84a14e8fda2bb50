"""The door of the pages for people who write: who is not signed in is asked to, what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest

from kept.people.views.pages import signed_in
from kept.pledges.models import Pledge
from kept.pledges.permissions import may_see_draft

__all__ = ["pledge_at", "pledge_for", "signed_in", "visitor"]


def visitor(request: HttpRequest) -> Any:
    """The signed-in person or None, without touching the session of somebody who brings none."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


def pledge_at(address: str) -> Pledge | None:
    """The pledge with this reference or opaque id, with its texts and its lead."""
    found = Pledge.objects.select_related("lead", "working", "current", "created_by")
    number = address.removeprefix("P-")
    if address.startswith("P-") and number.isascii() and number.isdigit() and len(number) < 10:
        return found.filter(number=int(number)).first()
    return found.filter(key=address).first() if len(address) <= 32 else None


def pledge_for(request: HttpRequest, address: str, may: Callable[[Any, Pledge], bool] = may_see_draft) -> Pledge:
    """The pledge, if this person may do that with it. Raises Http404 otherwise: somebody else's does not exist."""
    pledge = pledge_at(address)
    if pledge is None or not may(request.user, pledge):
        raise Http404
    return pledge
