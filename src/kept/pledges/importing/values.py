"""What stands in a cell, in the normal form of a pledge: places as codes, goals as numbers, amounts as decimals.

Each function takes a tidy cell and raises CellError with a sentence for people. Answers are remembered by text:
the same hundred countries and currencies come back in every row.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import languages, places
from kept.base.money import CURRENCIES, AmountError, parse_amount
from kept.pledges.importing.cells import Cell, CellError, plain_number, text_of, western_digits
from kept.pledges.importing.words import meaning, meanings
from kept.pledges.rules import MOST_PEOPLE

LONGEST = 300  # characters in which an amount, a place, a goal can be named; longer text is no such thing


# --- places ------------------------------------------------------------------------------------------


def country(text: str) -> str:
    """The alpha-3 code of a country, by any of its names."""
    found = _country(text)
    if found:
        return found
    raise _unknown_place(text).about(text)


def country_or_none(text: str) -> str | None:
    """The code of the country that a text names and nothing else."""
    return _country(text) or None


def targets(items: list[str]) -> tuple[str, ...]:
    """Codes of countries, regions and groups. A list with commas or "and" is taken apart where that makes sense."""
    codes: dict[str, None] = {}
    for item in items:
        for code in _targets(item) if item else ():
            codes[code] = None
    return tuple(codes)


def _targets(text: str) -> tuple[str, ...]:
    found = _found_targets(text)
    if not found:
        raise _unknown_place(text).about(text)
    return found


@lru_cache(maxsize=16384)
def _country(text: str) -> str:
    return (places.find(text) or "") if len(text) <= LONGEST else ""


@lru_cache(maxsize=16384)
def _found_targets(text: str) -> tuple[str, ...]:
    code = places.find_target(text) if len(text) <= LONGEST else None
    if code:
        return (code,)
    return _several(text)


_AND = re.compile(r"\s*(?:[,،、/•·+&]|\s(?:and|et|y|e|и|و)\s|(?<=\w)和(?=\w))\s*")


def _several(text: str) -> tuple[str, ...]:
    """ "Kenya, Korea, Democratic People's Republic of and Uganda": the longest names that are known, one by one."""
    marks = [(m.start(), m.end()) for m in _AND.finditer(text)]
    if not marks or len(marks) > 300:
        return ()
    starts = [0, *(end for _start, end in marks)]
    ends = [*(start for start, _end in marks), len(text)]
    codes: dict[str, None] = {}
    at = 0
    while at < len(starts):
        for upto in range(min(at + 4, len(starts)) - 1, at - 1, -1):
            part = text[starts[at] : ends[upto]].strip()
            code = places.find_target(part) if part else ""
            if code is not None:
                break
        else:
            return ()
        if code:
            codes[code] = None
        at = upto + 1
    return tuple(codes)


def _unknown_place(text: str) -> CellError:
    text = text[:LONGEST]
    if places.unlisted(text):
        return CellError("unlisted_place", _("This place is not in the United Nations' list of countries and areas."))
    names = [places.name(code, get_language() or "en") for code in places.suggest(text, 3)]
    if names:
        return CellError(
            "unknown_place",
            _("No country or region has this name. Was one of these meant: %(names)s?"),
            names=", ".join(names),
        )
    return CellError("unknown_place", _("No country or region has this name."))


def forget_places() -> None:
    """Look places up anew: the installation may have named some of them differently since."""
    _country.cache_clear()
    _found_targets.cache_clear()


# --- words that stand for a choice -------------------------------------------------------------------


def choice(table: str, text: str) -> str:
    """A value of money_nature, instrument or entity_type, by its words in several languages."""
    found = meaning(table, text)
    if found:
        return found
    allowed = ", ".join(dict.fromkeys(value.replace("_", " ") for value in meanings(table).values()))
    raise CellError("unknown_choice", _("This has to be one of: %(values)s."), values=allowed).about(text)


def language(text: str) -> str:
    """A language's code by its name or code."""
    found = meaning("languages", text)
    if found:
        return found
    if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}", text):
        return languages.normalise(text) or languages.bcp47(text)
    raise CellError("unknown_language", _("Write the language's code, for example fr.")).about(text)


_GOAL_WORDS = re.compile(
    r"(?<!\w)(?:sdgs?|ods|odd|цур|goals?|targets?|objectifs?|objetivos?|metas?|цель|цели|no|nr)(?![^\W\d])\.?|目标|الهدف|الغاية|[#№]",
    re.I,
)
_GOAL = re.compile(r"(\d{1,2})(?:\.(\d{1,2}|[a-d]))?(?![\d%])", re.I)
_BETWEEN_GOALS = re.compile(r"[\s,;/&+،、]+|\b(?:and|et|y|e|и|و)\b", re.I)


