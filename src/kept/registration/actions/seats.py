"""Seats given, offered, taken back, under the lock of their pool. The only code that writes `Seat` and a quota's counts.

Every function runs in the caller's transaction. Pools are locked in the order of their ids and before any registration,
and each is settled before the transaction ends: as long as somebody waits who may sit, no seat is free.
On PostgreSQL the lock is `FOR UPDATE` of the quota's row; SQLite's immediate transactions are one lock already.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from kept.base.bulk import insert_objects
from kept.registration.models import Category, Mode, Quota, Registration, Seat, SeatState
from kept.registration.seating import Pool, free_for, has_room, offer_until, visa_counts

HOLDING = (SeatState.HELD, SeatState.OFFERED)


class Pools(dict[int, Quota]):
    """{id: pool} of a meeting under their locks.

    `gather()`: from then on what is claimed is not written one by one but by `write()`, which must come before the
    transaction ends, and does before anything is asked of the seats.
    """

    unwritten: list[Seat] | None = None

    def __init__(self, rows: Iterable[Quota]) -> None:
        super().__init__({quota.pk: quota for quota in rows})
        self._drawn: dict[int, set[int]] = {}

    def of_category(self, category: int) -> list[Quota]:
        """The pools that a category draws from."""
        if category not in self._drawn:
            rows = Category.quotas.through.objects.filter(category=category)
            self._drawn[category] = set(rows.values_list("quota", flat=True))
        return [quota for pk, quota in self.items() if pk in self._drawn[category]]

    def placed(self, delegation: int) -> set[int]:
        """Ids of a delegation's registrations that claim a seat in the room: held, offered, or waited for."""
        rooms = {pk for pk, quota in self.items() if quota.is_main and quota.mode == Mode.IN_PERSON}
        rows = Seat.objects.filter(registration__delegation=delegation, quota__in=rooms)
        found = set(rows.exclude(state=SeatState.RELEASED).values_list("registration", flat=True))
        for seat in self.unwritten or []:
            if seat.quota_id in rooms and seat.registration.delegation_id == delegation:
                found.add(seat.registration_id)
        return found

    def gather(self) -> None:
        self.unwritten = []

    def write(self) -> None:
        seats, self.unwritten = self.unwritten or [], []
        insert_objects(seats)
        for pk in sorted({seat.quota_id for seat in seats}):
            _write(self[pk])


def locked(meeting: int, only: int | None = None) -> Pools:
    """The pools of a meeting, locked in the order of ids: they are few, and whoever registers draws from most.

    `only` one of them, for what concerns one alone.
    """
    rows = Quota.objects.select_for_update(of=("self",)).filter(meeting=meeting).order_by("pk")
    return Pools((rows.filter(pk=only) if only else rows).select_related("meeting"))


def pool_of(quota: Quota) -> Pool:
    return Pool(quota.bookable, quota.protocol_reserve, quota.taken, quota.protocol_taken)


def claim(registration: Registration, quota: Quota, pools: Pools, *, at: datetime, wait: bool = True) -> Seat | None:
    """Claim a seat of one of the locked `pools`: held where one is free and nobody waits who may take it, else in line.

    The number of arrival is given here, under the lock: the order of commit. `wait=False`: None instead of a place in
    line. The caller knows that the registration has no claim on the pool (a constraint holds it).
    """
    protocol = registration.category.protocol
    free = has_room(pool_of(quota), protocol)
    if free and quota.waiting:
        if pools.unwritten:
            pools.write()
        free = not _somebody_waits(quota, protocol)
    if not free and not wait:
        return None
    quota.arrivals += 1
    seat = Seat(
        registration=registration, quota=quota, state=SeatState.HELD if free else SeatState.WAITING,
        priority=registration.category.priority, protocol=protocol, visa=registration.needs_visa,
        arrival=quota.arrivals, claimed_at=at, changed_at=at,
    )  # fmt: skip
    if free:
        _count(quota, seat, +1)
    else:
        quota.waiting += 1
    if pools.unwritten is not None:
        pools.unwritten.append(seat)
        return seat
    seat.save(force_insert=True)
    _write(quota)
    return seat


def take(seat: Seat, *, at: datetime) -> Seat:
    """A seat that was offered is held from now on."""
    seat.state, seat.offered_until, seat.changed_at = SeatState.HELD, None, at
    seat.save(update_fields=["state", "offered_until", "changed_at"])
    return seat


