"""Rules that stop nonsense: one table. Each asks, none passes silently.

A rule looks at what a report says beside what is known, and asks a question. The owner changes the figure or says why it
is right all the same; the answer stands with the report, the desk sees both, and readers see them on its page. A report
with an unanswered question is not sent. Pure: no query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kept.progress.content import ReportContent, Value
from kept.progress.statuses import Counting, Said

MOST_OF_TARGET = 3  # times the target
FIGURES = Path(__file__).parent / "data" / "populations.json"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of one indicator of the pledge before this report."""

    name: str
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    headline: bool = False
    former: Decimal | None = None  # the last accepted value
    former_on: date | None = None
    counting: str = ""  # as it was counted before


@dataclass(frozen=True, slots=True)
class Known:
    """What a report is held against."""

    period: tuple[date, date]
    today: date
    measures: tuple[Measure, ...] = ()
    promised: Decimal | None = None
    currency: str = ""
    countries: tuple[str, ...] = ()  # where the pledge acts, groups expanded; empty: worldwide
    people_expected: int | None = None
    former_people: int | None = None
    former_money: Mapping[str, Decimal] = field(default_factory=dict)  # "committed:USD": the last accepted amount
    start: date | None = None

    def measure(self, name: str) -> Measure | None:
        return next((m for m in self.measures if m.name == name), None)


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule asks: of which part of the form, about what, in the reader's language."""

    rule: str
    field: str  # values, money, people, said
    about: str  # the indicator, the currency, the country
    text: Any

    @property
    def key(self) -> str:
        """Names the question in `ReportContent.explanations`."""
        return f"{self.rule}:{self.about}" if self.about else self.rule


