"""Two people wrote in one field: both versions side by side, and a button for each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kept.pledges import typed
from kept.pledges.actions.drafting import CONTACT
from kept.pledges.differences import in_words, known_of
from kept.pledges.forms import Sheet
from kept.pledges.labels import label

_KEEP = re.compile(r"(\w+):(\d{1,9})")


def kept(data: Any) -> dict[str, int]:
    """{field: version of theirs that was seen} for the button "Keep mine"."""
    found = _KEEP.fullmatch(data.get("keep", ""))
    return {found[1]: int(found[2])} if found else {}


def authors(sheet: Sheet, names: Iterable[str]) -> dict[str, str]:
    """{field: who wrote theirs}, where the text as it was read before the save tells."""
    text = sheet.text
    last = [name for name in names if text.changed_by and text.field_versions.get(name) == text.version]
    return {name: str(text.changed_by) for name in last}


def both(sheet: Sheet, name: str, theirs: Any, yours: Any, who: str = "") -> dict[str, Any]:
    """What a page says about a field in which somebody else wrote meanwhile."""
    return {
        "name": name,
        "label": label(name),
        "theirs": words(sheet, name, theirs, is_typed=name in sheet.typed),
        "yours": words(sheet, name, yours, is_typed=isinstance(yours, str)),
        "who": who,
        "keep": f"{name}:{sheet.version}",
    }


def words(sheet: Sheet, name: str, value: Any, *, is_typed: bool) -> str:
    """A version of a field as the reader reads it."""
    if value in (None, "", [], {}):
        return ""
    if name in CONTACT or (is_typed and name in sheet.typed):
        return typed.in_words(name, value)
    try:
        content = sheet.content.from_json(sheet.content.to_json() | {name: value})
        return in_words(name, content, sheet.language, known_of(content)) or typed.in_words(name, value)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return typed.in_words(name, value)
