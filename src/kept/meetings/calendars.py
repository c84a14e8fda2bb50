"""A programme for calendars (RFC 5545, RFC 7986): one entry a session, for ever the same UID, cancelled where it is gone.

Times are those of the room's clock with its zone's rules beside them, so that an entry of 14:00 in Geneva stays 14:00 in
Geneva whatever zone the calendar is in. A subscription asks again every hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from kept.base.installation import installation
from kept.meetings import queries
from kept.meetings.models import LinkedEvent, Meeting, Session, SessionKind, Slot, Status, in_language
from kept.meetings.structured import url_of
from kept.meetings.vtimezone import vtimezone
from kept.registry.rows import absolute

_BREAKS = re.compile(r"\r\n|\r|\n")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
STATUSES = {Status.CANCELLED: "CANCELLED", Status.MOVED: "TENTATIVE"}


@dataclass(frozen=True)
class Entry:
    """One VEVENT. Days alone (`start` a date) where no hour is known; no `end` where it is not known."""

    uid: str
    title: str
    start: datetime | date
    end: datetime | date | None
    place: str
    text: str
    url: str
    status: str
    sequence: int
    changed: datetime
    categories: tuple[str, ...] = ()


def calendar_of(
    meeting: Meeting, *, language: str = "en", codes: Iterable[str] | None = None, source: str = "", name: str = ""
) -> bytes:
    """The calendar of a meeting: all of it, or the sessions of `codes` (an agenda, one session)."""
    entries = list(entries_of(meeting, language=language, codes=None if codes is None else set(codes)))
    return written(entries, name=name or meeting.name_in(language), zone=meeting.time_zone, source=source)


def entries_of(meeting: Meeting, *, language: str, codes: set[str] | None) -> Iterator[Entry]:
    """Sessions that visitors see, those that were taken out again (cancelled), and what is linked to the meeting."""
    shown = queries.shown_version(meeting)
    at = meeting.changed_at
    rows = queries.rows_of(shown, at=at) if shown else []
    if not rows and codes is None:
        yield meeting_entry(meeting, language)
    seen = set()
    for row in rows:
        seen.add(row.session.pk)
        if codes is None or row.session.code in codes:
            yield session_entry(meeting, row, language)
    for slot in taken_out(meeting, seen):
        if codes is None or slot.session.code in codes:
            yield session_entry(meeting, queries.Row(slot.session, slot), language, gone=True)
    if codes is None:
        for event in meeting.linked_events.filter(session=None):
            yield linked_entry(meeting, event, language)


def taken_out(meeting: Meeting, shown: set[int]) -> list[Slot]:
    """Sessions that stood in a released programme and no longer do, where they stood last."""
    slots = Slot.objects.filter(schedule__number__isnull=False, schedule__undone_at=None).select_related("room")
    slots = slots.order_by("-schedule__number")
    gone = Session.objects.public().filter(meeting=meeting).exclude(pk__in=shown)
    found = []
    for session in gone.prefetch_related(Prefetch("slots", queryset=slots, to_attr="released_slots")):
        if session.released_slots:
            slot = session.released_slots[0]
            slot.session = session
            found.append(slot)
    return found


def session_entry(meeting: Meeting, row: Any, language: str, *, gone: bool = False) -> Entry:
    session, slot = row.session, row.slot
    kind = SessionKind(session.kind)
    people = [" · ".join(part for part in (r.profile.name, r.title_in(language), r.organisation_in(language)) if part)
              for r in row.roles]  # fmt: skip
    reason = in_language(session.cancelled_reason, language) if session.cancelled_at else ""
    text = [reason, in_language(session.abstracts, language), "\n".join(people)]
    room = slot.room.name_in(language) if slot.room else ""
    status = STATUSES.get(Status(meeting.status), "CONFIRMED")
    if session.cancelled_at or gone:
        status = "CANCELLED"
    return Entry(
        uid=str(session.uid),
        title=session.title_in(language) or str(kind.label).capitalize(),
        start=slot.starts_at.astimezone(meeting.zone),
        end=slot.ends_at.astimezone(meeting.zone) if slot.ends_at else None,
        place=place_of(meeting, language, room),
        text="\n\n".join(part for part in text if part),
        url=absolute("meetings:session", meeting.slug, session.code) if not gone else url_of(meeting),
        status=status,
        sequence=session.sequence + meeting.sequence,
        changed=max(session.changed_at, meeting.changed_at),
        categories=(str(kind.label),),
    )


def meeting_entry(meeting: Meeting, language: str) -> Entry:
    """The meeting as a whole, as long as no programme says more."""
    start: datetime | date = meeting.starts_at.astimezone(meeting.zone)
    end: datetime | date = meeting.ends_at.astimezone(meeting.zone)
    if not meeting.has_hours:
        start, end = meeting.starts_on, meeting.ends_on + timedelta(days=1)
    return Entry(
        uid=str(meeting.uid), title=meeting.name_in(language), start=start, end=end,
        place=place_of(meeting, language, ""), text=in_language(meeting.ledes, language), url=url_of(meeting),
        status=STATUSES.get(Status(meeting.status), "CONFIRMED"), sequence=meeting.sequence, changed=meeting.changed_at,
    )  # fmt: skip


def linked_entry(meeting: Meeting, event: LinkedEvent, language: str) -> Entry:
    event.meeting = meeting
    start: datetime | date = event.starts_at.astimezone(meeting.zone)
    end: datetime | date | None = event.ends_at.astimezone(meeting.zone) if event.ends_at else None
    if event.starts is None:
        start, end = event.starts_on, (event.ends_on or event.starts_on) + timedelta(days=1)
    return Entry(
        uid=str(event.uid), title=event.name_in(language), start=start, end=end,
        place=in_language(event.venues, language), text=in_language(event.abouts, language),
        url=event.url or url_of(meeting), status=STATUSES.get(Status(meeting.status), "CONFIRMED"),
        sequence=event.sequence + meeting.sequence, changed=meeting.changed_at,
    )  # fmt: skip


def place_of(meeting: Meeting, language: str, room: str) -> str:
    """Room, house and street; the room is not said twice where the house's name begins with it."""
    venue = in_language(meeting.venues, language)
    parts = [venue] if room and venue.startswith(room) else [room, venue]
    return ", ".join(part for part in (*parts, meeting.address) if part)