Finder = Callable[[ReportContent, Known], Iterator[Question]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: its name, what it stops in words, how it looks."""

    name: str
    stops: Promise | str
    find: Finder


def _number(value: str) -> Decimal | None:
    return Decimal(value) if value else None


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if len(value) == 10 else None


def _assessed(content: ReportContent) -> Iterator[tuple[Value, Decimal]]:
    for line in content.values:
        value = _number(line.value)
        if value is not None:
            yield line, value


def _falls(content: ReportContent, known: Known) -> Iterator[Question]:
    for line, value in _assessed(content):
        m = known.measure(line.indicator)
        if m is None or m.former is None or line.counting != Counting.CUMULATIVE:
            continue
        falling = m.baseline is not None and m.target is not None and m.target < m.baseline
        if value > m.former if falling else value < m.former:
            text = _(
                "%(indicator)s: %(former)s was reported before, now %(value)s. A figure that "
                "counts all since the start does not go back. Which is right?"
            )
            yield Question("falls", "values", m.name, text % {"indicator": m.name, "former": m.former, "value": value})


def _far_above(content: ReportContent, known: Known) -> Iterator[Question]:
    for line, value in _assessed(content):
        m = known.measure(line.indicator)
        falling = m is not None and m.baseline is not None and m.target is not None and m.target < m.baseline
        if m is not None and m.target is not None and not falling and 0 < m.target * MOST_OF_TARGET < value:
            text = _(
                "%(indicator)s: %(value)s is more than three times the target of "
                "%(target)s. Is it the same thing that is counted?"
            )
            yield Question(
                "far_above", "values", m.name, text % {"indicator": m.name, "value": value, "target": m.target}
            )


def _outside(content: ReportContent, known: Known) -> Iterator[Question]:
    first, last = known.period
    text = _(
        "%(what)s: the day %(day)s lies outside the period of this report (%(first)s to %(last)s). Is the day right?"
    )
    for line in content.values:
        day = _day(line.on)
        if day is not None and not (first <= day <= last):
            words = {"what": line.indicator, "day": line.on, "first": first.isoformat(), "last": last.isoformat()}
            yield Question("outside_period", "values", line.indicator, text % words)
    for index, paid in enumerate(content.money):
        day = _day(paid.on)
        if day is not None and day > last:
            words = {
                "what": f"{paid.amount} {paid.currency}",
                "day": paid.on,
                "first": first.isoformat(),
                "last": last.isoformat(),
            }
            yield Question("outside_period", "money", f"money-{index}", text % words)


def _future(content: ReportContent, known: Known) -> Iterator[Question]:
    for line in content.values:
        day = _day(line.on)
        if day is not None and day > known.today:
            yield Question(
                "future",
                "values",
                line.indicator,
                _("%(what)s: the day %(day)s has not come yet. A figure is of a day that has passed.")
                % {"what": line.indicator, "day": line.on},
            )


def _too_many_people(content: ReportContent, known: Known) -> Iterator[Question]:
    total = content.people.total
    if total is None or not known.countries:
        return
    there = [population(code) for code in known.countries]
    if None in there:
        return
    all_there = sum(p for p in there if p is not None)
    if total > all_there:
        text = _("%(people)s people were reached, and %(all)s live in the countries of this pledge. Which is right?")
        yield Question("above_population", "people", "", text % {"people": total, "all": all_there})


def _parts_of_people(content: ReportContent, known: Known) -> Iterator[Question]:
    people = content.people
    if people.total is None:
        return
    if (people.women or 0) + (people.men or 0) > people.total:
        text = _("Women and men together are %(sum)s, more than the %(total)s people reached. Which is right?")
        yield Question(
            "parts_above_whole",
            "people",
            "sex",
            text % {"sum": (people.women or 0) + (people.men or 0), "total": people.total},
        )
    for slug, number in people.groups:
        if number > people.total:
            text = _("One group has %(number)s people, more than the %(total)s reached. Which is right?")
            yield Question("parts_above_whole", "people", slug, text % {"number": number, "total": people.total})


def _fewer_people(content: ReportContent, known: Known) -> Iterator[Question]:
    total = content.people.total
    if total is not None and known.former_people is not None and total < known.former_people:
        text = _("%(former)s people were reported before, now %(people)s. Which is right?")
        yield Question("fewer_people", "people", "former", text % {"former": known.former_people, "people": total})


def _completed_below(content: ReportContent, known: Known) -> Iterator[Question]:
    if content.said != Said.COMPLETED:
        return
    for m in known.measures:
        if not m.headline or m.target is None:
            continue
        line = content.value_of(m.name)
        value = _number(line.value) if line else m.former
        falling = m.baseline is not None and m.target < m.baseline
        if value is None:
            text = _("%(indicator)s: completed, and no figure is given. How far did it get?")
            yield Question("completed_below", "said", m.name, text % {"indicator": m.name})
        elif value > m.target if falling else value < m.target:
            text = _("%(indicator)s: completed with %(value)s, and %(target)s was promised. Is it completed?")
            yield Question(
                "completed_below", "said", m.name, text % {"indicator": m.name, "value": value, "target": m.target}
            )


def _not_started_but(content: ReportContent, known: Known) -> Iterator[Question]:
    if content.said != Said.NOT_STARTED:
        return
    for line, value in _assessed(content):
        m = known.measure(line.indicator)
        if m is not None and value != (m.baseline or Decimal(0)):
            text = _("%(indicator)s: not started, and the figure is already %(value)s. Which is right?")
            yield Question("not_started_but", "said", m.name, text % {"indicator": m.name, "value": value})


def _by_currency(content: ReportContent, stage: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in content.money:
        amount = _number(line.amount)
        if line.stage == stage and amount is not None:
            found[line.currency] = found.get(line.currency, Decimal(0)) + amount
    return found


def _spent_above_signed(content: ReportContent, known: Known) -> Iterator[Question]:
    signed = _by_currency(content, "committed")
    for currency, spent in _by_currency(content, "disbursed").items():
        if spent > signed.get(currency, Decimal(0)):
            text = _(
                "%(spent)s %(currency)s were spent and %(signed)s signed. Nothing "
                "is spent that nobody signed for: which is right?"
            )
            words = {"spent": spent, "signed": signed.get(currency, Decimal(0)), "currency": currency}
            yield Question("spent_above_signed", "money", currency, text % words)


def _above_promised(content: ReportContent, known: Known) -> Iterator[Question]:
    if known.promised is None:
        return
    signed = _by_currency(content, "committed").get(known.currency)
    if signed is not None and signed > known.promised * MOST_OF_TARGET:
        text = _(
            "%(signed)s %(currency)s are signed, more than three times what was "
            "promised (%(promised)s). Is it all for this pledge?"
        )
        words = {"signed": signed, "promised": known.promised, "currency": known.currency}
        yield Question("above_promised", "money", f"promised-{known.currency}", text % words)


def _money_falls(content: ReportContent, known: Known) -> Iterator[Question]:
    for stage in ("committed", "disbursed"):
        now = _by_currency(content, stage)
        for key, former in sorted(known.former_money.items()):
            former_stage, _colon, currency = key.partition(":")
            if former_stage == stage and content.money and now.get(currency, Decimal(0)) < former:
                text = _(
                    "%(former)s %(currency)s were reported before, now %(now)s. Money "
                    "since the start does not become less. Which is right?"
                )
                words = {"former": former, "now": now.get(currency, Decimal(0)), "currency": currency}
                yield Question("money_falls", "money", key.replace(":", "-"), text % words)


def _mixed(content: ReportContent, known: Known) -> Iterator[Question]:
    for line in content.values:
        m = known.measure(line.indicator)
        if m is not None and line.value and m.counting and m.counting != line.counting:
            text = _(
                "%(indicator)s: it was counted in another way before (all since the "
                "start, or each period by itself). The two are never mixed."
            )
            yield Question("mixed_counting", "values", m.name, text % {"indicator": m.name})


def _elsewhere(content: ReportContent, known: Known) -> Iterator[Question]:
    for line in content.activities:
        if known.countries and line.country and line.country not in known.countries:
            text = _("%(country)s is none of the countries of this pledge. Was it done for this pledge?")
            yield Question("elsewhere", "activities", line.country, text % {"country": line.country})


RULES: tuple[Rule, ...] = (
    Rule("falls", _("a figure that counts all since the start and falls"), _falls),
    Rule("far_above", _("more than 300 % of the target"), _far_above),
    Rule("outside_period", _("a day outside the period of the report"), _outside),
    Rule("future", _("a figure of a day that has not come yet"), _future),
    Rule("above_population", _("more people than live in the countries of the pledge"), _too_many_people),
    Rule("parts_above_whole", _("women, men or a group that are more than all people reached"), _parts_of_people),
    Rule("fewer_people", _("fewer people than before"), _fewer_people),
    Rule("completed_below", _("completed below the target"), _completed_below),
    Rule("not_started_but", _("not started, with a figure beyond the baseline"), _not_started_but),
    Rule("spent_above_signed", _("more spent than signed"), _spent_above_signed),
    Rule("above_promised", _("more than three times the promised money signed"), _above_promised),
    Rule("money_falls", _("money since the start that becomes less"), _money_falls),
    Rule("mixed_counting", _("cumulative and by-period figures of one indicator"), _mixed),
    Rule("elsewhere", _("an activity in a country that the pledge does not name"), _elsewhere),
)
# These are never right, whatever the explanation: the figure has to be changed.
NEVER_RIGHT = frozenset({"future", "mixed_counting", "parts_above_whole"})


def questions(content: ReportContent, known: Known) -> list[Question]:
    """Everything that the table asks about a report, in the order of the table."""
    return [question for rule in RULES for question in rule.find(content, known)]


def unanswered(content: ReportContent, known: Known) -> list[Question]:
    """What still stands against sending the report."""
    answered = {key for key, text in content.explanations if text.strip()}
    return [q for q in questions(content, known) if q.rule in NEVER_RIGHT or q.key not in answered]


@cache
def _populations() -> dict[str, int]:
    return json.loads(FIGURES.read_text(encoding="utf-8"))["people"]


def population(country: str) -> int | None:
    """People in a country (alpha-3), by Unicode CLDR's estimate; None where it gives none."""
    return _populations().get(country)
