"""How long somebody was online, out of the spans in which their window told that it is there. Without a database.

A window tells once a minute. What is known of a span is from its click to the last time it told: whoever's machine falls asleep is not
there meanwhile. Whoever works without a script presses a button now and then; of who never does no time is known, only that they came.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

BEAT = timedelta(seconds=60)  # so often a window tells that it is there
SILENT = 3 * BEAT  # after that nobody is taken to sit before it
Span = tuple[datetime, datetime | None]  # from the click on; the last time it told, None where it never did
UNKNOWN = "unknown"
# (key, from how many minutes on, words)
RANGES: tuple[tuple[str, int, Any], ...] = (
    ("short", 0, _("less than a quarter of an hour")),
    ("quarter", 15, _("a quarter of an hour to an hour")),
    ("hour", 60, _("one to two hours")),
    ("long", 120, _("two hours or more")),
)
UNKNOWN_WORDS = _("not known how long")


def minutes(spans: Iterable[Span], opens: datetime, ends: datetime) -> int | None:
    """Whole minutes between the opening and the end of a meeting, overlaps counted once; None where no window told."""
    known = sorted((max(begin, opens), min(last, ends)) for begin, last in spans if last is not None)
    if not known:
        return None
    total, until = timedelta(), opens
    for begin, last in known:
        total += max(timedelta(), last - max(begin, until))
        until = max(until, last)
    return int(total / timedelta(minutes=1))


def range_of(spent: int | None) -> str:
    """The key of the range in which so many minutes lie."""
    if spent is None:
        return UNKNOWN
    return next(key for key, least, _words in reversed(RANGES) if spent >= least)
