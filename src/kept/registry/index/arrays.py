"""Arrays in one file: written once, never changed, read by mapping it into memory, which all processes share.

8 bytes      MAGIC
8 bytes      length of the head, little-endian
head         JSON: {"size": bytes of the file, "arrays": {name: [type, number of items, where it begins]}}
…            the arrays, each from a multiple of 64 on
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

MAGIC = b"kept-i01"
ALIGNED = 64


# What mallopt(3) of the GNU C library calls them, and bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT_AT_MOST, HEAP_UP_TO = 64 * 2**20, 32 * 2**20


class Broken(Exception):
    """The file is not what it was when it was written."""


def write(path: Path, arrays: Mapping[str, np.ndarray], *, lasting: bool = True) -> None:
    """Write them down. Nobody looks at the file before it is named somewhere, so that it may come into being slowly.

    One that is not `lasting` is read once and thrown away: a power cut may take it.
    """
    at, places = 0, {}
    for name, values in arrays.items():
        places[name] = [values.dtype.str, int(values.size), at]
        at = _aligned(at + values.nbytes)
    size = 0
    while True:  # the head tells where things begin, which depends on its length
        told = {name: [kind, n, size + where] for name, (kind, n, where) in places.items()}
        head = json.dumps({"size": size + at, "arrays": told}).encode()
        begin = _aligned(16 + len(head) + 32)
        if begin <= size:
            break
        size = begin
    with path.open("wb") as file:
        file.write(MAGIC + len(head).to_bytes(8, "little") + head)
        for name, values in arrays.items():
            file.seek(size + places[name][2])
            file.write(np.ascontiguousarray(values).data)
        file.truncate(size + at)
        if lasting:  # before it is named: a power cut leaves no file of the right length without its contents
            file.flush()
            os.fsync(file.fileno())


def _aligned(at: int) -> int:
    return -(-at // ALIGNED) * ALIGNED


class Arrays(Mapping[str, np.ndarray]):
    """The arrays of a file, none of them copied. Raises Broken."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        start = self._file.read(16)
        if len(start) < 16 or start[:8] != MAGIC:
            raise Broken(f"{path.name} holds no arrays.")
        head = json.loads(self._file.read(int.from_bytes(start[8:], "little")))
        self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(self._bytes) != head["size"]:
            raise Broken(f"{path.name} was cut.")
        self._places = head["arrays"]

    def __getitem__(self, name: str) -> np.ndarray:
        kind, n, where = self._places[name]
        return np.frombuffer(self._bytes, kind, n, where)

    def piece(self, name: str, start: int, stop: int) -> np.ndarray:
        """Items of an array, read: what is mapped stays with the process, and words are asked for once."""
        kind, _n, where = self._places[name]
        size = np.dtype(kind).itemsize
        return np.frombuffer(os.pread(self._file.fileno(), (stop - start) * size, where + start * size), kind)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


# Many texts as one array --------------------------------------------------------------------------------------


def joined(texts: list[str]) -> np.ndarray:
    """Texts without line breaks, one after the other, as bytes."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def parted(held: np.ndarray) -> list[str]:
    """The texts again; one that is empty where there were none or one empty one."""
    return held.tobytes().decode().split("\n")


# Memory -------------------------------------------------------------------------------------------------------


@cache
def keep_memory() -> None:
    """Have this process keep the memory of large temporary arrays instead of giving it back after each.

    A question makes dozens of arrays of some megabytes; getting their pages from the kernel each time took a third
    of its time. At most 64 MB are kept. Where the C library is another one, nothing happens.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(TRIM_THRESHOLD, KEPT_AT_MOST)
        library.mallopt(MMAP_THRESHOLD, HEAP_UP_TO)
