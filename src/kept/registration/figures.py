"""The figures of a meeting as charts: live or frozen, the same words and the same drawing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kept.base import places
from kept.base.formats import format_date, format_number
from kept.meetings.models import in_language
from kept.people.models import EntityType
from kept.registration import charts
from kept.registration.forms import GENDERS
from kept.registration.models import Mode, State
from kept.registration.presence import RANGES, UNKNOWN, UNKNOWN_WORDS
from kept.registry.implementing import Chart

COUNTRIES_SHOWN = 20
Figures = dict[str, Any]


def drawn(figures: Figures, language: str) -> list[Chart]:
    """Every chart that has something to show."""
    made = [_standing(figures, language), *(_group(figures, group, language) for group in figures["groups"]),
            _days(figures, language), _sessions(figures, language), _minutes(figures, language)]  # fmt: skip
    return [chart for chart in made if chart.rows]


def headlines(figures: Figures, language: str, *, begun: bool = True) -> list[tuple[str, str]]:
    """[(figure, what it counts)] for the head of a page, of a report; who came and who did not, once it has `begun`."""
    told = [
        ("registered", _("registered")), ("confirmed", pgettext("people", "confirmed")), ("came", _("came")),
        ("in_room", _("came into the room")), ("online", _("came in online")), ("countries", _("countries")),
        ("waiting", _("on the waiting list")), ("withdrawn", _("cancelled or withdrawn")),
        ("missed", _("confirmed, did not come")),
    ]  # fmt: skip
    later = () if begun else ("came", "in_room", "online", "countries", "missed")
    return [(format_number(figures[key], language), words) for key, words in told if key not in later]


def _standing(figures: Figures, language: str) -> Chart:
    sentence = _("Registered: %(registered)s. Confirmed: %(confirmed)s. Came: %(came)s.") % {
        key: format_number(figures[key], language) for key in ("registered", "confirmed", "came")
    }
    counts = [(value, str(label), figures["states"].get(value, 0)) for value, label in State.choices]
    return charts.shared("states", _("Where the registrations stand"), sentence, [one for one in counts if one[2]])


def _group(figures: Figures, group: str, language: str) -> Chart:
    title, naming = _naming(figures, language)[group]
    lines = figures["groups"][group]
    rows = [(value, naming(value) or _("not said"), _parts(*counts)) for value, *counts in lines]
    if len(rows) > COUNTRIES_SHOWN:
        rest = [sum(part) for part in zip(*(parts for _v, _n, parts in rows[COUNTRIES_SHOWN:]), strict=True)]
        rows = [*rows[:COUNTRIES_SHOWN], ("others", _("all others"), rest)]
    heads = [
        ("kept", _("Came")), ("late", _("Confirmed, not there")), ("unjudged", _("Registered, not confirmed")),
    ]  # fmt: skip
    return charts.crossed(group, title, _most(figures, lines, naming, language), heads, rows)


def _parts(registered: int, confirmed: int, came: int) -> list[int]:
    return [came, confirmed - came, registered - confirmed]


def _most(figures: Figures, lines: list[list[Any]], naming: Callable[[str], str], language: str) -> str:
    """Which of them came the most often; before anybody came, which registered the most often."""
    at, whole, words = (3, "came", _("Of %(all)s who came, most are “%(what)s”: %(n)s.")) if figures["came"] else (
        1, "registered", _("Of %(all)s who registered, most are “%(what)s”: %(n)s.")
    )  # fmt: skip
    said = [line for line in lines if line[0] and line[at]]
    if not said:
        return _("Nobody has said it.")
    value, *_rest = most = max(said, key=lambda line: line[at])
    return words % {
        "what": naming(value), "n": format_number(most[at], language), "all": format_number(figures[whole], language),
    }  # fmt: skip


def _naming(figures: Figures, language: str) -> dict[str, tuple[str, Callable[[str], str]]]:
    kinds, genders, modes = dict(EntityType.choices), dict(GENDERS), dict(Mode.choices)
    place: Callable[[str], str] = lambda value: places.name(value, language) if value else ""  # noqa: E731
    return {
        "mode": (_("Ways of taking part"), lambda value: str(modes.get(value, value))),
        "category": (
            _("Categories"),
            lambda value: in_language(figures["categories"].get(value, {}), language) or value,
        ),
        "entity_type": (_("Kind of organisation"), lambda value: str(kinds.get(value, value))),
        "country": (_("Countries"), place),
        "region": (_("Regions"), place),
        "gender": (_("Gender"), lambda value: str(genders.get(value, value)) if value else ""),
    }


def _days(figures: Figures, language: str) -> Chart:
    rows = [
        (day, format_date(date.fromisoformat(day), language), (room, online)) for day, room, online in figures["days"]
    ]
    sentence = _("Came into the room: %(room)s. Came in online: %(online)s. Who did both stands in both.") % {
        "room": format_number(figures["in_room"], language), "online": format_number(figures["online"], language)
    }  # fmt: skip
    heads = [("kept", _("In the room")), ("going", _("Online"))]
    return charts.crossed("days", _("Day by day"), sentence, heads, rows)


def _sessions(figures: Figures, language: str) -> Chart:
    """Reports that were frozen before sessions were counted have none."""
    counts = [
        (code, in_language(titles, language) or code, (room, online))
        for code, titles, room, online in figures.get("sessions", [])
    ]
    sentence = _("In the room counts who came through the door of the session; where it has none of its own, who was inside while "
                 "it was on. Online counts who was there meanwhile.")  # fmt: skip
    heads = [("kept", _("In the room")), ("going", _("Online"))]
    someone = any(room or online for _c, _n, (room, online) in counts)
    return charts.crossed("sessions", _("Session by session"), sentence, heads, counts if someone else [])


def _minutes(figures: Figures, language: str) -> Chart:
    spent = figures["minutes"]
    known = sum(n for key, n in spent.items() if key != UNKNOWN)
    sentence = _("Stayed online for an hour or longer: %(n)s of %(all)s whose time is known.") % {
        "n": format_number(spent.get("hour", 0) + spent.get("long", 0), language), "all": format_number(known, language)
    }  # fmt: skip
    named = [(key, str(words)) for key, _least, words in RANGES] + [(UNKNOWN, str(UNKNOWN_WORDS))]
    counts = [(key, words, spent.get(key, 0)) for key, words in named]
    return charts.shared("minutes", _("How long people stayed online"), sentence, counts if spent else [])
