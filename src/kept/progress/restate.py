"""Where pledges stand, derived anew from public reports and the calendar, and written down where it changed.

The only writer of `Standing`. Safe to run at any time and twice: the same facts on the same day give the same row, and a
row that would say the same is not written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from kept.log.actions import open_head
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, Status
from kept.progress import judging, queries
from kept.progress.judging import Figure, Promise, Verdict, Word
from kept.progress.models import (
    Appeal,
    AppealState,
    Asked,
    IndicatorValue,
    MoneyStage,
    PeopleReached,
    Report,
    SilenceNotice,
    Standing,
)
from kept.progress.promised import MONEY, Headline, headline_of
from kept.progress.silence import Asking, State, reporting_on
from kept.progress.statuses import Level, Said, Stage, Stands

CHUNK = 500
NOTHING_TO_CHANGE = {"id", "pledge", "valid_from", "valid_to"}
COLUMNS = tuple(f.name for f in Standing._meta.concrete_fields if f.name not in NOTHING_TO_CHANGE)
LEVELS = list(Level.values)


@dataclass
class Facts:
    """Everything that decides how one pledge stands."""

    pledge: Pledge
    wordings: list[tuple[PledgeContent, Revision]] = field(default_factory=list)  # public ones, the first first
    reports: list[Report] = field(default_factory=list)
    values: dict[int, list[IndicatorValue]] = field(default_factory=lambda: defaultdict(list))  # by report
    money: dict[int, list[MoneyStage]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, PeopleReached] = field(default_factory=dict)
    asked: list[tuple[Asked, SilenceNotice | None]] = field(default_factory=list)
    objected: bool = False
    counted_elsewhere: bool = False


# --- reading -----------------------------------------------------------------------------------------


def facts_of(pledge_ids: Sequence[int]) -> list[Facts]:
    """The facts about public pledges, in a fixed number of queries."""
    pledges = Pledge.objects.public().filter(pk__in=pledge_ids)
    found = {pledge.pk: Facts(pledge) for pledge in pledges.order_by("pk")}
    for revision in Revision.objects.filter(pledge__in=found, n__isnull=False).order_by("pledge", "n"):
        found[revision.pledge_id].wordings.append((PledgeContent.from_json(revision.content), revision))
    of_report: dict[int, Facts] = {}
    for report in Report.objects.in_force().filter(pledge__in=found).order_by("period_end", "n"):
        found[report.pledge_id].reports.append(report)
        of_report[report.pk] = found[report.pledge_id]
    for value in IndicatorValue.objects.filter(report__in=of_report):
        of_report[value.report_id].values[value.report_id].append(value)
    for line in MoneyStage.objects.filter(report__in=of_report):
        of_report[line.report_id].money[line.report_id].append(line)
    for people in PeopleReached.objects.filter(report__in=of_report):
        of_report[people.report_id].people[people.report_id] = people
    for asked in Asked.objects.filter(pledge__in=found).select_related("notice"):
        found[asked.pledge_id].asked.append((asked, getattr(asked, "notice", None)))
    for pledge in Appeal.objects.filter(pledge__in=found, state=AppealState.OPEN).values_list("pledge", flat=True):
        found[pledge].objected = True
    for pledge in queries.counted_elsewhere(found):
        found[pledge].counted_elsewhere = True
    return list(found.values())


# --- deriving (no query) -----------------------------------------------------------------------------


def derive(facts: Facts, today: date) -> dict[str, Any]:
    """The columns of `Standing` for a pledge on a day."""
    headline = headline_of([content for content, _revision in facts.wordings])
    stopped = _stopped_on(facts)
    day = min(today, stopped) if stopped is not None else today
    figures = figures_of(facts, headline)
    word = judging.latest(_words(facts))
    verdict = judging.judge(headline.first, word, figures, today=day, now=headline.now)
    state = _reporting(facts, verdict, word, stopped, today)
    last = judging.last_figure(figures)
    return {
        "counts": facts.pledge.status != Status.SUPERSEDED,
        "money_counts": not facts.counted_elsewhere,
        "said": word.said if word else "",
        "said_on": word.on if word else None,
        "level": judging.level_shown(verdict, last, word),
        "standing": verdict.standing,
        "reason": verdict.reason,
        "revised": verdict.revised or "",
        "ends": verdict.ends or stopped is not None,
        "reporting": state.reporting,
        "reporting_since": state.since,
        "objected": facts.objected,
        "first_end": headline.first.end,
        "easier": headline.easier,
        "indicator": headline.name[:300],
        "unit": headline.unit[:100],
        "counting": "cumulative" if headline.first.target is not None else "",
        "baseline": headline.first.baseline,
        "target": headline.first.target,
        "value": last.value if last else None,
        "supported": last.supported if last else None,
        "value_on": last.on if last else None,
        **_money_of(facts),
        **_people_of(facts),
        "reports": len(facts.reports),
        "report_id": facts.reports[-1].pk if facts.reports else None,
        "reported_on": max((r.said_on for r in facts.reports if r.said_on), default=None),
        "next_on": _next(headline.first, headline.now, state, today, stopped),
    }


def _stopped_on(facts: Facts) -> date | None:
    """The day on which a pledge was taken back or replaced: from then on the calendar moves nothing."""
    if facts.pledge.status not in (Status.WITHDRAWN, Status.SUPERSEDED):
        return None
    ended = facts.wordings[-1][1].valid_from
    return ended.astimezone(UTC).date() if ended else None


def _words(facts: Facts) -> list[Word]:
    return [
        Word(Said(report.said), report.said_on, report.completed_on, Level(report.said_level))
        for report in facts.reports
        if report.said and report.said_on
    ]


def figures_of(facts: Facts, headline: Headline) -> list[Figure]:
    """All accepted values of the headline; by-period ones summed up to each period's end."""
    if headline.name == MONEY:
        return _money_figures(facts, headline.unit)
    rows = [
        value
        for report in facts.reports
        for value in facts.values[report.pk]
        if value.name.casefold().strip() == headline.name.casefold().strip() and value.value is not None and value.on
    ]
    figures = [_figure(row) for row in rows if row.counting == "cumulative"]
    return figures or _summed([row for row in rows if row.counting == "by_period"])


