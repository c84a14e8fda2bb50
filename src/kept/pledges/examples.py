"""Good examples to start from: invented, in six languages, with everything a promise needs to be kept and judged.

They stand in `data/examples.toml`. Years are written as distances from today, so that no example is ever over.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kept.base.languages import CODES, bcp47, normalise
from kept.base.languages import language as language_of
from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.record import fold

DATA = Path(__file__).resolve().parent / "data" / "examples.toml"


@dataclass(frozen=True)
class Example:
    """One example in one language."""

    slug: str
    title: str
    summary: str
    kinds: tuple[str, ...]
    focus_areas: tuple[str, ...]


def examples(language: str) -> list[Example]:
    """All examples in `language`, one kind of contribution after the other."""
    code = language_of(language).code
    return [
        Example(
            slug, row["title"][_at(code)], row["summary"][_at(code)], tuple(row["kinds"]), tuple(row["focus_areas"])
        )
        for slug, row in _written().items()
    ]


def content_of(slug: str, language: str, today: date) -> PledgeContent | None:
    """An example as the beginning of a pledge; None where there is none of this name."""
    row = _written().get(slug)
    if row is None:
        return None
    at = _at(language_of(language).code)
    indicators = tuple(
        Indicator(i["name"][at], i["unit"][at], i["baseline"], i["target"], _day(i["by"], today), headline=number == 0)
        for number, i in enumerate(row["indicators"])
    )
    return PledgeContent(
        language=bcp47(language_of(language).code),
        title=row["title"][at],
        summary=row["summary"][at],
        description=row["description"][at],
        kinds=tuple(row["kinds"]),
        focus_areas=tuple(row["focus_areas"]),
        beneficiaries=tuple(row["beneficiaries"]),
        sdgs=tuple(row["sdgs"]),
        amount=row.get("amount", ""),
        currency=row.get("currency", ""),
        money_nature=row.get("money_nature", ""),
        instrument=row.get("instrument", ""),
        people_expected=row.get("people_expected"),
        start=_day(row["start"], today),
        end=_day(row["end"], today),
        indicators=indicators,
    )


def is_still_an_example(content: PledgeContent) -> bool:
    """Whether somebody is about to promise what only our example promises."""
    title = fold(content.title).strip()
    return bool(title) and title in _titles()


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(fold(title).strip() for row in _written().values() for title in row["title"])


def _at(code: str) -> int:
    return CODES.index(normalise(code) or "en")


def _day(distance: str, today: date) -> str:
    """ "+2-06" is June of the year after next, "+1" all of next year."""
    years, _dash, month = distance.removeprefix("+").partition("-")
    year = today.year + int(years)
    return f"{year}-{month}" if month else str(year)


@lru_cache(maxsize=1)
def _written() -> dict[str, Any]:
    with DATA.open("rb") as file:
        return tomllib.load(file)
