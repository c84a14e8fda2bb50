"""Announced, open, moved, cancelled: who may, from where, and what is kept of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.log.queries import last_change
from kept.meetings import actions
from kept.meetings.models import Meeting, Phase, Session, Slot, Status
from tests.meetings import making

NOW = making.MADE
pytestmark = pytest.mark.django_db


def test_a_draft_is_announced_opened_and_closed_again(make_meeting, secretary):
    meeting = make_meeting(state="draft")
    meeting = actions.announce_meeting(meeting, by=secretary, at=NOW)
    meeting = actions.open_registration(meeting, by=secretary, at=NOW)
    meeting = actions.close_registration(meeting, by=secretary, at=NOW)
    assert meeting.status == Status.ANNOUNCED
    verbs = [entry.verb for entry in history.of("meeting", meeting.pk)]
    assert verbs == ["create", "announce", "open_registration", "close_registration"]


def test_nobody_but_the_secretariat_decides(meeting, make_person):
    with pytest.raises(NotAllowed):
        actions.cancel_meeting(meeting, by=make_person(), at=NOW, reason={"en": "Rain."})
    assert Meeting.objects.get().status == Status.ANNOUNCED


def test_what_is_cancelled_owes_a_reason_and_may_come_back(meeting, secretary):
    with pytest.raises(ReasonOwed):
        actions.cancel_meeting(meeting, by=secretary, at=NOW, reason={})
    meeting = actions.cancel_meeting(meeting, by=secretary, at=NOW, reason={"en": "The house is flooded."})
    assert (meeting.phase(NOW), meeting.status_reason) == (Phase.CANCELLED, {"en": "The house is flooded."})
    with pytest.raises(WrongState):
        actions.open_registration(meeting, by=secretary, at=NOW)
    meeting = actions.reinstate_meeting(meeting, by=secretary, at=NOW, reason={"en": "It is dry."})
    assert meeting.phase(NOW) == Phase.ANNOUNCED


def test_the_phase_follows_the_clock(meeting):
    assert meeting.phase(datetime(2026, 12, 15, 12, 59, 59, tzinfo=UTC)) == Phase.ANNOUNCED
    assert meeting.phase(datetime(2026, 12, 15, 13, tzinfo=UTC)) == Phase.RUNNING
    assert meeting.phase(datetime(2026, 12, 15, 15, 30, tzinfo=UTC)) == Phase.PAST


def test_a_meeting_that_moves_takes_its_work_in_progress_along_and_says_where_it_was(programme, secretary):
    day = making.DAY + timedelta(days=21)
    meeting = actions.reschedule_meeting(
        programme, starts_on=day, ends_on=day, starts=time(14), ends=time(16, 30), by=secretary, at=NOW,
        reason={"en": "The room is taken."},
    )  # fmt: skip
    assert (meeting.moved_from, meeting.starts_on) == ("2026-12-15T14:00", day)
    working = Slot.objects.filter(schedule__number=None)
    assert set(working.values_list("day", flat=True)) == {day}
    assert set(Slot.objects.filter(schedule__number=1).values_list("day", flat=True)) == {making.DAY}


def test_another_day_of_an_announced_meeting_is_a_move_with_a_reason(meeting, secretary):
    with pytest.raises(Refused):
        actions.change_meeting(meeting, {"starts_on": date(2026, 12, 14)}, by=secretary, at=NOW)


def test_a_meeting_that_ends_before_it_begins_is_refused(make_meeting):
    with pytest.raises(Refused):
        make_meeting(starts=time(16, 30), ends=time(14))
    assert not Meeting.objects.exists()


def test_what_readers_see_raises_the_change_number_and_a_draft_does_not(make_meeting, secretary):
    draft = make_meeting(state="draft")
    before = last_change()
    actions.change_meeting(draft, {"ledes": {"en": "Come."}}, by=secretary, at=NOW)
    assert last_change() == before
    actions.announce_meeting(draft, by=secretary, at=NOW)
    assert last_change() == before + 1


def test_the_next_meeting_begins_from_this_one(programme, secretary):
    copy = actions.copy_meeting(programme, "next-meeting", making.DAY + timedelta(days=364), by=secretary, at=NOW)
    assert (copy.status, copy.venues, copy.starts_on) == (Status.DRAFT, programme.venues, date(2027, 12, 14))
    slots = Slot.objects.filter(schedule__meeting=copy).order_by("start")
    assert [(s.session.title_in("en"), s.day, s.start) for s in slots] == [
        ("Opening", date(2027, 12, 14), time(14)),
        ("Break", date(2027, 12, 14), time(14, 45)),
        ("Displaced people", date(2027, 12, 14), time(15)),
    ]
    assert not any(slot.session.roles.exists() or slot.session.first_released_at for slot in slots)
    uids = {s.uid for s in programme.sessions.all()} & {s.uid for s in copy.sessions.all()}
    assert uids == set()


def test_each_state_is_seen_in_page_calendar_feed_api_and_structured_data(programme, secretary, client):
    """What is announced, moved without a day, given another day, cancelled, and takes place after all."""
    page = "/meetings/annual-meeting/"

    def seen() -> tuple[str, str, str, str, str | None]:
        html = client.get(page).content.decode()
        event = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1])
        calendar = client.get(f"{page}programme.ics").content.decode()
        feed = client.get(f"{page}changes.atom").content.decode()
        return (
            re.search(r"STATUS:(\w+)", calendar)[1], re.findall(r"<title>(.*?)</title>", feed)[1],
            event["eventStatus"].rsplit("/", 1)[-1], client.get("/api/v1/meetings/annual-meeting").json()["status"],
            event.get("previousStartDate"),
        )  # fmt: skip

    hours = iter(range(1, 9))

    def decide(act, why: str = "", **more) -> str:
        reason = {"reason": {"en": why, "fr": f"{why} (fr)"}} if why else {}
        at = NOW + timedelta(hours=next(hours))
        act(Meeting.objects.get(), by=secretary, at=at, **reason, **more)
        return why

    decide(actions.open_registration)
    assert seen() == ("CONFIRMED", "Registration is open", "EventScheduled", "registration_open", None)
    why = decide(actions.postpone_meeting, "The house is closed.")
    assert seen()[:4] == ("TENTATIVE", "Moved; the new day is not known yet", "EventPostponed", "moved")
    assert why in client.get(page).content.decode()
    assert f"{why} (fr)" in client.get(f"/fr{page}changes/").content.decode()
    day = date(2026, 12, 17)
    decide(
        actions.reschedule_meeting,
        "The house is open again.",
        starts_on=day,
        ends_on=day,
        starts=time(14),
        ends=time(16, 30),
    )
    assert seen() == ("CONFIRMED", "Moved to another day", "EventRescheduled", "announced", "2026-12-15T14:00:00+01:00")
    assert "15 December 2026" in client.get(page).content.decode()
    decide(actions.cancel_meeting, "A storm.")
    assert seen()[:4] == ("CANCELLED", "Cancelled", "EventCancelled", "cancelled")
    assert "A storm." in client.get(page).content.decode()
    decide(actions.reinstate_meeting, "The storm went elsewhere.")
    assert seen()[1] == "Takes place after all"


def test_a_session_that_is_cancelled_stands_in_the_feed_and_among_what_changed(programme, secretary, client):
    session = Session.objects.get(titles__en="Opening")
    actions.cancel_session(
        session, by=secretary, at=NOW, reason={"en": "The chair is ill.", "fr": "Le président est malade."}
    )
    feed = client.get("/meetings/annual-meeting/changes.atom").content.decode()
    assert ("<title>Opening: cancelled</title>" in feed, "The chair is ill." in feed) == (True, True)
    page = client.get("/fr/meetings/annual-meeting/changes/").content.decode()
    assert ("Le président est malade." in page, "Opening" in page) == (True, True)
