"""Calendars say the same times to every reader: two libraries, four zones, over a change of summer time."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from kept.meetings import actions, calendars
from kept.meetings.models import AgendaFeed, AgendaItem, LinkedEvent, Session
from kept.meetings.vtimezone import changes
from tests.meetings import making

pytestmark = pytest.mark.django_db
READER = Path(__file__).with_name("calendar_read.mjs")
NOW = making.MADE


def by_icalendar(body: bytes) -> list[dict]:
    """What the library icalendar reads, in UTC."""
    found = []
    for event in icalendar.Calendar.from_ical(body).walk("VEVENT"):
        times = {}
        for name, key in (("DTSTART", "start"), ("DTEND", "end")):
            value = event[name].dt if name in event else None
            if isinstance(value, datetime):
                value = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            times[key] = value.isoformat() if isinstance(value, date) else value
        found.append({"uid": str(event["UID"]), "title": str(event["SUMMARY"]), **times, "status": str(event["STATUS"]),
                      "sequence": int(event["SEQUENCE"])})  # fmt: skip
    return found


def by_ical_js(body: bytes) -> list[dict]:
    """What the library ical.js reads, in UTC."""
    node = shutil.which("node")
    if node is None or not (Path(__file__).parents[2] / "node_modules/ical.js").exists():
        pytest.skip("no ical.js")
    done = subprocess.run([node, READER], input=body, capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Zurich", date(2027, 3, 27), ["14:00", "01:30", "03:30", "14:00"]),  # to summer time in the night
        ("Europe/Zurich", date(2027, 10, 30), ["14:00", "01:30", "03:30", "14:00"]),  # and back
        ("America/New_York", date(2027, 3, 13), ["14:00", "01:30", "03:30", "14:00"]),
        ("Asia/Kathmandu", date(2027, 3, 27), ["14:00", "01:30", "03:30", "14:00"]),
        ("Pacific/Apia", date(2027, 3, 27), ["14:00", "01:30", "03:30", "14:00"]),
    ],
)
def test_two_libraries_read_the_same_instants_over_a_change_of_summer_time(make_meeting, secretary, zone, day, hours):
    meeting = make_meeting(time_zone=zone, starts_on=day, ends_on=day + timedelta(days=1))
    days = [day, day + timedelta(days=1), day + timedelta(days=1), day + timedelta(days=1)]
    for number, (on, hour) in enumerate(zip(days, hours, strict=True)):
        making.session(meeting, f"Session {number}", hour, 45, by=secretary, day=on)
    actions.release(meeting, {}, by=secretary, at=NOW)
    meeting.refresh_from_db()
    body = calendars.calendar_of(meeting)
    read = by_icalendar(body)
    wanted = [
        datetime.combine(on, time.fromisoformat(hour), tzinfo=ZoneInfo(zone))
        for on, hour in zip(days, hours, strict=True)
    ]
    assert [one["start"] for one in read] == [
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for at in sorted(wanted, key=lambda at: at.astimezone(UTC))
    ]
    assert by_ical_js(body) == read


def test_the_rules_of_a_zone_name_each_change_of_its_clocks():
    found = changes(ZoneInfo("Europe/Zurich"), datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    assert found == [datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)]
    assert changes(ZoneInfo("Asia/Kathmandu"), datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)) == []


def test_a_session_keeps_its_entry_when_it_moves_and_is_cancelled_when_it_goes(programme, secretary, client):
    def entries() -> dict[str, dict]:
        return {one["title"]: one for one in by_icalendar(client.get("/meetings/annual-meeting/programme.ics").content)}

    before = entries()
    panel = Session.objects.get(titles__en="Displaced people")
    actions.place(panel, room=None, day=making.DAY, start=time(15, 10), minutes=45, by=secretary, at=NOW)
    assert entries() == before  # nothing that was not released
    actions.release(programme, {}, by=secretary, at=NOW)
    moved = entries()
    assert moved["Displaced people"]["uid"] == before["Displaced people"]["uid"]
    assert moved["Displaced people"]["start"] == "2026-12-15T14:10:00.000Z"
    assert moved["Displaced people"]["sequence"] > before["Displaced people"]["sequence"]
    assert moved["Opening"] == before["Opening"]
    actions.park(panel, by=secretary, at=NOW)
    actions.release(programme, {}, by=secretary, at=NOW)
    gone = entries()
    assert (gone["Displaced people"]["status"], gone["Opening"]["status"]) == ("CANCELLED", "CONFIRMED")
    assert gone["Displaced people"]["sequence"] > moved["Displaced people"]["sequence"]
    actions.cancel_session(Session.objects.get(titles__en="Opening"), by=secretary, at=NOW, reason={"en": "Ill."})
    assert entries()["Opening"]["status"] == "CANCELLED"


def test_a_meeting_that_is_cancelled_cancels_every_entry(programme, secretary):
    meeting = actions.cancel_meeting(programme, by=secretary, at=NOW, reason={"en": "Flood."})
    assert {one["status"] for one in by_icalendar(calendars.calendar_of(meeting))} == {"CANCELLED"}


def test_a_meeting_without_hours_is_a_whole_day_and_an_end_that_nobody_knows_is_not_said(make_meeting):
    meeting = make_meeting(starts=None, ends=None)
    LinkedEvent.objects.create(meeting=meeting, kind="reception", names={"en": "Reception"}, starts_on=making.DAY,
                               starts=time(17, 15))  # fmt: skip
    body = calendars.calendar_of(meeting)
    read = by_icalendar(body)
    assert [(one["title"], one["start"], one["end"]) for one in read] == [
        ("Annual Meeting", "2026-12-15", "2026-12-16"),
        ("Reception", "2026-12-15T16:15:00.000Z", None),
    ]
    assert by_ical_js(body) == read


def test_texts_that_would_break_a_calendar_are_escaped_and_long_lines_folded(make_meeting, secretary):
    meeting = make_meeting()
    title = "Tout, ou rien; \\o/\r\nBEGIN:VEVENT " + "ж" * 100
    making.session(meeting, title, "14:00", by=secretary)
    actions.release(meeting, {}, by=secretary, at=NOW)
    body = calendars.calendar_of(meeting)
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert [one["title"] for one in by_icalendar(body)] == [title.replace("\r\n", "\n")]
    assert body.count(b"BEGIN:VEVENT\r\n") == 1


def test_one_session_and_an_agenda_of_ones_own(programme, client, make_person):
    code = Session.objects.get(titles__en="Opening").code
    one = by_icalendar(client.get("/meetings/annual-meeting/programme.ics", {"session": code}).content)
    assert [entry["title"] for entry in one] == ["Opening"]
    assert client.get("/meetings/annual-meeting/programme.ics?session=nobody").status_code == 404
    person = make_person()
    AgendaItem.objects.create(person=person, session=Session.objects.get(titles__en="Displaced people"))
    feed = AgendaFeed.objects.create(person=person, meeting=programme)
    mine = client.get(f"/meetings/agendas/{feed.token}.ics")
    assert [entry["title"] for entry in by_icalendar(mine.content)] == ["Displaced people"]
    assert client.get("/meetings/agendas/no-such-token.ics").status_code == 404


def test_a_draft_has_no_calendar(make_meeting, client):
    make_meeting(state="draft")
    for name in ("programme.ics", "schedule.json", "schedule.xml", "changes.atom"):
        assert client.get(f"/meetings/annual-meeting/{name}").status_code == 404
