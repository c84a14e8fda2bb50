"""What people type into a field, read in their language, and shown again so that it reads back the same.

The rules of amounts, dates and counts are those of `base.money` and of the importer; here they meet one field, one
language, and a person who can be asked. `read_…` raises Unreadable with a sentence that says what to do; `show_…`
gives text that `read_…` turns into the same value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from kept.base import formats
from kept.base.languages import language as language_of
from kept.base.money import AmountError, ParsedAmount, decimal_mark, parse_amount
from kept.pledges.importing.cells import CellError, read_whole_number, western_digits
from kept.pledges.importing.days import read_date

MOST_SIGNS = 100_000  # in one field; what no pledge may exceed stands in rules.py
# Harmful or invisible: control characters except tab and line ends, halves of characters, marks that turn the
# order of what follows. Joiners stay: Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_ORDERS: dict[str, Any] = {"fr": "day first", "es": "day first", "ru": "day first", "ar": "day first"}


class Unreadable(ValueError):
    """What was typed cannot be read. `message` says what to do, in the language of whoever reads it."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


# --- texts -------------------------------------------------------------------------------------------


def clean(raw: str, *, lines: bool = False) -> str:
    """Text as it may be stored: composed (NFC), without what nobody sees; one line unless `lines`."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")))
    if not lines:
        return " ".join(text.split())
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def read_text(raw: str, *, lines: bool = False) -> str:
    """A text. Raises Unreadable for more than any field holds."""
    if len(raw) > MOST_SIGNS:
        raise Unreadable(_("This text is too long to be kept. Attach it as a file."))
    return clean(raw, lines=lines)


# --- figures -----------------------------------------------------------------------------------------


def read_amount(raw: str, language: str, currency: str = "") -> ParsedAmount | None:
    """An amount of money, None for nothing. `currency` is what the field beside it says."""
    text = clean(raw)
    if not text:
        return None
    try:
        return parse_amount(text, decimal=decimal_mark(language), currency=currency or None)
    except AmountError as error:
        raise Unreadable(error.message) from error


def show_amount(value: str, language: str) -> str:
    """An amount in normal form, as the field shows it."""
    return _shown(value, lambda v: formats.format_decimal(Decimal(v), language), lambda t: _amount_text(t, language))


def _amount_text(text: str, language: str) -> str:
    read = read_amount(text, language)
    return decimal_text(read.amount) if read else ""


def decimal_text(value: Decimal) -> str:
    """A decimal in normal form: no exponent, no zeros that say nothing."""
    if value == value.to_integral_value():
        return f"{value.quantize(Decimal(1)):f}"
    return f"{value.normalize():f}"


def read_count(raw: str, _language: str) -> int | None:
    """A number of people, None for nothing."""
    text = clean(raw)
    if not text:
        return None
    try:
        return read_whole_number(text)[0]
    except (CellError, ArithmeticError) as error:
        raise Unreadable(getattr(error, "message", _("Write a whole number, for example 3000000."))) from error


def show_count(value: int | None, language: str) -> str:
    """A count as the field shows it."""
    if value is None:
        return ""
    return _shown(value, lambda v: formats.format_number(v, language), lambda t: read_count(t, language), str(value))


_SIGN = re.compile(r"^[\s\u200e\u200f\u061c]*[-−–]\s*(?=\S)")
_PERCENT = re.compile(r"\s*(%|٪|％|per cent|percent|pour cent|por ciento|процентов|процента|процент)\s*$", re.I)


def read_figure(raw: str, language: str) -> tuple[str, str]:
    """A figure of an indicator in normal form, and "%" where it was written as a percentage.

    "2 million", "12,5 %", "-3": below zero is possible here, a currency is not.
    """
    text = clean(raw)
    if not text:
        return "", ""
    percent = bool(_PERCENT.search(text))
    bare = _PERCENT.sub("", text)
    negative = bool(_SIGN.search(bare))
    try:
        read = parse_amount(_SIGN.sub("", bare), decimal=decimal_mark(language))
    except AmountError as error:
        raise Unreadable(_("Write a number, for example 214.")) from error
    if read.currency:
        raise Unreadable(_("Write a number without a currency. Money has a field of its own."))
    return decimal_text(-read.amount if negative else read.amount), "%" if percent else ""


def show_figure(value: str, language: str) -> str:
    """A figure in normal form, as the field shows it."""
    return _shown(value, lambda v: formats.format_decimal(Decimal(v), language), lambda t: read_figure(t, language)[0])


# --- days --------------------------------------------------------------------------------------------


def read_day(raw: str, language: str, bound: str = "") -> str:
    """A day, a month or a year as partial ISO date, "" for nothing; `bound`: which end of a period is meant."""
    text = clean(raw)
    if not text:
        return ""
    order = _ORDERS.get(language_of(language).code, "auto")
    try:
        return read_date(text, order, "end" if bound == "end" else "start" if bound == "start" else "")
    except CellError as error:
        raise Unreadable(error.message) from error


def show_day(value: str, language: str) -> str:
    """A partial ISO date as the field shows it."""
    return _shown(value, lambda v: formats.format_date(v, language), lambda t: read_day(t, language))


# --- addresses ---------------------------------------------------------------------------------------

_HOST = re.compile(r"^[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?$")


def read_web(raw: str) -> str:
    """A web address; `https://` is added where somebody left it out."""
    text = clean(raw)
    if not text:
        return ""
    if _HOST.match(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or " " in text or len(text) > 500:
        raise Unreadable(_("This is not a web address. Write it with https://"))
    return text


def read_mail(raw: str) -> str:
    """A mail address."""
    text = clean(raw)
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError as error:
        raise Unreadable(_("This is not a mail address. Write it like name@example.org")) from error
    if len(text) > 254:
        raise Unreadable(_("This is not a mail address. Write it like name@example.org"))
    return text


def read_telephone(raw: str) -> str:
    """A telephone number: kept as it is typed, with western digits."""
    text = western_digits(clean(raw))
    if len(text) > 60 or (text and not any(c.isdigit() for c in text)):
        raise Unreadable(_("This is not a telephone number."))
    return text


def _shown(value: Any, write: Callable[[Any], str], read: Callable[[str], Any], plain: str | None = None) -> str:
    """The value as the reader writes it, where that reads back as the same; else in normal form."""
    if value in ("", None):
        return ""
    plain = str(value) if plain is None else plain
    try:
        text = write(value)
        return text if read(text) == value else plain
    except (ValueError, InvalidOperation):
        return plain
