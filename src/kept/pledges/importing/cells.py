"""One cell of a file: what people leave in it besides what they mean, and how it becomes text, number, list.

A cell is what the reader found: text, a number, a truth value, a date, a list (JSON), nothing. `tidy` turns it
into the same without stray characters; "" stands for every way in which people write "nothing".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

Cell = Any  # str | int | float | Decimal | bool | date | datetime | list | dict | None


class CellError(ValueError):
    """A cell that cannot be read. `message` is for people: what is wrong and what to do, in their language."""

    def __init__(self, code: str, message: Any, **words: Any) -> None:
        super().__init__(code)
        self.code = code
        self._message, self._words = message, words
        self.column = ""  # the column, where it is not the first of its field
        self.word = ""  # the one value that is wrong, of several in the cell

    def about(self, word: str) -> CellError:
        """The same error, saying which value of the cell it is about."""
        self.word = word
        return self

    def again(self) -> CellError:
        """The same error anew: one that is remembered must not be raised itself, it would collect tracebacks."""
        return CellError(self.code, self._message, **self._words)

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it now."""
        return str(self._message) % self._words if self._words else str(self._message)


# --- text --------------------------------------------------------------------------------------------

# Invisible or harmful: control characters except tab and line ends, zero-width space, soft hyphen, word joiner,
# byte order mark, marks that turn the order of what follows, halves of characters. Joiners (U+200C, U+200D)
# stay: Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]|_x000[dD]_\n?")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")
_MARKS = " \n\u200e\u200f"

# What spreadsheets show for a formula that failed (in several languages of the program).
BROKEN = re.compile(r"#(N/A|NV|N/D|Н/Д|[^\s#]{1,12}[!?])")
_NOTHING = frozenset(
    {"-", "–", "—", "--", "---", "n/a", "n.a.", "n. a.", "n/d", "s/d", "s.d.", "null", "nil", "(blank)", "[blank]"}
)

_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