def give_past_the_line(seat: Seat, quota: Quota, *, at: datetime) -> bool:
    """Seat somebody who waits, past the line, where the pool has any seat at all; False where it has none."""
    if seat.state == SeatState.OFFERED:
        take(seat, at=at)
        return True
    if not has_room(pool_of(quota), True):
        return False
    quota.waiting -= 1
    _count(quota, seat, +1)
    seat.state, seat.changed_at = SeatState.HELD, at
    seat.save(update_fields=["state", "changed_at"])
    _write(quota)
    return True


def hand_over(seat: Seat, registration: Registration, *, at: datetime) -> Seat:
    """A claim goes to somebody else as it is: held, offered until then, at that place in line."""
    seat.registration, seat.changed_at = registration, at
    seat.save(update_fields=["registration", "changed_at"])
    return seat


def release(seat: Seat, quota: Quota, *, at: datetime) -> None:
    """Give a claim back, whatever it was. The caller settles the pool."""
    if seat.state == SeatState.RELEASED:
        return
    if seat.state in HOLDING:
        _count(quota, seat, -1)
    else:
        quota.waiting -= 1
    seat.state, seat.offered_until, seat.changed_at = SeatState.RELEASED, None, at
    seat.save(update_fields=["state", "offered_until", "changed_at"])
    _write(quota)


def settle(quota: Quota, *, at: datetime) -> list[Seat]:
    """Offer what is free in a locked pool to those who wait, in their order; the seats that were offered.

    Nothing is offered once the meeting has begun: then the door decides (standby).
    """
    offered: list[Seat] = []
    until = offer_until(at, quota.meeting.starts_at)
    while until is not None and quota.waiting > 0 and (seat := _next(quota, at)) is not None:
        quota.waiting -= 1
        _count(quota, seat, +1)
        seat.state, seat.offered_until, seat.changed_at = SeatState.OFFERED, until, at
        seat.save(update_fields=["state", "offered_until", "changed_at"])
        offered.append(seat)
    if offered:
        _write(quota)
    return offered


def line(quota: Quota, at: datetime) -> tuple[str, ...]:
    """The order of those who wait (seating.line_key), for `order_by`."""
    visa = ("-visa",) if visa_counts(quota.meeting.letters_until, at) else ()
    return ("priority", *visa, "arrival")


def place_in_line(seat: Seat, at: datetime) -> int:
    """The how-many-th somebody is who waits, from 1: by priority, visa, arrival."""
    before = Seat.objects.filter(quota_id=seat.quota_id, state=SeatState.WAITING)
    earlier = before.filter(priority__lt=seat.priority).count()
    same = before.filter(priority=seat.priority)
    if not visa_counts(seat.quota.meeting.letters_until, at):
        return 1 + earlier + same.filter(arrival__lt=seat.arrival).count()
    if seat.visa:
        return 1 + earlier + same.filter(visa=True, arrival__lt=seat.arrival).count()
    ahead = same.filter(visa=True).count() + same.filter(visa=False, arrival__lt=seat.arrival).count()
    return 1 + earlier + ahead


def _next(quota: Quota, at: datetime) -> Seat | None:
    """The first in line who may sit on what is free: without a free seat outside the reserve, the first with protocol."""
    pool = pool_of(quota)
    if not has_room(pool, True):
        return None
    waiting = Seat.objects.filter(quota=quota, state=SeatState.WAITING).order_by(*line(quota, at))
    if not has_room(pool, False):
        waiting = waiting.filter(protocol=True)
    return waiting.select_related("registration__category").first()


def _somebody_waits(quota: Quota, protocol: bool) -> bool:
    """Whether somebody is in line who may take a seat that is free for (`protocol`): nobody passes them."""
    waiting = Seat.objects.filter(quota=quota, state=SeatState.WAITING)
    if free_for(pool_of(quota), False) == 0:
        waiting = waiting.filter(protocol=True)
    return waiting.exists()


def _count(quota: Quota, seat: Seat, step: int) -> None:
    quota.taken += step
    if seat.protocol:
        quota.protocol_taken += step


def _write(quota: Quota) -> None:
    Quota.objects.filter(pk=quota.pk).update(
        taken=quota.taken, protocol_taken=quota.protocol_taken, waiting=quota.waiting, arrivals=quota.arrivals
    )


def drifted() -> list[int]:
    """Ids of pools whose counts are not those of their seats: none, as long as only this file writes them."""
    from django.db.models import Count, Q

    rows = Quota.objects.annotate(
        really=Count("seats", filter=Q(seats__state__in=HOLDING)),
        really_waiting=Count("seats", filter=Q(seats__state=SeatState.WAITING)),
    ).exclude(really=F("taken"), really_waiting=F("waiting"))
    return list(rows.values_list("pk", flat=True))
