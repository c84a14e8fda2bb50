"""Amounts as people type them: "1,200,000.50", "1 200 000,50", "2e+06", "USD 3 bn", "3,5 Mio. €".

What can be read in one way is read; what can be read in two is refused with the reason. The rules:

- Comma and point both there: the last one is the decimal mark. One of them several times: it groups thousands.
- One mark once, and not three digits behind it: it is the decimal mark ("3,5", "1200,50").
- One mark once and three digits behind it ("1,200"): it depends on the writer. With `decimal="."` or ","
  (the language of the form, or the file's mapping) that decides. With "auto" it groups thousands, since money
  has no thousandths; beside a unit ("1,250 million") it is refused.
- Spaces of every kind and apostrophes group thousands. Arabic, Persian and full-width digits count.
- "M" is a million, "K" a thousand, "billion" a thousand million, "billón" a million million. "crore", "lakh",
  "mil" and "T" are refused.
- "$" and other shared signs need the currency from elsewhere (`currency`). A field and a text that contradict
  each other are refused.
- "2 billion a year over the next five years" is ten billion, marked `computed`, with a note of how.
- "about", "over", "up to" leave the figure as it is, with a note.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, getcontext
from functools import lru_cache
from typing import Any, Literal

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base.formats import format_decimal
from kept.base.languages import babel_locale
from kept.base.money.currencies import CURRENCIES
from kept.base.money.words import LASTING, MAY_HAVE_YEARS, PUNCTUATION, YEARLY, count, fold, plain, vocabulary

LARGEST = Decimal(10) ** 15
FINEST = 4  # digits behind the point that are kept

DecimalMark = Literal["auto", ".", ","]


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    """What a text says. `computed` where the figure was worked out from words; `note` (lazy) says how.

    `currency` is None where the text names none. The amount is exact, never negative, below 10**15, with at
    most four digits behind the point.
    """

    amount: Decimal
    currency: str | None
    computed: bool = False
    note: Any = ""


class AmountError(ValueError):
    """Typed text that is not one amount. `code` for programs, `message` (lazy, translated) for people."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def message(self) -> Any:
        return _filled(_MESSAGES[self.code], self.values)

    def __str__(self) -> str:
        return str(self.message)


_MESSAGES = {
    "empty": _("Write an amount."),
    "no_figure": _("There is no figure in “%(text)s”."),
    "several_figures": _("There is more than one figure in “%(text)s”. Write one amount."),
    "negative": _("An amount cannot be negative."),
    "percent": _("Write an amount of money, not a percentage."),
    "unknown_word": _("“%(word)s” is not understood. Write a figure and a currency, like 1,200,000 USD."),
    "unit": _("“%(word)s” means different things to different readers. Write the figure in full."),
    "which_currency": _("“%(word)s” is the sign of several currencies. Write the code, like USD or CAD."),
    "several_currencies": _("Two currencies are named: %(one)s and %(other)s."),
    "currencies_differ": _("The text says %(one)s, the field says %(other)s."),
    "separators": _("“%(text)s” is not a number. Write it like 1200000.50."),
    "ambiguous_separator": _("“%(text)s” can be read in two ways. Write it like 1250 or 1.25."),
    "years_missing": _("For how many years? Write the whole amount."),
    "too_large": _("The amount is too large."),
    "too_fine": _("At most four digits may stand behind the decimal mark."),
}
_ABOUT = _("The text gives the figure as an approximation or a limit.")
_LASTS = _("The figure is taken as the total for all years.")
_YEARS = _("Worked out: %(amount)s a year for %(years)s years.")


def parse_amount(
    text: str | int | float | Decimal, *, decimal: DecimalMark = "auto", currency: str | None = None
) -> ParsedAmount:
    """The amount that a text names; rules above.

    `decimal` is the decimal mark of the writer's language where it matters; `currency` what the field or column
    beside the text says: it decides for shared signs, and is what None in the answer leaves to the caller.
    Numbers (cells of a spreadsheet) are taken as they are. Raises AmountError.
    """
    if not isinstance(text, str):
        return ParsedAmount(_checked(_from_number(text)), None)
    if _PLAIN.fullmatch(text):
        return ParsedAmount(_checked(Decimal(text)), None)
    return _parsed(_clean(text), decimal, currency)


def parse_decimal(text: str) -> Decimal:
    """A bare number with decimals: a rate, a value of an indicator. Digits of any script.

    Unlike an amount of money it may have thousandths, so a mark that stands there once is the decimal mark
    ("655.957", "0,001524"). Raises AmountError.
    """
    cleaned = _clean(text)
    if not cleaned:
        raise AmountError("empty")
    negative = cleaned.startswith("-")
    figure = _NUMBER.fullmatch(cleaned.lstrip("+-").strip())
    if figure is None:
        raise AmountError("separators", text=cleaned)
    number = _number(figure[0], "auto", has_unit=False, thousandths=True)
    return -number if negative else number


