"""What changed in a programme, release by release, for visitors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

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
    return here.render("meetings/changes.html", here.context("programme", versions=versions))


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
