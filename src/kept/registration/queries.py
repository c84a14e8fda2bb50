"""Reads of the room registration that join several nouns."""

from __future__ import annotations

from typing import Any

from kept.meetings.models import Meeting
from kept.people.models import Organisation, OtherName
from kept.people.naming import normalise
from kept.people.queries import visible_to
from kept.registration.actions.seats import place_in_line, pool_of
from kept.registration.models import (
    LIVE,
    Category,
    Mode,
    Quota,
    Registration,
    Seat,
    SeatState,
)
from kept.registration.seating import free_for


def open_categories(meeting: Meeting, *, invited_to: str = "") -> list[Category]:
    """Categories that anybody may choose, and the one that an invitation names."""
    rows = meeting.categories.filter(closed_at=None)
    return [one for one in rows if not one.by_invitation or one.code == invited_to]


def pools_shown(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """The pools of a meeting as the box beside its head tells them: name, seats left (None: no limit), waiting."""
    rows = Quota.objects.filter(meeting=meeting, day=None, session=None).select_related("linked_event")
    shown = []
    for quota in rows.order_by("position", "pk"):
        shown.append(
            {
                "mode": quota.mode if quota.is_main else "",
                "name": quota.linked_event.name_in(language) if quota.linked_event else quota.name_in(language),
                "bookable": quota.bookable,
                "left": free_for(pool_of(quota), False),
                "waiting": quota.waiting,
                "reserve": quota.protocol_reserve,
            }
        )
    return shown


def seats_of(registration: Registration) -> list[dict[str, Any]]:
    """What a registration waits for or holds, for its own page: place in line, until when an offer stands."""
    rows = registration.seats.exclude(state=SeatState.RELEASED).select_related("quota")
    return [
        {
            "seat": seat,
            "quota": seat.quota,
            "main": seat.quota.is_main,
            "place": place_in_line(seat) if seat.state == SeatState.WAITING else None,
        }
        for seat in rows
    ]


def main_seat(registration: Registration) -> Seat | None:
    """The claim on the way of taking part that was asked for."""
    rows = registration.seats.exclude(state=SeatState.RELEASED).select_related("quota")
    return next((seat for seat in rows if seat.quota.is_main and seat.quota.mode == registration.mode), None)


def holds_online(registration: Registration) -> bool:
    """May follow online: by choice, or while waiting for a seat in the room."""
    return registration.seats.filter(quota__mode=Mode.REMOTE, state=SeatState.HELD).exists()


def organisation_named(words: str, person: Any) -> Organisation | None:
    """The one organisation of that very name, abbreviation or other spelling which this person may see, else None."""
    plain = normalise(words)
    if not plain:
        return None
    may = visible_to(person)
    found = {row.root.pk: row.root for row in may.filter(normalised=plain)}
    found |= {row.root.pk: row.root for row in may.filter(abbreviation__iexact=words.strip())[:3]}
    others = OtherName.objects.filter(normalised=plain, organisation__in=may).select_related("organisation")[:3]
    found |= {other.organisation.root.pk: other.organisation.root for other in others}
    return next(iter(found.values())) if len(found) == 1 else None


def mine(person: Any) -> list[Registration]:
    """The registrations of an account, the next meeting first."""
    rows = Registration.objects.filter(person=person, erased_at=None).select_related("meeting", "category")
    return list(rows.order_by("-meeting__starts_at"))


def live_of(meeting: Meeting, email: str) -> Registration | None:
    """The registration of an address that counts."""
    return Registration.objects.filter(meeting=meeting, email__iexact=email, state__in=LIVE).first()
