"""Reference rates: the day's, the day before's, a year's average; never a guess."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from kept.base import rates
from kept.base.rates import NOT_CONVERTED, Rate, convert, lookup, year_average

D = Decimal


@pytest.fixture(autouse=True)
def _the_packaged_table():
    rates.reload()
    yield
    rates.reload()


def zipped(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return held.getvalue()


def test_a_us_dollar_is_a_us_dollar_on_every_day():
    done = convert(D("5.005"), "USD", date(1950, 1, 1))
    assert (done.amount_usd, done.rate, done.kind) == (D("5.00"), D(1), "usd")


@pytest.mark.parametrize(
    ("currency", "day", "usd_per_unit"),
    [
        # The ECB gave 1.0743 USD and 0.85653 GBP, 1.0496 CHF per euro on 9 June 2022.
        ("EUR", date(2022, 6, 9), D("1.0743")),
        ("GBP", date(2022, 6, 9), D("1.0743") / D("0.85653")),
        # And 1.1789 USD, 133.73 JPY on the first day of the euro.
        ("JPY", date(1999, 1, 4), D("1.1789") / D("133.73")),
    ],
)
def test_a_rate_in_dollars_is_the_cross_of_two_rates_of_the_euro(currency, day, usd_per_unit):
    found = lookup(currency, day)
    assert found.usd_per_unit == usd_per_unit.quantize(D("1e-12"), ROUND_HALF_EVEN)
    assert (found.day, found.kind) == (day, "ecb")


def test_the_amount_is_the_stated_rate_times_the_amount_rounded_once_to_cents():
    done = convert(D("1234567.89"), "GBP", date(2022, 6, 9))
    assert done.amount_usd == (D("1234567.89") * done.rate).quantize(D("0.01"), ROUND_HALF_EVEN)


def test_on_a_day_without_rates_the_previous_one_counts():
    assert lookup("EUR", date(2023, 12, 31)).day == date(2023, 12, 29)  # a Sunday
    assert lookup("EUR", date(2022, 4, 18)).day == date(2022, 4, 14)  # Easter Monday


def test_after_ten_days_without_rates_there_is_none():
    last = rates.last_day()
    assert lookup("EUR", last + timedelta(days=10)).day == last
    assert lookup("EUR", last + timedelta(days=11)) is None
    assert convert(D(5), "EUR", last + timedelta(days=11)) == NOT_CONVERTED
    assert lookup("RUB", date(2022, 3, 11)).day == date(2022, 3, 1)  # the last rouble rate of the ECB
    assert lookup("RUB", date(2022, 3, 12)) is None


def test_before_the_euro_there_is_none():
    assert convert(D(5), "GBP", date(1998, 12, 31)) == NOT_CONVERTED


@pytest.mark.parametrize("currency", ["XOF", "BDT", "KES", "SAR", "BYR", "ABC"])
def test_a_currency_that_nobody_quotes_is_not_converted(currency):
    assert convert(D(1000000), currency, date(2022, 6, 9)) == NOT_CONVERTED


def test_a_currency_that_the_euro_replaced_counts_by_its_fixed_factor():
    euro = lookup("EUR", date(2001, 5, 4))
    mark = lookup("DEM", date(2001, 5, 5))
    assert (mark.kind, mark.day) == ("euro_fixed", date(2001, 5, 4))
    assert mark.usd_per_unit == (euro.usd_per_unit / D("1.95583")).quantize(D("1e-12"))


@pytest.mark.parametrize(
    ("currency", "last_own", "first_fixed"),
    [
        ("SIT", date(2006, 12, 29), date(2007, 1, 1)),
        ("SKK", date(2008, 12, 31), date(2009, 1, 1)),
        ("HRK", date(2022, 12, 30), date(2023, 1, 1)),
        ("BGN", date(2025, 12, 31), date(2026, 1, 1)),
    ],
)
def test_before_its_country_joined_a_currency_has_its_own_rates(currency, last_own, first_fixed):
    assert lookup(currency, last_own).kind == "ecb"
    assert lookup(currency, first_fixed).kind == "euro_fixed"


def test_every_currency_of_the_euro_has_a_factor_and_greece_only_from_2001():
    assert len(rates.EURO_FIXED) == 21
    assert lookup("GRD", date(2000, 6, 1)) is None
    assert lookup("GRD", date(2001, 6, 1)).kind == "euro_fixed"


def test_when_only_the_year_is_known_its_average_counts_and_says_so():
    done = convert(D(155000000), "EUR", year=2022)
    assert (done.kind, done.rate_day) == ("year_average", None)
    assert done.rate.quantize(D("0.0001")) == D("1.0530")  # the ECB's own average of 2022
    assert convert(D(1), "DEM", year=2001).rate == (year_average("EUR", 2001).usd_per_unit / D("1.95583")).quantize(
        D("1e-12")
    )


@pytest.mark.parametrize(
    ("currency", "year"), [("RUB", 2022), ("ISK", 2008), ("CNY", 2005), ("EUR", 1998), ("EUR", 2999)]
)
def test_a_year_that_is_not_whole_has_no_average(currency, year):
    assert convert(D(1), currency, year=year) == NOT_CONVERTED


def test_an_entered_rate_counts_where_the_ecb_has_none_and_under_the_same_rule():
    entered = Rate("XOF", date(2022, 6, 1), D("0.00164"), "BCEAO")
    table = {("XOF", date(2022, 6, 1)): entered, ("GBP", date(2022, 6, 9)): Rate("GBP", date(2022, 6, 9), D(9), "x")}
    done = convert(D(1000000), "XOF", date(2022, 6, 9), extra=table)
    assert (done.amount_usd, done.kind, done.source, done.rate_day) == (
        D("1640.00"),
        "entered",
        "BCEAO",
        date(2022, 6, 1),
    )
    assert lookup("XOF", date(2022, 6, 12), table) is None
    assert lookup("XOF", date(2022, 5, 31), table) is None
    assert lookup("GBP", date(2022, 6, 9), table).kind == "ecb"


def test_a_hook_that_answers_with_a_rate_of_long_ago_is_not_believed():
    old = Rate("XOF", date(2020, 1, 1), D("0.0016"), "BCEAO")
    assert lookup("XOF", date(2022, 6, 9), lambda currency, day: old) is None
    assert lookup("XOF", date(2020, 1, 3), lambda currency, day: old) == old


def test_a_files_own_figure_is_marked_as_the_files():
    done = rates.given_by_file(D("123.456"), "FTS 2001")
    assert (done.amount_usd, done.rate, done.kind, done.source) == (D("123.46"), None, "file", "FTS 2001")


def test_without_a_day_and_a_year_nothing_can_be_said():
    with pytest.raises(ValueError):
        convert(D(1), "EUR")


@given(
    st.decimals(0, 10**14, places=2),
    st.sampled_from(["EUR", "GBP", "JPY", "DEM", "IDR", "CHF"]),
    st.dates(date(1999, 1, 4), date(2026, 10, 30)),
)
def test_what_is_converted_can_be_recomputed_from_what_is_stated(amount, currency, day):
    done = convert(amount, currency, day)
    if done.rate is None:
        assert done == NOT_CONVERTED
        return
    assert done.rate == lookup(currency, done.rate_day).usd_per_unit
    assert done.rate == round(done.rate, 12)
    assert abs(done.amount_usd - amount * done.rate) <= D("0.005")
    assert day - done.rate_day <= timedelta(days=10)


# The command that brings the rates up to date


def newer(more: str = "2026-11-20,1.1500,170.00,\n") -> str:
    return f"Date,USD,JPY,\n{more}2026-10-30,1.1172,175.68,\n"


def test_newer_rates_are_taken_and_used(tmp_path, settings, capsys):
    file = tmp_path / "new.zip"
    file.write_bytes(zipped(newer()))
    assert lookup("EUR", date(2026, 11, 20)) is None
    call_command("update_rates", file=file)
    assert lookup("EUR", date(2026, 11, 20)).usd_per_unit == D("1.15")
    assert "until 2026-11-20" in capsys.readouterr().out
    call_command("update_rates", file=file)
    assert "Nothing new" in capsys.readouterr().out


def test_rates_that_contradict_those_that_were_used_are_shown_and_not_taken(tmp_path):
    file = tmp_path / "new.zip"
    file.write_bytes(zipped(newer().replace("175.68", "199.99")))
    with pytest.raises(CommandError, match="1 earlier rates differ"):
        call_command("update_rates", file=file)
    assert lookup("EUR", date(2026, 11, 20)) is None
    call_command("update_rates", file=file, force=True)
    assert lookup("EUR", date(2026, 11, 20)) is not None


@pytest.mark.parametrize("content", [b"", b"no zip", zipped("a,b\n1,2\n"), zipped("Date,USD\n")])
def test_a_file_that_is_not_the_ecbs_is_refused(tmp_path, content):
    file = tmp_path / "wrong.zip"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="not the ECB's"):
        call_command("update_rates", file=file)


def test_a_damaged_update_does_not_stop_the_packaged_rates(settings):
    rates.updated_file().parent.mkdir(parents=True)
    rates.updated_file().write_bytes(b"half a file")
    assert lookup("EUR", date(2022, 6, 9)).usd_per_unit == D("1.0743")
