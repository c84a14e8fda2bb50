"""What the team sets up: categories, questions, pools; without anybody losing what they claim."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kept.base.lifecycle import Refused
from kept.registration import actions
from kept.registration.models import Quota
from kept.registration.permissions import Holder

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


# --- a category -------------------------------------------------------------------------------------


def test_a_pool_that_was_given_back_may_be_taken_from_a_category_one_that_is_claimed_not(
    register, make_category, meeting, pools
):
    category = make_category()
    dinner = Quota.objects.create(meeting=meeting, names={"en": "Popov Room upstairs"}, bookable=3)
    one = register(category)
    both = [*pools.values(), dinner]
    with pytest.raises(Refused, match="hold seats of a pool"):
        actions.change_category(category, {}, pools=[dinner, pools["online"]], by=None, at=NOW)
    actions.change_category(category, {"priority": 2}, pools=both, by=None, at=NOW)
    actions.switch(one, "remote", by=Holder(one.pk), at=NOW)
    changed = actions.change_category(category, {}, pools=[dinner, pools["online"]], by=None, at=NOW)
    assert (set(changed.quotas.all()), changed.priority) == ({dinner, pools["online"]}, 2)


def test_who_waits_in_a_pool_keeps_it_for_their_category(register, make_category, meeting, pools):
    category = make_category()
    for _one in range(3):
        last = register(category)
    assert last.state == "waitlisted"
    other = Quota.objects.create(meeting=meeting, names={"en": "Other"}, bookable=3)
    with pytest.raises(Refused, match="or wait for one"):
        actions.change_category(category, {}, pools=[other, pools["online"]], by=None, at=NOW)


def test_the_pools_are_locked_before_a_category_is_looked_at(make_category, pools):
    category = make_category()
    with CaptureQueriesContext(connection) as queries:
        actions.change_category(category, {"priority": 1}, pools=list(pools.values()), by=None, at=NOW)
    read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert 'FROM "registration_quota"' in read[0]
    assert "FOR UPDATE" in read[0] or connection.vendor == "sqlite"


def test_a_pool_of_another_meeting_is_refused(make_category, pools, meeting):
    category = make_category()
    meeting.pk, meeting.slug, meeting.uid = None, "another-meeting", uuid.uuid4()
    meeting._state.adding = True
    meeting.save()
    foreign = Quota.objects.create(meeting=meeting, names={"en": "Elsewhere"})
    with pytest.raises(Refused, match="another meeting"):
        actions.change_category(category, {}, pools=[*pools.values(), foreign], by=None, at=NOW)
