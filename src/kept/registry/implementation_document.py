"""What became of the promises of a selection, as `GET /api/v1/progress` tells it: the figures of /progress/, no other ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation

from kept.progress import filters
from kept.registry import implementing, rows
from kept.registry.api_shapes import COUNT, DECIMAL, TEXT
from kept.registry.selection import Selection

CROSSED = tuple(implementing.TITLES)


def document(selection: Selection) -> dict[str, Any]:
    """Counts, shares of all published pledges in per cent, sums by stage and by what supports them; each with its rows' address."""
    with translation.override("en"):
        asked = implementing.Asked(selection, "en")
        charts = {chart.key: chart for chart in implementing.charts(asked)}
        sums = {one.key: _lines(one) for one in implementing.sums(asked)}
    counted = charts[filters.NAMES[0]].rows if charts else ()
    return {
        "as_of": (selection.as_of or datetime.now(UTC).date()).isoformat(),
        "pledges": sum(row.count for row in counted),
        **{name: [_share(row) for row in _rows(charts, name)] for name in filters.NAMES},
        "by": {name: [_line(row) for row in _rows(charts, name)] for name in CROSSED},
        **sums,
    }


def _rows(charts: Mapping[str, implementing.Chart], name: str) -> tuple[implementing.Row, ...]:
    return charts[name].rows if name in charts else ()


def _share(row: implementing.Row) -> dict[str, Any]:
    share = rows.plain(row.pieces[0].share)
    return {"value": row.value, "pledges": row.count, "share_percent": share, "url": _absolute(row.url)}


def _line(row: implementing.Row) -> dict[str, Any]:
    """A value with its pledges by how they stand, in the groups of the page."""
    stands = {piece.look: piece.count for piece in row.pieces}
    return {"value": row.value, "pledges": row.count, "standing": stands, "url": _absolute(row.url)}


def _lines(sums: implementing.Sums) -> list[dict[str, Any]]:
    """Each stage as a whole (`level` null), then by what supports it. Stages have no sum.

    `elsewhere` stands for promised money that counts under another pledge or in another registry.
    """
    found, stage = [], ""
    for line in sums.lines:
        stage = stage if line.part else line.value
        amount = {"amount_usd": rows.plain(Decimal(line.amount))} if sums.money else {"people": int(line.amount)}
        level = line.value if line.part else None
        found.append({"stage": stage, "level": level, **amount, "pledges": line.pledges, "url": _absolute(line.url)})
    return found


def _absolute(url: str) -> str:
    return settings.KEPT_BASE_URL + url


# What OpenAPI says of it ---------------------------------------------------------------------------------------------


def _rows_of(**properties: Any) -> dict[str, Any]:
    whole = {**properties, "pledges": COUNT, "url": TEXT}
    return {"type": "array", "items": {"type": "object", "required": list(whole), "properties": whole}}


_STAGED = {"stage": TEXT, "level": {"type": ["string", "null"]}}
_PROPERTIES: dict[str, Any] = {
    "as_of": {"type": "string", "format": "date"},
    "pledges": COUNT,
    **{name: _rows_of(value=TEXT, share_percent=DECIMAL) for name in filters.NAMES},
    "by": {
        "type": "object",
        "required": list(CROSSED),
        "properties": {
            name: _rows_of(value=TEXT, standing={"type": "object", "additionalProperties": COUNT}) for name in CROSSED
        },
    },
    "money": _rows_of(**_STAGED, amount_usd=DECIMAL),
    "people": _rows_of(**_STAGED, people=COUNT),
}
SCHEMA: dict[str, Any] = {"type": "object", "required": list(_PROPERTIES), "properties": _PROPERTIES}
