"""What a report needs before it can be sent. Whether its figures can be right is asked by nonsense.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.money import is_currency
from kept.pledges.rules import Problem
from kept.progress.content import ReportContent
from kept.progress.statuses import REASON_OWED, Counting, Said

LIMITS = {"summary": 4000, "difficulties": 4000, "lessons": 4000, "support": 4000, "said_reason": 2000}
MOST_LINES = 100


@dataclass(frozen=True)
class Wanted:
    """What a report has to answer: the pledge's indicators, the round's questions that must be answered."""

    indicators: tuple[str, ...] = ()
    questions: tuple[tuple[str, Any], ...] = ()  # (key, its words)
    unreadable: tuple[str, ...] = ()  # fields that hold something that cannot be read


def problems(content: ReportContent, wanted: Wanted) -> list[Problem]:
    """Everything that has to be put right before the report can be sent, in the order of the form."""
    return [
        *_said(content),
        *_values(content, wanted.indicators),
        *_money(content),
        *_people(content),
        *_activities(content),
        *_words(content),
        *_answers(content, wanted.questions),
        *(Problem(name, _("This cannot be read yet. Put it right."), "unreadable") for name in wanted.unreadable),
    ]


def _said(content: ReportContent) -> Iterator[Problem]:
    if content.said not in Said.values:
        yield Problem("said", _("Say how it stands with the pledge."), "needed")
    if content.said in REASON_OWED and not content.said_reason.strip():
        yield Problem("said_reason", _("Say why. Readers see the reason beside the status."), "needed")
    if content.said == Said.COMPLETED and not _is_day(content.completed_on):
        yield Problem("completed_on", _("Say on which day it was completed."), "needed")


def _values(content: ReportContent, indicators: Iterable[str]) -> Iterator[Problem]:
    for name in indicators:
        line = content.value_of(name)
        if line is None or not (line.value or line.not_assessed.strip()):
            text = _("%(indicator)s: give a figure, or say why it was not assessed.") % {"indicator": name}
            yield Problem("values", text, "needed")
    for line in content.values:
        if not line.value:
            continue
        if not is_number(line.value):
            yield Problem(
                "values", _("%(indicator)s: this is no number.") % {"indicator": line.indicator}, "unreadable"
            )
        if not _is_day(line.on):
            yield Problem(
                "values", _("%(indicator)s: say of which day the figure is.") % {"indicator": line.indicator}, "needed"
            )
        if not line.source.strip():
            yield Problem(
                "values", _("%(indicator)s: say where the figure comes from.") % {"indicator": line.indicator}, "needed"
            )
        if line.counting not in Counting.values:
            yield Problem(
                "values",
                _("%(indicator)s: say whether it counts all since the start or this period only.")
                % {"indicator": line.indicator},
                "needed",
            )


def _money(content: ReportContent) -> Iterator[Problem]:
    for line in content.money:
        if not is_number(line.amount) or Decimal(line.amount) < 0 or not is_currency(line.currency):
            yield Problem("money", _("Give each amount with its currency."), "unreadable")
        elif line.nature not in ("new", "existing") or line.instrument not in (
            "grant",
            "loan",
            "in_kind",
            "own_investment",
        ):
            yield Problem(
                "money",
                _(
                    "Say of each amount whether the money is new, and whether it is a "
                    "grant, a loan, in kind or your own investment."
                ),
                "needed",
            )


def _people(content: ReportContent) -> Iterator[Problem]:
    people = content.people
    if people.total is None and (people.women or people.men or people.groups):
        yield Problem("people", _("Say how many people were reached in all."), "needed")
    if people.total and not people.how.strip():
        yield Problem("people", _("Say how the people were counted."), "needed")


def _activities(content: ReportContent) -> Iterator[Problem]:
    known = {c.alpha3 for c in places.all_countries()}
    for line in content.activities:
        if line.country not in known or not line.text.strip():
            yield Problem("activities", _("Say of each activity in which country it was, and what was done."), "needed")


def _words(content: ReportContent) -> Iterator[Problem]:
    for name, limit in LIMITS.items():
        length = len(getattr(content, name))
        if length > limit:
            text = _("This text is too long: %(length)s characters, %(limit)s are possible.")
            yield Problem(name, text % {"length": length, "limit": limit}, "too_long")
    for name in ("values", "money", "activities"):
        if len(getattr(content, name)) > MOST_LINES:
            yield Problem(name, _("Too many entries: %(most)s are possible.") % {"most": MOST_LINES}, "too_many")


def _answers(content: ReportContent, questions: Iterable[tuple[str, Any]]) -> Iterator[Problem]:
    given = dict(content.answers)
    for key, words in questions:
        if not given.get(key, "").strip():
            yield Problem("answers", _("Please answer: %(question)s") % {"question": words}, "needed")


def is_number(text: str) -> bool:
    try:
        return bool(text) and Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
