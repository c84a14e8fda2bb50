"""What a pledge promised first, and what its wording asks for now, as the judging table takes them. No query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.dates import first_day, last_day
from kept.progress.judging import Milestone, Promise

MONEY = "money"  # the name of the measure of a pledge that counts nothing but money


@dataclass(frozen=True, slots=True)
class Headline:
    """What a pledge is measured by: its name and unit, the first promise and the present one."""

    name: str
    unit: str
    first: Promise
    now: Promise
    easier: bool  # the present wording asks for less, for later, or for something else than the first


def number(text: str) -> Decimal | None:
    """A decimal string; None where it says nothing or is no number."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def headline_of(wordings: Sequence[PledgeContent]) -> Headline:
    """The headline of a pledge from all its public wordings, the first first.

    The owner's choice in the present wording is measured, against what the first wording that had it asked for, and
    against the first last day that any wording named. A wording that no longer counts anything takes nothing away: what
    the last one that did asked for goes on being measured. A pledge that counts nothing and names an amount is measured
    by the money spent; one that does neither cannot be measured.
    """
    present, (name, unit) = wordings[-1], _measure(wordings)
    last_end = max(filter(None, (_end(each, name, unit) for each in wordings)), default=None)
    promises = [_promise(each, name, unit, last_end) for each in wordings if name == "" or _has(each, name, unit)]
    now = _promise(present, name, unit, last_end)
    first = promises[0]
    ends = [end for end in (_end(each, name, unit) for each in wordings) if end is not None]
    if ends and first.end != ends[0]:
        first = Promise(first.target, first.baseline, first.start, ends[0], last_end, first.milestones)
    return Headline(name, unit, first, now, _easier(first, now) or _left(wordings, name, unit))


def _measure(wordings: Sequence[PledgeContent]) -> tuple[str, str]:
    """Name and unit of what is measured: the newest wording's that counts something, else money, else nothing."""
    chosen = next((found for each in reversed(wordings) if (found := _measured(each)) is not None), None)
    if chosen is not None:
        return chosen.name, chosen.unit
    currency = next((each.currency for each in reversed(wordings) if each.amount), None)
    return ("", "") if currency is None else (MONEY, currency)


def _left(wordings: Sequence[PledgeContent], name: str, unit: str) -> bool:
    """Was something else measured by the first wording, of which the present one asks for less, or nothing?"""
    of_first = _measure(wordings[:1])
    if of_first in (("", ""), (name, unit)):
        return False
    first, now = (_promise(each, *of_first, None) for each in (wordings[0], wordings[-1]))
    return _easier(first, now if _has(wordings[-1], *of_first) else Promise(end=now.end))


def _measured(content: PledgeContent) -> Indicator | None:
    found = content.headline_indicator
    return found if found is not None and number(found.target) is not None else None


def _same(indicator: Indicator, name: str, unit: str) -> bool:
    return (indicator.name.casefold().strip(), indicator.unit.casefold().strip()) == (
        name.casefold().strip(),
        unit.casefold().strip(),
    )


def lines_of(content: PledgeContent, name: str, unit: str) -> list[Indicator]:
    """The lines of one indicator: its last is the target, those before it its milestones."""
    return [i for i in content.indicators if _same(i, name, unit) and number(i.target) is not None]


def _has(content: PledgeContent, name: str, unit: str) -> bool:
    return bool(content.amount and content.currency == unit) if name == MONEY else bool(lines_of(content, name, unit))


def _day(partial: str, last: bool = True) -> date | None:
    try:
        return (last_day if last else first_day)(partial) if partial else None
    except ValueError:
        return None


def _end(content: PledgeContent, name: str, unit: str) -> date | None:
    """The last day of the headline: the indicator's own, else the pledge's."""
    own = [day for day in (_day(i.by) for i in lines_of(content, name, unit)) if day is not None]
    return max(own) if own else _day(content.end)


def _promise(content: PledgeContent, name: str, unit: str, last_end: date | None) -> Promise:
    start, end = _day(content.start, last=False), _end(content, name, unit)
    if name == MONEY:
        return Promise(number(content.amount), Decimal(0), start, end, last_end)
    lines = sorted(lines_of(content, name, unit), key=lambda i: (_day(i.by) or date.max, number(i.target) or 0))
    if not lines:
        return Promise(None, None, start, end, last_end)
    *before, target = lines
    milestones = tuple(_milestones(before))
    baseline = next((b for b in (number(i.baseline) for i in lines) if b is not None), None)
    return Promise(number(target.target), baseline, start, end, last_end, milestones)


def _milestones(lines: Iterable[Indicator]) -> Iterable[Milestone]:
    for line in lines:
        on, target = _day(line.by), number(line.target)
        if on is not None and target is not None:
            yield Milestone(on, target)


def _easier(first: Promise, now: Promise) -> bool:
    """Does the present wording ask for less, or for later, than the first?"""
    later = first.end is not None and (now.end is None or now.end > first.end)
    if first.target is None or now.target is None:
        return later or (first.target is not None and now.target is None)
    falling = first.baseline is not None and first.target < first.baseline
    less = now.target > first.target if falling else now.target < first.target
    return later or less
