"""Named events: an earlier room announces, later rooms listen. Nobody reaches forward.

Listeners run inside the announcing transaction: what they write is kept or lost together with what
happened. They must be quick; slow work they put into the database for the worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Listener = Callable[..., None]
_listeners: dict[str, list[Listener]] = defaultdict(list)


def listens(event: str) -> Callable[[Listener], Listener]:
    """Decorator: call this function with the event's keywords whenever `event` is announced."""

    def register(listener: Listener) -> Listener:
        if listener not in _listeners[event]:
            _listeners[event].append(listener)
        return listener

    return register


def announce(event: str, **payload: Any) -> None:
    """Tell every listener, in the order in which the rooms were built."""
    for listener in _listeners[event]:
        listener(**payload)
