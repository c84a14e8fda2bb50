"""Rows read ahead of those that are being written: a long text file is read by a second process, on a second core.

Workbooks are taken apart by a process of their own anyway (workbook_process.py), short files are not worth one.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.repeats import Repeats
from kept.pledges.importing.rows import RowResult, bind
from kept.pledges.importing.sources import Source, UnusableFile

CHUNK = 1000  # rows that are written in one transaction
LONG = 5000  # rows from which on a second process pays
Corrections = MappingType[int, MappingType[str, str]]  # {row: {column: what a person typed instead}}

_PROGRAM = Path(__file__).with_name("ahead_process.py")


def chunks(source: Source, mapping: Mapping, corrections: Corrections | None = None) -> Iterator[list[RowResult]]:
    """Every row of an opened file as the mapping reads it, in chunks; repeated rows are marked.

    Raises UnusableFile where the mapping does not fit the file, or where the file breaks off.
    """
    bind(mapping, source)
    if source.kind in ("csv", "json") and source.total >= LONG:
        return _from_process(source, mapping, corrections or {})
    return read_here(source, mapping, corrections or {})


def read_here(source: Source, mapping: Mapping, corrections: Corrections) -> Iterator[list[RowResult]]:
    """The same, in this process."""
    binding = bind(mapping, source)
    repeats = Repeats(next((column for rule in mapping.id for column in rule.used), ""))
    rows = source.rows()
    while some := list(islice(rows, CHUNK)):
        results = []
        for row in some:
            corrected = corrections.get(row.number)
            result = binding.read_row(source.corrected(row, corrected) if corrected else row)
            repeats.note(result)
            results.append(result)
        yield results


def _from_process(source: Source, mapping: Mapping, corrections: Corrections) -> Iterator[list[RowResult]]:
    job: dict[str, Any] = {
        "path": str(source.path.resolve()), "name": source.name, "mapping": mapping.data, "called": mapping.name,
        "corrections": dict(corrections), "language": get_language() or "en",
        "by_mapping": source.by_mapping,
    }  # fmt: skip
    program = [sys.executable, "-P", str(_PROGRAM)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            with closing(process.stdin):  # type: ignore[type-var]
                pickle.dump(job, process.stdin)  # type: ignore[arg-type]
            while isinstance(said := _answer(process), list):
                yield said
            if isinstance(said, str):
                raise UnusableFile(said)
        finally:
            process.kill()


def _answer(process: subprocess.Popen[bytes]) -> Any:
    """What the reading process says next: rows, None at the end, a sentence where the file is unusable."""
    try:
        return pickle.load(process.stdout)  # noqa: S301  (written by our own program)
    except EOFError:
        raise RuntimeError("The process that reads the file ended before its time.") from None
