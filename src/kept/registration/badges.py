"""Badges and nameplates: what stands on one, in which sizes they come, and how they are set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import paper, places
from kept.meetings.models import Meeting
from kept.registration.codes import badge_code
from kept.registration.models import ENTERS, Mode, Registration

TEMPLATE = Path(__file__).parent / "paper/badge.typ"
NAMEPLATE = Path(__file__).parent / "paper/nameplate.typ"
MOST = 500  # badges in one file
# Names that a category may have; white is read on each of them (7:1 or more).
COLOURS = {
    "green": "#0B5A43", "ink": "#16211E", "ochre": "#8A3F12", "blue": "#1F4E79", "violet": "#5B3A7D", "red": "#8E1F2F",
    "grey": "#4A5350",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A size in millimetres; `columns` and `rows` of a sheet of A4, 0 where each badge is a page of its own."""

    name: Any
    width: float
    height: float
    columns: int = 0
    rows: int = 0


FORMATS = {
    "a6": Format(_("A6, one to a page"), 105, 148),
    "card": Format(_("Card of 86 × 54 mm, one to a page"), 85.6, 54),
    "a6-sheet": Format(_("A6, four to a sheet of A4"), 105, 148, 2, 2),
    "card-sheet": Format(_("Cards of 90 × 54 mm, ten to a sheet of A4"), 90, 54, 2, 5),
}


def has_badge(registration: Registration) -> bool:
    """May come into the room: who waits for anything gets none, nor who takes part online."""
    walk_in = getattr(registration, "walk_in", None)
    return (
        registration.state in ENTERS
        and registration.mode == Mode.IN_PERSON
        and not (walk_in is not None and walk_in.is_provisional)
    )


def pdf(meeting: Meeting, people: list[Registration], form: str, *, language: str, at: datetime) -> bytes:
    """The badges of these people as one file, category and country in `language`, names as they were written."""
    size = FORMATS[form]
    data = {
        "language": language.partition("-")[0], "meeting": meeting.name_in(language), "width": size.width, "height": size.height,
        "columns": size.columns, "rows": size.rows, "badges": [_said(one, language) for one in people],
    }  # fmt: skip
    return paper.pdf(TEMPLATE, data, at=at)


def nameplates(people: list[Registration], *, language: str, at: datetime) -> bytes:
    """What stands before people who sit by name: a sheet of A4 each, folded, read from both sides; names as written."""
    plates = [{key: _said(one, language)[key] for key in ("name", "native", "organisation")} for one in people]
    for plate, one in zip(plates, people, strict=True):
        plate["title"] = one.title
    return paper.pdf(NAMEPLATE, {"language": language.partition("-")[0], "plates": plates}, at=at)


def _said(one: Registration, language: str) -> dict[str, str]:
    organisation = one.organisation.name_in(language) if one.organisation else one.organisation_name
    name = one.badge_name or one.name
    return {
        "name": name,
        "native": one.name_native if one.name_native != name else "",
        "organisation": organisation,
        "country": places.name(one.country, language) if one.country else "",
        "category": one.category.name_in(language),
        "colour": COLOURS.get(one.category.badge_colour, COLOURS["green"]),
        "code": paper.qr(badge_code(one.key), border=4).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1),
    }
