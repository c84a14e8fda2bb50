"""A sample is seeded, stratified, repeatable, and does not depend on the order of the list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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
