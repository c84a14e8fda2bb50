"""The programme in each of its views: filtered, as a table, by room and person, on paper and in somebody else's page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.meetings import actions
from kept.meetings.grids import grid_of
from kept.meetings.models import AgendaItem, Session
from tests.meetings import making
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/meetings/annual-meeting/programme/"


@pytest.fixture
def two_rooms(programme, secretary):
    """Beside the Popov Room a second one, with a session in French at the same time as the opening."""
    second = making.room(programme, "Lantern Room")
    side = making.session(
        programme, "Mesurer", "14:15", 45, by=secretary, where=second, kind="side_event", languages=["fr"]
    )
    making.speaks(making.speaker("Laila Wren", by=secretary, family_name="AARON"), side, by=secretary)
    actions.release(programme, {}, by=secretary, at=making.MADE)
    return programme


def titles(client, query: str) -> list[str]:
    """The sessions of a view, in their order."""
    programme = client.get(PAGE + query).context["programme"]
    return [item.title for item in programme.items]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Opening", "Mesurer", "Break", "Displaced people"]),
        ("?kind=panel", ["Displaced people"]),
        ("?kind=panel&kind=side_event", ["Mesurer", "Displaced people"]),
        ("?language=fr", ["Mesurer"]),
        ("?language=fr&kind=panel", []),
        ("?speaker=clara-heronsworth", ["Opening"]),
        ("?day=2026-12-15", ["Opening", "Mesurer", "Break", "Displaced people"]),
        ("?day=2026-12-16", []),
        ("?kind=nonsense", []),
        ("?view=nonsense", []),
    ],
)
def test_a_filter_shows_what_fits_and_nothing_for_what_does_not_exist(client, two_rooms, query, found):
    assert titles(client, query) == found


def test_a_facet_counts_what_the_others_leave(client, two_rooms):
    facets = {one.title: one.values for one in client.get(PAGE + "?language=fr").context["facets"]}
    assert {value["label"]: value["count"] for value in facets["Language"]} == {"English": 1, "French": 1}
    assert [(v["label"], v["count"]) for v in facets["Kind of session"] if v["count"]] == [("Side event", 1)]


def test_the_table_has_a_column_for_each_room_and_a_row_for_each_hour(client, two_rooms):
    (day,) = client.get(PAGE + "?view=grid").context["grids"]
    grid = day["grid"]
    assert grid.rooms == ["Popov Room", "Lantern Room"]
    rows = [(row.start, [(cell.item.title if cell.item else "", cell.rows) for cell in row.cells]) for row in grid.rows]
    assert rows == [
        ("14:00", [("Opening", 2), ("", 1)]),
        ("14:15", [("Mesurer", 2)]),
        ("14:45", [("Break", 1)]),
        ("15:00", [("Displaced people", 1), ("", 1)]),
    ]


def test_two_at_once_in_one_place_stand_side_by_side(client, programme, secretary):
    for title in ("One", "Two"):
        making.session(programme, title, "17:00", 30, by=secretary)
    actions.release(programme, {}, by=secretary, at=making.MADE)
    items = client.get(PAGE).context["programme"].items
    grid = grid_of([item for item in items if item.start == "17:00"])
    assert [[cell.item.title for cell in row.cells] for row in grid.rows] == [["One", "Two"]]


def test_by_room_and_by_person_in_the_order_of_family_names(client, two_rooms):
    rooms = client.get(PAGE + "?view=rooms").context["groups"]
    assert [group["name"] for group in rooms] == ["Popov Room", "Lantern Room"]
    people = client.get(PAGE + "?view=people").context["groups"]
    assert [group["name"] for group in people] == ["Laila Wren", "Clara Heronsworth"]


def test_now_and_next(client, two_rooms, time_machine):
    time_machine.move_to(datetime(2026, 12, 15, 13, 20, tzinfo=UTC), tick=False)
    programme = client.get(PAGE + "?view=now").context["programme"]
    assert [item.title for item in programme.now] == ["Opening", "Mesurer"]
    assert [item.title for item in programme.next] == ["Break"]


def test_the_frame_for_partners_may_be_framed_and_sets_no_cookie(client, programme):
    page = client.get("/embed/meetings/annual-meeting/?theme=dark")
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert not page.cookies
    assert "Opening" in text_of(page)
    assert "frame-ancestors 'none'" in client.get(PAGE)["Content-Security-Policy"]


def test_zones_are_chosen_by_their_city_without_a_script(client, programme):
    page = client.get("/meetings/annual-meeting/time/")
    assert 'href="/meetings/annual-meeting/programme/?tz=Asia/Kathmandu"' in page.content.decode()
    assert "Kathmandu UTC+5:45" in text_of(page)


def test_an_agenda_in_the_browser_is_the_programme_with_these_sessions(client, programme):
    code = Session.objects.get(titles__en="Displaced people").code
    assert titles(client, f"?session={code}&session=nobody") == ["Displaced people"]


def test_an_agenda_with_an_account_is_chosen_dropped_and_followed(client, programme, make_person):
    person = make_person()
    client.force_login(person)
    page, code = "/meetings/annual-meeting/agenda/", Session.objects.get(titles__en="Opening").code
    client.post(page, {"verb": "add", "session": [code, "nobody"]})
    assert list(AgendaItem.objects.values_list("person", "session__code")) == [(person.pk, code)]
    assert client.get(page, headers={"Accept": "application/json"}).json() == {"sessions": [code]}
    client.post(page, {"verb": "feed"})
    first = client.get(page).context["feed_url"]
    client.post(page, {"verb": "feed"})
    assert client.get(page).context["feed_url"] != first
    client.post(page, {"verb": "drop", "session": code})
    assert not AgendaItem.objects.exists()


def test_an_agenda_takes_nothing_that_is_not_public(client, programme, secretary, make_person):
    hidden = making.session(programme, "Hidden", by=secretary)
    client.force_login(make_person())
    client.post("/meetings/annual-meeting/agenda/", {"verb": "add", "session": hidden.code})
    assert not AgendaItem.objects.exists()
    assert client.get("/meetings/annual-meeting/agenda/", {"add": hidden.code}).context["wanted"] is None
