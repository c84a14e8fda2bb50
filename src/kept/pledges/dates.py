"""Partial dates as people know them: a year, a month, a day (ISO 8601 with reduced precision)."""

from __future__ import annotations

import calendar
from datetime import date


def first_day(partial: str) -> date:
    """The first day of "2024", "2024-06" or "2024-06-30". Raises ValueError for anything else."""
    parts = [int(p) for p in partial.split("-")]
    if len(parts) == 1 and len(partial) == 4:
        return date(parts[0], 1, 1)
    if len(parts) == 2 and len(partial) == 7:
        return date(parts[0], parts[1], 1)
    return date.fromisoformat(partial)


def last_day(partial: str) -> date:
    """The last day of "2024", "2024-06" or "2024-06-30". Raises ValueError for anything else."""
    parts = [int(p) for p in partial.split("-")]
    if len(parts) == 1 and len(partial) == 4:
        return date(parts[0], 12, 31)
    if len(parts) == 2 and len(partial) == 7:
        return date(parts[0], parts[1], calendar.monthrange(parts[0], parts[1])[1])
    return date.fromisoformat(partial)
