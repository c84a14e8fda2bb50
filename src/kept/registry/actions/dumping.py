"""The whole record as files, once a day: as it was at the end of the day before (UTC), with checksums.

A day's dump follows from the record alone: published, taken back and replaced pledges, with their state. It is made by
the worker and kept in storage. Days older than `DAYS` are kept for the first of each month alone. Where a text has to go
by law, every dump that may hold it goes too, and the list says so.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from kept.base.events import listens
from kept.pledges.models import Pledge, Revision
from kept.registry import exporting, passing, rows
from kept.registry.models import Dump
from kept.registry.selection import Selection

DAYS = 35
FORMATS = {"csv.gz": "csv", "xlsx": "xlsx", "json.gz": "json", "xml.gz": "xml"}
WHOLE = ("published", "withdrawn", "superseded")


def whole_record(day: date) -> Selection:
    """Everything that was public at the end of a day."""
    return Selection(chosen={"status": WHOLE}, as_of=day)


def dump_due(now: datetime) -> int:
    """The worker's duty: yesterday's files, where they are missing; old ones go. Returns how many were made."""
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    made = len(dump_day(yesterday, at=now)) if Revision.objects.filter(n__isnull=False).exists() else 0
    for dump in Dump.objects.filter(removed_at=None, day__lt=yesterday - timedelta(days=DAYS)).exclude(day__day=1):
        _remove(dump, "age", now)
    return made


def dump_day(day: date, *, at: datetime) -> list[Dump]:
    """Make the files of a day that are not there yet. One that was removed by law is not made again."""
    there = set(Dump.objects.filter(day=day).values_list("ending", flat=True))
    return [_make(day, ending, kind, at) for ending, kind in FORMATS.items() if ending not in there]


def _make(day: date, ending: str, kind: str, at: datetime) -> Dump:
    counted = passing.Counted(rows.rows(whole_record(day)))
    with tempfile.TemporaryDirectory(prefix="kept-dump-") as folder:
        path = Path(folder) / f"pledges.{ending}"
        size, digest = _write(path, exporting.FORMATS[kind].write(counted), packed=ending.endswith(".gz"))
        dump = Dump(day=day, ending=ending, size=size, sha256=digest, pledges=counted.seen, made_at=at)
        with path.open("rb") as file:
            dump.file.save(dump.name, File(file), save=False)
    dump.save()
    return dump


def _write(path: Path, pieces: Iterator[bytes], *, packed: bool) -> tuple[int, str]:
    """(size, SHA-256) of the file as it is downloaded. Packed without name and time: the same bytes every time."""
    with path.open("wb") as raw:
        if packed:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as target:
                for piece in pieces:
                    target.write(piece)
        else:
            for piece in pieces:
                raw.write(piece)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return path.stat().st_size, digest.hexdigest()


def _remove(dump: Dump, why: str, at: datetime) -> None:
    name = dump.file.name
    dump.removed_at, dump.removed_why, dump.file = at, why, ""
    dump.save(update_fields=["removed_at", "removed_why", "file"])
    transaction.on_commit(lambda: Dump._meta.get_field("file").storage.delete(name), robust=True)


def remove_dumps(since: date, *, at: datetime) -> int:
    """Take the files of a day and of all days after it away, because a text in them had to go by law."""
    found = list(Dump.objects.filter(removed_at=None, day__gte=since))
    for dump in found:
        _remove(dump, "law", at)
    return len(found)


@listens("pledge.redacted")
def without_what_was_removed(*, pledge: Pledge, n: int, at: datetime, **_more: Any) -> None:
    """The words that were removed stood in every dump since they were public."""
    revision = pledge.revisions.filter(n=n).first()
    if revision is not None and revision.valid_from is not None:
        remove_dumps(revision.valid_from.astimezone(UTC).date(), at=at)
