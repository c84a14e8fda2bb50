"""What every action on a registration begins and ends with: its row locked, its seats settled, everybody told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed
from kept.registration.actions import seats
from kept.registration.models import Category, Mode, Quota, Registration, Seat, SeatState, State


def allow(may: bool) -> None:
    """Raises NotAllowed where a predicate said no."""
    if not may:
        raise NotAllowed(_("You may not do this."))


def locked(registration: Registration, *, pools: bool = False) -> Registration:
    """The registration as it is now, locked until the transaction ends.

    `pools=True` for whatever may give or take a seat: every pool it draws from is locked first, in the order of ids.
    Pools before registrations, always: who holds a pool may write the registrations of those who wait for it.
    """
    rows = Registration.objects.select_for_update(of=("self",)).select_related("category", "meeting")
    if not pools:
        return rows.get(pk=registration.pk)
    while True:
        category = Registration.objects.values_list("category", flat=True).get(pk=registration.pk)
        seats.locked({*Category.quotas.through.objects.filter(category=category).values_list("quota", flat=True),
                      *Seat.objects.filter(registration=registration.pk).values_list("quota", flat=True)})  # fmt: skip
        fresh = rows.get(pk=registration.pk)
        if fresh.category_id == category:  # nobody chose another category meanwhile
            return fresh


def claims(registration: Registration) -> list[Seat]:
    """What it waits for or holds."""
    return list(registration.seats.exclude(state=SeatState.RELEASED))


def main_pools(registration: Registration, modes: Iterable[str]) -> list[Quota]:
    """The pools of the meeting itself that its category draws from, for these ways of taking part."""
    rows = registration.category.quotas.filter(
        mode__in=list(modes), day=None, session=None, linked_event=None, meeting=registration.meeting_id
    )
    return list(rows)


def by_name(by: Any) -> Any:
    """The account for the history; None for the holder of a personal link and for the house itself."""
    return by if getattr(by, "pk", None) else None


def note(registration: Registration, verb: str, *, by: Any, at: datetime, before: str, reason: str = "",
         **data: Any) -> None:  # fmt: skip
    """The history entry and the event of a move that was made."""
    history.record(
        "registration", registration.pk, verb, by=by_name(by), at=at, from_state=before,
        to_state=registration.state, reason=reason, data=data,
    )  # fmt: skip
    announce(f"registration.{verb}", registration=registration, before=before, by=by, at=at, reason=reason, **data)


def state_by_seats(registration: Registration) -> State:
    """Confirmed, offered or waitlisted: as the claim on the way of taking part that was asked for says."""
    main = [seat for seat in claims(registration) if seat.quota.is_main and seat.quota.mode == registration.mode]
    if any(seat.state == SeatState.HELD for seat in main):
        return State.CONFIRMED
    if any(seat.state == SeatState.OFFERED for seat in main):
        return State.OFFERED
    return State.WAITLISTED


def seat_it(registration: Registration, *, at: datetime) -> None:
    """Claim what its category gives: a seat where one is free, else a place in line and, meanwhile, online.

    Sets the state; the caller saves. Pools are locked here, last.
    """
    modes = [registration.mode]
    if registration.mode == Mode.IN_PERSON and Mode.REMOTE in registration.category.modes:
        modes.append(Mode.REMOTE)
    found = main_pools(registration, modes)
    pools = seats.locked(quota.pk for quota in found)
    own = [quota for quota in pools.values() if quota.mode == registration.mode]
    held = True
    for quota in own:
        seat = seats.claim(registration, quota, at=at)
        held = held and seat is not None and seat.state == SeatState.HELD
    if not held:
        for quota in pools.values():
            if quota.mode != registration.mode:  # online in the meantime
                seats.claim(registration, quota, at=at, wait=False)
    registration.state = State.CONFIRMED if held else state_by_seats(registration)
    if registration.state == State.CONFIRMED:
        registration.confirmed_at = at


def give_back(registration: Registration, *, at: datetime, but: Iterable[int] = ()) -> None:
    """Give every claim back (but those on the pools named), and offer what is freed to those who wait."""
    mine = [seat for seat in claims(registration) if seat.quota_id not in set(but)]
    pools = seats.locked({seat.quota_id for seat in mine})
    for seat in mine:
        seat.refresh_from_db()  # an offer may have run out while the pool was waited for
        seats.release(seat, pools[seat.quota_id], at=at)
    for quota in pools.values():
        offer_what_is_free(quota, at=at)


def offer_what_is_free(quota: Quota, *, at: datetime) -> int:
    """Settle a locked pool and tell those who are offered a seat; how many."""
    offered = seats.settle(quota, at=at)
    for seat in offered:
        registration = seat.registration
        if not quota.is_main or quota.mode != registration.mode:
            note(registration, "part_offered", by=None, at=at, before=registration.state, quota=quota.pk)
            continue
        before = registration.state
        Registration.objects.filter(pk=registration.pk).update(state=State.OFFERED)
        registration.state = State.OFFERED
        note(registration, "offered", by=None, at=at, before=before, quota=quota.pk,
             until=seat.offered_until.isoformat())  # fmt: skip
    return len(offered)
