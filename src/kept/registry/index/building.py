"""Building an index from the database, beside the one that is read, and putting it in its place in one step."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connections

from kept.registry.index import arrays, folder, writing
from kept.registry.index.documents import Maker
from kept.registry.index.filling import Filling
from kept.registry.index.merging import merged
from kept.registry.index.reading import Reading, State, origin, reader, state_of_database
from kept.registry.index.records import spans
from kept.registry.index.schema import fingerprint
from kept.registry.index.segment import Part, Segment

log = logging.getLogger(__name__)
PIECE = 170_000  # pledges that one process holds in memory at a time: the more, the fewer times each word is met anew
AT_ONCE = 5000  # pledges that are read at a time: each time costs several queries
AGAIN = 30.0  # seconds between two attempts of one process
PARENT_SECONDS = 0.5  # between two looks whether the process that builds is still there
ASKED = "asked"  # the file that says: build anew, though there is one

_last_try = 0.0
_child: subprocess.Popen | None = None
_trying = threading.Lock()


def build(
    *, only_if_needed: bool = False, processes: int = 0, tell: Callable[[int], None] = lambda done: None
) -> int | None:
    """Build an index of what is public now and put it in place; return its number of pledges.

    Waits for another that is being built, and does nothing (None) `only_if_needed` and that one will do. Meanwhile
    the former index is read and kept current; whatever changes is brought into the new one before it takes its
    place. Documents are made by so many `processes` (0: by this one). `tell` is told how many are done.
    """
    with folder.Lock("build"):
        if only_if_needed and not is_needed():
            return None
        with suppress(FileNotFoundError):
            (folder.root() / ASKED).unlink()
        name, size = origin()
        path = folder.new(folder.About(fingerprint(), name, size))
        state = state_of_database()
        done = 0
        for number in _made(path, processes):
            done += number
            tell(done)
        reading = _joined(path, state)
        with folder.Lock("write"):
            writing.bring_up(path, reading)
            folder.put_in_place(path)
            folder.clear_away()
    return done


def _made(path: Path, processes: int) -> Iterator[int]:
    """All records as segments beside each other; how many are in each."""
    if not processes:
        yield from (_segment_of(path, span) for span in spans(batch=PIECE))
        return
    connections.close_all()
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(os.getpid(),)) as pool:
        waiting: deque[Future] = deque(pool.submit(_segment_of, path, span) for span in spans(batch=PIECE))
        while waiting:
            yield waiting.popleft().result()


def _segment_of(path: Path, span: range) -> int:
    """A segment of the public records among these keys; how many they are."""
    maker, filling = Maker(), Filling()
    for start in range(span.start, span.stop, AT_ONCE):
        filling.add(maker.documents(range(start, min(start + AT_ONCE, span.stop))))
    if filling.size:
        arrays.write(path / f"{span.start:012}.part", filling.arrays(), lasting=False)
    if not gc.isenabled():
        gc.collect()
    return filling.size


def _joined(path: Path, state: State) -> Reading:
    """The segments as one, and how far it is."""
    parts = sorted(path.glob("*.part"))
    segments = [Segment(Part(part), np.zeros(0, np.int32)) for part in parts]
    if len(segments) == 1:
        parts[0].rename(path / "first.seg")
    elif segments:
        arrays.write(path / "first.seg", merged(segments))
    for part in parts:
        part.unlink(missing_ok=True)
    first = [Segment(Part(path / "first.seg"), np.zeros(0, np.int32))] if segments else []
    return writing.commit(path, first, state)


def _begin(parent: int) -> None:
    """What each process that makes documents does first: connections of its own, and an end with its parent."""
    connections.close_all()
    gc.freeze()
    gc.disable()  # documents come and go by the thousand and hold no circles; what does is swept between segments
    threading.Thread(target=_leave_with, args=(parent,), name="parent", daemon=True).start()


def _leave_with(parent: int) -> None:
    """End when the process that builds is gone, even where it could not say so (SIGKILL).

    A forked process shares its parent's locks: one that stayed behind would keep everybody from building for ever.
    """
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def is_needed() -> bool:
    """Whether there is no index that this code can read, or it is of another database, or one was asked for."""
    path = folder.current()
    made = folder.about(path) if path else None
    if (
        path is None
        or made is None
        or made.schema != fingerprint()
        or made.origin not in ("", origin()[0])
        or is_asked_for()
    ):
        return True
    reading = reader.reading()
    return reading is None or reading.state != state_of_database(reading.state.change)


def is_asked_for() -> bool:
    """Whether somebody asked for another index though there is one."""
    return (folder.root() / ASKED).exists()


def start(*, anew: bool = False) -> None:
    """Have one built by a process of its own, so that no reader waits; at most one on this machine at a time.

    `anew`: though there is one that can be read. Meanwhile the registry answers from the former one, or in SQL.
    """
    with _trying:
        try:
            _start(anew)
        except OSError as error:  # no place to write: SQL goes on to answer
            log.warning("No index of the registry can be built: %s", error)


def _start(anew: bool) -> None:
    global _last_try, _child
    if anew:
        (folder.root() / ASKED).touch()
    if _child is not None and _child.poll() is None:
        return
    if _last_try and time.monotonic() - _last_try < AGAIN:
        return
    lock = folder.Lock("build")
    if not lock.take():
        return  # another process is at it
    lock.let_go()
    _last_try = time.monotonic()
    command = [sys.executable, "-m", "django", "index", "--settings", os.environ["DJANGO_SETTINGS_MODULE"]]
    env = os.environ | {"KEPT_DATA": str(settings.KEPT_DATA)}
    _child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
