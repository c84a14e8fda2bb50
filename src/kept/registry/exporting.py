"""Pledges as files: CSV, XLSX, JSON, IATI. The same rows in the same order as on the screen, with flat memory.

Each writer takes records (`rows.rows(selection)`) and gives pieces of bytes; an answer streams them, the command
`kept export-pledges` writes them into a file.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from kept.base.installation import installation
from kept.pledges.importing.cells import harmless
from kept.registry.columns import COLUMNS, Record, cells, typed_cells
from kept.registry.iati import write_iati

PIECE = 64 * 1024
LONGEST_CELL = 32_767  # of a spreadsheet
MOST_ROWS = 1_048_575  # of one sheet, below its head: what is more goes on in another


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    ending: str
    content_type: str
    write: Callable[[Iterable[Record]], Iterator[bytes]]


def write_csv(records: Iterable[Record]) -> Iterator[bytes]:
    """UTF-8, comma, quotes where needed, CRLF (RFC 4180). Nothing in it is taken for a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    for record in records:
        writer.writerow([harmless(cell) for cell in cells(record)])
        if buffer.tell() > PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def write_json(records: Iterable[Record], log: Iterable[str] = ()) -> Iterator[bytes]:
    """`{"results": […]}`, one pledge a line, each as the API answers it.

    `log`: pieces of the log's own part (`kept.log.copies.log_section`), with which `kept verify` checks the file.
    """
    buffer = io.StringIO()
    head = {"coalition": installation().name, "licence": installation().data_licence, "made": _now()}
    buffer.write(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"results": [')
    between = "\n"
    for record in records:
        buffer.write(between + json.dumps(record, ensure_ascii=False, separators=(",", ":")))
        between = ",\n"
        if buffer.tell() > PIECE:
            yield _taken(buffer)
    buffer.write("\n]")
    between = ',\n"log": '
    for piece in log:
        buffer.write(between + piece)
        between = ""
        if buffer.tell() > PIECE:
            yield _taken(buffer)
    buffer.write("}\n")
    yield _taken(buffer)


def write_xlsx(records: Iterable[Record]) -> Iterator[bytes]:
    """Typed cells, and a sheet that explains the columns. Written row by row into a temporary file."""
    with tempfile.TemporaryDirectory(prefix="kept-export-") as folder:
        path = Path(folder) / "pledges.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            _sheet_of_pledges(book, records)
            _sheet_of_columns(book)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _sheet_of_pledges(book: Any, records: Iterable[Record]) -> None:
    day, sheet = book.add_format({"num_format": "yyyy-mm-dd"}), _begun(book, 1)
    for number, record in enumerate(records):
        if number and number % MOST_ROWS == 0:
            sheet = _begun(book, number // MOST_ROWS + 1)
        row = number % MOST_ROWS + 1
        for at, (column, value) in enumerate(zip(COLUMNS, typed_cells(record), strict=True)):
            _cell(sheet, row, at, value, day if column.kind == "day" else None)


def _begun(book: Any, number: int) -> Any:
    """A sheet with its head."""
    sheet, bold = book.add_worksheet("Pledges" if number == 1 else f"Pledges {number}"), book.add_format({"bold": True})
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 11)
    sheet.set_column(2, 2, 60)
    for at, column in enumerate(COLUMNS):
        sheet.write_string(0, at, column.name, bold)
    return sheet


def _cell(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if day is not None:
        sheet.write_datetime(row, at, datetime.combine(date.fromisoformat(value), datetime.min.time()), day)
    elif isinstance(value, Decimal) and len(value.as_tuple().digits) > 15:
        sheet.write_string(row, at, f"{value:f}")  # a spreadsheet keeps fifteen digits of a number
    elif isinstance(value, Decimal | int):
        sheet.write_number(row, at, value)
    else:
        sheet.write_string(row, at, value[:LONGEST_CELL])


def _sheet_of_columns(book: Any) -> None:
    sheet, bold = book.add_worksheet("Columns"), book.add_format({"bold": True})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    for at, title in enumerate(("column", "meaning", "kind")):
        sheet.write_string(0, at, title, bold)
    for row, column in enumerate(COLUMNS, start=1):
        sheet.write_string(row, 0, column.name)
        sheet.write_string(row, 1, str(column.meaning))
        sheet.write_string(row, 2, column.kind)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


FORMATS: dict[str, Format] = {
    "csv": Format("csv", "text/csv; charset=utf-8", write_csv),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "json": Format("json", "application/json", write_json),
    "xml": Format("xml", "application/xml", write_iati),
}
