"""The log as static files (C2SP tlog-tiles): how tiles are addressed and entries bundled.

A tile holds up to 256 hashes that stand side by side: level 0 those of the entries, level 1 those of
complete subtrees of 256 entries, and so on. A bundle holds the same entries as its tile of level 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WIDTH = 256
PATH = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


def tile_path(n: int, width: int = WIDTH) -> str:
    """The end of a tile's address: 1234067 is x001/x234/067, with .p/<width> where it is not full."""
    parts = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03d}")
    return "/".join(parts) + (f".p/{width}" if width < WIDTH else "")


def read_tile_path(path: str) -> tuple[int, int] | None:
    """(n, width) of a tile's address, None where no tile has it. Each tile has one address only."""
    match = PATH.fullmatch(path)
    if not match:
        return None
    n = int(match[1].replace("x", "").replace("/", ""))
    width = int(match[2] or WIDTH)
    return (n, width) if tile_path(n, width) == path and n < 2**55 else None


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after the other, each after its length in two bytes, the higher first."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
