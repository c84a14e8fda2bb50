"""The desk's meetings: the list, one meeting with what can be decided, its texts, a new one, a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.meetings import actions, forms, panels, queries
from kept.meetings.actions.parts import PARTS, save_map
from kept.meetings.lifecycle import possible_moves
from kept.meetings.models import Meeting, SessionKind
from kept.meetings.zones import clock_of, days_of, span

SHOWN = 30  # entries of history

MOVES: dict[str, tuple[Any, Callable[..., Meeting], bool]] = {
    # name: (words of the button, action, whether it owes a reason that visitors read)
    "announce": (gettext_lazy("Announce"), actions.announce_meeting, False),
    "open_registration": (gettext_lazy("Open registration"), actions.open_registration, False),
    "close_registration": (gettext_lazy("Close registration"), actions.close_registration, False),
    "reinstate": (gettext_lazy("It takes place after all"), actions.reinstate_meeting, True),
    "postpone": (gettext_lazy("Postpone, new day not known"), actions.postpone_meeting, True),
    "cancel": (gettext_lazy("Cancel the meeting"), actions.cancel_meeting, True),
}
SECTION_NAMES = {
    "about": gettext_lazy("Name and purpose"),
    "when": gettext_lazy("Days and hours"),
    "place": gettext_lazy("Place"),
    "practical": gettext_lazy("Practical information"),
}
PART_NAMES = {
    "days": gettext_lazy("Opening hours"),
    "rooms": gettext_lazy("Rooms"),
    "hours": gettext_lazy("Interpreters and captioners"),
    "events": gettext_lazy("Linked events"),
    "partners": gettext_lazy("Host and partners"),
    "documents": gettext_lazy("Documents"),
    "figures": gettext_lazy("Closing figures"),
    "pictures": gettext_lazy("Pictures"),
}


def meeting_of(slug: str) -> Meeting:
    """The meeting of an address, in any state. Raises Http404."""
    found = queries.meeting_at(slug)
    if found is None:
        raise Http404("There is no such meeting.")
    return found


@for_the_desk
def meetings(request: HttpRequest) -> HttpResponse:
    """/desk/meetings/"""
    now = timezone.now()
    rows = Meeting.objects.select_related("series").order_by("-starts_at")
    return render(request, "meetings/desk/meetings.html", {"lines": [line(meeting, now) for meeting in rows]})


def line(meeting: Meeting, now: Any) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "name": meeting.name_in(language),
        "url": reverse("meetings:desk_meeting", args=[meeting.slug]),
        "when": when_of(meeting, language),
        "phase": meeting.phase(now).label,
    }


def when_of(meeting: Meeting, language: str) -> str:
    if meeting.has_hours:
        return span(meeting.starts_at, meeting.ends_at, clock_of(meeting, language))
    return days_of(meeting.starts_on, meeting.ends_on, language)


@for_the_desk
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/: where it stands, what can be decided, what is written and what is missing."""
    found = meeting_of(slug)
    language, now = get_language() or "en", timezone.now()
    possible = possible_moves(found, request.user)
    pieces, _until = panels.shown(panels.DESK, request, found, now)
    context = {
        "meeting": found,
        "name": found.name_in(language),
        "when": when_of(found, language),
        "phase": found.phase(now).label,
        "public_url": reverse("meetings:meeting", args=[found.slug]),
        "sections": [
            {"name": name, "url": reverse("meetings:desk_section", args=[slug, key])}
            for key, name in SECTION_NAMES.items()
        ],
        "parts": [part_line(found, key, name) for key, name in PART_NAMES.items()],
        "moves": [move_line(slug, name) for name in MOVES if name in possible],
        "may_move": "reschedule" in possible,
        "panels": pieces,
        "sessions": session_lines(found, language),
        "rehearse_at": found.starts_at.astimezone(found.zone).strftime("%Y-%m-%dT%H:%M"),
        "history": told(found, language),
    }
    return render(request, "meetings/desk/meeting.html", context)


def session_lines(found: Meeting, language: str) -> list[dict[str, Any]]:
    """Sessions that can have pledges, in their order, with how many they have."""
    quiet = (SessionKind.BREAK, SessionKind.BLOCKER, SessionKind.RECEPTION)
    rows = found.sessions.exclude(kind__in=quiet).annotate(number=Count("pledges"))
    return [
        {
            "title": row.title_in(language) or row.code,
            "pledges": row.number,
            "url": reverse("meetings:desk_session_pledges", args=[found.slug, row.code]),
        }
        for row in rows
    ]


def part_line(found: Meeting, key: str, name: Any) -> dict[str, Any]:
    rows = PARTS[key].objects.filter(meeting=found)
    if hasattr(PARTS[key], "removed_at"):
        rows = rows.filter(removed_at=None)
    return {"name": name, "count": rows.count(), "url": reverse("meetings:desk_parts", args=[found.slug, key])}


def move_line(slug: str, name: str) -> dict[str, Any]:
    words, _act, reason = MOVES[name]
    url = reverse("meetings:desk_move", args=[slug, name])
    return {"name": name, "words": words, "reason": reason, "url": url, "danger": name == "cancel"}


