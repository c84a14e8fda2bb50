"""Numbers, money, dates and lists as a reader of each language writes them.

Everything is built on Babel (CLDR). Amounts are Decimal; nothing here computes with floats, and nothing
rounds what is stored: a rounded figure is made for the eye only. `language` is any code that
`kept.base.languages` knows.

Digits in Arabic: CLDR gives `ar` the western digits, the region's readers expect either. The installation
decides (`set_digits`); whichever is shown, both are accepted when typed (`kept.base.money.parse_amount`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, dates, lists, numbers

from kept.base.languages import babel_locale
from kept.base.languages import language as language_of

NBSP = "\u00a0"
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_digits: Callable[[], str] = lambda: "auto"  # noqa: E731


def set_digits(choice: Callable[[], str]) -> None:
    """Say how the installation's choice of digits is found out.

    `choice()` is asked at every call and returns "arab" or "auto" (Arabic pages show ٠١٢٣) or "latn"
    (they show 0123). The other five languages always use 0123.
    """
    global _digits
    _digits = choice


def numbering(language: str) -> str:
    """CLDR's name of the digits that a page in `language` shows: "arab" or "latn"."""
    return "arab" if language_of(language).code == "ar" and _digits() != "latn" else "latn"


def digits(text: str, language: str) -> str:
    """`text` with its digits as `language` shows them. For dates and identifiers; letters stay."""
    return text.translate(_ARABIC_DIGITS) if numbering(language) == "arab" else text


class _Unit(NamedTuple):
    """A unit of short amounts: used from `start` on, with so many decimals below and from 100 of it."""

    size: int
    name: str
    start: int
    below_100: int
    from_100: int
    trim: bool = False


def _short_units(million: str, billion: str, trillion: str = "") -> tuple[_Unit, ...]:
    units = (_Unit(10**9, billion, 10**9, 2, 1), _Unit(10**6, million, 10**6, 1, 0))
    return (_Unit(10**12, trillion, 10**12, 2, 1), *units) if trillion else units


# The short forms are those of CLDR, except "bn" and "tn" (as in texts of the United Nations) for B and T.
_SHORT_UNITS: dict[str, tuple[_Unit, ...]] = {
    "en": _short_units("M", "bn", "tn"),
    "fr": _short_units("M", "Md"),  # not CLDR's "Bn" (10**12), which others read as 10**9
    "es": (_Unit(10**6, "M", 10**6, 1, 0),),
    "ar": _short_units("مليون", "مليار", "تريليون"),
    "ru": _short_units("млн", "млрд", "трлн"),
    "zh-hans": (
        _Unit(10**12, "万亿", 10**12, 2, 1, trim=True),
        _Unit(10**8, "亿", 10**8, 2, 1, trim=True),
        _Unit(10**4, "万", 10**6, 1, 1, trim=True),
    ),
}


def _words(one: str, other: str, **more: str) -> dict[str, str]:
    """The words behind a figure, by the CLDR plural category of the figure as it is shown."""
    return {"one": one, "other": other, **more}


