"""The log's open end: numbers are taken, entries and changes appended, all written at once at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from kept.base.bulk import insert_rows
from kept.log.canonical import canonical_json
from kept.log.merkle import leaf_hash
from kept.log.models import Change, Document, Entry, Head, Node
from kept.log.verify import WITHOUT_DOCUMENT

CLOCK_TOLERANCE = timedelta(minutes=10)


class BackDated(ValueError):
    """Somebody tried to enter another time than the clock's."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be appended: a type, what it is about, and the document's exact bytes.

    An entry that brings no document of its own (`document.redacted`) names one by `sha256`.
    Raises ValueError where bytes and hash do not belong together.
    """

    type: str
    reference: str
    revision: int
    document: bytes | None = None
    language: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        if self.document is not None:
            found = hashlib.sha256(self.document).hexdigest()
            if self.sha256 not in ("", found):
                raise ValueError(f"{self.reference}: the document's hash is {found}, not {self.sha256}")
            object.__setattr__(self, "sha256", found)
        elif not self.sha256:
            raise ValueError(f"{self.reference}: an entry without a document names one by its hash")
        if (self.document is None) != (self.type in WITHOUT_DOCUMENT):
            raise ValueError(f"{self.reference}: {self.type} and its document do not go together")


class OpenHead:
    """The locked head. What is taken and appended is written once, when the `with` block ends well."""

    def __init__(self, row: Head) -> None:
        self._row = row
        self._was = (row.origin, row.size, row.last_number, row.change)
        self._published = 0
        self._tree = row.tree()
        self._entries: list[tuple] = []
        self._documents: list[tuple] = []
        self._nodes: list[Node] = []
        self._changes: list[tuple] = []

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._row.origin

    @property
    def size(self) -> int:
        """How many entries the log has, those of this block included."""
        return self._tree.size

    @property
    def change(self) -> int:
        """The last change number given, those of this block included."""
        return self._row.change

    def take_number(self) -> int:
        """The next number for a pledge's reference."""
        return self.take_numbers(1)[0]

    def take_numbers(self, count: int) -> range:
        """The next `count` numbers, for an import."""
        first = self._row.last_number + 1
        self._row.last_number += count
        return range(first, first + count)

    def append(self, new: NewEntry, *, at: datetime | None = None) -> int:
        """Append one entry; return its place in the log. See `append_many`."""
        return self.append_many([new], at=at)[0]

    def append_many(self, news: Iterable[NewEntry], *, at: datetime | None = None) -> range:
        """Append entries in this order; return their places.

        An entry's time is the clock's, in whole seconds, and never before that of the entry before it.
        Raises BackDated where `at` (for callers that carry the time of their action) is not the clock's.
        """
        time = self._time(at)
        shown, stored = time.strftime("%Y-%m-%dT%H:%M:%SZ"), connection.ops.adapt_datetimefield_value(time)
        first = self._tree.size
        for new in news:
            data = entry_bytes(new, shown)
            leaf = leaf_hash(data)
            brings = new.document is not None
            self._published += new.type == "pledge.published"
            about = (new.reference, new.revision, new.language)
            self._entries.append((self._tree.size, stored, new.type, *about, new.sha256, brings, data, leaf))
            if brings:
                self._documents.append((self._tree.size, new.document, "", ""))
            for level, index, root in self._tree.append(leaf):
                if level % 8 == 0:
                    self._nodes.append(Node(level=level, index=index, hash=root))
        return range(first, self._tree.size)

    def changed(self, subject: str, key: str | int) -> int:
        """Note that something public changed; return the change number."""
        return self.changed_many(subject, [key])[0]

    def changed_many(self, subject: str, keys: Iterable[str | int]) -> range:
        """Note several changes of one kind; return their numbers."""
        first, at = self._row.change + 1, connection.ops.adapt_datetimefield_value(timezone.now())
        for key in keys:
            self._row.change += 1
            self._changes.append((self._row.change, subject, str(key), at))
        return range(first, self._row.change + 1)

    def _time(self, at: datetime | None) -> datetime:
        clock = timezone.now()
        if at is not None and abs(clock - at) > CLOCK_TOLERANCE:
            raise BackDated(f"The log's time is the clock's, {clock}: {at} cannot be entered.")
        time = (at or clock).astimezone(UTC).replace(microsecond=0)
        self._row.last_at = max(time, self._row.last_at or time)
        return self._row.last_at

    def write(self) -> None:
        """Write it all. Raises RuntimeError for a number without its publication, or a head within a head."""
        taken = self._row.last_number - self._was[2]
        if taken != self._published:
            raise RuntimeError(
                f"{taken} numbers were taken and {self._published} pledges published: that leaves a gap."
            )
        row, (origin, size, last_number, change) = self._row, self._was
        as_it_was = Head.objects.filter(origin=origin, size=size, last_number=last_number, change=change)
        written = as_it_was.update(
            size=self._tree.size,
            frontier=[each.hex() for each in self._tree.hashes],
            last_number=row.last_number,
            change=row.change,
            last_at=row.last_at,
        )
        if not written:
            raise RuntimeError("The log's head was opened a second time inside this block.")
        insert_rows(Document, DOCUMENT_COLUMNS, self._documents)
        insert_rows(Entry, ENTRY_COLUMNS, self._entries)
        insert_rows(Change, CHANGE_COLUMNS, self._changes)
        Node.objects.bulk_create(self._nodes)


DOCUMENT_COLUMNS = ("index", "data", "redacted_by", "redaction_reason")
ENTRY_COLUMNS = (
    "index",
    "at",
    "type",
    "reference",
    "revision",
    "language",
    "sha256",
    "brings_document",
    "data",
    "leaf",
)
CHANGE_COLUMNS = ("number", "subject", "key", "at")


def entry_bytes(new: NewEntry, at: str) -> bytes:
    """The entry as it stands in the log; `at` is RFC 3339, UTC, with Z."""
    return canonical_json(
        {
            "at": at,
            "reference": new.reference,
            "revision": new.revision,
            "sha256": new.sha256,
            "type": new.type,
        }
    )
