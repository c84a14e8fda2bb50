"""Several pledges at once: only what is safe, each by itself, and a report of what became of each."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kept.pledges import actions
from kept.pledges.content import Partner
from kept.pledges.models import Pledge, Status


def url() -> str:
    return reverse("pledges:desk_several")


def speaker(organisation):
    from kept.people.models import Membership, MembershipState, Person, Role

    person = Person.objects.create_user(f"{organisation.slug}@example.org", name="Speaker")
    Membership.objects.create(
        person=person, organisation=organisation, role=Role.FOCAL_POINT, state=MembershipState.ACTIVE
    )
    return person


@pytest.fixture
def safe(make_pledge):
    """Two pledges that nothing speaks against."""
    return [
        make_pledge("submitted", title="Fibre to 214 health posts in the Lake provinces"),
        make_pledge("submitted", title="Laptops for every teacher of mathematics in Sylhet", targets=("BGD",)),
    ]


def post_all(desk, pledges, do="publish", **more):
    page = desk.get(url(), {"key": [p.key for p in pledges]})
    marks = {f"seen_{row.pledge.key}": row.mark for row in page.context["all"]}
    return desk.post(url(), {"key": [p.key for p in pledges], "do": do, **marks, **more})


def test_a_page_says_what_would_happen_before_it_does(desk, safe):
    page = desk.get(url(), {"key": [p.key for p in safe]})
    assert [row.pledge.pk for row in page.context["safe"]] == [p.pk for p in safe]
    assert Pledge.objects.filter(status=Status.SUBMITTED).count() == 2


def test_the_safe_ones_go_out_together_and_can_be_called_back(desk, safe):
    answer = post_all(desk, safe)
    assert answer["Location"] == reverse("pledges:desk_queue")
    assert Pledge.objects.filter(status=Status.ACCEPTED, hold="call_back").count() == 2


def test_what_is_not_safe_says_why_and_stays(desk, safe, make_pledge, make_organisation, secretary, now):
    partner = make_organisation("Uhuru Fibre")
    repeated = make_pledge("submitted", title=safe[0].title)
    joint = make_pledge(
        "submitted", title="Radio stations for the islands", targets=("MDV",), partners=(Partner(partner.pk, "Masts"),)
    )
    behalf = make_pledge("submitted", title="Spectrum for community networks", targets=("KEN",))
    Pledge.objects.filter(pk=behalf.pk).update(on_behalf=True)
    declined = make_pledge("declined", title="A museum of telegraphy", targets=("FRA",))
    chosen = [repeated, joint, behalf, declined]
    page = desk.get(url(), {"key": [p.key for p in chosen]})
    why = {row.pledge.pk: " ".join(row.against) for row in page.context["unsafe"]}
    assert "It looks like" in why[repeated.pk]
    assert "Has not confirmed to take part yet: Uhuru Fibre" in why[joint.pk]
    assert "Its owner has not confirmed" in why[behalf.pk]
    assert "It is not to review any more." in why[declined.pk]
    answer = post_all(desk, chosen)
    assert [row.pledge.pk for row in answer.context["left"]] == [p.pk for p in chosen]
    assert not Pledge.objects.filter(status=Status.ACCEPTED).exists()


def test_one_that_fails_leaves_the_others_done(desk, safe, colleague, now):
    page = desk.get(url(), {"key": [p.key for p in safe]})
    marks = {f"seen_{row.pledge.key}": row.mark for row in page.context["all"]}
    actions.decline(safe[1], by=colleague, at=now, reason="Not a promise.")
    answer = desk.post(url(), {"key": [p.key for p in safe], "do": "publish", **marks})
    assert [p.pk for p in answer.context["done"]] == [safe[0].pk]
    assert [row.pledge.pk for row in answer.context["left"]] == [safe[1].pk]
    assert Pledge.objects.get(pk=safe[0].pk).status == Status.ACCEPTED


def test_a_text_that_was_changed_after_the_page_is_not_published(desk, safe, focal_point, now):
    page = desk.get(url(), {"key": [safe[0].key]})
    mark = page.context["all"][0].mark
    actions.recall(safe[0], by=focal_point, at=now)
    draft = Pledge.objects.get(pk=safe[0].pk)
    actions.save_fields(draft, {"title": "Something else"}, by=focal_point, at=now, base_version=1)
    actions.submit(draft, by=focal_point, at=now, consent=True)
    answer = desk.post(url(), {"key": [safe[0].key], "do": "publish", f"seen_{safe[0].key}": mark})
    assert "has changed since" in answer.context["left"][0].against[0]
    assert Pledge.objects.get(pk=safe[0].pk).status == Status.SUBMITTED


def test_several_are_given_to_a_colleague(desk, safe, colleague):
    post_all(desk, safe, do="assign", to=str(colleague.pk))
    assert set(Pledge.objects.values_list("reviewer", flat=True)) == {colleague.pk}


def test_nothing_ticked_leads_back_to_the_list(desk):
    assert desk.get(url())["Location"] == reverse("pledges:desk_queue")


def test_two_of_the_same_words_are_both_unsafe_even_when_neither_is_public(desk, make_pledge):
    twins = [make_pledge("submitted"), make_pledge("submitted")]
    page = desk.get(url(), {"key": [p.key for p in twins]})
    assert [row.pledge.pk for row in page.context["unsafe"]] == [p.pk for p in twins]
