"""What people type, read in their language: what is shown reads back the same, what is no figure is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kept.base.languages import CODES
from kept.pledges import reading

languages = st.sampled_from(CODES)
amounts = st.decimals(min_value="0.01", max_value="999999999999999", places=2)
days = st.one_of(
    st.integers(1990, 2100).map(str),
    st.tuples(st.integers(1990, 2100), st.integers(1, 12)).map(lambda p: f"{p[0]}-{p[1]:02}"),
    st.dates(min_value=__import__("datetime").date(1990, 1, 1), max_value=__import__("datetime").date(2100, 1, 1)).map(
        str
    ),
)


@given(amount=amounts, language=languages)
def test_an_amount_that_is_shown_reads_back_the_same(amount, language):
    text = reading.decimal_text(amount)
    assert reading.read_amount(reading.show_amount(text, language), language).amount == amount


@given(count=st.integers(0, 9_000_000_000), language=languages)
def test_a_count_that_is_shown_reads_back_the_same(count, language):
    assert reading.read_count(reading.show_count(count, language), language) == count


@given(figure=st.decimals(min_value="-999999", max_value="999999999", places=1), language=languages)
def test_a_figure_that_is_shown_reads_back_the_same(figure, language):
    text = reading.decimal_text(figure)
    assert reading.read_figure(reading.show_figure(text, language), language)[0] == text


@given(day=days, language=languages)
def test_a_day_that_is_shown_reads_back_the_same(day, language):
    assert reading.read_day(reading.show_day(day, language), language) == day


@pytest.mark.parametrize("language", CODES)
def test_days_and_figures_are_shown_in_words_of_the_reader_not_in_normal_form(language):
    assert reading.show_day("2027-12", language) != "2027-12"
    assert reading.show_amount("1200000", language) != "1200000"
    assert reading.show_count(1200000, language) != "1200000"


@pytest.mark.parametrize(
    ("typed", "language", "day"),
    [
        ("2027", "en", "2027"),
        ("December 2027", "en", "2027-12"),
        ("31 December 2027", "en", "2027-12-31"),
        ("12/2027", "en", "2027-12"),
        ("décembre 2027", "fr", "2027-12"),
        ("03/04/2027", "fr", "2027-04-03"),
        ("31 de diciembre de 2027", "es", "2027-12-31"),
        ("ديسمبر ٢٠٢٧", "ar", "2027-12"),
        ("٢٠٢٧", "ar", "2027"),
        ("31 декабря 2027 г.", "ru", "2027-12-31"),
        ("2027年12月", "zh-hans", "2027-12"),
        ("  2027-12 ", "en", "2027-12"),
        ("", "en", ""),
    ],
)
def test_days_are_read_as_people_type_them(typed, language, day):
    assert reading.read_day(typed, language) == day


@pytest.mark.parametrize("typed", ["soon", "03/04/2027", "31 February 2027", "12 apples", "2027-13", "0001"])
def test_what_is_no_day_is_refused_with_a_sentence(typed):
    with pytest.raises(reading.Unreadable) as refused:
        reading.read_day(typed, "en")
    assert str(refused.value.message).endswith(".")


@pytest.mark.parametrize(
    ("typed", "language", "amount", "currency"),
    [
        ("18.4 M", "en", "18400000", None),
        ("USD 3 bn", "en", "3000000000", "USD"),
        ("1,290", "en", "1290", None),
        ("1.290", "es", "1290", None),
        ("1 200 000,50", "fr", "1200000.50", None),
        ("١٬٢٠٠٬٠٠٠", "ar", "1200000", None),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, language, amount, currency):
    read = reading.read_amount(typed, language)
    assert (read.amount, read.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize("typed", ["12 apples", "-5", "50 %", "1 to 2 million", "<script>", "1e99"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(reading.Unreadable), translation.override("en"):
        reading.read_amount(typed, "en")


@pytest.mark.parametrize(
    ("typed", "figure"),
    [
        ("214", ("214", "")),
        ("12.5 %", ("12.5", "%")),
        ("-3", ("-3", "")),
        ("2 million", ("2000000", "")),
        ("٪٨٠", None),
    ],
)
def test_figures_of_an_indicator(typed, figure):
    if figure is None:
        with pytest.raises(reading.Unreadable):
            reading.read_figure(typed, "en")
    else:
        assert reading.read_figure(typed, "en") == figure


@pytest.mark.parametrize(
    ("typed", "web"),
    [("example.org", "https://example.org"), ("https://example.org/a?b", "https://example.org/a?b"), ("", "")],
)
def test_web_addresses(typed, web):
    assert reading.read_web(typed) == web


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "ftp://x.org", "two words", "https://", "http://[", "data:text/html,x"]
)
def test_what_is_no_web_address_is_refused(typed):
    with pytest.raises(reading.Unreadable):
        reading.read_web(typed)


@given(text=st.text(max_size=200))
def test_text_that_is_kept_holds_nothing_that_nobody_sees(text):
    kept = reading.clean(text, lines=True)
    assert "\x00" not in kept
    assert reading.clean(kept, lines=True) == kept
    kept.encode()  # no halves of characters


def test_a_title_is_one_line_and_a_text_keeps_its_lines():
    assert reading.read_text(" Fibre\r\n to\t schools \x00") == "Fibre to schools"
    assert reading.read_text("One\r\n\r\nTwo  \n", lines=True) == "One\n\nTwo"
