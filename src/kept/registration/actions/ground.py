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
from kept.registration.models import Mode, Quota, Registration, Seat, SeatState, State


def allow(may: bool) -> None:
    """Raises NotAllowed where a predicate said no."""
    if not may:
        raise NotAllowed(_("You may not do this."))


def locked(registration: Registration, *, pools: bool = False) -> Registration:
    """The registration as it is now, locked until the transaction ends.

    `pools=True` for whatever may give or take a seat: the pools of its meeting are locked first (`pools_of` has them).
    Pools before registrations, always: who holds a pool may write the registrations of those who wait for it.
    """
    held = seats.locked(registration.meeting_id) if pools else None
    rows = Registration.objects.select_for_update(of=("self",)).select_related("category", "meeting")
    fresh = rows.get(pk=registration.pk)
    fresh.__dict__["_pools"] = held
    return fresh


def pools_of(registration: Registration) -> seats.Pools:
    """The pools of its meeting, under the lock that `locked(pools=True)` took."""
    return registration.__dict__["_pools"]


def claims(registration: Registration) -> list[Seat]:
    """What it waits for or holds, with the locked pools where they are."""
    found = list(registration.seats.exclude(state=SeatState.RELEASED).order_by("quota_id"))
    for seat in found:
        if pools := registration.__dict__.get("_pools"):
            seat.quota = pools[seat.quota_id]
    return found


def main_pools(registration: Registration, modes: Iterable[str]) -> list[Quota]:
    """The locked pools of the meeting itself that its category draws from, for these ways of taking part."""
    wanted, drawn = set(modes), pools_of(registration).of_category(registration.category_id)
    return [pool for pool in drawn if pool.is_main and pool.mode in wanted]


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


def seat_it(registration: Registration, *, at: datetime, claimed: list[Seat] | None = None) -> None:
    """Claim what its category gives: a seat where one is free, else a place in line and, meanwhile, online.

    Sets the state (confirmed, offered, waitlisted: as its claims are); the caller saves, and holds the pools.
    `claimed`: what it claims already, where the caller knows it.
    """
    modes = [registration.mode]
    if registration.mode == Mode.IN_PERSON and Mode.REMOTE in registration.category.modes:
        modes.append(Mode.REMOTE)
    mine = {seat.quota_id: seat for seat in (claims(registration) if claimed is None else claimed)}
    held, pools = pools_of(registration), main_pools(registration, modes)
    found = [
        mine.get(pool.pk) or seats.claim(registration, pool, held, at=at)
        for pool in pools if pool.mode == registration.mode
    ]  # fmt: skip
    states = {seat.state for seat in found if seat is not None}
    if states == {SeatState.HELD}:
        registration.state, registration.confirmed_at = State.CONFIRMED, at
        return
    registration.state = State.OFFERED if SeatState.OFFERED in states else State.WAITLISTED
    for pool in pools:  # online in the meantime
        if pool.mode != registration.mode and pool.pk not in mine:
            seats.claim(registration, pool, held, at=at, wait=False)


def give_back(registration: Registration, *, at: datetime, but: Iterable[int] = ()) -> None:
    """Give every claim back (but those on the pools named), and offer what is freed to those who wait."""
    kept, pools = set(but), pools_of(registration)
    for seat in claims(registration):
        if seat.quota_id not in kept:
            seats.release(seat, pools[seat.quota_id], at=at)
            offer_what_is_free(pools[seat.quota_id], at=at)


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
