"""Bring a backup back, into an empty database and an empty data folder, on SQLite or PostgreSQL.

The database is first brought to the state that the backup was made in (its migrations), then filled, then brought up to
date: a backup of an older version can be restored by a newer one. All rows go in, or none.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps as current_apps
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, JSONField, Model

from kept.base import entered, installation
from kept.base.models import MailState, OutgoingMail
from kept.log import keys
from kept.log.actions import after_restore
from kept.log.models import Head
from kept.site.backup import BLOCK, CHUNK, FORMAT, LEFT_OUT, Watch, applied_migrations, nobody_watches
from kept.site.demo.load import is_empty


class NotRestored(Exception):
    """The backup cannot be brought back here; says why and what to do. Nothing was changed but for uploaded files."""


@dataclass
class Restored:
    """What came back, in figures, and what was done about the log."""

    rows: int = 0
    files: int = 0
    made_at: str = ""
    done: list[str] = field(default_factory=list)  # sentences


def read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """What the backup says about itself. Raises NotRestored for another kind of file or a newer format."""
    try:
        manifest = json.loads(archive.read("manifest.json"))
        known = manifest["format"]
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise NotRestored("This is not a backup of Kept.") from None
    if known != FORMAT:
        raise NotRestored(
            f"This backup has format {known}; this version of Kept reads {FORMAT}. Restore with a newer Kept."
        )
    return manifest


def keys_at_hand(manifest: dict[str, Any]) -> bool:
    """Does the log's last checkpoint lie beside the data, so that the log may go on under its name?"""
    return not manifest["log"] or bool(keys.last_checkpoint(manifest["log"]["origin"]))


def bring_keys(source: Path) -> int:
    """Copy a saved `keys` folder into this installation's; returns how many files. Raises NotRestored."""
    files = [each for each in source.iterdir() if each.is_file()] if source.is_dir() else []
    if not files:
        raise NotRestored(f"There are no keys in {source}.")
    for each in files:
        target = keys.folder() / each.name
        if target.exists() and target.read_bytes() != each.read_bytes():
            raise NotRestored(f"{target} is there already and is another one. Move it away first.")
        shutil.copyfile(each, target)
        target.chmod(0o600)
    return len(files)


