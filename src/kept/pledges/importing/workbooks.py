"""Workbooks (xlsx, xls, ods): which sheet, where its table begins, and its rows.

The file itself is opened by `workbook_process.py`, a process with a limit of memory and time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kept.pledges.importing.headers import Header, find_header, plain
from kept.pledges.importing.sources import Layout, Row, Source, UnusableFile

_PROGRAM = Path(__file__).with_name("workbook_process.py")


class _Workbook:
    """A conversation with the process that has the workbook open."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.sheets: list[dict[str, Any]] = []
        self._waiting: subprocess.Popen[bytes] | None = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), str(self.path.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        weakref.finalize(self, _end, process)
        self.sheets = self._answer(process)["sheets"]
        return process

    def _answer(self, process: subprocess.Popen[bytes]) -> Any:
        line = process.stdout.readline() if process.stdout else b""
        # Where it ended without a word, the memory or the time was used up.
        said = json.loads(line, object_hook=_dated) if line.endswith(b"\n") else {"error": "too_large"}
        if isinstance(said, dict) and "error" in said:
            _end(process)
            raise UnusableFile(self._sentence(said["error"]))
        return said

    def _sentence(self, code: str) -> str:
        sentences = {
            "protected": _("%(name)s is protected by a password. Save it without one and try again."),
            "too_large": _("%(name)s needs too much memory. Delete empty rows and columns, or save it as .csv."),
            "damaged": _("%(name)s is damaged: it cannot be unpacked. Open it, save it again, and try once more."),
        }
        return sentences[code] % {"name": self.name}

    def rows(self, sheet: int) -> Iterator[list[Any]]:
        """[row number, cells] or [row number, cells, places filled from a merged cell, {place: what it shows}]."""
        process, self._waiting = self._waiting or self._start(), None
        try:
            if process.stdin:
                process.stdin.write(f"{sheet}\n".encode())
                process.stdin.flush()
            while isinstance(said := self._answer(process), list):
                yield said
        except BrokenPipeError:
            raise UnusableFile(self._sentence("too_large")) from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            with suppress(BrokenPipeError):
                pipe.close()


def _dated(thing: dict[str, Any]) -> Any:
    """The dates among the cells; other objects stay."""
    said = thing.get("d")
    if said is None:
        return thing
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


def open_workbook(path: Path, name: str, kind: str, layout: Layout, known: Callable[[str], bool]) -> Source:
    """Open a workbook. Raises UnusableFile where it is protected or broken, or has no such sheet."""
    book = _Workbook(path, name)
    fixed = None if layout.header_row is None else layout.header_row - 1
    sheet, header = _choose(book, layout.sheet, fixed, known)
    width = max(len(header.names), 1)
    others = [s["name"] for s in book.sheets if s is not sheet and s["rows"]]
    remarks = []
    if others:
        remarks.append(
            _("The sheet “%(sheet)s” was read. Not read: %(others)s.")
            % {"sheet": sheet["name"], "others": ", ".join(others)}
        )
    return Source(
        path=path,
        name=name,
        kind=kind,
        columns=header.names,
        read=lambda: _rows(book, sheet["index"], header, width),
        total=max(sheet["height"] - header.last - 1, 0),
        sheet=sheet["name"],
        sheets=[one["name"] for one in book.sheets if one["rows"]],
        header_row=header.last + 1,
        remarks=remarks,
        aliases=header.aliases,
        sample=[Row(i + 1, cells) for i, cells in enumerate(sheet["rows"]) if i > header.last and cells],
    )


def _choose(
    book: _Workbook, wanted: str, fixed: int | None, known: Callable[[str], bool]
) -> tuple[dict[str, Any], Header]:
    """The sheet that the mapping names, else the visible one whose header looks most like a table of pledges."""
    sheets = book.sheets
    if wanted:
        sheets = [s for s in sheets if plain(s["name"]) == plain(wanted)]
        if not sheets:
            names = ", ".join(s["name"] for s in book.sheets)
            raise UnusableFile(
                _("%(name)s has no sheet “%(sheet)s”. Its sheets: %(names)s.")
                % {"name": book.name, "sheet": wanted, "names": names}
            )
    sheets = [s for s in sheets if s["rows"]] or sheets
    sheets = [s for s in sheets if s["shown"]] or sheets
    if not sheets or not any(s["rows"] for s in sheets):
        raise UnusableFile(_("%(name)s is empty.") % {"name": book.name})
    headers = [find_header(s["rows"], known=known, merges=[tuple(m) for m in s["merges"]], fixed=fixed) for s in sheets]
    return max(zip(sheets, headers, strict=True), key=lambda pair: pair[1].score)


def _rows(book: _Workbook, sheet: int, header: Header, width: int) -> Iterator[Row]:
    names = [plain(n) for n in header.names]
    first_row = header.last + 2  # as a spreadsheet counts
    for number, cells, *more in book.rows(sheet):
        if number < first_row:
            continue
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        first = cells[0]
        if header.last >= 0 and type(first) is str and plain(first) == names[0] and _repeats(cells, names):
            continue  # the header, repeated for printing
        if more:
            yield Row(number, cells, 0, frozenset(more[0]), {int(place): shown for place, shown in more[1].items()})
        else:
            yield Row(number, cells)


def _repeats(cells: list[Any], names: list[str]) -> bool:
    """Whether a row says what the header says (where both say something)."""
    same = [plain(c) == n for c, n in zip(cells, names, strict=False) if type(c) is str and c]
    return len(same) > 1 and all(same)
