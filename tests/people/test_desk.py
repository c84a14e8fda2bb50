"""The desk's lists of organisations and accounts: what they find, what they show, what they decide."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kept.people import actions, panels, queries
from kept.people.models import MembershipState, Merge, Organisation, Role


@pytest.fixture
def desk(secretary, monkeypatch):
    """A browser at the desk; that it needs a second factor is another test's matter."""
    monkeypatch.setattr("kept.people.signin.second_factor_is_owed", lambda person: False)
    browser = Client()
    browser.force_login(secretary)
    return browser


def listed(desk, **query) -> list[str]:
    page = desk.get(reverse("people:desk_organisations"), query)
    return [line["organisation"].name for line in page.context["lines"]]


def test_organisations_are_listed_by_what_is_the_matter_with_them(
    desk, make_organisation, make_member, make_person, secretary, now
):
    fine = actions.confirm_organisation(make_organisation("Fine"), by=secretary, at=now)
    make_member(fine)
    left = actions.confirm_organisation(make_organisation("Left"), by=secretary, at=now)
    make_member(left, decided_at=now).memberships.update(state=MembershipState.ENDED)
    imported = actions.confirm_organisation(make_organisation("Imported"), by=secretary, at=now)
    actions.ask_to_join(imported, by=make_person(), at=now)
    bounced = actions.confirm_organisation(make_organisation("Bounced"), by=secretary, at=now)
    actions.note_bounce(make_member(bounced).email, at=now)
    twin = make_organisation("Fine", country="FRA")
    make_member(twin)
    gone = make_organisation("Gone")
    actions.merge(gone, into=fine, by=secretary, at=now, reason="The same.")
    assert listed(desk) == ["Bounced", "Fine", "Fine", "Imported", "Left"]
    found = {shown: listed(desk, show=shown) for shown in queries.ORGANISATION_FILTERS}
    assert found == {
        "unconfirmed": ["Fine"],
        "asking": ["Imported"],
        "nobody": ["Left"],
        "nobody_yet": ["Imported"],
        "bounced": ["Bounced"],
        "doubles": ["Fine", "Fine"],
        "merged": ["Gone"],
    }


def test_a_closed_account_leaves_its_organisation_without_anybody(desk, organisation, focal_point, secretary, now):
    assert listed(desk, show="nobody") == []
    actions.close_account(focal_point, by=secretary, at=now, reason="Left.")
    assert listed(desk, show="nobody") == ["Lake Networks"]


def test_who_speaks_for_one_that_was_merged_speaks_for_the_one_that_stays(
    desk, make_organisation, make_member, secretary, now
):
    stays, gone = make_organisation("Stays"), make_organisation("Gone")
    make_member(stays, decided_at=now).memberships.update(state=MembershipState.ENDED)
    make_member(gone)
    assert listed(desk, show="nobody") == ["Stays"]
    actions.merge(gone, into=stays, by=secretary, at=now, reason="The same.")
    assert listed(desk, show="nobody") == []


def test_words_find_by_any_name(desk, make_organisation):
    one = make_organisation("International Telecommunication Union", abbreviation="ITU")
    actions.organisations.keep_other_names(one, ["Union internationale des télécommunications"], source="names")
    make_organisation("Lake Networks")
    for words in ("itu", "telecommunications internationale", "INTERNATIONAL union"):
        assert listed(desk, q=words) == [one.name]


def test_sorting_and_pages(desk, make_organisation, make_member):
    for number in range(60):
        make_organisation(f"Organisation {number:02}")
    make_member(Organisation.objects.get(name="Organisation 31"))
    assert listed(desk, sort="-name")[0] == "Organisation 59"
    assert listed(desk, sort="members")[0] == "Organisation 31"
    assert len(listed(desk)) == 50
    assert listed(desk, page="2")[0] == "Organisation 50"
    assert desk.get(reverse("people:desk_organisations"), {"sort": "password"}).status_code == 404


