"""Figures, money and days as readers of six languages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from kept.base import formats, languages
from kept.base.formats import (
    format_date,
    format_datetime,
    format_decimal,
    format_list,
    format_money,
    format_money_short,
    format_number,
    format_percent,
    format_relative,
    format_usd_headline,
    format_weekday,
)

NOW = datetime(2023, 12, 12, 13, 0, tzinfo=UTC)


def plain(text: str) -> str:
    """No-break spaces of every kind as plain ones, so that a test can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "whole", "half", "share"),
    [
        ("en", "1,234,567", "1,234.5", "31%"),
        ("fr", "1 234 567", "1 234,5", "31 %"),
        ("es", "1.234.567", "1.234,5", "31 %"),
        ("ar", "١٬٢٣٤٬٥٦٧", "١٬٢٣٤٫٥", "٣١٪"),
        ("ru", "1 234 567", "1 234,5", "31 %"),
        ("zh-hans", "1,234,567", "1,234.5", "31%"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(language, whole, half, share):
    assert plain(format_number(1234567, language)) == whole
    assert plain(format_decimal(Decimal("1234.50"), language)) == half
    assert plain(format_percent(Decimal("0.31"), language)) == share


def test_a_fixed_number_of_decimals_is_rounded_half_to_even():
    assert format_decimal(Decimal("2.345"), "en", 2) == "2.34"
    assert format_decimal(Decimal("2.355"), "en", 2) == "2.36"
    assert format_decimal(3, "en", 2) == "3.00"
    assert format_percent(Decimal("0.315"), "en", 1) == "31.5%"


def test_the_installation_chooses_the_digits_of_arabic_and_of_arabic_only():
    try:
        formats.set_digits(lambda: "latn")
        assert format_number(1234, "ar") == "1,234"
        assert format_date("2024", "ar") == "2024"
        formats.set_digits(lambda: "arab")
        assert format_number(1234, "ar") == "١٬٢٣٤"
        assert format_number(1234, "fr") != "١٬٢٣٤"
    finally:
        formats.set_digits(lambda: "auto")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "12,000,000.50 EUR"),
        ("fr", "12 000 000,50 EUR"),
        ("es", "12.000.000,50 EUR"),
        ("ar", "١٢٬٠٠٠٬٠٠٠٫٥٠ يورو"),
        ("ru", "12 000 000,50 EUR"),
        ("zh-hans", "12,000,000.50欧元"),
    ],
)
def test_the_whole_amount_shows_all_cents_or_none(language, text):
    assert plain(format_money(Decimal("12000000.5"), "EUR", language)) == text
    assert plain(format_money(Decimal("5"), "USD", "en")) == "5 USD"
    assert plain(format_money(Decimal("5.1"), "KWD", "en")) == "5.100 KWD"
    assert plain(format_money(Decimal("5000"), "JPY", "en")) == "5,000 JPY"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0 USD"),
        ("850000", "850,000 USD"),
        ("999999.4", "999,999 USD"),
        ("999999.6", "1.0 M USD"),
        ("960000", "960,000 USD"),
        ("995000000", "995 M USD"),
        ("18400000", "18.4 M USD"),
        ("99960000", "100 M USD"),
        ("214000000", "214 M USD"),
        ("999960000", "1.00 bn USD"),
        ("36780000000", "36.78 bn USD"),
        ("999999999999", "1.00 tn USD"),
        ("-3400000", "-3.4 M USD"),
    ],
)
def test_what_rounding_lifts_to_the_next_unit_is_written_in_that_unit(amount, text):
    assert plain(format_money_short(Decimal(amount), "USD", "en")) == text


@pytest.mark.parametrize(
    ("language", "million", "billion"),
    [
        ("fr", "18,4 M USD", "36,78 Md USD"),
        ("es", "18,4 M USD", "36.780 M USD"),
        ("ar", "١٨٫٤ مليون دولار أمريكي", "٣٦٫٧٨ مليار دولار أمريكي"),
        ("ru", "18,4 млн USD", "36,78 млрд USD"),
        ("zh-hans", "1,840万美元", "367.8亿美元"),
    ],
)
def test_short_amounts_use_the_units_of_the_language(language, million, billion):
    assert plain(format_money_short(Decimal("18400000"), "USD", language)) == million
    assert plain(format_money_short(Decimal("36780000000"), "USD", language)) == billion


@pytest.mark.parametrize(
    ("language", "billions", "one", "few"),
    [
        ("en", ("36.78", "billion US dollars"), ("1", "US dollar"), ("3", "US dollars")),
        (
            "fr",
            ("36,78", "milliards de dollars des États-Unis"),
            ("1", "dollar des États-Unis"),
            ("3", "dollars des États-Unis"),
        ),
        (
            "es",
            ("36.780", "millones de dólares estadounidenses"),
            ("1", "dólar estadounidense"),
            ("3", "dólares estadounidenses"),
        ),
        ("ar", ("٣٦٫٧٨", "مليار دولار أمريكي"), ("١", "دولار أمريكي"), ("٣", "دولارات أمريكية")),
        ("ru", ("36,78", "миллиарда долларов США"), ("1", "доллар США"), ("3", "доллара США")),
        ("zh-hans", ("367.80", "亿美元"), ("1", "美元"), ("3", "美元")),
    ],
)
def test_the_headline_has_the_plural_that_its_figure_asks_for(language, billions, one, few):
    assert format_usd_headline(Decimal("36780000000"), language) == billions
    assert format_usd_headline(Decimal(1), language) == one
    assert format_usd_headline(Decimal(3), language) == few


