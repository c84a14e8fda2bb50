"""VTIMEZONE of RFC 5545, made from the zone's rules as they are today: each change of the clocks as its own observance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def vtimezone(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """The component's lines for a zone, right for every instant of these years and one more on both sides."""
    zone = ZoneInfo(name)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *_observance(zone, start, None)]
    for change in changes(zone, start, datetime(last_year + 2, 1, 1, tzinfo=UTC)):
        lines += _observance(zone, change, change - timedelta(seconds=1))
    return (*lines, "END:VTIMEZONE")


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The instants at which the zone's distance from UTC changes, found day by day and then to the second."""
    found = []
    at, offset = start, start.astimezone(zone).utcoffset()
    while at < end:
        after = at + DAY
        if after.astimezone(zone).utcoffset() != offset:
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            found.append(high)
            offset = high.astimezone(zone).utcoffset()
            at = high
            continue
        at = after
    return found


def _observance(zone: ZoneInfo, at: datetime, before: datetime | None) -> list[str]:
    """What holds from an instant on. DTSTART is the wall clock before the change, as RFC 5545 wants it."""
    local = at.astimezone(zone)
    former = (before or at).astimezone(zone)
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    wall = (at + (former.utcoffset() or timedelta())).replace(tzinfo=None)
    label = local.tzname() or ""
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{wall:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(former)}",
        f"TZOFFSETTO:{_offset(local)}",
        *([f"TZNAME:{label}"] if label.isalpha() else []),
        f"END:{kind}",
    ]


def _offset(local: datetime) -> str:
    seconds = int((local.utcoffset() or timedelta()).total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")
