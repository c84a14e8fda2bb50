"""Dates as people write them, and the refusal to guess."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges.importing.cells import CellError
from kept.pledges.importing.days import read_date


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2023", "2023"),
        (2023.0, "2023"),
        ("2023-12", "2023-12"),
        ("12/2023", "2023-12"),
        ("2023-12-31", "2023-12-31"),
        ("2023/12/31", "2023-12-31"),
        ("20231231", "2023-12-31"),
        ("31/12/2023", "2023-12-31"),
        ("12/31/2023", "2023-12-31"),
        ("31.12.2023", "2023-12-31"),
        ("03.04.23", "2023-04-03"),
        ("31-Dec-23", "2023-12-31"),
        ("31 December 2023", "2023-12-31"),
        ("Dec. 31st, 2023", "2023-12-31"),
        ("Sunday, December 31, 2023", "2023-12-31"),
        ("décembre 2023", "2023-12"),
        ("1er janvier 2023", "2023-01-01"),
        ("31 de diciembre de 2023", "2023-12-31"),
        ("31 декабря 2023 г.", "2023-12-31"),
        ("2023年12月31日", "2023-12-31"),
        ("٣١ ديسمبر ٢٠٢٣", "2023-12-31"),
        ("31 كانون الأول 2023", "2023-12-31"),
        (45291.0, "2023-12-31"),
        ("45291", "2023-12-31"),
        (date(2023, 12, 31), "2023-12-31"),
        ("2023-12-31 00:00:00", "2023-12-31"),
        ("2001-04-23T00:00:00Z", "2001-04-23"),
        ("", ""),
    ],
)
def test_dates_are_read_as_people_write_them(cell, day):
    assert read_date(cell) == day


def test_days_end_in_utc():
    assert read_date("2023-12-31T23:00:00-05:00") == "2024-01-01"
    assert read_date(datetime(2023, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))) == "2024-01-01"


def test_a_date_that_could_be_two_is_refused_until_somebody_says_which():
    with pytest.raises(CellError) as refused:
        read_date("03/04/2023")
    assert refused.value.code == "two_dates"
    assert read_date("03/04/2023", "day first") == "2023-04-03"
    assert read_date("03/04/2023", "month first") == "2023-03-04"


@pytest.mark.parametrize("text", ["31/02/2023", "2023-02-30"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(CellError) as refused:
        read_date(text)
    assert refused.value.code == "no_such_day"


@pytest.mark.parametrize(
    "text", ["soon", "2023-13", "31 December", "20", "23-12-31", "0023-01-01", "x" * 5000, "Dec-23"]
)
def test_what_is_no_date_is_refused_with_a_sentence(text):
    with pytest.raises(CellError) as refused:
        read_date(text)
    assert refused.value.message


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2022-2025", "2022", "2025"),
        ("2022 to 2025", "2022", "2025"),
        ("2018; 2019", "2018", "2019"),
        ("Q4 2023", "2023-10", "2023-12"),
        ("2024 H1", "2024-01", "2024-06"),
    ],
)
def test_a_period_gives_its_start_and_its_end(text, start, end):
    assert (read_date(text, bound="start"), read_date(text, bound="end")) == (start, end)


@pytest.mark.parametrize("text", ["by 2025", "end of 2025", "d'ici 2025", "до 2025"])
def test_until_means_the_end(text):
    assert read_date(text, bound="end") == "2025"


@given(st.dates(min_value=date(1955, 1, 1), max_value=date(2118, 12, 31)))
def test_a_spreadsheets_day_number_is_the_day_it_shows(day):
    assert read_date((day - date(1899, 12, 30)).days + 0.0) == day.isoformat()


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_a_sentence(text):
    try:
        found = read_date(text)
    except CellError as refused:
        assert refused.message
    else:
        assert found == "" or len(found) in (4, 7, 10)
