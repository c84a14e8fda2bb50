"""The desk's door, and its first page: what waits, with numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from kept.base import navigation
from kept.base.lifecycle import NotAllowed
from kept.base.permissions import may_use_desk

View = Callable[..., HttpResponse]


def for_the_desk(view: View) -> View:
    """A page of the desk: who is not signed in is asked to; who does not work here finds nothing (404).

    What an action refuses with NotAllowed becomes 404, too. Pages of the desk are never kept by a cache.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may_use_desk(request.user):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as refusal:
            raise Http404 from refusal

    return never_cache(guarded)


@for_the_desk
def home(request: HttpRequest) -> HttpResponse:
    """What waits, as each room counts it in its menu entries."""
    groups = navigation.groups(navigation.DESK, request, request.user)
    waiting = [line for group in groups for line in group.lines if line.badge]
    for group in groups:
        group.lines = [line for line in group.lines if not line.badge and line.url != request.path]
    return render(request, "base/desk/home.html", {"groups": [g for g in groups if g.lines], "waiting": waiting})
