"""A clock as a reader understands it: whose it is (a city), its short name and its distance from UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale, get_global
from babel.dates import get_timezone_location
from django.utils.translation import gettext as _

from kept.base.formats import digits, format_date, format_time, format_weekday
from kept.base.languages import babel_locale, direction
from kept.meetings.models import Meeting, in_language
from kept.meetings.times import abbreviation, offset_label


@dataclass(frozen=True)
class Clock:
    """A zone as one page names it: `city` in the page's language."""

    zone: ZoneInfo
    city: str
    language: str

    @property
    def name(self) -> str:
        """The IANA name, as it stands in addresses."""
        return self.zone.key

    def label(self, at: datetime) -> str:
        """`CET, UTC+1`, or the distance alone for zones without a short name, on that day."""
        distance = offset_label(at, self.zone)
        short = abbreviation(at, self.zone)
        distance = digits("UTC+0" if distance == "UTC" else distance, self.language)
        label = f"{short}, {distance}" if short else distance
        # Latin letters and signs: kept together, from left to right, where everything else runs the other way.
        return f"\u2066{label}\u2069" if direction(self.language) == "rtl" else label

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def hour(self, at: datetime) -> str:
        return format_time(at, self.language, self.zone)

    def weekday(self, at: datetime) -> str:
        return format_weekday(self.day(at), self.language)


def clock_of(meeting: Meeting, language: str) -> Clock:
    """The clock on the meeting's wall, called after its city."""
    return Clock(meeting.zone, in_language(meeting.cities, language) or city_of(meeting.time_zone, language), language)


def clock_in(place: ZoneInfo, language: str) -> Clock:
    """A visitor's clock, called after its zone's city."""
    return Clock(place, city_of(place.key, language), language)


@lru_cache(maxsize=2048)
def city_of(name: str, language: str) -> str:
    """The city by which a zone is known, in a language (CLDR): Asia/Kathmandu → Kathmandu, Катманду."""
    if name == "UTC":
        return "UTC"
    locale = babel_locale(language)
    cities = Locale.parse(locale).time_zones
    # Some cities stand in CLDR under an older name of their zone: Asia/Katmandu.
    names = (name, *(old for old, new in get_global("zone_aliases").items() if new == name))
    found = next((cities[one]["city"] for one in names if "city" in cities.get(one, {})), "")
    return found or get_timezone_location(ZoneInfo(name), locale=locale, return_city=True)


def span(start: datetime, end: datetime | None, clock: Clock, *, with_day: bool = True) -> str:
    """From when to when on a clock: `Tuesday, 15 December 2026, 14:00 to 16:30`, over several days with both days."""
    first, last = clock.day(start), clock.day(end) if end else clock.day(start)
    if end is not None and end.astimezone(clock.zone).time().isoformat() == "00:00:00" and end > start:
        last = clock.day(end - timedelta(seconds=1))
    if first != last and end is not None:
        return _("%(first)s, %(from)s to %(last)s, %(until)s") % {
            "first": clock.weekday(start), "from": clock.hour(start), "last": format_weekday(last, clock.language),
            "until": clock.hour(end),
        }  # fmt: skip
    hours = hours_of(start, end, clock)
    return _("%(day)s, %(hours)s") % {"day": clock.weekday(start), "hours": hours} if with_day else hours


def hours_of(start: datetime, end: datetime | None, clock: Clock) -> str:
    """`14:00 to 16:30`, or `from 17:15` where the end is not known."""
    if end is None:
        return _("from %(from)s") % {"from": clock.hour(start)}
    return _("%(from)s to %(until)s") % {"from": clock.hour(start), "until": clock.hour(end)}


def days_of(first: date, last: date, language: str) -> str:
    """The days of a meeting whose hours do not matter: one day, or from the first to the last."""
    if first == last:
        return format_weekday(first, language)
    return _("%(first)s to %(last)s") % {
        "first": format_date(first, language), "last": format_date(last, language)
    }  # fmt: skip
