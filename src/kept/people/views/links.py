"""The page behind a personal link in a mail. Opening it changes nothing; one button acts."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from kept.base.lifecycle import NotAllowed, Refused
from kept.people import actions, links
from kept.people.models import Link


def found_link(request: HttpRequest, token: str) -> Link:
    """The link with this token; 404 for none, and for one that is for this machine alone when asked from elsewhere."""
    link = Link.objects.select_related("person", "made_by").filter(token=token).first()
    if link is None or (link.local_only and not links.from_this_machine(request)):
        raise Http404
    return link


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what the link is for; POST does it."""
    here = found_link(request, token)
    state = links.state(here, timezone.now())
    if state != links.GOOD:
        return _private(render(request, "people/link_over.html", {"state": state, "link": here}, status=410))
    try:
        purpose = links.purpose(here.purpose)
        if request.method == "POST" and purpose.alone:
            return _acted(here, request)
        page = purpose.describe(here, request)
        if page.needs_account and not request.user.is_authenticated:
            return _private(render(request, "people/link.html", {"page": page, "sign_in_first": True}))
        if request.method == "POST" and page.button:
            return _acted(here, request)
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        context = {"refusal": refusal.message, "link": here}
        return _private(render(request, "people/link_over.html", context, status=409))
    return _private(render(request, "people/link.html", {"page": page}))


def _acted(here: Link, request: HttpRequest) -> HttpResponse:
    outcome = actions.use_link(here, request, at=timezone.now())
    return _private(outcome if isinstance(outcome, HttpResponseBase) else redirect(outcome))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is the key: no other site learns it from the browser. (`no-referrer` would make POSTs nameless.)"""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def sign_in_first(request: HttpRequest, token: str) -> HttpResponse:
    """To the sign-in page and back to the link."""
    here = found_link(request, token)
    return redirect_to_login(redirect("people:link", here.token).url)
