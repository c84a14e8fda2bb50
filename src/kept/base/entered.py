"""What the secretariat entered beside the packaged reference data: rates, names of places, changes of groups.

Few rows, read often: held for a few seconds in each process.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from kept.base import rates
from kept.base.models import GroupChange, PlaceName, Rate

SECONDS = 5.0
FURTHEST_BACK = timedelta(days=10)  # an entered rate serves the days after it that have none, as the ECB's do
_held: dict[str, tuple[float, Any]] = {}


def _hold(what: str, read: Callable[[], Any]) -> Any:
    """What `read` gives, kept for a few seconds."""
    taken, held = _held.get(what, (0.0, None))
    if taken and time.monotonic() - taken < SECONDS:
        return held
    held = read()
    _held[what] = (time.monotonic(), held)
    return held


def rate(currency: str, day: date) -> rates.Rate | None:
    """The rate that was entered for `currency` on `day` or the last days before it, else None."""
    rows = _hold("rates", _rates).get(currency, [])
    at = bisect_right(rows, day, key=lambda row: row[0])
    if not at or day - rows[at - 1][0] > FURTHEST_BACK:
        return None
    return rows[at - 1][1]


def place_names() -> Mapping[tuple[str, str], str]:
    """{(code, language): name}: the names that this installation uses instead of the United Nations'."""
    return _hold("places", _place_names)


def group_changes() -> list[GroupChange]:
    """The changes of groups that were entered, oldest first."""
    return _hold("groups", lambda: list(GroupChange.objects.order_by("day", "pk")))


def _rates() -> dict[str, list[tuple[date, rates.Rate]]]:
    fresh: dict[str, list[tuple[date, rates.Rate]]] = defaultdict(list)
    for row in Rate.objects.order_by("currency", "day"):
        fresh[row.currency].append((row.day, rates.Rate(row.currency, row.day, row.usd_per_unit, row.source)))
    return fresh


def _place_names() -> dict[tuple[str, str], str]:
    return {
        (code, language): name for code, language, name in PlaceName.objects.values_list("code", "language", "name")
    }


def forget() -> None:
    """Read everything anew next time (after a change, and between tests)."""
    _held.clear()
