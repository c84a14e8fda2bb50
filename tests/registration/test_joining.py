"""What a confirmed registration leads to: the calendar file, the card, the way in online; who may enter what is live."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest

from kept.base.models import OutgoingMail
from kept.meetings.models import Profile, RoleKind
from kept.registration import actions, notices
from kept.registration.addresses import own_link
from kept.registration.models import Mode, Presence
from kept.registration.permissions import Holder, may_enter_live

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(meeting, now):
    """Call it, and the meeting runs."""
    hours = {"starts_at": now - timedelta(minutes=5), "ends_at": now + timedelta(hours=2)}
    return lambda: type(meeting).objects.filter(pk=meeting.pk).update(**hours)


def page(one, now, rest=""):
    return f"/meetings/registration/{own_link(one, at=now).token}/{rest}"


def test_before_the_start_the_way_in_says_when_to_come_back_on_ones_own_clock(client, register, now):
    one = register(mode="remote", time_zone="Asia/Kathmandu")
    text = client.get(page(one, now, "join/")).content.decode()
    assert "Come back to this page on" in text
    assert "On your clock" in text
    client.post(page(one, now, "join/"))
    assert Presence.objects.count() == 0


def test_opening_the_page_is_not_presence_and_one_window_ends_the_other(client, register, now, on):
    one = register(mode="remote")
    on()
    address = page(one, now, "join/")
    assert client.get(address).status_code == 200
    assert Presence.objects.count() == 0
    first, second = client.post(address).url, client.post(address).url
    assert "You went on in another window" in client.get(first).content.decode()
    assert "You are in" in client.get(second).content.decode()
    assert [one.ended_at is None for one in Presence.objects.order_by("pk")] == [False, True]


def test_the_link_stays_the_same_whatever_changes_and_is_of_one_person(register, now):
    one, other = register(), register()
    mine = own_link(one, at=now).token
    actions.switch(one, "remote", by=Holder(one.pk), at=now)
    fresh = type(one).objects.get(pk=one.pk)
    assert own_link(fresh, at=now + timedelta(days=30)).token == mine != own_link(other, at=now).token


def test_the_mail_and_the_page_say_what_to_bring_and_how_to_join(client, register, now):
    here, online = register(), register(mode="remote")
    texts = {mail.to: mail.text for mail in OutgoingMail.objects.filter(kind="registration/confirmed")}
    assert "Bring an identity document and your card" in texts[here.email]
    assert "on to the way in and to a file for your calendar" in texts[online.email]
    assert "Bring an identity document." in client.get(page(here, now)).content.decode()
    assert "Take part online" in client.get(page(online, now)).content.decode()


def test_who_may_enter_what_is_live(register, meeting, make_category, make_person, now):
    category = make_category(modes=["in_person"])
    here, _also, waits = register(category), register(category), register(category)
    hybrid = make_category("hybrid")
    meanwhile, online = register(hybrid), register(hybrid, "remote")
    away = register(hybrid, "remote")
    actions.cancel(away, by=None, at=now)
    may = [may_enter_live(Holder(one.pk), meeting) for one in (here, waits, meanwhile, online, away)]
    assert may == [True, False, True, True, False]
    assert not may_enter_live(None, meeting)
    assert may_enter_live(make_person("desk@example.org", staff=True), meeting)
    assert not may_enter_live(make_person("ada@example.org"), meeting)
    session = meeting.sessions.create(code="OPEN", titles={"en": "Opening"}, open_to_all=True)
    assert may_enter_live(None, meeting, session)
    for kind in (RoleKind.PANELLIST, RoleKind.INTERPRETER):
        profile = Profile.objects.create(name=kind, slug=kind, person=make_person(f"{kind}@example.org"))
        role = session.roles.create(profile=profile, kind=kind)
        assert may_enter_live(profile.person, meeting)
        session.roles.filter(pk=role.pk).update(state="declined")
        assert not may_enter_live(profile.person, meeting)


def test_the_calendar_file_and_the_card(client, register, meeting, now):
    one, waits = register(), [register(), register()][1]
    file = icalendar.Calendar.from_ical(client.get(page(one, now, "meeting.ics")).content)
    assert [str(event["SUMMARY"]) for event in file.walk("VEVENT")] == ["Annual Meeting"]
    card = client.get(page(one, now, "card/"))
    assert b"<svg" in card.content
    assert one.email.encode() not in card.content
    assert client.get(page(waits, now, "card/")).status_code == 404
    assert waits.mode == Mode.IN_PERSON


def test_a_foreign_letter_box_is_not_filled(register, now):
    one = register()
    before = OutgoingMail.objects.count()
    for _n in range(9):
        notices.tell_again(one, at=now)
    assert OutgoingMail.objects.count() == before + 2  # the first one was sent when it was registered


def test_my_registrations_writes_nothing_when_it_is_looked_at(client, register, make_person, now):
    from kept.people.models import Link

    ada = make_person("ada@example.org")
    one = register(email="ada@example.org")
    type(one).objects.filter(pk=one.pk).update(person=ada)
    Link.objects.all().delete()
    client.force_login(ada)
    assert client.get("/my/registrations/").status_code == 200
    assert Link.objects.count() == 0
    assert client.post(f"/my/registrations/{one.key}/open/").status_code == 302
    assert Link.objects.count() == 1
