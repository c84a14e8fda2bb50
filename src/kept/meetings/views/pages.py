"""The list of meetings, and the page of one: what is coming, what is on, what was."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base.formats import format_date
from kept.meetings import panels, queries, structured
from kept.meetings.models import Meeting, Phase, in_language
from kept.meetings.views.frame import frame
from kept.meetings.views.lines import linked_of
from kept.meetings.zones import clock_of, days_of, span
from kept.registry.views.pledge import script_text


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """/meetings/"""
    at, language = timezone.now(), get_language() or "en"
    lines = [line(meeting, at, language) for meeting in queries.public_meetings()]
    coming = [one for one in reversed(lines) if one["phase"] not in (Phase.PAST, Phase.CANCELLED)]
    past = [one for one in lines if one["phase"] in (Phase.PAST, Phase.CANCELLED)]
    response = render(request, "meetings/meetings.html", {"coming": coming, "past": past})
    edges = [edge for one in lines for edge in one["edges"] if edge > at]
    response.fresh_until = min(edges, default=None)  # type: ignore[attr-defined]
    return response


def line(meeting: Meeting, at: Any, language: str) -> dict[str, Any]:
    """One meeting of the list."""
    clock = clock_of(meeting, language)
    if meeting.has_hours:
        when = span(meeting.starts_at, meeting.ends_at, clock)
    else:
        when = days_of(meeting.starts_on, meeting.ends_on, language)
    phase = meeting.phase(at)
    return {
        "meeting": meeting,
        "name": meeting.name_in(language),
        "when": when,
        "clock": clock.label(meeting.starts_at) if meeting.has_hours else "",
        "where": ", ".join(filter(None, [in_language(meeting.venues, language), clock.city])),
        "lede": in_language(meeting.ledes, language),
        "phase": phase,
        "phase_name": phase.label,
        "day": format_date(meeting.starts_on, language, short=True),
        "url": reverse("meetings:meeting", args=[meeting.slug]),
        "highlights_url": reverse("meetings:highlights", args=[meeting.slug]) if phase == Phase.PAST else "",
        "edges": (meeting.starts_at, meeting.ends_at),
    }


@require_safe
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/: before, on the day, after."""
    here = frame(request, slug)
    programme = here.programme()
    boxes, until = panels.shown(panels.BOX, request, here.meeting, here.at)
    here.until(*until)
    context = here.context(
        "programme",
        programme=programme,
        box=boxes[0] if boxes else "",
        linked=[one for one in linked_of(here) if not one["session_url"] or one["event"].by_invitation],
        before=other(queries.previous_in_series(here.meeting), here.language),
        after=other(queries.next_in_series(here.meeting), here.language),
        linked_data=script_text(structured.event_of(here.meeting, programme)),
    )
    return here.render("meetings/meeting.html", context)


def other(meeting: Meeting | None, language: str) -> dict[str, Any] | None:
    """Another meeting of the series, as a line."""
    if meeting is None:
        return None
    return {
        "name": meeting.name_in(language),
        "url": reverse("meetings:meeting", args=[meeting.slug]),
        "day": days_of(meeting.starts_on, meeting.ends_on, language),
    }
