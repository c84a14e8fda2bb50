"""The figures of a meeting: who registered, was confirmed, came. Counted from the rows, or read as they were frozen.

A person counts once in each table, whoever was erased too: state, way, category, country, kind of organisation and gender stay.
Registered is whoever confirmed their address; confirmed who has or had a seat or a place online; come who was seen at the
entrance or came in online.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from kept.base import places
from kept.meetings.models import Meeting, PledgePurpose, Session, SessionKind, SessionPledge, SessionRole
from kept.pledges.models import Status
from kept.registration import guests
from kept.registration.actions.joining import opens_at
from kept.registration.admission import fold
from kept.registration.attendance import Book, by_session
from kept.registration.models import ENTERS, CheckInList, ClosingReport, Presence, Registration, State
from kept.registration.presence import SILENT, minutes, range_of

GROUPS = ("mode", "category", "entity_type", "country", "region", "gender")
SEATED = {*ENTERS, State.NO_SHOW}
WITHDRAWN = {State.CANCELLED, State.WITHDRAWN}
QUIET = (SessionKind.BREAK, SessionKind.RECEPTION)


@dataclass(frozen=True, slots=True)
class One:
    """What is counted of a registration."""

    pk: int
    state: str
    values: dict[str, str]  # {group: value}
    in_room: bool
    online: bool

    @property
    def came(self) -> bool:
        return self.in_room or self.online

    @property
    def confirmed(self) -> bool:
        return self.came or self.state in SEATED


def figures_of(meeting: Meeting, at: datetime) -> dict[str, Any]:
    """The figures: as they were frozen where the meeting is closed, else as they are now. What JSON can hold."""
    report = ClosingReport.objects.filter(meeting=meeting).first()
    return report.figures if report is not None else counted(meeting, at)


def counted(meeting: Meeting, at: datetime) -> dict[str, Any]:
    """The figures as they are now; queries for registrations, passages, presences."""
    book = _entrance(meeting)
    room_days, online_days = _room_days(book, meeting), {}
    spans: dict[int, list[tuple[datetime, datetime | None]]] = {}
    clock = meeting.zone
    for pk, began, seen in Presence.objects.filter(registration__meeting=meeting).values_list(
        "registration_id", "began_at", "seen_at"
    ):
        online_days.setdefault(pk, set()).add(began.astimezone(clock).date())
        spans.setdefault(pk, []).append((began, seen))
    people = [_one(row, room_days, online_days) for row in _rows(meeting)]
    opens = opens_at(meeting)
    spent = Counter(range_of(minutes(spans[one.pk], opens, meeting.ends_at)) for one in people if one.online)
    return {
        "counted_at": at.isoformat(),
        "registered": len(people),
        "confirmed": sum(one.confirmed for one in people),
        "came": sum(one.came for one in people),
        "in_room": sum(one.in_room for one in people),
        "online": sum(one.online for one in people),
        "waiting": sum(one.state in (State.WAITLISTED, State.OFFERED) for one in people),
        "withdrawn": sum(one.state in WITHDRAWN for one in people),
        "rejected": sum(one.state == State.REJECTED for one in people),
        "missed": sum(one.confirmed and not one.came for one in people),
        "countries": len({one.values["country"] for one in people if one.came} - {""}),
        "states": dict(Counter(one.state for one in people)),
        "groups": {group: _by(people, group) for group in GROUPS},
        "categories": {one.code: one.names for one in meeting.categories.all()},
        "days": _days(people, room_days, online_days),
        "sessions": by_session(meeting, book, spans),
        "minutes": dict(spent),
    }


def _rows(meeting: Meeting) -> Iterable[tuple[Any, ...]]:
    """Whoever confirmed their address; whoever was erased before that is not there any more."""
    rows = Registration.objects.filter(meeting=meeting).exclude(state__in=(State.DRAFT, State.SUBMITTED)).order_by("pk")
    rows = rows.filter(~Q(state=State.CANCELLED) | Q(email_confirmed_at__isnull=False))
    return rows.values_list("pk", "state", "mode", "category__code", "entity_type", "country", "gender")


def _one(row: tuple[Any, ...], room: dict[int, set[date]], online: dict[int, set[date]]) -> One:
    pk, state, mode, category, entity_type, country, gender = row
    values = {
        "mode": mode, "category": category, "entity_type": entity_type, "country": country,
        "region": (places.region_of(country) or "") if country else "", "gender": gender,
    }  # fmt: skip
    return One(pk, state, values, in_room=pk in room or state == State.ATTENDED, online=pk in online)


def _entrance(meeting: Meeting) -> Book:
    """Who went through the entrance; nobody where it was not counted."""
    entrance = CheckInList.objects.filter(meeting=meeting, is_entrance=True).first()
    return fold(guests.passages(entrance)) if entrance else {}


def _room_days(book: Book, meeting: Meeting) -> dict[int, set[date]]:
    clock = meeting.zone
    return {
        who: {start.astimezone(clock).date() for start, _end in one.spells} for who, one in book.items() if one.spells
    }


def _by(people: list[One], group: str) -> list[list[Any]]:
    """[[value, registered, confirmed, came]], the most registered first."""
    registered = Counter(one.values[group] for one in people)
    confirmed = Counter(one.values[group] for one in people if one.confirmed)
    came = Counter(one.values[group] for one in people if one.came)
    return [
        [value, n, confirmed[value], came[value]]
        for value, n in sorted(registered.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _days(people: list[One], room: dict[int, set[date]], online: dict[int, set[date]]) -> list[list[Any]]:
    """[[day, in the room, online]] of the meeting's clock."""
    known = {one.pk for one in people}
    there = Counter(day for pk, days in room.items() if pk in known for day in days)
    away = Counter(day for pk, days in online.items() if pk in known for day in days)
    return [[day.isoformat(), there[day], away[day]] for day in sorted({*there, *away})]


def online_now(meeting: Meeting, at: datetime) -> int:
    """How many windows told within the last minutes that they are there."""
    rows = Presence.objects.filter(registration__meeting=meeting, ended_at=None)
    return rows.filter(Q(seen_at__gte=at - SILENT) | Q(seen_at=None, began_at__gte=at - SILENT)).count()


def programme_of(meeting: Meeting) -> dict[str, int]:
    """Sessions, people who spoke, pledges announced: of the released programme."""
    sessions = (
        Session.objects.public().filter(meeting=meeting).exclude(kind__in=QUIET).exclude(cancelled_at__isnull=False)
    )
    announced = SessionPledge.objects.filter(
        session__in=sessions, purpose=PledgePurpose.ANNOUNCE, pledge__status=Status.PUBLISHED
    )
    return {
        "sessions": sessions.count(),
        "speakers": SessionRole.objects.public().filter(session__in=sessions).values("profile").distinct().count(),
        "announced": announced.values("pledge").distinct().count(),
    }


def is_quiet(meeting: Meeting, at: datetime) -> bool:
    """A minute after the end nothing moves by itself any more."""
    return at > meeting.ends_at + timedelta(minutes=1)
