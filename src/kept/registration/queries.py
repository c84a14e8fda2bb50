"""Reads of the room registration that join several nouns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from kept.meetings.models import Meeting
from kept.people.models import Organisation, OtherName
from kept.people.naming import normalise
from kept.people.permissions import roles_of, speaks_for
from kept.people.queries import visible_to
from kept.registration.actions.seats import place_in_line, pool_of
from kept.registration.models import (
    ENTERS,
    LIVE,
    Category,
    Mode,
    Quota,
    Registration,
    Seat,
    SeatState,
    State,
    TwoPeople,
)
from kept.registration.seating import free_for


def open_categories(meeting: Meeting, *, invited_to: str = "") -> list[Category]:
    """Categories that anybody may choose, and the one that an invitation names."""
    rows = meeting.categories.filter(closed_at=None)
    return [one for one in rows if not one.by_invitation or one.code == invited_to]


def pools_shown(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """The pools of a meeting as the box beside its head tells them: name, seats left (None: no limit), waiting."""
    rows = Quota.objects.filter(meeting=meeting, day=None, session=None).select_related("linked_event")
    shown: list[dict[str, Any]] = []
    for quota in rows.order_by("position", "pk"):
        is_first = all(one["mode"] != quota.mode for one in shown)  # another one of a mode goes by its name
        shown.append(
            {
                "mode": quota.mode if quota.is_main and is_first else "",
                "name": quota.linked_event.name_in(language) if quota.linked_event else quota.name_in(language),
                "bookable": quota.bookable,
                "left": free_for(pool_of(quota), False),
                "waiting": quota.waiting,
                "reserve": quota.protocol_reserve,
            }
        )
    return shown


def seats_of(registration: Registration, at: datetime) -> list[dict[str, Any]]:
    """What a registration waits for or holds, for its own page: place in line, until when an offer stands."""
    rows = registration.seats.exclude(state=SeatState.RELEASED).select_related("quota__meeting")
    return [
        {
            "seat": seat,
            "quota": seat.quota,
            "main": seat.quota.is_main,
            "place": place_in_line(seat, at) if seat.state == SeatState.WAITING else None,
        }
        for seat in rows
    ]


DAYS_FIRST = (F("day").asc(nulls_last=True), "position", "pk")  # of pools of days and sessions


def parts_offered_to(registration: Registration) -> list[Quota]:
    """Days and sessions with seats of their own that its category and way may choose; one query."""
    rows = registration.category.quotas.filter(mode=registration.mode, linked_event=None)
    rows = rows.filter(Q(day__isnull=False) | Q(session__isnull=False))
    return list(rows.order_by(*DAYS_FIRST))


def parts_of(registration: Registration, seats: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The days and sessions that somebody wants, each with its seat of `seats_of`: held, offered until, in line at which
    place; or None as long as they are not confirmed."""
    held = {one["seat"].quota_id: one for one in seats}
    wanted = registration.parts.filter(mode=registration.mode).order_by(*DAYS_FIRST)
    return [{"quota": pool, **(held.get(pool.pk) or {"seat": None, "place": None})} for pool in wanted]


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


TWINS_SHOWN = 20


def twins_of(registration: Registration) -> list[Registration]:
    """Other registrations of the meeting that may be of the same person: the same name, or address, in whatever state."""
    rows = Registration.objects.filter(meeting=registration.meeting_id, erased_at=None).exclude(pk=registration.pk)
    same = Q(email__iexact=registration.email)
    if registration.given_name and registration.family_name:
        given, family = registration.given_name, registration.family_name
        same |= Q(given_name__iexact=given, family_name__iexact=family)
        same |= Q(given_name__iexact=family, family_name__iexact=given)
    mine = Q(one=registration) | Q(other=registration)
    apart = {pk for pair in TwoPeople.objects.filter(mine).values_list("one", "other") for pk in pair}
    return list(rows.filter(same).exclude(pk__in=apart).order_by("pk")[:TWINS_SHOWN])


