"""A mapping written out as TOML: what was put together on the screen, as a file to keep, to pass on, to work on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TABLES = ("file", "fields", "lead", "partners", "amount", "indicators", "links")  # with headings of their own


def to_toml(data: Mapping[str, Any]) -> str:
    """What `tomllib` reads as `data`: single values first, then a heading for each table, its values a line each.

    Takes what a mapping can hold: text, whole numbers, true and false, lists and tables of these.
    """
    lines = [_line(key, value) for key, value in data.items() if not _has_heading(key, value)]
    for key, value in data.items():
        if not _has_heading(key, value):
            continue
        for table in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{_key(key)}]]" if isinstance(value, list) else f"[{_key(key)}]"]
            lines += [_line(inner, said) for inner, said in table.items()]
    return "\n".join(lines).strip("\n") + "\n"


def _has_heading(key: str, value: Any) -> bool:
    if key not in _TABLES or not value:
        return False
    return all(isinstance(one, Mapping) for one in value) if isinstance(value, list) else isinstance(value, Mapping)


def _line(key: str, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = ", ".join(_line(key, inner) for key, inner in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return str(value)


def _text(text: str) -> str:
    """JSON's way of writing text is TOML's too, but for the one sign that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
