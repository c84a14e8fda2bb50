"""The programme is made, released, changed, taken back and delayed on the desk, by forms alone."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.test import Client

from kept.base.models import MailState, OutgoingMail
from kept.meetings import actions
from kept.meetings.actions.delaying import delay_session
from kept.meetings.actions.ground import ChangedMeanwhile
from kept.meetings.actions.releasing import Conflicting
from kept.meetings.actions.scheduling import described, working_version
from kept.meetings.models import ConflictWaiver, ProfilePrivate, Room, Session, Speaking
from kept.meetings.queries import shown_version
from tests.meetings import making
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db

DESK = "/desk/meetings/annual-meeting/programme/"


def places(version) -> dict[str, str]:
    """{title: "14:00"}, in the order of time."""
    return {str(slot.session): f"{slot.start:%H:%M}" for slot in version.slots.order_by("starts_at")}


def session(title: str) -> Session:
    return Session.objects.get(titles__en=title)


def put(desk, title: str, start: str, *, was: str = "", minutes: int = 45, room: Room | None = None):
    room = room or Room.objects.first()
    return desk.post(f"{DESK}{session(title).code}/place/", {
        "room": room.pk, "day": "2026-12-15", "start": start, "minutes": minutes, "was": was,
    }, follow=True)  # fmt: skip


def test_a_programme_is_made_from_nothing_released_changed_and_released_again(desk, client, meeting):
    making.room(meeting)
    for title in ("Opening", "Closing"):
        desk.post(f"{DESK}new/", {"titles_en": title, "kind": "plenary", "minutes": "45", "languages": ["en", "fr"]})
    assert [item["title"] for item in desk.get(DESK).context["parked"]] == ["Opening", "Closing"]
    put(desk, "Opening", "14:00", was="parked")
    page = put(desk, "Closing", "15:00", was="parked")
    assert "“Closing”: Tuesday, 15 December 2026 · 15:00 · Popov Room" in text_of(page)
    page = desk.post(f"{DESK}release/", {"comments_en": "First."}, follow=True)
    assert "Visitors see it now." in text_of(page)
    put(desk, "Closing", "15:15")
    assert places(shown_version(meeting)) == {"Opening": "14:00", "Closing": "15:00"}
    assert "moved" in text_of(desk.get(f"{DESK}release/"))
    desk.post(f"{DESK}release/", {"comments_en": "A little later."})
    assert places(shown_version(meeting)) == {"Opening": "14:00", "Closing": "15:15"}
    desk.logout()
    words = text_of(client.get("/meetings/annual-meeting/changes/"))
    for told in ("Programme 2", "A little later.", "Closing", "moved", "15:15", "15:00", "The first programme."):
        assert told in words
    assert "Closing: moved, 15:00 to 15:15" in client.get("/meetings/annual-meeting/changes.atom").content.decode()


def test_two_sessions_in_one_room_stop_a_release_whatever_is_said(desk, programme, secretary):
    page = put(desk, "Displaced people", "14:30")
    assert "“Opening” and “Displaced people” are in one room at the same time." in text_of(page).replace(
        "“Displaced people” and “Opening”", "“Opening” and “Displaced people”"
    )
    key = next(one["key"] for one in page.context["open_clashes"] if "Break" not in one["text"])
    with pytest.raises(Conflicting):
        actions.release(programme, {}, by=secretary, at=making.MADE)
    desk.post(f"{DESK}waive/", {"key": key, "name": "Aline", "reason": "We squeeze in"})
    assert not ConflictWaiver.objects.exists()
    desk.post(f"{DESK}release/", {})
    assert shown_version(programme).number == 1


def test_any_other_conflict_stands_with_a_name_and_a_reason(desk, programme, secretary):
    making.room(programme, "Room B")
    put(desk, "Displaced people", "14:30", room=Room.objects.last())
    person = session("Opening").roles.get().profile
    making.speaks(person, session("Displaced people"), by=secretary)
    clash = desk.get(DESK).context["open_clashes"]
    assert [one["text"] for one in clash][0].startswith("Clara Heronsworth is in two places at once:")
    desk.post(f"{DESK}release/", {})
    assert shown_version(programme).number == 1
    refused = desk.post(f"{DESK}waive/", {"key": clash[0]["key"], "name": "Aline", "reason": " "}, follow=True)
    assert "Say who decided it, and why." in text_of(refused)
    desk.post(f"{DESK}waive/", {"key": clash[0]["key"], "name": "Aline", "reason": "She leaves early"})
    assert "It may stand, says Aline: She leaves early" in text_of(desk.get(DESK))
    desk.post(f"{DESK}release/", {})
    assert shown_version(programme).number == 2
    desk.post(f"{DESK}waive/", {"revoke": str(ConflictWaiver.objects.get().pk)})
    assert desk.get(DESK).context["stops"] == 1


def test_each_takes_back_and_makes_again_their_own_steps(programme, secretary, make_person):
    panel, opening = session("Displaced people"), session("Opening")
    where = {"room": None, "day": making.DAY, "minutes": 45, "at": making.MADE}
    working = working_version(programme)
    at_first = places(working)
    actions.place(panel, start=time(16), by=secretary, **where)
    actions.park(opening, by=secretary, at=making.MADE)
    assert actions.undo(programme, by=secretary, at=making.MADE) == opening
    assert actions.undo(programme, by=secretary, at=making.MADE) == panel
    assert places(working) == at_first
    assert actions.redo(programme, by=secretary, at=making.MADE) == panel
    assert places(working)["Displaced people"] == "16:00"
    actions.place(panel, start=time(17), by=None, **where)
    with pytest.raises(ChangedMeanwhile):
        actions.undo(programme, by=secretary, at=making.MADE)
    assert places(working)["Displaced people"] == "17:00"


def test_the_second_of_two_editors_is_told_and_sees_both(desk, programme, secretary):
    item = next(one for one in desk.get(DESK).context["items"] if one["title"] == "Displaced people")
    was = item["form"].initial["was"]
    actions.place(session("Displaced people"), room=None, day=making.DAY, start=time(16), minutes=45, by=secretary,
                  at=making.MADE)  # fmt: skip
    page = text_of(put(desk, "Displaced people", "15:30", was=was))
    assert "It stands there now: Tuesday, 15 December 2026 · 16:00." in page
    assert "You wanted: Tuesday, 15 December 2026 · 15:30 · Popov Room." in page
    assert places(working_version(programme))["Displaced people"] == "16:00"


def test_the_second_of_two_writers_sees_what_the_first_wrote_and_loses_nothing(desk, programme, secretary):
    address, given = f"{DESK}{session('Opening').code}/", {"titles_en": "Welcome", "kind": "plenary", "minutes": "45"}
    actions.change_session(session("Opening"), {"titles": {"en": "Doors"}}, by=secretary, at=making.MADE)
    page = desk.post(address, {**given, "seen": "1"})
    assert "Somebody else saved this session in the meantime." in text_of(page)
    assert "Doors" in [one["now"] for one in page.context["theirs"]]
    assert Session.objects.filter(titles__en="Welcome").count() == 0
    desk.post(address, {**given, "seen": str(page.context["seen"])})
    assert Session.objects.filter(titles__en="Welcome").count() == 1


def test_speakers_whose_session_moved_get_one_mail_that_waits(desk, programme, secretary):
    profile = session("Opening").roles.get().profile
    ProfilePrivate.objects.create(profile=profile, email="clara@example.org")
    put(desk, "Opening", "13:45")
    put(desk, "Displaced people", "15:15")
    desk.post(f"{DESK}release/", {})
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.state, mail.subject) == (
        "clara@example.org", MailState.HELD, "Annual Meeting: when and where you speak",
    )  # fmt: skip
    assert "Now: Tuesday, 15 December 2026 · 13:45 · Popov Room" in mail.text
    assert "Before: Tuesday, 15 December 2026 · 14:00 · Popov Room" in mail.text
    desk.post(f"{DESK}release/2/undo/")
    assert OutgoingMail.objects.get().state == MailState.CANCELLED


def test_a_speaker_is_told_in_their_language_of_a_session_that_is_cancelled_and_who_is_only_planned_is_not(
    desk, programme, secretary
):
    opening = session("Opening")
    clara = opening.roles.get().profile
    ProfilePrivate.objects.create(profile=clara, email="clara@example.org")
    Speaking.objects.create(meeting=programme, profile=clara, language="fr")
    planned = making.speaker("Dario Wickfield", by=secretary)
    ProfilePrivate.objects.create(profile=planned, email="dario@example.org")
    actions.give_role(opening, planned, "panellist", by=secretary, at=making.MADE)
    put(desk, "Opening", "13:45")
    desk.post(f"{DESK}release/", {})
    desk.post(
        f"{DESK}{opening.code}/cancel/", {"reason_en": "The minister is ill.", "reason_fr": "La ministre est malade."}
    )
    moved, cancelled = OutgoingMail.objects.order_by("pk")
    assert [(mail.to, mail.language, mail.state) for mail in (moved, cancelled)] == [
        ("clara@example.org", "fr", MailState.HELD)
    ] * 2
    assert "La ministre est malade." in cancelled.text


def test_visitors_see_what_the_newest_release_moved_and_added_and_nothing_of_the_first(
    desk, client, programme, secretary
):
    page = "/meetings/annual-meeting/programme/"
    assert "tag-news" not in client.get(page).content.decode()
    put(desk, "Opening", "13:45")
    making.session(programme, "Late news", "17:00", by=secretary, where=Room.objects.first())
    desk.post(f"{DESK}release/", {})
    items = client.get(page).context["programme"].items
    assert {item.title: item.news for item in items if item.news} == {
        "Opening": "Moved, before: 14:00",
        "Late news": "New",
    }
    put(desk, "Late news", "17:15")
    desk.post(f"{DESK}release/", {})
    items = client.get(page).context["programme"].items
    assert {item.title: item.news for item in items if item.news} == {"Late news": "Moved, before: 17:00"}


VISIBLE = ("", "programme/", "programme/?view=grid", "changes/", "changes.atom", "speakers/", "schedule.json")


def test_a_release_and_its_undo_leave_no_trace_in_what_visitors_see(desk, programme, secretary):
    visitor = Client()

    def look() -> list[bytes]:
        return [visitor.get(f"/meetings/annual-meeting/{part}").content for part in VISIBLE]

    before = look()
    put(desk, "Opening", "13:45")
    hidden = making.session(programme, "Qwyjibo", "16:00", by=secretary, where=Room.objects.first())
    desk.post(f"{DESK}release/", {"comments_en": "Qwyjibo too."})
    assert b"Qwyjibo" in look()[1]
    desk.post(f"{DESK}release/2/undo/")
    for part, now, was in zip(VISIBLE, look(), before, strict=True):
        assert (part, now) == (part, was)
    assert visitor.get(f"/meetings/annual-meeting/programme/{hidden.code}/").status_code == 404


def test_a_late_session_moves_what_follows_in_its_room_and_stops_where_an_hour_is_kept(programme, secretary):
    room = Room.objects.first()
    making.session(programme, "Minister", "16:00", by=secretary, where=room, anchored=True)
    making.session(programme, "Closing", "16:30", by=secretary, where=room)
    actions.release(programme, {}, by=secretary, at=making.MADE)
    done = delay_session(session("Break"), 20, by=secretary, at=making.MADE + timedelta(days=1))
    wanted = {
        "Opening": "14:00",
        "Break": "15:05",
        "Displaced people": "15:20",
        "Minister": "16:00",
        "Closing": "16:30",
    }
    assert places(shown_version(programme)) == wanted == places(working_version(programme))
    assert str(done.stopped_at) == "Minister"
    assert [one.conflict.kind for one in done.warnings] == ["room"]  # it runs into the minister, and is not blocked
    assert {str(s.session): s.delayed for s in shown_version(programme).slots.all() if s.delayed} == {
        "Break": 20, "Displaced people": 20,
    }  # fmt: skip


def test_a_delay_is_one_form_on_the_desk_and_a_cancelled_session_says_why(desk, client, programme):
    page = desk.post(f"{DESK}{session('Break').code}/delay/", {"minutes": "10"}, follow=True)
    assert "2 sessions begin later." in text_of(page)
    desk.post(f"{DESK}{session('Displaced people').code}/cancel/", {"reason_en": "The minister is ill."})
    desk.logout()
    words = text_of(client.get("/meetings/annual-meeting/programme/"))
    assert "10 minutes later" in words
    assert session("Displaced people").cancelled_reason == {"en": "The minister is ill."}


def test_a_session_keeps_its_place_when_its_form_is_refused(desk, programme):
    before = described(working_version(programme).slots.get(session=session("Opening")))
    response = desk.post(f"{DESK}{session('Opening').code}/place/", {"day": "2026-12-15", "start": "25:00"})
    assert response.status_code == 400
    assert described(working_version(programme).slots.get(session=session("Opening"))) == before


def test_nobody_else_edits_a_programme(client, programme, make_person):
    client.force_login(make_person())
    code = session("Opening").code
    for address in ("", "new/", "release/", f"{code}/", f"{code}/delay/", f"{code}/cancel/"):
        assert client.get(DESK + address).status_code == 404


def test_links_of_a_session_are_written_one_a_line_and_stand_on_its_page_and_in_the_schedule(desk, programme):
    session = Session.objects.get(titles__en="Displaced people")
    address = f"/desk/meetings/annual-meeting/programme/{session.code}/"
    form = desk.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value()} | {"seen": session.version}
    wrong = desk.post(address, typed | {"links": "The report, without an address"})
    assert "Write an address at the end of each line" in wrong.content.decode()
    answer = desk.post(address, typed | {"links": "The report https://example.org/report\n\nexample.org/more"})
    assert answer.status_code == 302, answer.context["form"].errors
    links = [
        {"name": "The report", "url": "https://example.org/report"}, {"name": "", "url": "https://example.org/more"},
    ]  # fmt: skip
    session.refresh_from_db()
    assert session.links == links
    assert (
        desk.get(address).context["form"]["links"].value()
        == "The report https://example.org/report\nhttps://example.org/more"
    )
    page = desk.get(f"/meetings/annual-meeting/programme/{session.code}/").content.decode()
    assert 'href="https://example.org/report"' in page
    events = desk.get("/meetings/annual-meeting/schedule.json").json()["schedule"]["conference"]["days"][0]["rooms"]
    found = [event["links"] for room in events.values() for event in room if event["links"]]
    assert found == [[{"title": one["name"] or one["url"], "url": one["url"]} for one in links]]
