"""The steps by which a row is read: each takes one field's cell, puts it in normal form, and writes it down."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kept.pledges.importing import values
from kept.pledges.importing.binding import Get, GetMany
from kept.pledges.importing.cells import CellError, one_line, read_bool, read_whole_number, shortened, text_of, tidy
from kept.pledges.importing.days import Bound, read_date
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.paths import plain_json
from kept.pledges.importing.results import RowResult
from kept.pledges.importing.sources import Row
from kept.pledges.rules import LIMITS, MOST

Step = Callable[[Row, RowResult], None]

MOST_TERMS = 60  # values in one list
MOST_TERM = 80  # characters of a taxonomy's value
_LIMITS = {**LIMITS, "source_stage": 60}
_LINES = frozenset({"title", "occasion", "source_stage"})
_BOUNDS: dict[str, Bound] = {"start": "start", "end": "end"}


def text_step(name: str, get: Get, shorten: bool) -> Step:
    """Text of at most the field's length. What `shorten` cuts off stays: the whole text begins the description."""
    limit = _LIMITS[name]
    line = name in _LINES

    def read(row: Row, out: RowResult) -> None:
        text = text_of(get(row))
        if not text:
            return
        said = out.values
        if name == "description" and said.get(name) and text not in said[name]:
            text = f"{said[name]}\n\n{text}"
        short = one_line(text) if line else text
        if len(short) > limit:
            if not shorten or name == "description":
                raise CellError(
                    "too_long",
                    _("This text is too long: %(length)s characters, %(limit)s are possible."),
                    length=len(short),
                    limit=limit,
                )
            short = shortened(one_line(short), limit)
            said["description"] = text
        said[name] = short

    return read


def date_step(name: str, get: Get, order: str) -> Step:
    bound = _BOUNDS.get(name, "")

    def read(row: Row, out: RowResult) -> None:
        cell = get(row)
        if cell == "":
            return
        day = read_date(cell, order, bound)
        if name == "published":
            out.published = day
        elif day:
            out.values[name] = day

    return read


def choice_step(name: str, get: Get) -> Step:
    def read(row: Row, out: RowResult) -> None:
        text = text_of(get(row))
        if text:
            out.values[name] = values.choice(name, text)

    return read


def language_step(get: Get) -> Step:
    def read(row: Row, out: RowResult) -> None:
        text = text_of(get(row))
        if text:
            out.values["language"] = values.language(text)

    return read


def people_step(get: Get) -> Step:
    def read(row: Row, out: RowResult) -> None:
        cell = get(row)
        if cell == "":
            return
        number, from_words = read_whole_number(cell)
        out.values["people_expected"] = values.people(number)
        if from_words:
            words = {"text": text_of(cell), "number": number}
            out.remarks.append(_now("“%(text)s” was read as %(number)s people.") % words)

    return read


def list_step(name: str, get: GetMany) -> Step:
    """Places and goals as codes; terms of a taxonomy as the file writes them."""
    if name == "notes":
        return _notes_step(get)
    if name == "targets":
        return _codes_step(name, get, values.targets)
    if name == "sdgs":
        return _codes_step(name, get, values.goals)

    def read(row: Row, out: RowResult) -> None:
        words = tuple(dict.fromkeys(one_line(word) for word in get(row) if word))
        if len(words) > MOST_TERMS:
            raise CellError("too_many", _("There are more than %(most)s values."), most=MOST_TERMS)
        if any(len(word) > MOST_TERM for word in words):
            raise CellError(
                "too_long",
                _("A value in a list has at most %(limit)s characters. Which character separates the values?"),
                limit=MOST_TERM,
            )
        if words:
            out.values[name] = words

    return read


def _notes_step(get: GetMany) -> Step:
    def read(row: Row, out: RowResult) -> None:
        notes = [one_line(note)[:500] for note in get(row) if note]
        if notes:
            out.values.setdefault("notes", []).extend(notes)

    return read


def _codes_step(name: str, get: GetMany, codes_of: Callable[[list[str]], tuple[str, ...]]) -> Step:
    def read(row: Row, out: RowResult) -> None:
        items = get(row)
        if len(items) > MOST[name]:
            raise CellError("too_many", _("There are more than %(most)s values."), most=MOST[name])
        codes = codes_of(items)
        if codes:
            out.values[name] = codes

    return read


def link_step(url: GetMany, label: Get | None) -> Step:
    def read(row: Row, out: RowResult) -> None:
        said = text_of(label(row)) if label else ""
        links = [{"url": values.web_address(address), "label": said[:200]} for address in url(row) if address]
        if links:
            out.values.setdefault("links", []).extend(link for link in links if link not in out.values.get("links", []))

    return read


def indicator_step(gets: MappingType[str, Get], mapping: Mapping) -> Step:
    """What is counted; a line of the mapping makes one indicator of a row, where the row names it."""

    def read(row: Row, out: RowResult) -> None:
        _add_indicator({key: get(row) for key, get in gets.items()}, mapping, out)

    return read


def all_indicators_step(get: Get, mapping: Mapping) -> Step:
    """Every indicator of a pledge in one place: a list of records, or "name | unit | baseline | target | by; …"."""

    def read(row: Row, out: RowResult) -> None:
        found = get(row)
        if isinstance(found, str):
            found = [dict(zip(_PARTS, part.split("|"), strict=False)) for part in found.split(";") if part.strip()]
        for one in found if isinstance(found, list) else []:
            if isinstance(one, dict):
                _add_indicator(
                    {key: tidy(cell) for key, cell in one.items() if not isinstance(cell, dict | list)}, mapping, out
                )

    return read


_PARTS = ("name", "unit", "baseline", "target", "by")


def _add_indicator(cells: dict[str, Any], mapping: Mapping, out: RowResult) -> None:
    name = one_line(text_of(cells.get("name", "")))
    if not name or not any(cells.get(key, "") != "" for key in ("target", "baseline", "unit")):
        return
    made: dict[str, Any] = {"name": name[:200], "unit": one_line(text_of(cells.get("unit", "")))[:60]}
    for key in ("baseline", "target"):
        cell = cells.get(key, "")
        made[key] = values.number(cell, mapping.decimal) if cell != "" else ""
    made["by"] = read_date(cells["by"], mapping.dates, "end") if cells.get("by", "") != "" else ""
    made["headline"] = bool(read_bool(cells.get("headline", "")))
    out.values.setdefault("indicators", []).append({key: value for key, value in made.items() if value})


def all_links_step(get: Get) -> Step:
    """Links as a list of records with url and label."""

    def read(row: Row, out: RowResult) -> None:
        found = get(row)
        for one in found if isinstance(found, list) else []:
            address = tidy(one.get("url")) if isinstance(one, dict) else ""
            if isinstance(address, str) and address:
                link = {"url": values.web_address(address), "label": text_of(tidy(one.get("label")))[:200]}
                out.values.setdefault("links", []).append(link)

    return read


def reports_step(get: Get) -> Step:
    """Reports that came with the file, as they are: a list of records inside a JSON record."""

    def read(row: Row, out: RowResult) -> None:
        found = get(row)
        reports = [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]
        if len(reports) > 200:
            raise CellError("too_many", _("There are more than %(most)s values."), most=200)
        try:
            plain = [plain_json(report) for report in reports]
        except ValueError:
            raise CellError("too_deep", _("This is nested too deeply.")) from None
        if plain:
            out.values["source_reports"] = plain

    return read
