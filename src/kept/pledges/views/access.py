"""The door of the pages for people who write: who is not signed in is asked to, what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from kept.base.lifecycle import NotAllowed
from kept.pledges.models import Pledge
from kept.pledges.permissions import may_see_draft

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """A page for people with an account. What an action refuses with NotAllowed is not there (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as refusal:
            raise Http404 from refusal

    return never_cache(guarded)


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
