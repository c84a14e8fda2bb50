"""Meetings, sessions and people for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from kept.meetings import actions
from kept.meetings.models import Meeting, Profile, Room, Session, SessionRole

DAY = date(2026, 12, 15)  # a Tuesday
MADE = datetime(2026, 9, 1, 8, tzinfo=UTC)


def meeting(slug: str = "annual-meeting", *, by: Any, at: datetime = MADE, state: str = "announced", **values: Any):
    """A meeting on 15 December 2026, 14:00 to 16:30 in Geneva, announced."""
    given = {
        "names": {"en": "Annual Meeting", "fr": "Réunion annuelle"},
        "venues": {"en": "Popov Room, ITU headquarters"},
        "address": "Place des Nations, 1211 Geneva",
        "cities": {"en": "Geneva", "fr": "Genève"},
        "time_zone": "Europe/Zurich",
        "starts_on": DAY,
        "ends_on": DAY,
        "starts": time(14),
        "ends": time(16, 30),
        "mode": "hybrid",
    }
    made = actions.create_meeting(slug, given | values, by=by, at=at)
    if state == "draft":
        return made
    made = actions.announce_meeting(made, by=by, at=at)
    return actions.open_registration(made, by=by, at=at) if state == "registration_open" else made


def room(of: Meeting, name: str = "Popov Room", **values: Any) -> Room:
    return Room.objects.create(meeting=of, names={"en": name}, position=of.rooms.count(), **values)


def session(
    of: Meeting, title: str, start: str = "", minutes: int = 30, *, by: Any, at: datetime = MADE, where: Room | None = None,
    day: date = DAY, **values: Any,
) -> Session:  # fmt: skip
    """A session; placed in the work in progress where `start` ("14:00") is given."""
    made = actions.add_session(of, {"titles": {"en": title}, "minutes": minutes, **values}, by=by, at=at)
    if start:
        actions.place(made, room=where, day=day, start=time.fromisoformat(start), minutes=minutes, by=by, at=at)
    return made


def speaker(name: str, *, by: Any, at: datetime = MADE, released: bool = True, **values: Any) -> Profile:
    return actions.add_profile({"name": name, **values}, by=by, at=at, released=released)


def speaks(
    profile: Profile, in_session: Session, kind: str = "panellist", *, by: Any, at: datetime = MADE
) -> SessionRole:
    """Somebody who has said yes."""
    return actions.confirm_role(actions.give_role(in_session, profile, kind, by=by, at=at), by=by, at=at)
