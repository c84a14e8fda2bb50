"""On behalf, and joint pledges: an owner confirms by a link, partners say yes or no for themselves."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.people.links import link_address
from kept.people.models import Link
from kept.pledges import actions
from kept.pledges.content import Partner
from kept.pledges.models import PartnershipState, Pledge, Status

from ..conftest import complete

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def behalf(secretary, organisation, now):
    """Entered by the secretariat from a letter, and sent to review."""
    pledge = actions.create_draft(
        by=secretary, at=now, lead=organisation, content=complete(organisation), on_behalf=True
    )
    return actions.submit(pledge, by=secretary, at=now)


def path(link: Link) -> str:
    return "/" + link_address(link).split("/", 3)[3]


def open_and_press(link: Link) -> str:
    """What somebody without an account does with a link of a mail."""
    browser = Client()
    page = browser.get(path(link)).content.decode()
    answer = browser.post(path(link))
    return page + answer.content.decode()


def test_a_pledge_that_came_by_letter_is_entered_in_the_same_form(desk, organisation, secretary, now):
    organisation.confirmed_at = now
    organisation.save()
    begun = desk.post("/pledges/new/?on_behalf=1")
    pledge = Pledge.objects.get()
    assert begun.url == f"/pledges/{pledge.key}/write/who/"
    assert (pledge.on_behalf, pledge.lead, pledge.contact_email) == (True, None, "")
    page = f"/pledges/{pledge.key}/write/who/"
    assert f'name="set_lead" value="{organisation.pk}"' in desk.get(page + "?partner=lake").content.decode()
    desk.post(page, {"set_lead": organisation.pk})
    assert Pledge.objects.get().lead == organisation


def test_only_the_secretariat_enters_for_others(client, focal_point, db):
    client.force_login(focal_point)
    client.post("/pledges/new/?on_behalf=1")
    assert not Pledge.objects.filter(on_behalf=True).exists()


def test_what_was_entered_is_not_published_before_its_owner_confirms(behalf, secretary, now):
    with pytest.raises(Refused):
        actions.schedule(behalf, by=secretary, at=now)
    link = actions.ask_owner(behalf, to="owner@example.org", by=secretary, at=now, name="Odile")
    said = open_and_press(link)
    assert "Is this your pledge?" in said
    assert "Fibre to 214 health posts" in said
    assert "You have confirmed this pledge." in said
    behalf.refresh_from_db()
    assert behalf.owner_confirmed_at is not None
    assert actions.schedule(behalf, by=secretary, at=now).status == Status.ACCEPTED


def test_opening_the_link_changes_nothing(behalf, secretary, now):
    link = actions.ask_owner(behalf, to="owner@example.org", by=secretary, at=now)
    for _ in range(3):
        Client().get(path(link))
    behalf.refresh_from_db()
    assert behalf.owner_confirmed_at is None


def test_the_mail_to_the_owner_is_a_key_and_goes_to_the_address_alone(behalf, secretary, now):
    link = actions.ask_owner(behalf, to="owner@example.org", by=secretary, at=now, name="Odile", language="fr")
    mail = OutgoingMail.objects.get(to="owner@example.org")
    assert mail.secret
    assert mail.language == "fr"
    assert link_address(link, language="fr") in mail.text


def test_a_second_link_makes_the_first_void(behalf, secretary, now):
    first = actions.ask_owner(behalf, to="wrong@example.org", by=secretary, at=now)
    actions.ask_owner(behalf, to="owner@example.org", by=secretary, at=now)
    open_and_press(first)
    behalf.refresh_from_db()
    assert behalf.owner_confirmed_at is None


def test_only_the_secretariat_asks_and_only_while_it_is_open(behalf, secretary, focal_point, make_pledge, now):
    with pytest.raises(NotAllowed):
        actions.ask_owner(behalf, to="a@example.org", by=focal_point, at=now)
    with pytest.raises(NotAllowed):
        actions.ask_owner(make_pledge("submitted"), to="a@example.org", by=secretary, at=now)
    actions.confirm_as_owner(behalf, by=None, at=now)
    with pytest.raises(WrongState):
        actions.ask_owner(behalf, to="a@example.org", by=secretary, at=now)


def test_a_signed_letter_serves_as_well(behalf, desk, secretary, now):
    letter = SimpleUploadedFile("letter.pdf", PDF)
    desk.post(f"/my/pledges/{behalf.key}/letter/", {"file": letter})
    assert behalf.attachments.get().is_letter
    assert actions.schedule(behalf, by=secretary, at=now).status == Status.ACCEPTED


def test_the_letter_is_asked_for_and_the_link_sent_from_the_page(behalf, desk):
    page = desk.get(f"/my/pledges/{behalf.key}/").content.decode()
    assert "Send the link to confirm" in page
    desk.post(f"/my/pledges/{behalf.key}/ask-owner/", {"email": "owner@example.org", "name": "Odile"})
    assert Link.objects.get(purpose="confirm_pledge").email == "owner@example.org"
    wrong = desk.post(f"/my/pledges/{behalf.key}/ask-owner/", {"email": "nobody"}, follow=True)
    assert "This is not a mail address." in wrong.content.decode()
    none = desk.post(f"/my/pledges/{behalf.key}/letter/", follow=True)
    assert "Choose a file first." in none.content.decode()


# --- partners ----------------------------------------------------------------------------------------


@pytest.fixture
def partner(make_organisation):
    return make_organisation("Uhuru Fibre", country="KEN")


@pytest.fixture
def joint(make_pledge, partner):
    return make_pledge("submitted", partners=(Partner(partner.pk, "Lays the cable"),))


def test_partners_are_asked_when_a_pledge_is_sent(joint, partner):
    assert [(p.organisation, p.state) for p in joint.partnerships.all()] == [(partner, PartnershipState.ASKED)]


def test_a_partners_focal_point_says_yes_on_their_own_page(joint, partner, make_member, client):
    client.force_login(make_member(partner, email="uhuru@example.org"))
    page = client.get("/my/pledges/").content.decode()
    assert "Who names you as a partner" in page
    assert "Lays the cable" in page
    client.post(f"/my/partnerships/{joint.partnerships.get().pk}/", {"answer": "yes"})
    assert joint.partnerships.get().state == PartnershipState.CONFIRMED


def test_nobody_answers_for_somebody_else(joint, client, focal_point, make_person):
    for person in (focal_point, make_person("stranger@example.org")):
        client.force_login(person)
        assert client.post(f"/my/partnerships/{joint.partnerships.get().pk}/", {"answer": "yes"}).status_code == 404
    assert joint.partnerships.get().state == PartnershipState.ASKED


def test_a_partner_without_an_account_answers_by_a_link(joint, partner, focal_point, now):
    yes = actions.ask_partner(joint, partner, to="partner@example.org", by=focal_point, at=now)
    no = Link.objects.filter(purpose="confirm_partner").exclude(pk=yes.pk).get()
    mail = OutgoingMail.objects.get(to="partner@example.org")
    assert link_address(yes) in mail.text
    assert link_address(no) in mail.text
    said = open_and_press(yes)
    assert "Lays the cable" in said
    assert joint.partnerships.get().state == PartnershipState.CONFIRMED
    open_and_press(no)
    assert joint.partnerships.get().state == PartnershipState.DECLINED


def test_a_partners_yes_to_a_published_pledge_counts(joint, partner, focal_point, secretary, now):
    from kept.pledges.counting import counter

    actions.schedule(joint, by=secretary, at=now)
    pledge = actions.publish_now(joint, by=secretary, at=now)
    assert counter().organisations == 1
    open_and_press(actions.ask_partner(pledge, partner, to="partner@example.org", by=focal_point, at=now))
    assert counter().organisations == 2
    assert Pledge.objects.get().revisions_count == 2


def test_only_a_partner_that_is_named_and_has_not_answered_is_asked(
    joint, partner, make_organisation, focal_point, make_person, now
):
    with pytest.raises(WrongState):
        actions.ask_partner(joint, make_organisation("Other"), to="a@example.org", by=focal_point, at=now)
    with pytest.raises(NotAllowed):
        actions.ask_partner(joint, partner, to="a@example.org", by=make_person("x@example.org"), at=now)
    actions.answer_partnership(joint, partner, confirm=True, by=None, at=now, proven=True)
    with pytest.raises(WrongState):
        actions.ask_partner(joint, partner, to="a@example.org", by=focal_point, at=now)


def test_a_partner_that_nobody_knows_yet_is_nobodys(focal_point, now):
    made = actions.name_partner("  Voices of the   Valley ", by=focal_point, at=now)
    assert (made.name, made.confirmed_at, made.memberships.count()) == ("Voices of the Valley", None, 0)
    assert actions.name_partner("voices of the valley", by=focal_point, at=now) == made
    with pytest.raises(NotAllowed):
        actions.name_partner("Nobody's", by=None, at=now)


def test_a_link_says_nothing_of_contacts_and_conversation(joint, partner, focal_point, secretary, now):
    actions.add_message(joint, "Between us", by=secretary, at=now)
    said = open_and_press(actions.ask_partner(joint, partner, to="partner@example.org", by=focal_point, at=now))
    assert "focal@example.org" not in re.sub(r"\s+", " ", said)
    assert "Between us" not in said
