"""The rules of seats, without a database: what is free for whom, who is next, how long an offer stands.

They are printed where people join a waiting list (templates/registration/rules.html says the same in words):

1. Bookable is what staff decided. The protocol's reserve is part of it and only categories with protocol may sit there.
2. The order is: priority of the category, those who need a visa as long as one can ask for a letter, arrival (order of
   commit).
3. A freed seat is offered to the next in line and held for them until a time; then it goes on.
4. Who waits for an approval holds no seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# (at least so long before the meeting begins, how long an offer stands), the first that fits.
OFFER_STANDS: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(days=14), timedelta(hours=72)),
    (timedelta(days=4), timedelta(hours=24)),
    (timedelta(days=1), timedelta(hours=6)),
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(0), timedelta(minutes=15)),
)


@dataclass(frozen=True, slots=True)
class Pool:
    """A quota as it is under its lock. `bookable` None: no limit."""

    bookable: int | None
    reserve: int = 0
    taken: int = 0
    protocol_taken: int = 0


def free_for(pool: Pool, protocol: bool) -> int | None:
    """How many more seats somebody of a category with (`protocol`) or without protocol may take; None: no limit.

    Whoever has protocol sits on the reserve first, so that the others' seats stay theirs.
    """
    if pool.bookable is None:
        return None
    left = pool.bookable - pool.taken
    if not protocol:
        left -= max(0, min(pool.reserve, pool.bookable) - pool.protocol_taken)
    return max(0, left)


def has_room(pool: Pool, protocol: bool) -> bool:
    free = free_for(pool, protocol)
    return free is None or free > 0


def visa_counts(letters_until: datetime | None, at: datetime) -> bool:
    """Whether those who need a visa come first: a seat that is offered after the last day for letters helps them no more."""
    return letters_until is None or at < letters_until


def line_key(priority: int, visa: bool, arrival: int) -> tuple[int, int, int]:
    """Where somebody stands in a waiting list: the smaller, the earlier."""
    return (priority, 0 if visa else 1, arrival)


def offer_until(at: datetime, starts_at: datetime) -> datetime | None:
    """Until when a seat that is freed `at` is held for the next in line; None where the meeting has begun (standby).

    Shorter near the day, and never beyond the beginning.
    """
    left = starts_at - at
    if left <= timedelta(0):
        return None
    stands = next(stands for least, stands in OFFER_STANDS if left >= least)
    return min(at + stands, starts_at)
