"""Wall clocks and instants: what a meeting's programme says is the clock on the wall of its room.

A session that was entered as 14:00 stays 14:00 in its room when a law moves the clocks: day, hour and minutes are
stored as they were entered, instants (UTC) are worked out from them with today's rules of the zone and worked out
again by the worker (`actions.times.follow_the_clocks`). Durations are minutes that pass, not differences on a dial.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.utils.translation import gettext_lazy as _

from kept.base.lifecycle import Refused


class NoSuchHour(Refused):
    """The clocks jump over this hour on that day."""


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name (`Europe/Zurich`). Raises ValueError for anything else."""
    if name not in zone_names():
        raise ValueError(f"{name!r} is no time zone.")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Zones of places, and UTC: not `Etc/…`, not `posix/…`, not abbreviations such as `EST`."""
    known = {
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    }
    return frozenset({*known, "UTC"})


def zone_or_none(name: str) -> ZoneInfo | None:
    """The zone that a visitor's address or browser names; None where it names none."""
    try:
        return zone(name)
    except (ValueError, ZoneInfoNotFoundError):
        return None


def instant(day: date, hour: time, zone_name: str) -> datetime:
    """The instant (UTC) at which the wall clock of a zone shows this; of an hour that comes twice, the first.

    Raises NoSuchHour where the clocks jump over it.
    """
    place = zone(zone_name)
    local = datetime.combine(day, hour, tzinfo=place)
    found = local.astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchHour(_("The clocks move forward that night: this hour does not exist there."))
    return found


def lenient_instant(day: date, hour: time, zone_name: str) -> datetime:
    """The same for what was entered before a law moved the clocks: an hour that is gone is the instant of the jump."""
    return datetime.combine(day, hour, tzinfo=zone(zone_name)).astimezone(UTC)


def wall(at: datetime, zone_name: str) -> datetime:
    """What the wall clock of a zone shows at an instant (aware)."""
    return at.astimezone(zone(zone_name))


def day_of(at: datetime, zone_name: str) -> date:
    return wall(at, zone_name).date()


def offset_label(at: datetime, place: ZoneInfo) -> str:
    """How far a zone is from UTC at an instant: `UTC+1`, `UTC+5:45`, `UTC`; the sign is a real minus."""
    offset = at.astimezone(place).utcoffset() or timedelta()
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'−' if offset < timedelta() else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def abbreviation(at: datetime, place: ZoneInfo) -> str:
    """The zone's own short name of that day (CET, CEST); "" for zones that have none."""
    label = at.astimezone(place).tzname() or ""
    return label if label.isalpha() and label != "UTC" else ""
