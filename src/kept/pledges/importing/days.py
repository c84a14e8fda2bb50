"""Dates as people write them, as partial ISO 8601: "2023", "2023-12", "2023-12-31".

Nothing is guessed: 03/04/2023 is refused until somebody says whether days or months come first. A spreadsheet's
day number (45291) is a date; a year alone is a year. Days end in UTC: an instant with an offset is converted.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from django.utils.translation import gettext_lazy as _

from kept.pledges.importing.cells import Cell, CellError, text_of, western_digits

ORDERS = ("auto", "day first", "month first")
Bound = Literal["", "start", "end"]  # which side of "2022-2025" or "Q4 2023" is wanted; "" for neither

FIRST_YEAR, LAST_YEAR = 1900, 2199
# Day 1 is 1 January 1900; Excel counts a 29 February 1900 that never was (ECMA-376, part 1, 18.17.4.1).
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # October 1954 to January 2119
LOCALES = ("en", "fr", "es", "pt", "ar", "ar_LB", "ar_MA", "ru", "zh_Hans", "de", "it", "id", "tr", "sw")


def read_date(cell: Cell, order: str = "auto", bound: Bound = "") -> str:
    """A tidy cell as a partial ISO date, "" for an empty one.

    `order` says how 03/04/2023 is meant. With `bound`, a period gives its first or last part: "2022-2025" as
    an end is "2025", "Q4 2023" as an end is "2023-12". Raises CellError for what is no date, or could be two.
    """
    if type(cell) is str:
        found = _read_text(cell, order, bound) if cell else ""
        if isinstance(found, CellError):
            raise found.again()
        return found
    if isinstance(cell, datetime):
        return _checked(_utc_day(cell))
    if isinstance(cell, date):
        return _checked(cell)
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return _from_number(cell)
    return read_date(text_of(cell), order, bound)


@lru_cache(maxsize=65536)
def _read_text(text: str, order: str, bound: Bound) -> str | CellError:
    """The same for text; an error is returned, so that it is remembered too."""
    try:
        if len(text) > 100:
            raise _no_date()
        return _parse(western_digits(unicodedata.normalize("NFKC", text)).strip(), order, bound)
    except CellError as error:
        return error


def _parse(text: str, order: str, bound: Bound) -> str:
    if text.isdecimal():
        return _from_digits(text)
    iso = _ISO.fullmatch(text)
    if iso:
        return _from_iso(text, iso)
    if bound:
        text = _one_side(text, bound)
        if text.isdecimal():
            return _from_digits(text)
    month_year = _MONTH_YEAR.fullmatch(text)
    if month_year:
        return _month(int(month_year[2]), int(month_year[1]))
    numbers = _NUMERIC.fullmatch(text)
    if numbers:
        return _from_numbers(numbers, order)
    return _from_words(text)


# --- numbers -----------------------------------------------------------------------------------------


def _from_number(number: int | float | Decimal) -> str:
    whole = int(number)
    if FIRST_YEAR <= whole <= LAST_YEAR and whole == number:
        return str(whole)
    if whole in _SERIALS:
        return (_SERIAL_ZERO + timedelta(days=whole)).isoformat()
    if whole == number and len(str(whole)) == 8:
        return _from_digits(str(whole))
    raise _no_date()


def _from_digits(text: str) -> str:
    if len(text) == 8:
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if len(text) == 6 and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return _month(int(text[:4]), int(text[4:]))
    if len(text) > 8:
        raise _no_date()
    return _from_number(int(text))


# --- ISO 8601 ----------------------------------------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})(?:-(\d{1,2})"
    r"(?:[T ](\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?)?",
    re.I,
)


def _from_iso(text: str, iso: re.Match[str]) -> str:
    year, month, day, _clock, zone = iso.groups()
    if day is None:
        return _month(int(year), int(month))
    whole = _day(int(year), int(month), int(day))
    if zone is None or zone.upper() in ("Z", "UTC", "GMT"):
        return whole
    try:
        return _checked(_utc_day(datetime.fromisoformat(re.sub(r"\s+(?=[+-])", "", text))))
    except ValueError:
        raise _no_date() from None


def _utc_day(instant: datetime) -> date:
    return (instant.astimezone(UTC) if instant.tzinfo else instant).date()


# --- 31/12/2023 --------------------------------------------------------------------------------------

_NUMERIC = re.compile(
    r"(\d{1,4})\s*([/.\-年])\s*(\d{1,2})(?:\s*[/.\-月]\s*(\d{1,4}))?日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?)?"
    r"|(\d{4})年(?:(\d{1,2})月)?",
    re.I,
)
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")


def _from_numbers(found: re.Match[str], order: str) -> str:
    if found[5]:
        return _month(int(found[5]), int(found[6])) if found[6] else _checked_year(int(found[5]))
    first, mark, second, third = found[1], found[2], found[3], found[4]
    if third is None:  # 2023/12
        if len(first) == 4:
            return _month(int(first), int(second))
        raise _no_date()
    if len(first) == 4:
        return _day(int(first), int(second), int(third))
    if len(first) > 2 or len(third) not in (2, 4) or (len(third) == 2 and mark == "-" and order == "auto"):
        raise _no_date()  # 23-12-31 is one date in an office and another in the next
    year = int(third) if len(third) == 4 else _century(int(third))
    return _day_of(int(first), int(second), year, "day first" if mark == "." else order)


def _day_of(first: int, second: int, year: int, order: str) -> str:
    if order == "auto" and first <= 12 and second <= 12 and first != second:
        raise CellError(
            "two_dates",
            _("This could be two dates: say whether days or months come first, or write %(iso)s."),
            iso="2023-12-31",
        )
    month_first = order == "month first" if first <= 12 and second <= 12 else second > 12
    return _day(year, first, second) if month_first else _day(year, second, first)


def _century(year: int) -> int:
    """23 is 2023, 98 is 1998: the same turn as spreadsheets and POSIX make, at 69."""
    return year + (2000 if year < 69 else 1900)


# --- words -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names of months, long and short, in the languages that offices write, from CLDR."""
    names: dict[str, int] = {"sept": 9, "set": 9}
    for code in LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in Locale.parse(code).months[context][width].items():
                    names.setdefault(_bare(name), number)
    return names


