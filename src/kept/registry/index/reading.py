"""The index as this process reads it: opened once, read anew when it or the pointer to it changed.

    <folder>/contents.json    {"state": how far it is, "segments": [[file, file of the rows that are gone or ""], …]}
    <folder>/<name>.seg       a segment (see `filling`), never changed; <name>.gone rows that were taken out since

Whoever writes puts all files down first and then `contents.json` in one step: a writer that dies leaves the index as it was.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kept.log.models import Change, Head
from kept.registry.index import folder
from kept.registry.index.arrays import Arrays, keep_memory
from kept.registry.index.schema import fingerprint
from kept.registry.index.segment import Part, Segment

log = logging.getLogger(__name__)
MOST_REMEMBERED = 128
CONTENTS = "contents.json"


@dataclass(frozen=True)
class State:
    """How far an index is: the last change that is in it, and that change's own words (another database's differ)."""

    change: int = 0
    words: str = ""

    def text(self) -> str:
        return json.dumps([self.change, self.words])

    @classmethod
    def read(cls, text: str) -> State:
        change, words = json.loads(text)
        return cls(change, words)


@dataclass
class Memory:
    """Answers that were worked out already, as long as nothing changed; the oldest go first."""

    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable) -> Any:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: Any) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MOST_REMEMBERED:
                self._answers.popitem(last=False)

    def known(self) -> dict[Hashable, Any]:
        """Everything that is remembered (benchmarks)."""
        with self._lock:
            return dict(self._answers)

    def forget(self, but: dict[Hashable, Any] | None = None) -> None:
        """Drop everything but this (benchmarks)."""
        with self._lock:
            self._answers = OrderedDict(but or {})


@dataclass(frozen=True)
class Reading:
    """The index as it was at one moment: all of one answer comes out of one of these."""

    path: Path
    segments: tuple[Segment, ...]
    state: State
    memory: Memory = field(default_factory=Memory)

    @property
    def size(self) -> int:
        """How many pledges are in it."""
        return sum(segment.number_alive for segment in self.segments)


class Reader:
    """Holds the index of this process. `reading()` is cheap: it looks at two files' dates."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._path: Path | None = None
        self._pointer: Any = None
        self._meta: Any = None
        self._reading: Reading | None = None

    def forget(self) -> None:
        """Open it anew at the next question (after a fork, between tests)."""
        with self._lock:
            self._forget()

    def reading(self) -> Reading | None:
        """The index as it is now; None where there is none that this code can read."""
        with self._lock:
            pointer = (os.getpid(), str(folder.settings.KEPT_DATA), *folder.pointer_mark())
            try:
                if pointer != self._pointer:
                    self._open(pointer)
                elif self._path is not None and _mark(self._path) != self._meta:
                    self._look(self._path)
            except Exception as error:  # whatever is wrong with the files: a broken index is no broken page
                log.warning("The index of the registry cannot be read: %s", error)
                self._forget()
                self._pointer = pointer
            return self._reading

    def _open(self, pointer: Any) -> None:
        self._forget()
        keep_memory()
        self._pointer = pointer
        path = folder.current()
        made = folder.about(path) if path else None
        if path is None or made is None or made.schema != fingerprint():
            return
        self._look(path)
        self._path = path

    def _look(self, path: Path) -> None:
        meta = _mark(path)
        self._reading = opened(path, self._reading)
        self._meta = meta


def _mark(path: Path) -> tuple[int, int, int]:
    found = os.stat(path / CONTENTS)
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def opened(path: Path, former: Reading | None = None) -> Reading:
    """The index in a folder; segments that were open already are not opened again."""
    known = {(one.part.name, one.gone_name): one for one in former.segments} if former and former.path == path else {}
    parts = {name: one.part for (name, _gone), one in known.items()}
    for attempt in range(20):
        contents = json.loads((path / CONTENTS).read_text())
        try:
            segments = tuple(known.get((name, gone)) or _segment(path, name, gone, parts)
                             for name, gone in contents["segments"])  # fmt: skip
            return Reading(path, segments, State.read(contents["state"]))
        except FileNotFoundError:  # written anew while it was read
            if attempt == 19 or json.loads((path / CONTENTS).read_text()) == contents:
                raise
    raise AssertionError


def _segment(path: Path, name: str, gone: str, parts: dict[str, Part]) -> Segment:
    part = parts.get(name) or Part(path / name)
    return Segment(part, Arrays(path / gone)["rows"] if gone else np.zeros(0, np.int32), gone)


# The database beside it --------------------------------------------------------------------------------------


def state_of_database(number: int | None = None) -> State:
    """The last change that is committed (or an earlier one, by its number), as an index that has it would say."""
    if number is None:
        number = Head.objects.filter(pk=1).values_list("change", flat=True).first() or 0
    row = Change.objects.filter(pk=number).first() if number else None
    return State(number, f"{row.subject} {row.key} {row.at.isoformat()}" if row else "")


def belongs(state: State) -> bool:
    """Whether an index that is so far was made of this database, and not of one that was restored since."""
    return state == state_of_database(state.change)


def origin() -> tuple[str, int]:
    """The log's name and its number of entries."""
    return Head.objects.filter(pk=1).values_list("origin", "size").first() or ("", 0)


reader = Reader()
