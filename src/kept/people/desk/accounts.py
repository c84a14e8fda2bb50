"""Accounts on the desk: the list, one of them, closing, the right to the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kept.base.desk import for_the_desk
from kept.people import actions, panels, queries
from kept.people.forms import ReasonForm
from kept.people.models import Person
from kept.people.permissions import has_second_factor
from kept.people.telling import told
from kept.people.views.pages import attempt, tabs

A_PAGE = 50
TABS = {
    "": gettext_lazy("Open accounts"),
    "desk": gettext_lazy("At the desk"),
    "alone": gettext_lazy("Without an organisation"),
    "bounced": gettext_lazy("Mail comes back"),
    "closed": gettext_lazy("Closed"),
}


@for_the_desk
def people(request: HttpRequest) -> HttpResponse:
    """The list of accounts."""
    shown, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:200]
    sort = request.GET.get("sort", "name")
    if shown not in TABS or sort not in queries.PEOPLE_SORTS:
        raise Http404
    rows = queries.people_filtered(shown, words).order_by(*queries.PEOPLE_SORTS[sort])
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "tabs": tabs(request, TABS, queries.people_counts(), shown),
        "shown": shown,
        "words": words,
        "sort": sort,
    }
    return render(request, "people/desk/people.html", context)


@for_the_desk
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: what it belongs to, what was decided about it."""
    here = get_object_or_404(Person, pk=pk)
    verbs = ["take_desk" if here.is_staff else "give_desk", "close"] if here.is_active else ["open"]
    context = {
        "person": here,
        "memberships": queries.memberships_of(here),
        "second_factor": has_second_factor(here),
        "verbs": [(verb, WORDS[verb][1], WORDS[verb][2]) for verb in verbs],
        "reason": ReasonForm(),
        "panels": panels.shown(panels.DESK_PERSON, request, here),
        "history": told(queries.history_of("person", here.pk)),
    }
    return render(request, "people/desk/person.html", context)


Act = Callable[..., Person]
# verb: (the action, the button, what it means, what is said when it is done)
WORDS: dict[str, tuple[Act, Any, Any, Any]] = {
    "give_desk": (
        actions.give_desk,
        gettext_lazy("Let in to the desk"),
        gettext_lazy("They see and decide everything on the desk, as you do."),
        gettext_lazy("They can work at the desk now."),
    ),
    "take_desk": (
        actions.take_desk,
        gettext_lazy("Take the desk away"),
        gettext_lazy("They keep their account and lose the desk."),
        gettext_lazy("They can no longer work at the desk."),
    ),
    "close": (
        actions.close_account,
        gettext_lazy("Close the account"),
        gettext_lazy("Nobody signs in with it any more. What it did stays."),
        gettext_lazy("The account is closed."),
    ),
    "open": (
        actions.open_account,
        gettext_lazy("Open the account again"),
        gettext_lazy("They can sign in again, and belong to what they belonged to."),
        gettext_lazy("The account is open again."),
    ),
}


@for_the_desk
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Close, open, give or take the desk: what it means, why, and the button."""
    here = get_object_or_404(Person, pk=pk)
    act, title, meaning, done = WORDS[verb]
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(request, lambda: act(here, by=request.user, at=timezone.now(), reason=reason), done):
            return redirect("people:desk_person", here.pk)
    context = {"form": form, "person": here, "title": title, "meaning": meaning, "verb": verb}
    return render(request, "people/desk/person_decide.html", context)
