"""What all pages of one meeting share: who may see it, at which moment, on which clocks, its head and its tabs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.context import House
from kept.base.formats import format_weekday
from kept.meetings import queries
from kept.meetings.clock import Moment, moment
from kept.meetings.models import AttendanceMode, Meeting, Phase, ScheduleVersion, in_language
from kept.meetings.permissions import may_see_meeting
from kept.meetings.presenting import Programme, mark_news, programme_of
from kept.meetings.times import zone_or_none
from kept.meetings.zones import Clock, clock_in, clock_of, days_of, span

LISTENS = timedelta(days=2)  # before a meeting, its open pages hear of a release or a delay at once
TOLD = timedelta(hours=12)  # a page that is left open is brought anew at an instant as near as this


@dataclass
class Frame:
    """A meeting as one request looks at it."""

    request: HttpRequest
    meeting: Meeting
    moment: Moment
    language: str
    clock: Clock
    own: Clock | None  # the visitor's, where it is another one than the room's
    fresh: list[datetime] = field(default_factory=list)  # instants at which words of the page change

    @property
    def at(self) -> datetime:
        return self.moment.at

    @property
    def phase(self) -> Phase:
        return self.meeting.phase(self.at)

    @property
    def query(self) -> str:
        """What links to other pages of this meeting carry along: the visitor's clock, the rehearsed moment."""
        carried = {"tz": self.own.name if self.own else "", "at": self.request.GET.get("at", "")}
        words = urlencode({key: value for key, value in carried.items() if value}, safe="/:")
        return f"?{words}" if words else ""

    def text(self, name: str) -> str:
        """One of the meeting's texts in the page's language: `text("ledes")`."""
        return in_language(getattr(self.meeting, name), self.language)

    def context(self, tab: str = "", **more: Any) -> dict[str, Any]:
        """The variables of a page of this meeting."""
        meeting = self.meeting
        return {
            "meeting": meeting,
            "frame": self,
            "name": meeting.name_in(self.language),
            "phase": str(self.phase),
            "phase_name": self.phase.label,
            "when": self.when(),
            "own_when": self.own_when(),
            "clock": self.clock,
            "clock_label": self.clock.label(meeting.starts_at),
            "own": self.own,
            "own_label": self.own.label(meeting.starts_at) if self.own else "",
            "where": self.where(),
            "kicker": kicker(meeting),
            "lede": self.text("ledes"),
            "reason": self.text("status_reason"),
            "moved_from": moved_from(meeting, self.language),
            "tabs": tabs(self, tab),
            "rehearsed": self.moment.rehearsed,
            "stream": self.stream(),
            **more,
        }

    def stream(self) -> str:
        """Where a page that stays open hears of changes; "" before the meeting's days and after them."""
        meeting = self.meeting
        listens = meeting.is_public and not self.moment.rehearsed
        near = meeting.starts_at - LISTENS <= self.at <= meeting.ends_at
        return f"/meetings/{meeting.slug}/stream" if listens and near else ""

    def when(self) -> str:
        """Its days and hours on the clock of its wall."""
        meeting = self.meeting
        if not meeting.has_hours:
            return days_of(meeting.starts_on, meeting.ends_on, self.language)
        return span(meeting.starts_at, meeting.ends_at, self.clock)

    def own_when(self) -> str:
        """The same on the visitor's clock, with the day where that is another one; "" where there is none."""
        meeting = self.meeting
        if self.own is None or not meeting.has_hours:
            return ""
        differs = (
            self.own.day(meeting.starts_at) != meeting.starts_on or self.own.day(meeting.ends_at) != meeting.ends_on
        )
        return span(meeting.starts_at, meeting.ends_at, self.own, with_day=differs)

    def where(self) -> str:
        parts = [self.text("venues"), self.meeting.address]
        return ", ".join(part for part in parts if part)

    @property
    def where_short(self) -> str:
        return self.clock.city

    @property
    def about(self) -> str:
        return self.text("abouts")

    @property
    def many_days(self) -> bool:
        return self.meeting.ends_on > self.meeting.starts_on

    @cached_property
    def only_room(self) -> str:
        """The name of the room where a meeting has one only: no line of the programme needs to say it."""
        rooms = list(self.meeting.rooms.filter(removed_at=None)[:2])
        return rooms[0].name_in(self.language) if len(rooms) == 1 else ""

    def programme(self, version: ScheduleVersion | None = None) -> Programme | None:
        """The programme that this visitor sees; None where none was released."""
        version = version or queries.shown_version(self.meeting)
        if version is None:
            return None
        rows = queries.rows_of(version, at=self.at)
        made = programme_of(self.meeting, rows, language=self.language, clock=self.clock, own=self.own, at=self.at)
        mark_news(made.items, self.meeting, version, self.language)
        self.until(made.changes_at)
        return made

    def until(self, *instants: datetime | None) -> None:
        """Note when words of this page will change."""
        self.fresh += [one for one in instants if one is not None]

    def render(self, template: str, context: dict[str, Any], **more: Any) -> HttpResponse:
        """The page, with the next instant at which any word of it changes (registry/page_cache.py)."""
        self.until(*(edge for edge in (self.meeting.starts_at, self.meeting.ends_at) if edge > self.at))
        fresh_until = min(self.fresh, default=None)
        told = fresh_until if fresh_until and not self.moment.rehearsed and fresh_until - self.at < TOLD else None
        response = render(self.request, template, {**context, "fresh_until": told}, **more)
        if self.moment.rehearsed or not self.meeting.is_public:
            response["Cache-Control"] = "no-store, private"
        response.fresh_until = fresh_until  # type: ignore[attr-defined]
        return response


