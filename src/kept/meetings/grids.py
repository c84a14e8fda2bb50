"""A day of a programme as a table: a column for each room, a row for each instant at which something begins or ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kept.meetings.presenting import Item

OPEN_END = timedelta(minutes=60)  # how tall a session whose end is not known is drawn


@dataclass
class Cell:
    """A session over so many rows, or free time (`item` None) over so many rows."""

    item: Item | None
    rows: int


@dataclass
class Row:
    """An instant: the hour in the room and, where it differs, the visitor's; the cells that begin then."""

    at: datetime
    start: str = ""
    own_start: str = ""
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Grid:
    """A day; `rooms` are the heads of its columns."""

    rooms: list[str]
    rows: list[Row]


def grid_of(items: list[Item]) -> Grid:
    """The table of one day's sessions, in the order of rooms as they come. Two at once in a room stand side by side."""
    columns: list[tuple[str, list[Item]]] = []
    for item in sorted(items, key=lambda item: (item.room_order, item.starts_at)):
        for name, placed in columns:
            if name == item.room and placed[-1].starts_at < item.starts_at and end_of(placed[-1]) <= item.starts_at:
                placed.append(item)
                break
        else:
            columns.append((item.room, [item]))
    edges = sorted({item.starts_at for item in items} | {end_of(item) for item in items})
    hours = {item.starts_at: (item.start, item.own_start) for item in items}
    hours |= {item.ends_at: (item.end, item.own_end) for item in items if item.ends_at and item.ends_at not in hours}
    rows = [Row(edge, *hours.get(edge, ("", ""))) for edge in edges[:-1]]
    index = {edge: number for number, edge in enumerate(edges)}
    for _name, placed in columns:
        at = 0
        for item in placed:
            start, end = index[item.starts_at], index[end_of(item)]
            if start > at:
                rows[at].cells.append(Cell(None, start - at))
            rows[start].cells.append(Cell(item, end - start))
            at = end
        if at < len(rows):
            rows[at].cells.append(Cell(None, len(rows) - at))
    return Grid([name for name, _placed in columns], rows)


def end_of(item: Item) -> datetime:
    return item.ends_at if item.ends_at and item.ends_at > item.starts_at else item.starts_at + OPEN_END
