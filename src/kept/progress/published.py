"""The rules of judgement as readers see them: the table of judging.py, the calendar of silence.py, what nonsense.py asks.

Nothing is decided here; each line is made from the rule that decides, so that what is published is what is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kept.base import formats
from kept.progress import judging, nonsense, silence
from kept.progress.judging import Dates, Evidence
from kept.progress.statuses import Level, Reason, Reporting, Said, Stands

EVIDENCE = {
    Evidence.IN_TIME: gettext_lazy("the target was reached by the first date, and documents support it"),
    Evidence.TOO_LATE: gettext_lazy("the target was reached after the first date, and documents support it"),
    Evidence.CLAIMED: gettext_lazy("the target was reached, or it is completed, by its owner’s word alone"),
    Evidence.HALF: gettext_lazy("at least half of the way to the target"),
    Evidence.LESS: gettext_lazy("less than half of the way"),
    Evidence.NO_BASELINE: gettext_lazy("below the target, and no starting value was given"),
    Evidence.NO_FIGURE: gettext_lazy("a target, and no figure yet"),
    Evidence.NO_TARGET: gettext_lazy("nothing that can be counted"),
}
DATES = {
    Dates.UNDATED: gettext_lazy("no date was ever named"),
    Dates.BEFORE_START: gettext_lazy("before its start"),
    Dates.BEFORE: gettext_lazy("before the first date"),
    Dates.UNSEEN: gettext_lazy("the day of a milestone has passed, and no figure is of that day or later"),
    Dates.MISSED: gettext_lazy("the day of a milestone has passed, and the figure is below it"),
    Dates.AFTER: gettext_lazy("after the first date"),
    Dates.LONG_AFTER: gettext_lazy("more than a year after every date that was named"),
}
LEVELS = {
    Level.SELF_REPORTED: gettext_lazy("Its owner says so. Nobody else has seen it."),
    Level.DOCUMENTED: gettext_lazy("The secretariat has seen documents that support the whole figure."),
    Level.VERIFIED: gettext_lazy(
        "Somebody else looked, by name, and says which interest they have and what they looked at."
    ),
}


@dataclass(frozen=True)
class Row:
    """One row of the table in words; an empty list fits everything."""

    said: list[str]
    evidence: list[str]
    dates: list[str]
    standing: str
    reason: str
    ends: bool


def table() -> list[Row]:
    """The table of judgement, row by row, in the reader's language."""
    return [
        Row(
            said=[str(Said(one).label) if one else _("nothing") for one in _in_order(row.said, (None, *Said))],
            evidence=[str(EVIDENCE[one]) for one in _in_order(row.evidence, Evidence)],
            dates=[str(DATES[one]) for one in _in_order(row.dates, Dates)],
            standing=str(Stands(row.standing).label),
            reason=str(Reason(row.reason).label),
            ends=row.ends,
        )
        for row in judging.TABLE
    ]


def _in_order(some: Iterable, every: Iterable) -> list:
    return [one for one in every if one in set(some)]


def levels() -> list[tuple[str, str]]:
    """(name, what it means) of each level of evidence, the weakest first."""
    return [(str(level.label), str(words)) for level, words in LEVELS.items()]


def calendar(language: str) -> list[tuple[str, list[str]]]:
    """(state, its rules) of `reporting`, with the days that silence.py counts by."""

    def told(text: str, days: int) -> str:
        return text % {"days": formats.format_number(days, language)}

    back, after = silence.BACK_HOLDS.days, silence.SILENT_AFTER.days
    notice, reply = silence.NOTICE_BEFORE.days, silence.REPLY_HOLDS.days
    returned = ngettext(
        "A report that was sent back and left so for %(days)s day is no answer.",
        "A report that was sent back and left so for %(days)s days is no answer.", back,
    )  # fmt: skip
    begins = ngettext("It begins %(days)s day after that day.", "It begins %(days)s days after that day.", after)
    noticed = ngettext(
        "A notice goes out first, at least %(days)s day before.",
        "A notice goes out first, at least %(days)s days before.", notice,
    )  # fmt: skip
    replied = ngettext(
        "What its owner replies stands beside, and holds it off once, for %(days)s day at most.",
        "What its owner replies stands beside, and holds it off once, for %(days)s days at most.", reply,
    )  # fmt: skip
    rules = {
        Reporting.NOT_YET_DUE: [_("No round of reporting has asked about it.")],
        Reporting.CURRENT: [
            _("The newest round that asked was answered."),
            told(returned, back),
        ],
        Reporting.UNREACHABLE: [_("Nobody speaks for its owner, or every mail came back.")],
        Reporting.DUE: [_("Until the end of the day by which an answer was asked for.")],
        Reporting.OVERDUE: [_("From the next day on.")],
        Reporting.SILENT: [told(begins, after), told(noticed, notice), told(replied, reply)],
        Reporting.CLOSED: [_("Documents show that it has ended, or it was given up, taken back or replaced.")],
    }
    return [(str(state.label), said) for state, said in rules.items()]


def questions() -> list[tuple[str, bool]]:
    """(what is asked about in a report, whether it can never be right) of each rule of nonsense.py."""
    return [(str(rule.stops), rule.name in nonsense.NEVER_RIGHT) for rule in nonsense.RULES]
