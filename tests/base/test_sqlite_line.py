"""Writers on SQLite stand in line: in the order in which they came, and nobody is told that the database is locked."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own lines"),
]


def test_who_came_first_writes_first():
    order: list[int] = []

    def write(number: int) -> None:
        try:
            with transaction.atomic():
                order.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    with transaction.atomic():
        for thread in threads:
            thread.start()
            time.sleep(0.02)  # they ask one after the other
        assert order == []
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4, 5]


def test_the_line_goes_on_after_a_transaction_that_failed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    other = threading.Thread(target=lambda: (transaction.atomic().__enter__(), connection.close()))
    other.start()
    other.join(5)
    assert not other.is_alive()
