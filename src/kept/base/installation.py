"""The coalition that this installation serves, looked up once per request at most."""

from __future__ import annotations

import time

from kept.base.models import Installation

_held: tuple[float, Installation | None] = (0.0, None)
SECONDS = 5.0  # how long another process may still show a name that was just changed


def installation() -> Installation:
    """The single row of settings; made with its defaults at first use."""
    global _held
    taken, held = _held
    if held is not None and time.monotonic() - taken < SECONDS:
        return held
    held, _made = Installation.objects.get_or_create(pk=1)
    _held = (time.monotonic(), held)
    return held


def forget() -> None:
    """Read it anew next time (after a change, and between tests)."""
    global _held
    _held = (0.0, None)
