"""The log in an exported file: written in pieces and read in pieces, so that a million entries need no memory.

    {"log": {"key": "name+id+key", "checkpoint": "…note…", "verifier": "…verify.py…", "merged": {…},
             "entries": [{"entry": base64, "document": base64 or null, "leaf": base64}, …]}}

Other keys may stand beside "log": the rows of an export of pledges (`results`) are compared with the documents.
`leaf` is not needed to check anything; it helps to name the entry in which a byte was changed. `merged` says which
organisations are one by now: {slug: [slug of the one that stays, when]}; documents keep the old names.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import ijson

from kept.log.actions import checkpoint, verifier_key
from kept.log.keys import size_in
from kept.log.models import Document, Entry
from kept.log.standalone import source
from kept.log.verify import DoesNotHold, Row, read_rows
from kept.log.witnesses import cosigned

AT_ONCE = 1000
Merged = dict[str, list[str]]

_merged: list[Callable[[], Merged]] = []


def register_merged(ask: Callable[[], Merged]) -> Callable[[], Merged]:
    """Decorator: who knows which organisations are one by now, and since when."""
    _merged[:] = [ask]
    return ask


def merged() -> Merged:
    """{slug: [slug of the organisation that it was merged into, when]}"""
    return _merged[0]() if _merged else {}


@dataclass(frozen=True)
class StoredRow(Row):
    """A row of the database, with what its columns repeat of the entry."""

    columns: tuple = ()


def stored_rows(size: int) -> Iterator[StoredRow]:
    """The first `size` entries of the database in their order, with their documents; 1,000 in memory at once."""
    last = -1
    names = ("index", "data", "leaf", "at", "type", "reference", "revision", "language", "sha256", "brings_document")
    while True:
        entries = list(
            Entry.objects.filter(index__gt=last, index__lt=size).order_by("index").values_list(*names)[:AT_ONCE]
        )
        if not entries:
            return
        first, last = entries[0][0], entries[-1][0]
        documents = dict(Document.objects.filter(index__gte=first, index__lte=last).values_list("index", "data"))
        for index, data, leaf, *columns in entries:
            document = documents.get(index)
            yield StoredRow(
                index, bytes(data), None if document is None else bytes(document), bytes(leaf), tuple(columns)
            )


def log_section() -> Iterator[str]:
    """The value of "log" in an export, as pieces of JSON text. Raises as `checkpoint` does."""
    note = checkpoint()
    beginning = {"key": verifier_key(), "checkpoint": cosigned(note), "verifier": source(), "merged": merged()}
    yield json.dumps(beginning, ensure_ascii=False)[:-1] + ', "entries": [\n'
    for row in stored_rows(size_in(note)):
        document = "null" if row.document is None else f'"{text_of(row.document)}"'
        comma = ",\n" if row.index else ""
        yield f'{comma}{{"entry": "{text_of(row.data)}", "document": {document}, "leaf": "{text_of(row.leaf or b"")}"}}'
    yield "\n]}"


def text_of(data: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(data).decode()


def write_copy(path: Path) -> None:
    """Write the log and its documents into a file of their own."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": ')
        file.writelines(log_section())
        file.write("}\n")


@dataclass(frozen=True)
class Copy:
    """An exported file that holds a log."""

    path: Path
    key: str
    checkpoint: str
    merged: Merged = field(default_factory=dict)
    has_results: bool = False

    def results(self) -> Iterator[dict]:
        """The rows of pledges that stand beside the log. Raises DoesNotHold for what cannot be read."""
        with self.path.open("rb") as file:
            try:
                yield from ijson.items(file, "results.item", use_float=False)
            except ijson.JSONError as error:
                raise DoesNotHold("changed", f"the file is no JSON: {error}") from None

    def document_at(self, place: int) -> dict:
        """The document at a place in the log."""
        row = next(row for row in self.rows() if row.index == place)
        return json.loads(row.document or b"{}")

    def rows(self) -> Iterator[Row]:
        """Its entries with their documents. Raises DoesNotHold for what cannot be read."""
        with self.path.open("rb") as file:
            try:
                yield from read_rows(ijson.items(file, "log.entries.item"))
            except ijson.JSONError as error:
                raise DoesNotHold("changed", f"the file is no JSON: {error}") from None


def read_copy(path: Path) -> Copy:
    """The copy in an exported file. Raises DoesNotHold where the file holds no log, OSError without a file."""
    found: dict[str, str] = {}
    for name in ("key", "checkpoint"):
        with path.open("rb") as file:
            try:
                value = next(ijson.items(file, f"log.{name}"), None)
            except ijson.JSONError as error:
                raise DoesNotHold("changed", f"the file is no JSON: {error}") from None
        if not isinstance(value, str):
            raise DoesNotHold("missing", f"the file holds no log.{name}: there is nothing to check it against")
        found[name] = value
    with path.open("rb") as file:
        merged_ = next(ijson.items(file, "log.merged"), {})
    with path.open("rb") as file:
        has_results = any(name == "" and value == "results" for name, _event, value in ijson.parse(file))
    return Copy(path, found["key"], found["checkpoint"], merged_, has_results)
