"""Freed seats: offered to the next in line, taken, left, run out; pools that staff make larger or smaller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused, WrongState
from kept.registration.actions import seats
from kept.registration.actions.ground import (
    allow,
    by_name,
    claim_parts,
    claims,
    give_back,
    locked,
    main_pools,
    note,
    offer_what_is_free,
)
from kept.registration.actions.registering import end
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import Mode, Quota, Registration, Seat, SeatState, State
from kept.registration.permissions import may_run_registration


def accept_offer(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """Take the seat that is held. Raises NotAllowed, WrongState; Refused where the offer has run out by now."""
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("accept_offer", registration, state=registration.state, by=by)
        seat = _offered(registration)
        if seat.state != SeatState.OFFERED or seat.offered_until <= at:
            raise Refused(_("This offer has run out, and the seat went to the next in line."))
        seats.take(seat, at=at)
        before, registration.state, registration.confirmed_at = registration.state, State.CONFIRMED, at
        registration.save(update_fields=["state", "confirmed_at"])
        note(registration, "accept_offer", by=by, at=at, before=before)
        _leave_the_meantime(registration, at=at)
        claim_parts(registration, at=at)
    return registration


def leave_offer(registration: Registration, *, by: Any, at: datetime) -> Registration:
    """Not the seat: who was online in the meantime stays online, others are cancelled. Raises as `accept_offer`."""
    with transaction.atomic():
        fresh = locked(registration, pools=True)
        REGISTRATION.check("leave_offer", fresh, state=fresh.state, by=by)
        if _stays_online(fresh, "leave_offer", by=by, at=at):
            return fresh
    return end(registration, "leave_offer", by=by, at=at)


def lapse_offers(at: datetime) -> int:
    """Offers that have run out go to the next in line; how many. A duty of the worker, safe to run twice."""
    out = Seat.objects.filter(state=SeatState.OFFERED, offered_until__lte=at).values_list(
        "registration__meeting_id", "registration_id", "pk"
    )
    done = 0
    for meeting_id, registration_id, seat_id in list(out):
        with transaction.atomic():
            registration = locked(Registration(pk=registration_id, meeting_id=meeting_id), pools=True)
            seat = Seat.objects.get(pk=seat_id)
            if seat.state != SeatState.OFFERED or seat.offered_until > at:
                continue
            done += 1
            if not (seat.quota.is_main and seat.quota.mode == registration.mode):
                registration.parts.remove(seat.quota_id)
                give_back(registration, at=at, but=[one.quota_id for one in claims(registration) if one.pk != seat.pk])
                note(registration, "part_lapsed", by=None, at=at, before=registration.state, quota=seat.quota_id)
            elif not _stays_online(registration, "lapse", by=None, at=at):
                before, registration.state, registration.ended_at = registration.state, State.CANCELLED, at
                registration.save(update_fields=["state", "ended_at"])
                note(registration, "lapse", by=None, at=at, before=before)
                give_back(registration, at=at)
    return done


def seat_past_the_line(registration: Registration, *, by: Any, at: datetime, reason: str) -> Registration:
    """Give somebody who waits a seat, past the line, with a name and a reason to it.

    Raises NotAllowed, WrongState, ReasonOwed; Refused where no seat is left at all.
    """
    with transaction.atomic():
        registration = locked(registration, pools=True)
        REGISTRATION.check("seat", registration, state=registration.state, by=by, reason=reason)
        mine = [seat for seat in claims(registration) if seat.quota.is_main and seat.quota.mode == registration.mode]
        for seat in mine:
            if seat.state != SeatState.HELD and not seats.give_past_the_line(seat, seat.quota, at=at):
                raise Refused(_("No seat is left. Raise the bookable number first, or free a seat."))
        before, registration.state, registration.confirmed_at = registration.state, State.CONFIRMED, at
        registration.save(update_fields=["state", "confirmed_at"])
        note(registration, "seat", by=by, at=at, before=before, reason=reason)
        _leave_the_meantime(registration, at=at)
        claim_parts(registration, at=at)
    return registration


def change_pool(quota: Quota, *, bookable: int | None, protocol_reserve: int, by: Any, at: datetime) -> Quota:
    """Set how many seats may be booked. More seats are offered at once; fewer take nobody's seat away.

    Raises NotAllowed; Refused for a reserve larger than the pool.
    """
    allow(may_run_registration(by, quota.meeting) or by is None)
    if bookable is not None and protocol_reserve > bookable:
        raise Refused(_("The reserve cannot be larger than the number of seats."))
    with transaction.atomic():
        quota = seats.locked(quota.meeting_id, only=quota.pk)[quota.pk]
        before = {"bookable": quota.bookable, "protocol_reserve": quota.protocol_reserve}
        quota.bookable, quota.protocol_reserve = bookable, protocol_reserve
        quota.save(update_fields=["bookable", "protocol_reserve"])
        offer_what_is_free(quota, at=at)
        history.record(
            "quota", quota.pk, "change_pool", by=by_name(by), at=at,
            data={"before": before, "bookable": bookable, "protocol_reserve": protocol_reserve},
        )  # fmt: skip
    return quota


def _offered(registration: Registration) -> Seat:
    for seat in claims(registration):
        if seat.state == SeatState.OFFERED and seat.quota.is_main:
            return seat
    raise WrongState(_("No seat is offered."))


def _stays_online(registration: Registration, verb: str, *, by: Any, at: datetime) -> bool:
    """Who is online in the meantime stays so: confirmed, online, the claim on the room given back."""
    online = [
        seat for seat in claims(registration)
        if seat.quota.is_main and seat.quota.mode == Mode.REMOTE and seat.state == SeatState.HELD
    ]  # fmt: skip
    if registration.mode == Mode.REMOTE or not online:
        return False
    before = registration.state
    registration.mode, registration.state, registration.confirmed_at = Mode.REMOTE, State.CONFIRMED, at
    registration.save(update_fields=["mode", "state", "confirmed_at"])
    note(registration, verb, by=by, at=at, before=before, mode=Mode.REMOTE.value)
    keep = [seat.quota_id for seat in claims(registration) if seat.quota_id == online[0].quota_id]
    give_back(registration, at=at, but=[*keep, *(s.quota_id for s in claims(registration) if not s.quota.is_main)])
    claim_parts(registration, at=at)
    return True


def _leave_the_meantime(registration: Registration, *, at: datetime) -> None:
    """A seat in the room is held: the one online is not needed any more."""
    keep = [quota.pk for quota in main_pools(registration, [registration.mode])]
    parts = [seat.quota_id for seat in claims(registration) if not seat.quota.is_main]
    give_back(registration, at=at, but=[*keep, *parts])
