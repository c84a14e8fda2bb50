"""The life of a pledge, move by move."""

from __future__ import annotations

import pytest

from kept.base.lifecycle import NotAllowed, ReasonOwed, WrongState
from kept.pledges import actions
from kept.pledges.counting import counter
from kept.pledges.models import Pledge, Status


def test_a_pledge_goes_from_the_first_word_to_the_public_record(make_pledge):
    pledge = make_pledge("published")
    assert (pledge.status, pledge.reference) == (Status.PUBLISHED, "P-00001")
    assert pledge.current.n == 1
    assert counter().pledges == 1


def test_references_follow_each_other_without_gaps(make_pledge):
    assert [make_pledge("published").reference for _ in range(3)] == ["P-00001", "P-00002", "P-00003"]


def test_a_declined_pledge_takes_no_reference(make_pledge):
    make_pledge("declined")
    assert make_pledge("published").reference == "P-00001"


def test_who_asks_for_changes_owes_a_reason(make_pledge, secretary, now):
    with pytest.raises(ReasonOwed):
        actions.request_changes(make_pledge("submitted"), by=secretary, at=now, reason="  ")


def test_a_focal_point_reviews_nothing(make_pledge, focal_point, now):
    with pytest.raises(NotAllowed):
        actions.schedule(make_pledge("submitted"), by=focal_point, at=now)


def test_of_two_decisions_one_wins_and_the_other_is_told(make_pledge, secretary, colleague, now):
    pledge = make_pledge("submitted")
    stale = Pledge.objects.get(pk=pledge.pk)
    actions.decline(pledge, by=secretary, at=now, reason="Not a promise.")
    with pytest.raises(WrongState):
        actions.request_changes(stale, by=colleague, at=now, reason="Say how many.")


def test_the_published_text_stays_until_a_revision_is_accepted(make_pledge, focal_point, secretary, now):
    pledge = make_pledge("published")
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"title": "Fibre to 300 posts"}, by=focal_point, at=now, base_version=text.version)
    actions.submit_revision(pledge, by=focal_point, at=now, reason="More posts")
    assert Pledge.objects.get().current.title == "Fibre to 214 health posts in the Lake provinces"
    pledge = actions.accept_revision(pledge, by=secretary, at=now)
    assert (pledge.current.n, pledge.current.title) == (2, "Fibre to 300 posts")
    assert [r.title for r in pledge.revisions.order_by("n")] == [
        "Fibre to 214 health posts in the Lake provinces",
        "Fibre to 300 posts",
    ]


def test_a_withdrawn_pledge_stays_readable_and_leaves_the_counter(make_pledge):
    pledge = make_pledge("withdrawn")
    assert pledge.is_public
    assert pledge.current.event == "pledge.withdrawn"
    assert counter().pledges == 0


def test_two_windows_lose_nothing_silently(make_pledge, focal_point, now):
    pledge = make_pledge("draft")
    version = pledge.working.version
    one = actions.save_fields(pledge, {"title": "One"}, by=focal_point, at=now, base_version=version)
    two = actions.save_fields(
        pledge, {"title": "Two", "summary": "Other"}, by=focal_point, at=now, base_version=version
    )
    assert one.changed == ["title"]
    assert (two.changed, two.conflicts) == (["summary"], {"title": ("One", "Two")})
