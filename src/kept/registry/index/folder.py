"""Where the indexes of this machine lie: each in a folder of its own, and a pointer to the one that is read.

    KEPT_DATA/index/current         the name of the folder that is read; replaced in one step
    KEPT_DATA/index/<name>/         an index, and `about.json`: how and of what it was made
    KEPT_DATA/index/write.lock      held while something is written to the index that is read
    KEPT_DATA/index/build.lock      held while another is built beside it

Locks are the kernel's: a process that dies lets go of them.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from django.conf import settings

POINTER, ABOUT = "current", "about.json"


@dataclass(frozen=True)
class About:
    """How and of what an index was made: `schema` is `schema.fingerprint()`, `origin` the log's name, `size` its
    number of entries when building began."""

    schema: str
    origin: str
    size: int


class Lock:
    """A lock between the processes of this machine."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._file: int | None = None

    def take(self, *, wait: bool = False) -> bool:
        """Whether it is ours now."""
        descriptor = os.open(root() / f"{self._name}.lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            os.close(descriptor)
            return False
        self._file = descriptor
        return True

    def let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Lock:
        self.take(wait=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.let_go()


def root() -> Path:
    """The folder of all indexes; made where it is not there."""
    folder = Path(settings.KEPT_DATA) / "index"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pointer_mark() -> tuple[int, int]:
    """Changes when another index is put in place; (0, 0) where there is none. Costs one look at the file's date."""
    try:
        found = os.stat(Path(settings.KEPT_DATA) / "index" / POINTER)
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def current() -> Path | None:
    """The folder that is read, if there is one."""
    try:
        name = (root() / POINTER).read_text().strip()
    except OSError:
        return None
    folder = root() / name
    return folder if name and folder.is_dir() else None


def about(folder: Path) -> About | None:
    """What the folder says of itself; None where that cannot be read."""
    try:
        return About(**json.loads((folder / ABOUT).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def new(made: About) -> Path:
    """An empty folder for an index that is about to be built."""
    folder = root() / f"made-{secrets.token_hex(6)}"
    folder.mkdir()
    (folder / ABOUT).write_text(json.dumps(asdict(made)))
    return folder


def put_in_place(folder: Path) -> None:
    """From now on this one is read. Readers of the former one finish with it: its files go when they let go."""
    beside = root() / f"{POINTER}.{secrets.token_hex(4)}"
    beside.write_text(folder.name)
    os.replace(beside, root() / POINTER)


def clear_away() -> None:
    """Remove every folder but the one that is read. Called under both locks."""
    kept = current()
    for folder in root().glob("made-*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)
