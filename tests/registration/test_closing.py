"""The figures of a meeting: counted, frozen with a name to it, and still there when the people are erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, figures, statistics
from kept.registration.addresses import own_link
from kept.registration.models import ClosingReport, Presence, Registration
from kept.registration.permissions import Holder
from kept.registration.presence import minutes, range_of

OPENS = datetime(2026, 12, 8, 13, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(minutes=180)
MINUTE = timedelta(minutes=1)


@given(st.lists(st.tuples(st.integers(-30, 220), st.one_of(st.none(), st.integers(0, 90))), max_size=6))
@settings(max_examples=80, deadline=None)
def test_time_online_is_every_minute_of_the_meeting_in_which_a_window_told_counted_once(said):
    spans = [(OPENS + n * MINUTE, None if long is None else OPENS + (n + long) * MINUTE) for n, long in said]
    told = {n for begin, last in said if last is not None for n in range(begin, begin + last) if 0 <= n < 180}
    found = minutes(spans, OPENS, ENDS)
    assert found == (len(told) if any(long is not None for _n, long in said) else None)
    assert minutes(reversed(spans), OPENS, ENDS) == found


def test_minutes_are_shown_in_ranges():
    assert [range_of(n) for n in (None, 0, 14, 15, 59, 60, 119, 120)] == [
        "unknown", "short", "short", "quarter", "quarter", "hour", "hour", "long",
    ]  # fmt: skip


@pytest.fixture
def held(meeting, register, make_category, entrance, secretary):
    """A meeting that ended an hour ago: two came into the room, one of them also online; one online for 40 minutes; one was
    confirmed and did not come, one cancelled, one is still to confirm the address."""
    category = make_category()
    people = [register(category, country=code, gender=gender) for code, gender in (("CHE", "woman"), ("BDI", "man"))]
    people += [register(category, "remote", country="BDI"), register(category), register(category)]
    actions.cancel(people[4], by=None, at=datetime.now(UTC))
    waits = actions.start(meeting, category, email="w@example.org", mode="remote", by=None, at=datetime.now(UTC))
    Registration.objects.filter(pk=waits.pk).update(state="submitted")
    now = datetime.now(UTC)
    type(meeting).objects.filter(pk=meeting.pk).update(
        starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1)
    )
    meeting.refresh_from_db()
    begun = meeting.starts_at + 5 * MINUTE
    for one in people[:2]:
        actions.check_in(one, entrance.gates.get(), by=secretary, at=begun)
    for one, seen in ((people[0], None), (people[2], begun + 40 * MINUTE)):
        Presence.objects.create(registration=one, began_at=begun, seen_at=seen)
    return people


FIGURES = {
    "registered": 5, "confirmed": 4, "came": 3, "in_room": 2, "online": 2, "waiting": 0, "withdrawn": 1, "rejected": 0,
    "missed": 1, "countries": 2, "minutes": {"unknown": 1, "quarter": 1},
}  # fmt: skip


@pytest.mark.django_db
def test_figures_are_counted_once_a_person(held, meeting, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        found = statistics.counted(meeting, datetime.now(UTC))
    assert {key: found[key] for key in FIGURES} == FIGURES
    assert found["groups"]["country"] == [["CHE", 3, 2, 1], ["BDI", 2, 2, 2]]
    assert found["groups"]["mode"] == [["in_person", 4, 3, 2], ["remote", 1, 1, 1]]
    assert [line[:1] + line[3:] for line in found["groups"]["region"]] == [["150", 1], ["002", 2]]
    assert [line[1:] for line in found["days"]] == [[2, 2]]
    before = [words for _figure, words in figures.headlines(found, "en", begun=False)]
    assert before == ["registered", "confirmed", "on the waiting list", "cancelled or withdrawn"]


@pytest.mark.django_db
def test_session_by_session_counts_the_door_or_who_was_inside_and_who_was_online_meanwhile(held, meeting, secretary):
    begun, version = meeting.starts_at, meeting.versions.create(number=1, released_at=meeting.starts_at)
    rows = {
        code: meeting.sessions.create(code=code, titles={"en": code}, kind=kind)
        for code, kind in (("OPEN", "plenary"), ("TEA", "break"), ("MAP", "panel"), ("LAST", "panel"))
    }
    for n, session in enumerate(rows.values()):
        starts = begun + n * 30 * MINUTE
        version.slots.create(
            session=session, day=starts.date(), start=starts.time(), minutes=30, starts_at=starts,
            ends_at=starts + 30 * MINUTE,
        )  # fmt: skip

    def told() -> list[list]:
        return [[code, room, online] for code, _t, room, online in statistics.counted(meeting, begun)["sessions"]]

    assert told() == [["OPEN", 2, 2], ["MAP", 2, 0], ["LAST", 2, 0]]
    door = actions.add_list(meeting, names={"en": "Map"}, session=rows["MAP"], fire_limit=9, by=secretary, at=begun)
    actions.check_in(held[0], door.gates.get(), by=secretary, at=begun + 61 * MINUTE)
    entrance = meeting.check_in_lists.get(is_entrance=True).gates.get()
    actions.check_in(held[1], entrance, entry=False, by=secretary, at=begun + 70 * MINUTE)
    Presence.objects.filter(registration=held[2]).update(seen_at=begun + 65 * MINUTE)
    assert told() == [["OPEN", 2, 2], ["MAP", 1, 1], ["LAST", 1, 0]]
    found = statistics.counted(meeting, begun)
    chart = next(one for one in figures.drawn(found, "en") if one.key == "sessions")
    assert [(row.name, row.count) for row in chart.rows] == [("OPEN", 4), ("MAP", 2), ("LAST", 1)]
    found.pop("sessions")  # of a report that was frozen earlier
    assert "sessions" not in [one.key for one in figures.drawn(found, "en")]


@pytest.mark.django_db
def test_the_desk_reads_them_as_charts_table_and_picture(held, meeting, secretary, sign_in, client, make_person):
    desk, address = sign_in(secretary), f"/desk/meetings/{meeting.slug}/statistics/"
    page = desk.get(address).content.decode()
    assert "Of 3 who came, most are “Burundi”: 2." in page
    assert "Stayed online for an hour or longer: 0 of 1 whose time is known." in page
    rows = desk.get(address + "statistics.csv").content.decode().splitlines()
    assert "country,BDI,Burundi,Came,2" in rows
    assert b"<svg" in desk.get(address + "gender.svg").content
    assert desk.get(address + "nothing.svg").status_code == 404
    assert sign_in(make_person("reader@example.org")).get(address).status_code == 404


@pytest.mark.django_db
def test_a_closed_meeting_keeps_its_figures_its_hour_and_who_closed_it(held, meeting, secretary, sign_in, make_person):
    now = datetime.now(UTC)
    with pytest.raises(NotAllowed):
        actions.close_meeting(meeting, by=make_person("reader@example.org"), at=now)
    with pytest.raises(Refused):
        actions.close_meeting(meeting, by=secretary, at=meeting.ends_at - MINUTE)
    feedback = actions.ask_for_feedback(meeting, by=secretary, at=now)
    with pytest.raises(Refused):
        actions.close_meeting(meeting, by=secretary, at=now)
    actions.close_feedback(feedback, by=secretary, at=now)
    desk, address = sign_in(secretary), f"/desk/meetings/{meeting.slug}/closing/"
    assert desk.get(address + "report.pdf").status_code == 404
    desk.post(address)
    with pytest.raises(Refused):
        actions.close_meeting(meeting, by=secretary, at=now)
    actions.void(held[1].check_ins.get(), by=secretary, at=now)  # too late: what is frozen stays
    assert statistics.figures_of(meeting, now)["came"] == 3
    actions.forget_due(meeting.ends_at + timedelta(days=366))
    assert {key: ClosingReport.objects.get().figures[key] for key in FIGURES} == FIGURES
    page = desk.get(address).content.decode()
    assert (secretary.get_full_name() or secretary.email) in page
    assert "Of 3 who came, most are “Burundi”: 2." in page
    assert "Person 1" not in page
    paper = pypdfium2.PdfDocument(desk.get(f"/ar{address}report.pdf").content)
    assert len(paper) >= 1
    figures = desk.get(f"/meetings/{meeting.slug}/highlights/").content.decode()
    assert "came into the room" in figures


@pytest.mark.django_db
def test_what_nobody_closes_the_house_closes_before_it_erases(held, meeting):
    actions.forget_due(meeting.ends_at + timedelta(days=29))
    assert ClosingReport.objects.count() == 0
    actions.forget_due(meeting.ends_at + timedelta(days=31))
    actions.forget_due(meeting.ends_at + timedelta(days=32))
    report = ClosingReport.objects.get()
    assert (report.closed_by_name, report.figures["came"]) == ("", 3)


@pytest.mark.django_db
def test_a_window_tells_that_it_is_there_until_another_takes_its_place(client, register, meeting):
    one, now = register(mode="remote"), datetime.now(UTC)
    type(meeting).objects.filter(pk=meeting.pk).update(starts_at=now - MINUTE, ends_at=now + timedelta(hours=2))
    own = f"/meetings/registration/{own_link(one, at=now).token}/join/"
    first = client.post(own).url
    assert "data-hx-post" in client.get(first).content.decode()
    assert client.post(first + "here/").status_code == 204
    assert "<noscript><form" in client.get(first).content.decode()
    assert client.post(first + "here/", {"back": "1"}).url == first  # by hand, where no script runs
    meeting.refresh_from_db()
    assert (Presence.objects.get().seen_at is not None, statistics.online_now(meeting, now)) == (True, 1)
    client.post(own)
    assert client.post(first + "here/").headers["HX-Refresh"] == "true"
    with pytest.raises(NotAllowed):
        actions.stay(one, Presence.objects.latest("pk").stream, by=Holder(0), at=now)
