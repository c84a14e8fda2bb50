"""Fifty people publish at once; two decide at once; nobody loses anything. Real threads, real transactions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from kept.base.lifecycle import WrongState
from kept.log.models import Entry
from kept.pledges import actions
from kept.pledges.counting import counter
from kept.pledges.models import Pledge, Status

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

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_fifty_publications_at_once_take_fifty_consecutive_references(make_pledge, secretary):
    pledges = [make_pledge("accepted", title=f"Promise {n}") for n in range(50)]
    results = at_once([lambda p=p: actions.publish_now(p, by=secretary, at=datetime.now(UTC)) for p in pledges])
    assert [r for r in results if isinstance(r, Exception)] == []
    numbers = sorted(Pledge.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 51))
    assert sorted(Entry.objects.values_list("index", flat=True)) == list(range(50))
    assert counter().pledges == 50


def test_of_ten_decisions_at_once_one_wins_and_nine_are_told(make_pledge, secretary):
    pledge = make_pledge("submitted")
    now = datetime.now(UTC)
    results = at_once([lambda n=n: actions.decline(pledge, by=secretary, at=now, reason=f"No {n}.") for n in range(10)])
    assert sum(isinstance(r, WrongState) for r in results) == 9
    assert sum(isinstance(r, Pledge) for r in results) == 1


def test_writers_of_different_fields_all_keep_their_words(make_pledge, focal_point):
    pledge = make_pledge("draft")
    version, now = pledge.working.version, datetime.now(UTC)
    fields = {"title": "T", "summary": "S", "description": "D", "occasion": "O", "end": "2029"}
    saves = [
        lambda k=k, v=v: actions.save_fields(
            Pledge.objects.get(pk=pledge.pk), {k: v}, by=focal_point, at=now, base_version=version
        )
        for k, v in fields.items()
    ]
    results = at_once(saves)
    assert [r.conflicts for r in results] == [{}] * 5
    text = Pledge.objects.get(pk=pledge.pk).working
    assert {k: text.content[k] for k in fields} == fields


def test_a_worker_that_is_late_twice_publishes_once(make_pledge):
    pledge = make_pledge("accepted")
    later = datetime(2100, 1, 1, tzinfo=UTC)
    Pledge.objects.filter(pk=pledge.pk).update(publish_at=datetime.now(UTC))
    done = at_once([lambda: actions.publish_due(datetime.now(UTC))] * 6)
    assert sum(done) == 1
    assert actions.publish_due(later) == 0
    assert Pledge.objects.get(pk=pledge.pk).status == Status.PUBLISHED
