"""The index as this process reads it: opened once, read anew when it or the pointer to it changed."""

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

import tantivy

from kept.log.models import Change, Head
from kept.registry.index import folder
from kept.registry.index.schema import fingerprint, prepare, schema

log = logging.getLogger(__name__)
MOST_REMEMBERED = 128


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
    searcher: tantivy.Searcher
    state: State
    size: int  # documents
    memory: Memory = field(default_factory=Memory)


class Reader:
    """Holds the index of this process. `reading()` is cheap: it looks at two files' dates."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._index: tantivy.Index | None = None
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
                elif self._index is not None and (meta := _meta_mark(self._path)) != self._meta:
                    self._index.reload()
                    self._look(meta)
            except Exception as error:  # tantivy raises what it likes; a broken index is no broken page
                log.warning("The index of the registry cannot be read: %s", error)
                self._forget()
                self._pointer = pointer
            return self._reading

    def _open(self, pointer: Any) -> None:
        self._forget()
        self._pointer = pointer
        path = folder.current()
        made = folder.about(path) if path else None
        if path is None or made is None or made.schema != fingerprint():
            return
        self._path, meta = path, _meta_mark(path)
        self._index = prepare(tantivy.Index.open(str(path)))
        self._look(meta)

    def _look(self, meta: Any) -> None:
        self._meta = meta
        searcher = self._index.searcher()
        self._reading = Reading(self._path, searcher, state_of(searcher), searcher.num_docs)


def _meta_mark(path: Path) -> tuple[int, int, int]:
    found = os.stat(path / "meta.json")
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def state_of(searcher: tantivy.Searcher) -> State:
    """How far the index is. Raises LookupError where it does not say."""
    asked = tantivy.Query.term_query(schema(), "about", "state", "basic")
    hits = searcher.search(asked, 1, count=False).hits
    if not hits:
        raise LookupError("The index does not say how far it is.")
    return State.read(searcher.doc(hits[0][1])["state"][0])


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
