"""A line over months as SVG: made on the server, readable without script, with its table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 8, 12, 28
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Mark:
    """A line of the grid, or a year on the axis: where it is and what stands there."""

    at: str
    value: Decimal | int


@dataclass(frozen=True)
class Chart:
    """Coordinates for the template: `line` and `area` are SVG path data, whole pixels."""

    line: str
    area: str
    rungs: tuple[Mark, ...]
    years: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM
    base_text: int = HEIGHT - 8


def chart(points: Sequence[tuple[int, int, Decimal]]) -> Chart | None:
    """Draw (year, month, value) as steps: a sum stays until it moves. None for fewer than two points."""
    if len(points) < 2:
        return None
    top = nice(max(value for _y, _m, value in points) or Decimal(1))
    across = (WIDTH - LEFT - RIGHT) / (len(points) - 1)
    xs = [LEFT + round(i * across) for i in range(len(points))]
    ys = [_height(value, top) for _y, _m, value in points]
    moves = [f"M{xs[0]} {ys[0]}"]
    for x, y, before in zip(xs[1:], ys[1:], ys, strict=False):
        moves.append(f"H{x}" if y == before else f"H{x}V{y}")
    line = "".join(moves)
    floor = HEIGHT - BOTTOM
    every = max(1, -(-len({year for year, _m, _v in points}) // 8))
    years = [(x, year) for x, (year, month, _v) in zip(xs, points, strict=True) if month == 1 and year % every == 0]
    return Chart(
        line=line,
        area=f"{line}V{floor}H{xs[0]}Z",
        rungs=tuple(Mark(str(_height(top * part / 4, top)), top * part / 4) for part in range(5)),
        years=tuple(Mark(str(x), year) for x, year in years),
    )


def nice(value: Decimal) -> Decimal:
    """The round figure at or above a value that a scale ends with: 1, 2, 4, 5, 8 or 10 times a power of ten."""
    power = Decimal(1)
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * step for step in (1, 2, 4, 5, 8, 10) if power * step >= value)


def _height(value: Decimal, top: Decimal) -> int:
    return HEIGHT - BOTTOM - round(value / top * (HEIGHT - BOTTOM - TOP))