def doubles(meeting: Meeting) -> list[list[int]]:
    """Ids of registrations that may be of one person each: at least two that have not ended, of the same name (in either
    order) or the same address, that nobody said are two people; two queries. `twins_of` is the rule for one of them."""
    alike: dict[tuple, set[int]] = {}
    rows = Registration.objects.filter(meeting=meeting, erased_at=None, state__in=LIVE)
    for pk, email, given, family in rows.values_list("pk", "email", "given_name", "family_name").iterator(2000):
        alike.setdefault((email.casefold(),), set()).add(pk)
        if given and family:
            alike.setdefault(tuple(sorted((given.casefold(), family.casefold()))), set()).add(pk)
    several = [keys for keys in alike.values() if len(keys) > 1]
    apart = set(TwoPeople.objects.filter(one__meeting=meeting).values_list("one", "other"))
    open_ones = [keys for keys in several if any(pair not in apart for pair in combinations(sorted(keys), 2))]
    return sorted(sorted(keys) for keys in open_ones)


SORTS = {"name": ("family_name", "given_name"), "newest": ("-started_at",), "category": ("category__position",)}


LISTED_BY = ("q", "state", "category", "mode", "entity_type", "country", "sort")  # what the desk's list is asked for


def asked_of_the_list(said: Mapping[str, str]) -> dict[str, str]:
    """What the address of the desk's list asks for: {name: value}, a value "" where it does not say."""
    return {name: said.get(name, "").strip()[:200] for name in LISTED_BY}


def registrations_found(
    meeting: Meeting, *, q: str = "", state: str = "", category: str = "", mode: str = "", entity_type: str = "",
    country: str = "", sort: str = "",
) -> QuerySet[Registration]:  # fmt: skip
    """The registrations of a meeting for the desk, narrowed down; unknown values of a filter find nothing."""
    rows = Registration.objects.filter(meeting=meeting, erased_at=None).select_related("category", "organisation")
    for word in q.split()[:5]:
        rows = rows.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(name_native__icontains=word)
            | Q(email__icontains=word) | Q(organisation_name__icontains=word) | Q(organisation__name__icontains=word)
        )  # fmt: skip
    if state:
        rows = rows.filter(state=state)
    if category:
        rows = rows.filter(category__code=category)
    for field, value in (("mode", mode), ("entity_type", entity_type), ("country", country)):
        if value:
            rows = rows.filter(**{field: value})
    return rows.order_by(*SORTS.get(sort, ("-submitted_at",)), "pk")


def by_state(rows: QuerySet[Registration]) -> dict[str, int]:
    """{state: how many}; one query."""
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


def numbers(meeting: Meeting) -> dict[str, dict[str, int]]:
    """{state: {mode: how many}} of the registrations of a meeting, in the order of the states; one query."""
    rows = Registration.objects.filter(meeting=meeting, erased_at=None).order_by()
    counted = {(r["state"], r["mode"]): r["n"] for r in rows.values("state", "mode").annotate(n=Count("pk"))}
    return {
        state: {mode: counted.get((state, mode), 0) for mode in Mode.values}
        for state in State.values if any(known == state for known, _mode in counted)
    }  # fmt: skip


def confirmed_by(meeting: Meeting, fields: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """{field: [(value, how many are confirmed)]}, the most first; a query for each field."""
    rows = Registration.objects.filter(meeting=meeting, state__in=ENTERS).order_by()
    return {
        field: list(rows.values_list(field).annotate(n=Count("pk")).order_by("-n", field)) for field in fields
    }  # fmt: skip


def represented_by(person: Any) -> list[int]:
    """Ids of the organisations that a person speaks for."""
    return [pk for pk in roles_of(person) if speaks_for(person, pk)]


def waiting_for(person: Any) -> QuerySet[Registration]:
    """Who waits for this focal point to say whether they come for the organisation; never oneself."""
    rows = Registration.objects.filter(organisation__in=represented_by(person), state=State.PENDING_FOCAL_POINT)
    rows = rows.exclude(person=person).exclude(email__iexact=person.email)
    return rows.select_related("meeting", "category", "organisation").order_by("asked_approval_at", "pk")


def coming_for(person: Any, at: datetime) -> QuerySet[Registration]:
    """Who else is registered for the organisations that a person speaks for, at meetings that are not over."""
    rows = Registration.objects.filter(
        organisation__in=represented_by(person), state__in=LIVE, meeting__ends_at__gt=at
    ).exclude(state__in=(State.SUBMITTED, State.PENDING_FOCAL_POINT))
    return rows.select_related("meeting", "category", "organisation").order_by(
        "meeting__starts_at", "family_name", "pk"
    )
