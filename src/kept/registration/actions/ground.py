"""What every action on a registration begins and ends with: its row locked, its seats settled, everybody told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting
from kept.people.models import Organisation
from kept.registration.actions import seats
from kept.registration.minors import owes_guardian
from kept.registration.models import ENTERS, Delegation, Mode, Quota, Registration, Seat, SeatState, State

SEATED_STATES = (State.WAITLISTED, State.OFFERED, State.CONFIRMED)  # what a substitute may take over


def allow(may: bool) -> None:
    """Raises NotAllowed where a predicate said no."""
    if not may:
        raise NotAllowed(_("You may not do this."))


def locked(registration: Registration, *, pools: bool = False) -> Registration:
    """The registration as it is now, locked until the transaction ends.

    `pools=True` for whatever may give or take a seat: the pools of its meeting are locked first (`pools_of` has them).
    Pools before delegations before registrations, always: who holds a pool may write the registrations of those who wait
    for it.
    """
    held = seats.locked(registration.meeting_id) if pools else None
    if held is not None:
        lock_delegations([registration.pk])
    rows = Registration.objects.select_for_update(of=("self",)).select_related("category", "meeting")
    fresh = rows.get(pk=registration.pk)
    fresh.__dict__["_pools"] = held
    return fresh


def delegation_of(meeting: Meeting, organisation: Organisation) -> Delegation:
    """The one delegation of an organisation at a meeting, made at first use."""
    return Delegation.objects.get_or_create(meeting=meeting, organisation=organisation.root)[0]


def lock_delegations(registrations: Iterable[int]) -> dict[int, Delegation]:
    """Lock the delegations of these registrations, {id: delegation}. The caller holds the pools of their meetings."""
    wanted = set(
        Registration.objects.filter(pk__in=registrations).exclude(delegation=None).values_list("delegation", flat=True)
    )
    if not wanted:
        return {}
    rows = Delegation.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in rows}


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


def part_pools(registration: Registration) -> list[Quota]:
    """The locked pools of days and sessions that its category draws from, for its way of taking part."""
    drawn = pools_of(registration).of_category(registration.category_id)
    return [pool for pool in drawn if pool.is_part and pool.mode == registration.mode]


def by_name(by: Any) -> Any:
    """The account for the history; None for the holder of a personal link and for the house itself."""
    return by if getattr(by, "pk", None) else None


def note(registration: Registration, verb: str, *, by: Any, at: datetime, before: str, reason: str = "",
         **data: Any) -> None:  # fmt: skip
    """The history entry and the event of a move that was made; beside it `registration.confirmed`, whichever move led there."""
    history.record(
        "registration", registration.pk, verb, by=by_name(by), at=at, from_state=before,
        to_state=registration.state, reason=reason, data=data,
    )  # fmt: skip
    announce(f"registration.{verb}", registration=registration, before=before, by=by, at=at, reason=reason, **data)
    if registration.state == State.CONFIRMED and before not in ENTERS:
        announce("registration.confirmed", registration=registration, at=at)


class DelegationFull(Refused):
    """As many as may come in person for this delegation have a seat, or wait for one, already."""


def fits_in_delegation(registration: Registration) -> None:
    """Raises DelegationFull where one more in person would be more than the delegation's number.

    The caller holds the pools: nobody of the delegation is seated meanwhile, and its number does not change.
    """
    if registration.delegation_id is None or registration.mode != Mode.IN_PERSON:
        return
    most = Delegation.objects.values_list("most", flat=True).get(pk=registration.delegation_id)
    if most is None or len(pools_of(registration).placed(registration.delegation_id) - {registration.pk}) < most:
        return
    raise DelegationFull(
        _("As many people of this delegation as may come in person have a place already. Its focal point, or the "
          "secretariat, can make room; online there is no such limit.")
    )  # fmt: skip


def seat_it(registration: Registration, *, at: datetime, claimed: list[Seat] | None = None) -> None:
    """Claim what its category gives: a seat where one is free, else a place in line and, meanwhile, online.

    Sets the state (confirmed, offered, waitlisted: as its claims are); the caller saves, and holds the pools.
    `claimed`: what it claims already, where the caller knows it. A substitute has what the other had.
    Raises DelegationFull, before anything is claimed.
    """
    if owes_guardian(registration):
        raise Refused(_("Somebody under 18 takes part when a guardian has agreed."))
    if registration.substitute_for_id and take_over(registration, at=at):
        return
    fits_in_delegation(registration)
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
        claim_parts(registration, at=at)
        return
    registration.state = State.OFFERED if SeatState.OFFERED in states else State.WAITLISTED
    for pool in pools:  # online in the meantime
        if pool.mode != registration.mode and pool.pk not in mine:
            seats.claim(registration, pool, held, at=at, wait=False)


def take_over(registration: Registration, *, at: datetime) -> bool:
    """Give a substitute what the one they come for has, and end that registration; False where it has nothing any more."""
    pools = pools_of(registration)
    if pools.unwritten:
        pools.write()
    rows = Registration.objects.select_for_update(of=("self",)).select_related("category", "meeting", "person")
    former = rows.get(pk=registration.substitute_for_id)
    held = list(former.seats.exclude(state=SeatState.RELEASED).order_by("quota_id"))
    if former.state not in SEATED_STATES or not held:
        return False
    for seat in held:
        seats.hand_over(seat, registration, at=at)
    before, registration.mode, registration.state = former.state, former.mode, former.state
    registration.parts.set(former.parts.all())
    registration.confirmed_at = at if former.state == State.CONFIRMED else None
    former.state, former.ended_at = State.WITHDRAWN, at
    former.save(update_fields=["state", "ended_at"])
    Delegation.objects.filter(head=former).update(head=registration)
    note(former, "hand_over", by=None, at=at, before=before, to=registration.pk)
    return True


def give_back(registration: Registration, *, at: datetime, but: Iterable[int] = ()) -> None:
    """Give every claim back (but those on the pools named), and offer what is freed to those who wait."""
    kept, pools = set(but), pools_of(registration)
    for seat in claims(registration):
        if seat.quota_id not in kept:
            seats.release(seat, pools[seat.quota_id], at=at)
            offer_what_is_free(pools[seat.quota_id], at=at)


def claim_parts(registration: Registration, *, at: datetime) -> None:
    """Claim the days and sessions that somebody confirmed wants, and give back those that they want no more.

    Who is not confirmed claims none: no seat of a session is held for who has none at the meeting. The caller holds the pools.
    """
    if not any(pool.is_part for pool in pools_of(registration).values()):
        return
    pools = part_pools(registration)
    mine = {seat.quota_id: seat for seat in claims(registration) if seat.quota.is_part}
    wanted = set(registration.parts.values_list("pk", flat=True)) & {pool.pk for pool in pools}
    held = pools_of(registration)
    for pk, seat in mine.items():
        if pk not in wanted:
            seats.release(seat, held[pk], at=at)
            offer_what_is_free(held[pk], at=at)
    for pool in pools:
        if pool.pk in wanted and pool.pk not in mine:
            seats.claim(registration, pool, held, at=at)


def offer_what_is_free(quota: Quota, *, at: datetime) -> int:
    """Settle a locked pool and tell those who are offered a seat; how many."""
    offered = seats.settle(quota, at=at)
    for seat in offered:
        registration = seat.registration
        if not quota.is_main or quota.mode != registration.mode:
            note(registration, "part_offered", by=None, at=at, before=registration.state, quota=quota.pk,
                 until=seat.offered_until.isoformat())  # fmt: skip
            continue
        before = registration.state
        Registration.objects.filter(pk=registration.pk).update(state=State.OFFERED)
        registration.state = State.OFFERED
        note(registration, "offered", by=None, at=at, before=before, quota=quota.pk,
             until=seat.offered_until.isoformat())  # fmt: skip
    return len(offered)
