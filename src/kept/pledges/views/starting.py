"""The first page of a pledge: what it takes, for whom it is, what to start from."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from kept.people.models import Membership, MembershipState
from kept.people.permissions import is_secretariat
from kept.pledges import actions
from kept.pledges.content import PledgeContent
from kept.pledges.forms import STEPS
from kept.pledges.forms.starting import StartForm
from kept.pledges.presenting import address
from kept.pledges.views.access import visitor


def new(request: HttpRequest) -> HttpResponse:
    """Explains to a reader, asks somebody who is signed in; a POST makes the draft and leads to its first step."""
    person = visitor(request)
    if person is None:
        if request.method == "POST":
            return redirect_to_login(request.get_full_path())
        return render(request, "pledges/writing/before.html", {"steps": STEPS, "next": request.get_full_path()})
    response = _new(request, person)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _new(request: HttpRequest, person: Any) -> HttpResponse:
    language = get_language() or "en"
    if request.GET.get("on_behalf") and is_secretariat(person):
        return _on_behalf(request, person, language)
    form = StartForm(request.POST or None, person=person, language=language, wanted=request.GET.get("from", ""))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        pledge = actions.create_draft(
            by=person,
            at=now,
            lead=form.chosen_lead,
            content=form.content(now.date()),
            started_from=form.started_from,
        )
        return redirect("pledges:write", pledge.key, STEPS[0].slug)
    asked = Membership.objects.filter(person=person, state=MembershipState.ASKED).select_related("organisation")
    context = {
        "form": form,
        "organisations": form.organisations,
        "asked": [m.organisation.name_in(language) for m in asked],
        "found_url": address("people:organisation_new"),
        "on_behalf_too": is_secretariat(person),
    }
    return render(request, "pledges/writing/start.html", context, status=422 if form.errors else 200)


def _on_behalf(request: HttpRequest, person: Any, language: str) -> HttpResponse:
    """The secretariat enters what came by letter, mail or Word file."""
    if request.method == "POST":
        content = PledgeContent(language=language)
        pledge = actions.create_draft(by=person, at=timezone.now(), content=content, on_behalf=True)
        return redirect("pledges:write", pledge.key, STEPS[0].slug)
    return render(request, "pledges/writing/on_behalf.html", {})
