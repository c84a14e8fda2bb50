"""What was typed and cannot be read yet, kept as it is until it is put right (`Revision.typed`).

A single field keeps its text. A field of several lines (indicators, links) keeps all of them as typed, as JSON, so
that a table with one cell that cannot be read is still the table that was written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Row = dict[str, str]
ROWS = ("indicators", "links")


def keep_rows(rows: Sequence[Row]) -> str:
    """Lines as typed, as the text that is stored."""
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, sort_keys=True)


def kept_rows(text: str) -> list[Row]:
    """The lines again; none where the text is no such table."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [{str(k): str(v) for k, v in row.items()} for row in found if isinstance(row, dict)]


def in_words(name: str, text: Any) -> str:
    """What was typed, for a sentence about it: of a table the cells, one line each."""
    if name not in ROWS or not isinstance(text, str):
        return str(text)
    lines = [" · ".join(filter(None, row.values())) for row in kept_rows(text)]
    return "\n".join(filter(None, lines)) or text