@lru_cache(maxsize=1)
def _noise() -> frozenset[str]:
    """Words that stand beside a date and change nothing: days of the week, "de", "st", "г."."""
    words = set(
        [
            "de",
            "del",
            "du",
            "le",
            "la",
            "el",
            "of",
            "the",
            "st",
            "nd",
            "rd",
            "th",
            "er",
            "º",
            "ª",
            "г",
            "года",
            "год",
            "году",
            "в",
            "an",
            "am",
            "den",
            "on",
            "dated",
        ]
    )
    for code in LOCALES:
        for width in ("wide", "abbreviated", "short"):
            for name in Locale.parse(code).days["format"].get(width, {}).values():
                words.add(_bare(name))
    return frozenset(words - set(_months()))


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).strip(" .,")


def _from_words(text: str) -> str:
    """31 December 2023 · décembre 2023 · Dec. 31st, 2023 · Sunday, 31 de diciembre de 2023 · 31 декабря 2023 г."""
    text = re.sub(r"[T ,]+\d{1,2}:\d{2}(:\d{2})?(\s*[ap]\.?m\.?)?(\s*(UTC|GMT|Z))?\s*$", "", text, flags=re.I)
    text = re.sub(r"كانون الاول|كانون الأول", "ديسمبر", re.sub(r"كانون الثاني", "يناير", text))
    text = re.sub(r"تشرين الاول|تشرين الأول", "أكتوبر", re.sub(r"تشرين الثاني", "نوفمبر", text))
    year = month = day = 0
    for word in re.findall(r"\d+|[^\W\d_]+", _bare_text(text)):
        if word.isdecimal() and len(word) == 4 and not year:
            year = int(word)
        elif word.isdecimal() and len(word) <= 2 and not day and not (month and year):
            day = int(word)
        elif word.isdecimal() and len(word) == 2 and day and month and not year:
            year = _century(int(word))
        elif word in _months() and not month:
            month = _months()[word]
        elif word not in _noise():
            raise _no_date()
    if not year or (day and not month):
        raise _no_date()
    return _day(year, month, day) if day else _month(year, month) if month else _checked_year(year)


def _bare_text(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


# --- periods -----------------------------------------------------------------------------------------

_YEARS = re.compile(r"(\d{4})\s*(?:-|–|—|/|;|to|until|till|through|à|au|a|al|bis|до|по|至|到|إلى|الى)\s*(\d{4})", re.I)
_PART = re.compile(
    r"(?:(?P<p>[QTSH]|кв)\.?\s*(?P<n>[1-4])|(?P<n2>[1-4])\s*(?P<p2>[QTSH]|кв)\.?)[\s/,\-]*(?P<y>\d{4})"
    r"|(?P<y2>\d{4})[\s/,\-]*(?P<p3>[QTSH])\.?\s*(?P<n3>[1-4])",
    re.I,
)
_UNTIL = re.compile(
    r"^(by|until|till|by the end of|end of|the end of|fin|fin de|à fin|d'ici|d'ici à|d'ici fin|jusqu'en|hasta|"
    r"a fines de|para|до|до конца|к|конец|к концу|بحلول|حتى|نهاية|截至)\s+(?=\S*\d|\S+\s+\d)",
    re.I,
)


def _one_side(text: str, bound: Bound) -> str:
    """The start or the end of a period, as a date; text that names no period comes back as it is."""
    years = _YEARS.fullmatch(text)
    if years and int(years[1]) <= int(years[2]):
        return years[1] if bound == "start" else years[2]
    part = _PART.fullmatch(text)
    if part:
        kind = (part["p"] or part["p2"] or part["p3"]).upper()
        number, year = int(part["n"] or part["n2"] or part["n3"]), part["y"] or part["y2"]
        months = 6 if kind in "SH" else 3
        if number * months <= 12:
            return f"{year}-{number * months - (months - 1 if bound == 'start' else 0):02}"
    return _UNTIL.sub("", text) if bound == "end" else text


# --- checks ------------------------------------------------------------------------------------------


def _checked(day: date) -> str:
    _checked_year(day.year)
    return day.isoformat()


def _checked_year(year: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError("year", _("The year %(year)s cannot be right."), year=year)
    return str(year)


def _month(year: int, month: int) -> str:
    _checked_year(year)
    if not 1 <= month <= 12:
        raise _no_date()
    return f"{year:04}-{month:02}"


def _day(year: int, month: int, day: int) -> str:
    _checked_year(year)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise CellError("no_such_day", _("There is no such day in the calendar.")) from None


def _no_date() -> CellError:
    return CellError(
        "not_a_date",
        _("This is no date that can be read. Write %(iso)s, %(month)s or %(year)s."),
        iso="2023-12-31",
        month="2023-12",
        year="2023",
    )
