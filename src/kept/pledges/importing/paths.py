"""Places inside a JSON record: "lead.name", "annualReports[0].payments", "tags[].label"."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


def at_path(path: str) -> Callable[[Any], Any]:
    """A function that finds what lies at `path` in a row's record; None where nothing does.

    `[]` goes through a whole list and gives a list. A key that is written exactly like the path comes first.
    """
    steps: list[str | int | None] = []
    for key, index in _STEP.findall(path):
        steps.append(key if key else int(index) if index else None)

    def get(row: Any) -> Any:
        record = row.cells
        return record[path] if path in record else walk(record, steps)

    return get


def walk(value: Any, steps: list[str | int | None]) -> Any:
    """Follow keys, places in lists, and None for "each element of the list"."""
    for at, step in enumerate(steps):
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list):
            value = value[step] if step < len(value) else None
        elif step is None and isinstance(value, list):
            return [walk(item, steps[at + 1 :]) for item in value]
        else:
            return None
    return value


def paths_of(records: Iterable[dict[str, Any]]) -> list[str]:
    """Paths at which records hold something that fits in a cell, in the order in which they are met."""
    found: dict[str, None] = {}
    for record in records:
        for key, value in record.items():
            _collect(key, value, found, 0)
    return list(found)


def _collect(path: str, value: Any, found: dict[str, None], depth: int) -> None:
    if isinstance(value, dict) and depth < 4:
        for key, inner in value.items():
            _collect(f"{path}.{key}", inner, found, depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], dict) and depth < 4:
        found[path] = None
        for key, inner in value[0].items():
            _collect(f"{path}[].{key}", inner, found, depth + 1)
    else:
        found[path] = None


def flat(record: dict[str, Any]) -> dict[str, str]:
    """A record as one line of text under each of its keys; what lies deeper is written as JSON."""
    return {str(key): _as_text(value) for key, value in record.items()}


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(plain_json(value), ensure_ascii=False, sort_keys=True)
    except (RecursionError, ValueError):
        return "…"


def plain_json(value: Any, depth: int = 0) -> Any:
    """The same with decimals as text, for storing. Raises ValueError for what is nested beyond reason."""
    if depth > 20:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {str(k): plain_json(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [plain_json(v, depth + 1) for v in value]
    return (
        f"{value:f}"
        if isinstance(value, Decimal) and abs(value.adjusted()) < 40
        else str(value)
        if isinstance(value, Decimal)
        else value
    )