def harmless(text: str) -> str:
    """Text that a spreadsheet program does not take for a formula: an apostrophe before = + - @ (and tab, return).

    One more apostrophe where there were some already, so that `unharmed` gives every text back as it was.
    Source of the rule: OWASP, "CSV Injection".
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def unharmed(text: str) -> str:
    """The text that `harmless` (or a careful office) guarded, as it was before."""
    return text[1:] if _GUARDED.match(text) else text


def tidy_text(text: str) -> str:
    """Text without stray characters: NFC, plain spaces, no more than one empty line; "" for nothing."""
    if text.isascii() and text.isprintable():
        text = text.strip()
        if "  " in text:
            text = " ".join(text.split())
    elif text:
        text = _LINE_END.sub("\n", unicodedata.normalize("NFC", text))
        text = _SPACES.sub(" ", _UNSEEN.sub("", text))
        text = _MANY_LINES.sub("\n\n", _AROUND_LINES.sub("\n", text)).strip(_MARKS)
    if not text:
        return ""
    if text[0] == "'":
        return unharmed(text)
    if len(text) < 14 and (text.casefold() in _NOTHING or (text[0] == "#" and BROKEN.fullmatch(text))):
        return ""
    return text


def is_broken(cell: Cell) -> bool:
    """Whether a cell shows that its formula failed (#N/A, #REF!, #DIV/0!)."""
    return type(cell) is str and cell[:1] == "#" and BROKEN.fullmatch(cell.strip()) is not None


def tidy(cell: Cell) -> Cell:
    """A cell without stray characters; "" where it holds nothing."""
    if type(cell) is str:
        return tidy_text(cell)
    if cell is None or (type(cell) is float and not math.isfinite(cell)):
        return ""
    return cell


def text_of(cell: Cell) -> str:
    """A tidy cell as text: 2023.0 is "2023", True is "TRUE", a date is ISO 8601, a list is joined by "; "."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | Decimal | int):
        return plain_number(cell)
    if isinstance(cell, datetime):
        whole_day = cell.time().isoformat() == "00:00:00" and cell.tzinfo is None
        return cell.date().isoformat() if whole_day else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return "; ".join(filter(None, (text_of(tidy(item)) for item in cell)))
    return "" if cell is None or isinstance(cell, dict) else str(cell)


def plain_number(number: float | int | Decimal) -> str:
    """A number without exponent and without the noise of binary fractions (a spreadsheet keeps 15 digits)."""
    exact = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)
    if exact.adjusted() > 30:
        return str(exact)  # nobody means it: whoever reads it refuses it
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def one_line(text: str) -> str:
    """Text with its line breaks made spaces."""
    return " ".join(text.split("\n")) if "\n" in text else text


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words, with "…" where something is missing."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.6 else cut).rstrip(" ,;:.-–—(") + "…"


# --- several values in one cell ----------------------------------------------------------------------


def split(cell: Cell, separators: Sequence[str]) -> list[str]:
    """The values in one cell, in order. What stands in quotation marks is not split; line breaks always split.

    Empty places between separators stay ("a;;b" has three), so that several cells can be read side by side.
    """
    if isinstance(cell, list | tuple):
        return [text_of(tidy(item)) for item in cell]
    text = text_of(cell)
    if not text:
        return []
    marks = [mark for mark in (*separators, "\n") if mark in text]
    if not marks:
        return [text]
    if '"' in text and len(text) < 20_000:
        return _split_quoted(text, marks)
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return [tidy_text(part) for part in text.split(marks[0])]


def _split_quoted(text: str, marks: list[str]) -> list[str]:
    pattern = "|".join(re.escape(mark) for mark in marks)
    parts, at = [], 0
    for found in re.finditer(rf'"(?:[^"]|"")*"(?=\s*(?:{pattern}|$))|{pattern}', text):
        if not found[0].startswith('"'):
            parts.append(text[at : found.start()])
            at = found.end()
    parts.append(text[at:])
    return [tidy_text(_unquoted(part.strip())) for part in parts]


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


# --- yes and no, whole numbers -----------------------------------------------------------------------

_YES = frozenset(
    [
        "1",
        "true",
        "yes",
        "y",
        "x",
        "✓",
        "✔",
        "oui",
        "vrai",
        "sí",
        "si",
        "verdadero",
        "да",
        "истина",
        "نعم",
        "是",
        "真",
        "对",
    ]
)
_NO = frozenset(["0", "false", "no", "n", "non", "faux", "falso", "нет", "ложь", "لا", "否", "假", "不"])


def read_bool(cell: Cell) -> bool | None:
    """Yes or no in six languages; None for an empty cell. Raises CellError for anything else."""
    if isinstance(cell, bool):
        return cell
    text = text_of(cell).casefold().strip(".")
    if not text:
        return None
    if text in _YES or text in _NO:
        return text in _YES
    raise CellError("not_yes_or_no", _("Write yes or no."))


_SCALES = {
    10**3: "k thousand mille mil тыс тысяча тысяч ألف الف آلاف 千",
    10**4: "万",
    10**6: "m mn mio million millions millones millón millon млн миллион миллиона миллионов مليون ملايين 百万",
    10**8: "亿",
    10**9: "bn billion billions milliard milliards md mrd млрд миллиард миллиарда миллиардов مليار مليارات 十亿",
}
_SCALE_OF = {word: size for size, words in _SCALES.items() for word in words.split()}
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d{1,2}")
_NUMBER = re.compile(
    r"^(?P<about>[^\d]*?)(?P<number>[+-]?\d[\d.,'’٬٫\u00a0\u202f ]*)(?P<scale>\s*[^\W\d_]+\.?)?(?P<rest>.*)$", re.S
)
_ABOUT = frozenset(
    [
        "about",
        "approx",
        "approximately",
        "around",
        "circa",
        "ca",
        "c",
        "some",
        "over",
        "more",
        "than",
        "at",
        "least",
        "up",
        "to",
        ">",
        "≥",
        "~",
        "≈",
        "environ",
        "plus",
        "de",
        "au",
        "moins",
        "jusqu'à",
        "près",
        "alrededor",
        "más",
        "al",
        "menos",
        "hasta",
        "unos",
        "unas",
        "около",
        "более",
        "свыше",
        "не",
        "менее",
        "до",
        "حوالي",
        "أكثر",
        "من",
        "على",
        "الأقل",
        "约",
        "超过",
        "至少",
        "nearly",
        "almost",
    ]
)


def read_whole_number(cell: Cell) -> tuple[int | None, bool]:
    """A count, as people write it: "3 million people", "1 200 000", "more than 500".

    Returns the number (None for an empty cell) and whether words had to be read for it, so that it can be
    said. Raises CellError where it is no whole number, or two of them.
    """
    if isinstance(cell, bool):
        raise CellError("not_a_number", _("Write a whole number, for example 3000000."))
    if isinstance(cell, int | float | Decimal):
        return _whole(Decimal(plain_number(cell))), False
    text = western_digits(text_of(cell))
    if not text:
        return None, False
    if len(text) > 300:
        raise CellError("not_a_number", _("Write a whole number, for example 3000000."))
    if text.isdecimal() and len(text) < 19:
        return int(text), False
    if _SCIENTIFIC.fullmatch(text):
        return _whole(Decimal(text)), False
    found = _NUMBER.match(text)
    if not found or _strange(found):
        raise CellError("not_a_number", _("Write a whole number, for example 3000000."))
    word = (found["scale"] or "").strip().strip(".").casefold()
    scale = _SCALE_OF.get(word, 0)
    if not scale:  # Chinese writes number, scale and noun in one: 300万人
        scale = next(
            (
                size
                for known, size in _SCALE_OF.items()
                if not known.isascii() and len(known) < 3 and word.startswith(known) and known in "千万百万亿十亿"
            ),
            1,
        )
    number = _digits_of(found["number"], scaled=scale > 1)
    words = bool(word or found["about"].strip() or found["rest"].strip())
    return _whole(number * scale), words


def _strange(found: re.Match[str]) -> bool:
    """Two numbers, a percentage, or words before the number that are not "about"."""
    rest = found["rest"]
    if any(c.isdigit() for c in rest) or "%" in rest or "٪" in rest:
        return True
    return any(w.strip(".,:(") not in _ABOUT for w in found["about"].casefold().split() if w.strip(".,:("))


def _digits_of(text: str, *, scaled: bool) -> Decimal:
    """1,200,000 · 1 200 000 · 1.200.000 · 1'200'000; before "million" also 2.5 and 2,5."""
    bare = re.sub(r"['’٬\s]", "", text).replace("٫", ".").strip(".,")
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return Decimal(bare)
    groups = re.split(r"[.,]", bare)
    if len(set(marks)) == 1 and all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0].lstrip("+-")) <= 3:
        return Decimal("".join(groups))
    if len(set(marks)) == len(marks) and (scaled or set(groups[-1]) == {"0"}):
        return Decimal("".join(groups[:-1]) + "." + groups[-1])
    if len(set(marks)) == 2 and marks[-1] not in marks[:-1] and set(groups[-1]) == {"0"}:
        return Decimal("".join(groups[:-1]))
    raise CellError("not_a_number", _("Write a whole number, for example 3000000."))


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value() or abs(number) >= 2**53:
        raise CellError("not_a_whole_number", _("Write a whole number, for example 3000000."))
    return int(number)


def western_digits(text: str) -> str:
    """٢٠٢٣ and other scripts' digits as 2023."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
