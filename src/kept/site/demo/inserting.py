"""Many rows at once, quicker than `bulk_create` where nobody needs their keys back: a first page is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model; they do not learn their keys."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns, marks = ", ".join(quote(f.column) for f in fields), ", ".join(["%s"] * len(fields))
    for row in rows:
        row._prepare_related_fields_for_save("insert")  # keys of rows that were saved meanwhile
    prepared: list[list[Any]] = [
        [None if (value := getattr(row, f.attname)) is None else f.get_db_prep_save(value, connection) for f in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({marks})", prepared)  # noqa: S608


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these columns of saved rows of one model."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    prepared = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(meta.pk.column)} = %s", prepared)  # noqa: S608
