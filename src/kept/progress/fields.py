"""The fields of a report's form: how each is read from what was sent, shown again as typed, and put back where unreadable.

One field is one part of `ReportContent`. What cannot be read is kept as it was typed (`Report.typed`, JSON of the cells) until it
is put right; reading is that of the pledge's form (pledges/reading.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import formats, money, places
from kept.pledges import reading
from kept.pledges.content import PledgeContent
from kept.pledges.forms.sheet import fingerprint
from kept.pledges.models import Taxonomy, Term
from kept.pledges.reading import Unreadable
from kept.progress.content import Activity, Money, People, ReportContent, Value
from kept.progress.known import indicators_of
from kept.progress.models import Report, RoundQuestion
from kept.progress.statuses import Counting, Said

Raw = Any  # what a form sends for a field: a text, or rows of cells
MOST_ROWS = 100
ALL_BY_SEX = re.compile(r"women|men|girls|boys|women-(and-)?girls|men-(and-)?boys")


@dataclass
class Sheet:
    """A report in front of somebody who writes in it. `report` may be new and not saved yet."""

    report: Report
    by: Any
    language: str = "en"

    @cached_property
    def content(self) -> ReportContent:
        return ReportContent.from_json(self.report.content)

    @cached_property
    def pledge(self) -> PledgeContent:
        return PledgeContent.from_json(self.report.pledge.current.content)

    @cached_property
    def indicators(self) -> list[str]:
        return indicators_of(self.report.pledge)

    @cached_property
    def questions(self) -> list[RoundQuestion]:
        return list(self.report.round.questions.all()) if self.report.round else []

    @cached_property
    def groups(self) -> list[Term]:
        """For whom the pledge is: the groups of people that are counted by themselves."""
        found = Term.objects.filter(taxonomy=Taxonomy.BENEFICIARY, slug__in=self.pledge.beneficiaries)
        return [term for term in found if not ALL_BY_SEX.fullmatch(term.slug)]  # these are counted beside


@dataclass(frozen=True)
class Field:
    """One part of a report. `read` raises Unreadable; `show` is what reads back as the same."""

    name: str
    label: Any
    template: str
    raw: Callable[[Sheet, Any], Raw]
    read: Callable[[Sheet, Raw], Any]
    show: Callable[[Sheet, Any], Raw]
    help: Any = ""
    more: Callable[[Sheet], Mapping[str, Any]] = field(default=lambda sheet: {})

    def shown(self, sheet: Sheet) -> Raw:
        """What stands in the field: as typed where it could not be read, else the value as the reader writes it."""
        if self.name in sheet.report.typed:
            return json.loads(sheet.report.typed[self.name])
        return self.show(sheet, getattr(sheet.content, self.name))

    def mark(self, sheet: Sheet) -> str:
        """Version and fingerprint of what the page shows, sent back with the field."""
        return f"{sheet.report.version}.{self.print_of(sheet)}"

    def print_of(self, sheet: Sheet) -> str:
        if self.name in sheet.report.typed:
            return fingerprint(sheet.report.typed[self.name], typed=True)
        return fingerprint(_plain(getattr(sheet.content, self.name)))


def _plain(value: Any) -> Any:
    return fingerprint(json.loads(json.dumps(value, default=vars))) if value else ""


def fingerprint_of(name: str, value: Any) -> str:
    return fingerprint(_plain(value))


# --- texts, choices, days ------------------------------------------------------------------------------


def _text(name: str) -> Callable[[Sheet, Any], str]:
    return lambda sheet, data: data.get(name, "")


def text(name: str, label: Any, help_: Any = "") -> Field:
    """A text of several lines."""
    return Field(
        name, label, "text", _text(name), lambda sheet, raw: reading.read_text(raw, lines=True),
        lambda sheet, value: value, help_,
    )  # fmt: skip


def _said_raw(sheet: Sheet, data: Any) -> str:
    return data.get("said", "")


def _read_said(sheet: Sheet, raw: str) -> str:
    return raw if raw in Said.values else ""


SAID_HELP = {
    Said.NOT_STARTED: _("nothing has begun yet"),
    Said.ON_TRACK: _("it goes as planned"),
    Said.DELAYED: _("it goes on, and will be later than promised"),
    Said.AT_RISK: _("something stands in the way"),
    Said.COMPLETED: _("what was promised is done"),
    Said.DISCONTINUED: _("it will not be done"),
}


def _said_choices(sheet: Sheet) -> dict[str, Any]:
    return {"choices": [(value, Said(value).label, SAID_HELP[Said(value)]) for value in Said.values]}


def _read_exact_day(sheet: Sheet, raw: str) -> str:
    found = reading.read_day(raw, sheet.language)
    if found and len(found) != 10:
        raise Unreadable(_("Write the whole day, for example 31 March 2026."))
    if found:
        date.fromisoformat(found)
    return found


def day(name: str, label: Any, help_: Any = "") -> Field:
    """A whole day, typed as people write it."""
    return Field(
        name, label, "day", _text(name), _read_exact_day,
        lambda sheet, value: reading.show_day(value, sheet.language), help_,
    )  # fmt: skip


# --- rows ----------------------------------------------------------------------------------------------


def _rows(name: str) -> Callable[[Sheet, Any], list[dict[str, str]]]:
    """Rows of cells as they are sent (`money-0-amount`), without the one whose button takes it away."""
    pattern = re.compile(rf"{name}-(\d{{1,4}})-(\w+)")

    def raw(sheet: Sheet, data: Any) -> list[dict[str, str]]:
        found: dict[int, dict[str, str]] = {}
        for key in data:
            match = pattern.fullmatch(key)
            if match and (len(found) < MOST_ROWS or int(match[1]) in found):
                found.setdefault(int(match[1]), {})[match[2]] = data.get(key) or ""
        gone = data.get("remove", "")
        return [found[n] for n in sorted(found) if gone != f"{name}-{n}" and any(v.strip() for v in found[n].values())]

    return raw


def _values_raw(sheet: Sheet, data: Any) -> list[dict[str, str]]:
    """One row for each indicator of the pledge, in its order."""
    cells = ("value", "on", "source", "counting", "not_assessed")
    return [{c: data.get(f"values-{n}-{c}", "") for c in cells} for n, _name in enumerate(sheet.indicators)]


def _read_values(sheet: Sheet, raw: list[dict[str, str]]) -> tuple[Value, ...]:
    lines = []
    for name, row in zip(sheet.indicators, raw, strict=False):
        try:
            value = reading.read_figure(row.get("value", ""), sheet.language)[0]
            on = _read_exact_day(sheet, row.get("on", ""))
        except Unreadable as error:
            raise Unreadable(f"{name}: {error.message}") from error
        counting = row.get("counting", "")
        lines.append(
            Value(
                name, value, on, reading.clean(row.get("source", ""))[:500],
                reading.clean(row.get("not_assessed", ""))[:500],
                counting if counting in Counting.values else Counting.CUMULATIVE.value,
            )
        )  # fmt: skip
    return tuple(lines)


def _show_values(sheet: Sheet, value: tuple[Value, ...]) -> list[dict[str, str]]:
    known = {line.indicator: line for line in value}
    rows = []
    for name in sheet.indicators:
        line = known.get(name, Value(name))
        rows.append(
            {
                "value": reading.show_figure(line.value, sheet.language),
                "on": reading.show_day(line.on, sheet.language),
                "source": line.source, "counting": line.counting, "not_assessed": line.not_assessed,
            }
        )  # fmt: skip
    return rows


def _about_values(sheet: Sheet) -> dict[str, Any]:
    """Beside each indicator: what was promised, from where."""
    known = {}
    for indicator in sheet.pledge.indicators:
        known.setdefault(indicator.name, indicator)
    last = {i.name: i for i in sheet.pledge.indicators}
    about = []
    for name in sheet.indicators:
        first, target = known[name], last[name]
        about.append(
            {
                "name": name, "unit": first.unit,
                "baseline": reading.show_figure(first.baseline, sheet.language),
                "target": reading.show_figure(target.target, sheet.language),
                "by": reading.show_day(target.by or sheet.pledge.end, sheet.language),
            }
        )  # fmt: skip
    return {"about": about, "countings": Counting.choices}


NATURES = (("new", _("new money")), ("existing", _("money that was there already")))
INSTRUMENTS = (
    ("grant", _("grant")),
    ("loan", _("loan")),
    ("in_kind", _("in kind")),
    ("own_investment", _("own investment")),
)
STAGES = (("committed", _("signed")), ("disbursed", _("spent")))


def _read_money(sheet: Sheet, raw: list[dict[str, str]]) -> tuple[Money, ...]:
    lines = []
    for row in raw:
        if not row.get("amount", "").strip():
            continue
        read = reading.read_amount(row["amount"], sheet.language, row.get("currency", ""))
        currency = (read.currency if read else "") or row.get("currency", "")
        amount = reading.decimal_text(read.amount) if read else ""
        on = _read_exact_day(sheet, row.get("on", ""))
        stage = row.get("stage", "")
        lines.append(
            Money(
                stage if stage in dict(STAGES) else "disbursed", amount, currency if money.is_currency(currency) else "",
                row.get("nature", "") if row.get("nature", "") in dict(NATURES) else "",
                row.get("instrument", "") if row.get("instrument", "") in dict(INSTRUMENTS) else "", on,
            )
        )  # fmt: skip
    return tuple(lines)


def _show_money(sheet: Sheet, value: tuple[Money, ...]) -> list[dict[str, str]]:
    return [
        {
            "stage": line.stage, "amount": reading.show_amount(line.amount, sheet.language), "currency": line.currency,
            "nature": line.nature, "instrument": line.instrument, "on": reading.show_day(line.on, sheet.language),
        }
        for line in value
    ]  # fmt: skip


def _about_money(sheet: Sheet) -> dict[str, Any]:
    promised = ""
    if sheet.pledge.amount:
        promised = formats.format_money(Decimal(sheet.pledge.amount), sheet.pledge.currency, sheet.language)
    blank = {"stage": "committed", "currency": sheet.pledge.currency}
    return {
        "promised": promised, "blank": blank, "stages": STAGES, "natures": NATURES, "instruments": INSTRUMENTS,
        "currencies": money.choices(sheet.language),
    }  # fmt: skip


def _people_raw(sheet: Sheet, data: Any) -> dict[str, str]:
    cells = ["total", "women", "men", "how", *(f"group-{term.slug}" for term in sheet.groups)]
    return {cell: data.get(f"people-{cell}", "") for cell in cells}


def _read_people(sheet: Sheet, raw: dict[str, str]) -> People:
    def count(cell: str) -> int | None:
        return reading.read_count(raw.get(cell, ""), sheet.language)

    groups = {cell.removeprefix("group-"): count(cell) for cell in raw if cell.startswith("group-")}
    return People(
        count("total"), count("women"), count("men"),
        tuple(sorted((slug, number) for slug, number in groups.items() if number is not None)),
        reading.clean(raw.get("how", ""))[:500],
    )  # fmt: skip


def _show_people(sheet: Sheet, value: People) -> dict[str, str]:
    groups = dict(value.groups)
    shown = {cell: reading.show_count(getattr(value, cell), sheet.language) for cell in ("total", "women", "men")}
    shown |= {f"group-{t.slug}": reading.show_count(groups.get(t.slug), sheet.language) for t in sheet.groups}
    return shown | {"how": value.how}


def _about_people(sheet: Sheet) -> dict[str, Any]:
    expected = sheet.pledge.people_expected
    return {
        "expected": formats.format_number(expected, sheet.language) if expected is not None else "",
        "groups": [(f"group-{term.slug}", term.name_in(sheet.language)) for term in sheet.groups],
    }


def _read_activities(sheet: Sheet, raw: list[dict[str, str]]) -> tuple[Activity, ...]:
    return tuple(
        Activity(row.get("country", "")[:3], reading.read_text(row.get("text", ""), lines=True)) for row in raw
    )


def _show_activities(sheet: Sheet, value: tuple[Activity, ...]) -> list[dict[str, str]]:
    return [{"country": line.country, "text": line.text} for line in value]


def _about_activities(sheet: Sheet) -> dict[str, Any]:
    """The countries of the pledge first."""
    revision = sheet.report.pledge.current
    own = places.expand(sheet.pledge.targets, revision.day).countries
    named = places.sorted_by_name([c.alpha3 for c in places.all_countries()], sheet.language)
    first = [c for c in named if c in own]
    return {"countries": [(c, places.name(c, sheet.language)) for c in [*first, *(c for c in named if c not in own)]]}


def _answers_raw(sheet: Sheet, data: Any) -> dict[str, str]:
    return {q.key: data.get(f"answers-{q.key}", "") for q in sheet.questions}


def _read_answers(sheet: Sheet, raw: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, reading.read_text(text, lines=True)) for key, text in raw.items() if text.strip()))


def _about_answers(sheet: Sheet) -> dict[str, Any]:
    found = []
    for q in sheet.questions:
        choices = [(c["key"], c["words"].get(sheet.language) or c["words"].get("en", "")) for c in q.choices]
        if q.kind == RoundQuestion.Kind.YES_NO:
            choices = [("yes", _("yes")), ("no", _("no"))]
        found.append({"key": q.key, "words": q.words_in(sheet.language), "choices": choices, "required": q.required})
    return {"questions": found}


def _explanations_raw(sheet: Sheet, data: Any) -> dict[str, str]:
    given = {key: data.get(f"why-{n}", "") for n, key in enumerate(data.getlist("asks")[:MOST_ROWS])}
    return dict(sheet.content.explanations) | given


def _read_explanations(sheet: Sheet, raw: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, reading.read_text(v, lines=True)) for k, v in raw.items() if v.strip()))


FIELDS: dict[str, Field] = {
    made.name: made
    for made in (
        Field("said", _("How does it stand with the pledge?"), "said", _said_raw, _read_said,
              lambda sheet, value: value, _("As you see it. Readers also see what supports it, and the dates."),
              _said_choices),
        text("said_reason", _("Why?"), _("Needed where it is delayed, at risk or given up. Readers see it.")),
        day("completed_on", _("When was it completed?"), _("Only where it is completed.")),
        text("summary", _("What was done in this time?"), _("A few sentences for readers.")),
        Field("values", _("What is counted"), "values", _values_raw, _read_values, _show_values,
              _("A figure that did not change may stay with its old date."), _about_values),
        Field("money", _("Money since the start"), "money", _rows("money"), _read_money, _show_money,
              _("What is signed and what is spent, each since the start. Nothing is added to what was promised."),
              _about_money),
        Field("people", _("People reached since the start"), "people", _people_raw, _read_people, _show_people,
              _("Leave it empty where nobody counted."), _about_people),
        Field("activities", _("What was done where"), "activities", _rows("activities"), _read_activities,
              _show_activities, "", _about_activities),
        text("difficulties", _("What was difficult?")),
        text("lessons", _("What did you learn?")),
        text("support", _("What support do you need?"), _("We can look for others who offer it.")),
        Field("answers", _("Questions of this round"), "answers", _answers_raw, _read_answers,
              lambda sheet, value: dict(value), "", _about_answers),
        Field("explanations", _("Why it is right"), "explanations", _explanations_raw, _read_explanations,
              lambda sheet, value: dict(value)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One page of the form."""

    slug: str
    name: Any
    question: Any
    fields: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    Step("status", _("Status"), _("How does it stand with your pledge?"),
         ("said", "said_reason", "completed_on", "summary")),
    Step("figures", _("Figures"), _("How far did it get?"), ("values",)),
    Step("money", _("Money"), _("How much money is signed and spent?"), ("money",)),
    Step("people", _("People"), _("Whom did it reach?"), ("people", "activities")),
    Step("words", _("In words"), _("What went well, and what did not?"),
         ("difficulties", "lessons", "support", "answers")),
    Step("evidence", _("Evidence"), _("What shows it?"), ()),
    Step("check", _("Check and send"), _("Is everything right?"), ("explanations",)),
)  # fmt: skip
BY_SLUG = {step.slug: step for step in STEPS}
STEP_OF = {name: step.slug for step in STEPS for name in step.fields}


# --- what a page sends ---------------------------------------------------------------------------------


@dataclass
class Posted:
    """What came in, by field: as typed, in normal form or kept as typed, and with which version before the eyes."""

    raw: dict[str, Raw] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)


def take(sheet: Sheet, names: tuple[str, ...] | list[str], data: Any) -> Posted:
    """Read the fields `names` out of what was sent; those that were not sent, or not touched, are left alone."""
    posted = Posted()
    for name in names:
        mark = data.get(f"seen-{name}")
        if mark is None or name not in FIELDS:
            continue
        made = FIELDS[name]
        raw = posted.raw[name] = made.raw(sheet, data)
        version, _dot, print_seen = mark.partition(".")
        try:
            value, typed = made.read(sheet, raw), None
            found = fingerprint_of(name, value)
        except Unreadable as error:
            posted.errors[name] = error.message
            value, typed = None, json.dumps(raw, ensure_ascii=False)
            found = fingerprint(typed, typed=True)
        if found == print_seen:
            continue
        posted.seen[name] = int(version) if version.isdecimal() and len(version) < 10 else 0
        if typed is None:
            posted.values[name] = value
        else:
            posted.typed[name] = typed
    return posted
