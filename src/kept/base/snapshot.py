"""Several reads as of one moment: what is counted and what is listed are the same rows, while others write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one snapshot of the database; nothing may be written inside, nobody is kept waiting.

    PostgreSQL: a transaction that reads repeatably. SQLite: one that begins deferred, so that it takes no lock for
    writing as Django's own (immediate) ones do. Inside a transaction that is open already nothing changes.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("COMMIT")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
