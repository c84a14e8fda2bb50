"""The table of rules that stop nonsense: each asks for its own case, none for a plain report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kept.progress.content import Activity, Money, People, ReportContent, Value
from kept.progress.nonsense import NEVER_RIGHT, RULES, Known, Measure, population, questions, unanswered

POSTS = Measure(
    "Posts",
    "posts",
    Decimal(0),
    Decimal(100),
    headline=True,
    former=Decimal(40),
    former_on=date(2025, 5, 1),
    counting="cumulative",
)
KNOWN = Known(
    period=(date(2025, 1, 1), date(2025, 12, 31)), today=date(2026, 2, 1), measures=(POSTS,), promised=Decimal(1000),
    currency="USD", countries=("BDI",), former_people=500, former_money={"committed:USD": Decimal(300)},
)  # fmt: skip


def posts(value: str, on: str = "2025-10-01", counting: str = "cumulative") -> ReportContent:
    return ReportContent(said="on_track", values=(Value("Posts", value, on, "Register", "", counting),))


def money(stage: str, amount: str, on: str = "") -> Money:
    return Money(stage, amount, "USD", "new", "grant", on)


CASES = {
    "falls": posts("39"),
    "far_above": posts("301"),
    "outside_period": posts("50", "2024-12-31"),
    "future": posts("50", "2026-02-02"),
    "above_population": ReportContent(people=People(population("BDI") + 1)),
    "parts_above_whole": ReportContent(people=People(600, 400, 201)),
    "fewer_people": ReportContent(people=People(499)),
    "completed_below": ReportContent(said="completed", values=(Value("Posts", "99", "2025-10-01"),)),
    "not_started_but": ReportContent(said="not_started", values=(Value("Posts", "50", "2025-10-01"),)),
    "spent_above_signed": ReportContent(money=(money("committed", "300"), money("disbursed", "301"))),
    "above_promised": ReportContent(money=(money("committed", "3001"),)),
    "money_falls": ReportContent(money=(money("committed", "299"),)),
    "mixed_counting": posts("50", counting="by_period"),
    "elsewhere": ReportContent(activities=(Activity("FRA", "A talk."),)),
}


def test_every_rule_of_the_table_has_a_case():
    assert list(CASES) == [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", CASES)
def test_the_rule_asks(rule):
    assert rule in [q.rule for q in questions(CASES[rule], KNOWN)]


def test_a_plain_report_is_asked_nothing():
    plain = ReportContent(
        said="on_track", values=(Value("Posts", "60", "2025-10-01", "Register"),), people=People(700, 300, 400),
        money=(money("committed", "500"), money("disbursed", "200", "2025-11-01")), activities=(Activity("BDI", "Masts."),),
    )  # fmt: skip
    assert questions(plain, KNOWN) == []


@pytest.mark.parametrize("rule", CASES)
def test_an_answer_lets_it_pass_unless_it_can_never_be_right(rule):
    content = CASES[rule]
    answers = tuple((q.key, "It was counted anew.") for q in questions(content, KNOWN))
    left = {q.rule for q in unanswered(content.with_(explanations=answers), KNOWN)}
    assert (rule in left) is (rule in NEVER_RIGHT)


def test_less_is_more_where_the_target_lies_below_the_baseline():
    falling = Measure("Cost", "USD", Decimal(100), Decimal(20), True, Decimal(60), date(2025, 5, 1), "cumulative")
    known = Known(period=KNOWN.period, today=KNOWN.today, measures=(falling,))
    assert [q.rule for q in questions(ReportContent(values=(Value("Cost", "50", "2025-10-01"),)), known)] == []
    assert [q.rule for q in questions(ReportContent(values=(Value("Cost", "70", "2025-10-01"),)), known)] == ["falls"]


def test_every_country_of_the_world_has_a_population_or_none_and_never_a_guess():
    assert (population("BDI") > 10_000_000, population("XXX")) == (True, None)
