"""A meeting for search engines and assistants: schema.org `Event`, with its status and how one takes part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from kept.base.installation import installation
from kept.meetings.models import AttendanceMode, Meeting, Status, in_language
from kept.meetings.presenting import Programme
from kept.meetings.times import lenient_instant
from kept.registry.rows import absolute

MODES = {
    AttendanceMode.IN_PERSON: "https://schema.org/OfflineEventAttendanceMode",
    AttendanceMode.REMOTE: "https://schema.org/OnlineEventAttendanceMode",
    AttendanceMode.HYBRID: "https://schema.org/MixedEventAttendanceMode",
}


def status_of(meeting: Meeting) -> str:
    """schema.org's EventStatusType: cancelled, postponed (no new day yet), rescheduled (moved to one), scheduled."""
    if meeting.status == Status.CANCELLED:
        return "https://schema.org/EventCancelled"
    if meeting.status == Status.MOVED:
        return "https://schema.org/EventPostponed"
    if meeting.moved_from:
        return "https://schema.org/EventRescheduled"
    return "https://schema.org/EventScheduled"


def local_text(meeting: Meeting, at: datetime, *, has_hours: bool = True) -> str:
    """An instant as the meeting's clock shows it, with its distance from UTC; the day alone where no hour is known."""
    local = at.astimezone(meeting.zone)
    return local.isoformat(timespec="seconds") if has_hours else local.date().isoformat()


def url_of(meeting: Meeting) -> str:
    """The meeting's page: one address for ever, in English as in every export."""
    return absolute("meetings:meeting", meeting.slug)


def event_of(meeting: Meeting, programme: Programme | None) -> dict[str, Any]:
    """The meeting as a schema.org Event, with its sessions as sub-events."""
    page = url_of(meeting)
    last = meeting.ends_on.isoformat() if not meeting.has_hours else local_text(meeting, meeting.ends_at)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": page,
        "url": page,
        "name": in_language(meeting.names, "en"),
        "description": in_language(meeting.ledes, "en"),
        "startDate": local_text(meeting, meeting.starts_at, has_hours=meeting.has_hours),
        "endDate": last,
        "eventStatus": status_of(meeting),
        "eventAttendanceMode": MODES[AttendanceMode(meeting.mode)],
        "organizer": {"@type": "Organization", "name": installation().name, "url": settings.KEPT_BASE_URL + "/"},
        "location": places_of(meeting, page),
        "isAccessibleForFree": True,
    }
    if meeting.moved_from:
        found["previousStartDate"] = first_announced(meeting)
    if programme is not None:
        found["subEvent"] = [sub_event(meeting, item) for item in programme.items if not item.quiet]
    return found


def places_of(meeting: Meeting, page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if meeting.mode != AttendanceMode.REMOTE and meeting.venues:
        address = {"@type": "PostalAddress", "streetAddress": meeting.address,
                   "addressLocality": in_language(meeting.cities, "en")}  # fmt: skip
        place: dict[str, Any] = {"@type": "Place", "name": in_language(meeting.venues, "en"), "address": address}
        if meeting.latitude is not None and meeting.longitude is not None:
            place["geo"] = {"@type": "GeoCoordinates", "latitude": str(meeting.latitude),
                            "longitude": str(meeting.longitude)}  # fmt: skip
        found.append(place)
    if meeting.mode != AttendanceMode.IN_PERSON:
        found.append({"@type": "VirtualLocation", "url": page + "live/"})
    return found


def first_announced(meeting: Meeting) -> str:
    """The beginning that was announced first, with its distance from UTC on that day; the day alone without hours."""
    if "T" not in meeting.moved_from:
        return meeting.moved_from
    was = datetime.fromisoformat(meeting.moved_from)
    return lenient_instant(was.date(), was.time(), meeting.time_zone).astimezone(meeting.zone).isoformat()


def sub_event(meeting: Meeting, item: Any) -> dict[str, Any]:
    found = {
        "@type": "Event",
        "name": item.title,
        "startDate": local_text(meeting, item.starts_at),
        "eventStatus": "https://schema.org/" + ("EventCancelled" if item.state == "cancelled" else "EventScheduled"),
        "location": {"@type": "Place", "name": item.room or in_language(meeting.venues, "en")},
    }
    if item.ends_at is not None:
        found["endDate"] = local_text(meeting, item.ends_at)
    return found
