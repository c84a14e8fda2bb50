"""Wall clocks and instants, over changes of summer time and in zones of half and quarter hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from kept.meetings import times


def test_fourteen_hours_in_geneva_is_another_instant_in_summer():
    assert times.instant(date(2026, 12, 15), time(14), "Europe/Zurich") == datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert times.instant(date(2026, 7, 15), time(14), "Europe/Zurich") == datetime(2026, 7, 15, 12, tzinfo=UTC)


def test_zones_of_half_and_quarter_hours():
    assert times.instant(date(2026, 12, 15), time(18, 45), "Asia/Kathmandu") == datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert times.instant(date(2026, 12, 15), time(9), "Australia/Adelaide") == datetime(
        2026, 12, 14, 22, 30, tzinfo=UTC
    )


def test_an_hour_that_the_clocks_jump_over_is_refused():
    with pytest.raises(times.NoSuchHour):
        times.instant(date(2027, 3, 28), time(2, 30), "Europe/Zurich")


def test_an_hour_that_comes_twice_is_the_first_one():
    assert times.instant(date(2026, 10, 25), time(2, 30), "Europe/Zurich") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "label"),
    [("Asia/Kathmandu", "UTC+5:45"), ("America/New_York", "UTC−5"), ("Pacific/Apia", "UTC+13"), ("UTC", "UTC")],
)
def test_how_far_a_zone_is_from_utc(name, label):
    assert times.offset_label(datetime(2026, 12, 15, 13, tzinfo=UTC), times.zone(name)) == label


@pytest.mark.parametrize("name", ["", "CET", "Etc/GMT+5", "Europe/Atlantis", "../../etc/passwd", "posix/Europe/Zurich"])
def test_what_is_no_place_is_no_zone(name):
    assert times.zone_or_none(name) is None
