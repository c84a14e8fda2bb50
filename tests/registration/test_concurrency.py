"""Many register at the same moment: real threads, real transactions, no seat too many, nobody lost, in order of arrival."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from kept.registration import actions
from kept.registration.actions import seats
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
