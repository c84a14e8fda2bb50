"""Amounts as people type them: read where they can be read in one way, refused with the reason where not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kept.base import formats
from kept.base.languages import CODES
from kept.base.money import CURRENCIES, AmountError, Money, choices, decimal_mark, parse_amount, parse_decimal

D = Decimal


def refusal(text, **hints) -> str:
    with pytest.raises(AmountError) as refused:
        parse_amount(text, **hints)
    assert str(refused.value)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,200,000.50", "1200000.5"),
        ("1 200 000,50", "1200000.5"),
        ("1\u202f200\u00a0000,50", "1200000.5"),
        ("1.200.000,50", "1200000.5"),
        ("1'200'000.50", "1200000.5"),
        ("1’200’000", "1200000"),
        ("12,34,567", "1234567"),
        ("2e+06", "2000000"),
        ("1.65e+09", "1650000000"),
        ("1,65E9", "1650000000"),
        ("273280", "273280"),
        ("3,5", "3.5"),
        ("1200,50", "1200.5"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("١٬٢٠٠٬٠٠٠٫٥٠", "1200000.5"),
        ("۱۲۳۴", "1234"),
        ("１２３４", "1234"),
        ("5\n000", "5000"),
        ("+5", "5"),
        ("0", "0"),
    ],
)
def test_figures_of_all_kinds_are_read(text, amount):
    assert parse_amount(text).amount == D(amount)
    assert parse_amount(text).currency is None


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("USD 3 bn", "3e9", "USD"),
        ("10 USD million", "1e7", "USD"),
        ("€ 5 m", "5e6", "EUR"),
        ("3,5 Mio. €", "3.5e6", "EUR"),
        ("US$5m", "5e6", "USD"),
        ("5M USD", "5e6", "USD"),
        ("5mUSD", "5e6", "USD"),
        ("EUR1.5bn", "1.5e9", "EUR"),
        ("5 million US dollars (USD)", "5e6", "USD"),
        ("5 millions d'euros", "5e6", "EUR"),
        ("36,78 milliards de dollars des États-Unis", "36.78e9", "USD"),
        ("5 mil millones de euros", "5e9", "EUR"),
        ("2 billones de pesos mexicanos", "2e12", "MXN"),
        ("3,5 млрд долларов США", "3.5e9", "USD"),
        ("٢ مليون دولار أمريكي", "2e6", "USD"),
        ("3.5亿美元", "3.5e8", "USD"),
        ("500万欧元", "5e6", "EUR"),
        ("100.000,00 €", "1e5", "EUR"),
        ("250 DEM", "250", "DEM"),
        ("5k CHF", "5000", "CHF"),
        ("2 bn", "2e9", None),
    ],
)
def test_units_and_currencies_in_six_languages_are_read(text, amount, currency):
    found = parse_amount(text)
    assert (found.amount, found.currency, found.computed) == (D(amount), currency, False)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2 billion a year over the next five years", "10e9"),
        ("USD 2 billion per year for 5 years", "10e9"),
        ("USD 2 bn annually over five years", "10e9"),
        ("5 millions d'euros par an pendant 3 ans", "15e6"),
        ("5 millones al año durante 3 años", "15e6"),
        ("2 млрд в год в течение 5 лет", "10e9"),
    ],
)
def test_so_much_a_year_for_so_many_years_is_worked_out_and_says_so(text, amount):
    found = parse_amount(text)
    assert found.amount == D(amount)
    assert found.computed
    assert str(found.note)


def test_the_note_says_the_sum_in_the_readers_language():
    note = parse_amount("2 billion a year over the next five years").note
    with translation.override("en"):
        assert str(note) == "Worked out: 2,000,000,000 a year for 5 years."


def test_so_much_a_year_without_the_number_of_years_is_asked_back():
    assert refusal("USD 5 million per year") == "years_missing"


def test_over_five_years_alone_is_the_total():
    found = parse_amount("USD 10 million over five years")
    assert (found.amount, found.computed) == (D(10**7), False)
    assert str(found.note)


@pytest.mark.parametrize("text", ["about 5 million USD", "up to USD 5m", "5m+ USD", "более 5 млн USD", "约500万美元"])
def test_an_approximation_keeps_its_figure_and_leaves_a_note(text):
    found = parse_amount(text)
    assert found.amount == D(5 * 10**6)
    assert str(found.note)


# What could be read in two ways


def test_three_digits_behind_one_mark_are_a_group_unless_the_writers_language_says_otherwise():
    assert parse_amount("1,200").amount == parse_amount("1.200").amount == D(1200)
    assert parse_amount("1,200", decimal=".").amount == D(1200)
    assert parse_amount("1,200", decimal=",").amount == D("1.2")
    assert parse_amount("1.200", decimal=",").amount == D(1200)
    assert parse_amount("1.200", decimal=".").amount == D("1.2")


def test_the_hint_changes_nothing_that_is_clear():
    for text, amount in {
        "1,200,000.50": "1200000.5",
        "3,5": "3.5",
        "1200.50": "1200.5",
        "1.200.000": "1200000",
    }.items():
        assert {parse_amount(text, decimal=mark).amount for mark in ("auto", ".", ",")} == {D(amount)}


def test_beside_a_unit_the_same_is_refused():
    assert refusal("1,250 million") == "ambiguous_separator"
    assert parse_amount("1,250 million", decimal=".").amount == D(1250 * 10**6)
    assert parse_amount("1,250 million", decimal=",").amount == D(1250000)


@pytest.mark.parametrize("text", ["5 crore", "5 lakh INR", "5 mil USD", "5 T USD"])
def test_units_that_readers_elsewhere_misread_are_refused(text):
    assert refusal(text) == "unit"


@pytest.mark.parametrize(
    ("text", "currency"), [("$5m", "CAD"), ("£5m", "EGP"), ("5 millions FCFA", "XOF"), ("¥5m", "JPY")]
)
def test_a_sign_of_several_currencies_needs_the_field_beside_it(text, currency):
    assert refusal(text) == "which_currency"
    assert refusal(text, currency="CHF") == "which_currency"
    assert parse_amount(text, currency=currency).currency == currency


def test_two_currencies_contradict_each_other():
    assert refusal("USD 5 EUR") == "several_currencies"
    assert refusal("€5", currency="USD") == "currencies_differ"
    assert parse_amount("€5", currency="EUR").currency == "EUR"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u200f ", "empty"),
        ("n/a", "no_figure"),
        ("twelve", "no_figure"),
        ("<script>alert()</script>", "no_figure"),
        ("5-10 million", "several_figures"),
        ("between 5 and 10", "several_figures"),
        ("USD 3m EUR 2m", "several_figures"),
        ("=5+5", "several_figures"),
        ("-5", "negative"),
        ("USD -5", "negative"),
        ("(5,000)", "negative"),
        ("5%", "percent"),
        ("10 xyz", "unknown_word"),
        ("5 hundred", "unknown_word"),
        ("2 m²", "unknown_word"),
        ("12 34", "separators"),
        ("1.2.3", "separators"),
        ("1,000,000,00", "separators"),
        ("1e30", "too_large"),
        ("999999999999999999", "too_large"),
        ("0.12345", "too_fine"),
    ],
)
def test_what_is_not_one_amount_is_refused_with_its_reason(text, code):
    assert refusal(text) == code


@pytest.mark.parametrize("text", ["9" * 40, "1e40", "9" * 27 + " billion"])
def test_a_figure_with_more_digits_than_anybody_counts_with_is_refused(text):
    assert refusal(text) == "too_large"
    with pytest.raises(AmountError):
        parse_decimal(text)


def test_cells_that_hold_numbers_are_taken_as_they_are():
    assert parse_amount(1.1 + 2.2).amount == D("3.3")
    assert parse_amount(10**6).amount == D(10**6)
    assert parse_amount(D("5.10")).amount == D("5.1")
    for wrong in (float("nan"), float("inf"), True):
        assert refusal(wrong) == "no_figure"
    assert refusal(-5) == "negative"


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text):
    try:
        found = parse_amount(text)
    except AmountError as refused:
        assert str(refused)
    else:
        assert 0 <= found.amount < 10**15


@given(
    st.decimals(0, 10**13, places=2),
    st.sampled_from(CODES),
    st.sampled_from(["USD", "EUR", "XOF", "KWD", "JPY", "DEM", "CNY"]),
)
def test_what_is_shown_can_be_typed_back_in_every_language(amount, language, currency):
    shown = formats.format_money(amount, currency, language)
    found = parse_amount(shown, decimal=decimal_mark(language))
    assert (found.amount, found.currency) == (amount, currency)


@given(st.integers(0, 10**14), st.sampled_from(CODES))
def test_whole_numbers_with_their_groups_can_be_typed_back(number, language):
    assert parse_amount(formats.format_number(number, language), decimal=decimal_mark(language)).amount == number


@given(st.integers(10**6, 10**14), st.sampled_from(CODES), st.sampled_from(["USD", "EUR"]))
def test_a_short_amount_typed_back_is_the_amount_as_it_was_shown(amount, language, currency):
    shown = formats.format_money_short(D(amount), currency, language)
    found = parse_amount(shown, decimal=decimal_mark(language))
    assert found.currency == currency
    assert formats.format_money_short(found.amount, currency, language) == shown
    assert abs(found.amount - amount) <= amount / 100 * 6


# Rates and other numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("655.957", "655.957"),
        ("0,001524", "0.001524"),
        ("1,234.5678", "1234.5678"),
        ("٠٫٠٠١٥", "0.0015"),
        ("-3,5", "-3.5"),
    ],
)
def test_in_a_rate_a_single_mark_is_the_decimal_mark(text, number):
    assert parse_decimal(text) == D(number)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "5 m", "1 2"])
def test_a_rate_that_is_no_number_is_refused(text):
    with pytest.raises(AmountError):
        parse_decimal(text)


# Currencies


def test_money_is_a_decimal_and_a_currency_that_exists():
    assert Money(D(5), "USD") + Money(D(6), "USD") == Money(D(11), "USD")
    with pytest.raises(ValueError):
        Money(D(5), "USD") + Money(D(6), "EUR")
    with pytest.raises(ValueError):
        Money(D(5), "ABC")
    with pytest.raises(TypeError):
        Money(5.0, "USD")


def test_withdrawn_currencies_are_known_and_not_offered():
    assert {"DEM", "NLG", "IEP", "HRK", "BGN", "BYR"} <= CURRENCIES.keys()
    offered = [code for code, _name in choices("en")]
    assert offered[:2] == ["USD", "EUR"]
    assert not {"DEM", "HRK", "BGN", "BYR", "XAU", "XXX"} & set(offered)
    assert {"XOF", "KES", "CNY"} <= set(offered)
    assert (CURRENCIES["JPY"].minor_units, CURRENCIES["KWD"].minor_units) == (0, 3)
