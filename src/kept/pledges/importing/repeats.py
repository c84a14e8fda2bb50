"""Rows that stand in a file twice: the very same says nothing new, another one with the same number is refused."""

from __future__ import annotations

import sqlite3

from django.utils.translation import gettext as _

from kept.pledges.importing.results import Problem, RowResult


class Repeats:
    """What the rows of a file have said so far. It lies on disk, so that memory does not grow with the file."""

    def __init__(self, column: str = "") -> None:
        self.column = column  # that knows rows again, for messages
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.execute("PRAGMA journal_mode=OFF")
        self._seen.execute("PRAGMA cache_size=-4096")
        self._seen.execute("CREATE TABLE seen (identity TEXT PRIMARY KEY, said TEXT, number INTEGER) WITHOUT ROWID")
        self._seen.execute("BEGIN")

    def note(self, result: RowResult) -> None:
        """Look at a good row: `same_as` where an earlier one says the same, a problem where it says something else."""
        if result.problems or result.left_out:
            return
        new = (result.identity, result.fingerprint, result.number)
        if self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", new).rowcount:
            return
        rows = self._seen.execute("SELECT said, number FROM seen WHERE identity = ?", new[:1])
        said, number = rows.fetchone()
        if said == result.fingerprint:
            result.same_as = number
        else:
            message = _("Row %(row)s has the same number and says something else.") % {"row": number}
            result.problems.append(Problem(self.column, result.id, message, "id", "repeated"))
