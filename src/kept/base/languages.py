"""The six languages of the platform: their codes, their names, which way they are written.

Three codes name one language: Django's (`zh-hans`, in addresses and settings), BCP 47 (`zh-Hans`, in
HTML, the API and stored texts) and Babel's (`zh_Hans`). This module is the one place that knows all three.

The language of a text that somebody wrote is what they said it is; nothing here detects one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the interface. `code` is Django's; `direction` is "ltr" or "rtl"."""

    code: str
    bcp47: str
    babel: str
    native_name: str
    english_name: str
    direction: str = "ltr"


LANGUAGES: tuple[Language, ...] = (
    # English is written as the United Nations write it: 13 December 2023, 14:00.
    Language("en", "en", "en_GB", "English", "English"),
    Language("fr", "fr", "fr", "Français", "French"),
    Language("es", "es", "es", "Español", "Spanish"),
    Language("ar", "ar", "ar", "العربية", "Arabic", "rtl"),
    Language("ru", "ru", "ru", "Русский", "Russian"),
    Language("zh-hans", "zh-Hans", "zh_Hans", "简体中文", "Chinese (simplified)"),
)
CODES: tuple[str, ...] = tuple(language.code for language in LANGUAGES)
DEFAULT = "en"

_BY_CODE = {language.code: language for language in LANGUAGES}
# Scripts that are written from right to left, for texts in any language.
_RTL_SCRIPTS = {"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"}
_RTL_LANGUAGES = {
    "ar",
    "arc",
    "ckb",
    "dv",
    "fa",
    "he",
    "iw",
    "ks",
    "nqo",
    "ps",
    "sd",
    "syr",
    "ug",
    "ur",
    "yi",
}


def language(code: str) -> Language:
    """The language of the interface that `code` means (any of the three notations).

    Codes of other languages, and nonsense, give English: a reader always gets a page.
    """
    return _BY_CODE[normalise(code) or DEFAULT]


@lru_cache(maxsize=512)
def normalise(code: str) -> str | None:
    """Django's code of one of the six languages, or None where `code` is none of them.

    Takes every notation and regional variants: `zh_Hans`, `zh-CN`, `ZH`, `pt` → None, `es-419` → `es`.
    Chinese in traditional characters (`zh-Hant`, `zh-TW`, `zh-HK`) is not one of the six.
    """
    parts = code.replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        traditional = {"hant", "tw", "hk", "mo"} & set(parts[1:]) and "hans" not in parts
        return None if traditional else "zh-hans"
    return parts[0] if parts[0] in _BY_CODE else None


def bcp47(code: str) -> str:
    """`code` as it stands in HTML's `lang` and in the API: `zh-hans` → `zh-Hans`, `pt_br` → `pt-BR`."""
    known = normalise(code)
    if known:
        return _BY_CODE[known].bcp47
    parts = code.replace("_", "-").split("-")
    shaped = [parts[0].lower()]
    for part in parts[1:]:
        shaped.append(part.title() if len(part) == 4 else part.upper() if len(part) in (2, 3) else part.lower())
    return "-".join(shaped)


def babel_locale(code: str) -> str:
    """The name of the Babel locale in which figures and dates of this language are written."""
    return language(code).babel


def is_rtl(code: str) -> bool:
    """Whether a text in this language (any BCP 47 code, not only the six) runs from right to left."""
    parts = code.replace("_", "-").split("-")
    scripts = [part.title() for part in parts[1:] if len(part) == 4]
    return scripts[0] in _RTL_SCRIPTS if scripts else parts[0].lower() in _RTL_LANGUAGES


def direction(code: str) -> str:
    """ "rtl" or "ltr": the value of HTML's `dir` for a text in this language."""
    return "rtl" if is_rtl(code) else "ltr"


def native_name(code: str) -> str:
    """What the language calls itself: `ar` → العربية, `pt` → Português; the code itself where unknown."""
    known = normalise(code)
    if known:
        return _BY_CODE[known].native_name
    return _capital(_name(bcp47(code), None)) or code


def name(code: str, in_language: str) -> str:
    """The name of the language `code` as a reader of `in_language` knows it; the code where unknown."""
    return _name(bcp47(code), babel_locale(in_language)) or code


@lru_cache(maxsize=1024)
def _name(tag: str, locale: str | None) -> str:
    """Language and script only: a region would bring a package's names of places with it."""
    parts = tag.split("-")
    script = next((part for part in parts[1:] if len(part) == 4), "")
    if parts[0] == "zh" and not script:
        script = "Hans" if normalise(tag) else "Hant"
    try:
        return Locale(parts[0], script=script or None).get_display_name(locale) or ""
    except (UnknownLocaleError, ValueError):
        return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
