"""A programme for conference apps: `schedule.json` and `schedule.xml` as the c3voc schema describes them.

The formats: https://c3voc.de/wiki/schedule (schema.xsd and schema.json of June 2026). What they ask for and a meeting does
not have is said plainly: a session without a room stands in "Room not said", one whose end is not known lasts "00:00".
"""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, datetime, time, timedelta
from importlib.metadata import version as installed_version
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.text import slugify

from kept.meetings import queries
from kept.meetings.models import Meeting, SessionKind
from kept.meetings.structured import url_of
from kept.meetings.times import lenient_instant
from kept.registry.rows import absolute

NOWHERE = "Room not said"
SCHEMA = "https://c3voc.de/schedule/schema.json"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LANGUAGE = "en"  # of machine formats; texts that have no English come as they were written


def acronym_of(meeting: Meeting) -> str:
    """The meeting's slug in the letters that the schema allows."""
    return meeting.slug.replace("-", "_").ljust(4, "_")


def document_of(meeting: Meeting) -> dict[str, Any]:
    """The programme that visitors see, as `schedule.json`."""
    shown = queries.shown_version(meeting)
    rows = [row for row in (queries.rows_of(shown, at=meeting.changed_at) if shown else []) if not row.cancelled]
    days = days_of(meeting, rows)
    return {
        "$schema": SCHEMA,
        "generator": {"name": "kept", "version": installed_version("kept")},
        "schedule": {
            "version": str(shown.number) if shown else "0",
            "base_url": settings.KEPT_BASE_URL + "/",
            "conference": {
                "acronym": acronym_of(meeting),
                "title": meeting.name_in(LANGUAGE),
                "start": meeting.starts_on.isoformat(),
                "end": meeting.ends_on.isoformat(),
                "daysCount": len(days),
                "timeslot_duration": "00:05",
                "time_zone_name": meeting.time_zone,
                "url": url_of(meeting),
                "rooms": [
                    {"name": name, "guid": room_guid(meeting, name), "capacity": capacity}
                    for name, capacity in rooms_of(rows).items()
                ],
                "days": days,
            },
        },
    }


def rooms_of(rows: list[queries.Row]) -> dict[str, int | None]:
    """{name: chairs} of the rooms that the programme uses."""
    found: dict[str, int | None] = {}
    for row in rows:
        room = row.slot.room if row.slot else None
        found[room.name_in(LANGUAGE) if room else NOWHERE] = room.capacity if room else None
    return found


def room_guid(meeting: Meeting, name: str) -> str:
    return str(uuid.uuid5(meeting.uid, f"room {name}"))


def days_of(meeting: Meeting, rows: list[queries.Row]) -> list[dict[str, Any]]:
    """Each day of the meeting and of its programme, with its rooms."""
    days = sorted({*meeting.local_days(), *(row.slot.day for row in rows if row.slot)})
    return [day_of(meeting, index, day, rows) for index, day in enumerate(days, 1)]


def day_of(meeting: Meeting, index: int, day: date, rows: list[queries.Row]) -> dict[str, Any]:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.slot and row.slot.day == day:
            event = event_of(meeting, row)
            rooms.setdefault(event["room"], []).append(event)
    begins = local(lenient_instant(day, time(0), meeting.time_zone), meeting)
    ends = local(lenient_instant(day + timedelta(days=1), time(0), meeting.time_zone) - timedelta(minutes=1), meeting)
    return {"index": index, "date": day.isoformat(), "day_start": begins, "day_end": ends, "rooms": rooms}


