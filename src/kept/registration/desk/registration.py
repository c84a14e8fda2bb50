"""The desk's page of one registration: what was said, what happened, notes, whom it resembles, a seat past the line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kept.base import history
from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.base.formats import format_datetime
from kept.registration import actions, queries, registrations_sheet
from kept.registration.desk.registrations import meeting_of
from kept.registration.forms import ReasonForm
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import Registration, State
from kept.registration.views.register import said_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a history entry is called that is no new state.
VERBS = {
    "start": gettext_lazy("Begun"),
    "edit": gettext_lazy("What was said is changed"),
    "agree": gettext_lazy("What is agreed to is changed"),
    "add_note": gettext_lazy("A note"),
    "guardian_agrees": gettext_lazy("A guardian agreed"),
    "show": gettext_lazy("What other participants see is changed"),
    "give_place": gettext_lazy("A table or seat is given"),
    "register_for": gettext_lazy("Registered by others, and asked by mail"),
    "remind": gettext_lazy("Nobody answered: asked once more"),
    "escalate": gettext_lazy("Nobody answered: handed to the secretariat"),
    "choose_parts": gettext_lazy("Other days or sessions chosen"),
    "part_offered": gettext_lazy("A seat of a day or session is offered"),
    "part_lapsed": gettext_lazy("The offer of a day or session ran out"),
    "take_part": gettext_lazy("The seat of a day or session is taken"),
    "leave_part": gettext_lazy("The seat of a day or session is left to the next"),
    "join_into": gettext_lazy("Another registration of the same person went into this one"),
    "joined_away": gettext_lazy("Registered twice: went into another registration"),
    "are_two_people": gettext_lazy("The team says: this is not the same person as another"),
    "reopen": gettext_lazy("Opened again"),
    "ask_for_letter": gettext_lazy("A letter for a visa is asked for"),
    "return_request": gettext_lazy("The visa desk sent the request back"),
    "issue_letter": gettext_lazy("The letter for the visa is issued"),
    "void_letter": gettext_lazy("The letter for the visa is void"),
    "take_request_back": gettext_lazy("The request for a letter is taken back, the passport's data are erased"),
    "end_request": gettext_lazy("They do not come: the letter is void, the passport's data are erased"),
    "look_at_passport": gettext_lazy("The visa desk looked at the passport's data"),
    "hand_over": gettext_lazy("The place went to a substitute"),
}


class NoteForm(forms.Form):
    """A note; the team alone reads it."""

    text = forms.CharField(
        label=gettext_lazy("A note for the team"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def registration_of(request: HttpRequest, slug: str, key: str) -> Registration:
    """A registration of a meeting, for whoever runs it. Raises Http404."""
    meeting = meeting_of(request, slug)
    rows = Registration.objects.filter(meeting=meeting, key=key, erased_at=None)
    found = rows.select_related("meeting", "category", "organisation", "delegation__organisation").first()
    if found is None:
        raise Http404("There is no such registration.")
    return found


@for_the_desk
@require_safe
def registration(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/<key>/"""
    found, language = registration_of(request, slug, key), get_language() or "en"
    context = {
        "meeting": found.meeting,
        "name": found.meeting.name_in(language),
        "one": found,
        "called": found.name or found.email,
        "category": found.category.name_in(language),
        "said": said_of(found),
        "story": story_of(found, language),
        "notes": found.notes.select_related("by"),
        "twins": queries.twins_of(found),
        "moves": REGISTRATION.possible(found, state=found.state, by=request.user),
        "note": NoteForm(),
        "reason": ReasonForm(),
        "delegation": found.delegation.organisation.name_in(language) if found.delegation else "",
    }
    return render(request, "registration/desk/registration.html", context)


def story_of(found: Registration, language: str) -> list[dict[str, Any]]:
    """What happened, the newest first: the moment on the meeting's clock, what, by whom, why."""
    entries = reversed(list(history.of("registration", found.pk)[:300]))
    labels = dict(State.choices)
    return [
        {
            "at": format_datetime(entry.at, language, found.meeting.time_zone),
            "title": str(VERBS.get(entry.verb) or labels.get(entry.to_state, entry.to_state)),
            "who": entry.by_name,
            "why": entry.reason,
        }
        for entry in entries
    ]


@for_the_desk
@require_POST
def do(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Yes, no, a seat past the line, a note."""
    found, at, by = registration_of(request, slug, key), timezone.now(), request.user
    reason = ReasonForm(request.POST).said
    acts = {
        "approve": lambda: actions.approve(found, by=by, at=at),
        "reject": lambda: actions.reject(found, by=by, at=at, reason=reason),
        "cancel": lambda: actions.cancel(found, by=by, at=at, reason=reason),
        "reopen": lambda: actions.reopen(found, by=by, at=at),
        "seat": lambda: actions.seat_past_the_line(found, by=by, at=at, reason=reason),
        "note": lambda: actions.add_note(found, request.POST.get("text", "")[:2000], by=by, at=at),
    }
    if (act := acts.get(request.POST.get("do", ""))) is None:
        raise Http404("There is no such move.")
    tried(request, act, _("Saved."))
    return redirect("registration:desk_registration", slug, key)


@for_the_desk
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The selection of the list as a spreadsheet."""
    meeting = meeting_of(request, slug)
    asked = queries.asked_of_the_list(request.GET)
    body = registrations_sheet.written(meeting, queries.registrations_found(meeting, **asked), get_language() or "en")
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = (
        f'attachment; filename="registrations-{meeting.slug}-{timezone.now():%Y-%m-%d}.xlsx"'
    )
    return response
