"""A reception with its own invitation: who is invited answers by a link, and no place is given twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import HistoryEntry, OutgoingMail
from kept.meetings.models import LinkedEvent, ProfilePrivate, ScheduleVersion
from kept.people.models import Link
from kept.registration import actions, guest_lists
from kept.registration.actions.forgetting import forget_due
from kept.registration.actions.hosting import Guest, places_left
from kept.registration.guest_lists import begins_at
from kept.registration.models import EventInvitation, Reply
from kept.registration.permissions import Invited
from tests.meetings import making
from tests.registration.test_concurrency import at_once

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting/events/"


@pytest.fixture
def reception(meeting) -> LinkedEvent:
    """By invitation, three places, answers until five days before."""
    return LinkedEvent.objects.create(
        meeting=meeting, kind="reception", names={"en": "Reception", "fr": "Réception"}, starts_on=meeting.starts_on,
        starts=time(17, 15), by_invitation=True, capacity=3, reply_until=meeting.starts_at - timedelta(days=5),
    )  # fmt: skip


@pytest.fixture
def invite(reception, secretary):
    def go(
        *names: str, may_bring: bool = False, language: str = "en", at: datetime | None = None
    ) -> list[EventInvitation]:
        guests = [Guest(f"{name}@example.org", name.title(), "Lake", language) for name in names]
        return actions.invite_guests(reception, guests, may_bring=may_bring, by=secretary, at=at or datetime.now(UTC))

    return go


def yes(one: EventInvitation, **said) -> EventInvitation:
    return actions.say_yes(one, by=Invited(one.pk), at=said.pop("at", None) or datetime.now(UTC), **said)


def no(one: EventInvitation) -> EventInvitation:
    return actions.say_no(one, by=Invited(one.pk), at=datetime.now(UTC))


def states() -> dict[str, str]:
    return dict(EventInvitation.objects.values_list("name", "state"))


def told(one: EventInvitation) -> list[str]:
    rows = OutgoingMail.objects.filter(subject_kind="event_invitation", subject_id=one.pk).order_by("pk")
    return [kind.removeprefix("registration/event_") for kind in rows.values_list("kind", flat=True)]


def test_the_team_writes_names_down_and_each_answers_by_their_own_link(desk, client, reception):
    lines = "Ada Acorn <ada@example.org>\nbao@example.org; Bao Bramble\nADA@example.org"
    desk.post(f"{DESK}{reception.pk}/", {"guests": lines, "language": "fr", "may_bring": "on"})
    assert list(EventInvitation.objects.values_list("name", "email").order_by("email")) == [
        ("Ada Acorn", "ada@example.org"), ("Bao Bramble", "bao@example.org"),
    ]  # fmt: skip
    letter = OutgoingMail.objects.get(to="ada@example.org")
    assert (letter.language, letter.state, "Réception" in letter.subject) == ("fr", "queued", True)
    link = Link.objects.get(purpose="registration_event", email="ada@example.org")
    assert f"/fr/meetings/invitation/{link.token}/" in letter.text
    client.logout()
    mine = f"/meetings/invitation/{link.token}/"
    assert b"Do you come?" in client.get(mine).content
    assert set(states().values()) == {"invited"}
    page = client.post(mine, {"answer": "both", "companion": "Chidi", "needs": "no nuts"}, follow=True)
    assert b"And one for Chidi." in page.content
    one = EventInvitation.objects.get(email="ada@example.org")
    assert (one.state, one.brings, one.needs, places_left(reception)) == ("comes", True, "no nuts", 1)
    assert b"BEGIN:VEVENT" in client.get(f"{mine}event.ics").content
    client.post(mine, {"answer": "no"})
    one.refresh_from_db()
    assert (one.state, one.companion, places_left(reception)) == ("declined", "", 3)
    assert told(one) == ["invited", "comes"]


def test_speakers_and_participants_are_chosen_from_those_who_are_confirmed(
    desk, meeting, reception, register, secretary
):
    register(given_name="Hana", family_name="Hazel", email="hana@example.org", language="ru")
    register(mode="remote", email="far@example.org")
    ScheduleVersion.objects.create(meeting=meeting)
    session = making.session(meeting, "Opening", "14:00", by=secretary)
    speaker = making.speaker("Elif Elder", by=secretary)
    making.speaks(speaker, session, by=secretary)
    ProfilePrivate.objects.update_or_create(profile=speaker, defaults={"email": "elif@example.org"})
    page = desk.get(f"{DESK}{reception.pk}/choose/")
    assert [one.email for one in page.context["people"]] == ["elif@example.org", "hana@example.org"]
    assert [one.email for one in desk.get(f"{DESK}{reception.pk}/choose/?among=speakers").context["people"]] == [
        "elif@example.org"
    ]
    keys = [one.key for one in page.context["people"]]
    desk.post(f"{DESK}{reception.pk}/choose/", {"picked": [*keys, "r999999"]})
    assert dict(EventInvitation.objects.values_list("email", "language")) == {
        "elif@example.org": "en", "hana@example.org": "ru",
    }  # fmt: skip
    assert desk.get(f"{DESK}{reception.pk}/choose/").context["people"] == []


def test_who_says_yes_when_it_is_full_is_offered_the_place_that_is_given_back(invite, reception):
    ada, bao, chidi, dunya = invite("ada", "bao", "chidi", "dunya", may_bring=True)
    yes(ada, brings=True)
    yes(bao)
    chidi, dunya = yes(chidi, brings=True), yes(dunya)
    assert states() == {"Ada": "comes", "Bao": "comes", "Chidi": "waits", "Dunya": "waits"}
    with pytest.raises(Refused):
        yes(bao, brings=True)  # no place for somebody more; the own one stays
    no(bao)
    assert states() == {
        "Ada": "comes",
        "Bao": "declined",
        "Chidi": "waits",
        "Dunya": "offered",
    }  # one place: who is alone
    no(ada)
    assert (states()["Chidi"], places_left(reception)) == ("offered", 0)
    actions.take_offer(EventInvitation.objects.get(pk=chidi.pk), by=Invited(chidi.pk), at=datetime.now(UTC))
    assert (told(chidi), told(dunya)) == (["invited", "waits", "offered", "comes"], ["invited", "waits", "offered"])


def test_an_offer_runs_out_and_a_larger_room_is_offered_by_the_worker(invite, reception):
    reception.capacity = 1
    reception.save()
    ada, bao, chidi = invite("ada", "bao", "chidi")
    yes(ada), yes(bao), yes(chidi)
    no(ada)
    bao.refresh_from_db()
    assert (bao.state, actions.keep_places(datetime.now(UTC))) == ("offered", 0)
    later = bao.offered_until + timedelta(seconds=1)
    with pytest.raises(Refused):
        yes(bao, at=later)  # nor before the worker has said that it ran out
    assert actions.keep_places(later) == 2
    assert states() == {"Ada": "declined", "Bao": "lapsed", "Chidi": "offered"}
    assert told(bao)[-1] == "lapsed"
    assert yes(bao, at=datetime.now(UTC)).state == "waits"
    LinkedEvent.objects.update(capacity=2)
    assert actions.keep_places(later) == 1
    assert states()["Bao"] == "offered"


@pytest.mark.django_db(transaction=True)
def test_twenty_who_say_yes_at_the_same_moment_share_three_places(invite, reception):
    people = invite(*(f"p{n}" for n in range(20)))
    results = at_once([lambda one=one: yes(one) for one in people])
    assert [one for one in results if isinstance(one, Exception)] == []
    rows = EventInvitation.objects.filter(event=reception)
    assert (rows.filter(state="comes").count(), places_left(reception)) == (3, 0)
    assert sorted(rows.filter(state="waits").values_list("arrival", flat=True)) == list(range(1, 18))


def test_after_its_day_no_yes_is_taken_but_a_place_may_still_be_given_back(client, invite, reception, meeting):
    ada, bao = invite("ada", "bao")
    yes(ada)
    LinkedEvent.objects.update(reply_until=datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(Refused):
        yes(bao)
    page = client.get(f"/meetings/invitation/{Link.objects.get(email='bao@example.org').token}/")
    assert b"Answers are no longer taken" in page.content
    no(ada)
    meeting.status = "cancelled"
    meeting.save()
    with pytest.raises(WrongState):
        yes(bao)
    assert states() == {"Ada": "declined", "Bao": "invited"}


def test_who_is_silent_is_reminded_once_before_the_day(desk, invite, reception):
    ada, bao, chidi = invite("ada", "bao", "chidi")
    yes(ada)
    near = reception.reply_until - timedelta(days=4)
    assert actions.remind_invited(datetime.now(UTC)) == 0
    assert (actions.remind_invited(near), actions.remind_invited(near)) == (2, 0)
    assert (told(ada), told(bao)) == (["invited", "comes"], ["invited", "reminder"])
    EventInvitation.objects.filter(pk=chidi.pk).update(reminded_at=None)
    desk.post(f"{DESK}{reception.pk}/remind/")
    desk.post(f"{DESK}{reception.pk}/remind/")
    assert (told(bao).count("reminder"), told(chidi).count("reminder")) == (1, 2)


def test_an_invitation_that_is_taken_back_answers_no_more_and_may_be_given_again(desk, client, invite, reception):
    ada, bao = invite("ada", "bao")
    yes(ada)
    for one in (ada, bao):
        desk.post(f"{DESK}{reception.pk}/of/{one.pk}/", {"do": "take_back"})
    assert (told(ada), told(bao)) == (["invited", "comes", "taken_back"], ["invited"])
    old = Link.objects.get(email="ada@example.org")
    client.logout()
    assert client.get(f"/meetings/invitation/{old.token}/").status_code == 404
    invite("ada")
    assert states() == {"Ada": "invited", "Bao": "taken_back"}
    new = Link.objects.filter(email="ada@example.org").order_by("-pk").first()
    assert (client.get(f"/meetings/invitation/{new.token}/").status_code, new.pk == old.pk) == (200, False)
    assert client.get(f"/meetings/invitation/{old.token}/").status_code == 404


def test_the_desk_answers_for_who_telephones_and_takes_the_list_away(desk, invite, reception):
    ada, _bao = invite("ada", "=bao")
    desk.post(f"{DESK}{reception.pk}/of/{ada.pk}/", {"do": "say_yes"})
    page = desk.get(f"{DESK}{reception.pk}/")
    assert (page.context["counts"]["places"], page.context["left"], b"places free" in page.content) == (1, 2, True)
    assert b"1 of 3 places" in desk.get(DESK).content
    rows = desk.get(f"{DESK}{reception.pk}/guests.csv").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[:6] for row in rows[1:]] == [
        ["'=Bao", "Lake", "'=bao@example.org", "no answer yet", "", "0"],
        ["Ada", "Lake", "ada@example.org", "comes", "", "1"],
    ]
    entry = HistoryEntry.objects.filter(subject_kind="event_invitation", verb="say_yes").get()
    assert (entry.by.is_staff or entry.by_name != "", entry.to_state) == (True, "comes")


def test_the_invited_stand_page_by_page_and_each_in_line_keeps_their_place(desk, invite, reception, monkeypatch):
    for one in invite("ada", "bao", "cyd", "dov", "eve"):
        yes(one)
    monkeypatch.setattr("kept.registration.desk.hosting.A_PAGE", 1)
    found = [desk.get(f"{DESK}{reception.pk}/?state=waits&page={number}") for number in (1, 2)]
    assert [(line["row"].name, line["place"]) for page in found for line in page.context["lines"]] == [
        ("Dov", 1),
        ("Eve", 2),
    ]
    assert "?state=waits&amp;page=2" in found[0].content.decode()


def test_nobody_answers_for_somebody_else_and_whoever_is_invited_alone_brings_nobody(invite):
    ada, bao = invite("ada", "bao")
    with pytest.raises(NotAllowed):
        actions.say_yes(bao, by=Invited(ada.pk), at=datetime.now(UTC))
    with pytest.raises(Refused):
        yes(ada, brings=True)


def test_at_the_door_who_said_yes_is_let_in_and_others_where_a_place_is_free(invite, reception, desk, secretary):
    ada, bao, cem, dia = invite("ada", "bao", "cem", "dia", may_bring=True)
    yes(ada, brings=True, companion="Ines")
    yes(bao)
    begins, here = begins_at(reception), f"{DESK}{reception.pk}/door/"

    def comes(one: EventInvitation, people: int = 1, minutes: int = -30) -> EventInvitation:
        return actions.receive(one, people, by=secretary, at=begins + timedelta(minutes=minutes))

    page = desk.get(here).content.decode()
    assert ("Ada" in page, "Ines" in page, "Bao" in page, "Cem" in page) == (True, True, True, False)
    assert "Cem" in desk.get(here, {"q": "cem"}).content.decode()
    with pytest.raises(Refused):
        comes(ada, minutes=-200)  # the door is not open yet
    with pytest.raises(NotAllowed):
        actions.receive(ada, 1, by=Invited(ada.pk), at=begins)
    with pytest.raises(Refused):
        comes(cem)  # three places, three said yes
    comes(ada)
    with pytest.raises(Refused):
        comes(cem, minutes=14)  # Ada's companion may come late, Bao has the place
    assert comes(cem, minutes=16).state == Reply.COMES  # Bao has not come
    with pytest.raises(Refused):
        comes(dia, people=2, minutes=17)
    assert comes(ada, people=2, minutes=18).came == 2
    with pytest.raises(Refused):
        comes(bao, minutes=19)  # nobody above what the room holds
    with pytest.raises(Refused):
        no(ada)  # who is in does not say no any more
    actions.take_arrival_back(cem, by=secretary, at=begins + timedelta(minutes=20))
    assert comes(bao, minutes=21).came == 1
    assert guest_lists.counts_of(reception)["inside"] == 3
    assert "both are in" in desk.get(here).content.decode()


def test_the_door_is_ticked_on_the_desk_and_a_mistake_is_taken_back(invite, reception, desk, make_person, sign_in):
    (ada,) = invite("ada")
    yes(ada)
    LinkedEvent.objects.update(starts_on=date.today(), starts=time(0), reply_until=None)
    here = f"{DESK}{reception.pk}/door/"
    for does, came in (("one", 1), ("one", 1), ("two", 1), ("other", 1), ("nobody", 0)):
        assert desk.post(f"{here}{ada.pk}/", {"do": does}).status_code == 302
        ada.refresh_from_db()
        assert (does, ada.came) == (does, came)
    verbs = HistoryEntry.objects.filter(subject_kind="event_invitation", subject_id=ada.pk).order_by("pk")
    assert list(verbs.values_list("verb", flat=True))[-2:] == ["arrive", "take_arrival_back"]
    stranger = sign_in(make_person("stranger@example.org"))
    assert (stranger.get(here).status_code, stranger.post(f"{here}{ada.pk}/", {"do": "one"}).status_code) == (404, 404)


def test_a_year_later_the_people_are_gone_and_the_answers_stay_as_figures(client, invite, reception, meeting):
    (ada,) = invite("ada")
    yes(ada, needs="no nuts")
    forget_due(meeting.ends_at + timedelta(days=31))
    ada.refresh_from_db()
    assert (ada.needs, ada.name) == ("", "Ada")
    forget_due(meeting.ends_at + timedelta(days=366))
    ada.refresh_from_db()
    assert (ada.name, ada.email, ada.state) == ("", f"guest{ada.pk}@erased.invalid", Reply.COMES)
    assert not Link.objects.filter(purpose="registration_event").exists()
    assert set(OutgoingMail.objects.filter(subject_kind="event_invitation").values_list("to", flat=True)) <= {
        "erased@erased.invalid"
    }


def test_who_is_erased_is_erased_from_what_they_were_invited_to_and_their_place_goes_on(
    invite, reception, register, secretary
):
    LinkedEvent.objects.update(capacity=1)
    one = register(given_name="Ada", email="ada@example.org")
    ada, bao = invite("ada", "bao")
    yes(ada, needs="no nuts"), yes(bao)
    actions.erase(one, by=secretary, at=datetime.now(UTC))
    ada.refresh_from_db()
    assert (ada.name, ada.needs, ada.email, ada.state) == ("", "", f"guest{ada.pk}@erased.invalid", "declined")
    assert states()["Bao"] == "offered"
    assert not OutgoingMail.objects.filter(to="ada@example.org").exists()