def frame(request: HttpRequest, slug: str) -> Frame:
    """The meeting of an address for this visitor. Raises Http404 where they may not see it."""
    meeting = queries.meeting_at(slug)
    if meeting is None or not may_see_meeting(House(request).visitor, meeting):
        raise Http404("There is no such meeting.")
    language = get_language() or "en"
    clock = clock_of(meeting, language)
    return Frame(request, meeting, moment(request, meeting), language, clock, own_clock(request, clock, meeting))


def own_clock(request: HttpRequest, clock: Clock, meeting: Meeting) -> Clock | None:
    """The visitor's clock as the address names it (`?tz=Asia/Kathmandu`); None where it shows what the room's does.

    Raises Http404 for a zone that does not exist.
    """
    asked = request.GET.get("tz", "")
    if not asked:
        return None
    place = zone_or_none(asked)
    if place is None:
        raise Http404("There is no such time zone.")
    edges = (meeting.starts_at, meeting.ends_at)
    same = all(edge.astimezone(place).utcoffset() == edge.astimezone(clock.zone).utcoffset() for edge in edges)
    return None if same else clock_in(place, clock.language)


def kicker(meeting: Meeting) -> str:
    """Above the name: which of its series it is, and how one takes part."""
    mode = str(AttendanceMode(meeting.mode).label)
    if not meeting.number or not meeting.series_id:
        return mode.capitalize()
    ordinals = {1: _("First of its series"), 2: _("Second of its series"), 3: _("Third of its series"),
                4: _("Fourth of its series"), 5: _("Fifth of its series")}  # fmt: skip
    which = ordinals.get(meeting.number) or _("Number %(n)s of its series") % {"n": meeting.number}
    return f"{which} · {mode}"


def moved_from(meeting: Meeting, language: str) -> str:
    """The day for which it was announced first; "" where it was never moved."""
    if not meeting.moved_from:
        return ""
    return format_weekday(datetime.fromisoformat(meeting.moved_from).date(), language)


def tabs(frame: Frame, current: str) -> list[dict[str, Any]]:
    """The pages of a meeting."""
    meeting = frame.meeting
    names = [
        ("programme", _("Programme"), "meetings:programme"),
        ("speakers", _("Speakers"), "meetings:speakers"),
        ("practical", _("Practical"), "meetings:practical"),
        ("documents", _("Documents"), "meetings:documents"),
    ]
    found = [
        {"name": name, "url": reverse(url, args=[meeting.slug]) + frame.query, "current": key == current}
        for key, name, url in names
    ]
    if frame.phase == Phase.PAST:
        url = reverse("meetings:highlights", args=[meeting.slug]) + frame.query
        found.insert(0, {"name": _("Highlights"), "url": url, "current": current == "highlights"})
    elif last := queries.previous_in_series(meeting):
        found.append({"name": _("Last meeting's highlights"), "current": False,
                      "url": reverse("meetings:highlights", args=[last.slug])})  # fmt: skip
    return found
