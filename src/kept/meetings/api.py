"""The meetings' part of the public API. The room api serves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from kept.base.endpoints import Endpoint, Parameter, Problem
from kept.base.languages import bcp47
from kept.meetings import queries
from kept.meetings.models import AttendanceMode, Meeting, Phase, RoleKind, SessionKind
from kept.meetings.structured import local_text, url_of
from kept.registry.api import envelope, only, page_size
from kept.registry.api_shapes import COUNT, MAYBE_TEXT, OBJECTS, TEXT, TEXTS, list_of, shape
from kept.registry.rows import absolute


def meetings(request: HttpRequest) -> dict[str, Any]:
    """Announced meetings, the newest first."""
    only(request.GET, ("page", "page_size"))
    size, page = page_size(request.GET), page_number(request)
    found, now = list(queries.public_meetings()), datetime.now(UTC)
    pages = max(1, -(-len(found) // size))
    shown = [summary(meeting, now) for meeting in found[(page - 1) * size : page * size]]
    return envelope(request, len(found), page, pages, shown)


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "") or "1"
    if not (text.isascii() and text.isdigit()) or not int(text[:6]) >= 1:
        wrong = [{"name": "page", "value": text[:60], "code": "unknown"}]
        raise Problem(400, "Unknown value", "page is a whole number from 1.", errors=wrong)
    return int(text[:6])


def meeting(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One meeting."""
    only(request.GET, ())
    found = public_or_problem(slug)
    return {
        **summary(found, datetime.now(UTC)),
        "names": {bcp47(code): name for code, name in found.names.items()},
        "descriptions": {bcp47(code): text for code, text in found.ledes.items()},
        "moved_from": found.moved_from or None,
        "rooms": [
            {"name": room.name_in("en"), "capacity": room.capacity, "equipment": room.equipment}
            for room in found.rooms.filter(removed_at=None)
        ],
        "calendar": absolute("meeting_files:calendar", found.slug),
    }


def programme(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The programme that visitors see, in the order of time; empty before it is released."""
    only(request.GET, ())
    found = public_or_problem(slug)
    version = queries.shown_version(found)
    rows = queries.rows_of(version, at=datetime.now(UTC)) if version else []
    return {
        "meeting": found.slug,
        "timezone": found.time_zone,
        "version": version.number if version else None,
        "released": local_text(found, version.released_at) if version and version.released_at else None,
        "results": [session(found, row) for row in rows],
    }


def public_or_problem(slug: str) -> Meeting:
    found = queries.public_meetings().filter(slug=slug).first()
    if found is None:
        raise Problem(404, "No such meeting", "No meeting of this name was announced.")
    return found


def summary(found: Meeting, now: datetime) -> dict[str, Any]:
    """A meeting as lists have it. `starts` and `ends` are days alone where no hour is known."""
    place = ", ".join(part for part in (found.venues.get("en", ""), found.address) if part)
    ends = local_text(found, found.ends_at) if found.has_hours else found.ends_on.isoformat()
    return {
        "slug": found.slug,
        "name": found.name_in("en"),
        "series": found.series.slug if found.series else None,
        "number": found.number,
        "starts": local_text(found, found.starts_at, has_hours=found.has_hours),
        "ends": ends,
        "timezone": found.time_zone,
        "mode": AttendanceMode(found.mode).value,
        "status": Phase(found.phase(now)).value,
        "place": place or None,
        "country": found.country or None,
        "url": url_of(found),
    }


def session(found: Meeting, row: queries.Row) -> dict[str, Any]:
    one, slot = row.session, row.slot
    return {
        "code": one.code,
        "kind": SessionKind(one.kind).value,
        "title": one.title_in("en"),
        "titles": {bcp47(code): title for code, title in one.titles.items()},
        "starts": local_text(found, slot.starts_at),
        "ends": local_text(found, slot.ends_at) if slot.ends_at else None,
        "room": slot.room.name_in("en") if slot.room else None,
        "languages": [bcp47(code) for code in one.languages],
        "interpretation": [bcp47(code) for code in one.interpretation],
        "captions": [bcp47(code) for code in one.captions],
        "people": [
            {
                "name": role.profile.name,
                "role": RoleKind(role.kind).value,
                "title": role.title_in("en") or None,
                "organisation": role.organisation_in("en") or None,
                "url": absolute("meetings:speaker", role.profile.slug),
            }
            for role in row.roles
        ],
        "pledges": [link.pledge.reference for link in row.pledges],
        "cancelled": row.cancelled,
        "delayed_minutes": slot.delayed,
        "recording": one.recording_url or None,
        "url": absolute("meetings:session", found.slug, one.code),
    }


_WHEN = {"type": "string", "description": "With its offset; a day alone where no hour is known."}
_MEETING = shape(
    slug=TEXT, name=TEXT, series=MAYBE_TEXT, number={"type": ["integer", "null"]}, starts=_WHEN, ends=_WHEN,
    timezone=TEXT, mode={"enum": list(AttendanceMode.values)}, status={"enum": [p for p in Phase.values if p != "draft"]},
    place=MAYBE_TEXT, country=MAYBE_TEXT, url=TEXT,
)  # fmt: skip
SCHEMAS: dict[str, dict[str, Any]] = {
    "Meeting": _MEETING,
    "Meetings": list_of("Meeting"),
    "OneMeeting": shape(
        **_MEETING["properties"], names={"type": "object"}, descriptions={"type": "object"}, moved_from=MAYBE_TEXT,
        rooms=OBJECTS, calendar=TEXT,
    ),
    "Session": shape(
        code=TEXT, kind={"enum": [k for k in SessionKind.values if k != "blocker"]}, title=TEXT,
        titles={"type": "object"}, starts=_WHEN, ends={"type": ["string", "null"]}, room=MAYBE_TEXT, languages=TEXTS,
        interpretation=TEXTS, captions=TEXTS, people=OBJECTS, pledges=TEXTS, cancelled={"type": "boolean"},
        delayed_minutes=COUNT, recording=MAYBE_TEXT, url=TEXT,
    ),
    "Programme": shape(
        meeting=TEXT, timezone=TEXT, version={"type": ["integer", "null"]}, released=MAYBE_TEXT,
        results={"type": "array", "items": {"$ref": "#/components/schemas/Session"}},
    ),
}  # fmt: skip

SLUG = Parameter("slug", "The last part of the meeting's address.", place="path", example="annual-meeting-2023")
_PAGES = (
    Parameter("page", "Pages count from 1. Beyond the last one: 404.", {"type": "integer", "minimum": 1}),
    Parameter("page_size", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 200}),
)
ENDPOINTS = (
    Endpoint("meetings", "meetings", meetings, "Meetings", "Meetings", _PAGES, tag="Meetings"),
    Endpoint("meetings/<slug:slug>", "meeting", meeting, "One meeting", "OneMeeting", (SLUG,), tag="Meetings"),
    Endpoint(
        "meetings/<slug:slug>/programme", "meeting_programme", programme, "Its programme", "Programme", (SLUG,),
        tag="Meetings",
    ),
)  # fmt: skip
