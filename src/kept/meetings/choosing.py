"""Which part of a programme an address asks for, and how: every state of the page is an address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.formats import format_date
from kept.base.languages import name
from kept.meetings.presenting import Item

VIEWS = ("list", "grid", "rooms", "people", "now")
FILTERS = ("day", "kind", "language", "room", "speaker")
MOST_SESSIONS = 200


@dataclass(frozen=True)
class Choice:
    """What of a programme is shown (several values of a filter are alternatives), in which view."""

    view: str = "list"
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tz: str = ""
    at: str = ""
    sessions: tuple[str, ...] = ()  # these alone: an agenda that lives in a browser
    unknown: tuple[str, ...] = ()  # values that do not exist: nothing fits them, and the page says so

    @classmethod
    def from_query(cls, query: QueryDict) -> Choice:
        view = query.get("view", "") or "list"
        chosen = {key: tuple(dict.fromkeys(v for v in query.getlist(key) if v))[:20] for key in FILTERS}
        unknown = () if view in VIEWS else (view[:40],)
        return cls(
            view=view if view in VIEWS else "list",
            chosen={key: values for key, values in chosen.items() if values},
            tz=query.get("tz", ""),
            at=query.get("at", ""),
            sessions=tuple(dict.fromkeys(query.getlist("session")))[:MOST_SESSIONS],
            unknown=unknown,
        )

    @property
    def filtered(self) -> bool:
        return bool(self.chosen or self.sessions)

    def with_view(self, view: str) -> Choice:
        return replace(self, view=view)

    def switched(self, key: str, value: str) -> Choice:
        """The same with a value switched on or off."""
        now = self.chosen.get(key, ())
        values = tuple(v for v in now if v != value) if value in now else (*now, value)
        chosen = {k: v for k, v in {**self.chosen, key: values}.items() if v}
        return replace(self, chosen=chosen)

    def without_filters(self) -> Choice:
        return replace(self, chosen={}, sessions=())

    def to_query(self) -> str:
        """`?view=grid&kind=panel`, in a fixed order; "" for the page as it is."""
        query = QueryDict(mutable=True)
        if self.view != "list":
            query["view"] = self.view
        for key in FILTERS:
            if key in self.chosen:
                query.setlist(key, list(self.chosen[key]))
        if self.sessions:
            query.setlist("session", list(self.sessions))
        for key, value in (("tz", self.tz), ("at", self.at)):
            if value:
                query[key] = value
        return f"?{query.urlencode(safe='/:')}" if query else "?"

    def fits(self, item: Item, *, leaving_out: str = "") -> bool:
        """Whether a session is asked for; one filter may be left out (a facet counts what the others leave)."""
        if self.sessions and item.code not in self.sessions:
            return False
        return all(
            bool(set(values) & values_of(item, key)) for key, values in self.chosen.items() if key != leaving_out
        )


def values_of(item: Item, key: str) -> set[str]:
    """The values of a session under one filter."""
    match key:
        case "day":
            return {item.day.isoformat()}
        case "kind":
            return {item.kind}
        case "language":
            return set(item.languages)
        case "room":
            return {str(item.room_id or 0)} if item.room else set()
        case _:
            return {person.slug for person in item.people}


@dataclass
class Facet:
    """A filter as it is shown."""

    title: str
    values: list[dict[str, Any]]


def facets(items: list[Item], choice: Choice) -> list[Facet]:
    """The filters of a programme: those that would divide it."""
    titles = {"day": _("Day"), "kind": _("Kind of session"), "language": _("Language"), "room": _("Room"),
              "speaker": _("Speaker")}  # fmt: skip
    found = []
    for key in FILTERS:
        counts = Counter(v for item in items if choice.fits(item, leaving_out=key) for v in values_of(item, key))
        every = dict.fromkeys(v for item in items for v in sorted(values_of(item, key)))
        if len(every) < 2 and key not in choice.chosen:
            continue
        labels = labels_of(items, key)
        values = [
            {
                "label": labels.get(value, value),
                "count": counts[value],
                "url": choice.switched(key, value).to_query(),
                "selected": value in choice.chosen.get(key, ()),
            }
            for value in {**every, **dict.fromkeys(choice.chosen.get(key, ()))}
        ]
        found.append(Facet(titles[key], values))
    return found


def labels_of(items: list[Item], key: str) -> dict[str, str]:
    """{value: words} of one filter, in the page's language."""
    language = get_language() or "en"
    match key:
        case "day":
            return {item.day.isoformat(): format_date(item.day, language) for item in items}
        case "kind":
            return {item.kind: item.kind_name.capitalize() for item in items}
        case "language":
            return {code: name(code, language) for item in items for code in item.languages}
        case "room":
            return {str(item.room_id or 0): item.room for item in items if item.room}
        case _:
            return {person.slug: person.name for item in items for person in item.people}
