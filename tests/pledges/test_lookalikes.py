"""What a pledge resembles: the score, its reasons, and above all whom it is compared with."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges.content import PledgeContent
from kept.pledges.lookalikes import lookalikes_for, score, traits

TITLE = "Fibre to 214 health posts in the Lake provinces"


@pytest.fixture
def other_lead(make_organisation, make_member):
    organisation = make_organisation("Voices Foundation", country="KEN")
    return organisation, make_member(organisation, email="voices@example.org")


def keys(found):
    return [one.pledge.pk for one in found]


def test_the_same_promise_again_scores_one_and_says_why(make_pledge, focal_point):
    published = make_pledge("published", amount="500", currency="USD", money_nature="new")
    draft = make_pledge("draft", amount="500", currency="USD", money_nature="new")
    found = lookalikes_for(draft, viewer=focal_point)
    assert keys(found) == [published.pk]
    assert found[0].score == 1
    assert found[0].reasons == (
        "The title is the same.",
        "The same organisation promises it.",
        "It is for the same places.",
        "The amount is the same.",
    )


def test_a_pledge_does_not_resemble_itself(make_pledge, focal_point):
    assert lookalikes_for(make_pledge("published"), viewer=focal_point) == []


def test_many_promises_of_one_organisation_for_one_place_are_no_look_alikes(make_pledge, focal_point):
    make_pledge("published", title="Community radio in forty valleys")
    assert lookalikes_for(make_pledge("draft"), viewer=focal_point) == []


def test_the_same_amount_makes_another_title_worth_a_look(make_pledge, focal_point):
    money = {"amount": "18400000", "currency": "EUR", "money_nature": "new"}
    published = make_pledge("published", title="Connecting the poorest", **money)
    assert keys(lookalikes_for(make_pledge("draft", **money), viewer=focal_point)) == [published.pk]


def test_a_different_promise_is_not_mentioned(make_pledge, focal_point, other_lead):
    lead, speaker = other_lead
    make_pledge("published", by=speaker, lead=lead, title="Community radio in forty valleys", targets=("NPL",))
    assert lookalikes_for(make_pledge("draft"), viewer=focal_point) == []


@pytest.mark.parametrize("state", ["draft", "submitted", "changes_requested", "accepted", "embargoed", "declined"])
def test_somebody_elses_unpublished_pledge_is_never_mentioned(make_pledge, focal_point, other_lead, state):
    lead, speaker = other_lead
    make_pledge(state, by=speaker, lead=lead, title=TITLE)
    assert lookalikes_for(make_pledge("draft", title=TITLE), viewer=focal_point) == []
    assert lookalikes_for(make_pledge("draft", title=TITLE), viewer=None) == []


def test_ones_own_draft_is_mentioned(make_pledge, focal_point):
    first, second = make_pledge("draft"), make_pledge("draft")
    assert keys(lookalikes_for(second, viewer=focal_point)) == [first.pk]
    assert lookalikes_for(second, viewer=None) == []


def test_the_secretariat_also_sees_what_waits_for_review(make_pledge, secretary, other_lead):
    lead, speaker = other_lead
    waiting = make_pledge("submitted", by=speaker, lead=lead, title=TITLE)
    make_pledge("draft", by=speaker, lead=lead, title=TITLE)
    mine = make_pledge("submitted", title=TITLE)
    assert keys(lookalikes_for(mine, viewer=secretary)) == [waiting.pk]


def test_a_withdrawn_pledge_is_still_known(make_pledge, focal_point):
    withdrawn = make_pledge("withdrawn")
    assert keys(lookalikes_for(make_pledge("draft"), viewer=focal_point)) == [withdrawn.pk]


def test_another_organisations_pledge_with_the_same_words_for_the_same_place_is_found(
    make_pledge, focal_point, other_lead
):
    lead, speaker = other_lead
    theirs = make_pledge("published", by=speaker, lead=lead, title="Fibre for 200 health posts in Lake provinces")
    found = lookalikes_for(make_pledge("draft"), viewer=focal_point)
    assert keys(found) == [theirs.pk]
    assert 0.4 < found[0].score < 1


def test_the_number_of_queries_does_not_grow(make_pledge, focal_point, other_lead):
    lead, speaker = other_lead
    draft = make_pledge("draft", amount="500", currency="USD", money_nature="new")

    def asked() -> int:
        focal_point.__dict__.pop("_roles", None)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            lookalikes_for(draft, viewer=focal_point)
        return len(queries)

    make_pledge("published", title=TITLE)
    before = asked()
    for _ in range(4):
        make_pledge("published", title=TITLE)
        make_pledge("published", by=speaker, lead=lead, title=TITLE)
    assert asked() == before <= 9


titles = st.text(alphabet="abc def ghi 12 光纤学校", max_size=40)
amounts = st.sampled_from(["", "1", "500"])
contents = st.builds(
    PledgeContent,
    title=titles,
    lead=st.sampled_from([None, 1, 2]),
    targets=st.sampled_from([(), ("BDI",), ("BDI", "KEN"), ("world",)]),
    amount=amounts,
    currency=st.just("USD"),
)


@given(one=contents, other=contents)
def test_likeness_is_the_same_from_both_sides_and_lies_between_nothing_and_one(one, other):
    here, there = score(traits(one), traits(other))[0], score(traits(other), traits(one))[0]
    assert here == pytest.approx(there)
    assert 0 <= here <= 1


@given(content=contents.filter(lambda c: traits(c).tokens))
def test_nothing_is_more_like_a_pledge_than_itself(content):
    assert score(traits(content), traits(content))[0] == pytest.approx(1)
