"""Reads for the door: who a fingerprint is, what matters of them there, the list that a phone keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from kept.base.models import HistoryEntry
from kept.meetings.models import Meeting
from kept.people.naming import normalise
from kept.registration import admission
from kept.registration.admission import Door, Guest, Presence
from kept.registration.codes import fingerprint
from kept.registration.models import (
    CheckIn,
    CheckInList,
    Credential,
    DoNotAdmit,
    Mode,
    Outcome,
    Quota,
    Registration,
    Seat,
    SeatState,
    State,
)
from kept.registration.seating import line_key, visa_counts

OVERLAP = timedelta(seconds=30)  # the longest that a transaction takes from its moment to its commit
MOST_CHANGES = 200  # lines of one answer to a phone
MOST_NEWS = 500
WAITS_HERE = ("waiting", "turn", "ask")  # refusals of those who stand at the door and wait
_known: dict[int, dict[str, int]] = {}  # meeting → fingerprint → registration; keys never change


def ids_of(meeting: int, fingerprints: Iterable[str]) -> dict[str, int]:
    """{fingerprint: id of the registration} of those that are of this meeting; read again where one is not known."""
    wanted = set(fingerprints)
    known = _known.get(meeting, {})
    if not wanted <= set(known):
        rows = Registration.objects.filter(meeting=meeting).values_list("key", "pk")
        known = _known[meeting] = {fingerprint(key): pk for key, pk in rows}
    return {one: known[one] for one in wanted if one in known}


def with_what_matters(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Registrations with what the door asks of them: barred, provisional, whether a proof was seen."""
    today = timezone.now().date()
    barred = DoNotAdmit.objects.filter(registration=OuterRef("pk"), lifted_at=None)
    proof = Credential.objects.filter(registration=OuterRef("pk")).filter(
        Q(valid_until=None) | Q(valid_until__gte=today)
    )
    return rows.select_related("category", "walk_in").annotate(is_barred=Exists(barred), has_proof=Exists(proof))


def names_barred(meeting: Meeting | int) -> set[str]:
    """Normalised names of those who are not to be admitted and are known by name only."""
    rows = DoNotAdmit.objects.filter(meeting=meeting, registration=None, lifted_at=None)
    return set(rows.values_list("normalised", flat=True)) - {""}


def seated(counted: CheckInList) -> set[int] | None:
    """Who holds a seat of the session behind a door, or is offered one; None where it has no seats of its own."""
    pools = Quota.objects.filter(session=counted.session_id, mode=Mode.IN_PERSON) if counted.session_id else None
    if pools is None or not pools.exists():
        return None
    held = Seat.objects.filter(quota__in=pools, state__in=(SeatState.HELD, SeatState.OFFERED))
    return set(held.values_list("registration_id", flat=True))


def guest(
    registration: Registration, *, seats: set[int] | None, inside: bool = False, ahead: int = 0,
    names: set[str] | None = None,
) -> Guest:  # fmt: skip
    """What the rules of the door look at; `registration` as `with_what_matters` reads it, `seats` as `seated` does."""
    names = names_barred(registration.meeting_id) if names is None else names
    walk_in = getattr(registration, "walk_in", None)
    return Guest(
        state=registration.state,
        in_person=registration.mode == Mode.IN_PERSON,
        barred=registration.is_barred,
        same_name=bool(names) and not names.isdisjoint(names_of(registration)),
        provisional=bool(walk_in and walk_in.is_provisional),
        proof_owed=registration.category.needs_proof and not registration.has_proof,
        category=registration.category_id,
        seat_owed=seats is not None and registration.pk not in seats,
        inside=inside,
        ahead=ahead,
    )


def names_of(registration: Registration) -> set[str]:
    """The names that somebody goes by, normalised."""
    turned = f"{registration.family_name} {registration.given_name}"
    said = (registration.name, turned, registration.name_native, registration.badge_name)
    return {normalise(one) for one in said if one.strip()}


def door(counted: CheckInList, *, inside: int, reserved: int) -> Door:
    """A door as it is now; chairs and standby are the entrance's."""
    meeting = counted.meeting
    standby = counted.is_entrance and meeting.has_hours
    return Door(
        inside=inside,
        limit=counted.fire_limit,
        reserved=reserved,
        categories=frozenset(counted.categories.values_list("pk", flat=True)),
        standby_from=meeting.starts_at - admission.STANDBY if standby else None,
        chairs=chairs(meeting) if standby else None,
    )


def chairs(meeting: Meeting) -> int | None:
    """How many may be booked in the room, of all its pools; None where there is no limit."""
    pools = Quota.objects.filter(meeting=meeting, mode=Mode.IN_PERSON, day=None, session=None, linked_event=None)
    if not pools or any(pool.bookable is None for pool in pools):
        return None
    return pools.aggregate(n=Sum("bookable"))["n"]


