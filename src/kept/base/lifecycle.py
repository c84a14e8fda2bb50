"""A lifecycle is a table: for each move, from which states, to which state, who may, and whether why is owed.

Rooms write their tables in their own `lifecycle.py`; their `actions.py` asks `Lifecycle.check` before it
changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Something that a person wanted to do is refused; `message` says why, for that person."""

    def __init__(self, message: Any = "", *, code: str = "") -> None:
        super().__init__(str(message) or code)
        self.message = message
        self.code = code or type(self).__name__


class NotAllowed(Refused):
    """This person may not do this. Views answer 404: what you may not see does not exist."""


class WrongState(Refused):
    """The subject is not in a state from which this move leads (somebody else was quicker, or it is done)."""


class ReasonOwed(Refused):
    """This move owes a reason, and none was given."""


@dataclass(frozen=True)
class Move:
    """One row of a lifecycle table."""

    name: str
    sources: frozenset[str]
    target: str
    may: Callable[[Any, Any], bool]  # (person, subject)
    reason: bool = False  # a person who does this owes a reason


class Lifecycle:
    """The allowed moves of one kind of subject."""

    def __init__(self, *moves: Move) -> None:
        self.moves = {move.name: move for move in moves}

    def check(self, name: str, subject: Any, *, state: str, by: Any, reason: str = "") -> Move:
        """The move's row, if `by` may do it now.

        Raises NotAllowed, WrongState or ReasonOwed, in this order. `by=None` is the house itself (the
        worker at its hour, an import): it may do everything and owes no reason.
        """
        move = self.moves[name]
        if by is not None and not move.may(by, subject):
            raise NotAllowed(_("You may not do this."))
        if state not in move.sources:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if by is not None and move.reason and not reason.strip():
            raise ReasonOwed(_("Say why. The reason is kept with the decision."))
        return move

    def possible(self, subject: Any, *, state: str, by: Any) -> list[str]:
        """The names of all moves that `by` may do with `subject` now, in the order of the table."""
        return [m.name for m in self.moves.values() if state in m.sources and m.may(by, subject)]
