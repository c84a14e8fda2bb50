"""JSON: a list of records, a list inside an object, a record for itself, or one record a line.

Read piece by piece (ijson), so that a file of any length takes little memory.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from django.utils.translation import gettext as _

from kept.pledges.importing.headers import plain
from kept.pledges.importing.paths import paths_of
from kept.pledges.importing.sources import Layout, Row, Source, UnusableFile

# Where services put their list, in the order in which it is looked for.
_USUAL = ("results", "pledges", "data", "items", "records", "rows", "value", "entries", "features")
_LOOKED_AT = 200
_DEEPEST = 100


def open_objects(path: Path, name: str, layout: Layout, known: Callable[[str], bool]) -> Source:
    """Open a JSON file. Raises UnusableFile where it is none, breaks off, or holds no records."""
    prefix = _prefix(path, name, layout, known)
    first: list[dict[str, Any]] = []
    total = 0
    for total, row in enumerate(_rows(path, name, prefix, layout.each), 1):
        if total <= _LOOKED_AT:
            first.append(row.cells)
    if not total:
        raise UnusableFile(_("%(name)s holds no records.") % {"name": name})
    return Source(
        path=path,
        name=name,
        kind="json",
        columns=paths_of(first),
        read=lambda: _rows(path, name, prefix, layout.each),
        total=total,
        sample=[Row(number, record) for number, record in enumerate(first, 1)],
    )


def _rows(path: Path, name: str, prefix: str, each: str) -> Iterator[Row]:
    number = 0
    for record in _records(path, name, prefix):
        if not isinstance(record, dict):
            raise UnusableFile(_("%(name)s holds a list, but not one of records.") % {"name": name})
        for part in _parts(record, each):
            number += 1
            yield Row(number, part)


def _parts(record: dict[str, Any], each: str) -> Iterator[dict[str, Any]]:
    """The record itself, or one for each element of the list that `each` names."""
    inner = record.get(each) if each else None
    if not isinstance(inner, list):
        yield record
        return
    for element in inner:
        yield {**record, each: element}


def _records(path: Path, name: str, prefix: str) -> Iterator[Any]:
    with path.open("rb") as file:
        try:
            yield from ijson.items(_utf8(file), prefix, multiple_values=True)
        except (ijson.JSONError, UnicodeError, ValueError, RecursionError, OverflowError) as error:
            raise UnusableFile(_broken(name, error)) from None


def _prefix(path: Path, name: str, layout: Layout, known: Callable[[str], bool]) -> str:
    """Where the records lie, as ijson writes it: "" a record for itself, "item" a list, "data.item" one inside.

    Looks at every piece of the file first: what is nested beyond reason would cost memory without end to take apart.
    """
    keys, lists, is_list = _outline(path, name)
    if layout.items:
        return f"{layout.items.strip('.')}.item"
    if is_list:
        return "item"
    usual = next((key for key in _USUAL if key in lists), "")
    # An object that has a list of the usual name, and few names that a pledge would have, is the list's envelope.
    if usual and sum(known(plain(key)) for key in keys if key != usual) < 2:
        return f"{usual}.item"
    return ""


def _outline(path: Path, name: str) -> tuple[list[str], list[str], bool]:
    """The keys of the first object, those of them that hold lists, and whether the whole file is a list."""
    keys: list[str] = []
    lists: list[str] = []
    depth = values = 0
    is_list = False
    with path.open("rb") as file:
        try:
            for event, value in ijson.basic_parse(_utf8(file), multiple_values=True):
                if event in ("end_map", "end_array"):
                    depth -= 1
                    values += not depth
                elif event in ("start_map", "start_array"):
                    if event == "start_array":
                        is_list = is_list or not depth
                        if depth == 1 and not values and keys:
                            lists.append(keys[-1])
                    depth += 1
                    if depth > _DEEPEST:
                        raise UnusableFile(_("%(name)s is nested too deeply to be a list of pledges.") % {"name": name})
                elif depth == 1 and not values and event == "map_key":
                    keys.append(value)
        except (ijson.JSONError, UnicodeError, ValueError, RecursionError, OverflowError) as error:
            raise UnusableFile(_broken(name, error)) from None
    return keys, lists, is_list


def _broken(name: str, error: Exception) -> str:
    why = " ".join(str(error).split())[:120]
    return _("%(name)s is not valid JSON, or breaks off: %(why)s") % {"name": name, "why": why}


class _Recoded:
    """A file of text in another encoding, as UTF-8 bytes."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._reader = codecs.getreader(encoding)(file)

    def read(self, size: int = -1) -> bytes:
        return self._reader.read(size if size < 0 else max(size, 4096)).encode()


def _utf8(file: BinaryIO) -> Any:
    start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        file.seek(3)
        return file
    file.seek(0)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _Recoded(file, "utf-16")
    return file
