"""Places as people write them: codes, names in six languages, old and common names. Never a guess.

A text is recognised where it equals a known name once case, accents, punctuation and word order after a comma
are set aside. What is merely similar (Niger, Nigeria) is for a person to choose from: `suggest`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from kept.base.places.catalogue import (
    WORLD,
    all_countries,
    by_code,
    groups,
    itu_regions,
    kind_of,
    names_of,
    on_reload,
    regions,
    written,
)

# Words of the language before they are abbreviations: taken as a place only in capitals, as written.
_ONLY_IN_CAPITALS = frozenset({"us", "car", "opt", "rca", "cis", "lac", "cei", "pma", "ssa"})
# In an office's sheet "NA" is "not available" before it is Namibia. `by_code` knows it as a code.
_NOT_A_CODE = frozenset({"NA"})


# "All LDCs" is the group; of a single country nobody says "all".
_ALL = re.compile(
    r"^(?:all(?: of)?(?: the)?|tou(?:te)?s les|tod[oa]s l[oa]s|все|всех|جميع|كل|كافة)\s+|^(?:所有|全部)(?:的)?\s*",
    re.IGNORECASE,
)


# "LDC countries" is the group, too.
_COUNTRIES = re.compile(r"(?<=\w)\s+countries$", re.IGNORECASE)


class Unlisted(NamedTuple):
    """A place that M49 does not list. `key` names it in documentation and messages: "taiwan", "kosovo"."""

    key: str
    text: str


def find(text: str, language: str | None = None) -> str | None:
    """The alpha-3 code of the country that `text` names, or None. Regions and groups: `find_target`.

    Codes count in capitals only (ISO alpha-2, alpha-3, M49 with three digits); names in all six languages at
    once. `language` decides where one name means two countries in two languages.
    """
    return _look_up(text, language, _country_names())


def find_target(text: str, language: str | None = None) -> str | None:
    """The code of the place that `text` names: a country, a region, a group, or "world".

    Where a name is a country's and a region's ("Micronesia"), the country is meant.
    """
    stripped = text.strip()
    if kind_of(stripped.lower()) in ("region", "itu", "group", "world"):
        return stripped.lower()
    found = find(text, language) or _look_up(text, language, _target_names())
    bare = _COUNTRIES.sub("", _ALL.sub("", stripped))
    if found is None and bare != stripped:
        return bare.lower() if kind_of(bare.lower()) == "group" else _look_up(bare, language, _target_names())
    return found


def unlisted(text: str) -> Unlisted | None:
    """Whether `text` names a place that M49 does not list, so that a person can be told so."""
    keys = [_unlisted_names()[form] for form in _forms(text) if form in _unlisted_names()]
    return Unlisted(keys[0], text.strip()) if keys and not find(text) else None


def suggest(text: str, limit: int = 5, *, targets: bool = True) -> list[str]:
    """Codes of places with similar names, the most similar first, for a person to pick from."""
    wanted = normalise(text)
    if not wanted or unlisted(text):
        return []
    codes: dict[str, float] = {}
    if by_code(text):
        codes[by_code(text) or ""] = 101.0
    tables = [_country_names(), _target_names()] if targets else [_country_names()]
    for table in tables:
        found = process.extract(wanted, table.keys(), scorer=fuzz.WRatio, limit=limit * 8, score_cutoff=70)
        for known, score, _index in found:
            exact = fuzz.ratio(wanted, known) / 100
            for code in table[known]:
                codes[code] = max(codes.get(code, 0.0), score + exact)
    return sorted(codes, key=lambda code: (-codes[code], code))[:limit]


def _look_up(text: str, language: str | None, table: dict[str, dict[str, set[str]]]) -> str | None:
    stripped = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[A-Z]{2,3}|\d{3}", stripped) and stripped not in _NOT_A_CODE:
        found = by_code(stripped)
        if found and table is _country_names() and kind_of(found) == "country":  # "142" is Asia
            return found
    for form in _forms(stripped):
        if form in _ONLY_IN_CAPITALS and not stripped.replace(".", "").isupper():
            continue
        known = table.get(form)
        if known:
            return _decide(known, language)
    return None


def _decide(known: dict[str, set[str]], language: str | None) -> str | None:
    if len(known) == 1:
        return next(iter(known))
    here = [code for code, tongues in known.items() if language in tongues]
    return here[0] if len(here) == 1 else None


def _forms(text: str) -> list[str]:
    """The text in the shapes in which its name may be known: as it is, without dates, turned at its comma."""
    undated = re.sub(r"\([^()]*\d{4}[^()]*\)", " ", text)
    shapes = [text, undated]
    first, comma, rest = undated.partition(",")
    if comma:
        shapes.append(f"{rest} {first}")
    opened = re.fullmatch(r"(.+?)\s*\(([^()]+)\)\s*", undated)
    if opened:
        shapes.append(f"{opened[2]} {opened[1]}")
        code = by_code(opened[2]) if re.fullmatch(r"[A-Z]{2,3}", opened[2]) else None
        if code and code in _country_names().get(normalise(opened[1]), ()):
            shapes.append(opened[1])  # "Kenya (KEN)"
    forms = [normalise(shape) for shape in shapes]
    return [form for form in dict.fromkeys(forms) if form]


def normalise(text: str) -> str:
    """A name without what people write differently: case, accents, punctuation, "the", "&", "St."."""
    text = unicodedata.normalize("NFKD", text.strip()).casefold()
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    text = text.translate(_SAME)
    text = re.sub(r"\b(\w)\.(?=\s*\w\b|\s*$|\W)", r"\1", text)  # u.s.a. → usa
    text = re.sub(r"['’ʼʻ`´]", "", text)
    words = re.sub(r"[\W_]+", " ", text).split()
    words = ["saint" if word == "st" else word for word in words]
    while words and words[0] in ("the", "les", "la", "el", "los", "las", "le") and len(words) > 1:
        words = words[1:]
    return " ".join(words)


# Letters that look or sound the same and that keyboards mix up.
_SAME = str.maketrans(
    {
        "&": " and ",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ک": "ك",
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "\u200e": "",
        "\u200f": "",
        "\ufeff": "",
    }
)


@lru_cache(maxsize=1)
def _country_names() -> dict[str, dict[str, set[str]]]:
    """Normalised name → {code: languages in which it is that country's name}."""
    table: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in all_countries(former=True):
        for tongue, text in one.names.items():
            table[normalise(text)][one.alpha3].add(tongue)
        for text in one.also:
            table[normalise(text)][one.alpha3].update()
    return {known: dict(codes) for known, codes in table.items() if known}


@lru_cache(maxsize=1)
def _target_names() -> dict[str, dict[str, set[str]]]:
    table: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code in (*regions(), *itu_regions(), *groups(), WORLD):
        for tongue, text in names_of(code).items():
            table[normalise(text)][code].add(tongue)
        for text in written()["target_aliases"].get(code, ()):
            table[normalise(text)][code].update()
    return {known: dict(codes) for known, codes in table.items() if known}


@lru_cache(maxsize=1)
def _unlisted_names() -> dict[str, str]:
    return {normalise(text): key for key, texts in written()["unlisted"].items() for text in texts}


for _cached in (_country_names, _target_names, _unlisted_names):
    on_reload(_cached.cache_clear)
