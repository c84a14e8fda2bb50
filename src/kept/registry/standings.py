"""What the registry's pages show of the room progress: the promise bar, the four statuses, what is measured, the reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from kept.base import formats
from kept.pledges.models import Pledge, Revision
from kept.pledges.presenting import BarView
from kept.progress import paid, queries
from kept.progress.models import IndicatorValue, MoneyStage, Report, SilenceNotice, Standing
from kept.progress.presenting import day, number, present
from kept.progress.silence import NOTICE_BEFORE, SILENT_AFTER
from kept.progress.statuses import Level, Reporting, Said, Stage
from kept.registry import bars, panels, story

TOLD_WITHOUT_REPORT = {Reporting.SILENT, Reporting.UNREACHABLE}


def bars_of(revisions: Sequence[Revision], language: str) -> Mapping[int, BarView]:
    """The bars of pledges about which something is known: reported, or asked for in vain."""
    rows = queries.standings_of([revision.pledge_id for revision in revisions])
    of = {revision.pledge_id: revision for revision in revisions}
    return {
        pk: bar_of(row, of[pk], language)
        for pk, row in rows.items()
        if row.reports or row.reporting in TOLD_WITHOUT_REPORT
    }


def bar_of(row: Standing, revision: Revision, language: str) -> BarView:
    """One pledge's bar, in words: "Late. 81 of 214 posts", and beside it what supports the figure."""
    row.pledge = revision.pledge
    if "current" not in row.pledge._state.fields_cache:
        row.pledge.current = revision
    view = present(row, language)
    label = _("%(word)s. %(figure)s") % {"word": view.word, "figure": view.figure} if view.figure else view.word
    if view.state in TOLD_WITHOUT_REPORT:
        label = view.reporting.capitalize()
    return BarView(label, view.state, view.promised, view.signed, view.delivered, view.note)


# --- a pledge's page -----------------------------------------------------------------------------------


def head_of(shown: panels.Shown) -> dict[str, Any] | None:
    """Under the bar: why it stands so, what its owner says, what supports it, whether anybody answers."""
    row = queries.standing_of(shown.subject)
    if row is None or not (row.reports or row.reporting != Reporting.NOT_YET_DUE):
        return None
    row.pledge = shown.subject
    notice = SilenceNotice.objects.filter(asked__pledge=shown.subject).exclude(reply="").order_by("-sent_on").first()
    return {"row": row, "standing": present(row, shown.language), "reply": notice}


@dataclass(frozen=True)
class Measured:
    """A line of the table of what is measured."""

    name: str
    unit: str
    before: str
    promised: str
    reported: str
    on: str
    supported: str
    not_assessed: str = ""
    report: str = ""


def measured_of(shown: panels.Shown) -> dict[str, Any] | None:
    """In place of the table of what was promised: the same with what is reported, and what supports each figure."""
    values = _newest_values(shown.subject)
    money = _money(shown.subject, shown.language)
    if not values and not money:
        return None
    lines = []
    for indicator in shown.view.indicators:
        row = values.get(indicator.name)
        lines.append(_measured(indicator, row, shown.language))
    return {"lines": lines, "money": money, "language": shown.view.wording.language}


def _newest_values(pledge: Pledge) -> dict[str, IndicatorValue]:
    found: dict[str, IndicatorValue] = {}
    rows = IndicatorValue.objects.filter(report__in=Report.objects.in_force().filter(pledge=pledge))
    for row in rows.select_related("report").order_by("report__period_end", "report__n"):
        found[row.name] = row
    return found


def _measured(indicator: Any, row: IndicatorValue | None, language: str) -> Measured:
    reported = number(row.value, language) if row else ""
    supported = ""
    if row is not None and row.value is not None:
        supported = str(Level(row.level).label)
        if row.level == Level.SELF_REPORTED and row.supported is not None and row.supported > 0:
            supported = _("documents for %(figure)s") % {"figure": number(row.supported, language)}
    return Measured(
        indicator.name, indicator.unit, indicator.baseline, indicator.promised, reported,
        day(row.on, language) if row else "", supported, row.not_assessed if row else "",
        str(row.report.n) if row else "",
    )  # fmt: skip


def _money(pledge: Pledge, language: str) -> dict[str, Any] | None:
    """What is promised, signed and spent, each in its own currency, with its share and its level."""
    of = Report.objects.in_force().filter(pledge=pledge)
    lines = list(MoneyStage.objects.filter(report__in=of).order_by("-report__period_end", "-report__n", "pk"))
    if not lines:
        return None
    text, stages = pledge.current, {}
    for stage in (Stage.COMMITTED, Stage.DISBURSED):
        some = [row for row in lines if row.stage == stage]
        newest = [row for row in some if row.report_id == some[0].report_id]
        stages[stage.value] = paid.stage_of(newest, stage, pledge, language)
    promised = formats.format_money_short(text.amount, text.currency, language) if text.amount is not None else ""
    return {"promised": promised, **stages}


def happenings_of(pledge: Pledge) -> Iterable[story.Happening]:
    """The lines of "What happened" about reports, objections, and silence with its reply."""
    for report in queries.reports_of(pledge):
        told = {
            "report": report, "said": Said(report.said).label if report.said else "",
            "summary": report.content.get("said_reason") or report.content.get("summary", ""),
            "language": report.content.get("language", "en"), "unchanged": report.content.get("unchanged", False),
            "evidence": sum(1 for e in report.evidence.all() if e.public and e.removed_at is None),
            "verifiers": [v for v in report.verifications.all() if v.taken_over_at],
        }  # fmt: skip
        at = report.published_at
        if at is not None:
            yield story.Happening(at, "report.accepted", 0, template="progress/public/happened.html", context=told)
    for appeal in pledge.appeals.all():
        yield story.Happening(appeal.filed_at, "appeal.filed", 0, template="progress/public/objected.html",
                              context={"appeal": appeal})  # fmt: skip
    for flag in queries.same_money_of(pledge):
        other = flag.other if flag.pledge_id == pledge.pk else flag.pledge
        here = flag.counts_id == pledge.pk if flag.other_id else not flag.counts_elsewhere
        if flag.decided_at is not None:
            yield story.Happening(flag.decided_at, "same_money", 0, template="progress/public/same_money.html",
                                  context={"flag": flag, "other": other, "counts_here": here})  # fmt: skip
    waited = {"due_days": SILENT_AFTER.days, "notice_days": NOTICE_BEFORE.days}
    for row in Standing.objects.filter(pledge=pledge, reporting=Reporting.SILENT).order_by("valid_from")[:20]:
        yield story.Happening(row.valid_from.astimezone(UTC), "standing.silent", 0,
                              template="progress/public/silent.html", context=waited)  # fmt: skip


def act_of(shown: panels.Shown) -> dict[str, Any] | None:
    """For its owner's people: object to how it is shown."""
    from kept.progress.permissions import may_object

    if shown.visitor is None or not may_object(shown.visitor, shown.subject):
        return None
    return {"pledge": shown.subject}


bars.register(bars_of)
story.register(happenings_of)
for _name, _slot, _template, _context in (
    ("standing", "head", "standing", head_of), ("reported", "measured", "measured", measured_of),
    ("object", "act", "act", act_of),
):  # fmt: skip
    panels.register(panels.Panel(_name, "pledge", _slot, f"progress/public/{_template}.html", _context))
