"""The world map: where each country lies on it, and which part of it is shown. Drawn by scripts/world_map.py.

The shapes are one file, `static/registry/world.svg`, that a page refers to piece by piece (`world.svg#BDI`): it is loaded
once. Countries that are too small to be seen are dots.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
LEAST = 460  # units: a part of the map is never shown larger than that
MARGIN = 24
FAR_OUT = {"ATF", "IOT", "SGS", "UMI"}  # far away and nearly nobody lives there: they do not stretch a part of the map
SHAPE = (4, 3)  # of a part of the map: width to height, at most


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the map that is shown, in its units. `zoom`: 0 the world, 1 a continent, 2 some countries."""

    left: int
    top: int
    width: int
    height: int

    @property
    def view_box(self) -> str:
        return f"{self.left} {self.top} {self.width} {self.height}"

    @property
    def zoom(self) -> int:
        return 0 if self.width > 1400 else 1 if self.width > 640 else 2


@lru_cache(maxsize=1)
def _plan() -> dict[str, Any]:
    return json.loads((DATA / "world.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def shapes() -> dict[str, dict[str, Any]]:
    """{country: its shape as GeoJSON geometry, in degrees}."""
    return json.loads((DATA / "shapes.json").read_text(encoding="utf-8"))


def drawn() -> Collection[str]:
    """Countries and areas that the map shows; Antarctica and two islands where nobody lives are not on it."""
    return _plan()["places"].keys()


def world() -> Frame:
    """All of it."""
    return Frame(0, 0, _plan()["width"], _plan()["height"])


def around(countries: Iterable[str]) -> Frame:
    """The part of the map that holds these countries, with some of their neighbours; all of it where none is on it."""
    shown = set(countries)
    near = shown - FAR_OUT or shown
    boxes = [place["box"] for code in sorted(near) if (place := _plan()["places"].get(code))]
    if not boxes:
        return world()
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right, bottom = max(box[2] for box in boxes) + MARGIN, max(box[3] for box in boxes) + MARGIN
    width = max(right - left, LEAST, (bottom - top) * SHAPE[0] // SHAPE[1])
    height = max(bottom - top, width * SHAPE[1] // SHAPE[0])
    whole = world()
    if width >= whole.width or height >= whole.height:
        return whole
    return Frame(
        _within((left + right - width) // 2, width, whole.width),
        _within((top + bottom - height) // 2, height, whole.height),
        width,
        height,
    )


def _within(start: int, length: int, whole: int) -> int:
    return min(max(start, 0), whole - length)
