"""What readers see of a meeting: before, on the day, after; on the room's clock and on theirs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from kept.meetings import actions
from tests.meetings import making

pytestmark = pytest.mark.django_db
DURING = datetime(2026, 12, 15, 13, 27, tzinfo=UTC)  # 14:27 in Geneva
AFTER = datetime(2026, 12, 16, 9, tzinfo=UTC)


def text_of(response) -> str:
    """The words of a page, without its markup."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    body = re.sub(r"<button[^>]* hidden>.*?</button>", " ", body, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_meeting_says_when_it_is_in_the_room_and_for_the_visitor(client, programme):
    page = text_of(client.get("/meetings/annual-meeting/?tz=Asia/Kathmandu"))
    assert "Tuesday, 15 December 2026, 14:00 to 16:30 in Geneva (CET, UTC+1)" in page
    assert "18:45 to 21:15 for you in Kathmandu (UTC+5:45)" in page
    assert "14:00 18:45 yours Opening" in page


def test_another_day_is_named(client, programme):
    page = text_of(client.get("/meetings/annual-meeting/?tz=Pacific/Apia"))
    assert "Wednesday, 16 December 2026, 02:00 to 04:30 for you in Apia (UTC+13)" in page


def test_a_visitor_whose_clock_is_the_rooms_is_told_nothing_twice(client, programme):
    assert "for you in" not in text_of(client.get("/meetings/annual-meeting/?tz=Europe/Paris"))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "CET", "x" * 300])
def test_a_zone_that_does_not_exist_is_not_there(client, programme, zone):
    assert client.get("/meetings/annual-meeting/", {"tz": zone}).status_code == 404


def test_on_the_day_the_page_knows_what_is_on_and_what_comes(client, programme, time_machine):
    time_machine.move_to(DURING, tick=False)
    page = text_of(client.get("/meetings/annual-meeting/"))
    assert "On now, ends in 18 minutes Opening" in page
    assert "Next, in 33 minutes Displaced people" not in page  # the break is next
    assert "Break, 15 minutes Next, in 18 minutes" in page


def test_a_draft_is_seen_by_the_secretariat_alone(client, make_meeting, sign_in, secretary):
    make_meeting(state="draft")
    assert client.get("/meetings/annual-meeting/").status_code == 404
    assert "Only the secretariat sees its pages." in text_of(sign_in(secretary).get("/meetings/annual-meeting/"))


def test_staff_rehearse_any_moment_and_readers_do_not(client, programme, sign_in, secretary):
    assert client.get("/meetings/annual-meeting/?at=2026-12-15T14:27").status_code == 404
    page = sign_in(secretary).get("/meetings/annual-meeting/?at=2026-12-15T14:27")
    assert "On now, ends in 18 minutes Opening" in text_of(page)
    assert page["Cache-Control"] == "no-store, private"


def test_what_was_not_released_is_not_seen(client, programme, secretary):
    making.session(programme, "Qwyjibo", "15:45", by=secretary)
    making.session(programme, "Cable check", "13:00", by=secretary, kind="blocker")
    assert "Qwyjibo" not in text_of(client.get("/meetings/annual-meeting/"))
    actions.release(programme, {}, by=secretary, at=making.MADE)
    page = text_of(client.get("/meetings/annual-meeting/"))
    assert "Qwyjibo" in page
    assert "Cable check" not in page


def test_who_has_not_said_yes_or_is_not_released_is_not_named(client, programme, secretary):
    opening = programme.sessions.get(titles__en="Opening")
    actions.give_role(opening, making.speaker("Not Asked", by=secretary), "panellist", by=secretary, at=making.MADE)
    making.speaks(making.speaker("Not Released", by=secretary, released=False), opening, by=secretary)
    page = text_of(client.get("/meetings/annual-meeting/speakers/"))
    assert "Clara Heronsworth" in page
    assert "Not Asked" not in page
    assert "Not Released" not in page


@pytest.mark.parametrize("page", ["", "programme/", "speakers/", "practical/", "documents/", "highlights/", "live/"])
def test_every_page_of_a_meeting_costs_a_bounded_number_of_reads(
    client, programme, secretary, django_assert_max_num_queries, page
):
    for number in range(12):
        one = making.session(programme, f"Session {number}", "15:45", by=secretary)
        making.speaks(making.speaker(f"Speaker {number}", by=secretary), one, by=secretary)
    actions.release(programme, {}, by=secretary, at=making.MADE)
    client.get("/meetings/")
    with django_assert_max_num_queries(14):
        assert client.get(f"/meetings/annual-meeting/{page}").status_code == 200
