"""What is known of a pledge before a report is written: what the form is filled with, and what figures are held against."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Q

from kept.base import places
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge
from kept.progress.content import Activity, ReportContent, Value
from kept.progress.models import Asked, IndicatorValue, MoneyStage, PeopleReached, Report, ReportState
from kept.progress.nonsense import Known, Measure
from kept.progress.promised import headline_of, number
from kept.progress.rules import Wanted


def last_report(pledge: Pledge) -> Report | None:
    """The newest report that counts: accepted or public, and not replaced."""
    counts = Report.objects.filter(
        pledge=pledge, state__in=[ReportState.ACCEPTED, ReportState.PUBLISHED], corrected_by=None
    )
    return counts.order_by("-period_end", "-pk").first()


def indicators_of(pledge: Pledge) -> list[str]:
    """The names of what the pledge counts, each once (a milestone is a line of the same name)."""
    content = PledgeContent.from_json(pledge.current.content)
    return list(dict.fromkeys(i.name for i in content.indicators if i.name))


def starting_content(pledge: Pledge, language: str) -> ReportContent:
    """What a new report begins with: what the last one said. Figures keep their old dates until somebody gives new ones."""
    former = last_report(pledge)
    names = indicators_of(pledge)
    if former is None:
        return ReportContent(language=language, values=tuple(Value(indicator=name) for name in names))
    said = ReportContent.from_json(former.content)
    known = {line.indicator: line for line in said.values}
    lines = tuple(known.get(name) or Value(indicator=name) for name in names)
    keep = said.said if said.said != "not_started" else ""
    return ReportContent(
        language=language, said=keep, values=lines, money=said.money, people=said.people,
        activities=tuple(Activity(a.country) for a in said.activities),
    )  # fmt: skip


def wanted_of(report: Report, language: str) -> Wanted:
    """What the report has to answer before it is sent."""
    questions = report.round.questions.filter(required=True) if report.round else []
    return Wanted(
        indicators=tuple(indicators_of(report.pledge)),
        questions=tuple((q.key, q.words_in(language)) for q in questions),
        unreadable=tuple(report.typed),
    )


def known_of(report: Report, today: date) -> Known:
    """What a report's figures are held against (nonsense.py)."""
    revision = report.pledge.current
    content = PledgeContent.from_json(revision.content)
    counted = Q(report__state=ReportState.PUBLISHED) | Q(report__state=ReportState.ACCEPTED)
    before = {"report__pledge": report.pledge, "report__corrected_by": None}
    others = ~Q(report=report.pk or 0) & ~Q(report=report.correction_of_id or 0)
    former: dict[str, IndicatorValue] = {}
    for row in IndicatorValue.objects.filter(counted, others, **before).exclude(value=None).order_by("on", "pk"):
        former[row.name] = row
    people = PeopleReached.objects.filter(counted, others, **before).order_by("-report__period_end").first()
    expanded = places.expand(content.targets, revision.day)
    world = "world" in content.targets
    return Known(
        period=(report.period_start, report.period_end),
        today=today,
        measures=tuple(_measures(content, former)),
        promised=content.amount_value,
        currency=content.currency,
        countries=() if world else tuple(sorted(expanded.countries)),
        people_expected=content.people_expected,
        former_people=people.total if people else None,
        former_money=_former_money(report, counted, others),
    )


def _measures(content: PledgeContent, former: dict[str, IndicatorValue]) -> list[Measure]:
    headline = headline_of([content])
    found = []
    for name in dict.fromkeys(i.name for i in content.indicators if i.name):
        lines = [i for i in content.indicators if i.name == name]
        targets = [t for t in (number(i.target) for i in lines) if t is not None]
        baselines = [b for b in (number(i.baseline) for i in lines) if b is not None]
        falling = bool(targets and baselines and targets[-1] < baselines[0])
        row = former.get(name)
        found.append(
            Measure(
                name,
                lines[0].unit,
                baselines[0] if baselines else None,
                (min(targets) if falling else max(targets)) if targets else None,
                headline=name == headline.name,
                former=row.value if row else None,
                former_on=row.on if row else None,
                counting=row.counting if row else "",
            )
        )
    return found


def _former_money(report: Report, counted: Q, others: Q) -> dict[str, Decimal]:
    rows = MoneyStage.objects.filter(counted, others, report__pledge=report.pledge, report__corrected_by=None)
    newest: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for row in rows.order_by("report__period_end", "report"):
        key = (row.stage, row.currency)
        seen, amount = newest.get(key, (row.report_id, Decimal(0)))
        newest[key] = (row.report_id, (amount if seen == row.report_id else Decimal(0)) + row.amount)
    return {f"{stage}:{currency}": amount for (stage, currency), (_report, amount) in newest.items()}


def may_say_unchanged(asked: Asked, today: date) -> str:
    """Whether "nothing changed" answers this question: "" where it does, else which rule stands against it.

    `nothing`: there is no accepted report whose figures could be kept; `twice`: the last answer was the same;
    `ended`: the pledge's date has passed, so that something has changed.
    """
    former = last_report(asked.pledge)
    if former is None:
        return "nothing"
    if ReportContent.from_json(former.content).unchanged:
        return "twice"
    ends_on = asked.pledge.current.ends_on
    return "ended" if ends_on is not None and ends_on < today else ""


def day_of(at: datetime) -> date:
    return at.astimezone(UTC).date()
