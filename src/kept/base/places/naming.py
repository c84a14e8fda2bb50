"""The order of names: as a reader of each language expects a list of countries to run."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from kept.base.languages import language as language_of
from kept.base.places.catalogue import Overrides, name


def sorted_by_name(codes: Iterable[str], language: str, overrides: Overrides | None = None) -> list[str]:
    """Codes in the order of their names in `language`."""
    return sorted(codes, key=lambda code: (sort_key(name(code, language, overrides), language), code))


def sort_key(text: str, language: str) -> tuple:
    """A key that puts names in the order of `language`.

    Letters before their accents (Égypte among the E's; Å among the A's). Arabic without its article and
    without regard to the forms of alif and hamza, as lists of the United Nations run. Chinese by the sound
    of its characters: GB 2312 holds its common characters in the order of pinyin, and GB 18030 keeps their codes.
    """
    tongue = language_of(language).code
    if tongue == "zh-hans":
        return (text.encode("gb18030", "replace"),)
    if tongue == "ar":  # before hamzas go: the first letters of Germany and Albania (أل) are no article (ال)
        return (_plain(" ".join(word.removeprefix("ال") for word in text.split())), text)
    return (_plain(text), text)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return "".join(mark if mark.isalnum() else " " for mark in letters).strip()
