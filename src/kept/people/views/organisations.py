"""Finding, founding, joining an organisation; its inner page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import places
from kept.base.lifecycle import NotAllowed, Refused
from kept.people import actions, panels, queries
from kept.people.forms import InviteForm, JoinForm, OrganisationForm
from kept.people.models import MembershipState, Organisation, Role
from kept.people.permissions import may_manage_organisation, may_see_organisation
from kept.people.telling import told
from kept.people.views.pages import attempt, onward, signed_in


def country_name(code: str) -> str:
    """The country's name for this page's reader; empty where none is known."""
    return places.name(code, get_language() or "en") if code else ""


def inner(request: HttpRequest, slug: str) -> Organisation:
    """The organisation of an inner page; 404 for whoever neither belongs to it nor works for the secretariat."""
    organisation = get_object_or_404(Organisation.objects.select_related("merged_into"), slug=slug)
    if not may_see_organisation(request.user, organisation):
        raise Http404
    return organisation


@signed_in
def find(request: HttpRequest) -> HttpResponse:
    """Look for one's organisation, before entering it."""
    words = request.GET.get("q", "").strip()[:200]
    found = queries.search_organisations(words, request.user)
    return render(request, "people/find.html", {"words": words, "found": with_countries(found)})


def with_countries(rows: list[Organisation]) -> list[tuple[Organisation, str]]:
    return [(row, country_name(row.country)) for row in rows]


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """What pickers ask while somebody types: a piece of a page, or JSON where that is asked for."""
    words = request.GET.get("q", "").strip()[:200]
    found = with_countries(queries.search_organisations(words, request.user))
    if "application/json" not in request.headers.get("Accept", ""):
        return render(request, "people/found.html", {"words": words, "found": found})
    language = get_language() or "en"
    results = [
        {"id": row.pk, "slug": row.slug, "name": row.name_in(language), "short": row.abbreviation, "country": sits}
        for row, sits in found
    ]
    return JsonResponse({"results": results})


@signed_in
def found(request: HttpRequest) -> HttpResponse:
    """Enter an organisation; those that look like it are shown before it exists twice."""
    form = OrganisationForm(request.POST or None)
    form.initial["name"] = request.GET.get("name", "")[:300]
    like: list[Any] = []
    if request.method == "POST" and form.is_valid():
        values = form.values
        another = request.POST.get("another") == "yes"
        if not another:
            like = queries.similar_organisations(
                values["name"], abbreviation=values["abbreviation"], website=values["website"],
                names=values["names"].values(), country=values["country"], among=queries.visible_to(request.user),
            )  # fmt: skip
        if not like:
            organisation = _founded(request, values, another=another)
            if organisation is not None:
                return onward(request, organisation)
    context = {"form": form, "like": [(row, reason, country_name(row.country)) for row, reason in like]}
    return render(request, "people/organisation_form.html", context)


def _founded(request: HttpRequest, values: dict, *, another: bool) -> str | None:
    """Its inner page's address, or None where somebody else was quicker with the same name."""
    done = _("Entered. The secretariat will look at it; you can begin at once.")
    act = lambda: actions.found_organisation(values, by=request.user, at=timezone.now(), another=another)  # noqa: E731
    organisation = attempt(request, act, done)
    return redirect("people:organisation", organisation.slug).url if organisation else None


@signed_in
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to be let in."""
    organisation = get_object_or_404(Organisation, slug=slug).root
    mine = next((row for row in queries.memberships_of(request.user) if row.organisation.root == organisation), None)
    if mine and mine.state == MembershipState.ACTIVE:
        return redirect("people:organisation", organisation.slug)
    if not mine and not queries.visible_to(request.user).filter(pk=organisation.pk).exists():
        raise Http404
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not mine:
        message = form.cleaned_data["message"]
        act = lambda: actions.ask_to_join(organisation, by=request.user, at=timezone.now(), message=message)  # noqa: E731
        if attempt(request, act, _("Asked. You get a mail when somebody has decided.")):
            return onward(request, redirect("people:my").url)
    context = {"organisation": organisation, "country": country_name(organisation.country), "form": form, "mine": mine}
    return render(request, "people/join.html", context)


@signed_in
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The inner page: who belongs, who asks, what later rooms show."""
    here = inner(request, slug)
    if here.merged_into_id:
        return redirect("people:organisation", here.root.slug)
    rows = queries.members_of(here)
    manages = may_manage_organisation(request.user, here)
    context = {
        "organisation": here,
        "country": country_name(here.country),
        "members": [row for row in rows if row.state == MembershipState.ACTIVE],
        "asking": [row for row in rows if row.state == MembershipState.ASKED] if manages else [],
        "mine": next((row for row in rows if row.person_id == request.user.pk), None),
        "manages": manages,
        "roles": Role.choices,
        "invite": InviteForm(initial={"language": get_language(), "role": Role.CONTRIBUTOR}),
        "panels": panels.shown(panels.ORGANISATION, request, here),
        "history": told(queries.history_of("organisation", here.pk, 20)) if manages else [],
    }
    return render(request, "people/organisation.html", context)


@signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change its description."""
    here = inner(request, slug)
    if not may_manage_organisation(request.user, here):
        raise NotAllowed
    form = OrganisationForm(request.POST or None, organisation=here)
    if request.method == "POST" and form.is_valid():
        actions.change_organisation(here, form.values, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("people:organisation", here.slug)
    return render(request, "people/organisation_form.html", {"form": form, "organisation": here})


@require_POST
@signed_in
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a colleague by mail."""
    here = inner(request, slug)
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the whole mail address."))
    else:
        try:
            actions.invite(here, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Invited. The mail is on its way."))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.message)
    return redirect("people:organisation", here.slug)