def goals(items: list[str]) -> tuple[str, ...]:
    """Sustainable Development Goals and their targets: "SDG 4: Quality education" → "4", "9.c, 17" → "9.c", "17"."""
    found: dict[str, None] = {}
    for item in items:
        for goal in _goals(item) if item else ():
            found[goal] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def _goals_in(text: str) -> tuple[str, ...]:
    """Numbers and nothing else, or the number with which the text begins; none where it cannot be one."""
    bare = _GOAL_WORDS.sub(" ", western_digits(text)).strip(" .:,-–")
    numbers = list(_GOAL.finditer(bare))
    if not numbers or numbers[0].start() > 0:
        return ()
    if _BETWEEN_GOALS.sub("", _GOAL.sub("", bare)):
        numbers = numbers[:1]  # a name follows: "4: Quality education for 12 years"
    if any(not 1 <= int(n[1]) <= 17 for n in numbers):
        return ()
    return tuple(f"{int(n[1])}.{n[2].lower()}" if n[2] else str(int(n[1])) for n in numbers)


def _goals(text: str) -> tuple[str, ...]:
    found = _goals_in(text) if len(text) <= LONGEST else ()
    if not found:
        raise CellError("unknown_goal", _("Write the number of a goal or target, for example 4 or 9.1."))
    return found


def web_address(text: str) -> str:
    """A web address; `https://` is added where somebody left it out."""
    written = text[:1000] if "://" in text else f"https://{text[:1000]}"
    try:
        parts = urlsplit(written)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and len(written) <= 500
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"]", written):
        raise CellError("not_an_address", _("This is not a web address. Write it with https://"))
    return written


def people(number: int | None) -> int | None:
    """A number of people that can exist."""
    if number is not None and not 0 <= number <= MOST_PEOPLE:
        raise CellError("people", _("There are not that many people on Earth."))
    return number


# --- money -------------------------------------------------------------------------------------------


class Amount(NamedTuple):
    """`amount` is a plain decimal ("" for zero), `currency` ISO 4217 or "".

    `text` is what was written, where it was written in words; `note` (lazy) tells what was computed or left out.
    """

    amount: str
    currency: str = ""
    note: Any = ""
    text: str = ""


_PLAIN = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)
_TOO_LARGE = 10**15
_FOUR_PLACES = Decimal("0.0001")


def amount(cell: Cell, *, decimal: str = "auto", unit: str = "") -> Amount:
    """An amount as it stands in a cell; `unit` is what its column's name, or another column, says: "USD million"."""
    number = isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
    if number and abs(cell) >= _TOO_LARGE:
        raise CellError("too_large", _("The amount is too large."))
    if not number and (not isinstance(cell, str) or len(cell) > LONGEST):
        raise CellError("not_an_amount", _("This is no amount. Write it in digits, for example 1200000.50."))
    found = _amount(_rounded(cell) if number else cell, "." if number else decimal, unit)
    if isinstance(found, CellError):
        raise found.again()
    return found


def _rounded(cell: Cell) -> str:
    """A spreadsheet's number with at most four digits behind the point: the rest is noise of its calculation."""
    text = plain_number(cell)
    return plain_number(Decimal(text).quantize(_FOUR_PLACES, ROUND_HALF_EVEN)) if "." in text else text


@lru_cache(maxsize=65536)
def _amount(text: str, decimal: str, unit: str) -> Amount | CellError:
    code = currency(unit) if unit else ""
    scaled = bool(unit) and not code
    if not scaled and _PLAIN.fullmatch(text):
        return Amount(plain_number(Decimal(text)) if text.strip("0.") else "", code)
    written = f"{text} {unit}" if scaled else text
    try:
        parsed = parse_amount(written, decimal=decimal, currency=code or None)  # type: ignore[arg-type]
    except AmountError as error:
        return CellError(error.code, error.message)
    amount = plain_number(parsed.amount) if parsed.amount else ""
    return Amount(amount, parsed.currency or code, parsed.note, written if _in_words(written, code) else "")


def _in_words(text: str, code: str) -> bool:
    """Whether an amount is written with more than digits and a currency: "USD 3 bn", "2 billion a year"."""
    letters = "".join(c for c in text if c.isalpha())
    return letters not in ("", code, "e", "E") and letters not in CURRENCIES


@lru_cache(maxsize=4096)
def currency(text: str) -> str:
    """The currency that a text names and nothing else ("EUR", "euro", "€"); "" where it says more or something else."""
    if text.upper() in CURRENCIES:
        return text.upper()
    try:
        parsed = parse_amount(f"1 {text}", decimal=".")
    except AmountError:
        return ""
    return parsed.currency or "" if parsed.amount == 1 else ""


def number(cell: Cell, decimal: str = "auto") -> str:
    """A value of an indicator as a plain decimal; a percent sign is left out, its unit says so."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return plain_number(cell)
    text = western_digits(text_of(cell)[:LONGEST]).rstrip(" %٪")
    try:
        return plain_number(parse_amount(text, decimal=decimal).amount)  # type: ignore[arg-type]
    except AmountError as error:
        raise CellError(error.code, error.message) from None
