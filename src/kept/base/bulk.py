"""Many rows at once, several times as fast as bulk_create, whose checks cost more than the insert.

For rows that our own code made and checked: nothing is validated here but by the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models

Adapter = Callable[[Any], Any]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple]) -> None:
    """Insert rows of values as the database takes them. `columns` are names of columns (`revision_id`)."""
    if not rows:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def reserve_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """`count` new primary keys of a model with an automatic one; inside the transaction that uses them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', model._meta.pk.column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # SQLite: this transaction is the only writer, and AUTOINCREMENT never gives a key twice.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return range(last + 1, last + 1 + count)


def insert_objects(objects: Sequence[models.Model]) -> None:
    """Insert new objects of one model and give them their primary keys."""
    if not objects:
        return
    model = type(objects[0])
    for made, pk in zip(objects, reserve_ids(model, len(objects)), strict=True):
        made.pk = pk
        made._state.adding, made._state.db = False, "default"
    fields = model._meta.concrete_fields
    adapters = [(f.attname, adapter(f)) for f in fields]
    rows = [tuple(adapt(getattr(o, name)) for name, adapt in adapters) for o in objects]
    insert_rows(model, [f.column for f in fields], rows)


def adapter(field: models.Field) -> Adapter:
    """A function that makes a field's value what the database takes."""
    ops = connection.ops
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.DateTimeField):
        return ops.adapt_datetimefield_value
    if isinstance(field, models.DateField):
        return ops.adapt_datefield_value
    if isinstance(field, models.DecimalField):
        digits, places = field.max_digits, field.decimal_places
        return lambda value: None if value is None else ops.adapt_decimalfield_value(value, digits, places)
    if isinstance(field, models.FileField):
        return lambda value: str(value or "")
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: None if value is None else str(value)
    return lambda value: value