# (from this amount on, unit, decimals, words)
_HEADLINE_UNITS: dict[str, tuple[tuple[int, int, int, dict[str, str]], ...]] = {
    "en": (
        (10**9, 10**9, 2, _words("billion US dollars", "billion US dollars")),
        (10**6, 10**6, 2, _words("million US dollars", "million US dollars")),
    ),
    "fr": (
        (
            10**9,
            10**9,
            2,
            _words("milliard de dollars des États-Unis", "milliards de dollars des États-Unis"),
        ),
        (10**6, 10**6, 2, _words("million de dollars des États-Unis", "millions de dollars des États-Unis")),
    ),
    "es": (
        (10**9, 10**6, 0, _words("millón de dólares estadounidenses", "millones de dólares estadounidenses")),
        (10**6, 10**6, 2, _words("millón de dólares estadounidenses", "millones de dólares estadounidenses")),
    ),
    "ar": (
        (10**9, 10**9, 2, _words("مليار دولار أمريكي", "مليار دولار أمريكي", few="مليارات دولار أمريكي")),
        (10**6, 10**6, 2, _words("مليون دولار أمريكي", "مليون دولار أمريكي", few="ملايين دولار أمريكي")),
    ),
    # Two decimals are always shown, and a Russian fraction always takes the genitive singular.
    "ru": (
        (10**9, 10**9, 2, {"other": "миллиарда долларов США"}),
        (10**6, 10**6, 2, {"other": "миллиона долларов США"}),
    ),
    "zh-hans": ((10**8, 10**8, 2, {"other": "亿美元"}), (10**6, 10**4, 0, {"other": "万美元"})),
}
_DOLLARS: dict[str, dict[str, str]] = {
    "en": {"one": "US dollar", "other": "US dollars"},
    "fr": {"one": "dollar des États-Unis", "other": "dollars des États-Unis"},
    "es": {"one": "dólar estadounidense", "other": "dólares estadounidenses"},
    "ar": {"few": "دولارات أمريكية", "many": "دولارًا أمريكيًا", "other": "دولار أمريكي"},
    "ru": {"one": "доллар США", "few": "доллара США", "other": "долларов США"},
    "zh-hans": {"other": "美元"},
}


# Numbers


def format_number(n: int | Decimal, language: str) -> str:
    """A whole number with its groups: 1,234,567 · 1 234 567 · ١٬٢٣٤٬٥٦٧. Decimals are rounded away."""
    if isinstance(n, int) and n >= 0:  # a page of filters has hundreds of them
        system = numbering(language)
        sign, least = _grouping(babel_locale(language), system)
        text = f"{n:,}".replace(",", sign) if n >= least else str(n)
        return text.translate(_ARABIC_DIGITS) if system == "arab" else text
    return _figure(Decimal(n), 0, 0, language)


@lru_cache(maxsize=64)
def _grouping(locale: str, system: str) -> tuple[str, int]:
    """What stands between groups of three digits, and from which number on (Spanish: 1234, 12.345), as Babel has it."""
    shown = {n: numbers.format_decimal(n, "#,##0", locale, numbering_system=system) for n in (1000, 10_000)}
    return shown[10_000][2:-3], 1000 if len(shown[1000]) > 4 else 10_000


def format_decimal(d: Decimal | int, language: str, digits: int | None = None) -> str:
    """A decimal number; `digits` fixes the digits after the point (half-even), None shows them all."""
    value = Decimal(d)
    if digits is None:
        shown = max(0, -int(value.normalize().as_tuple().exponent)) if value.is_finite() else 0
        return _figure(value, 0, shown, language)
    return _figure(value, digits, digits, language)


def format_percent(share: Decimal | int, language: str, digits: int = 0) -> str:
    """A share of one as a percentage: Decimal("0.31") → 31% · 31 % · ٣١٪."""
    locale, system = babel_locale(language), numbering(language)
    pattern = Locale.parse(locale).percent_formats[None].pattern
    pattern = re.sub(r"[#,0]+(\.[#0]+)?", "#,##0" + ("." + "0" * digits if digits else ""), pattern)
    text = numbers.format_percent(Decimal(share), pattern, locale, numbering_system=system)
    return text.translate(_ARABIC_DIGITS).replace("%", "٪") if system == "arab" else text


def _figure(value: Decimal, least: int, most: int, language: str) -> str:
    return _figure_text(value, least, most, babel_locale(language), numbering(language))


@lru_cache(maxsize=8192)
def _figure_text(value: Decimal, least: int, most: int, locale: str, system: str) -> str:
    """Babel takes the separators of a numbering system, not its digits: those follow here."""
    pattern = "#,##0" + ("." + "0" * least + "#" * (most - least) if most else "")
    text = numbers.format_decimal(value, pattern, locale, numbering_system=system)
    return text.translate(_ARABIC_DIGITS) if system == "arab" else text


# Money


