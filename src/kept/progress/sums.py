"""What may be added, and how shares are rounded. Pure: no query.

- Only figures of the same definition, unit and way of counting are added; by-period values of different periods make a
  sum, cumulative ones of one pledge never do (the newest counts).
- Stages of money have no common sum: `Stages` has no total, and cannot be given one.
- People of several pledges may be the same people: a sum over more than one says so.
- A share is of all published pledges. Rounded shares add up to 100 (largest remainder), and so do rounded amounts to
  their rounded total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from kept.progress.statuses import Counting, Level, Stage

K = TypeVar("K", bound=Hashable)


class NotAddable(ValueError):
    """Two figures that mean different things were to be added."""


@dataclass(frozen=True, slots=True)
class Value:
    """One accepted value of an indicator: whose, of what, of which day."""

    pledge: int
    definition: str
    unit: str
    counting: Counting
    value: Decimal
    on: date
    level: Level = Level.SELF_REPORTED
    period: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class IndicatorSum:
    """A sum over pledges: what it counts, of how many pledges, split by level."""

    definition: str
    unit: str
    total: Decimal
    pledges: int
    by_level: Mapping[Level, Decimal]


def latest_of_each(values: Iterable[Value]) -> list[Value]:
    """What counts of each pledge, whatever the order: of cumulative values the newest, of by-period ones one a period."""
    cumulative: dict[int, Value] = {}
    periods: dict[tuple[int, tuple[date, date] | None], Value] = {}
    for value in values:
        key = (value.on, value.value, value.level)
        if value.counting == Counting.CUMULATIVE:
            former = cumulative.get(value.pledge)
            if former is None or key > (former.on, former.value, former.level):
                cumulative[value.pledge] = value
        else:
            place = (value.pledge, value.period)
            known = periods.get(place)
            if known is None or key > (known.on, known.value, known.level):
                periods[place] = value
    both = set(cumulative) & {pledge for pledge, _period in periods}
    if both:
        raise NotAddable("a pledge counts one indicator both as cumulative and by period")
    return [*cumulative.values(), *periods.values()]


def add_up(values: Iterable[Value]) -> IndicatorSum:
    """The sum of one indicator over pledges. Raises NotAddable for mixed definitions, units or ways of counting."""
    chosen = latest_of_each(list(values))
    if not chosen:
        return IndicatorSum("", "", Decimal(0), 0, {})
    kinds = {(value.definition, value.unit) for value in chosen}
    if len(kinds) > 1 or "" in {definition for definition, _unit in kinds}:
        raise NotAddable("only indicators of the same definition are added")
    by_level: dict[Level, Decimal] = defaultdict(Decimal)
    for value in chosen:
        by_level[value.level] += value.value
    definition, unit = next(iter(kinds))
    total = sum((value.value for value in chosen), Decimal(0))
    return IndicatorSum(definition, unit, total, len({value.pledge for value in chosen}), dict(by_level))


# --- money -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """US cents of one stage of one pledge, with the level of the figure; new or existing; grant, loan, in kind."""

    pledge: int
    stage: Stage
    cents: int
    level: Level = Level.SELF_REPORTED
    nature: str = ""
    instrument: str = ""


@dataclass
class StageSum:
    """One stage by itself."""

    cents: int = 0
    pledges: int = 0
    by_level: dict[Level, int] = field(default_factory=dict)
    by_nature: dict[str, int] = field(default_factory=dict)
    by_instrument: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stages:
    """Promised, signed, spent: three figures side by side. There is no sum of them, on purpose."""

    promised: StageSum
    committed: StageSum
    disbursed: StageSum


def stages_of(lines: Iterable[MoneyLine]) -> Stages:
    """The three stages, each by itself and each split by level, by nature and by instrument; the order does not matter."""
    sums = {stage: StageSum() for stage in Stage}
    seen: dict[Stage, set[int]] = {stage: set() for stage in Stage}
    for line in lines:
        into = sums[line.stage]
        into.cents += line.cents
        seen[line.stage].add(line.pledge)
        into.by_level[line.level] = into.by_level.get(line.level, 0) + line.cents
        into.by_nature[line.nature] = into.by_nature.get(line.nature, 0) + line.cents
        into.by_instrument[line.instrument] = into.by_instrument.get(line.instrument, 0) + line.cents
    for stage, found in sums.items():
        found.pledges = len(seen[stage])
    return Stages(sums[Stage.PROMISED], sums[Stage.COMMITTED], sums[Stage.DISBURSED])


# --- people ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeopleSum:
    """People over pledges. `may_be_the_same`: more than one pledge stands in it, so that people may be counted twice."""

    people: int
    pledges: int

    @property
    def may_be_the_same(self) -> bool:
        return self.pledges > 1


def people_of(counts: Iterable[tuple[int, int]]) -> PeopleSum:
    """The sum over (pledge, people), each pledge once, with its highest figure."""
    most: dict[int, int] = {}
    for pledge, people in counts:
        most[pledge] = max(people, most.get(pledge, 0))
    return PeopleSum(sum(most.values()), len(most))


# --- shares ------------------------------------------------------------------------------------------


def shares(counts: Mapping[K, int], *, digits: int = 0) -> dict[K, Decimal]:
    """Per cent of all, rounded to `digits`, so that they add up to exactly 100 (largest remainder; empty: all zero)."""
    rounded = rounded_parts([Decimal(count) * 100 for count in counts.values()], sum(counts.values()), digits)
    return dict(zip(counts, rounded, strict=True))


def rounded_parts(parts: Sequence[Decimal], divisor: int | Decimal, digits: int = 0) -> list[Decimal]:
    """Each part divided and rounded down to `digits`, what is missing to the rounded whole given to the largest rests.

    Of equal rests the earlier part gets it. The parts are not below zero.
    """
    if not divisor:
        return [Decimal(0) for _part in parts]
    unit = Decimal(1).scaleb(-digits)
    exact = [Decimal(part) / Decimal(divisor) / unit for part in parts]
    whole = int((sum(parts, Decimal(0)) / Decimal(divisor) / unit).to_integral_value())
    down = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: (down[i] - exact[i], i))
    for i in order[: max(0, whole - sum(down))]:
        down[i] += 1
    return [Decimal(count) * unit for count in down]
