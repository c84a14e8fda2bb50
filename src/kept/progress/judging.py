"""How a pledge stands: one published table, said × evidence × dates → standing.

Pure: no query, no clock. The same facts give the same judgement in whatever order they came. The page
/progress/how-we-judge/ and docs/progress.md are made from `TABLE`; the first row that fits counts.

- Judged against the **first** target and the **first** date that were published; what a later wording asks for is
  judged a second time and stands beside it (`Verdict.revised`).
- The headline indicator alone is measured. Between two milestones nothing is interpolated: a milestone is met, missed,
  or nobody has given a figure since its day.
- "Kept" begins at *documented*: only the value that documents or a verifier support can reach the target.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from kept.progress.statuses import Level, Reason, Said, Stands

LONG_AFTER = timedelta(days=365)  # from then on a promise that nobody calls done has ended
HALF = Decimal("0.5")
LEVELS = list(Level)


class Evidence(StrEnum):
    """What the headline figure shows, at the best of what supports it."""

    IN_TIME = "target reached by the first date, documented"
    TOO_LATE = "target reached after it, documented"
    CLAIMED = "target reached, or completed, by its owner's word alone"
    HALF = "at least half of the way from baseline to target"
    LESS = "less than half"
    NO_BASELINE = "below the target, and no baseline to measure the way"
    NO_FIGURE = "a target, and no figure yet"
    NO_TARGET = "nothing that can be counted"


class Dates(StrEnum):
    """Where today lies."""

    UNDATED = "no date was ever named"
    BEFORE_START = "before its start"
    BEFORE = "before the first date, no milestone missed"
    UNSEEN = "a milestone's day has passed and no figure is of that day or later"
    MISSED = "a milestone's day has passed and the figure of that day or later is below it"
    AFTER = "after the first date"
    LONG_AFTER = "more than 365 days after every date that was named"


@dataclass(frozen=True, slots=True)
class Milestone:
    """So much by that day."""

    on: date
    target: Decimal


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised: the target and last day of one wording; `ends` is the latest date that any wording named."""

    target: Decimal | None = None
    baseline: Decimal | None = None
    start: date | None = None
    end: date | None = None
    last_end: date | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of the headline indicator, of a day; `supported`: up to which value documents or a verifier support it."""

    value: Decimal
    on: date
    supported: Decimal | None = None
    level: Level = Level.SELF_REPORTED


@dataclass(frozen=True, slots=True)
class Word:
    """What the owner says, and of a completion when it was and what supports it."""

    said: Said
    on: date
    completed_on: date | None = None
    level: Level = Level.SELF_REPORTED


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it stands, why, whether that is its end, and how it stands beside the later wording (None: the same)."""

    standing: Stands
    reason: Reason
    ends: bool = False
    revised: Stands | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; an empty set fits everything. `None` in `said`: nothing was ever said."""

    said: frozenset[Said | None]
    evidence: frozenset[Evidence]
    dates: frozenset[Dates]
    standing: Stands
    reason: Reason
    ends: bool = False  # an end state


def _row(
    said: Iterable[Said | None],
    evidence: Iterable[Evidence],
    dates: Iterable[Dates],
    standing: Stands,
    reason: Reason,
    ends: bool = False,
) -> Row:
    return Row(frozenset(said), frozenset(evidence), frozenset(dates), standing, reason, ends)


E, D, S, W = Evidence, Dates, Stands, Said
ANY: tuple[()] = ()
TABLE: tuple[Row, ...] = (
    _row(ANY, [E.IN_TIME], ANY, S.KEPT, Reason.REACHED_IN_TIME, ends=True),
    _row(ANY, [E.TOO_LATE], ANY, S.KEPT_LATE, Reason.REACHED_LATE, ends=True),
    _row([W.DISCONTINUED], ANY, ANY, S.GIVEN_UP, Reason.OWNER_GAVE_UP, ends=True),
    _row(ANY, [E.CLAIMED], ANY, S.UNJUDGED, Reason.SAID_TO_BE_KEPT),
    _row([W.COMPLETED], [E.HALF], ANY, S.PARTLY_KEPT, Reason.ENDED_HALF_WAY, ends=True),
    _row([W.COMPLETED], [E.LESS], ANY, S.NOT_KEPT, Reason.ENDED_BELOW, ends=True),
    _row([None], ANY, ANY, S.UNJUDGED, Reason.NOTHING_REPORTED),
    _row(ANY, [E.HALF], [D.LONG_AFTER], S.PARTLY_KEPT, Reason.ENDED_HALF_WAY, ends=True),
    _row(ANY, [E.LESS], [D.LONG_AFTER], S.NOT_KEPT, Reason.ENDED_BELOW, ends=True),
    _row(ANY, [E.NO_TARGET, E.NO_FIGURE], [D.LONG_AFTER], S.NOT_KEPT, Reason.NEVER_SAID_DONE, ends=True),
    _row(ANY, [E.NO_BASELINE], [D.LONG_AFTER], S.UNJUDGED, Reason.NO_BASELINE),
    _row([W.COMPLETED], [E.NO_BASELINE], ANY, S.UNJUDGED, Reason.NO_BASELINE),
    _row(ANY, ANY, [D.AFTER], S.LATE, Reason.DATE_PASSED),
    _row(ANY, ANY, [D.MISSED], S.LATE, Reason.MILESTONE_MISSED),
    _row([W.DELAYED], ANY, ANY, S.LATE, Reason.OWNER_SAYS_DELAYED),
    _row([W.NOT_STARTED], ANY, [D.BEFORE_START, D.UNDATED], S.NOT_STARTED, Reason.NOT_BEGUN),
    _row([W.NOT_STARTED], ANY, [D.BEFORE, D.UNSEEN], S.LATE, Reason.START_PASSED),
    _row(ANY, [E.NO_TARGET], ANY, S.UNJUDGED, Reason.NO_TARGET),
    _row(ANY, ANY, [D.UNDATED], S.UNJUDGED, Reason.NO_DATE),
    _row(ANY, [E.NO_FIGURE], ANY, S.UNJUDGED, Reason.NO_FIGURE),
    _row(ANY, ANY, [D.UNSEEN], S.UNJUDGED, Reason.NO_FIGURE_SINCE),
    _row(ANY, ANY, [D.BEFORE, D.BEFORE_START], S.ON_TRACK, Reason.NO_DATE_MISSED),
)


def look_up(said: Said | None, evidence: Evidence, dates: Dates) -> Row:
    """The first row of the table that fits; there is one for everything (tests/progress/test_judging.py)."""
    for row in TABLE:
        if _fits(row.said, said) and _fits(row.evidence, evidence) and _fits(row.dates, dates):
            return row
    raise LookupError(f"no row of the table fits {said}, {evidence.name}, {dates.name}")


def _fits(wanted: frozenset[Any], found: Any) -> bool:
    return not wanted or found in wanted


def judge(
    first: Promise,
    word: Word | None,
    figures: Iterable[Figure],
    *,
    today: date,
    now: Promise | None = None,
) -> Verdict:
    """How a pledge stands on a day. `first` is the first wording's promise, `now` that of the wording in force.

    `figures` are all values of the headline indicator that were ever accepted, in any order.
    """
    known = tuple(sorted(figures, key=_newest))
    row = _judged(first, word, known, today)
    revised = _judged(now, word, known, today).standing if now is not None and now != first else None
    return Verdict(row.standing, row.reason, row.ends, revised if revised != row.standing else None)


def _judged(promise: Promise, word: Word | None, figures: tuple[Figure, ...], today: date) -> Row:
    said = word.said if word is not None else None
    return look_up(said, evidence_of(promise, word, figures), dates_of(promise, figures, today))


# --- evidence ----------------------------------------------------------------------------------------


def evidence_of(promise: Promise, word: Word | None, figures: tuple[Figure, ...]) -> Evidence:
    """What the figures show of a promise. `figures` are in the order of their days."""
    completed = word is not None and word.said == Said.COMPLETED
    if promise.target is None:
        return _of_a_completion(promise, word) if completed and word is not None else Evidence.NO_TARGET
    reached_on = [f.on for f in figures if f.supported is not None and _reaches(promise, f.supported)]
    if reached_on:
        return Evidence.IN_TIME if promise.end is None or min(reached_on) <= promise.end else Evidence.TOO_LATE
    if not figures:
        return Evidence.CLAIMED if completed else Evidence.NO_FIGURE
    if _reaches(promise, figures[-1].value):
        return Evidence.CLAIMED
    way = way_made(promise, figures[-1].value)
    if way is None:
        return Evidence.NO_BASELINE
    return Evidence.HALF if way >= HALF else Evidence.LESS


def _of_a_completion(promise: Promise, word: Word) -> Evidence:
    """A promise without a figure is kept when documents show that it is done: of the day of its completion."""
    if word.level == Level.SELF_REPORTED:
        return Evidence.CLAIMED
    done = word.completed_on or word.on
    return Evidence.IN_TIME if promise.end is None or done <= promise.end else Evidence.TOO_LATE


def _reaches(promise: Promise, value: Decimal) -> bool:
    """Has a value reached the target? Where the target lies below the baseline, less is more."""
    assert promise.target is not None
    falling = promise.baseline is not None and promise.target < promise.baseline
    return value <= promise.target if falling else value >= promise.target


def way_made(promise: Promise, value: Decimal) -> Decimal | None:
    """The share of the way from baseline to target; below 0 where it went back, above 1 where it went further."""
    if promise.target is None or promise.baseline is None or promise.target == promise.baseline:
        return None
    return (value - promise.baseline) / (promise.target - promise.baseline)


# --- dates -------------------------------------------------------------------------------------------


def dates_of(promise: Promise, figures: tuple[Figure, ...], today: date) -> Dates:
    """Where today lies between start, milestones and dates."""
    ends = [day for day in (promise.end, promise.last_end) if day is not None]
    if promise.end is None:
        return Dates.UNDATED
    if today > max(ends) + LONG_AFTER:
        return Dates.LONG_AFTER
    if today > promise.end:
        return Dates.AFTER
    passed = [m for m in promise.milestones if m.on < today]
    if passed:
        found = _milestone(promise, max(passed, key=lambda m: m.on), figures)
        if found is not None:
            return found
    if promise.start is None or today < promise.start:
        return Dates.BEFORE_START
    return Dates.BEFORE


def _milestone(promise: Promise, milestone: Milestone, figures: tuple[Figure, ...]) -> Dates | None:
    """Whether the last milestone whose day has passed is missed or unseen; None where it is met."""
    goal = replace(promise, target=milestone.target)
    if any(_reaches(goal, figure.value) for figure in figures):
        return None
    since = [figure for figure in figures if figure.on >= milestone.on]
    return Dates.MISSED if since else Dates.UNSEEN


def next_day(promise: Promise, now: Promise | None, today: date) -> date | None:
    """The next day on which the calendar alone can change the judgement."""
    days: set[date] = set()
    for each in (promise, now or promise):
        ends = [day for day in (each.end, each.last_end) if day is not None]
        days |= {m.on + timedelta(days=1) for m in each.milestones}
        if each.start is not None:
            days.add(each.start)
        if ends:
            days |= {day + timedelta(days=1) for day in ends}
            days.add(max(ends) + LONG_AFTER + timedelta(days=1))
    return min((day for day in days if day > today), default=None)


def latest(words: Iterable[Word]) -> Word | None:
    """The owner's last word, in whatever order they came; of two of one day, the one that says less."""
    return max(words, key=_modest, default=None)


