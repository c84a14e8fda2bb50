"""Whether anybody answers: `reporting`, moved by published dated rules and the calendar, without anybody's click.

Pure: no query, no clock. The rules, in the order in which they are asked (docs/progress.md has them for readers):

1. *closed*: a documented end, given up, taken back or replaced. It never opens again by itself.
2. *not due yet*: no round has asked for it.
3. *up to date*: the newest round that asked was answered. Sent back and left so for 14 days, it is unanswered again.
4. *unreachable*: unanswered, and nobody is there or every mail came back.
5. *due*: until the end of the day on which the answer is due.
6. *overdue*: from then on.
7. *nothing heard*: 60 days after that day, but never before 14 days after a notice was sent, and not while a reply to
   the notice holds it off (30 days at most, once).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kept.progress.statuses import Reporting

SILENT_AFTER = timedelta(days=60)  # after the day on which the answer was due
NOTICE_BEFORE = timedelta(days=14)  # before silence is public
REPLY_HOLDS = timedelta(days=30)  # at most, counted from the reply
BACK_HOLDS = timedelta(days=14)  # for a report that was sent back
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """One round's question about one pledge: asked, due, answered, sent back, nobody there."""

    asked: date
    due: date
    answered: date | None = None  # the first day on which a report for it was sent
    sent_back: date | None = None  # the day since which it lies with its owner again
    unreachable: date | None = None  # since when nobody is there, or every mail came back
    notice: date | None = None  # when the notice of silence was sent
    reply: date | None = None  # when its owner replied to the notice
    reply_until: date | None = None  # by when they said they would answer


@dataclass(frozen=True, slots=True)
class State:
    """`reporting` on a day, since when, and the next day on which the calendar alone moves it."""

    reporting: Reporting
    since: date | None
    next_day: date | None = None


def reporting_on(today: date, askings: list[Asking] | tuple[Asking, ...], *, closed_on: date | None = None) -> State:
    """How it is with the answers on a day. `askings` in any order; what lies after `today` is not known yet."""
    if closed_on is not None and closed_on <= today:
        return State(Reporting.CLOSED, closed_on)
    known = [asking for asking in askings if asking.asked <= today]
    if not known:
        return State(Reporting.NOT_YET_DUE, None, min((a.asked for a in askings), default=None))
    newest = max(known, key=lambda a: (a.asked, a.due))
    return _newest(today, newest)


def _newest(today: date, asking: Asking) -> State:
    due = asking.due
    if _on(asking.answered, today):
        lapses = _lapses(asking, today)
        if lapses is None or today <= lapses:
            return State(Reporting.CURRENT, asking.answered, lapses + ONE if lapses else None)
        due = max(due, lapses)
    if _on(asking.unreachable, today):
        return State(Reporting.UNREACHABLE, asking.unreachable)
    if today <= due:
        return State(Reporting.DUE, asking.asked, due + ONE)
    silent = silent_from(asking, due)
    if silent is not None and silent <= today:
        return State(Reporting.SILENT, silent)
    return State(Reporting.OVERDUE, due + ONE, silent or notice_day(due))


def _lapses(asking: Asking, today: date) -> date | None:
    """The last day on which a report that was sent back still counts as an answer; None where it was not sent back."""
    back = asking.sent_back
    return back + BACK_HOLDS if back is not None and back <= today else None


def silent_from(asking: Asking, due: date | None = None) -> date | None:
    """The first day of public silence; None as long as no notice was sent."""
    if asking.notice is None:
        return None
    day = max((due or asking.due) + SILENT_AFTER, asking.notice + NOTICE_BEFORE)
    if asking.reply is not None and asking.reply <= day:
        held = min(asking.reply_until or asking.reply + REPLY_HOLDS, asking.reply + REPLY_HOLDS)
        day = max(day, held + ONE)
    return day


def notice_day(due: date) -> date:
    """The day on which the notice of silence is sent: 14 days before silence could begin."""
    return due + SILENT_AFTER - NOTICE_BEFORE


def _on(day: date | None, today: date) -> bool:
    return day is not None and day <= today
