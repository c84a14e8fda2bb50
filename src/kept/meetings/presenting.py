"""A programme as one reader sees it: in their language, on the room's clock and on theirs, at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kept.base.formats import format_date, format_number, format_relative, format_weekday
from kept.base.languages import bcp47
from kept.meetings.actions.telling import place_words
from kept.meetings.models import Meeting, RoleKind, ScheduleVersion, SessionKind, SessionRole, in_language
from kept.meetings.queries import Row
from kept.meetings.zones import Clock, hours_of

QUIET_KINDS = (SessionKind.BREAK, SessionKind.RECEPTION)


@dataclass
class Face:
    """Somebody in a session: name, what they are in it, whose they are."""

    name: str
    slug: str
    role: str  # "" for a panellist of a panel: the kind of session says it
    title: str  # as on that day
    organisation: str
    url: str
    initials: str
    family: str = ""
    picture: str = ""
    country: str = ""  # alpha-3, of the state that they speak for
    remote: bool = False
    invented: bool = False

    @property
    def sort_key(self) -> str:
        """The family name, as far as it was given apart; else the last word."""
        return self.family.casefold() or self.name.rpartition(" ")[2].casefold()

    @property
    def parts(self) -> list[str]:
        """Role, title, organisation: what is known of them."""
        return [part for part in (self.role, self.title, self.organisation) if part]


@dataclass
class Item:
    """A line of a programme."""

    code: str
    uid: str
    url: str
    kind: str
    kind_name: str
    title: str
    abstract: str
    starts_at: datetime
    ends_at: datetime | None
    day: date  # on the room's clock
    day_name: str
    start: str
    end: str
    hours: str
    own_start: str = ""
    own_end: str = ""
    own_day: str = ""  # only where it is another day than the room's
    room: str = ""
    room_id: int | None = None
    room_order: tuple[int, int] = (999, 0)
    minutes: int | None = None
    tags: list[str] = field(default_factory=list)
    people: list[Face] = field(default_factory=list)
    pledges: list[Any] = field(default_factory=list)
    documents: int = 0
    state: str = ""  # now, next, past, cancelled
    words: str = ""  # what is the case with it: "On now, ends in 18 minutes"
    late: str = ""  # "5 minutes later than announced"
    news: str = ""  # what the newest release did with it: "Moved, before: 15:00"
    recording_url: str = ""
    languages: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """A break or the like: no title to be read, only time."""
        return self.kind == SessionKind.BREAK


@dataclass
class Day:
    """A day of a programme, on the room's clock."""

    day: date
    name: str
    items: list[Item]


@dataclass
class Programme:
    """All of it."""

    items: list[Item]
    days: list[Day]
    now: list[Item]
    next: list[Item]
    changes_at: datetime | None  # the next instant at which a word of it changes

    def of(self, items: list[Item]) -> Programme:
        """The part of it with these sessions."""
        return Programme(
            items, by_days(items), [i for i in self.now if i in items], [i for i in self.next if i in items],
            self.changes_at,
        )  # fmt: skip


def programme_of(
    meeting: Meeting, rows: list[Row], *, language: str, clock: Clock, own: Clock | None, at: datetime
) -> Programme:
    """The programme of rows (queries.rows_of) for a reader whose clock is `own` (None: the room's alone)."""
    items = [item_of(meeting, row, language=language, clock=clock, own=own, at=at) for row in rows if row.slot]
    upcoming = sorted({item.starts_at for item in items if item.starts_at > at and item.state != "cancelled"})
    today = clock.day(at)
    nexts = [item for item in items if upcoming and item.starts_at == upcoming[0] and item.state != "cancelled"]
    if upcoming and clock.day(upcoming[0]) == today:
        for item in nexts:
            item.state = "next"
            item.words = _("Next, %(when)s") % {"when": format_relative(item.starts_at, at, language)}
    return Programme(
        items=items,
        days=by_days(items),
        now=[item for item in items if item.state == "now"],
        next=nexts,
        changes_at=next_change(items, at),
    )


def mark_news(items: list[Item], meeting: Meeting, version: ScheduleVersion, language: str) -> None:
    """Say of each session what the newest release did with it. Nothing of the first release, of what is over, late, or
    cancelled: that is said otherwise."""
    if version.number == 1 or not version.changes:
        return
    changes = {change["session"]: change for change in version.changes}
    rooms = {room.pk: room for room in meeting.rooms.all()}
    for item in items:
        change = changes.get(item.code)
        if change is None or item.late or item.state in ("past", "cancelled"):
            continue
        before, now = (place_words(meeting, change[side], rooms, language) for side in ("from", "to"))
        other = [part for part in before if part not in now]
        if not before:
            item.news = _("New")
        else:
            item.news = _("Moved, before: %(where)s") % {"where": " · ".join(other)} if other else _("Changed")


