"""What calendars, conference apps and feed readers take from a meeting: at the root, in no language."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base.languages import normalise
from kept.meetings import calendars, feed, queries, schedules
from kept.meetings.models import AgendaFeed, AgendaItem, Meeting
from kept.registry.rows import absolute

MOST_CHOSEN = 200  # sessions that an address may name


def for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A file of a public meeting that any web site may read; a draft is not there."""

    @wraps(view)
    def answered(request: HttpRequest, slug: str, **values: str) -> HttpResponse:
        meeting = queries.public_meetings().filter(slug=slug).first()
        if meeting is None:
            raise Http404("There is no such meeting.")
        with translation.override("en"):
            response = view(request, meeting, **values)
        response["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return require_safe(answered)


@for_everybody
def calendar(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """/meetings/<slug>/programme.ics, all or `?session=…` some; `?language=fr` in another language."""
    language = normalise(request.GET.get("language", "en"))
    if language is None:
        raise Http404("Calendars speak the six languages.")
    codes = request.GET.getlist("session")[:MOST_CHOSEN] or None
    source = absolute("meeting_files:calendar", meeting.slug) if codes is None else ""
    with translation.override(language):
        body = calendars.calendar_of(meeting, language=language, codes=codes, source=source)
    if codes is not None and b"BEGIN:VEVENT" not in body:
        raise Http404("There is no such session.")
    return file(body, "text/calendar; charset=utf-8", f"{meeting.slug}.ics")


@require_safe
def agenda(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/agendas/<token>.ics: what somebody chose of a meeting, for their own calendar."""
    found = AgendaFeed.objects.select_related("meeting", "person").filter(token=token).first()
    if found is None or not found.meeting.is_public or not found.person.is_active:
        raise Http404("There is no such agenda.")
    chosen = AgendaItem.objects.filter(person=found.person, session__meeting=found.meeting)
    codes = list(chosen.values_list("session__code", flat=True))
    language = normalise(found.person.language) or "en"
    with translation.override(language):
        name = _("My agenda: %(meeting)s") % {"meeting": found.meeting.name_in(language)}
        body = calendars.calendar_of(found.meeting, language=language, codes=codes, name=name)
    response = file(body, "text/calendar; charset=utf-8", "agenda.ics")
    response["Cache-Control"] = "private, no-cache"
    return response


@for_everybody
def schedule_json(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """/meetings/<slug>/schedule.json"""
    body = json.dumps(schedules.document_of(meeting), ensure_ascii=False, indent=1)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@for_everybody
def schedule_xml(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """/meetings/<slug>/schedule.xml"""
    body = schedules.xml_of(meeting, schedules.document_of(meeting))
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


@for_everybody
def changes(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """/meetings/<slug>/changes.atom"""
    return HttpResponse(feed.atom(meeting), content_type="application/atom+xml; charset=utf-8")


def file(body: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