def decimal_mark(language: str) -> DecimalMark:
    """The decimal mark of a language, as the hint for `parse_amount`: "," in French, Spanish and Russian."""
    mark = Locale.parse(babel_locale(language)).number_symbols["latn"]["decimal"]
    return "," if mark == "," else "."


# Inside

_PLAIN = re.compile(r"\d{1,15}(\.\d{1,2}|\.\d{4})?|\d{1,3}(\.\d+)?[eE]\+?\d{1,2}", re.ASCII)
_NUMBER = re.compile(r"\d+(?:[.,'٫ ]\d+)*(?:[eE][+-]?\d{1,2}(?![\w]))?")
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_UNIT_AND_CODE = re.compile(r"(?<![A-Za-z])([KkMm]|[Mm]n|[Bb]n|Mio|Mrd)(?=[A-Z]{3}(?![A-Za-z]))")


def _filled(template: Any, values: dict[str, Any]) -> Any:
    """The sentence in the language that is active when it is read; numbers as that language writes them."""
    return lazy(lambda: str(template) % {name: _said(value) for name, value in values.items()}, str)()


def _said(value: Any) -> str:
    return value if isinstance(value, str) else format_decimal(value, get_language() or "en")


def _from_number(number: int | float | Decimal) -> Decimal:
    """A cell's number. A float holds 15 digits; what it has beyond them is noise of its own making."""
    amount = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
    if isinstance(number, bool) or not amount.is_finite():
        raise AmountError("no_figure", text=str(number))
    return amount


def _clean(text: str) -> str:
    """One kind of digit, of space, of minus and apostrophe; nothing invisible."""
    if text.isascii():
        return " ".join(text.split())
    kept = []
    for mark in plain(text):
        digit = unicodedata.decimal(mark, None)
        if digit is not None:
            kept.append(str(digit))
        elif mark in "\t\r\n" or unicodedata.category(mark) == "Zs":
            kept.append(" ")
        elif unicodedata.category(mark) != "Cf":
            kept.append(_SAME.get(mark, mark))
    return re.sub(" +", " ", "".join(kept)).strip()


_SAME = {
    "’": "'",
    "‘": "'",
    "٬": "'",
    "，": ",",
    "．": ".",
    "،": ",",
    "−": "-",
    "＄": "$",
    "＋": "+",
    "％": "%",
    "٪": "%",
}


def _parsed(text: str, decimal: DecimalMark, currency: str | None) -> ParsedAmount:
    if not text:
        raise AmountError("empty")
    rest, years, yearly = _without_years(text)
    figures = list(_NUMBER.finditer(rest))
    if "%" in rest:
        raise AmountError("percent")
    if len(figures) != 1:
        raise AmountError("several_figures" if figures else "no_figure", text=text)
    figure = figures[0]
    before, after = rest[: figure.start()], rest[figure.end() :]
    before = before.removesuffix("+")
    if before.endswith("-") or (before.strip() == "(" and after.strip() == ")"):
        raise AmountError("negative")
    found = _Words()
    for part in (before, after):
        found.read(_UNIT_AND_CODE.sub(r"\1 ", part))
    amount = _number(figure[0], decimal, has_unit=found.size != 1) * found.size
    named = found.currency(currency)
    if not yearly:
        return ParsedAmount(_checked(amount), named, note=_LASTS if years else _ABOUT if found.about else "")
    if not years:
        raise AmountError("years_missing")
    note = _filled(_YEARS, {"amount": _plain(amount), "years": years})
    return ParsedAmount(_checked(amount * years), named, computed=True, note=note)


def _without_years(text: str) -> tuple[str, int, bool]:
    """The text without "a year" and "over five years"; how many years; whether the amount is for each."""
    folded = fold(text)
    if not MAY_HAVE_YEARS.search(folded):
        return text, 0, False
    years = 0
    lasting = LASTING.search(folded)
    if lasting:
        years = count(lasting[1])
        text, folded = (whole[: lasting.start()] + " " + whole[lasting.end() :] for whole in (text, folded))
    yearly = YEARLY.search(folded)
    if yearly:
        text = text[: yearly.start()] + " " + text[yearly.end() :]
    return text, years, bool(yearly)


