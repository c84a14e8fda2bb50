"""Files in, rows out: whatever an office keeps its pledges in, one row after the other, in constant memory.

`open_source` finds out by its content what a file is (text with separators, a workbook, JSON), where its table
begins and what its columns are called; `Source.rows` gives the rows with the numbers that a person sees. The
whole file is looked at before the first row is given, so that a file that breaks off is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from kept.pledges.importing.delimited import open_delimited
from kept.pledges.importing.guessing import is_known
from kept.pledges.importing.kinds import kind_of_file
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.objects import open_objects
from kept.pledges.importing.reports import HEAD, is_report, without_head
from kept.pledges.importing.sources import Expectation, Layout, Row, Source, UnusableFile
from kept.pledges.importing.workbooks import open_workbook

__all__ = ["Layout", "Row", "Source", "UnusableFile", "find_files", "open_source"]


def open_source(path: Path | str, mapping: Expectation | None = None, *, name: str = "") -> Source:
    """Open a file for reading. `name` is what its owner calls it, where it lies under another name here.

    Raises UnusableFile where it is no table or list of records, is protected, broken, or far too large.
    """
    path = Path(path)
    source = _opened(path, mapping, name or path.name)
    source.by_mapping = isinstance(mapping, Mapping)
    return source


def _opened(path: Path, mapping: Expectation | None, name: str) -> Source:
    layout = mapping.layout if mapping else Layout()
    known = mapping.expects if mapping else is_known
    kind = kind_of_file(path, name)
    if kind == "json":
        return open_objects(path, name, layout, known)
    report = _report(path, name, kind, layout)
    if report is None:
        open_table = open_delimited if kind == "csv" else partial(open_workbook, kind=kind)
        found = open_table(path, name, layout=layout, known=known)
        report = found if is_report(found.columns) else None
    return found if report is None else without_head(report, _is_nested(report, mapping))


_REPORT = re.compile(r"^\ufeff?" + r"[,;\t|]".join(rf'"?{name}"?' for name in HEAD) + r'"?[,;\t|\r\n]')


def _report(path: Path, name: str, kind: str, layout: Layout) -> Source | None:
    """The file, if it is one of rows that an earlier import refused: what a mapping says about a file is not about it."""
    if kind == "csv":
        with path.open("rb") as file:
            start = file.read(200).decode("utf-8", "replace")
        return open_delimited(path, name, Layout(header_row=1), HEAD.__contains__) if _REPORT.match(start) else None
    if layout == Layout():
        return None  # it is opened once, and looked at then
    opened = open_workbook(path, name, kind, Layout(), HEAD.__contains__)
    return opened if is_report(opened.columns) else None


def _is_nested(report: Source, mapping: Expectation | None) -> bool:
    """Whether the rows came from a file of records: what a mapping looks for lies inside a cell."""
    columns = set(report.columns)
    if isinstance(mapping, Mapping):
        roots = {re.split(r"[.\[]", column)[0] for column in mapping.columns if column not in columns}
        return bool(roots & columns)
    texts = (cell for row in report.sample for cell in row.cells if isinstance(cell, str))
    return any(text.startswith(('{"', '[{"')) for text in texts)


ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".json", ".jsonl", ".ndjson")


def find_files(paths: Iterable[Path | str]) -> tuple[list[Path], list[Path]]:
    """Files to import, folders opened (by name, with the folders inside), and those of other kinds that are left out.

    A file that is named itself is always tried. Raises UnusableFile where there is nothing of that name.
    """
    wanted: list[Path] = []
    skipped: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path).parts))
            wanted += [p for p in inside if p.suffix.lower() in ENDINGS]
            skipped += [p for p in inside if p.suffix.lower() not in ENDINGS]
        elif path.is_file():
            wanted.append(path)
        else:
            raise UnusableFile(_("There is no file %(name)s.") % {"name": path})
    return wanted, skipped


def _hidden(parts: Sequence[str]) -> bool:
    """Files that programs leave behind: .DS_Store, ~$Pledges.xlsx, __MACOSX."""
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
