"""Who other participants read of, as far as they chose; who is under 18 never; whom the screen at the entrance greets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.people.models import Link
from kept.registration import actions, participants, privacy
from kept.registration.addresses import own_link
from kept.registration.lifecycle import REGISTRATION
from kept.registration.minors import is_minor_on
from kept.registration.models import Consent, OutsideList, Registration
from kept.registration.permissions import Holder
from tests.registration.test_forgetting import WORDS, places_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def own(one: Registration, rest: str = "") -> str:
    return f"/meetings/registration/{own_link(one, at=datetime.now(UTC)).token}/{rest}"


def shows(one: Registration, *fields: str, listed: bool = True) -> Registration:
    return actions.show(one, fields, listed=listed, text="…", language="en", by=Holder(one.pk), at=NOW)


def test_confirmed_participants_read_of_whoever_agreed_what_each_chose_to_show(client, register):
    ada = register(email="qwmail@example.org", country="BDI", organisation_name="Lake Networks", **WORDS)
    bao, waits = register(family_name="Bao"), register(family_name="Waits")
    assert "Nobody stands here yet." in client.get(own(bao, "participants/")).content.decode()
    page = client.post(own(ada, "participants/me/"), {"listed": "on", "shown": ["title", "country"]})
    assert page.status_code == 302
    kept = Consent.objects.get(registration=ada, kind="listed", revoked_at=None)
    assert "Your title there and Country that you represent" in kept.text
    told = client.get(own(bao, "participants/")).content.decode()
    assert places_in(told) == {"Registration.given_name", "Registration.family_name", "Registration.title"}
    assert "Burundi" in told
    assert "Lake Networks" not in told
    assert "Qwfamily" not in client.get(own(bao, "participants/?q=nobody")).content.decode()
    assert waits.state == "waitlisted"
    assert client.get(own(waits, "participants/")).status_code == 404
    assert client.get("/meetings/annual-meeting/participants/").status_code == 404
    seen = {row["who"][-1] for row in privacy.rows_of(ada_now(ada)) if "Your title there" in map(str, row["names"])}
    assert seen == {privacy.Who.PARTICIPANTS.label}
    shows(ada_now(ada), "email")
    assert places_in(client.get(own(bao, "participants/")).content.decode()) <= privacy.seen_by(
        privacy.Who.PARTICIPANTS
    )
    shows(ada_now(ada), listed=False)
    assert "Qwfamily" not in client.get(own(bao, "participants/")).content.decode()
    with pytest.raises(NotAllowed):
        actions.show(ada, ["email"], listed=True, text="…", language="en", by=Holder(bao.pk), at=NOW)


def ada_now(one: Registration) -> Registration:
    return Registration.objects.select_related("category", "meeting").get(pk=one.pk)


def test_the_list_ends_a_month_after_the_meeting(register):
    one = register()
    ends = one.meeting.ends_at
    assert [participants.may_read_list(one, ends + timedelta(days=days)) for days in (29, 30)] == [True, False]


def test_under_18_is_who_is_so_on_the_first_day():
    day = date(2027, 3, 1)
    born = [date(2009, 3, 1), date(2009, 3, 2), date(2012, 2, 29)]
    assert [is_minor_on(one, day) for one in born] == [False, True, True]
    assert not is_minor_on(date(2008, 2, 29), date(2026, 3, 1))
    assert is_minor_on(date(2008, 2, 29), date(2026, 2, 28))


@pytest.fixture
def young(meeting, make_category):
    return make_category("young", for_minors=True)


@pytest.fixture
def minor(register, young, meeting):
    """Somebody of fifteen who confirmed their address."""
    born = meeting.starts_on - timedelta(days=15 * 366)
    return register(
        young, given_name="Mira", birth_date=born, is_minor=True, guardian_name="Vera Acorn",
        guardian_email="vera@example.org",
    )  # fmt: skip


def test_the_form_asks_for_age_and_of_minors_for_a_guardian(client, meeting, young):
    begun = client.post(
        f"/meetings/{meeting.slug}/register/", {"category": "young", "mode": "remote", "email": "mira@example.org"}
    )
    said = {
        "given_name": "Mira", "family_name": "Acorn", "organisation_name": "Lake School", "entity_type": "academia",
        "country": "CHE", "birth_date": str(meeting.starts_on - timedelta(days=15 * 366)),
    }  # fmt: skip
    alone = client.post(begun.url, said)
    assert alone.status_code == 422
    assert "Under 18 this is needed." in alone.content.decode()
    guardian = {"guardian_name": "Vera Acorn", "guardian_email": "MIRA@example.org"}
    assert "This is your own address." in client.post(begun.url, said | guardian).content.decode()
    assert client.post(begun.url, said | guardian | {"guardian_email": "vera@example.org"}).status_code == 302
    one = Registration.objects.get()
    assert (one.is_minor, one.guardian_email) == (True, "vera@example.org")
    client.post(begun.url, said | {"birth_date": "1990-01-01"})
    one.refresh_from_db()
    assert (one.is_minor, one.guardian_email) == (False, "")


def test_nobody_under_18_has_a_place_before_a_guardian_agreed_by_their_own_link(client, minor):
    assert (minor.state, minor.seats.count()) == ("pending_guardian", 0)
    mail = OutgoingMail.objects.get(kind="registration/guardian")
    assert (mail.to, "Mira" in mail.text) == ("vera@example.org", True)
    assert "vera@example.org" in client.get(own(minor)).content.decode()
    link = Link.objects.get(purpose="registration_guardian")
    page = client.get(f"/l/{link.token}/").content.decode()
    assert "I, Vera Acorn, am responsible for Mira" in page
    minor.refresh_from_db()
    assert minor.state == "pending_guardian"  # opening it changes nothing
    client.post(f"/l/{link.token}/")
    minor.refresh_from_db()
    assert (minor.state, minor.seats.filter(state="held").exists()) == ("confirmed", True)
    assert Consent.objects.filter(registration=minor, kind="guardian", text__startswith="I, Vera Acorn").exists()
    assert client.get(f"/meetings/registration/{link.token}/").status_code == 404  # no way into the registration
    actions.forget_due(minor.meeting.ends_at + timedelta(days=31))
    minor.refresh_from_db()
    left = [minor.guardian_email, minor.birth_date, *Link.objects.values_list("email", flat=True)]
    left += OutgoingMail.objects.values_list("to", flat=True)
    assert [one for one in left if one and "vera" in str(one)] == []
    with pytest.raises(Refused):
        actions.guardian_agrees(minor, text="…", language="en", at=NOW)


def test_another_guardian_is_asked_anew_and_the_former_link_is_good_no_more(client, minor):
    former = Link.objects.get(purpose="registration_guardian")
    for email in ("vera@example.org", "noor@example.org"):
        one = Registration.objects.get(pk=minor.pk)
        actions.save_draft(one, {"guardian_email": email}, version=one.version, by=Holder(one.pk), at=datetime.now(UTC))
    asked = OutgoingMail.objects.filter(kind="registration/guardian").order_by("pk").values_list("to", flat=True)
    assert list(asked) == ["vera@example.org", "noor@example.org"]
    client.post(f"/l/{former.token}/")
    minor.refresh_from_db()
    assert minor.state == "pending_guardian"


def test_a_guardian_is_asked_once_where_the_registration_is_opened_again(minor, secretary):
    one = actions.cancel(Registration.objects.get(pk=minor.pk), by=secretary, at=datetime.now(UTC))
    OutgoingMail.objects.all().delete()
    actions.reopen(one, by=secretary, at=datetime.now(UTC))
    asked = OutgoingMail.objects.order_by("pk").values_list("kind", flat=True)
    assert list(asked) == ["registration/pending_guardian", "registration/guardian"]
    assert Link.objects.filter(purpose="registration_guardian", revoked_at=None).count() == 1


def test_a_guardian_who_stays_silent_is_asked_once_more_by_the_same_link_and_their_yes_stops_it(client, minor):
    asked = OutgoingMail.objects.filter(kind="registration/guardian").order_by("pk")
    began = minor.asked_approval_at
    assert [actions.remind_approvers(began + timedelta(days=day)) for day in (1, 2, 3, 9)] == [0, 1, 0, 0]
    assert (asked.count(), asked.last().to, Link.objects.filter(purpose="registration_guardian").count()) == (
        2, "vera@example.org", 1
    )  # fmt: skip
    assert asked.last().subject.startswith("Still waiting for you: do you agree that Mira")
    link = Link.objects.get(purpose="registration_guardian")
    assert link.token in asked.last().text
    minor.refresh_from_db()
    later = began + timedelta(days=9)  # somebody else is named: asked then, and reminded once as well
    actions.save_draft(
        minor, {"guardian_email": "noor@example.org"}, version=minor.version, by=Holder(minor.pk), at=later
    )
    assert [actions.remind_approvers(later + timedelta(days=day)) for day in (1, 2, 3)] == [0, 1, 0]
    assert [mail.to for mail in asked] == ["vera@example.org"] * 2 + ["noor@example.org"] * 2
    client.post(f"/l/{Link.objects.get(purpose='registration_guardian', revoked_at=None).token}/")
    assert actions.remind_approvers(later + timedelta(days=4)) == 0
    assert Registration.objects.get().state == "confirmed"


def test_nobody_goes_round_the_guardian(minor, young, secretary, entrance, make_member, make_organisation, meeting):
    possible = REGISTRATION.possible(minor, state=minor.state, by=secretary)
    assert set(possible) == {"guardian_agrees", "reject", "cancel"}
    with pytest.raises(Refused):
        actions.check_in(minor, entrance.gates.get(), by=secretary, at=meeting.starts_at, force=True, reason="…")
    with pytest.raises(Refused):
        actions.walk_in(young, {"family_name": "Acorn"}, email="x@example.org", by=secretary, at=NOW)
    focal = make_member(organisation := make_organisation("Lake School"), "focal_point")
    sent = actions.Sent(young, "remote", "y@example.org", {"given_name": "Y", "family_name": "Z"})
    twin = Registration.objects.get(
        pk=actions.start(meeting, young, email="z@example.org", mode="remote", by=None, at=NOW).pk
    )
    Registration.objects.filter(pk=twin.pk).update(state="confirmed")
    with pytest.raises(Refused):
        actions.join_into(minor, twin, by=secretary, at=NOW)
    actions.reject(minor, by=secretary, at=NOW, reason="…")
    assert actions.reopen(minor, by=secretary, at=NOW).state == "pending_guardian"
    with pytest.raises(Refused):
        actions.register_for(actions.delegation_of(meeting, organisation), sent, by=focal, at=NOW)


def test_nobody_under_18_is_listed_greeted_or_received(
    client, minor, register, make_category, secretary, entrance, meeting
):
    actions.guardian_agrees(minor, text="…", language="en", at=NOW)
    with pytest.raises(Refused):
        shows(minor, "organisation")
    actions.agree(
        ada_now(minor), {"processing": "…", "listed": "…", "greeted": "…"}, language="en", by=Holder(minor.pk), at=NOW
    )
    minor.refresh_from_db()
    assert (minor.listed, minor.greeted) == (False, False)
    Registration.objects.filter(pk=minor.pk).update(listed=True, greeted=True)  # whatever a row says
    bao = register(make_category("adult"), family_name="Bao")
    assert "Mira" not in client.get(own(bao, "participants/")).content.decode()
    assert client.get(own(minor, "participants/me/")).status_code == 404
    actions.check_in(minor, entrance.gates.get(), by=secretary, at=datetime.now(UTC))
    assert "Mira" not in client.get(screen_of(meeting, secretary)).content.decode()


def screen_of(meeting, secretary) -> str:
    _made, token = actions.make_list(meeting, "screen", "Display at the door", by=secretary, at=datetime.now(UTC))
    return f"/meetings/list/{token}/"


def test_the_screen_greets_by_name_whoever_agreed_with_their_table_and_for_a_moment(
    client, register, secretary, sign_in, entrance, meeting, time_machine
):
    ada, bao = register(given_name="Ada", name_native="愛達"), register(given_name="Bao")
    agreed = {"processing": "…", "greeted": "…"}
    actions.agree(ada_now(ada), agreed, language="en", by=Holder(ada.pk), at=NOW)
    desk = sign_in(secretary)
    desk.post(f"/desk/meetings/{meeting.slug}/entrance/{ada.key}/", {"do": "place", "place": "Table 4"})
    address = screen_of(meeting, secretary)
    assert "أهلاً وسهلاً" in client.get(address).content.decode()
    for one in (ada, bao):
        actions.check_in(one, entrance.gates.get(), by=secretary, at=datetime.now(UTC))
    page = client.get(address).content.decode()
    assert (page.count('class="welcome-name"'), "愛達" in page, "Table 4" in page, "Bao" in page) == (
        1,
        True,
        True,
        False,
    )
    assert page.count("welcome-word") == 2
    assert places_in(page) <= privacy.seen_by(privacy.Who.SCREEN)
    time_machine.move_to(datetime.now(UTC) + timedelta(seconds=50), tick=False)
    assert "Ada" not in client.get(address).content.decode()
    desk.post(f"/desk/meetings/{meeting.slug}/lists/{OutsideList.objects.get().pk}/end/")
    assert client.get(address).status_code == 404
