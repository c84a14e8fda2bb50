"""Words that people use for columns and values, in the languages of the platform. The lists are in words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from kept.pledges.importing.headers import plain


@lru_cache(maxsize=1)
def _lists() -> dict[str, dict[str, str]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {
        name: {
            plain(word): meaning
            for meaning, words in table.items()
            for word in (meaning.replace("_", " "), *words)
            if word
        }
        for name, table in tables.items()
    }


def meanings(table: str) -> Mapping[str, str]:
    """Word, as `headers.plain` gives it → what it means, for one table of words.toml."""
    return _lists()[table]


def meaning(table: str, text: str) -> str | None:
    """What a word means ("Privé" → "private-sector"), or None for a word that nobody taught us."""
    return meanings(table).get(plain(text))


def is_total(text: str) -> bool:
    """Whether a cell says that its row is a sum of those above."""
    return len(text) < 25 and plain(text) in meanings("totals")
