"""Where the table begins: the row of column names under titles, logos and remarks, and what the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kept.pledges.importing.cells import Cell, text_of, tidy

LOOKED_AT = 40  # rows at the top of a table in which its header is sought
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; counted from 0


@dataclass(slots=True)
class Header:
    """`last` is the index of the (last) header row, -1 where there is none. `aliases`: other names → column."""

    last: int
    names: list[str]
    score: float = 0.0
    aliases: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A column's name as it is compared: without case, accents, punctuation and numbering."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"[\W_]+", " ", text).strip()
    return re.sub(r"^\d{1,2}\s+(?=\D)", "", text) or text


def letter(index: int) -> str:
    """The letter of a column as spreadsheets show it: 0 → A, 27 → AB."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def letter_index(text: str) -> int:
    """The reverse of `letter`."""
    index = 0
    for c in text:
        index = index * 26 + ord(c) - 64
    return index - 1


def unique_names(raw: Sequence[str]) -> list[str]:
    """Column names made different: "Amount", "Amount (2)"; a column without a name is "Column C"."""
    taken: set[str] = set()
    names = []
    for index, name in enumerate(raw):
        name = name or f"Column {letter(index)}"
        made, n = name, 2
        while plain(made) in taken:
            made, n = f"{name} ({n})", n + 1
        taken.add(plain(made) or made)
        names.append(made)
    return names


def find_header(
    rows: Sequence[Sequence[Cell]],
    *,
    known: Callable[[str], bool],
    merges: Sequence[Merge] = (),
    fixed: int | None = None,
) -> Header:
    """The most likely header among the first rows of a table.

    `known` says whether a name is a column that is looked for. `fixed` is the index of the header row where
    somebody said so, -1 for a table without one.
    """
    width = max((len(r) for r in rows), default=0)
    if fixed == -1:
        return Header(-1, unique_names([""] * width))
    filled = _fill(rows[:LOOKED_AT], merges, width)
    best = Header(-1, [], -1.0)
    for index in range(len(filled)) if fixed is None else [fixed]:
        if index >= len(filled):
            break
        for depth in range(1, _depth(index, merges, width) + 1):
            header = _header(filled, index, depth, known, width)
            if header.score > best.score:
                best = header
    return best if best.last >= 0 else Header(-1, unique_names([""] * width))


def _fill(rows: Sequence[Sequence[Cell]], merges: Sequence[Merge], width: int) -> list[list[str]]:
    """The rows as text, every cell of a merged range with the text of its first."""
    table = [[" ".join(text_of(tidy(c)).split()) for c in row] + [""] * (width - len(row)) for row in rows]
    for top, left, bottom, right in merges:
        if top >= len(table) or left >= width or not table[top][left]:
            continue
        for r in range(top, min(bottom + 1, len(table))):
            for c in range(left, min(right + 1, width)):
                table[r][c] = table[top][left]
    return table


def _depth(index: int, merges: Sequence[Merge], width: int) -> int:
    """How many rows a header may have that begins here: one more below each row with a merged group of columns.

    A title across the whole table is no group.
    """
    groups = {bottom for _top, left, bottom, right in merges if 0 < right - left < max(width - 1, 2)}
    depth = 1
    while index + depth - 1 in groups and depth < 4:
        depth += 1
    return depth


def _header(table: list[list[str]], index: int, depth: int, known: Callable[[str], bool], width: int) -> Header:
    last = index + depth - 1
    if last >= len(table):
        return Header(-1, [], -1.0)
    names, others = [], []
    for column in range(width):
        parts = list(dict.fromkeys(filter(None, (table[r][column] for r in range(index, last + 1)))))
        names.append(" ".join(parts))
        others.append(parts)
    score = _score(names, [p for parts in others for p in parts if len(parts) > 1], known, table, last, width)
    unique = unique_names(names)
    aliases: dict[str, int] = {}
    for column, parts in enumerate(others):
        for part in parts if len(parts) > 1 else ():
            alias = plain(part)
            if sum(alias == plain(p) for ps in others for p in ps) == 1:
                aliases[alias] = column
    return Header(last, unique, score, aliases)


_NUMBER = re.compile(r"[\d.,'%€$£+\-/ ]+")


def _score(
    names: list[str], parts: list[str], known: Callable[[str], bool], table: list[list[str]], last: int, width: int
) -> float:
    """How much a row looks like column names: known names first, then short different words above filled cells."""
    written = [n for n in names if n]
    if not written:
        return -1.0
    score = 6.0 * len({plain(n) for n in (*written, *parts) if known(n)})
    words = [n for n in written if len(n) <= 80 and not _NUMBER.fullmatch(n)]
    score += 4.0 * len(words) / width - 4.0 * (len(written) - len(words)) / len(written)
    score -= 2.0 * (len(written) - len(set(written))) / len(written)
    below = [sum(bool(c) for c in row) for row in table[last + 1 : last + 6]]
    if any(below):
        score += 2.0 * min(1.0, max(below) / len(written))
    if len(written) == 1 and width > 1:
        score -= 3.0
    return score
