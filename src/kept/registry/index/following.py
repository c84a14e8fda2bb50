"""Keeping the index current: whoever asks looks at the change number, and whoever finds it behind brings it up.

One process of a machine writes at a time (a lock of the kernel's). Nobody waits for long: what cannot be brought up
in `PATIENCE` is answered from what is there, and after `TOO_OLD` seconds in SQL.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from kept.log.queries import changes_since, last_change
from kept.registry.index import building, folder, writing
from kept.registry.index.reading import Reading, origin, reader, state_of_database

log = logging.getLogger(__name__)
PATIENCE = 0.6  # seconds that a question waits for the index to catch up
TOO_OLD = timedelta(seconds=5)
FEW = 20_000  # pledges that SQL answers about quickly enough
LINGER = 1.0  # seconds for which a writer looks for more before it lets go


def fresh() -> Reading | None:
    """The index with everything that is committed in it, or all but the last seconds; None: answer in SQL."""
    if not getattr(settings, "REGISTRY_INDEX", False):
        return None
    reading = reader.reading()
    if reading is None or not _is_of_this_database(reading):
        building.start(anew=reading is not None)
        return None
    wanted = last_change()
    if reading.state.change == wanted:
        return reading
    if connection.in_atomic_block:
        return None  # what this transaction changed nobody else can see yet
    return _caught_up(wanted) or _old_but_usable()


_checked: tuple[Path, int] | None = None


def _is_of_this_database(reading: Reading) -> bool:
    """Looked at once for each index that is opened: the database may have been restored meanwhile."""
    global _checked
    if _checked != (reading.path, os.getpid()):
        made = folder.about(reading.path)
        right = made is not None and made.origin in ("", origin()[0])
        if not right or reading.state != state_of_database(reading.state.change):
            return False
        _checked = (reading.path, os.getpid())
    return True


def _caught_up(wanted: int) -> Reading | None:
    """Have the index brought up, here or by the process that is at it, and wait a moment for it."""
    until = time.monotonic() + PATIENCE
    bring_up_beside()
    while (reading := reader.reading()) is not None and time.monotonic() < until:
        if reading.state.change >= wanted:
            return reading
        time.sleep(0.005)
    return None


def _old_but_usable() -> Reading | None:
    reading = reader.reading()
    if reading is None or reading.size < FEW:
        return None
    missed = changes_since(reading.state.change).values_list("at", flat=True).first()
    return None if missed is None or timezone.now() - missed > TOO_OLD else reading


# Bringing it up ----------------------------------------------------------------------------------------------

_beside: threading.Thread | None = None
_starting = threading.Lock()


def bring_up_beside() -> None:
    """Bring the index up in a thread, so that nobody waits for files to be merged; one at a time in this process."""
    global _beside
    with _starting:
        if _beside is None or not _beside.is_alive():
            _beside = threading.Thread(target=_beside_and_close, name="index", daemon=True)
            _beside.start()


def _beside_and_close() -> None:
    try:
        until = time.monotonic() + PATIENCE
        while not catch_up(wait=False, linger=LINGER) and time.monotonic() < until:
            time.sleep(0.01)  # another process is at it
    except Exception:
        log.exception("The index of the registry could not be brought up.")
    finally:
        connection.close()


def catch_up(*, wait: bool = True, linger: float = 0.0) -> bool:
    """Bring the index up to what is committed. False where another process holds the lock (and `wait` is not asked).

    `linger`: seconds for which later changes are looked for before the lock is let go. Where there is no index, or
    it is of another database, one is built by a process of its own (`building.start`).
    """
    lock = folder.Lock("write")
    if not lock.take(wait=wait):
        return False
    try:
        reading = reader.reading()
        if reading is None or reading.path != folder.current():
            building.start()
        elif reading.state.change != last_change():
            _write(reading, linger)
    except writing.NotThisDatabase:
        building.start(anew=True)
    finally:
        lock.let_go()
    return True


def _write(reading: Reading, linger: float) -> None:
    """Apply what was changed since. Under the lock."""
    made = folder.about(reading.path)
    until = time.monotonic() + linger
    while True:
        reading, removed = writing.bring_up(reading.path, reading, made_at=made.size if made else 0)
        if removed or writing.is_worn(reading):
            building.start(anew=True)
        while time.monotonic() < until and reading.state.change == last_change():
            time.sleep(0.02)
        if time.monotonic() >= until:
            break


def keep_current(now: datetime) -> None:
    """A worker's duty: what web processes do when they are asked, also where nobody asks."""
    if not getattr(settings, "REGISTRY_INDEX", False):
        return
    reading = reader.reading()
    if reading is None or building.is_asked_for():
        building.start()
    elif reading.state.change != last_change():
        bring_up_beside()
