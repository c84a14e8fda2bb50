"""The rules of the door: one truth of any heap of check-ins; nobody above the fire limit; who is let in, and why not."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kept.registration.admission import (
    Door,
    Guest,
    Passage,
    Share,
    fold,
    how_many_inside,
    refusal_of,
    settle,
)
from kept.registration.models import State

NOON = datetime(2026, 12, 15, 12, tzinfo=UTC)


def minute(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


facts = st.lists(
    st.builds(
        Passage, nonce=st.text("abcdef", min_size=1, max_size=3), who=st.integers(1, 4), entry=st.booleans(),
        at=st.integers(0, 9).map(minute),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(facts, st.integers(0, 2**20))
def test_any_interleaving_of_replays_gives_the_same_attendance(heap, seed):
    chance = random.Random(seed)
    replayed = [*heap, *chance.choices(heap, k=len(heap))] if heap else []
    chance.shuffle(replayed)
    assert fold(replayed) == fold(heap)


def test_in_and_out_and_in_again_and_who_was_never_seen_to_come():
    heap = [
        Passage("a", "ada", minute(0)),
        Passage("b", "ada", minute(3)),  # was in already
        Passage("c", "ada", minute(10), entry=False),
        Passage("d", "ada", minute(20)),
        Passage("e", "bao", minute(5), entry=False),
    ]
    found = fold(heap)
    ada = found["ada"]
    assert (ada.spells, ada.doubles) == ([(minute(0), minute(10)), (minute(20), None)], [minute(3)])
    assert ada.time_in(minute(30)) == timedelta(minutes=20)
    assert (found["bao"].inside, found["bao"].unseen) == (False, [minute(5)])
    assert how_many_inside(found) == 1


@dataclass
class Phone:
    """A phone with a network that loses answers and delivers requests again, late."""

    may: int = 0  # what it believes that it may let in alone
    unsent: list[str] = field(default_factory=list)
    turn: int = 0
    share: Share = field(default_factory=Share)
    sent: list[tuple] = field(default_factory=list)


class Hall:
    """The server's side, as `actions/admitting.py` does it, without a database."""

    def __init__(self, limit: int, phones: int) -> None:
        self.limit, self.phones, self.inside, self.really = limit, [Phone() for _n in range(phones)], set(), set()

    def hear(self, phone: Phone, turn: int, holding: int, alone: tuple, asks: str) -> bool:
        others = sum(one.share.allowance for one in self.phones if one is not phone)
        own = min(holding, phone.share.allowance) if turn > phone.share.turn else phone.share.allowance
        self.inside |= set(alone)
        let_in = not asks or asks in self.inside
        if not let_in:
            door = Door(inside=len(self.inside), limit=self.limit, reserved=others + own)
            let_in = refusal_of(Guest("confirmed"), door, NOON) == ""
            if let_in:
                self.inside.add(asks)
        phone.share = settle(
            phone.share, turn=turn, holding=holding, limit=self.limit, inside=len(self.inside), others=others,
            phones=len(self.phones),
        )  # fmt: skip
        return let_in

    def send(self, phone: Phone, name: str, *, arrives: bool, answered: bool) -> None:
        phone.turn += 1
        holding = max(0, phone.may - 1) if name else phone.may
        request = (phone.turn, holding, tuple(phone.unsent), name)
        phone.sent.append(request)
        phone.may = holding
        let_in = self.hear(phone, *request) if arrives else False
        if arrives and answered:
            phone.unsent, phone.may = [], phone.share.allowance
            if name and let_in:
                self.really.add(name)
        elif name and phone.may > 0:  # no answer: it decides alone
            phone.may -= 1
            phone.unsent.append(name)
            self.really.add(name)


steps = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["ask", "alone", "sync", "lost", "unheard", "late"])), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 14), steps)
def test_the_fire_limit_holds_whatever_gets_lost_between_three_phones(limit, happens):
    hall = Hall(limit, 3)
    for number, (which, what) in enumerate(happens):
        phone, name = hall.phones[which], f"guest {number}"
        if what == "alone" and phone.may > 0:
            phone.may -= 1
            phone.unsent.append(name)
            hall.really.add(name)
        elif what == "late" and phone.sent:
            hall.hear(phone, *phone.sent[number % len(phone.sent)])
        elif what in ("ask", "lost", "unheard"):
            hall.send(phone, name, arrives=what != "unheard", answered=what == "ask")
        elif what == "sync":
            hall.send(phone, "", arrives=True, answered=True)
        assert len(hall.really | hall.inside) <= limit


def test_three_phones_share_what_is_left_and_fill_the_hall_to_the_last_chair():
    hall = Hall(30, 3)
    for number in range(60):
        hall.send(hall.phones[number % 3], f"guest {number}", arrives=True, answered=True)
    assert len(hall.really) == 30


def test_each_refusal_has_its_reason_and_what_concerns_safety_is_said_first():
    ten_to = NOON - timedelta(minutes=10)
    door = Door(inside=3, limit=5, standby_from=ten_to, chairs=4)
    said = {
        "confirmed": refusal_of(Guest(State.CONFIRMED), door, NOON),
        "nobody": refusal_of(None, door, NOON),
        "barred": refusal_of(Guest(State.CANCELLED, barred=True), door, NOON),
        "name": refusal_of(Guest(State.CONFIRMED, same_name=True), door, NOON),
        "walk-in": refusal_of(Guest(State.PENDING_SECRETARIAT, provisional=True), door, NOON),
        "pending": refusal_of(Guest(State.PENDING_SECRETARIAT), door, NOON),
        "cancelled": refusal_of(Guest(State.CANCELLED), door, NOON),
        "online": refusal_of(Guest(State.CONFIRMED, in_person=False), door, NOON),
        "press": refusal_of(Guest(State.CONFIRMED, proof_owed=True), door, NOON),
        "elsewhere": refusal_of(Guest(State.CONFIRMED, category=2), Door(categories=frozenset({1})), NOON),
        "full": refusal_of(Guest(State.CONFIRMED), Door(inside=4, limit=5, reserved=1), NOON),
        "inside": refusal_of(Guest(State.ATTENDED, inside=True), Door(inside=5, limit=5), NOON),
        "early": refusal_of(Guest(State.WAITLISTED), door, ten_to - timedelta(seconds=1)),
        "first in line": refusal_of(Guest(State.WAITLISTED), door, ten_to),
        "second in line": refusal_of(Guest(State.WAITLISTED, ahead=1), door, ten_to),
        "offered": refusal_of(Guest(State.OFFERED), door, ten_to - timedelta(hours=1)),
    }
    assert said == {
        "confirmed": "", "nobody": "unknown", "barred": "barred", "name": "same_name", "walk-in": "provisional",
        "pending": "pending", "cancelled": "cancelled", "online": "online", "press": "proof", "elsewhere": "elsewhere",
        "full": "full", "inside": "", "early": "waiting", "first in line": "", "second in line": "turn", "offered": "",
    }  # fmt: skip
