"""How many passed by, while they pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Counted:
    """Hands on what it is given, and knows how many it was."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items, self.seen = items, 0

    def __iter__(self) -> Iterator[Any]:
        for item in self.items:
            self.seen += 1
            yield item
