"""A sample is seeded, stratified, repeatable, and does not depend on the order of the list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.progress import actions
from kept.progress.sampling import draw, place, seats

STRATA = {
    "government": [f"P-{n:05d}" for n in range(1, 61)],
    "private": [f"P-{n:05d}" for n in range(61, 91)],
    "youth": ["P-00091"],
}


def test_the_same_seed_draws_the_same_and_another_draws_others():
    assert draw(STRATA, 10, "42") == draw({name: rows[::-1] for name, rows in STRATA.items()}, 10, "42")
    assert draw(STRATA, 10, "42") != draw(STRATA, 10, "43")


def test_every_stratum_is_drawn_from_and_large_ones_more():
    assert {name: len(rows) for name, rows in draw(STRATA, 10, "42").items()} == {
        "government": 6,
        "private": 3,
        "youth": 1,
    }


def test_a_place_in_the_draw_can_be_computed_by_anybody():
    assert (
        place("42", "P-00001") == "d86cfb1c5c83593be149a7e2190edceddac89504947b4b67f44f03822b23b8c2"
    )  # printf 42:P-00001 | sha256sum


@given(st.dictionaries(st.text(min_size=1, max_size=2), st.integers(1, 50), min_size=1, max_size=6), st.integers(1, 80))
def test_exactly_so_many_are_drawn_as_asked_for_or_all(sizes, size):
    given_ = seats(sizes, size)
    assert sum(given_.values()) == min(size, sum(sizes.values()))
    assert all(0 <= given_[name] <= sizes[name] for name in sizes)


@pytest.mark.django_db
def test_what_a_round_drew_is_listed_for_the_desk_and_once_it_is_published_for_everybody_who_draws_it_again(
    desk, client, make_pledge, make_round, make_report, secretary, now
):
    round_ = make_round(deadline=10, publishes_in=20, ask=False)
    pledges = [make_pledge("published", title=f"Lamps for harbour {n}") for n in range(3)]
    actions.open_round(round_, by=secretary, at=now)
    actions.ask_due(now)
    reports = {pledge.reference: make_report(pledge, "accepted") for pledge in pledges}
    desk.post("/desk/rounds/2026/move/", {"move": "sample", "seed": "42", "size": "2"})
    expected = draw({pledges[0].current.entity_type: list(reports)}, 2, "42")
    (drawn,) = expected.values()
    page = desk.get("/desk/rounds/2026/").content.decode()
    table = page[page.index(">Sample</h2>") : page.index(">Who was asked</h2>")]
    assert [reports[one].key in table for one in reports] == [one in drawn for one in reports]
    assert client.get("/api/v1/progress/rounds/2026").status_code == 404  # embargoed
    actions.publish_round(actions.close_round(round_, by=secretary, at=now), by=secretary, at=now)
    told = client.get("/api/v1/progress/rounds/2026").json()["sample"]
    assert (told["seed"], [one["drawn"] for one in told["strata"]]) == ("42", [drawn])
    assert draw({one["entity_type"]: one["from"] for one in told["strata"]}, told["size"], told["seed"]) == expected
    shown = client.get("/progress/rounds/2026/").content.decode()
    assert [f"/pledges/{one}/reports/1/" in shown for one in reports] == [one in drawn for one in reports]
    assert shown.count("not checked yet") == 2