def test_the_list_asks_as_many_questions_for_one_as_for_many(desk, make_organisation, connection_queries, monkeypatch):
    monkeypatch.setattr(panels, "_figures", {})
    panels.register_figure("pledges", "Pledges", lambda ids: dict.fromkeys(ids, 3))
    make_organisation("One")
    address = reverse("people:desk_organisations")
    few = connection_queries(lambda: desk.get(address))
    for number in range(20):
        make_organisation(f"Organisation {number:02}", abbreviation=f"O{number}")
    assert connection_queries(lambda: desk.get(address)) <= few + 1  # a page of several counts its rows once
    assert {line["figures"][0][1] for line in desk.get(address).context["lines"]} == {3}


def test_the_page_of_an_organisation_shows_what_it_may_be_the_same_as_and_merges_it(desk, make_organisation):
    one, other = make_organisation("Lake Networks"), make_organisation("Lake Netwoks")
    page = desk.get(reverse("people:desk_organisation", args=[one.pk])).content.decode()
    address = reverse("people:desk_merge", args=[one.pk, other.pk])
    assert "A similar name" in page
    assert address in page
    assert "figures for earlier days keep two" in desk.get(address).content.decode()
    desk.post(address, {"stays": other.pk, "reason": "Typed twice."})
    one.refresh_from_db()
    assert one.merged_into == other
    undo = reverse("people:desk_merge_undo", args=[Merge.objects.get().pk])
    desk.post(undo, {"reason": "They are two."})
    one.refresh_from_db()
    assert one.merged_into is None


def test_a_merge_without_a_reason_is_not_done(desk, make_organisation):
    one, other = make_organisation("Lake Networks"), make_organisation("Lake Netwoks")
    page = desk.post(reverse("people:desk_merge", args=[one.pk, other.pk]), {"stays": one.pk, "reason": ""})
    assert page.context["form"].errors["reason"]
    assert not Merge.objects.exists()


def test_the_secretariat_enters_confirms_and_keeps_apart(desk, make_organisation):
    twin = make_organisation("Hill Choir")
    sent = {"name": "Hill Choir", "country": "BDI", "entity_type": "other"}
    assert "Is it one of these?" in desk.post(reverse("people:desk_enter"), sent).content.decode()
    desk.post(reverse("people:desk_enter"), sent | {"another": "yes"})
    entered = Organisation.objects.latest("pk")
    desk.post(reverse("people:desk_confirm", args=[entered.pk]))
    desk.post(reverse("people:desk_apart", args=[entered.pk, twin.pk]))
    entered.refresh_from_db()
    assert entered.confirmed_at is not None
    assert queries.doubles_of(entered) == []


def test_accounts_are_listed_searched_and_decided_on(desk, make_person, make_member, organisation, secretary):
    alone = make_person("alone@example.org", name="Alma Alone")
    member = make_member(organisation, Role.VIEWER, email="member@example.org")

    def found(**query) -> list[str]:
        page = desk.get(reverse("people:desk_people"), query)
        return [row.email for row in page.context["page"].object_list]

    assert found(show="alone") == ["alone@example.org"]
    assert found(show="desk") == [secretary.email]
    assert found(q="alma") == ["alone@example.org"]
    assert found(sort="-name")[0] == secretary.email
    assert member.email in found()
    desk.post(reverse("people:desk_person_decide", args=[alone.pk, "close"]), {"reason": "Asked for it."})
    assert found(show="closed") == ["alone@example.org"]
    page = desk.get(reverse("people:desk_person", args=[alone.pk])).content.decode()
    assert "Asked for it." in page


def test_the_last_one_at_the_desk_is_told_why_not(desk, secretary):
    page = desk.post(reverse("people:desk_person_decide", args=[secretary.pk, "take_desk"]), {"reason": "Bye."})
    assert "Nobody else works at the desk" in page.content.decode()


def test_the_desk_does_not_exist_for_others(focal_point, organisation):
    browser = Client()
    browser.force_login(focal_point)
    pages = {
        "desk_organisations": [], "desk_organisation": [organisation.pk], "desk_people": [], "desk_enter": [],
        "desk_person": [focal_point.pk], "desk_merge_choose": [organisation.pk],
    }  # fmt: skip
    for name, arguments in pages.items():
        assert browser.get(reverse(f"people:{name}", args=arguments)).status_code == 404
    assert browser.post(reverse("people:desk_confirm", args=[organisation.pk])).status_code == 404