# Written -------------------------------------------------------------------------------------------------------


def written(entries: list[Entry], *, name: str, zone: str, source: str) -> bytes:
    """The file, with the rules of the zone for the years that it speaks of."""
    years = [entry.start.year for entry in entries] or [datetime.now(UTC).year]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kept//Meetings//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"NAME:{text(name)}", f"X-WR-CALNAME:{text(name)}", f"X-WR-TIMEZONE:{zone}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
        *([f"SOURCE;VALUE=URI:{source}"] if source else []),
    ]  # fmt: skip
    if zone != "UTC":
        lines += vtimezone(zone, min(years), max(years))
    for entry in entries:
        lines += _event(entry, zone)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(entry: Entry, zone: str) -> list[str]:
    name = installation().name
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{entry.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"LAST-MODIFIED:{entry.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{entry.status}",
        f"SUMMARY:{text(entry.title)}",
        *_time("DTSTART", entry.start, zone),
        *(_time("DTEND", entry.end, zone) if entry.end is not None else []),
        *([f"LOCATION:{text(entry.place)}"] if entry.place else []),
        *([f"DESCRIPTION:{text(entry.text)}"] if entry.text else []),
        *([f"CATEGORIES:{','.join(text(one) for one in entry.categories)}"] if entry.categories else []),
        f"URL:{entry.url}",
        f"ORGANIZER;CN={parameter(name)}:{absolute('meetings:meetings')}",
        "END:VEVENT",
    ]


def _time(name: str, at: datetime | date, zone: str) -> list[str]:
    if not isinstance(at, datetime):
        return [f"{name};VALUE=DATE:{at:%Y%m%d}"]
    if zone == "UTC" or comes_twice(at):
        return [f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"]
    return [f"{name};TZID={zone}:{at:%Y%m%dT%H%M%S}"]


def comes_twice(at: datetime) -> bool:
    """Whether the wall clock shows this hour twice that night: programs differ in which one they take, so UTC it is."""
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


def text(value: str) -> str:
    """A text as a value (RFC 5545, 3.3.11)."""
    value = _CONTROLS.sub("", _BREAKS.sub("\n", value))
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(value: str) -> str:
    """A text as the value of a parameter: in quotes, which it may not have itself."""
    return '"' + _CONTROLS.sub("", value.replace('"', "'").replace("\n", " ")) + '"'


def folded(line: str) -> bytes:
    """A line of at most 75 bytes, continued below with a space; no letter is cut in two."""
    data = line.encode()
    pieces = []
    room = 75
    while len(data) > room:
        cut = room
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data, room = data[cut:], 74
    pieces.append(data)
    return b"\r\n ".join(pieces) + b"\r\n"