def _figure(row: IndicatorValue) -> Figure:
    proved = [v for v in (row.supported, row.verified) if v is not None]
    assert row.value is not None and row.on is not None
    return Figure(row.value, row.on, max(proved) if proved else None, Level(row.level))


def _summed(rows: list[IndicatorValue]) -> list[Figure]:
    """By-period values as figures since the start: the level of a sum is that of its weakest part."""
    figures: list[Figure] = []
    total, proved, level = Decimal(0), Decimal(0), Level.VERIFIED
    for figure in sorted((_figure(row) for row in rows), key=lambda f: (f.on, f.value)):
        total += figure.value
        proved += figure.supported or Decimal(0)
        level = min(level, figure.level, key=LEVELS.index)
        figures.append(Figure(total, figure.on, proved or None, level))
    return figures


def _money_figures(facts: Facts, currency: str) -> list[Figure]:
    """What was spent, in the pledge's own currency, report by report."""
    figures = []
    for report in facts.reports:
        lines = [m for m in facts.money[report.pk] if m.stage == Stage.DISBURSED and m.currency == currency]
        if lines:
            proved = sum((m.amount for m in lines if m.level != Level.SELF_REPORTED), Decimal(0))
            level = min((Level(m.level) for m in lines), key=LEVELS.index)
            on = max((m.on for m in lines if m.on), default=None) or report.period_end
            figures.append(Figure(sum((m.amount for m in lines), Decimal(0)), on, proved or None, level))
    return figures


def _reporting(facts: Facts, verdict: Verdict, word: Word | None, stopped: date | None, today: date) -> State:
    closed = stopped
    over = verdict.standing in {Stands.KEPT, Stands.KEPT_LATE, Stands.GIVEN_UP}
    documented = over or (verdict.ends and word is not None and word.said == Said.COMPLETED)
    if closed is None and documented and word is not None:
        closed = word.on
    return reporting_on(today, [asking_of(asked, notice) for asked, notice in facts.asked], closed_on=closed)


