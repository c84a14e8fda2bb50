"""A spreadsheet for organisations with many pledges: filled with today's state, read back with the importer's care.

One row for each indicator of a pledge; what is said of the pledge as a whole stands in its first row. What cannot be read is
told with row, column, value and reason. A pledge with such a cell is not saved at all; all others are, as reports being written.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kept.base import money
from kept.pledges import reading
from kept.pledges.content import PledgeContent
from kept.pledges.importing.readers import Layout, UnusableFile, open_source
from kept.pledges.reading import Unreadable
from kept.progress import actions
from kept.progress.content import Money, People, ReportContent, Value
from kept.progress.fields import INSTRUMENTS, NATURES
from kept.progress.known import indicators_of, starting_content
from kept.progress.models import Asked, Origin, Report
from kept.progress.statuses import Counting, Said

MOST_ROWS = 20_000
XLSX_NAME = "reports.xlsx"
COLUMNS: tuple[tuple[str, Any, int], ...] = (
    ("pledge", gettext_lazy("Pledge"), 10),
    ("title", gettext_lazy("Title (not read back)"), 40),
    ("said", gettext_lazy("Status"), 14),
    ("said_reason", gettext_lazy("Why"), 30),
    ("completed_on", gettext_lazy("Completed on"), 13),
    ("summary", gettext_lazy("What was done"), 40),
    ("indicator", gettext_lazy("Indicator"), 30),
    ("target", gettext_lazy("Promised (not read back)"), 12),
    ("value", gettext_lazy("Figure"), 12),
    ("on", gettext_lazy("of which day"), 13),
    ("source", gettext_lazy("Where the figure comes from"), 24),
    ("counting", gettext_lazy("It counts"), 18),
    ("not_assessed", gettext_lazy("Or: why there is no figure"), 24),
    ("committed", gettext_lazy("Signed since the start"), 14),
    ("disbursed", gettext_lazy("Spent since the start"), 14),
    ("currency", gettext_lazy("Currency"), 9),
    ("nature", gettext_lazy("The money is"), 18),
    ("instrument", gettext_lazy("as"), 14),
    ("people", gettext_lazy("People reached"), 12),
    ("women", gettext_lazy("women and girls"), 12),
    ("men", gettext_lazy("men and boys"), 12),
    ("how", gettext_lazy("How they were counted"), 24),
)
KEYS = [key for key, _label, _width in COLUMNS]
CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "said": tuple((s.value, s.label) for s in Said),
    "counting": tuple((c.value, c.label) for c in Counting),
    "nature": NATURES,
    "instrument": INSTRUMENTS,
}
OF_THE_PLEDGE = ("said", "said_reason", "completed_on", "summary", "committed", "disbursed", "currency", "nature",
                 "instrument", "people", "women", "men", "how")  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """One cell that was refused."""

    row: int
    column: str
    value: str
    reason: Any


@dataclass
class ReadBack:
    """What became of a spreadsheet: the reports that were saved, what was refused, what did not change."""

    saved: list[Report] = field(default_factory=list)
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)


# --- writing -------------------------------------------------------------------------------------------


def written(asked: Iterable[Asked], language: str) -> bytes:
    """The workbook of these questions, as things stand today."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(str(_("Reports"))[:31])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    quiet = book.add_format({"font_color": "#666666"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, (_key, label, width) in enumerate(COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(label), head)
    sheet.freeze_panes(1, 2)
    row = 0
    for one in asked:
        for cells in _rows_of(one, language):
            row += 1
            for key, value in cells.items():
                _put(sheet, row, KEYS.index(key), value, quiet if key in ("title", "target") else None, days)
    for key, choices in CHOICES.items():
        words = [str(label) for _value, label in choices]
        at = KEYS.index(key)
        sheet.data_validation(1, at, max(row, 1), at, {"validate": "list", "source": words, "error_type": "warning"})
    book.close()
    return out.getvalue()


def _put(sheet: Any, row: int, at: int, value: Any, style: Any, days: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), days)
    elif isinstance(value, Decimal | int):
        sheet.write_number(row, at, float(value), style)
    elif value:
        sheet.write_string(row, at, str(value), style)


def _content_of(asked: Asked, language: str) -> ReportContent:
    found = Report.objects.filter(asked=asked, state__in=["draft", "asked_back"]).order_by("-pk").first()
    return ReportContent.from_json(found.content) if found else starting_content(asked.pledge, language)


