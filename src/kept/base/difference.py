"""What changed between two wordings, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A word, a run of spaces, a mark; Chinese and its neighbours have no spaces, so each sign is a word.
_HAN = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PIECES = re.compile(rf"[{_HAN}]|\s+|[^\W_{_HAN}]+|_|[^\w\s]")


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
    removed = added = ""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, old_from, old_to, new_from, new_to) in enumerate(steps):
        gone, come = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        # A space that alone survived between two changes belongs to them: one change reads better than two.
        between = kind == "equal" and come.isspace() and removed and added and place + 1 < len(steps)
        if kind == "equal" and not between:
            pieces += _changes(removed, added)
            removed = added = ""
            pieces.append(Piece("same", come))
        else:
            removed, added = removed + gone, added + come
    return pieces + _changes(removed, added)


def _changes(removed: str, added: str) -> list[Piece]:
    found = (Piece("removed", removed), Piece("added", added))
    return [piece for piece in found if piece.text]