def restore(path: Path, *, at: datetime, watch: Watch = nobody_watches) -> Restored:
    """Bring a backup back. Raises NotRestored; `verify_database` afterwards shows that all of it holds."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as problem:
        raise NotRestored(f"{path} cannot be read: {problem}") from None
    with archive:
        manifest = read_manifest(archive)
        result = Restored(made_at=manifest["made_at"])
        check_empty()
        old_apps = bring_to(manifest["migrations"])
        result.files = _restore_media(archive)
        with transaction.atomic():
            result.rows = _restore_tables(archive, manifest, old_apps, watch)
    _finish(result, at)
    return result


def check_empty() -> None:
    """Raises NotRestored where anybody has begun to work here."""
    if connection.introspection.table_names() and applied_migrations() and not is_empty():
        raise NotRestored(
            "This database is not empty. A backup goes into an empty one: name another KEPT_DATA or DATABASE_URL."
        )


def bring_to(wanted: dict[str, list[str]]) -> Any:
    """Migrate the empty database to the state the backup was made in; returns the models of that state.

    Raises NotRestored for a backup of a newer version, or a database that is further already.
    """
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    nodes = [(app, name) for app, names in wanted.items() for name in names]
    unknown = [f"{app}.{name}" for app, name in nodes if (app, name) not in graph.nodes]
    if unknown:
        raise NotRestored(f"This backup was made by another version of Kept ({', '.join(unknown)} is not known here).")
    if set(executor.loader.applied_migrations) - set(nodes):
        raise NotRestored("This database is newer than the backup. Restore into one where nothing was migrated.")
    leaves = [node for node in nodes if not any(child in nodes for child in graph.node_map[node].children)]
    executor.migrate(leaves)
    return MigrationExecutor(connection).loader.project_state(leaves).apps


# Rows ------------------------------------------------------------------------------------------------


def _restore_tables(archive: zipfile.ZipFile, manifest: dict[str, Any], old_apps: Any, watch: Watch) -> int:
    """Fill every table. Foreign keys are looked at when the transaction ends, so the order does not matter."""
    models = [old_apps.get_model(table["model"]) for table in manifest["tables"]]
    left_out = [m for m in current_apps.get_models() if m._meta.label_lower in LEFT_OUT]
    with connection.cursor() as cursor:
        # What `migrate` wrote by itself (content types, permissions) comes back with the backup's own numbers.
        for model in [*models, *left_out]:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        rows = 0
        for model, table in zip(models, manifest["tables"], strict=True):
            rows += _restore_table(cursor, archive, model, table, watch)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    connection.check_constraints()
    return rows


def _restore_table(
    cursor: Any, archive: zipfile.ZipFile, model: type[Model], table: dict[str, Any], watch: Watch
) -> int:
    by_name = {each.attname: each for each in model._meta.concrete_fields}
    fields = [by_name[name] for name in table["fields"]]
    quote = connection.ops.quote_name
    names = ", ".join(quote(each.column) for each in fields)
    places = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    rows = 0
    for chunk in _chunks(archive, table):
        cursor.executemany(insert, [_in_database(fields, row) for row in chunk])
        rows += len(chunk)
        watch(len(chunk))
    if rows != table["rows"]:
        raise NotRestored(f"The backup is damaged: {table['model']} has {rows} rows of {table['rows']}.")
    return rows


def _chunks(archive: zipfile.ZipFile, table: dict[str, Any]) -> Iterator[list[list]]:
    """A table's rows, some at a time. Raises NotRestored after the last one if a byte of them changed."""
    digest, chunk = hashlib.sha256(), []
    try:
        with archive.open(f"tables/{table['model']}.jsonl") as file:
            for line in file:
                digest.update(line)
                chunk.append(json.loads(line))
                if len(chunk) == CHUNK:
                    yield chunk
                    chunk = []
    except (KeyError, ValueError, zipfile.BadZipFile) as problem:
        raise NotRestored(f"The backup is damaged: {table['model']}: {problem}") from None
    if digest.hexdigest() != table["sha256"]:
        raise NotRestored(f"The backup is damaged: {table['model']} is not what was packed.")
    if chunk:
        yield chunk


def _in_database(fields: list[Field], row: list) -> list:
    """A row as this database takes it."""
    values = []
    for each, value in zip(fields, row, strict=True):
        if isinstance(each, JSONField):
            nothing = value is None and each.null
            values.append(None if nothing else connection.ops.adapt_json_value(value, each.encoder))
        else:
            values.append(each.get_db_prep_save(each.to_python(value), connection))
    return values


# Uploaded files --------------------------------------------------------------------------------------


def _restore_media(archive: zipfile.ZipFile) -> int:
    """Write every uploaded file under its name; one that is there with the same content stays. Raises NotRestored."""
    names = 0
    with archive.open("media.jsonl") as listed:
        for line in listed:
            about = json.loads(line)
            with archive.open(f"media/{about['sha256']}") as content:
                if _sha256(content) != about["sha256"]:
                    raise NotRestored(f"The backup is damaged: {about['name']} is not what was packed.")
                content.seek(0)
                _put(about["name"], about["sha256"], content)
            names += 1
    return names


def _put(name: str, sha256: str, content: Any) -> None:
    if default_storage.exists(name):
        with default_storage.open(name) as there:
            if _sha256(there) == sha256:
                return
        raise NotRestored(f"Another file called {name} is there already. Restore where no files are.")
    default_storage.save(name, File(content, name=name))


def _sha256(file: Any) -> str:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


# Afterwards ------------------------------------------------------------------------------------------


def _finish(result: Restored, at: datetime) -> None:
    """Up to date, with a log that does not contradict what was signed, and no mail that leaves a second time."""
    call_command("migrate", verbosity=0)
    installation.forget()
    entered.forget()
    said = f"This mail waited when the backup was made ({result.made_at}). It may have left since."
    waiting = OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING])
    if mails := waiting.update(state=MailState.UNKNOWN, lease_until=None, error=said):
        result.done.append(f"{mails} mails waited when the backup was made. They may have left since: see the outbox.")
    if Head.objects.exists():
        result.done += after_restore(at=at)
