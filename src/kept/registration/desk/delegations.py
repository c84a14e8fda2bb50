"""The desk's delegations of a meeting: how many of each may come in person, who leads it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.registration import actions, queries
from kept.registration.delegation_forms import LimitForm, NewLimitForm
from kept.registration.desk.registrations import meeting_of
from kept.registration.models import LIVE, Delegation, Mode

LIST = "registration:desk_delegations"


@for_the_desk
def delegations(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/delegations/: the list, and a number for one more organisation."""
    meeting = meeting_of(request, slug)
    form = NewLimitForm(request.POST if request.method == "POST" else None)

    def limit_one_more() -> Any:
        organisation = queries.organisation_named(form.cleaned_data["organisation"], request.user)
        if organisation is None:
            raise Refused(_("There is no organisation of this name, or more than one. Write its full name."))
        found = actions.delegation_of(meeting, organisation)
        return actions.limit_delegation(found, form.cleaned_data["most"], by=request.user, at=timezone.now())

    if form.is_bound and attempt(request, form, limit_one_more, _("Saved.")):
        return redirect(LIST, slug)
    return _drawn(request, meeting, form)


def _drawn(request: HttpRequest, meeting: Meeting, form: NewLimitForm) -> HttpResponse:
    language = get_language() or "en"
    live = Q(registrations__state__in=LIVE)
    rows = Delegation.objects.filter(meeting=meeting).select_related("organisation", "head").annotate(
        live=Count("registrations", filter=live),
        in_person=Count("registrations", filter=live & Q(registrations__mode=Mode.IN_PERSON)),
    )  # fmt: skip
    lines = [
        {"row": row, "name": row.organisation.name_in(language)} for row in rows.order_by("organisation__name")[:500]
    ]
    context = {"meeting": meeting, "name": meeting.name_in(language), "lines": lines, "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/delegations.html", context, status=status)


@for_the_desk
def limit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The number of one delegation."""
    meeting = meeting_of(request, slug)
    found = get_object_or_404(Delegation.objects.select_related("organisation", "meeting"), meeting=meeting, pk=pk)
    form = LimitForm(request.POST if request.method == "POST" else None, initial={"most": found.most})
    if form.is_bound and attempt(
        request, form,
        lambda: actions.limit_delegation(found, form.cleaned_data["most"], by=request.user, at=timezone.now()), _("Saved."),
    ):  # fmt: skip
        return redirect(LIST, slug)
    language = get_language() or "en"
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "delegation": found,
        "title": found.organisation.name_in(language),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/delegation.html", context, status=status)