def ahead_of(registration: Registration, counted: CheckInList, presences: dict[int, Presence]) -> int:
    """How many of those who stand at this door and wait come before them in line."""
    here = set(
        CheckIn.objects.filter(list=counted, outcome=Outcome.REFUSED, refusal__in=WAITS_HERE, voided_at=None)
        .exclude(registration=None).values_list("registration_id", flat=True)
    ) - {pk for pk, presence in presences.items() if presence.inside}  # fmt: skip
    line = Seat.objects.filter(
        registration__in=here | {registration.pk}, registration__state=State.WAITLISTED, state=SeatState.WAITING,
        quota__mode=Mode.IN_PERSON, quota__day=None, quota__session=None, quota__linked_event=None,
    )  # fmt: skip
    visas = visa_counts(registration.meeting.letters_until, registration.meeting.starts_at)
    keys = {
        seat.registration_id: line_key(seat.priority, seat.visa and visas, seat.arrival)
        for seat in line.only("registration_id", "priority", "visa", "arrival")
    }
    own = keys.pop(registration.pk, None)
    return len(keys) if own is None else sum(key < own for key in keys.values())


def standby(counted: CheckInList, most: int = 20) -> list[tuple[Registration, bool]]:
    """The first who wait for a seat in the room, in the order of the line; whether each has been at this door."""
    here = set(
        CheckIn.objects.filter(list=counted, outcome=Outcome.REFUSED, refusal__in=WAITS_HERE, voided_at=None)
        .exclude(registration=None).values_list("registration_id", flat=True)
    )  # fmt: skip
    line = Seat.objects.filter(
        registration__state=State.WAITLISTED, registration__erased_at=None, state=SeatState.WAITING,
        quota__meeting=counted.meeting_id, quota__mode=Mode.IN_PERSON, quota__day=None, quota__session=None,
        quota__linked_event=None,
    ).select_related("registration__category")  # fmt: skip
    visas = visa_counts(counted.meeting.letters_until, counted.meeting.starts_at)
    ordered = line.order_by("priority", *(["-visa"] if visas else []), "arrival")[:most]  # as seating.line_key
    return [(seat.registration, seat.registration_id in here) for seat in ordered]


def list_for(counted: CheckInList, at: datetime) -> list[dict[str, Any]]:
    """What a phone keeps of everybody who may stand before it: fingerprint, name, category, why not.

    Nothing else: no address, no organisation, no key.
    """
    return _lines(counted, Registration.objects.filter(meeting=counted.meeting_id), at)


def _lines(counted: CheckInList, rows: QuerySet[Registration], at: datetime) -> list[dict[str, Any]]:
    rows = rows.filter(erased_at=None).exclude(state__in=(State.DRAFT, State.SUBMITTED))
    names, book = names_barred(counted.meeting_id), admission.fold(passages(counted))
    plain, seats = Door(categories=frozenset(counted.categories.values_list("pk", flat=True))), seated(counted)
    found = []
    for row in with_what_matters(rows).order_by("family_name", "given_name", "pk"):
        presence = book.get(row.pk)
        inside = bool(presence and presence.inside)
        why = admission.refusal_of(guest(row, seats=seats, names=names), plain, at)
        found.append({
            "who": fingerprint(row.key), "name": row.badge_name or row.name, "native": row.name_native,
            "category": row.category_id, "why": why, "since": presence.spells[-1][0].isoformat() if inside else "",
        })  # fmt: skip
    return found


def changes_for(counted: CheckInList, since: datetime, at: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The lines of a phone's list that changed since it last heard, as they are now; and whether it has to take the
    whole list again: because of a name that is not admitted, a check-in that was taken back, somebody who was erased,
    or where more changed than a short answer holds. Told twice rather than not at all (`OVERLAP`)."""
    since -= OVERLAP
    mine = Registration.objects.filter(meeting=counted.meeting_id)
    told = HistoryEntry.objects.filter(subject_kind="registration", subject_id__in=mine.values("pk"), at__gte=since)
    touched = set(told.exclude(verb="attend").values_list("subject_id", flat=True)[: MOST_CHANGES + 1])
    barred = DoNotAdmit.objects.filter(meeting=counted.meeting_id).filter(Q(at__gte=since) | Q(lifted_at__gte=since))
    barred_ids = list(barred.values_list("registration_id", flat=True))
    voided = CheckIn.objects.filter(list=counted, voided_at__gte=since)
    touched |= set(barred_ids) - {None}
    if None in barred_ids or len(touched) > MOST_CHANGES or voided.exists():
        return [], True
    lines = _lines(counted, mine.filter(pk__in=touched), at) if touched else []
    gone = mine.filter(pk__in=touched).exclude(erased_at=None)
    return lines, bool(touched) and gone.exists()


def passages(counted: CheckInList) -> list[admission.Passage]:
    """Everybody who went through the doors of a list."""
    rows = CheckIn.objects.filter(list=counted, voided_at=None, registration__isnull=False).exclude(
        outcome=Outcome.REFUSED
    )
    return [
        admission.Passage(nonce, who, at, entry)
        for nonce, who, at, entry in rows.values_list("nonce", "registration_id", "at", "entry")
    ]


def news_for(counted: CheckInList, since: int) -> list[dict[str, Any]]:
    """Who went through the doors since a phone last heard: so that all of them show who is in."""
    rows = CheckIn.objects.filter(list=counted, pk__gt=since, voided_at=None, registration__isnull=False)
    rows = rows.exclude(outcome=Outcome.REFUSED).select_related("registration").order_by("pk")[:MOST_NEWS]
    return [
        {"n": row.pk, "who": fingerprint(row.registration.key), "entry": row.entry, "at": row.at.isoformat()}
        for row in rows
    ]
