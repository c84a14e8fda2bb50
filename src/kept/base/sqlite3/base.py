"""Django's SQLite, with a line in front of the one lock for writing, so that whoever came first writes first.

SQLite itself has no line: who finds the lock taken sleeps (up to a tenth of a second) and tries again, and whoever comes just
then passes everybody. With sixty who want to write at once some are passed for half a minute and are then told that the
database is locked. The line is a lock on a file beside the database (`flock`, which Linux grants in the order in which it was
asked for), taken before a transaction for writing begins and let go when it ended; also across processes, and
gone with a process that died. What writes a single row outside a transaction passes by it: SQLite's own lock still holds.
docs/decisions/0080-who-writes-waits-in-line.md
"""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # no such lock on Windows: writers wait as SQLite lets them
    fcntl = None  # type: ignore[assignment]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that stands in line before it writes."""

    _place: tuple[int, int] | None = None  # (process, open file): each connection has its own, a fork does not share it
    _first = False  # the line is ours

    def _start_transaction_under_autocommit(self) -> None:
        self._stand_in_line()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave_line()
            raise

    def _commit(self) -> Any:
        done = super()._commit()
        self._leave_line()  # where committing failed, the transaction is still open: rolling back lets go
        return done

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._leave_line()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._leave_line()
            if self._place is not None:
                os.close(self._place[1])
                self._place = None

    def _stand_in_line(self) -> None:
        if fcntl is None or self.is_in_memory_db() or self.transaction_mode != "IMMEDIATE":
            return
        if self._place is None or self._place[0] != os.getpid():
            name = f"{self.settings_dict['NAME']}.line"
            self._place = (os.getpid(), os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        fcntl.flock(self._place[1], fcntl.LOCK_EX)
        self._first = True

    def _leave_line(self) -> None:
        if self._first and self._place is not None:
            fcntl.flock(self._place[1], fcntl.LOCK_UN)
            self._first = False