@pytest.mark.parametrize(
    ("amount", "figure"),
    [
        ("999994999.99", "999.99"),
        ("995000000", "995.00"),
        ("999995000.01", "1.00"),
        ("999999.4", "999,999"),
        ("999999.6", "1.00"),
    ],
)
def test_the_headline_takes_the_next_unit_only_when_its_own_figure_reaches_it(amount, figure):
    assert format_usd_headline(Decimal(amount), "en")[0] == figure


def test_french_says_milliard_below_two():
    assert format_usd_headline(Decimal("1780000000"), "fr") == ("1,78", "milliard de dollars des États-Unis")


@pytest.mark.parametrize(
    ("language", "year", "month", "day"),
    [
        ("en", "2024", "June 2024", "13 December 2023"),
        ("fr", "2024", "juin 2024", "13 décembre 2023"),
        ("es", "2024", "junio de 2024", "13 de diciembre de 2023"),
        ("ar", "٢٠٢٤", "يونيو ٢٠٢٤", "١٣ ديسمبر ٢٠٢٣"),
        ("ru", "2024", "июнь 2024 г.", "13 декабря 2023 г."),
        ("zh-hans", "2024年", "2024年6月", "2023年12月13日"),
    ],
)
def test_a_partial_day_shows_only_what_is_known(language, year, month, day):
    assert plain(format_date("2024", language)) == year
    assert plain(format_date("2024-06", language)) == month
    assert plain(format_date("2023-12-13", language)) == plain(format_date(date(2023, 12, 13), language)) == day


@pytest.mark.parametrize("nonsense", ["2024-13", "soon", "2024-6", "24", ""])
def test_what_is_no_day_is_refused(nonsense):
    with pytest.raises(ValueError):
        format_date(nonsense, "en")


def test_an_instant_is_no_day_until_somebody_chooses_a_zone():
    with pytest.raises(ValueError):
        format_date(NOW, "en")


def test_an_instant_is_shown_on_the_clock_of_a_zone_and_the_clock_is_named():
    assert plain(format_datetime(NOW, "en", "Europe/Zurich")) == "12 December 2023, 14:00 CET"
    assert plain(format_datetime(NOW + timedelta(days=180), "en", "Europe/Zurich")) == "9 June 2024, 15:00 CEST"
    assert plain(format_datetime(NOW, "en", "Asia/Kathmandu")) == "12 December 2023, 18:45 UTC+05:45"
    assert plain(format_datetime(NOW, "en")) == "12 December 2023, 13:00 UTC"
    assert plain(format_datetime(NOW, "zh-hans")) == "2023年12月12日 13:00 UTC"


def test_weekdays_stand_with_their_day():
    assert format_weekday(date(2023, 12, 12), "en") == "Tuesday, 12 December 2023"


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (10, "now", "сейчас"),
        (-300, "5 minutes ago", "5 минут назад"),
        (23 * 86400, "in 23 days", "через 23 дня"),
        (-50 * 86400, "50 days ago", "50 дней назад"),
        (100 * 86400, "in 3 months", "через 3 месяца"),
        (-900 * 86400, "2 years ago", "2 года назад"),
    ],
)
def test_distances_in_time_stay_in_days_for_two_months(seconds, english, russian):
    assert format_relative(NOW + timedelta(seconds=seconds), NOW, "en") == english
    assert format_relative(NOW + timedelta(seconds=seconds), NOW, "ru") == russian


def test_lists_are_joined_as_a_sentence_joins_them():
    joined = {language: format_list(["a", "b", "c"], language) for language in languages.CODES}
    assert joined == {
        "en": "a, b and c",
        "fr": "a, b et c",
        "es": "a, b y c",
        "ar": "a وb وc",
        "ru": "a, b и c",
        "zh-hans": "a、b和c",
    }
    assert format_list(["a", "b"], "en", "or") == "a or b"
    enumerated = {language: format_list(["a", "b", "c"], language, "unit") for language in languages.CODES}
    assert enumerated == dict.fromkeys(languages.CODES, "a, b, c") | {"ar": "a، b، c", "zh-hans": "a、b、c"}


# Languages


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("zh-hans", "zh-hans"),
        ("zh_Hans", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("zh-Hant-TW", None),
        ("zh-TW", None),
        ("es-419", "es"),
        ("AR", "ar"),
        ("pt", None),
        ("", None),
    ],
)
def test_every_notation_of_a_language_is_known(written, known):
    assert languages.normalise(written) == known


@pytest.mark.parametrize(("code", "rtl"), [("ar", True), ("fa", True), ("he", True), ("uz-Arab", True), ("az", False)])
def test_the_script_decides_which_way_a_text_runs(code, rtl):
    assert languages.is_rtl(code) is rtl


def test_a_languages_name_brings_no_name_of_a_place():
    assert languages.name("zh-TW", "en") == "Chinese (Traditional)"
    assert languages.name("pt-BR", "fr") == "portugais"
    assert [languages.native_name(code) for code in languages.CODES] == [
        "English",
        "Français",
        "Español",
        "العربية",
        "Русский",
        "简体中文",
    ]


@pytest.mark.parametrize("language", languages.CODES)
def test_whole_numbers_are_grouped_as_babel_groups_them(language):
    for n in (0, 7, 99, 999, 1000, 1234, 9999, 10_000, 12_345, 99_999, 100_000, 999_999, 1_000_000, 36_780_000_000):
        assert format_number(n, language) == format_number(Decimal(n), language)