def _modest(word: Word) -> tuple:
    """Of two words of one day the one that says less comes last; of two that say the same, the later completion."""
    return (word.on, -_MODESTY.index(word.said), word.completed_on or date.min, -LEVELS.index(word.level))


def last_figure(figures: Iterable[Figure]) -> Figure | None:
    """The newest figure, in whatever order they came; of two of one day the higher, of equal ones the better supported."""
    return max(figures, key=_newest, default=None)


def _newest(figure: Figure) -> tuple:
    return (figure.on, figure.value, figure.supported or Decimal("-Infinity"), LEVELS.index(figure.level))


_MODESTY = (Said.DISCONTINUED, Said.NOT_STARTED, Said.AT_RISK, Said.DELAYED, Said.ON_TRACK, Said.COMPLETED)


def level_of(figure: Figure | None, word: Word | None) -> Level:
    """The level a pledge shows: that of its headline figure; without one, that of what its owner says."""
    if figure is not None:
        return figure.level
    return word.level if word is not None else Level.SELF_REPORTED


def level_shown(verdict: Verdict, figure: Figure | None, word: Word | None) -> Level:
    """The level that a pledge shows beside its standing: of a kept one that of the value that reached the target."""
    level = level_of(figure, word)
    kept = verdict.standing in (Stands.KEPT, Stands.KEPT_LATE)
    return Level.DOCUMENTED if kept and level == Level.SELF_REPORTED else level