def _rows_of(asked: Asked, language: str) -> Iterable[dict[str, Any]]:
    """The rows of one pledge: its first carries what is said of the whole."""
    content = _content_of(asked, language)
    promised = PledgeContent.from_json(asked.pledge.current.content)
    targets = {i.name: i.target for i in promised.indicators}
    first: dict[str, Any] = {
        "said": _word("said", content.said), "said_reason": content.said_reason, "summary": content.summary,
        "completed_on": _date(content.completed_on), "people": content.people.total, "women": content.people.women,
        "men": content.people.men, "how": content.people.how, "currency": promised.currency,
    }  # fmt: skip
    for line in content.money:
        first |= {
            line.stage: Decimal(line.amount), "currency": line.currency, "nature": _word("nature", line.nature),
            "instrument": _word("instrument", line.instrument),
        }  # fmt: skip
    for n, name in enumerate(indicators_of(asked.pledge) or [""]):
        line = content.value_of(name) or Value(name)
        yield {
            "pledge": asked.pledge.reference, "title": asked.pledge.title, **(first if n == 0 else {}), "indicator": name,
            "target": Decimal(targets[name]) if targets.get(name) else "", "value": Decimal(line.value) if line.value else "",
            "on": _date(line.on), "source": line.source, "counting": _word("counting", line.counting) if name else "",
            "not_assessed": line.not_assessed,
        }  # fmt: skip


def _date(text: str) -> date | str:
    return date.fromisoformat(text) if len(text) == 10 else ""


def _word(key: str, value: str) -> str:
    return str(dict(CHOICES[key]).get(value, ""))


# --- reading back --------------------------------------------------------------------------------------


@cache
def _labels() -> dict[str, str]:
    """{label of a column in any language: its key}."""
    found = {key: key for key in KEYS}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(label).casefold().strip(): key for key, label, _width in COLUMNS}
    return found


@cache
def _words() -> dict[str, dict[str, str]]:
    """{column: {word in any language: its value}}."""
    found: dict[str, dict[str, str]] = {
        key: {value: value for value, _w in choices} for key, choices in CHOICES.items()
    }
    for code, _name in settings.LANGUAGES:
        with override(code):
            for key, choices in CHOICES.items():
                found[key] |= {str(word).casefold().strip(): value for value, word in choices}
    return found


class _Expected:
    """What the reader of files has to know of this one: its head is its first row."""

    layout = Layout(header_row=1)

    @staticmethod
    def expects(name: str) -> bool:
        return name.casefold().strip() in _labels()


def read_back(path: Path, name: str, asked: Iterable[Asked], *, by: Any, at: datetime, language: str) -> ReadBack:
    """Read a spreadsheet and save what can be read. Raises UnusableFile where it is no such table."""
    source = open_source(path, _Expected, name=name)  # type: ignore[arg-type]
    columns = {index: _labels().get(str(c).casefold().strip(), "") for index, c in enumerate(source.columns)}
    if "pledge" not in columns.values():
        raise UnusableFile(_("There is no column “Pledge”. Use the file that you downloaded here."))
    known = {one.pledge.reference: one for one in asked}
    result = ReadBack()
    grouped: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for count, row in enumerate(source.rows()):
        if count >= MOST_ROWS:
            raise UnusableFile(_("There are too many rows."))
        cells = {columns[i]: cell for i, cell in enumerate(row.cells) if columns.get(i)}
        if not any(_text(cell) for key, cell in cells.items() if key not in ("title", "target")):
            continue
        reference = _text(cells.get("pledge")).upper()
        if reference not in known:
            reason = _("Nobody asks about this pledge, or it is not yours.")
            result.wrong.append(Wrong(row.number, _label("pledge"), reference, reason))
            continue
        grouped.setdefault(reference, []).append((row.number, cells))
    for reference, rows in grouped.items():
        _take(known[reference], rows, result, by=by, at=at, language=language)
    result.wrong.sort(key=lambda w: w.row)
    return result


def _label(key: str) -> str:
    return str(next(label for k, label, _width in COLUMNS if k == key))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell).strip()


