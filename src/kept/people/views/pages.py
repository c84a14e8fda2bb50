"""What the pages of signed-in people have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from kept.base.lifecycle import NotAllowed, Refused

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """A page for people with an account: others sign in first and come back. What they may not see is not there (404).

    Never kept by a cache.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as refusal:
            raise Http404 from refusal

    return never_cache(guarded)


def attempt(request: HttpRequest, act: Callable[[], Any], done: Any = "") -> Any:
    """Do `act`; tell what was done, or why not. Returns what it returned, None where it was refused."""
    try:
        outcome = act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return None
    if done:
        messages.success(request, done)
    return outcome


def tabs(request: HttpRequest, names: Mapping[str, Any], counts: Mapping[str, int], shown: str) -> list[dict]:
    """The tabs above a list (components/tabs.html): `names` are {filter: name}, the empty filter is the whole list."""
    return [
        {"name": name, "url": f"?show={key}" if key else request.path, "current": key == shown, "count": counts[key]}
        for key, name in names.items()
    ]


def onward(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """To the address that came as `next`, if it is one of this house; else to `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(fallback)
