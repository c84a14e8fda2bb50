"""The desk's presentations of a meeting: what was handed in, taken and released, and who still owes one."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.base.formats import format_datetime
from kept.meetings import notices
from kept.meetings.actions import presentations as acts
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.forms import InstantField
from kept.meetings.models import SERVING, Meeting, Presentation, RoleState, Session, SessionRole
from kept.meetings.speaker_forms import PresentationForm
from kept.meetings.views.presentations import file_of, version_line


class ReleaseForm(forms.Form):
    """From when readers may have what was shown in a session."""

    since = InstantField(
        label=gettext_lazy("Readers may have them from"), required=False,
        help_text=gettext_lazy("On the meeting's clock. Empty: not public."),
    )  # fmt: skip


@for_the_desk
def presentations(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/presentations/"""
    meeting = meeting_of(slug)
    language = get_language() or "en"
    if request.method == "POST":
        decide(request, meeting)
        return redirect("meetings:desk_presentations", slug)
    groups = groups_of(meeting, language)
    places = [place for group in groups for place in group["places"]]
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "groups": groups,
        "until": notices.until_of(meeting, language), "owed": sum(place["owes"] for place in places),
        "overdue": meeting.presentations_until is not None and meeting.presentations_until < timezone.now(),
        "to_take": sum(place["to_take"] for place in places),
    }  # fmt: skip
    return render(request, "meetings/desk/presentations.html", context)


def groups_of(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """Sessions with who speaks in them and what they handed in. Three reads, whatever the size."""
    roles = SessionRole.objects.filter(session__meeting=meeting, session__cancelled_at=None, state__in=notices.ASKED)
    roles = roles.exclude(kind__in=SERVING).select_related("session", "profile").prefetch_related("presentations")
    found: dict[int, dict[str, Any]] = {}
    for role in roles.order_by("session__position", "session_id", "position", "pk"):
        session = role.session
        group = found.setdefault(session.pk, {
            "code": session.code, "title": session.title_in(language) or session.code, "places": [],
            "since": session.presentations_from,
            "since_words": format_datetime(session.presentations_from, language, meeting.time_zone)
            if session.presentations_from else "",
        })  # fmt: skip
        group["places"].append(place_line(role, meeting, language))
    for group in found.values():
        since = group["since"]
        shown = since.astimezone(meeting.zone).replace(tzinfo=None) if since else None
        group["form"] = ReleaseForm(initial={"since": shown}, prefix=group["code"])
        group["taken"] = any(place["taken"] for place in group["places"])
    return list(found.values())


def place_line(role: SessionRole, meeting: Meeting, language: str) -> dict[str, Any]:
    versions = [version_line(one, meeting, language) for one in role.presentations.all()]
    for one in versions:
        one["url"] = reverse("meeting_files:presentation", args=[one["pk"]])
    newest = versions[0] if versions else None
    return {
        "pk": role.pk, "name": role.profile.name, "state": role.get_state_display(), "newest": newest,
        "url": reverse("meetings:desk_speaker", args=[meeting.slug, role.profile_id]),
        "older": versions[1:], "nothing": role.shows_nothing, "taken": any(one["taken"] for one in versions),
        "to_take": bool(newest and not newest["taken"]),
        "owes": role.state == RoleState.CONFIRMED and not versions and not role.shows_nothing
        and meeting.presentations_until is not None,
    }  # fmt: skip


def decide(request: HttpRequest, meeting: Meeting) -> None:
    """Do what a button asks for. Raises Http404, NotAllowed."""
    verb, now, by = request.POST.get("verb", ""), timezone.now(), request.user
    if verb == "take":
        presentation = get_object_or_404(
            Presentation, pk=number(request.POST.get("pk", "")), role__session__meeting=meeting
        )
        tried(request, lambda: acts.take(presentation, by=by, at=now), _("Taken. It is a document of the session now."))
    elif verb == "release":
        session = get_object_or_404(Session, meeting=meeting, code=request.POST.get("session", ""))
        form = ReleaseForm(request.POST, prefix=session.code)
        if not form.is_valid():
            messages.error(request, _("Write a day and an hour."))
            return
        since = form.cleaned_data["since"]
        since = since.replace(tzinfo=meeting.zone).astimezone(UTC) if since else None
        acts.release_presentations(session, since, by=by, at=now)
        messages.success(request, _("Saved."))
    else:
        raise Http404


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Http404
    return int(text[:18])


@for_the_desk
def hand_in(request: HttpRequest, slug: str, role: int) -> HttpResponse:
    """/desk/meetings/<slug>/presentations/<role>/: what a speaker sent to the team, handed in for them."""
    meeting = meeting_of(slug)
    language = get_language() or "en"
    found = get_object_or_404(SessionRole.objects.select_related("session__meeting", "profile"), pk=role,
                              session__meeting=meeting)  # fmt: skip
    posted = request.method == "POST"
    form = PresentationForm(
        request.POST if posted else None, request.FILES if posted else None, language=language,
        roles=[(found.pk, found.session.title_in(language))],
    )  # fmt: skip

    def save() -> Presentation:
        return acts.hand_in(found, form.cleaned_data["file"], **form.values(), by=request.user, at=timezone.now())

    if posted and attempt(request, form, save, _("Saved.")):
        return redirect("meetings:desk_presentations", slug)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "groups": [], "has_files": True,
        "plain": [form[name] for name in form.fields],
        "title": _("Presentation of %(name)s") % {"name": found.profile.name},
        "back_url": reverse("meetings:desk_presentations", args=[slug]),
    }  # fmt: skip
    return render(request, "meetings/desk/form.html", context)


@for_the_desk
def file(request: HttpRequest, pk: int) -> FileResponse:
    """/meetings/presentations/<pk>: one version, for the secretariat."""
    return file_of(get_object_or_404(Presentation, pk=pk))