class _Words:
    """What stands beside the figure: units, currencies, "about"."""

    def __init__(self) -> None:
        self.size = 1
        self.about = False
        self._codes: list[str] = []
        self._shared: list[tuple[str, list[str]]] = []

    def read(self, part: str) -> None:
        """Take a text apart into known words and signs. Raises AmountError at the first that is not known."""
        for match in _CODE.finditer(part):
            if match[0] in CURRENCIES:
                self._codes.append(match[0])
        part = _CODE.sub(lambda match: " " if match[0] in CURRENCIES else match[0], part)
        folded, at = fold(part), 0
        while at < len(folded):
            if folded[at] in PUNCTUATION:
                at += 1
                continue
            word = _longest(folded, at)
            if word is None:
                raise AmountError("unknown_word", word=part[at:].split()[0])
            self._take(word, part[at : at + len(word)])
            at += len(word)

    def _take(self, word: str, written: str) -> None:
        what, value = vocabulary()[word]
        if what == "refused":
            raise AmountError("unit", word=written)
        if what == "unit":
            if self.size not in (1, 10**3) or (self.size, value) == (10**3, 10**3):
                raise AmountError("unknown_word", word=written)
            self.size *= value
        elif what == "currency":
            self._codes.append(value)
        elif what == "shared":
            self._shared.append((written, value))
        elif what == "about":
            self.about = True

    def currency(self, hint: str | None) -> str | None:
        """The one currency that is meant, or None where none is named. Raises AmountError."""
        named = sorted(set(self._codes))
        if len(named) > 1:
            raise AmountError("several_currencies", one=named[0], other=named[1])
        meant = named[0] if named else None
        for written, codes in self._shared:
            if meant and meant not in codes:
                raise AmountError("several_currencies", one=meant, other=written)
            if not meant and hint not in codes:
                raise AmountError("which_currency", word=written)
            meant = meant or hint
        if meant and hint and meant != hint:
            raise AmountError("currencies_differ", one=meant, other=hint)
        return meant


def _longest(folded: str, at: int) -> str | None:
    """The longest known word that begins here and does not end inside a longer one."""
    for word in _by_first_letter().get(folded[at], ()):
        if not folded.startswith(word, at):
            continue
        following = folded[at + len(word) : at + len(word) + 1]
        if not (_letter(word[-1]) and following and _letter(following)):
            return word
    return None


def _letter(mark: str) -> bool:
    """A letter of a script that separates its words by spaces (Chinese does not)."""
    return mark.isalpha() and not "\u2e80" <= mark <= "\u9fff"


@lru_cache(maxsize=1)
def _by_first_letter() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(vocabulary(), key=len, reverse=True):
        table.setdefault(word[0], []).append(word)
    return table


def _number(figure: str, decimal: DecimalMark, *, has_unit: bool, thousandths: bool = False) -> Decimal:
    """The number that digits and marks write. Raises AmountError where they write none, or two."""
    digits, exponent = re.fullmatch(r"(.*?)(?:[eE]([+-]?\d+))?", figure).groups()  # type: ignore[union-attr]
    mark = _decimal_mark_in(digits, decimal, has_unit=has_unit, always=thousandths or exponent is not None)
    whole, _mark, fraction = digits.partition(mark) if mark else (digits, "", "")
    grouped = re.sub(r"[.,' ]", "", whole)
    if not fraction.isdecimal() and mark or not (whole.isdecimal() or _GROUPED.fullmatch(whole)):
        raise AmountError("separators", text=figure)
    return _plain(Decimal(f"{grouped}.{fraction or 0}").scaleb(int(exponent or 0)))


# Groups of three with one mark throughout, or India's groups (12,34,567).
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")


def _decimal_mark_in(digits: str, decimal: DecimalMark, *, has_unit: bool, always: bool) -> str:
    """Which mark in the number is the decimal one; "" for none."""
    if "٫" in digits:
        return "٫"
    marks = [mark for mark in digits if mark in ".,"]
    if len(set(marks)) == 2:
        return marks[-1] if marks.count(marks[-1]) == 1 else ""
    if len(marks) != 1:
        return ""
    mark = marks[0]
    head, _mark, tail = digits.partition(mark)
    if always or len(tail) != 3 or len(head) > 3 or head.startswith("0"):
        return mark
    if decimal != "auto":
        return mark if decimal == mark else ""
    if has_unit:
        raise AmountError("ambiguous_separator", text=digits)
    return ""


def _plain(amount: Decimal) -> Decimal:
    """Without an exponent: 2E+6 is 2000000. Raises AmountError for more digits than anybody counts with."""
    if amount.adjusted() >= getcontext().prec:
        raise AmountError("too_large")
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _checked(amount: Decimal) -> Decimal:
    if amount < 0:
        raise AmountError("negative")
    if amount >= LARGEST:
        raise AmountError("too_large")
    amount = _plain(amount)
    if -int(amount.as_tuple().exponent) > FINEST:
        raise AmountError("too_fine")
    return amount
