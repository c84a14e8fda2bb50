"""What changed about a meeting, for visitors: what was decided, and its programme, release by release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import history
from kept.base.formats import format_datetime
from kept.meetings import queries
from kept.meetings.actions.telling import place_words
from kept.meetings.models import Meeting, Session, in_language
from kept.meetings.views.frame import frame

SHOWN = 50  # releases on the page


@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/changes/"""
    here = frame(request, slug)
    versions = version_lines(here.meeting, here.language, before=here.at)
    context = here.context("programme", versions=versions, decided=decided(here.meeting, here.language, before=here.at))
    return here.render("meetings/changes.html", context)


def decided(meeting: Meeting, language: str, *, before: datetime) -> list[dict[str, Any]]:
    """What was decided beside the releases, the newest first: [{"at", "title", "text", "url"}].

    The reason of the decision that stands is told in the reader's language, that of an earlier one as it was written in English.
    """
    words = {
        "postpone": _("The meeting is moved. The new day is not known yet."),
        "reschedule": _("The meeting is moved to another day."),
        "cancel": _("The meeting is cancelled."),
        "reinstate": _("The meeting takes place after all."),
    }
    entries = [e for e in history.of("meeting", meeting.pk, public_only=True) if e.verb in words and e.at <= before]
    found = [{"at": entry.at, "title": words[entry.verb], "text": entry.reason, "url": ""} for entry in entries]
    if found and entries[-1].reason and entries[-1].reason == meeting.status_reason.get("en", ""):
        found[-1]["text"] = in_language(meeting.status_reason, language)
    for session in Session.objects.public().filter(meeting=meeting, cancelled_at__lte=before):
        found.append({
            "at": session.cancelled_at, "title": _("Cancelled: %(title)s") % {"title": session.title_in(language)},
            "text": in_language(session.cancelled_reason, language),
            "url": reverse("meetings:session", args=[meeting.slug, session.code]),
        })  # fmt: skip
    return sorted(found, key=lambda one: one["at"], reverse=True)


def version_lines(
    meeting: Meeting, language: str, *, everything: bool = False, before: datetime | None = None
) -> list[dict[str, Any]]:
    """The releases that were not taken back, the newest first, with what each changed.

    Readers (not `everything`) see sessions that they may know of; of the first release only that it was one.
    """
    sessions = (
        Session.objects.filter(meeting=meeting) if everything else Session.objects.public().filter(meeting=meeting)
    )
    titles = {session.code: session.title_in(language) or session.code for session in sessions}
    versions = queries.released_versions(meeting)
    if before is not None:
        versions = versions.filter(released_at__lte=before)
    rows = list(versions[:SHOWN])
    return [
        {
            "number": version.number,
            "at": format_datetime(version.released_at, language, meeting.time_zone),
            "released_at": version.released_at,
            "comment": in_language(version.comments, language),
            "first": version.number == 1,
            "newest": version == rows[0],
            "lines": [] if version.number == 1 else change_lines(meeting, version.changes, titles, language),
        }
        for version in rows
    ]


def change_lines(
    meeting: Meeting, changed: list[dict[str, Any]], titles: dict[str, str], language: str
) -> list[dict[str, Any]]:
    """Each change in words: [{"title", "url", "words", "now", "was"}]; sessions without a title here are left out."""
    rooms = {room.pk: room for room in meeting.rooms.all()}
    words = {"added": _("new"), "moved": _("moved"), "removed": _("taken out")}
    return [
        {
            "title": titles[change["session"]],
            "url": reverse("meetings:session", args=[meeting.slug, change["session"]]) if change["to"] else "",
            "kind": change["kind"],
            "words": words[change["kind"]],
            "now": place_words(meeting, change["to"], rooms, language),
            "was": place_words(meeting, change["from"], rooms, language),
        }
        for change in changed
        if change["session"] in titles and change["kind"] in words
    ]
