"""Badges at the desk: of many, of one, and a question before anybody gets a second."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting
from kept.registration import actions
from kept.registration.badges import FORMATS, MOST, nameplates
from kept.registration.desk.doors import meeting_at_the_door
from kept.registration.door_forms import BadgeForm, BadgesForm, PlatesForm
from kept.registration.models import ENTERS, BadgePrint, Mode, Registration
from kept.registration.protocol import in_protocol_order


def badges_of(registration: Registration) -> list[dict[str, Any]]:
    """What was printed for somebody: when, by whom, in which size."""
    rows = registration.badge_prints.select_related("by")
    return [{"at": one.at, "by": one.by, "size": FORMATS[one.form].name if one.form in FORMATS else ""} for one in rows]


def file(meeting: Meeting, made: bytes, name: str = "badges") -> HttpResponse:
    """The PDF, shown by the browser, which prints it; kept by nobody."""
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{meeting.slug}-{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@for_the_desk
def many(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/badges/: those who have none yet, or everybody; of one category or all."""
    meeting = meeting_at_the_door(request, slug)
    form = BadgesForm(request.POST if request.method == "POST" else None, meeting=meeting)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        people = _who(meeting)
        if said["category"]:
            people = people.filter(category=said["category"])
        if not said["again"]:
            people = people.filter(has_one=False)
        try:
            return file(meeting, actions.print_badges(
                meeting, people.values_list("pk", flat=True), said["form"], language=said["language"], by=request.user,
                at=timezone.now(), again=said["again"],
            ))  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
    context = {
        "meeting": meeting,
        "name": meeting.name_in(get_language() or "en"),
        "form": form,
        "lines": _counted(meeting),
        "plates": PlatesForm(meeting=meeting),
    }
    return render(request, "registration/desk/badges.html", context, status=422 if request.method == "POST" else 200)


@for_the_desk
@require_POST
def plates(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/badges/nameplates/: of a category that sits by name; nothing is counted or kept of it."""
    meeting = meeting_at_the_door(request, slug)
    form = PlatesForm(request.POST, meeting=meeting)
    if not form.is_valid():
        return redirect("registration:desk_badges", slug)
    rows = _who(meeting).filter(category=form.cleaned_data["category"]).select_related("category", "organisation")
    people = list(rows.order_by("family_name", "given_name", "pk")[:MOST])
    if not people:
        messages.error(request, _("Nobody of this category is confirmed for the room."))
        return redirect("registration:desk_badges", slug)
    return file(
        meeting,
        nameplates(in_protocol_order(people, meeting), language=get_language() or "en", at=timezone.now()),
        name="nameplates",
    )


def _who(meeting: Meeting) -> Any:
    """Who may come into the room, with whether they have a badge."""
    printed = BadgePrint.objects.filter(registration=OuterRef("pk"))
    rows = Registration.objects.filter(meeting=meeting, erased_at=None, state__in=ENTERS, mode=Mode.IN_PERSON)
    return rows.annotate(has_one=Exists(printed))


def _counted(meeting: Meeting) -> list[tuple[str, int, int]]:
    """(category, who may have a badge, who has none yet) for each category of the room."""
    language, found = get_language() or "en", {}
    for category, has_one, n in _who(meeting).order_by().values_list("category", "has_one").annotate(n=Count("pk")):
        whole, without = found.get(category, (0, 0))
        found[category] = (whole + n, without + (0 if has_one else n))
    return [(one.name_in(language), *found[one.pk]) for one in meeting.categories.all() if one.pk in found]


@for_the_desk
@require_POST
def one(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The badge of one person; a page that asks, where they have one already."""
    meeting, at = meeting_at_the_door(request, slug), timezone.now()
    registration = get_object_or_404(Registration, meeting=meeting, key=key, erased_at=None)
    form = BadgeForm(request.POST)
    if not form.is_valid():
        return redirect("registration:desk_guest", slug, key)
    try:
        return file(meeting, _one(registration, form, by=request.user, at=at))
    except actions.PrintedAlready as refusal:
        context = {
            "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "row": registration,
            "prints": badges_of(refusal.prints[0].registration), "form": form,
        }  # fmt: skip
        return render(request, "registration/desk/badge_again.html", context, status=409)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("registration:desk_guest", slug, key)


def _one(registration: Registration, form: BadgeForm, *, by: Any, at: datetime) -> bytes:
    said = form.cleaned_data
    return actions.print_badges(
        registration.meeting,
        [registration.pk],
        said["form"],
        language=said["language"],
        by=by,
        at=at,
        again=said["again"],
    )
