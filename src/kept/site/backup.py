"""One file with everything an installation has to keep: every table as lines of JSON, every uploaded file once.

The file is a zip: `manifest.json` (what, of when, how many rows), `tables/<model>.jsonl` (a row a line, in the order
of the manifest's fields), `media.jsonl` (name, hash, size) and `media/<hash>`. It knows no database: what was written
from SQLite goes into PostgreSQL and back. `restore.py` reads it.
What is left out, and why: `docs/administrators/backup.md`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField, Model, QuerySet

from kept.log.models import Head

FORMAT = 1
CHUNK = 2000  # rows
BLOCK = 1 << 20  # bytes

# Tables that are not packed. What is gone after a restore is a session, a lease or a wake-up, never a fact.
LEFT_OUT = {
    "sessions.session",  # who is signed in: a backup must not sign anybody in
    "account.emailconfirmation",  # keys of mail addresses that wait to be confirmed
    "django_tasks_database.dbtaskresult",  # the library only wakes; what has to be done stands in our own rows
    "base.duty",  # the worker's leases, made anew
    "pledges.looking",  # who looks at a pledge at this moment
}
# Rows that are not packed: live keys to somebody's account.
ROWS_LEFT_OUT: dict[str, Callable[[QuerySet], QuerySet]] = {
    "people.link": lambda rows: rows.exclude(purpose="sign_in"),
    "base.outgoingmail": lambda rows: rows.exclude(secret=True),
}

Watch = Callable[[int], None]  # told how many rows were written since it was told last


def nobody_watches(_rows: int) -> None:
    """For callers who show no progress."""


@dataclass
class Packed:
    """What a backup holds, in figures."""

    rows: int = 0
    files: int = 0  # names of uploaded files
    bytes: int = 0  # of the backup
    missing: list[str] = field(default_factory=list)  # names whose content was not there to be packed


@dataclass(frozen=True)
class Named:
    """An uploaded file as a row names it; `sha256` as the row knows it, empty where it does not."""

    name: str
    sha256: str
    storage: Storage


def back_up(path: Path, *, at: datetime, watch: Watch = nobody_watches) -> Packed:
    """Write the backup as of one instant, while others go on writing.

    `path` appears whole, readable by its owner alone. Raises OSError where it cannot be written; nothing is left then.
    """
    half = path.with_name(f".{path.name}.half")
    packed = Packed()
    try:
        with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive, one_instant():
                _write(archive, packed, at=at, watch=watch)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    packed.bytes = path.stat().st_size
    return packed


@contextmanager
def one_instant() -> Iterator[None]:
    """Everything read inside is as of its beginning, and nobody waits for it.

    PostgreSQL: a repeatable-read transaction. SQLite in WAL mode: a transaction that never asks for the write lock
    (Django's own would, docs/decisions/0003). Raises RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A backup begins outside of a transaction.")
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def packed_models() -> list[type[Model]]:
    """Every table's model that a backup holds, many-to-many tables included."""
    return [
        m for m in apps.get_models(include_auto_created=True) if m._meta.managed and m._meta.label_lower not in LEFT_OUT
    ]


def packed_rows(model: type[Model]) -> QuerySet:
    """The rows of a table that are packed, by their key."""
    rows = model._base_manager.order_by(model._meta.pk.name)
    return ROWS_LEFT_OUT.get(model._meta.label_lower, lambda all_rows: all_rows)(rows)


def rows_to_pack() -> int:
    """How many rows a backup made now would hold: what a progress bar counts towards."""
    return sum(packed_rows(model).count() for model in packed_models())


def columns(model: type[Model]) -> list[str]:
    """The names of a table's columns as the model has them ("lead_id", not "lead")."""
    return [each.attname for each in model._meta.concrete_fields]


# Writing ---------------------------------------------------------------------------------------------


def _write(archive: zipfile.ZipFile, packed: Packed, *, at: datetime, watch: Watch) -> None:
    tables = []
    for model in packed_models():
        tables.append(_write_table(archive, model, watch))
        packed.rows += tables[-1]["rows"]
    media = _write_media(archive, packed)
    head = Head.objects.filter(pk=1).values("origin", "size", "verifier_key").first()
    manifest = {
        "kept": version("kept"),
        "format": FORMAT,
        "made_at": at.isoformat(),
        "database": connection.vendor,
        "migrations": applied_migrations(),
        "log": head,
        "tables": tables,
        "media": media,
    }
    archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def applied_migrations() -> dict[str, list[str]]:
    """{app: names of the migrations that this database has}, in their order by name."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _write_table(archive: zipfile.ZipFile, model: type[Model], watch: Watch) -> dict[str, Any]:
    label, names, rows, digest = model._meta.label_lower, columns(model), 0, hashlib.sha256()
    with archive.open(f"tables/{label}.jsonl", "w", force_zip64=True) as file:
        for row in packed_rows(model).values_list(*names).iterator(chunk_size=CHUNK):
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=in_json).encode() + b"\n"
            digest.update(line)
            file.write(line)
            rows += 1
            if rows % CHUNK == 0:
                watch(CHUNK)
    watch(rows % CHUNK)
    return {"model": label, "fields": names, "rows": rows, "sha256": digest.hexdigest()}


def in_json(value: Any) -> str:
    """A value that JSON has no word for, as the text that its field's `to_python` reads."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value)


def named_files() -> Iterator[Named]:
    """Every uploaded file that a packed row names."""
    for model in packed_models():
        fields = [each for each in model._meta.concrete_fields if isinstance(each, FileField)]
        knows = len(fields) == 1 and "sha256" in columns(model)
        for each in fields:
            wanted = (each.attname, "sha256") if knows else (each.attname,)
            rows = packed_rows(model).exclude(**{each.attname: ""}).values_list(*wanted)
            for name, *sha256 in rows.iterator(chunk_size=CHUNK):
                if name:
                    yield Named(name, sha256[0] if sha256 else "", each.storage)


def _write_media(archive: zipfile.ZipFile, packed: Packed) -> dict[str, Any]:
    """Each content once, under its hash; then the list of names. What is not there is said, not passed over."""
    written: set[str] = set()
    lines: list[bytes] = []
    for named in named_files():
        try:
            with named.storage.open(named.name) as file:
                found, size = _hash(file)
                if found not in written:
                    file.seek(0)
                    _write_content(archive, file, found)
                    written.add(found)
        except FileNotFoundError:
            packed.missing.append(named.name)
            continue
        if named.sha256 not in ("", found):
            packed.missing.append(f"{named.name} (its content changed)")
        packed.files += 1
        line = {"name": named.name, "sha256": found, "size": size}
        lines.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    with archive.open("media.jsonl", "w", force_zip64=True) as file:
        file.writelines(lines)
    return {"names": packed.files, "contents": len(written), "missing": packed.missing}


def _hash(file: Any) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _write_content(archive: zipfile.ZipFile, source: Any, sha256: str) -> None:
    """Uploaded files are pictures and PDFs: packing them tighter gains nothing."""
    about = zipfile.ZipInfo(f"media/{sha256}")
    about.compress_type = zipfile.ZIP_STORED
    target: BinaryIO
    with archive.open(about, "w", force_zip64=True) as target:  # type: ignore[assignment]
        while block := source.read(BLOCK):
            target.write(block)