def format_money(amount: Decimal, currency: str, language: str) -> str:
    """The whole amount and its currency: 12,000,000 USD · 12 000 000,50 EUR · 12,000,000美元.

    Cents are shown where there are any, then all of them. The currency stands as its ISO code, which is
    the same for all readers and never one of twenty "$"; Arabic and Chinese readers get its name.
    """
    amount = Decimal(amount)
    places = _minor_units(currency)
    shown = 0 if amount == amount.to_integral_value() else max(places, _scale(amount))
    figure = _figure(amount, shown, shown, language)
    return _with_currency(figure, amount, currency, language)


def format_money_short(amount: Decimal, currency: str, language: str) -> str:
    """The amount as lists show it: 850,000 USD · 18.4 M USD · 214 M USD · 36.78 bn USD.

    Below a million the whole amount, rounded to units. Above, three digits or more are kept (two decimals
    of a billion, one of a million below 100). What rounding lifts to the next unit is written in that
    unit: 999.96 million is 1.00 bn, never "1,000 M" or "1000.0 M".
    """
    amount = Decimal(amount)
    code = language_of(language).code
    shown, chosen = amount.quantize(Decimal(1), ROUND_HALF_EVEN), None
    for unit in reversed(_SHORT_UNITS[code]):
        if abs(shown) * (chosen.size if chosen else 1) >= unit.start:
            shown, chosen = _rounded(amount / unit.size, unit), unit
    figure = _figure(shown, _scale(shown), _scale(shown), language)
    if chosen:
        figure += ("" if code == "zh-hans" else NBSP) + chosen.name
    return _with_currency(figure, shown if chosen is None else amount, currency, language)


def format_usd_headline(amount: Decimal, language: str) -> tuple[str, str]:
    """The figure that is set large, and the words behind it: ("36.78", "billion US dollars").

    Two decimals of a billion or a million; below a million the whole amount. Spanish counts thousands of
    millions ("36.780", "millones de dólares…"), Chinese hundreds of millions. The words have the
    plural form that the figure asks for; "promised" and the like are the caller's sentence.
    """
    amount = Decimal(amount)
    code = language_of(language).code
    shown, size, places, words = amount.quantize(Decimal(1), ROUND_HALF_EVEN), 1, 0, _DOLLARS[code]
    for start, unit, decimals, name in reversed(_HEADLINE_UNITS[code]):
        if abs(shown) * size >= start:
            shown = (amount / unit).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
            size, places, words = unit, decimals, name
    return _figure(shown, places, places, language), _plural(words, shown, language)


def currency_name(currency: str, language: str) -> str:
    """The currency's name for a reader (CLDR), as in a list to choose from; the code where CLDR has none."""
    return numbers.get_currency_name(currency, locale=babel_locale(language)) or currency


def _with_currency(figure: str, amount: Decimal, currency: str, language: str) -> str:
    code = language_of(language).code
    if code not in ("ar", "zh-hans"):
        return f"{figure}{NBSP}{currency}"
    name = numbers.get_currency_name(currency, locale=babel_locale(language)) or currency
    joint = NBSP if code == "ar" or name == currency else ""
    return f"{figure}{joint}{name}"


def _rounded(value: Decimal, unit: _Unit) -> Decimal:
    places = unit.below_100 if abs(value) < 100 else unit.from_100
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    if abs(rounded) >= 100:  # 99.96 has become 100.0
        rounded = value.quantize(Decimal(1).scaleb(-unit.from_100), ROUND_HALF_EVEN)
    whole = rounded.to_integral_value()
    return whole if unit.trim and rounded == whole else rounded


@lru_cache(maxsize=512)
def _minor_units(currency: str) -> int:
    return numbers.get_currency_precision(currency)


