"""What an opened file is to the importer: columns, and rows with the numbers that a person sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kept.pledges.importing.cells import Cell, text_of, tidy
from kept.pledges.importing.headers import letter_index, plain
from kept.pledges.importing.paths import at_path, flat


class UnusableFile(Exception):
    """A file that cannot be read at all. `message` says, to a person, why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Layout:
    """What somebody said about a file's shape. Empty values: find it out."""

    sheet: str = ""
    header_row: int | None = None  # as a spreadsheet counts; 0: there is none
    encoding: str = ""
    delimiter: str = ""
    items: str = ""  # JSON: where the list of records is, "data.pledges"
    each: str = ""  # JSON: a list inside each record; every element becomes a row of its own


class Expectation(Protocol):
    """What `open_source` asks of a mapping."""

    @property
    def layout(self) -> Layout: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    def expects(self, column: str) -> bool: ...


@dataclass(slots=True)
class Row:
    """One row. `number` is the row that a spreadsheet program shows (JSON: the record's place, from 1).

    `line` is where a record of a text file starts in an editor; 0 elsewhere. `filled` are the places of cells
    that were empty under a merged cell and have its value; `broken` what cells show whose formula failed.
    """

    number: int
    cells: Any  # list[Cell] of a table, dict of a JSON record
    line: int = 0
    filled: frozenset[int] = frozenset()
    broken: Mapping[int, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The row in words, for messages."""
        if self.line and self.line != self.number:
            return _("row %(row)s (line %(line)s of the file)") % {"row": self.number, "line": self.line}
        return _("row %(row)s") % {"row": self.number}


@dataclass
class Source:
    """An opened file: its columns, and its rows as often as they are asked for.

    `total` is how many rows will come (for a progress bar; an upper limit). `remarks` are sentences for whoever
    imports: which sheet was read, which encoding was assumed. `kind` is csv, xlsx, xls, ods or json.
    """

    path: Path
    name: str
    kind: str
    columns: list[str]
    read: Callable[[], Iterator[Row]]
    total: int = 0
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)  # of a workbook, those that hold something
    header_row: int = 0
    encoding: str = ""  # of a text file
    delimiter: str = ""
    remarks: list[str] = field(default_factory=list)
    aliases: Mapping[str, int] = field(default_factory=dict)
    sample: list[Row] = field(default_factory=list)  # some of the first rows, without reading the file again
    is_report: bool = False  # rows that an earlier import refused (reports.py)
    by_mapping: bool = False  # whether a mapping said which columns to look for

    def rows(self) -> Iterator[Row]:
        """The rows under the header; empty ones, and the header where a page repeats it, are left out."""
        return self.read()

    @cached_property
    def _places(self) -> dict[str, int]:
        places = dict(self.aliases)
        for index, name in reversed(list(enumerate(self.columns))):
            places[plain(name)] = index
        return places

    def place(self, column: str) -> int | None:
        """Where a column stands in `Row.cells`, None where there is no such column. `@C` is the third."""
        if column in self.columns:
            return self.columns.index(column)
        if re.fullmatch(r"@[A-Z]{1,3}", column):
            index = letter_index(column[1:])
            return index if index < len(self.columns) else None
        return self._places.get(plain(column))

    def getter(self, column: str) -> Callable[[Row], Cell] | None:
        """A function that takes a column's cell out of a row, or None where there is no such column.

        `@file` is the file's name without its ending, `@row` the row's number, `@C` the third column.
        """
        if column == "@file":
            stem = Path(self.name).stem
            return lambda row: stem
        if column == "@row":
            return lambda row: row.number
        if self.kind == "json":
            return at_path(column)
        index = self.place(column)
        return None if index is None else lambda row: row.cells[index]

    def record(self, row: Row) -> dict[str, str]:
        """The row as text under the names of its columns: for reports and for the screen."""
        if isinstance(row.cells, dict):
            return flat(row.cells)
        return {name: text_of(cell) for name, cell in zip(self.columns, row.cells, strict=False)}

    def hash_of(self, row: Row) -> str:
        """SHA-256 of what a row says, whatever the order of its columns and the stray spaces in it.

        The same row gives the same hash in every file that holds it, as text or as a workbook.
        """
        record = self.record(row)
        said = sorted((plain(name), text_of(tidy(text))) for name, text in record.items())
        return sha256("\x1e".join(f"{n}\x1f{t}" for n, t in said if t).encode()).hexdigest()

    def corrected(self, row: Row, corrections: Mapping[str, str]) -> Row:
        """The row with some cells replaced by what a person typed instead: {column: text}."""
        if isinstance(row.cells, dict):
            typed = {c: _as_before(row.cells.get(c), text) for c, text in corrections.items()}
            return Row(row.number, {**row.cells, **typed}, row.line)
        cells, filled = list(row.cells), set(row.filled)
        for column, text in corrections.items():
            index = self.place(column)
            if index is not None:
                cells[index] = text
                filled.discard(index)
        return Row(row.number, cells, row.line, frozenset(filled), row.broken)


def _as_before(cell: Any, text: str) -> Any:
    """What was typed instead of a cell of a JSON record: a list or a record stays one."""
    if isinstance(cell, list | dict):
        with suppress(ValueError):
            return json.loads(text, parse_float=Decimal)
    return text
