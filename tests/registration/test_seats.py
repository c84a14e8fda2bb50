"""Seats: who gets one, who waits, who is offered what is freed; never one too many, never one stranded."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import Refused
from kept.registration import actions
from kept.registration.actions import seats
from kept.registration.models import Registration, Seat, SeatState, State
from kept.registration.seating import Pool, free_for, line_key, offer_until

pytestmark = pytest.mark.django_db
LATER = timedelta(days=4)


def states(*registrations) -> list[str]:
    return [Registration.objects.get(pk=one.pk).state for one in registrations]


def attends(registration) -> set[str]:
    held = registration.seats.filter(state=SeatState.HELD)
    return {seat.quota.mode for seat in held.select_related("quota")}


# --- the rules -------------------------------------------------------------------------------------


def test_the_reserve_is_for_protocol_and_protocol_sits_on_it_first():
    assert free_for(Pool(10, 3, taken=7), protocol=False) == 0
    assert free_for(Pool(10, 3, taken=7), protocol=True) == 3
    assert free_for(Pool(10, 3, taken=8, protocol_taken=1), protocol=False) == 0
    assert free_for(Pool(10, 3, taken=5, protocol_taken=3), protocol=False) == 5


def test_without_a_limit_there_is_room_for_everybody():
    assert free_for(Pool(None, 0, taken=10_000), protocol=False) is None


def test_a_pool_made_smaller_than_what_is_taken_has_nothing_free():
    assert free_for(Pool(5, 0, taken=9), protocol=True) == 0


def test_the_line_is_priority_then_visa_then_arrival():
    line = [(5, False, 1), (5, True, 9), (1, False, 30), (5, False, 0)]
    assert sorted(line, key=lambda one: line_key(*one)) == [(1, False, 30), (5, True, 9), (5, False, 0), (5, False, 1)]


def test_an_offer_stands_shorter_near_the_day_and_never_beyond_the_beginning():
    starts = datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert offer_until(starts - timedelta(days=20), starts) == starts - timedelta(days=17)
    assert offer_until(starts - timedelta(days=5), starts) == starts - timedelta(days=4)
    assert offer_until(starts - timedelta(minutes=10), starts) == starts
    assert offer_until(starts, starts) is None


# --- what happens ----------------------------------------------------------------------------------


def test_the_third_for_two_seats_waits_and_is_online_meanwhile(register, now):
    first, second, third = register(), register(), register()
    assert states(first, second, third) == ["confirmed", "confirmed", "waitlisted"]
    assert attends(third) == {"remote"}
    assert attends(first) == {"in_person"}


def test_a_freed_seat_is_offered_to_the_next_and_taken(register, now):
    first, _second, third = register(), register(), register()
    actions.cancel(first, by=None, at=now)
    assert states(first, third) == ["cancelled", "offered"]
    actions.accept_offer(third, by=None, at=now)
    assert states(third) == ["confirmed"]
    assert attends(third) == {"in_person"}


def test_an_offer_that_runs_out_goes_on_and_who_was_online_stays_online(register, now):
    first, _second, third, fourth = register(), register(), register(), register()
    actions.cancel(first, by=None, at=now)
    assert actions.lapse_offers(now + LATER) == 1
    third.refresh_from_db()
    assert (third.state, third.mode) == ("confirmed", "remote")
    assert states(fourth) == ["offered"]
    assert actions.lapse_offers(now + LATER) == 0


def test_whoever_takes_an_offer_too_late_is_told(register, now):
    first, _second, third = register(), register(), register()
    actions.cancel(first, by=None, at=now)
    with pytest.raises(Refused, match="run out"):
        actions.accept_offer(third, by=None, at=now + LATER)
    assert states(third) == ["offered"]


def test_a_newcomer_never_passes_who_waits(register, pools, now):
    _one, _two, waits = register(), register(), register()
    with_seat = actions.change_pool(pools["room"], bookable=3, protocol_reserve=0, by=None, at=now)
    assert with_seat.bookable == 3
    late = register()
    assert states(waits, late) == ["offered", "waitlisted"]


def test_no_minister_queues_behind_an_observer(register, make_category, pools, now):
    actions.change_pool(pools["room"], bookable=2, protocol_reserve=1, by=None, at=now)
    observer, minister = make_category("observer"), make_category("minister", protocol=True, priority=0)
    first, second = register(observer), register(observer)
    third = register(minister)
    assert states(first, second, third) == ["confirmed", "waitlisted", "confirmed"]


def test_switching_online_frees_the_seat_and_back_waits_in_line(register, now):
    first, _second, third = register(), register(), register()
    actions.switch(first, "remote", by=None, at=now)
    assert states(first, third) == ["confirmed", "offered"]
    assert attends(first) == {"remote"}
    actions.switch(first, "in_person", by=None, at=now)
    assert states(first) == ["waitlisted"]
    assert attends(first) == {"remote"}


def test_one_address_registers_once(register, now):
    register(email="ada@example.org")
    with pytest.raises(actions.RegisteredAlready):
        register(email="Ada@example.org")


def test_who_waits_for_an_approval_holds_no_seat(register, make_category, pools, make_person, now):
    staff = make_person("desk@example.org", staff=True)
    waits = register(make_category("press", approval="secretariat"))
    assert waits.state == "pending_secretariat"
    pools["room"].refresh_from_db()
    assert pools["room"].taken == 0
    assert actions.approve(waits, by=staff, at=now).state == "confirmed"


# --- whatever happens ------------------------------------------------------------------------------


class Sitting:
    """Register, approve, reject, cancel, open again, switch, offer, take, leave, run out, resize, in any order."""

    def __init__(self, room, go, categories) -> None:
        self.room, self.go, self.categories = room, go, categories
        self.at, self.largest = datetime.now(UTC), room.bookable
        self.people: list[int] = []

    def register(self, kind: str, mode: str) -> None:
        if mode in self.categories[kind].modes and self.at < self.room.meeting.starts_at:
            self.people.append(self.go(self.categories[kind], mode, at=self.at).pk)

    def do(self, n: int, what: str) -> None:
        if not self.people:
            return
        one = Registration.objects.get(pk=self.people[n % len(self.people)])
        with suppress(Refused):
            if what in ("remote", "in_person"):
                actions.switch(one, what, by=None, at=self.at)
            else:
                why = {"reason": "…"} if what == "reject" else {}
                getattr(actions, what)(one, by=None, at=self.at, **why)

    def time_passes(self, days: float) -> None:
        self.at += timedelta(days=days)
        actions.lapse_offers(self.at)

    def resize(self, bookable: int, reserve: int) -> None:
        self.largest = max(self.largest, bookable)
        actions.change_pool(self.room, bookable=bookable, protocol_reserve=min(reserve, bookable), by=None, at=self.at)

    def check(self) -> None:
        self.room.refresh_from_db()
        assert seats.drifted() == []
        assert self.room.taken <= self.largest
        if self.at < self.room.meeting.starts_at:
            line = Seat.objects.filter(quota=self.room, state=SeatState.WAITING)
            pool = seats.pool_of(self.room)
            assert not (free_for(pool, False) and line.exists())
            assert not (free_for(pool, True) and line.filter(protocol=True).exists())
        for one in Registration.objects.filter(state=State.CONFIRMED):
            assert attends(one) == {one.mode}


STEP = st.one_of(
    st.tuples(
        st.just("register"),
        st.sampled_from(["minister", "delegate", "room_only", "press"]),
        st.sampled_from(["in_person", "remote"]),
    ),
    st.tuples(
        st.just("do"),
        st.integers(0, 50),
        st.sampled_from(
            ["approve", "approve", "reject", "reopen", "cancel", "accept_offer", "leave_offer", "remote", "in_person"]
        ),
    ),
    st.tuples(st.just("time_passes"), st.sampled_from([0.01, 1, 4])),
    st.tuples(st.just("resize"), st.sampled_from([0, 1, 2, 3]), st.sampled_from([0, 1])),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=8, max_size=30))
def test_no_order_of_events_oversells_a_pool_or_strands_a_seat(steps, register, make_category, pools):
    with transaction.atomic():
        pools["room"].refresh_from_db()
        kinds = {
            "minister": make_category("minister", protocol=True, priority=0),
            "delegate": make_category("delegate"),
            "room_only": make_category("room-only", modes=["in_person"]),
            "press": make_category("press", approval="secretariat"),
        }
        sitting = Sitting(pools["room"], register, kinds)
        for name, *values in steps:
            getattr(sitting, name)(*values)
            sitting.check()
        transaction.set_rollback(True)
