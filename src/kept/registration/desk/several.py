"""The desk: several registrations at once, each told beforehand what happens to it; all that may be registered twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.formats import format_number
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting
from kept.registration import actions, queries
from kept.registration.forms import ReasonForm
from kept.registration.models import Registration
from kept.registration.permissions import may_run_registration

AT_ONCE = 100  # registrations that are decided with one button
A_PAGE = 30
# What is rehearsed first: (heading of the page, its button, whether a reason is asked for).
SEVERAL: dict[str, tuple[Any, Any, bool]] = {
    "seat": (gettext_lazy("Give seats, past the line"), gettext_lazy("Yes, give these seats"), True),
    "cancel": (gettext_lazy("Cancel registrations"), gettext_lazy("Yes, cancel them"), True),
    "reopen": (gettext_lazy("Open registrations again"), gettext_lazy("Yes, open them again"), False),
}


def several(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """What would happen to each of the ticked ones; then, after a second click, it happens."""
    does, at = request.POST["do"], timezone.now()
    picked = [key for key in request.POST.getlist("picked") if key.isascii() and key.isalnum()][:AT_ONCE]
    rows = list(
        Registration.objects.filter(meeting=meeting, key__in=picked, erased_at=None)
        .select_related("category", "meeting").order_by("submitted_at", "pk")
    )  # fmt: skip
    if not rows:
        messages.error(request, _("Nobody is ticked."))
        return redirect("registration:desk_registrations", meeting.slug)
    form = ReasonForm(request.POST)
    title, button, asks = SEVERAL[does]
    sure = request.POST.get("sure") == "yes"
    if sure and does == "seat" and not form.said.strip():
        form.add_error("reason", _("Say why. The reason is kept with the decision."))
        sure = False
    if sure:
        outcomes = actions.one_by_one(rows, _act(does, request.user, at, form.said))
        _say(request, outcomes)
        return redirect("registration:desk_registrations", meeting.slug)
    outcomes = actions.rehearsed(rows, _act(does, request.user, at, form.said or "…"))
    language = get_language() or "en"
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "does": does, "title": title,
        "button_words": button, "asks": asks, "form": form,
        "done": [(one, one.registration.category.name_in(language)) for one in outcomes if not one.refusal],
        "refused": [one for one in outcomes if one.refusal],
    }  # fmt: skip
    return render(request, "registration/desk/several.html", context, status=422 if form.errors else 200)


def _act(does: str, by: Any, at: datetime, reason: str) -> Any:
    return {
        "seat": lambda one: actions.seat_past_the_line(one, by=by, at=at, reason=reason),
        "cancel": lambda one: actions.cancel(one, by=by, at=at, reason=reason),
        "reopen": lambda one: actions.reopen(one, by=by, at=at),
    }[does]


def _say(request: HttpRequest, outcomes: list[Any]) -> None:
    """How many were decided; who was not, by name, with the reason."""
    for one in outcomes:
        if one.refusal:
            who = one.registration.name or one.registration.email
            messages.error(request, _("%(name)s: %(why)s") % {"name": who, "why": one.refusal})
    if done := sum(not one.refusal for one in outcomes):
        words = ngettext("%(n)s registration decided.", "%(n)s registrations decided.", done)
        messages.success(request, words % {"n": format_number(done, get_language() or "en")})


@for_the_desk
def doubles(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/doubles/: who may be registered twice; made one, or said to be two people."""
    meeting = get_object_or_404(Meeting, slug=slug)
    if not may_run_registration(request.user, meeting):
        raise Http404("There is no such meeting.")
    if request.method == "POST":
        return _decided(request, meeting)
    page = Paginator(queries.doubles(meeting), A_PAGE).get_page(request.GET.get("page"))
    rows = Registration.objects.filter(pk__in=[pk for keys in page.object_list for pk in keys])
    found = {one.pk: one for one in rows.select_related("category", "organisation")}
    language = get_language() or "en"
    groups = [[_line(found[pk], language) for pk in keys if pk in found] for keys in page.object_list]
    context = {"meeting": meeting, "name": meeting.name_in(language), "page": page, "groups": groups}
    return render(request, "registration/desk/doubles.html", context)


def _line(one: Registration, language: str) -> dict[str, Any]:
    return {
        "row": one, "name": one.name or one.email, "category": one.category.name_in(language),
        "organisation": one.organisation.name_in(language) if one.organisation else one.organisation_name,
    }  # fmt: skip


def _decided(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    at, by = timezone.now(), request.user
    keys = [key for key in request.POST.getlist("alike") if key.isascii() and key.isalnum()][:AT_ONCE]
    rows = list(Registration.objects.filter(meeting=meeting, key__in=keys, erased_at=None).order_by("pk"))
    kept = next((one for one in rows if one.key == request.POST.get("keep")), None)
    try:
        if request.POST.get("do") == "apart":
            actions.are_two_people(rows, by=by, at=at)
            messages.success(request, _("Kept apart: nobody is asked about these again."))
        elif kept is None or len(rows) < 2:
            raise Refused(_("Tick which one is kept."))
        else:
            for other in rows:
                if other.pk != kept.pk and other.is_live:
                    kept = actions.join_into(kept, other, by=by, at=at)
            messages.success(request, _("%(name)s has one registration now.") % {"name": kept.name or kept.email})
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("registration:desk_doubles", meeting.slug)
