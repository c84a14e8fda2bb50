"""What the secretariat entered beside the packaged reference data: rates, names of places, changes of groups.

Few rows, read often: held for a few seconds in each process.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta

from kept.base import rates
from kept.base.models import Rate

SECONDS = 5.0
FURTHEST_BACK = timedelta(days=10)  # an entered rate serves the days after it that have none, as the ECB's do
_held: tuple[float, dict[str, list[tuple[date, rates.Rate]]]] = (0.0, {})


def rate(currency: str, day: date) -> rates.Rate | None:
    """The rate that was entered for `currency` on `day` or the last days before it, else None."""
    rows = _rates().get(currency, [])
    at = bisect_right(rows, day, key=lambda row: row[0])
    if not at or day - rows[at - 1][0] > FURTHEST_BACK:
        return None
    return rows[at - 1][1]


def _rates() -> dict[str, list[tuple[date, rates.Rate]]]:
    global _held
    taken, held = _held
    if taken and time.monotonic() - taken < SECONDS:
        return held
    fresh: dict[str, list[tuple[date, rates.Rate]]] = defaultdict(list)
    for row in Rate.objects.order_by("currency", "day"):
        fresh[row.currency].append((row.day, rates.Rate(row.currency, row.day, row.usd_per_unit, row.source)))
    _held = (time.monotonic(), fresh)
    return fresh


def forget() -> None:
    """Read everything anew next time (after a change, and between tests)."""
    global _held
    _held = (0.0, {})
