"""The rules of the door, without a database: who is let in, what a heap of check-ins says, how many a phone may let in.

Phones lose the network, send twice and out of order. So a check-in is a fact with a number and a moment of its own, and
what is so at a door follows from the set of facts alone (`fold`): their order of arrival and their copies change nothing.

The fire limit is hard, also where phones cannot ask: each holds an allowance out of what is left (`settle`), so that
all of them together never let in more than may be in there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

STANDBY = timedelta(minutes=10)  # so long before the start, who waits is let in where chairs are free
MOST_ALONE = 25  # a phone never lets in more than this without having asked

# code → what the person at the door reads. They tell nobody why somebody is not to be admitted.
REFUSALS: dict[str, Any] = {
    "unknown": _("This code is not of this meeting."),
    "barred": _("Do not admit. Call the officer in charge."),
    "full": _("Full. The fire limit is reached."),
    "provisional": _("Registered at the desk: a document has to be seen and an officer has to agree."),
    "proof": _("A proof has to be seen at the desk first: press card or letter of assignment."),
    "cancelled": _("Not registered any more."),
    "guardian": _("Under 18: a guardian has not agreed yet."),
    "pending": _("Nobody has said yes yet."),
    "waiting": _("On the waiting list. Ten minutes before the start who waits is let in, in order."),
    "turn": _("On the waiting list: others who are here come first, or no chair is free yet."),
    "ask": _("On the waiting list: this needs the network."),
    "network": _("Without the network this phone may let in nobody more: the fire limit."),
    "online": _("Registered to take part online."),
    "elsewhere": _("Not for this door."),
    "no_seat": _("Has no seat in this session."),
    "same_name": _("Has the name of somebody who is not to be admitted. Call the officer in charge."),
}
NEVER_FORCED = frozenset({"unknown", "barred", "full", "network", "guardian"})
AT_THE_DESK_ONLY = frozenset({"same_name", "provisional", "proof"})  # forced by an account, not by a phone


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody who went through a door: `who` any key, `entry` or exit. Refusals are no passages."""

    nonce: str
    who: Any
    at: datetime
    entry: bool = True


@dataclass(slots=True)
class Presence:
    """What is so of one person at one door: `spells` of being in, the last one open while they are in."""

    spells: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    doubles: list[datetime] = field(default_factory=list)  # came in while in already
    unseen: list[datetime] = field(default_factory=list)  # went out without having been seen to come in

    @property
    def inside(self) -> bool:
        return bool(self.spells) and self.spells[-1][1] is None

    @property
    def first_in(self) -> datetime | None:
        return self.spells[0][0] if self.spells else None

    def time_in(self, until: datetime) -> timedelta:
        """How long altogether; an open spell counts to `until`."""
        return sum(((end or max(start, until)) - start for start, end in self.spells), timedelta())


def fold(passages: Iterable[Passage]) -> dict[Any, Presence]:
    """What a heap of passages says, {who: presence}: the same for every order and any number of copies.

    One nonce is one passage (of two that contradict each other under one nonce the earlier counts); the moment
    decides the order, of equal moments the exit comes first, then the nonce.
    """
    once: dict[str, Passage] = {}
    for one in passages:
        known = once.get(one.nonce)
        if known is None or _order(one) < _order(known):
            once[one.nonce] = one
    found: dict[Any, Presence] = {}
    for one in sorted(once.values(), key=_order):
        presence = found.setdefault(one.who, Presence())
        if one.entry and presence.inside:
            presence.doubles.append(one.at)
        elif one.entry:
            presence.spells.append((one.at, None))
        elif presence.inside:
            presence.spells[-1] = (presence.spells[-1][0], one.at)
        else:
            presence.unseen.append(one.at)
    return found


def _order(one: Passage) -> tuple:
    return (one.at, one.entry, one.nonce, str(one.who))


def how_many_inside(presences: dict[Any, Presence]) -> int:
    return sum(presence.inside for presence in presences.values())


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody at the door, as their registration stands. `place`: how many who are here wait before them."""

    state: str
    in_person: bool = True
    barred: bool = False
    same_name: bool = False
    provisional: bool = False
    proof_owed: bool = False
    category: int | None = None
    seat_owed: bool = False  # the session behind the door has seats of its own, and they hold none
    inside: bool = False
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Door:
    """A door at an instant. `reserved`: what phones may let in without asking; `chairs`: those that may be booked."""

    inside: int = 0
    limit: int | None = None
    reserved: int = 0
    categories: frozenset[int] = frozenset()  # for these only; empty: for all
    standby_from: datetime | None = None
    chairs: int | None = None


ENTERING = {"confirmed", "attended", "no_show"}
WAITING = {"waitlisted", "offered"}
PENDING = {"submitted", "pending_focal_point", "pending_secretariat", "draft"}


def refusal_of(guest: Guest | None, door: Door, at: datetime) -> str:
    """Why somebody is not let in, a key of REFUSALS; "" where they are.

    Who is in already is let through (and shown as such): the number of people does not change. What concerns safety
    is said first.
    """
    if guest is None:
        return "unknown"
    if guest.barred:
        return "barred"
    if why := _not_theirs(guest, door):
        return why
    if guest.inside:
        return ""
    if guest.seat_owed:
        return "no_seat"
    if guest.state in WAITING and (why := _standby(guest, door, at)):
        return why
    if door.limit is not None and door.inside + door.reserved >= door.limit:
        return "full"
    return ""


def _not_theirs(guest: Guest, door: Door) -> str:
    """What the registration itself says against it."""
    owed = [
        (guest.same_name, "same_name"),
        (guest.state == "pending_guardian", "guardian"),
        (guest.provisional, "provisional"),
        (guest.state in PENDING, "pending"),
        (guest.state not in ENTERING | WAITING, "cancelled"),
        (not guest.in_person, "online"),
        (guest.proof_owed, "proof"),
        (bool(door.categories) and guest.category not in door.categories, "elsewhere"),
    ]
    return next((why for holds, why in owed if holds), "")


def _standby(guest: Guest, door: Door, at: datetime) -> str:
    """Who waits is let in from ten minutes before the start, in the order of the line among those who are here.

    Whoever was offered a seat has it.
    """
    if guest.state == "offered":
        return ""
    if door.standby_from is None or at < door.standby_from:
        return "waiting"
    if door.chairs is not None and door.chairs - door.inside <= guest.ahead:
        return "turn"
    return ""


@dataclass(frozen=True, slots=True)
class Share:
    """What a phone may let in without asking, as the server holds it."""

    turn: int = 0
    allowance: int = 0


def settle(share: Share, *, turn: int, holding: int, limit: int | None, inside: int, others: int, phones: int) -> Share:
    """A phone's allowance after a request of its that the server heard.

    `turn` numbers the requests of a phone: one that was overtaken changes nothing. `holding` is what the phone believes
    that it may still let in, apart from what is in this request; `inside` counts what was in it; `others` is the sum of
    what other phones hold; `phones` how many there are. What it holds stays its own, because the answer may get lost.
    """
    if turn <= share.turn:
        return share
    if limit is None:
        return Share(turn, 0)
    left = max(0, limit - inside - others)
    kept = min(holding, share.allowance)  # it cannot hold more than it was ever given
    return Share(turn, max(kept, min(MOST_ALONE, left // (phones + 1))))
