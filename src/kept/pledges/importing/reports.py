"""The file of refused rows: what is wrong, then the row itself. Put right, it is imported like any other file."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from kept.pledges.importing.cells import harmless, unharmed
from kept.pledges.importing.headers import plain
from kept.pledges.importing.sources import Row, Source

HEAD = ("row", "column", "value", "reason")
_NUMBER = re.compile(r"[+-]?\d[\d.,'  ]*(e[+-]?\d+)?%?", re.I)  # no spreadsheet takes a number for a formula


class Report:
    """Refused rows, collected on disk until the columns of all of them are known."""

    def __init__(self) -> None:
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (kept open until the import ends)
        self._columns: dict[str, None] = {}
        self.count = 0

    def add(self, row: int, problems: Iterable[dict[str, str]], record: dict[str, str], file: str = "") -> None:
        """One refused row: its first problem's column and value, every problem's reason, its cells."""
        found = list(problems)
        first = found[0] if found else {"column": "", "value": ""}
        reason = " ".join(problem["reason"] for problem in found)
        self._columns |= dict.fromkeys(record)
        self._rows.write(json.dumps([[str(row), first["column"], first["value"], reason], record, file]) + "\n")
        self.count += 1

    def lines(self, *, files: bool = False) -> Iterator[list[str]]:
        """The lines of the file, its header first; with `files` the last column names the file of each row."""
        yield [*HEAD, *self._columns, *(["file"] if files else [])]
        self._rows.seek(0)
        for line in self._rows:
            head, record, file = json.loads(line)
            cells = [record.get(column, "") for column in self._columns]
            yield [safe(cell) for cell in (*head, *cells, *([file] if files else []))]

    def write(self, path: Path, *, files: bool = False) -> None:
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            csv.writer(out).writerows(self.lines(files=files))


def csv_lines(report: Report) -> Iterator[str]:
    """The same file, line by line, for a browser that saves it."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for line in report.lines():
        yield writer.writerow(line)


class _Echo:
    def write(self, text: str) -> str:
        return text


def safe(cell: str) -> str:
    """Text that a spreadsheet program does not take for a formula; numbers stay numbers."""
    return cell if _NUMBER.fullmatch(cell) else harmless(cell)


def is_report(columns: Iterable[Any]) -> bool:
    """Whether a header is that of such a file."""
    return tuple(columns)[: len(HEAD)] == HEAD


def without_head(source: Source, nested: bool) -> Source:
    """An opened report as the file of the rows in it: what is wrong with them is not read.

    `nested`: cells that hold JSON are records again, as they were in the file from which the row came.
    """
    cut = len(HEAD)
    columns = [_own_name(name) for name in source.columns[cut:]]
    end = len(columns) - (columns[-1:] == ["file"])
    columns, read = columns[:end], source.read

    def row(found: Row) -> Row:
        cells = found.cells[cut : cut + end]
        if nested:
            record = {name: _again(cell) for name, cell in zip(columns, cells, strict=False) if cell != ""}
            return Row(found.number, record, found.line)
        filled = frozenset(at - cut for at in found.filled)
        return Row(found.number, cells, found.line, filled, {at - cut: shown for at, shown in found.broken.items()})

    return replace(
        source,
        kind="json" if nested else source.kind,
        columns=columns,
        read=lambda: map(row, read()),
        aliases={name: at - cut for name, at in source.aliases.items() if at >= cut},
        sample=[row(one) for one in source.sample],
        is_report=True,
    )


def _own_name(column: str) -> str:
    """A column that was called "Value (2)" because the report has a "value" of its own is "Value" again."""
    found = re.fullmatch(r"(.+) \(([2-9])\)", column)
    if not found or plain(found[1]) not in HEAD:
        return column
    return found[1] if found[2] == "2" else f"{found[1]} ({int(found[2]) - 1})"


def _again(cell: Any) -> Any:
    if isinstance(cell, str) and cell[:1] in ("[", "{"):
        with suppress(ValueError):
            return json.loads(cell, parse_float=Decimal)
    return unharmed(cell) if isinstance(cell, str) else cell
