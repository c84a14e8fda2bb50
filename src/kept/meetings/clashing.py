"""A version of a programme as `conflicts.py` wants it, its conflicts in words, and which of them were waived."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _

from kept.base.languages import native_name
from kept.meetings import conflicts
from kept.meetings.conflicts import OPEN_END, Around, Conflict, Hours, Placed
from kept.meetings.models import (
    SERVING,
    ConflictWaiver,
    Meeting,
    PledgePurpose,
    RoleKind,
    ScheduleVersion,
    ServiceHours,
    SessionKind,
    SessionPledge,
    SessionRole,
)
from kept.meetings.times import lenient_instant
from kept.pledges.models import PUBLIC


@dataclass
class Finding:
    """A conflict with what was said about it."""

    conflict: Conflict
    waiver: ConflictWaiver | None

    @property
    def stops(self) -> bool:
        """Does it keep the programme from being released?"""
        return self.conflict.blocks or self.waiver is None


def findings(meeting: Meeting, version: ScheduleVersion) -> list[Finding]:
    """Everything that does not fit in a version, with its waiver where one is in force. Seven reads, whatever the size."""
    waivers = {one.key: one for one in ConflictWaiver.objects.filter(meeting=meeting, revoked_at=None)}
    found = conflicts.conflicts_of(placed(version), around(meeting))
    return [Finding(one, None if one.blocks else waivers.get(one.key)) for one in found]


def placed(version: ScheduleVersion) -> list[Placed]:
    """The sessions of a version that take place."""
    slots = list(
        version.slots.filter(session__cancelled_at=None).select_related("session", "room", "session__linked_event")
    )
    ids = [slot.session_id for slot in slots]
    people: dict[int, dict[int, str]] = defaultdict(dict)
    houses: dict[int, set[int | None]] = defaultdict(set)
    booths: dict[int, dict[str, list[frozenset[str]]]] = defaultdict(lambda: {kind: [] for kind in SERVING})
    for role in SessionRole.objects.counting().filter(session__in=ids).select_related("profile"):
        people[role.session_id][role.profile_id] = role.profile.name
        if role.serves:
            booths[role.session_id][role.kind].append(frozenset(role.languages))
        else:
            houses[role.session_id].add(role.profile.organisation_id)
    unowned: dict[int, dict[str, str]] = defaultdict(dict)
    waiting = SessionPledge.objects.filter(session__in=ids, purpose=PledgePurpose.ANNOUNCE)
    for link in waiting.exclude(pledge__status__in=PUBLIC).select_related("pledge").order_by("pk"):
        if link.pledge.lead_id not in houses[link.session_id]:
            unowned[link.session_id][link.pledge.key] = link.pledge.title or link.pledge.key
    return [_placed(slot, people[slot.session_id], unowned[slot.session_id], booths[slot.session_id]) for slot in slots]


def _placed(
    slot: Any, people: dict[int, str], unowned: dict[str, str], booths: dict[str, list[frozenset[str]]]
) -> Placed:
    session, linked = slot.session, getattr(slot.session, "linked_event", None)
    return Placed(
        code=session.code, day=slot.day, starts=slot.starts_at, ends=slot.ends_at or slot.starts_at + OPEN_END,
        room=slot.room_id, people=people, interpretation=tuple(session.interpretation),
        captions=tuple(session.captions), interpreters=tuple(booths[RoleKind.INTERPRETER]),
        captioners=tuple(booths[RoleKind.CAPTIONER]), unowned=unowned, expected=linked.capacity if linked else None,
        capacity=slot.room.capacity if slot.room else None, blocked_time=session.kind == SessionKind.BLOCKER,
    )  # fmt: skip


def around(meeting: Meeting) -> Around:
    """What a meeting knows beside its sessions: opening hours, who interprets when, who can be there when."""

    def hours(day: date, starts: time, ends: time, **more: Any) -> Hours:
        zone = meeting.time_zone
        return Hours(day, lenient_instant(day, starts, zone), lenient_instant(day, ends, zone), **more)

    service: dict[str, list[Hours]] = defaultdict(list)
    for row in meeting.service_hours.all():
        service[row.kind].append(
            hours(row.day, row.starts, row.ends, room=row.room_id, languages=frozenset(row.languages))
        )
    available: dict[int, list[Hours]] = defaultdict(list)
    for one in meeting.availabilities.all():
        available[one.profile_id].append(hours(one.day, one.starts, one.ends))
    return Around(
        opening=tuple(hours(day.day, day.opens, day.closes) for day in meeting.days.all()),
        interpretation=tuple(service[ServiceHours.Kind.INTERPRETATION]),
        captions=tuple(service[ServiceHours.Kind.CAPTIONS]),
        availability={person: tuple(rows) for person, rows in available.items()},
    )


def sentence(conflict: Conflict, titles: dict[str, str]) -> str:
    """What does not fit, in a sentence; `titles` {code: title}."""
    words = {
        "one": titles.get(conflict.codes[0], ""),
        "other": titles.get(conflict.codes[-1], ""),
        "what": conflict.what,
    }
    if conflict.kind in (conflicts.INTERPRETATION, conflicts.CAPTIONS):
        words["what"] = native_name(conflict.what)
    return {
        conflicts.ROOM: _("“%(one)s” and “%(other)s” are in one room at the same time."),
        conflicts.PERSON: _("%(what)s is in two places at once: “%(one)s” and “%(other)s”."),
        conflicts.AVAILABILITY: _("%(what)s cannot be there during “%(one)s”."),
        conflicts.OPENING: _("“%(one)s” is not within the opening hours."),
        conflicts.INTERPRETATION: _("No interpreter works during all of “%(one)s”: %(what)s."),
        conflicts.CAPTIONS: _("No captioner works during all of “%(one)s”: %(what)s."),
        conflicts.OWNER: _("Nobody of the owner of “%(what)s” is in “%(one)s”, where it is to be announced."),
        conflicts.CAPACITY: _("More people are invited to “%(one)s” than its room has chairs."),
    }[conflict.kind] % words
