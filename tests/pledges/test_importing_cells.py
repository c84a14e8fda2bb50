"""What people leave in cells besides what they mean, and how it becomes text, numbers and lists."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges.importing.cells import (
    CellError,
    harmless,
    plain_number,
    read_bool,
    read_whole_number,
    shortened,
    split,
    text_of,
    tidy,
    tidy_text,
    unharmed,
)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("  Kenya ", "Kenya"),
        ("South\u00a0 Africa\u202f", "South Africa"),
        ("Cote\u00ad d\u200b'Ivoire\ufeff", "Cote d'Ivoire"),
        ("Cafe\u0301", "Café"),
        ("first line \r\n\r\n\r\n\r\n second line\r", "first line\n\nsecond line"),
        ("one_x000D_\ntwo", "one\ntwo"),
        ("\u202eevil\u202c", "evil"),
        ("half \ud83d a character", "half a character"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("#1 priority", "#1 priority"),
        ("NA", "NA"),
    ],
)
def test_stray_characters_go_and_meaning_stays(cell, meant):
    assert tidy(cell) == meant


@pytest.mark.parametrize(
    "cell", ["", "  ", "-", "–", "n/a", "N/A", "#N/A", "#REF!", "#DIV/0!", "#¡VALOR!", None, float("nan")]
)
def test_every_way_of_writing_nothing_is_nothing(cell):
    assert tidy(cell) == ""


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    once = tidy_text(text)
    assert harmless(once) != once or tidy_text(once) == once


@given(st.text())
def test_text_that_was_made_harmless_comes_back_as_it_was(text):
    assert unharmed(harmless(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+41 22", "-5", "@sum", "\tx", "'=already guarded", "''=twice"])
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["Kenya", "'quoted' words", "2+2", ""])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == unharmed(text) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (2023.0, "2023"),
        (0.1 + 0.2, "0.3"),
        (Decimal("25569.340"), "25569.34"),
        (1e16, "10000000000000000"),
        (True, "TRUE"),
        (date(2023, 12, 31), "2023-12-31"),
        (datetime(2023, 12, 31), "2023-12-31"),
        (["a", None, " b "], "a; b"),
        ({"a": 1}, ""),
    ],
)
def test_every_kind_of_cell_has_a_text(cell, text):
    assert text_of(cell) == text


def test_a_number_is_never_written_with_an_exponent():
    assert plain_number(Decimal("2e+06")) == "2000000"


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("Kenya; Uganda", ["Kenya", "Uganda"]),
        ("Kenya\nUganda", ["Kenya", "Uganda"]),
        ('"Smith; Sons"; Other', ["Smith; Sons", "Other"]),
        ("a;;b", ["a", "", "b"]),
        (["a", " b"], ["a", "b"]),
        ("", []),
    ],
)
def test_several_values_in_one_cell_are_taken_apart(cell, values):
    assert split(tidy(cell), [";"]) == values


@pytest.mark.parametrize(
    ("cell", "meant"), [("Oui", True), ("нет", False), ("نعم", True), ("x", True), (0.0, False), ("", None)]
)
def test_yes_and_no_are_understood_in_six_languages(cell, meant):
    assert read_bool(cell) is meant


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (3_000_000.0, 3_000_000),
        ("3,000,000", 3_000_000),
        ("3 000 000", 3_000_000),
        ("1.200", 1200),
        ("3 million people", 3_000_000),
        ("2,5 millones", 2_500_000),
        ("3 млн человек", 3_000_000),
        ("300万人", 3_000_000),
        ("٣ ملايين", 3_000_000),
        ("more than 500", 500),
        ("2e+06", 2_000_000),
    ],
)
def test_a_number_of_people_may_be_written_in_words(cell, number):
    assert read_whole_number(cell)[0] == number


@pytest.mark.parametrize("cell", ["many", "10%", "1.5", "1,000-2,000", "3000 (of whom 500 women)", True, "9" * 500])
def test_what_is_not_one_whole_number_is_refused_with_an_example(cell):
    with pytest.raises(CellError) as refused:
        read_whole_number(cell)
    assert "3000000" in refused.value.message


def test_text_is_shortened_between_words():
    assert shortened("Connect every school in the Lake provinces", 30) == "Connect every school in the…"
    assert shortened("Short", 30) == "Short"
