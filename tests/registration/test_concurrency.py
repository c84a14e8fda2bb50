"""Many register at the same moment: real threads, real transactions, no seat too many, nobody lost, in order of arrival."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from kept.base.lifecycle import WrongState
from kept.base.models import HistoryEntry, OutgoingMail
from kept.registration import actions
from kept.registration.actions import arriving, seats
from kept.registration.addresses import CONFIRM, own_link
from kept.registration.models import Category, Registration, Seat, SeatState
from tests.registration.conftest import agree

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """Run every call in a thread of its own, all together; results or the exceptions they raised, in order."""

    def one(call):
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, calls))


def sent(meeting, category, n: int) -> Registration:
    now = datetime.now(UTC)
    values = {"given_name": "Ada", "family_name": f"{n}", "country": "CHE", "organisation_name": "Lake Networks"}
    one = actions.start(meeting, category, email=f"p{n}@example.org", mode="in_person", by=None, at=now, values=values)
    agree(one)
    return actions.submit(one, by=None, at=now)


def test_forty_for_ten_seats_at_the_same_moment(meeting, pools, make_category):
    actions.change_pool(pools["room"], bookable=10, protocol_reserve=0, by=None, at=datetime.now(UTC))
    category: Category = make_category()
    people = [sent(meeting, category, n) for n in range(40)]
    results = at_once([lambda p=p: actions.confirm_address(p, by=None, at=datetime.now(UTC)) for p in people])
    assert [r for r in results if isinstance(r, Exception)] == []
    room = Seat.objects.filter(quota=pools["room"])
    assert room.filter(state=SeatState.HELD).count() == 10
    assert sorted(room.values_list("arrival", flat=True)) == list(range(1, 41))
    assert max(room.filter(state=SeatState.HELD).values_list("arrival", flat=True)) == 10
    assert seats.drifted() == []


def test_thirty_clicks_at_the_same_moment_and_the_same_link_twice(meeting, pools, make_category):
    category, now = make_category(), datetime.now(UTC)
    people = [sent(meeting, category, n) for n in range(15)]
    links = [own_link(one, at=now, purpose=CONFIRM) for one in people]
    results = at_once([lambda link=link: actions.confirm_by_link(link, at=now) for link in links + links])
    refused = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in refused} == {WrongState}
    assert len(refused) == 15
    room = Seat.objects.filter(quota=pools["room"])
    assert sorted(room.values_list("arrival", "state"))[:3] == [(1, "held"), (2, "held"), (3, "waiting")]
    assert room.count() == 15
    assert HistoryEntry.objects.filter(verb="confirm_address").count() == 15
    assert OutgoingMail.objects.filter(kind__in=("registration/confirmed", "registration/waitlisted")).count() == 15
    assert seats.drifted() == []


def test_a_link_that_two_clicks_bring_together_is_good_once(meeting, pools, make_category):
    category, now = make_category(), datetime.now(UTC)
    link = own_link(sent(meeting, category, 1), at=now, purpose=CONFIRM)
    arrivals = [arriving.Arrival(link, now), arriving.Arrival(link, now)]
    arriving.act_for(arrivals)
    assert [type(one.outcome) for one in arrivals] == [Registration, WrongState]


def test_a_fault_of_one_costs_the_others_nothing(meeting, pools, make_category, monkeypatch):
    category, now = make_category(), datetime.now(UTC)
    people = [sent(meeting, category, n) for n in range(4)]
    arrivals = [arriving.Arrival(own_link(one, at=now, purpose=CONFIRM), now) for one in people]
    told = arriving.announce

    def fails_for_one(name, *, registration, **more):
        if registration.pk == people[1].pk:
            raise ZeroDivisionError
        told(name, registration=registration, **more)

    monkeypatch.setattr(arriving, "announce", fails_for_one)
    arriving.act_for(arrivals)
    assert [type(one.outcome).__name__ for one in arrivals] == ["Registration", "ZeroDivisionError", "Registration",
                                                               "Registration"]  # fmt: skip
    assert list(Registration.objects.order_by("pk").values_list("state", flat=True)) == [
        "confirmed", "submitted", "confirmed", "waitlisted"
    ]  # fmt: skip


def test_people_leave_and_arrive_at_the_same_moment_and_no_two_wait_for_each_other(meeting, pools, make_category):
    category = make_category()
    inside = [sent(meeting, category, n) for n in range(8)]
    for one in inside:
        actions.confirm_address(one, by=None, at=datetime.now(UTC))
    fresh = [sent(meeting, category, n) for n in range(8, 16)]
    calls = [lambda p=p: actions.cancel(p, by=None, at=datetime.now(UTC)) for p in inside[:4]]
    calls += [lambda p=p: actions.confirm_address(p, by=None, at=datetime.now(UTC)) for p in fresh]
    calls += [lambda p=p: actions.switch(p, "remote", by=None, at=datetime.now(UTC)) for p in inside[4:]]
    results = at_once(calls)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert seats.drifted() == []
    pools["room"].refresh_from_db()
    assert pools["room"].taken == 2