def asking_of(asked: Asked, notice: SilenceNotice | None) -> Asking:
    """A row as the calendar's rules take it."""
    return Asking(
        asked=asked.asked_on,
        due=asked.due,
        answered=_day(asked.answered_at),
        sent_back=_day(asked.sent_back_at),
        unreachable=asked.unreachable_since,
        notice=notice.sent_on if notice else None,
        reply=_day(notice.replied_at) if notice else None,
        reply_until=notice.until if notice else None,
    )


def _day(at: datetime | None) -> date | None:
    return at.astimezone(UTC).date() if at else None


def _money_of(facts: Facts) -> dict[str, Any]:
    """The newest figure of each stage: of the last report that says anything of it, with its weakest level."""
    found: dict[str, Any] = {}
    for stage, name in ((Stage.COMMITTED, "committed"), (Stage.DISBURSED, "disbursed")):
        found |= {f"{name}_cents": None, f"{name}_level": ""}
        for report in facts.reports:
            lines = [m for m in facts.money[report.pk] if m.stage == stage and m.usd_cents is not None]
            if lines:
                found[f"{name}_cents"] = sum(m.usd_cents for m in lines)
                found[f"{name}_level"] = min((m.level for m in lines), key=LEVELS.index)
    return found


def _people_of(facts: Facts) -> dict[str, Any]:
    rows = [facts.people[report.pk] for report in facts.reports if report.pk in facts.people]
    return {"people": rows[-1].total if rows else None, "people_level": rows[-1].level if rows else ""}


def _next(first: Promise, now: Promise, state: State, today: date, stopped: date | None) -> date | None:
    """The next day on which the calendar alone changes the row."""
    if stopped is not None:
        return None
    days = [judging.next_day(first, now, today), state.next_day]
    return min((day for day in days if day is not None and day > today), default=None)


# --- writing -----------------------------------------------------------------------------------------


def restate(pledge_ids: Iterable[int], *, at: datetime) -> list[int]:
    """Derive where these pledges stand at `at` and write what changed. Returns the ids of the pledges that did.

    Inside the caller's transaction where there is one. Each pledge that changed is noted in the change sequence, so that
    index and pages follow.
    """
    ids = sorted(set(pledge_ids))
    changed: list[int] = []
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            changed += _chunk(ids[start : start + CHUNK], at)
    return changed


def _chunk(ids: Sequence[int], at: datetime) -> list[int]:
    today = at.astimezone(UTC).date()
    former = {row.pledge_id: row for row in Standing.objects.select_for_update().filter(pledge__in=ids, valid_to=None)}
    fresh: list[Standing] = []
    ended: list[Standing] = []
    rewritten: list[Standing] = []
    references: list[str] = []
    for facts in facts_of(ids):
        columns = derive(facts, today)
        row = former.get(facts.pledge.pk)
        if row is not None and not _differs(row, columns):
            continue
        if row is not None and _differs(row, columns, but={"next_on"}) and row.valid_from < at:
            row.valid_to = at
            ended.append(row)
            row = None
        if row is None:
            began = facts.pledge.published_at if facts.pledge.pk not in former else at
            fresh.append(Standing(pledge=facts.pledge, valid_from=began or at, **columns))
        else:
            for name, value in columns.items():
                setattr(row, name, value)
            rewritten.append(row)
        references.append(facts.pledge.reference)
    Standing.objects.bulk_update(ended, ["valid_to"], batch_size=100)
    Standing.objects.bulk_update(rewritten, COLUMNS, batch_size=50)
    Standing.objects.bulk_create(fresh)
    if references:
        with open_head() as head:
            head.changed_many("pledge", references)
    return [row.pledge_id for row in (*fresh, *rewritten)]


def _differs(row: Standing, columns: dict[str, Any], but: Iterable[str] = ()) -> bool:
    return any(getattr(row, name) != value for name, value in columns.items() if name not in but)


def restate_due(now: datetime) -> int:
    """What the calendar moves: the worker does this every few minutes. Returns how many pledges changed."""
    today = now.astimezone(UTC).date()
    due = list(
        Standing.objects.filter(valid_to=None, next_on__lte=today).values_list("pledge", flat=True)[: CHUNK * 10]
    )
    missing = Pledge.objects.public().exclude(pk__in=Standing.objects.filter(valid_to=None).values("pledge"))
    return len(restate([*due, *missing.values_list("pk", flat=True)[: CHUNK * 10]], at=now))