def _scale(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _plural(forms: dict[str, str], value: Decimal, language: str) -> str:
    return forms.get(Locale.parse(babel_locale(language)).plural_form(value), forms["other"])


# Dates and times


def format_date(day: date | str, language: str, *, short: bool = False) -> str:
    """A day, a month or a year: 13 December 2023 · juin 2024 · 2024年.

    `day` is a date or an ISO 8601 string, which may be partial ("2024", "2024-06"): what is not known is
    not shown. `short` writes the month short (13 Dec 2023). Raises ValueError for anything else.
    """
    if isinstance(day, datetime):
        raise ValueError("a day, not an instant: choose the time zone first (format_datetime)")
    return digits(_day_text(day, babel_locale(language), short), language)


@lru_cache(maxsize=4096)  # lists show the same days again and again
def _day_text(day: date | str, locale: str, short: bool) -> str:
    if isinstance(day, str):
        if re.fullmatch(r"\d{4}", day):
            return dates.format_skeleton("y", date(int(day), 1, 1), locale=locale)
        if re.fullmatch(r"\d{4}-\d{2}", day):
            first = date.fromisoformat(day + "-01")
            return dates.format_skeleton("yMMM" if short else "yMMMM", first, locale=locale)
        day = date.fromisoformat(day)
    return dates.format_date(day, "medium" if short else "long", locale)


def format_weekday(day: date, language: str) -> str:
    """The day with its weekday: Tuesday, 12 December 2023 (CLDR's full form)."""
    return digits(dates.format_date(day, "full", babel_locale(language)), language)


def format_time(at: datetime, language: str, tz: str | ZoneInfo = "UTC") -> str:
    """The clock at that instant in that zone, on 24 hours: 14:00."""
    return digits(dates.format_time(at.astimezone(_zone(tz)), "HH:mm", locale=babel_locale(language)), language)


def format_datetime(at: datetime, language: str, tz: str | ZoneInfo = "UTC") -> str:
    """An instant on the clock of a zone, the clock named: 12 December 2023, 14:00 CET.

    `at` is aware, `tz` an IANA name. The label is the zone's own of that day (CET, CEST, UTC); zones
    without letters get their distance (UTC+05:45).
    """
    local = at.astimezone(_zone(tz))
    joined = dates.get_datetime_format("medium", locale=babel_locale(language))
    parts = {"{0}": format_time(at, language, tz), "{1}": format_date(local.date(), language)}
    text = re.sub(r"\{[01]\}", lambda m: parts[m[0]], str(joined).replace("'", ""))
    return f"{text}{NBSP}{_zone_label(local)}"


def format_relative(at: datetime, now: datetime, language: str) -> str:
    """How long ago or from now: 5 minutes ago, in 23 days, il y a 3 mois. Days up to 60, months up to 24."""
    delta = at - now
    seconds = abs(delta.total_seconds())
    unit = next(unit for below, unit in _RELATIVE_UNITS if seconds < below)
    if unit == "second":
        return _NOW[language_of(language).code]
    text = dates.format_timedelta(
        delta, granularity=unit, threshold=1e12, add_direction=True, locale=babel_locale(language)
    )
    return digits(text, language)


_DAY = 24 * 3600
_Span = Literal["second", "minute", "hour", "day", "month", "year"]
_RELATIVE_UNITS: tuple[tuple[float, _Span], ...] = (
    (45, "second"),
    (3600, "minute"),
    (_DAY, "hour"),
    (60 * _DAY, "day"),
    (730 * _DAY, "month"),
    (float("inf"), "year"),
)
# CLDR: date field "second", relative 0. Babel does not give it out.
_NOW = {"en": "now", "fr": "maintenant", "es": "ahora", "ar": "الآن", "ru": "сейчас", "zh-hans": "现在"}


def _zone(tz: str | ZoneInfo) -> ZoneInfo:
    return ZoneInfo(tz) if isinstance(tz, str) else tz


def _zone_label(local: datetime) -> str:
    label = local.tzname() or ""
    if label.isalpha():
        return label
    offset = local.utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours:02}:{minutes:02}"


# Lists


# Between the parts of an enumeration that goes on. CLDR's list style "unit" is incomplete in Spanish and says "and" in French.
_ENUMERATION = {"ar": "، ", "zh-hans": "、"}


def format_list(items: Iterable[str], language: str, style: Literal["standard", "or", "unit"] = "standard") -> str:
    """Items joined as a sentence joins them: a, b and c · a、b和c. `style="or"` for alternatives, `"unit"` for an
    enumeration without a last "and": a, b, c."""
    words = [str(item) for item in items]
    if style == "unit":
        return _ENUMERATION.get(language, ", ").join(words)
    return lists.format_list(words, style=style, locale=babel_locale(language))
