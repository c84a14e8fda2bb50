"""What changed between two wordings, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A word, a run of spaces, a mark; Chinese and its neighbours have no spaces, so each sign is a word.
_PIECES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\s+|[^\W_]+|_|[^\w\s]")


class Piece(NamedTuple):
    """A run of text that is the same in both, or only in the later ("added") or earlier ("removed") one."""

    change: Literal["same", "added", "removed"]
    text: str


def word_difference(before: str, after: str) -> list[Piece]:
    """The later wording with its changes, in reading order: what was removed stands before what was added.

    Joining "same" and "removed" gives `before`, "same" and "added" gives `after`.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    pieces: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[new_from:new_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece("removed", "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece("added", "".join(new[new_from:new_to])))
    return pieces