def event_of(meeting: Meeting, row: queries.Row) -> dict[str, Any]:
    """One session."""
    session, slot = row.session, row.slot
    title = session.title_in(LANGUAGE) or str(SessionKind(session.kind).label)
    minutes = slot.minutes or 0
    found = {
        "guid": str(session.uid),
        "code": session.code.upper(),
        "id": session.pk,
        "date": local(slot.starts_at, meeting),
        "start": slot.starts_at.astimezone(meeting.zone).strftime("%H:%M"),
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": slot.room.name_in(LANGUAGE) if slot.room else NOWHERE,
        "slug": f"{acronym_of(meeting)}-{session.code}-{slugify(title)}".rstrip("-_"),
        "url": absolute("meetings:session", meeting.slug, session.code),
        "title": title,
        "subtitle": "",
        "track": SessionKind(session.kind).value,
        "type": SessionKind(session.kind).value,
        "language": session.languages[0] if session.languages else "",
        "abstract": session.abstracts.get(LANGUAGE, ""),
        "description": session.descriptions.get(LANGUAGE, ""),
        "persons": [
            {
                "guid": str(uuid.uuid5(uuid.NAMESPACE_URL, role.profile.key)),
                "name": role.profile.name,
                "url": absolute("meetings:speaker", role.profile.slug),
            }
            for role in row.roles
        ],
        "links": [{"title": one["name"] or one["url"], "url": one["url"]} for one in session.links],
        "attachments": [],
    }
    if slot.ends_at:
        found["end"] = local(slot.ends_at, meeting)
    return found


def local(at: datetime, meeting: Meeting) -> str:
    return at.astimezone(meeting.zone).isoformat(timespec="seconds")


# XML ------------------------------------------------------------------------------------------------------------


def xml_of(meeting: Meeting, document: dict[str, Any]) -> bytes:
    """The same document as `schedule.xml`."""
    out = io.BytesIO()
    w = XMLGenerator(out, encoding="utf-8", short_empty_elements=True)
    schedule = document["schedule"]
    conference = schedule["conference"]
    w.startDocument()
    w.startElement("schedule", AttributesImpl({}))
    _leaf(w, "generator", "", **document["generator"])
    _leaf(w, "url", absolute("meeting_files:schedule_xml", meeting.slug))
    _leaf(w, "version", schedule["version"])
    w.startElement("conference", AttributesImpl({}))
    for name in ("title", "acronym", "start", "end"):
        _leaf(w, name, conference[name])
    _leaf(w, "days", str(conference["daysCount"]))
    _leaf(w, "timeslot_duration", conference["timeslot_duration"])
    _leaf(w, "base_url", schedule["base_url"])
    _leaf(w, "url", conference["url"])
    _leaf(w, "time_zone_name", conference["time_zone_name"])
    w.endElement("conference")
    for day in conference["days"]:
        attributes = {"index": str(day["index"]), "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
        w.startElement("day", AttributesImpl(attributes))
        for name, events in day["rooms"].items():
            w.startElement("room", AttributesImpl({"name": _clean(name), "guid": room_guid(meeting, name)}))
            for event in events:
                _event(w, event)
            w.endElement("room")
        w.endElement("day")
    w.endElement("schedule")
    w.endDocument()
    return out.getvalue()


def _event(w: XMLGenerator, event: dict[str, Any]) -> None:
    w.startElement("event", AttributesImpl({"guid": event["guid"], "id": str(event["id"]), "code": event["code"]}))
    for name in ("date", "start", "duration", "room", "slug", "url", "title", "subtitle", "track", "type", "language",
                 "abstract", "description"):  # fmt: skip
        _leaf(w, name, event[name])
    w.startElement("persons", AttributesImpl({}))
    for person in event["persons"]:
        _leaf(w, "person", person["name"], guid=person["guid"])
    w.endElement("persons")
    w.startElement("links", AttributesImpl({}))
    for link in event["links"]:
        _leaf(w, "link", link["title"], href=link["url"])
    w.endElement("links")
    _leaf(w, "attachments", "")
    w.endElement("event")


def _clean(value: str) -> str:
    return _FORBIDDEN.sub("", value)


def _leaf(w: XMLGenerator, tag: str, value: str, **attributes: str) -> None:
    w.startElement(tag, AttributesImpl({key: _clean(one) for key, one in attributes.items()}))
    w.characters(_clean(value))
    w.endElement(tag)
