"""What is asked after a meeting, and how answers are counted so that no small group is seen. Without a database.

Nothing is shown of fewer than `LEAST` answers. Of the two ways of taking part both are shown beside each other or neither:
whoever knows the whole and one part knows the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEAST = 5
WORDS_OF_SCALE: tuple[tuple[str, Any], ...] = (
    ("5", _("very good")), ("4", pgettext_lazy("an answer", "good")), ("3", _("neither good nor poor")),
    ("2", _("poor")), ("1", _("very poor")),
)  # fmt: skip
GOOD = ("5", "4")
# (code, kind, question, [(value, words)]): what a meeting begins with; the team changes it as it likes.
USUAL: tuple[tuple[str, str, Any, tuple[tuple[str, Any], ...]], ...] = (
    ("all-in-all", "scale", _("How good was the meeting for you, all in all?"), ()),
    ("useful", "scale", _("How good was it for your work: for what you promised, or want to promise?"), ()),
    ("understood", "scale", _("How well could you follow, in your language?"), ()),
    ("way", "scale", _("How good was the way in: the entrance and the room, or the picture and sound online?"), ()),
    (
        "again", "choice", _("Would you come again?"),
        (("yes", _("Yes")), ("perhaps", _("Perhaps")), ("no", _("No"))),
    ),
    ("better", "words", _("What should be better next time?"), ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is counted: `values` are those that may be answered; none where it is answered in words."""

    code: str
    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    mode: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What was answered to one question. `hidden`: so few answered that nothing is shown of it.

    `counts` {value: how many} in the order of the values; `by_way` {mode: counts}, empty where a way is too small.
    """

    code: str
    answered: int
    hidden: bool
    counts: dict[str, int] = field(default_factory=dict)
    by_way: dict[str, dict[str, int]] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def results(asked: Sequence[Asked], replies: Iterable[Reply]) -> list[Result]:
    """What is shown of the answers, question by question."""
    heard = list(replies)
    return [_result(question, heard) for question in asked]


def _result(question: Asked, replies: list[Reply]) -> Result:
    said = [(one.mode, one.answers[question.code]) for one in replies if one.answers.get(question.code)]
    if question.kind != "words":
        said = [(mode, value) for mode, value in said if value in question.values]
    if len(said) < LEAST:
        return Result(question.code, len(said), hidden=True)
    if question.kind == "words":
        return Result(question.code, len(said), hidden=False, words=tuple(value for _mode, value in said))
    ways = Counter(mode for mode, _value in said)
    shown = sorted(ways) if len(ways) > 1 and min(ways.values()) >= LEAST else []
    return Result(
        question.code, len(said), hidden=False, counts=_counted(question, said),
        by_way={way: _counted(question, [one for one in said if one[0] == way]) for way in shown},
    )  # fmt: skip


def _counted(question: Asked, said: list[tuple[str, str]]) -> dict[str, int]:
    found = Counter(value for _mode, value in said)
    return {value: found[value] for value in question.values}