@dataclass
class _Reader:
    """Reads the cells of one pledge, and remembers what could not be read."""

    language: str
    wrong: list[Wrong] = field(default_factory=list)

    def _refuse(self, row: int, key: str, cell: Any, reason: Any) -> None:
        self.wrong.append(Wrong(row, _label(key), _text(cell)[:200], reason))

    def figure(self, row: int, key: str, cell: Any) -> str:
        if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            return reading.decimal_text(Decimal(str(cell)))
        try:
            return reading.read_figure(_text(cell), self.language)[0]
        except Unreadable as error:
            self._refuse(row, key, cell, error.message)
            return ""

    def day(self, row: int, key: str, cell: Any) -> str:
        try:
            found = reading.read_day(_text(cell), self.language)
            if found and len(found) != 10:
                raise Unreadable(_("Write the whole day, for example 31 March 2026."))
        except Unreadable as error:
            self._refuse(row, key, cell, error.message)
            return ""
        return found

    def count(self, row: int, key: str, cell: Any) -> int | None:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell) and cell >= 0:
            return int(cell)
        try:
            return reading.read_count(_text(cell), self.language)
        except Unreadable as error:
            self._refuse(row, key, cell, error.message)
            return None

    def choice(self, row: int, key: str, cell: Any) -> str:
        text = _text(cell).casefold()
        if not text:
            return ""
        found = _words()[key].get(text, "")
        if not found:
            words = ", ".join(str(label) for _value, label in CHOICES[key])
            self._refuse(row, key, cell, _("Write one of these: %(words)s") % {"words": words})
        return found

    def currency(self, row: int, key: str, cell: Any) -> str:
        text = _text(cell).upper()
        if text and not money.is_currency(text):
            self._refuse(row, key, cell, _("This is no currency. Write three letters, for example EUR."))
            return ""
        return text


def _take(
    asked: Asked, rows: list[tuple[int, dict[str, Any]]], result: ReadBack, *, by: Any, at: datetime, language: str
) -> None:
    """One pledge: read whole, then saved whole, or not at all."""
    reader = _Reader(language)
    before = _content_of(asked, language)
    first_row, first = rows[0]
    values = _values(asked, rows, reader, before)
    people = before.people
    cells = {key: first.get(key) for key in OF_THE_PLEDGE}
    content = before.with_(
        said=reader.choice(first_row, "said", cells["said"]) or before.said,
        said_reason=reading.clean(_text(cells["said_reason"]), lines=True),
        completed_on=reader.day(first_row, "completed_on", cells["completed_on"]),
        summary=reading.clean(_text(cells["summary"]), lines=True),
        values=values,
        money=_money(first_row, cells, reader),
        people=People(
            reader.count(first_row, "people", cells["people"]), reader.count(first_row, "women", cells["women"]),
            reader.count(first_row, "men", cells["men"]), people.groups, reading.clean(_text(cells["how"])),
        ),
    )  # fmt: skip
    if reader.wrong:
        result.wrong += reader.wrong
        return
    if content.to_json() == before.to_json():
        result.same += 1
        return
    report = actions.begin(asked, by=by, at=at, language=language, origin=Origin.SPREADSHEET)
    names = ("said", "said_reason", "completed_on", "summary", "values", "money", "people")
    fields = {name: getattr(content, name) for name in names}
    actions.save_fields(report, fields, by=by, at=at, base_version=report.version)
    result.saved.append(report)


def _values(
    asked: Asked, rows: list[tuple[int, dict[str, Any]]], reader: _Reader, before: ReportContent
) -> tuple[Value, ...]:
    names = indicators_of(asked.pledge)
    known = {name: before.value_of(name) or Value(name) for name in names}
    for row, cells in rows:
        name = _text(cells.get("indicator"))
        if not name and not names:
            continue
        if name not in known:
            reader._refuse(row, "indicator", name, _("The pledge counts nothing of this name."))
            continue
        counting = reader.choice(row, "counting", cells.get("counting")) or known[name].counting
        known[name] = Value(
            name, reader.figure(row, "value", cells.get("value")), reader.day(row, "on", cells.get("on")),
            reading.clean(_text(cells.get("source")))[:500], reading.clean(_text(cells.get("not_assessed")))[:500], counting,
        )  # fmt: skip
    return tuple(known[name] for name in names)


def _money(row: int, cells: dict[str, Any], reader: _Reader) -> tuple[Money, ...]:
    currency = reader.currency(row, "currency", cells["currency"])
    nature = reader.choice(row, "nature", cells["nature"])
    instrument = reader.choice(row, "instrument", cells["instrument"])
    lines = []
    for stage in ("committed", "disbursed"):
        amount = reader.figure(row, stage, cells[stage])
        if amount:
            lines.append(Money(stage, amount, currency, nature, instrument))
    return tuple(lines)
