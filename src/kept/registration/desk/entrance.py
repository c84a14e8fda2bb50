"""The desk at the entrance: somebody found by name, let in or not and why, who registers here, who is not let in at all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.meetings.models import Meeting
from kept.registration import actions, badges, certificates, guests, queries
from kept.registration.admission import NEVER_FORCED, REFUSALS, fold, refusal_of
from kept.registration.desk.badges import badges_of
from kept.registration.desk.doors import meeting_at_the_door
from kept.registration.door_forms import (
    AdmitForm,
    BadgeForm,
    BarForm,
    BarNameForm,
    DocumentForm,
    ForceForm,
    NamesForm,
    PlaceForm,
    ProofForm,
    WalkInForm,
)
from kept.registration.models import CheckInList, DoNotAdmit, Registration, WalkIn

FOUND = 30


def line_of(one: Registration) -> dict[str, Any]:
    """Somebody in a list of the entrance."""
    language = get_language() or "en"
    return {
        "row": one, "name": one.name or one.email, "category": one.category.name_in(language),
        "organisation": one.organisation.name_in(language) if one.organisation else one.organisation_name,
    }  # fmt: skip


@for_the_desk
def entrance(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/entrance/: find somebody; who waits for a document or an officer."""
    meeting = meeting_at_the_door(request, slug)
    words = request.GET.get("q", "").strip()[:200]
    found = queries.registrations_found(meeting, q=words, sort="name")[:FOUND] if words else []
    waits = WalkIn.objects.filter(registration__meeting=meeting, agreed_at=None, registration__erased_at=None)
    rows = waits.select_related("registration__category", "registration__organisation")[:FOUND]
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "q": words,
        "found": [line_of(one) for one in found], "provisional": [line_of(one.registration) for one in rows],
    }  # fmt: skip
    return render(request, "registration/desk/entrance.html", context)


def guest_of(meeting: Meeting, key: str) -> Registration:
    rows = guests.with_what_matters(Registration.objects.filter(meeting=meeting, erased_at=None))
    return get_object_or_404(rows.select_related("meeting", "category", "organisation", "walk_in"), key=key)


