"""The pages of people with an account: what they show, to whom, and what their buttons do."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kept.base.models import OutgoingMail
from kept.people import actions, panels, queries
from kept.people.models import Membership, Organisation, Role


@pytest.fixture
def as_(client):
    """A browser in which somebody is signed in."""

    def sign_in(person) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return sign_in


FOUNDED = {
    "name": "Hill Choir",
    "abbreviation": "HC",
    "country": "BDI",
    "entity_type": "civil-society",
    "website": "hillchoir.example",
    "names_fr": "Chœur de la Colline",
}


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, db):
    answer = client.get("/ar/my/organisations/new/")
    assert answer.url == "/ar/accounts/login/?next=/ar/my/organisations/new/"


def test_founding_an_organisation_leads_to_its_page(as_, make_person):
    person = make_person()
    answer = as_(person).post(reverse("people:found"), FOUNDED)
    organisation = Organisation.objects.get()
    assert answer.url == reverse("people:organisation", args=[organisation.slug])
    assert (organisation.domain, organisation.names) == ("hillchoir.example", {"fr": "Chœur de la Colline"})


def test_one_that_looks_like_another_is_shown_before_it_exists_twice(as_, make_person, make_organisation):
    make_organisation("Hill Choir")
    browser = as_(make_person())
    page = browser.post(reverse("people:found"), FOUNDED)
    assert "Is it one of these?" in page.content.decode()
    assert reverse("people:join", args=["hill-choir"]) in page.content.decode()
    assert Organisation.objects.count() == 1
    browser.post(reverse("people:found"), FOUNDED | {"another": "yes"})
    assert list(Organisation.objects.order_by("pk").values_list("slug", flat=True)) == ["hill-choir", "hill-choir-2"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", "…"), ("name", ""), ("name", "x" * 301), ("country", "XXX"), ("website", "javascript:alert(1)"),
     ("entity_type", "army"), ("name", "Hill\x00Choir")],
)  # fmt: skip
def test_what_is_typed_wrong_is_explained_beside_its_field_and_nothing_is_saved(as_, make_person, field, typed):
    page = as_(make_person()).post(reverse("people:found"), FOUNDED | {field: typed})
    assert page.context["form"].errors[field]
    assert "field-wrong" in page.content.decode()
    assert not Organisation.objects.exists()


def test_text_that_somebody_typed_is_never_markup(as_, make_person):
    person = make_person()
    as_(person).post(reverse("people:found"), FOUNDED | {"name": "<script>alert(1)</script> Choir"})
    page = as_(person).get(reverse("people:organisation", args=[Organisation.objects.get().slug])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_asking_to_join_and_being_let_in(as_, make_person, organisation, focal_point, now):
    person = make_person("new@example.org")
    assert as_(person).get(reverse("people:join", args=[organisation.slug])).status_code == 404  # nobody knows it yet
    organisation.confirmed_at = now
    organisation.save()
    as_(person).post(reverse("people:join", args=[organisation.slug]), {"message": "ICT unit"})
    membership = Membership.objects.get(person=person)
    page = as_(focal_point).get(reverse("people:my")).content.decode()
    assert "ICT unit" in page
    as_(focal_point).post(reverse("people:decide", args=[membership.pk, "let_in"]), {"role": "viewer", "next": "/my/"})
    assert as_(person).get(reverse("people:organisation", args=[organisation.slug])).status_code == 200


def test_the_inner_page_of_an_organisation_does_not_exist_for_others(as_, make_person, organisation, focal_point):
    stranger = as_(make_person())
    membership = focal_point.memberships.get()
    for address in (
        reverse("people:organisation", args=[organisation.slug]),
        reverse("people:edit", args=[organisation.slug]),
        reverse("people:member", args=[membership.pk]),
        reverse("people:decide", args=[membership.pk, "end"]),
        reverse("people:invite", args=[organisation.slug]),
    ):
        assert stranger.post(address, {"email": "a@example.org"}).status_code == 404
    membership.refresh_from_db()
    assert membership.state == "active"


def test_a_contributor_sees_the_page_but_neither_requests_nor_buttons(as_, make_member, make_person, organisation, now):
    actions.ask_to_join(organisation, by=make_person("secret-request@example.org"), at=now)
    page = as_(make_member(organisation, Role.CONTRIBUTOR)).get(
        reverse("people:organisation", args=[organisation.slug])
    )
    assert "secret-request" not in page.content.decode()
    assert reverse("people:invite", args=[organisation.slug]) not in page.content.decode()


def test_the_last_focal_point_is_asked_before_leaving(as_, focal_point, organisation):
    browser, mine = as_(focal_point), focal_point.memberships.get()
    page = browser.post(reverse("people:decide", args=[mine.pk, "end"]), follow=True).content.decode()
    assert "There is no successor. The secretariat shall look." in page
    browser.post(reverse("people:decide", args=[mine.pk, "end"]), {"knowing": "yes"})
    mine.refresh_from_db()
    assert mine.state == "ended"


def test_after_a_decision_one_goes_nowhere_outside_this_house(as_, focal_point, make_person, organisation, now):
    membership = actions.ask_to_join(organisation, by=make_person(), at=now)
    address = reverse("people:decide", args=[membership.pk, "let_in"])
    answer = as_(focal_point).post(address, {"next": "https://evil.example/"})
    assert answer.url == reverse("people:organisation", args=[organisation.slug])


def test_a_colleague_is_invited_by_mail(as_, focal_point, organisation):
    sent = {"email": "colleague@example.org", "role": "contributor", "language": "fr"}
    as_(focal_point).post(reverse("people:invite", args=[organisation.slug]), sent)
    row = OutgoingMail.objects.get()
    assert (row.kind, row.language) == ("people/invitation", "fr")
    assert "/fr/l/" in row.text


def test_the_picker_answers_with_a_piece_of_a_page_or_with_json(as_, focal_point, organisation, make_organisation):
    make_organisation("Lake Secret Fund")
    browser = as_(focal_point)
    page = browser.get(reverse("people:organisation_search"), {"q": "lake"})
    assert ("Lake Networks" in page.content.decode(), "<html" in page.content.decode()) == (True, False)
    answer = browser.get(reverse("people:organisation_search"), {"q": "lake"}, HTTP_ACCEPT="application/json")
    assert [row["name"] for row in answer.json()["results"]] == ["Lake Networks"]
    assert Client().get(reverse("people:organisation_search"), {"q": "lake"}).status_code == 302


def test_a_former_address_leads_to_the_one_that_stays(as_, make_member, make_organisation, secretary, now):
    stays, gone = make_organisation("Lake Networks"), make_organisation("Lac Réseaux")
    member = make_member(gone)
    actions.merge(gone, into=stays, by=secretary, at=now, reason="The same.")
    answer = as_(member).get(reverse("people:organisation", args=[gone.slug]))
    assert answer.url == reverse("people:organisation", args=[stays.slug])


def test_a_person_changes_name_and_language_of_mails(as_, make_person):
    person = make_person()
    as_(person).post(reverse("people:settings"), {"name": "Nadia", "language": "ru"})
    person.refresh_from_db()
    assert (person.name, person.language) == ("Nadia", "ru")


def test_my_page_shows_that_mail_came_back(as_, make_person, now):
    person = make_person()
    actions.note_bounce(person.email, at=now)
    assert "Our mail to you came back" in as_(person).get(reverse("people:my")).content.decode()


def test_later_rooms_show_their_panels(as_, make_person, monkeypatch):
    monkeypatch.setattr(panels, "_panels", [])
    panels.register(panels.Panel("none", panels.MY, 1, "people/knowing.html", lambda request, subject: None))
    panels.register(panels.Panel("one", panels.MY, 2, "people/knowing.html", lambda request, subject: {"id": "panel"}))
    assert as_(make_person()).get(reverse("people:my")).content.decode().count('id="panel"') == 1
    with pytest.raises(ValueError, match="no place"):
        panels.register(panels.Panel("x", "nowhere", 1, "x.html", lambda request, subject: None))


def test_pages_with_many_members_ask_the_database_no_more_than_those_with_one(
    as_, focal_point, organisation, make_member, connection_queries
):
    browser, address = as_(focal_point), reverse("people:organisation", args=[organisation.slug])
    browser.get(address)
    one = connection_queries(lambda: browser.get(address))
    for _ in range(8):
        make_member(organisation, Role.CONTRIBUTOR)
    assert connection_queries(lambda: browser.get(address)) == one
    assert len(queries.members_of(organisation)) == 9