def by_days(items: list[Item]) -> list[Day]:
    """Sessions under the days of the room's clock."""
    language = get_language() or "en"
    days: dict[date, list[Item]] = {}
    for item in items:
        days.setdefault(item.day, []).append(item)
    return [Day(day, format_weekday(day, language), found) for day, found in days.items()]


def next_change(items: list[Item], at: datetime) -> datetime | None:
    """The next instant at which "on now", "in 18 minutes" or "past" would be wrong."""
    edges = [edge for item in items for edge in (item.starts_at, item.ends_at) if edge and edge > at]
    if not edges:
        return None
    first = min(edges)
    soon = at.replace(second=0, microsecond=0) + timedelta(minutes=1)  # words that count minutes
    return min(first, soon) if first - at < timedelta(hours=1) or any(i.state == "now" for i in items) else first


def item_of(meeting: Meeting, row: Row, *, language: str, clock: Clock, own: Clock | None, at: datetime) -> Item:
    """One session as a line."""
    session, slot = row.session, row.slot
    kind = SessionKind(session.kind)
    starts, ends = slot.starts_at, slot.ends_at
    item = Item(
        code=session.code,
        uid=str(session.uid),
        url=reverse("meetings:session", args=[meeting.slug, session.code]),
        kind=session.kind,
        kind_name=str(kind.label),
        title=session.title_in(language) or str(kind.label).capitalize(),
        abstract=in_language(session.abstracts, language),
        starts_at=starts,
        ends_at=ends,
        day=slot.day,
        day_name=format_date(slot.day, language),
        start=clock.hour(starts),
        end=clock.hour(ends) if ends else "",
        hours=hours_of(starts, ends, clock),
        room=slot.room.name_in(language) if slot.room else "",
        room_id=slot.room_id,
        room_order=(slot.room.position, slot.room.pk) if slot.room else (999, 0),
        minutes=slot.minutes,
        people=[face(role, kind, language) for role in row.roles],
        pledges=row.pledges,
        documents=row.documents,
        recording_url=session.recording_url,
        languages=[bcp47(code) for code in dict.fromkeys([*session.languages, *session.interpretation])],
    )
    if own is not None:
        item.own_start, item.own_end = own.hour(starts), own.hour(ends) if ends else ""
        if own.day(starts) != slot.day:
            item.own_day = own.weekday(starts)
    item.tags = tags_of(row, item, language)
    if slot.delayed:
        item.late = ngettext("%(n)s minute later", "%(n)s minutes later", slot.delayed) % {
            "n": format_number(slot.delayed, language)
        }
    item.state, item.words = state_of(row, at, language)
    return item


def tags_of(row: Row, item: Item, language: str) -> list[str]:
    """Kind, languages, captions, pledges: the small boxes below a title."""
    tags = [] if row.session.kind == SessionKind.BREAK else [item.kind_name.capitalize()]
    if item.languages:
        tags.append(" · ".join(item.languages))
    if row.session.sign_languages:
        tags.append(_("sign language"))
    if row.session.captions:
        tags.append(_("captions"))
    if row.pledges:
        count = len(row.pledges)
        tags.append(ngettext("%(n)s pledge", "%(n)s pledges", count) % {"n": format_number(count, language)})
    if row.documents:
        tags.append(
            ngettext("%(n)s document", "%(n)s documents", row.documents) % {"n": format_number(row.documents, language)}
        )
    return tags


def state_of(row: Row, at: datetime, language: str) -> tuple[str, str]:
    """(state, words) of a session at a moment."""
    slot = row.slot
    if row.cancelled:
        return "cancelled", _("Cancelled")
    if slot.starts_at <= at and slot.ends_at is not None and at < slot.ends_at:
        return "now", _("On now, ends %(when)s") % {"when": format_relative(slot.ends_at, at, language)}
    if slot.starts_at <= at and slot.ends_at is None and at < slot.starts_at + timedelta(hours=2):
        return "now", _("On now")
    return ("past", "") if slot.starts_at <= at else ("", "")


def face(role: SessionRole, kind: SessionKind, language: str) -> Face:
    """A person as a programme names them."""
    profile = role.profile
    said = "" if role.kind == RoleKind.PANELLIST and kind == SessionKind.PANEL else str(RoleKind(role.kind).label)
    return Face(
        name=profile.name,
        slug=profile.slug,
        role=said,
        title=role.title_in(language),
        organisation=role.organisation_in(language),
        url=reverse("meetings:speaker", args=[profile.slug]),
        initials=initials(profile.name),
        family=profile.family_name,
        picture=reverse("meeting_files:face", args=[profile.slug]) if profile.picture else "",
        country=profile.country,
        remote=role.remote,
        invented=profile.invented,
    )


def initials(name: str) -> str:
    """One or two letters for a person without a picture: Amara Inkwell → AI; of other scripts the first letter."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    if not words:
        return ""
    if len(words) == 1 or not words[0][0].isascii():
        return words[0][0].upper()
    return (words[0][0] + words[-1][0]).upper()
