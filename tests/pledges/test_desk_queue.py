"""The review queue: who waits where, in which order, and what each line says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from kept.base import installation
from kept.pledges import actions
from kept.pledges import desk_queries as queries
from kept.pledges.content import Indicator
from kept.pledges.desk.tasks import note_nearest
from kept.pledges.models import Pledge

LISTS = [
    "desk_queue",
    "desk_revisions",
    "desk_with_pledger",
    "desk_accepted",
    "desk_going_out",
    "desk_declined",
    "desk_all",
]
SMALL = Indicator(name="Schools", target="10")


def titles(answer) -> list[str]:
    return [line.title for line in answer.context["lines"]]


def test_each_pledge_waits_in_exactly_one_list(desk, make_pledge, focal_point, now):
    states = ["submitted", "changes_requested", "embargoed", "accepted", "declined", "draft", "published"]
    for state in states:
        make_pledge(state, title=state)
    revised = make_pledge("published", title="revised")
    actions.begin_revision(revised, by=focal_point, at=now)
    revised = Pledge.objects.get(pk=revised.pk)
    actions.save_fields(revised, {"summary": "Other."}, by=focal_point, at=now, base_version=1)
    actions.submit_revision(revised, by=focal_point, at=now, reason="Better")
    found = {name: titles(desk.get(reverse(f"pledges:{name}"))) for name in LISTS[:-1]}
    assert found == {
        "desk_queue": ["submitted"],
        "desk_revisions": ["revised"],
        "desk_with_pledger": ["changes_requested"],
        "desk_accepted": ["embargoed"],
        "desk_going_out": ["accepted"],
        "desk_declined": ["declined"],
    }
    everything = titles(desk.get(reverse("pledges:desk_all")))
    assert sorted(everything) == sorted({*states, "revised"} - {"draft"})


@pytest.mark.parametrize(("sort", "order"), [
    ("", ["old", "middle", "new"]), ("newest", ["new", "middle", "old"]), ("title", ["middle", "new", "old"]),
    ("largest", ["middle", "new", "old"]), ("nonsense", ["old", "middle", "new"]),
])  # fmt: skip
def test_the_queue_is_sorted_as_its_address_says(desk, make_pledge, now, sort, order):
    for days, (title, amount) in enumerate([("new", "5000000"), ("middle", "9000000"), ("old", "")]):
        money = {"amount": amount, "currency": "USD", "money_nature": "new"} if amount else {}
        pledge = make_pledge("submitted", title=title, **money)
        Pledge.objects.filter(pk=pledge.pk).update(submitted_at=now - timedelta(days=days))
    assert titles(desk.get(reverse("pledges:desk_queue"), {"sort": sort})) == order


def test_the_queue_is_narrowed_by_reviewer_kind_organisation_and_words(
    desk, make_pledge, make_organisation, secretary, now
):
    mine = make_pledge("submitted", title="Mine and a policy", kinds=("policy",))
    other = make_organisation("Ministère de l’Éducation", country="BFA", entity_type="government")
    make_pledge("submitted", title="Écoles reliées", lead=other, by=_speaker(other, make_pledge))
    actions.assign(mine, to=secretary, by=secretary, at=now)
    found = {
        key: titles(desk.get(reverse("pledges:desk_queue"), given))
        for key, given in {
            "me": {"who": "me"},
            "nobody": {"who": "nobody"},
            "kind": {"kind": "policy"},
            "organisation": {"organisation": other.slug},
            "words": {"q": "école RELIÉES"},
            "key": {"q": mine.key},
            "nothing": {"q": "no such words"},
        }.items()
    }
    assert found == {
        "me": ["Mine and a policy"],
        "nobody": ["Écoles reliées"],
        "kind": ["Mine and a policy"],
        "organisation": ["Écoles reliées"],
        "words": ["Écoles reliées"],
        "key": ["Mine and a policy"],
        "nothing": [],
    }


def _speaker(organisation, _make_pledge):
    from kept.people.models import Membership, MembershipState, Person, Role

    person = Person.objects.create_user("speaker@example.org", name="Speaker")
    Membership.objects.create(
        person=person, organisation=organisation, role=Role.FOCAL_POINT, state=MembershipState.ACTIVE
    )
    return person


def test_a_line_says_what_is_missing_how_old_it_is_and_who_has_it(desk, make_pledge, colleague, now):
    pledge = make_pledge("submitted", indicators=(SMALL,), end="")
    Pledge.objects.filter(pk=pledge.pk).update(submitted_at=now - timedelta(days=8), reviewer=colleague)
    line = desk.get(reverse("pledges:desk_queue")).context["lines"][0]
    assert (line.age, line.age_kind, line.who, line.mine) == (8, "broken", "Colin Colleague", False)
    assert line.missing == ["no baseline", "no end date"]


def test_a_line_says_which_published_pledge_it_repeats(desk, make_pledge, now):
    first = make_pledge("published")
    make_pledge("submitted")
    assert note_nearest(now) == 1
    assert note_nearest(now) == 0
    line = desk.get(reverse("pledges:desk_queue")).context["lines"][0]
    assert f"looks like {first.reference}" in line.missing


def test_what_was_found_is_forgotten_when_another_text_is_sent(make_pledge, focal_point, secretary, now):
    make_pledge("published")
    pledge = make_pledge("submitted")
    note_nearest(now)
    pledge = actions.request_changes(Pledge.objects.get(pk=pledge.pk), by=secretary, at=now, reason="Say more.")
    assert pledge.nearest
    assert actions.submit(pledge, by=focal_point, at=now).nearest == {}


def test_a_colleague_who_looks_is_named_until_the_look_is_a_minute_old(desk, make_pledge, colleague, secretary, now):
    pledge = make_pledge("submitted")
    actions.look(pledge, by=colleague, at=now)
    assert queries.lines([pledge], person=secretary, now=now)[0].lookers == ["Colin Colleague"]
    assert queries.lines([pledge], person=colleague, now=now)[0].lookers == []
    assert queries.lines([pledge], person=secretary, now=now + timedelta(seconds=90))[0].lookers == []


def test_looking_is_a_post_and_a_get_changes_nothing(desk, make_pledge):
    pledge = make_pledge("submitted")
    desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    assert pledge.looking.count() == 0
    assert desk.get(reverse("pledges:desk_look", args=[pledge.address])).status_code == 405
    desk.post(reverse("pledges:desk_look", args=[pledge.address]))
    assert pledge.looking.count() == 1


def test_the_next_and_the_former_pledge_keep_order_and_filters(desk, make_pledge, now):
    pledges = [make_pledge("submitted", title=title) for title in ("a", "b", "c")]
    page = desk.get(reverse("pledges:desk_pledge", args=[pledges[1].address]), {"sort": "title", "who": "nobody"})
    assert page.context["neighbours"]["next"].startswith(reverse("pledges:desk_pledge", args=[pledges[2].address]))
    assert page.context["neighbours"]["before"].endswith("?sort=title&who=nobody")


def test_a_pledge_is_found_by_its_reference_and_by_its_opaque_id(desk, make_pledge):
    pledge = make_pledge("published")
    for address in (pledge.reference, pledge.key):
        assert desk.get(reverse("pledges:desk_pledge", args=[address])).context["pledge"] == pledge
    assert desk.get(reverse("pledges:desk_pledge", args=["P-99999"])).status_code == 404


def test_the_menu_marks_the_list_in_which_an_open_pledge_waits(desk, make_pledge):
    pledge = make_pledge("declined")
    page = desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    lines = [line for group in page.context["house"].desk for line in group.lines]
    assert [line.url for line in lines if line.current] == [reverse("pledges:desk_declined")]


def many(pledge: Pledge, count: int) -> None:
    """Copies of a pledge that waits, with their texts."""
    text = pledge.working
    copies = Pledge.objects.bulk_create(
        Pledge(title=f"{pledge.title} {n}", lead=pledge.lead, status=pledge.status, submitted_at=pledge.submitted_at)
        for n in range(count)
    )
    type(text).objects.bulk_create(type(text)(pledge=copy, content=text.content, status=text.status) for copy in copies)
    for row in type(text).objects.filter(pledge__in=copies):
        Pledge.objects.filter(pk=row.pledge_id).update(working=row)


@pytest.mark.parametrize("sort", ["oldest", "largest"])
def test_eight_hundred_pledges_take_as_many_queries_as_ten(
    desk, make_pledge, django_assert_max_num_queries, django_assert_num_queries, sort
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    pledge = make_pledge("submitted", amount="5000", currency="EUR", money_nature="new")
    many(pledge, 9)
    url = reverse("pledges:desk_queue")
    desk.get(url)
    installation.forget()  # read once in each: what is remembered for seconds may not decide a comparison
    with CaptureQueriesContext(connection) as few:
        desk.get(url, {"sort": sort})
    many(pledge, 790)
    installation.forget()
    with CaptureQueriesContext(connection) as all_of_them:
        answer = desk.get(url, {"sort": sort})
    assert answer.context["page"].paginator.count == 800
    assert len(answer.context["lines"]) == queries.PAGE
    assert len(all_of_them) == len(few) <= 40