@for_the_desk
def person(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """/desk/meetings/<slug>/entrance/<key>/: somebody at the desk, and everything that is decided of them there."""
    meeting = meeting_at_the_door(request, slug)
    registration, at, by = guest_of(meeting, key), timezone.now(), request.user
    does = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(registration, request.POST, does)
    walk_in = getattr(registration, "walk_in", None)
    form = forms.get("admit" if does == "leave" else does)
    acts: dict[str, Any] = {
        "admit": lambda: actions.check_in(registration, form.chosen, by=by, at=at),
        "leave": lambda: actions.check_in(registration, form.chosen, by=by, at=at, entry=False),
        "force": lambda: actions.check_in(
            registration, form.chosen, by=by, at=at, force=True, reason=form.cleaned_data["reason"]
        ),
        "proof": lambda: actions.see_proof(registration, by=by, at=at, **form.cleaned_data),
        "names": lambda: actions.correct_name(registration, form.cleaned_data, by=by, at=at),
        "place": lambda: actions.give_place(registration, form.cleaned_data["place"], by=by, at=at),
        "bar": lambda: actions.bar(meeting, registration=registration, by=by, at=at, **form.cleaned_data),
    }
    if walk_in is not None:
        acts["document"] = lambda: actions.see_document(walk_in, by=by, at=at, **form.cleaned_data)
    if does in acts and attempt(request, form, acts[does], _("Saved.")):
        return redirect("registration:desk_guest", slug, key)
    context = {**_shown(registration, at), "forms": forms, "walk_in": walk_in}
    return render(request, "registration/desk/guest.html", context, status=422 if does in acts else 200)


def _forms(registration: Registration, posted: Any, does: str) -> dict[str, Any]:
    """Every form of the page; the one that was sent has what was typed."""
    meeting = registration.meeting
    with_doors = {"admit": AdmitForm, "force": ForceForm}
    made: dict[str, Any] = {
        name: kind(posted if does in (name, "leave" if name == "admit" else name) else None, meeting=meeting)
        for name, kind in with_doors.items()
    }
    for name, kind in {"document": DocumentForm, "proof": ProofForm, "bar": BarForm}.items():
        made[name] = kind(posted if does == name else None)
    made["names"] = NamesForm(posted if does == "names" else None, registration=registration)
    made["place"] = PlaceForm(posted if does == "place" else None, registration=registration)
    made["badge"] = BadgeForm()
    for name, form in made.items():
        form.auto_id = f"{name}-%s"
    return made


def _shown(registration: Registration, at: Any) -> dict[str, Any]:
    """Where they are, and what is against letting them in at each door."""
    meeting, language, doors = registration.meeting, get_language() or "en", []
    barred = DoNotAdmit.objects.filter(registration=registration, lifted_at=None).select_related("by").first()
    why = ""
    for counted in CheckInList.objects.filter(meeting=meeting).select_related("meeting"):
        presences = fold(guests.passages(counted))
        mine, inside = presences.get(registration.pk), sum(one.inside for one in presences.values())
        ahead = guests.ahead_of(registration, counted, presences) if registration.state == "waitlisted" else 0
        inside_already = bool(mine and mine.inside)
        guest = guests.guest(registration, seats=guests.seated(counted), inside=inside_already, ahead=ahead)
        code = refusal_of(guest, guests.door(counted, inside=inside, reserved=0), at)
        why = why or (code if counted.is_entrance else "")
        since = mine.spells[-1][0] if mine and mine.inside else None
        doors.append({"name": counted.name_in(language), "since": since, "why": REFUSALS.get(code, "")})
    return {
        "meeting": meeting, "name": meeting.name_in(language), "line": line_of(registration), "doors": doors,
        "why": why, "may_force": why not in NEVER_FORCED, "barred": barred,
        "proofs": registration.credentials.select_related("seen_by"),
        "prints": badges_of(registration),
        "has_certificate": certificates.is_due(registration, at),
        "may_have_badge": badges.has_badge(registration),
    }  # fmt: skip


@for_the_desk
@require_POST
def agree(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """An officer agrees to somebody who registered at the desk."""
    registration = guest_of(meeting_at_the_door(request, slug), key)
    made = get_object_or_404(WalkIn.objects.select_related("registration__meeting"), registration=registration)
    tried(request, lambda: actions.agree_to(made, by=request.user, at=timezone.now()), _("Saved."))
    return redirect("registration:desk_guest", slug, key)


@for_the_desk
def walk_in(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/entrance/new/: somebody who comes without a registration."""
    meeting = meeting_at_the_door(request, slug)
    form = WalkInForm(request.POST if request.method == "POST" else None, meeting=meeting)
    made: list[WalkIn] = []
    if request.method == "POST" and attempt(request, form, lambda: made.append(actions.walk_in(
        form.categories[form.cleaned_data["category"]], form.values, email=form.cleaned_data["email"], by=request.user,
        at=timezone.now(),
    )), _("Registered provisionally: look at a document, then an officer agrees.")):  # fmt: skip
        return redirect("registration:desk_guest", slug, made[0].registration.key)
    context = {"meeting": meeting, "name": meeting.name_in(get_language() or "en"), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "registration/desk/walk_in.html", context, status=status)


@for_the_desk
def not_admitted(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/entrance/not-admitted/: who is not let in, by registration or by name alone."""
    meeting = meeting_at_the_door(request, slug)
    form = BarNameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        request,
        form,
        lambda: actions.bar(meeting, by=request.user, at=timezone.now(), **form.cleaned_data),
        _("Saved."),
    ):
        return redirect("registration:desk_not_admitted", slug)
    rows = DoNotAdmit.objects.filter(meeting=meeting).select_related("registration", "by", "lifted_by")
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "form": form,
        "rows": rows.order_by("lifted_at", "-at")[:200],
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "registration/desk/not_admitted.html", context, status=status)


@for_the_desk
@require_POST
def lift(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """They may come in again."""
    barred = get_object_or_404(DoNotAdmit, meeting=meeting_at_the_door(request, slug), pk=pk, lifted_at=None)
    actions.lift(barred, by=request.user, at=timezone.now())
    return redirect("registration:desk_not_admitted", slug)