SAID = {
    "create": gettext_lazy("%(who)s began this meeting."),
    "copy": gettext_lazy("%(who)s began it from an earlier one."),
    "change": gettext_lazy("%(who)s changed what is written."),
    "announce": gettext_lazy("%(who)s announced it."),
    "open_registration": gettext_lazy("%(who)s opened registration."),
    "close_registration": gettext_lazy("%(who)s closed registration."),
    "postpone": gettext_lazy("%(who)s postponed it."),
    "reschedule": gettext_lazy("%(who)s moved it to another day."),
    "cancel": gettext_lazy("%(who)s cancelled it."),
    "reinstate": gettext_lazy("%(who)s brought it back."),
    "release": gettext_lazy("%(who)s released the programme."),
    "save_part": gettext_lazy("%(who)s saved “%(of)s”."),
    "remove_part": gettext_lazy("%(who)s removed “%(of)s”."),
    "save_map": gettext_lazy("%(who)s put the map in."),
    "clocks_moved": gettext_lazy("A law moved the clocks. The hours in the room stay."),
}


def told(found: Meeting, language: str) -> list[dict[str, Any]]:
    """What happened to it, the newest first."""
    entries = history.of("meeting", found.pk).order_by("-at", "-id")[:SHOWN]
    return [
        {
            "at": entry.at,
            "title": SAID[entry.verb] % {"who": entry.by_name or _("The house"), "of": entry.data.get("of", "")},
            "text": entry.reason,
        }
        for entry in entries
        if entry.verb in SAID
    ]


@for_the_desk
def section(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """/desk/meetings/<slug>/edit/<section>/"""
    found = meeting_of(slug)
    if name not in forms.SECTIONS:
        raise Http404
    if name == "when" and found.is_public:
        return redirect("meetings:desk_reschedule", slug)
    posted = request.method == "POST"
    form = forms.SECTIONS[name](request.POST if posted else None, request.FILES if posted else None, row=found)

    def save() -> Meeting:
        made = actions.change_meeting(found, cleaned(form), by=request.user, at=timezone.now())
        if upload := forms.uploads_of(form).get("file_map"):
            made = save_map(made, upload, by=request.user, at=timezone.now())
        return made

    if posted and attempt(request, form, save, _("Saved.")):
        return redirect("meetings:desk_meeting", slug)
    return _form(request, found, form, SECTION_NAMES[name])


def cleaned(form: forms.TextsForm) -> dict[str, Any]:
    """What an action takes of a form: empty texts as the columns want them."""
    return {name: "" if value is None and name in ("country", "address") else value
            for name, value in form.values().items()}  # fmt: skip


@for_the_desk
def reschedule(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/reschedule/: another day, with the reason."""
    found = meeting_of(slug)
    form = forms.MoveForm(request.POST if request.method == "POST" else None, row=found)

    def save() -> Meeting:
        values = form.values()
        values.pop("time_zone")
        return actions.reschedule_meeting(found, **values, by=request.user, at=timezone.now())

    form.fields["time_zone"].disabled = True
    if request.method == "POST" and attempt(request, form, save, _("The meeting is moved.")):
        return redirect("meetings:desk_meeting", slug)
    return _form(request, found, form, _("Move to another day"))


@for_the_desk
def move(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """/desk/meetings/<slug>/decide/<move>/: asks, with the reason where one is owed; its button does it."""
    found = meeting_of(slug)
    if name not in MOVES or name not in possible_moves(found, request.user):
        raise Http404
    words, act, owes = MOVES[name]
    posted = request.method == "POST"
    form = forms.ReasonForm(request.POST if posted else None) if owes else django_forms.Form({} if posted else None)

    def decide() -> Meeting:
        more = {"reason": form.in_languages("reason")} if owes else {}
        return act(found, by=request.user, at=timezone.now(), **more)

    if posted and attempt(request, form, decide, _("Done.")):
        return redirect("meetings:desk_meeting", slug)
    return _form(request, found, form, words, button=words)


@for_the_desk
def new(request: HttpRequest) -> HttpResponse:
    """/desk/meetings/new/"""
    form = forms.NewMeetingForm(
        request.POST if request.method == "POST" else None, row=Meeting(time_zone="Europe/Zurich")
    )

    def save() -> Meeting:
        values = form.values()
        return actions.create_meeting(form.cleaned_data["slug"], {k: v for k, v in values.items() if k != "slug"},
                                      by=request.user, at=timezone.now())  # fmt: skip

    if request.method == "POST" and attempt(request, form, save, _("The meeting is a draft. Fill in the rest.")):
        return redirect("meetings:desk_meeting", form.cleaned_data["slug"])
    return _form(request, None, form, _("New meeting"))


@for_the_desk
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/copy/: the next meeting, begun from this one."""
    found = meeting_of(slug)
    form = forms.CopyForm(request.POST if request.method == "POST" else None)

    def save() -> Meeting:
        given = form.cleaned_data
        return actions.copy_meeting(found, given["slug"], given["starts_on"], by=request.user, at=timezone.now())

    if request.method == "POST" and attempt(request, form, save, _("The copy is a draft. Look at each part.")):
        return redirect("meetings:desk_meeting", form.cleaned_data["slug"])
    return _form(request, found, form, _("Begin the next meeting from this one"))


def _form(request: HttpRequest, found: Meeting | None, form: Any, title: Any, button: Any = "") -> HttpResponse:
    """A page with one form."""
    context = {
        "meeting": found,
        "name": found.name_in(get_language() or "en") if found else "",
        "form": form,
        "groups": form.groups() if hasattr(form, "groups") else [],
        "plain": form.plain() if hasattr(form, "plain") else [form[name] for name in form.fields],
        "title": title,
        "button": button,
        "has_files": any(name.startswith("file_") for name in form.fields),
    }
    return render(request, "meetings/desk/form.html", context)
