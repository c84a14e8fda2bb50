"""What may be added, and shares that add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.progress.statuses import Counting, Level, Stage
from kept.progress.sums import (
    MoneyLine,
    NotAddable,
    PeopleSum,
    Stages,
    Value,
    add_up,
    people_of,
    rounded_parts,
    shares,
    stages_of,
)

DAY = date(2026, 3, 1)


def value(pledge: int, amount: int, definition: str = "schools", **more) -> Value:
    known = {"unit": "schools", "counting": Counting.CUMULATIVE, "on": DAY} | more
    return Value(pledge, definition, value=Decimal(amount), **known)


def test_only_indicators_of_one_definition_are_added():
    with pytest.raises(NotAddable):
        add_up([value(1, 5), value(2, 5, "pupils")])
    with pytest.raises(NotAddable):
        add_up([value(1, 5, ""), value(2, 5, "")])


def test_of_a_cumulative_figure_the_newest_counts_and_is_not_added_to_the_older():
    found = add_up([value(1, 40, on=date(2025, 3, 1)), value(1, 81), value(2, 9)])
    assert (found.total, found.pledges) == (Decimal(90), 2)


def test_figures_by_period_are_added():
    parts = [
        value(1, n, counting=Counting.BY_PERIOD, period=(date(y, 1, 1), date(y, 12, 31)))
        for y, n in ((2024, 3), (2025, 4))
    ]
    assert add_up(parts).total == Decimal(7)


def test_cumulative_and_by_period_are_never_mixed():
    with pytest.raises(NotAddable):
        add_up([value(1, 3), value(1, 4, counting=Counting.BY_PERIOD)])


def test_the_three_stages_have_no_sum():
    lines = [
        MoneyLine(1, Stage.PROMISED, 100),
        MoneyLine(1, Stage.COMMITTED, 60, Level.DOCUMENTED),
        MoneyLine(1, Stage.DISBURSED, 40),
    ]
    stages = stages_of(lines)
    assert (stages.promised.cents, stages.committed.cents, stages.disbursed.cents) == (100, 60, 40)
    assert stages.committed.by_level == {Level.DOCUMENTED: 60}
    assert [name for name in vars(Stages) if "total" in name or "sum" in name.lower()] == []
    with pytest.raises(TypeError):
        sum([stages.promised, stages.committed])  # type: ignore[list-item]


def test_people_of_several_pledges_may_be_the_same_people_and_the_sum_says_so():
    assert people_of([(1, 100), (1, 120)]) == PeopleSum(120, 1)
    assert people_of([(1, 100), (1, 120)]).may_be_the_same is False
    assert people_of([(1, 100), (2, 30)]).may_be_the_same is True


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=8), st.integers(0, 2))
def test_shares_of_any_grouping_add_up_to_all(counts, digits):
    expected = Decimal(100) if sum(counts.values()) else Decimal(0)
    assert sum(shares(counts, digits=digits).values(), Decimal(0)) == expected


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=10))
def test_rounded_amounts_add_up_to_their_rounded_total(cents):
    parts = rounded_parts([Decimal(c) for c in cents], 10**8)
    assert sum(parts) == (Decimal(sum(cents)) / 10**8).to_integral_value()


money = st.builds(MoneyLine, st.integers(1, 5), st.sampled_from(Stage), st.integers(0, 10**9), st.sampled_from(Level))
indicator = st.builds(
    Value, st.integers(1, 4), st.just("schools"), st.just("schools"), st.just(Counting.CUMULATIVE),
    st.integers(0, 100).map(Decimal), st.dates(date(2024, 1, 1), date(2024, 1, 5)), st.sampled_from(Level),
)  # fmt: skip


@given(st.lists(money), st.lists(indicator), st.randoms())
def test_no_order_of_reports_changes_a_sum(lines, values, random):
    stages, total = stages_of(lines), add_up(values)
    random.shuffle(lines)
    random.shuffle(values)
    assert stages_of(lines) == stages
    assert add_up(values) == total
