"""The programme released, with what changes by it, and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.lifecycle import Refused
from kept.meetings import actions, clashing, queries
from kept.meetings.actions.releasing import changes_between
from kept.meetings.actions.scheduling import working_version
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.desk.programme import clash_line
from kept.meetings.desk.programme_forms import ReleaseForm
from kept.meetings.models import ScheduleVersion
from kept.meetings.permissions import may_release_programme
from kept.meetings.views.changes import change_lines, version_lines


@for_the_desk
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/release/: what changes for visitors, what stops it, its comment; then its button."""
    found = meeting_of(slug)
    if not may_release_programme(request.user, found):
        raise Http404
    language = get_language() or "en"
    posted = request.method == "POST"
    form = ReleaseForm(request.POST if posted else None)

    def act() -> ScheduleVersion:
        return actions.release(found, form.in_languages("comments"), by=request.user, at=timezone.now())

    if posted and attempt(request, form, act, _("Visitors see it now. The mails to speakers wait in the outbox.")):
        return redirect("meetings:desk_release", slug)
    shown, working = queries.shown_version(found), working_version(found)
    titles = {session.code: session.title_in(language) or session.code for session in found.sessions.all()}
    clashes = [clash_line(one, titles, request) for one in clashing.findings(found, working)]
    context: dict[str, Any] = {
        "meeting": found,
        "name": found.name_in(language),
        "form": form,
        "groups": form.groups(),
        "changes": change_lines(found, changes_between(shown, working), titles, language),
        "stops": [one for one in clashes if one["stops"]],
        "standing": [one for one in clashes if not one["stops"]],
        "versions": version_lines(found, language, everything=True),
        "back_url": reverse("meetings:desk_programme", args=[slug]),
    }
    return render(request, "meetings/desk/release.html", context)


@for_the_desk
def undo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """/desk/meetings/<slug>/programme/release/<number>/undo/: asks; its button takes the release back."""
    found = meeting_of(slug)
    version = get_object_or_404(found.versions.filter(undone_at=None), number=number)
    if request.method == "POST":
        try:
            actions.undo_release(version, by=request.user, at=timezone.now())
            messages.success(request, _("It is taken back. Visitors see the programme before it."))
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        return redirect("meetings:desk_release", slug)
    context = {
        "meeting": found,
        "name": found.name_in(get_language() or "en"),
        "version": version,
        "back_url": reverse("meetings:desk_release", args=[slug]),
    }
    return render(request, "meetings/desk/undo_release.html", context)
