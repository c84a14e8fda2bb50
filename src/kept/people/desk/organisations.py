"""Organisations on the desk: the list, one of them, confirming, merging."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.people import actions, panels, queries
from kept.people.forms import InviteForm, MergeForm, OrganisationForm, ReasonForm
from kept.people.models import MembershipState, Merge, Organisation, Role
from kept.people.telling import told
from kept.people.views.organisations import country_name
from kept.people.views.pages import attempt, tabs

A_PAGE = 50
TABS = {
    "": gettext_lazy("All"),
    "unconfirmed": gettext_lazy("To confirm"),
    "asking": gettext_lazy("Somebody wants to join"),
    "nobody": gettext_lazy("Nobody any more"),
    "nobody_yet": gettext_lazy("Nobody yet"),
    "bounced": gettext_lazy("Mail comes back"),
    "doubles": gettext_lazy("Possible doubles"),
    "merged": gettext_lazy("Merged"),
}


@for_the_desk
def organisations(request: HttpRequest) -> HttpResponse:
    """The list: filtered, searched, sorted, page by page."""
    shown, words = request.GET.get("show", ""), request.GET.get("q", "").strip()[:200]
    sort = request.GET.get("sort", "name")
    if shown not in TABS or sort not in queries.ORGANISATION_SORTS:
        raise Http404
    rows = queries.organisations_filtered(shown, words).order_by(*queries.ORGANISATION_SORTS[sort])
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines(list(page.object_list), shown),
        "figures": panels.figures(),
        "tabs": tabs(request, TABS, queries.organisation_counts(), shown),
        "shown": shown,
        "words": words,
        "sort": sort,
    }
    return render(request, "people/desk/organisations.html", context)


def lines(rows: list[Organisation], shown: str) -> list[dict[str, Any]]:
    """What a line of the list shows; later rooms' figures are read once for all lines."""
    ids = [row.pk for row in rows]
    columns = [(figure.label, figure.counts(ids)) for figure in panels.figures()]
    like = queries.held_doubles() if shown in {"", "doubles", "unconfirmed"} else {}
    return [
        {
            "organisation": row,
            "country": country_name(row.country),
            "figures": [(label, counts.get(row.pk, 0)) for label, counts in columns],
            "doubles": len(like.get(row.pk, {})),
        }
        for row in rows
    ]


def _one(pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.select_related("merged_into", "created_by"), pk=pk)


@for_the_desk
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one: members, what later rooms show, what it may be the same as, its history."""
    here = _one(pk)
    rows = queries.members_of(here) if not here.merged_into_id else []
    active = [row for row in rows if row.state == MembershipState.ACTIVE]
    context = {
        "organisation": here,
        "country": country_name(here.country),
        "other_names": list(here.other_names.order_by("name")),
        "members": active,
        "asking": [row for row in rows if row.state == MembershipState.ASKED],
        "speaks": any(row.role == Role.FOCAL_POINT or row.is_deputy for row in active if row.person.is_active),
        "doubles": [(o, reason, country_name(o.country)) for o, reason in queries.doubles_of(here)]
        if not here.merged_into_id
        else [],
        "merges": queries.merges_of(here),
        "panels": panels.shown(panels.DESK_ORGANISATION, request, here),
        "history": told(queries.history_of("organisation", here.pk)),
        "roles": Role.choices,
        "invite": InviteForm(initial={"role": Role.FOCAL_POINT, "language": "en"}),
    }
    return render(request, "people/desk/organisation.html", context)


@for_the_desk
def enter(request: HttpRequest) -> HttpResponse:
    """Enter an organisation for somebody else; those that look like it are shown first."""
    form = OrganisationForm(request.POST or None)
    like: list[Any] = []
    if request.method == "POST" and form.is_valid():
        values = form.values
        another = request.POST.get("another") == "yes"
        if not another:
            like = queries.similar_organisations(
                values["name"], abbreviation=values["abbreviation"], website=values["website"],
                names=values["names"].values(), country=values["country"],
            )  # fmt: skip
        if not like:
            made = attempt(
                request,
                lambda: actions.found_organisation(values, by=request.user, at=timezone.now(), another=another),
                _("Entered."),
            )
            if made:
                return redirect("people:desk_organisation", made.pk)
    context = {"form": form, "like": [(row, reason, country_name(row.country)) for row, reason in like]}
    return render(request, "people/desk/organisation_form.html", context)


@for_the_desk
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change its description."""
    here = _one(pk)
    form = OrganisationForm(request.POST or None, organisation=here)
    if request.method == "POST" and form.is_valid():
        actions.change_organisation(here, form.values, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("people:desk_organisation", here.pk)
    return render(request, "people/desk/organisation_form.html", {"form": form, "organisation": here})


@require_POST
@for_the_desk
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """It is what it says."""
    act = lambda: actions.confirm_organisation(_one(pk), by=request.user, at=timezone.now())  # noqa: E731
    attempt(request, act, _("Confirmed."))
    return redirect("people:desk_organisation", pk)


@for_the_desk
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """With which one it is to be merged: those that look like it, and a search."""
    here = _one(pk)
    words = request.GET.get("q", "").strip()[:200]
    found = [row for row in queries.search_organisations(words, request.user) if row.pk != here.pk]
    context = {
        "organisation": here,
        "words": words,
        "found": [(row, "", country_name(row.country)) for row in found],
        "doubles": [(o, reason, country_name(o.country)) for o, reason in queries.doubles_of(here)],
    }
    return render(request, "people/desk/merge_choose.html", context)


@for_the_desk
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """What a merge would mean, and the decision."""
    one, two = _one(pk), _one(other)
    form = MergeForm(request.POST or None, one, two)
    if request.method == "POST" and form.is_valid():
        stays, gone = (one, two) if form.cleaned_data["stays"] == one.pk else (two, one)
        row = attempt(
            request,
            lambda: actions.merge(
                gone, into=stays, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]
            ),
            _("Merged. It can be undone on this page."),
        )
        if row:
            return redirect("people:desk_organisation", row.stays_id)
    columns = [(figure.label, figure.counts([one.pk, two.pk])) for figure in panels.figures()]
    sides = [
        {
            "organisation": row,
            "country": country_name(row.country),
            "members": len([m for m in queries.members_of(row) if m.state == MembershipState.ACTIVE]),
            "figures": [(label, counts.get(row.pk, 0)) for label, counts in columns],
        }
        for row in (one, two)
    ]
    return render(request, "people/desk/merge.html", {"form": form, "one": one, "two": two, "sides": sides})


@for_the_desk
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Let two that were merged be two again."""
    row = get_object_or_404(Merge.objects.select_related("gone", "stays"), pk=pk, undone_at__isnull=True)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = lambda: actions.undo_merge(row, by=request.user, at=timezone.now(), reason=reason)  # noqa: E731
        if attempt(request, act, _("They are two again.")):
            return redirect("people:desk_organisation", row.gone_id)
    return render(request, "people/desk/merge_undo.html", {"form": form, "merge": row})


@require_POST
@for_the_desk
def apart(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """They look like one and are two."""
    act = lambda: actions.keep_apart(_one(pk), _one(other), by=request.user, at=timezone.now())  # noqa: E731
    attempt(request, act, _("Kept apart. Nobody is asked again."))
    return redirect("people:desk_organisation", pk)
