"""Personal links: opening one changes nothing, its button acts once, and what is over says what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kept.base.installation import installation
from kept.base.lifecycle import WrongState
from kept.people import actions, links, tasks
from kept.people.links import LinkPage
from kept.people.models import Link, Membership, Person, Role


@pytest.fixture
def acted(monkeypatch):
    """A purpose that notes what was done with its links."""
    done = []

    def act(link, request, at):
        done.append(link.subject)
        return "/my/"

    monkeypatch.setattr(links, "_purposes", dict(links._purposes))
    links.register("try", describe=lambda link, request: LinkPage(title="Try", button="Do it"), act=act)
    return done


@pytest.fixture
def demonstration(db):
    row = installation()
    row.demonstration = True
    row.save()


def test_opening_a_link_changes_nothing_and_its_button_acts_once(client, acted, now, db):
    link = actions.make_link("try", 831, at=now, days=1)
    address = reverse("people:link", args=[link.token])
    for _scanner in range(3):
        assert "Do it" in client.get(address).content.decode()
    assert acted == []
    assert client.post(address).url == "/my/"
    again = client.post(address)
    assert (again.status_code, acted) == (410, ["831"])
    assert "used already" in again.content.decode()


def test_a_link_that_is_over_or_void_says_what_to_do(client, acted, now, db):
    over = actions.make_link("try", 1, at=now - timedelta(days=2), days=1)
    void = actions.make_link("try", 2, at=now, days=1)
    actions.revoke_link(void, at=now)
    for link, words in ((over, "time is over"), (void, "made void")):
        page = client.post(reverse("people:link", args=[link.token]))
        assert page.status_code == 410
        assert words in page.content.decode()
    assert acted == []


def test_a_link_that_acts_more_than_once_does(acted, now, db, rf):
    link = actions.make_link("try", 1, at=now, days=1, once=False)
    for _time in range(2):
        actions.use_link(link, rf.post("/"), at=now)
    assert acted == ["1", "1"]


def test_a_link_that_is_refused_is_not_used_up(client, monkeypatch, now, db):
    def act(link, request, at):
        raise WrongState("Somebody was quicker.")

    monkeypatch.setattr(links, "_purposes", dict(links._purposes))
    links.register("try", describe=lambda link, request: LinkPage(title="Try", button="Do it"), act=act)
    link = actions.make_link("try", 1, at=now, days=1)
    page = client.post(reverse("people:link", args=[link.token]))
    link.refresh_from_db()
    assert (page.status_code, link.used_at) == (409, None)
    assert "Somebody was quicker." in page.content.decode()


def test_no_link_is_guessed_and_its_address_is_told_to_no_other_site(client, acted, now, db):
    assert client.get("/l/" + "x" * 43 + "/").status_code == 404
    link = actions.make_link("try", 1, at=now, days=1)
    page = client.get(reverse("people:link", args=[link.token]))
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]
    assert len(link.token) >= 43


def test_an_invitation_asks_for_an_account_first_and_comes_back(client, organisation, focal_point, make_person, now):
    link = actions.invite(organisation, "a@example.org", by=focal_point, at=now, role=Role.VIEWER)
    address = reverse("people:link", args=[link.token])
    page = client.post(address).content.decode()
    assert f"/accounts/login/?next=%2Fl%2F{link.token}" in page
    person = make_person()
    client.force_login(person)
    assert client.post(address).url == reverse("people:organisation", args=[organisation.slug])
    assert Membership.objects.get(person=person).role == Role.VIEWER


def test_links_that_are_long_over_are_thrown_away(acted, now, db):
    old = actions.make_link("try", 1, at=now - timedelta(days=100), days=1)
    over = actions.make_link("try", 2, at=now - timedelta(days=50), days=1)
    tasks.tidy(now)
    assert list(Link.objects.all()) == [over]
    assert old.pk != over.pk


# The demonstration -----------------------------------------------------------------------------------


def test_the_demonstration_prints_a_link_for_each_kind_of_person(
    demonstration, secretary, focal_point, make_person, capsys
):
    make_person("reader@example.org")
    call_command("signinlinks", port=8123)
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split("http")[0].strip() for line in lines] == ["secretariat", "focal point", "reader"]
    assert all("http://127.0.0.1:8123/l/" in line for line in lines)


def test_such_a_link_signs_in_once_and_on_this_machine_alone(demonstration, secretary, now):
    link = actions.make_link("sign_in", secretary.pk, person=secretary, at=now, days=1, local_only=True)
    address = reverse("people:link", args=[link.token])
    assert Client().post(address, REMOTE_ADDR="192.0.2.7").status_code == 404
    assert Client().post(address, HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
    browser = Client()
    assert browser.post(address).url == "/desk/"
    assert browser.session["_auth_user_id"] == str(secretary.pk)
    assert Client().post(address).status_code == 410


def test_outside_the_demonstration_no_such_link_is_made_or_believed(secretary, now):
    with pytest.raises(CommandError):
        call_command("signinlinks")
    link = actions.make_link("sign_in", secretary.pk, person=secretary, at=now, days=1)
    browser = Client()
    assert browser.post(reverse("people:link", args=[link.token])).status_code == 409
    assert "_auth_user_id" not in browser.session


def test_behind_a_proxy_nobody_counts_as_being_at_this_machine(rf, settings):
    assert links.from_this_machine(rf.get("/", REMOTE_ADDR="::1"))
    settings.TRUST_FORWARDED = True
    assert not links.from_this_machine(rf.get("/", REMOTE_ADDR="127.0.0.1"))


def test_the_first_account_of_the_secretariat_is_made_once_and_has_no_password(db, capsys):
    call_command("createsecretariat", "First@Example.org")
    call_command("createsecretariat", "first@example.org")
    person = Person.objects.get()
    assert (person.email, person.is_staff, person.has_usable_password()) == ("first@example.org", True, False)
    with pytest.raises(CommandError):
        call_command("createsecretariat", "no address")
