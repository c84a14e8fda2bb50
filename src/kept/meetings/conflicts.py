"""What does not fit in a programme, worked out from plain values: nothing here reads the database.

Two sessions in one room block a release. Every other conflict may stand where somebody says so, with a name and a
reason (`ConflictWaiver.key` is `Conflict.key`). A key names who and what clash, not the hour: a waiver holds while the
same things clash for the same reason, wherever both are moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations

OPEN_END = timedelta(minutes=30)  # how long something is taken to last whose end is not known

ROOM, PERSON, AVAILABILITY, OPENING = "room", "person", "availability", "opening"
INTERPRETATION, CAPTIONS, OWNER, CAPACITY = "interpretation", "captions", "owner", "capacity"


@dataclass(frozen=True)
class Hours:
    """A stretch of time (instants) on a day; `room` None: in all rooms; `languages` empty: all."""

    day: date
    starts: datetime
    ends: datetime
    room: int | None = None
    languages: frozenset[str] = frozenset()

    def covers(self, item: Placed) -> bool:
        return self.starts <= item.starts and item.ends <= self.ends


@dataclass(frozen=True)
class Placed:
    """A session as it stands. `people` {id: name} who have not said no; `unowned` {key: title} of pledges whose owner is missing."""

    code: str
    day: date
    starts: datetime
    ends: datetime
    room: int | None = None
    people: dict[int, str] = field(default_factory=dict)
    interpretation: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    interpreters: tuple[frozenset[str], ...] = ()  # of each who is named: into which languages; empty: all
    captioners: tuple[frozenset[str], ...] = ()
    unowned: Mapping[str, str] = field(default_factory=dict)  # pledges to be announced
    expected: int | None = None  # how many are invited
    capacity: int | None = None  # chairs of its room
    blocked_time: bool = False

    def meets(self, other: Placed) -> bool:
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True)
class Around:
    """What a meeting knows beside its sessions. Of what it knows nothing (no opening hours, no interpreters' hours
    entered, no word about a person's day), nothing is a conflict."""

    opening: tuple[Hours, ...] = ()
    interpretation: tuple[Hours, ...] = ()
    captions: tuple[Hours, ...] = ()
    availability: dict[int, tuple[Hours, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """`kind` as above; `codes`: the sessions; `what`: the person's name, the language, the pledge's key."""

    kind: str
    codes: tuple[str, ...]
    subject: str = ""  # what tells it from others of its kind: an id, a language
    what: str = ""

    @property
    def key(self) -> str:
        return ":".join([self.kind, *filter(None, [self.subject]), *self.codes])[:200]

    @property
    def blocks(self) -> bool:
        """May it never be released, whoever says so?"""
        return self.kind == ROOM


def conflicts_of(items: Iterable[Placed], around: Around) -> list[Conflict]:
    """Everything that does not fit, in the order of time; the same for whatever order `items` come in."""
    ordered = sorted(items, key=lambda item: (item.starts, item.code))
    found = [*_between(ordered)]
    for item in ordered:
        found += _alone(item, around)
    place = {item.code: number for number, item in enumerate(ordered)}
    return sorted(set(found), key=lambda one: (not one.blocks, place[one.codes[0]], one.key))


def _between(items: list[Placed]) -> Iterator[Conflict]:
    for one, other in combinations(items, 2):
        if not one.meets(other):
            continue
        codes = tuple(sorted((one.code, other.code)))
        if one.room is not None and one.room == other.room:
            yield Conflict(ROOM, codes, str(one.room))
        for person in sorted(one.people.keys() & other.people.keys()):
            yield Conflict(PERSON, codes, str(person), one.people[person])


def _alone(item: Placed, around: Around) -> Iterator[Conflict]:
    if item.blocked_time:
        return
    codes = (item.code,)
    if around.opening and not any(hours.covers(item) for hours in around.opening):
        yield Conflict(OPENING, codes)
    for person, name in sorted(item.people.items()):
        said = [hours for hours in around.availability.get(person, ()) if hours.day == item.day]
        if said and not any(hours.covers(item) for hours in said):
            yield Conflict(AVAILABILITY, codes, str(person), name)
    for kind, wanted, offered, named in (
        (INTERPRETATION, item.interpretation, around.interpretation, item.interpreters),
        (CAPTIONS, item.captions, around.captions, item.captioners),
    ):
        for language in wanted:
            if not _served(item, language, offered, named):
                yield Conflict(kind, codes, language, language)
    for pledge, title in item.unowned.items():
        yield Conflict(OWNER, codes, pledge, title)
    if item.expected is not None and item.capacity is not None and item.expected > item.capacity:
        yield Conflict(CAPACITY, codes)


def _served(item: Placed, language: str, offered: tuple[Hours, ...], named: tuple[frozenset[str], ...]) -> bool:
    """Does somebody work in this language: by the hours of the team where there are any, else by who is named here.

    Where neither was entered nothing is missing.
    """
    if offered:
        return any(_serves(hours, item, language) for hours in offered)
    return not named or any(not languages or language in languages for languages in named)


def _serves(hours: Hours, item: Placed, language: str) -> bool:
    here = hours.room is None or hours.room == item.room
    return here and (not hours.languages or language in hours.languages) and hours.covers(item)
