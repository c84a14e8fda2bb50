"""Reports and standings as readers see them: words and figures in a language, no query in a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kept.base import formats, places
from kept.base.promise import STATES
from kept.pledges.models import Term
from kept.pledges.reading import decimal_text
from kept.progress.content import ReportContent
from kept.progress.models import PeopleReached, Report, Standing
from kept.progress.nonsense import RULES
from kept.progress.promised import MONEY
from kept.progress.statuses import Counting, Level, Reason, Reporting, Said, Stands


@dataclass(frozen=True)
class Line:
    """One line of what was answered: a term, and its values."""

    term: Any
    values: list[Any] = field(default_factory=list)
    step: str = ""


def number(value: Decimal | None, language: str) -> str:
    """A figure without zeros that say nothing."""
    return "" if value is None else formats.format_decimal(Decimal(decimal_text(value)), language)


def day(value: str | date | None, language: str) -> str:
    return formats.format_date(value, language) if value else ""


def answers_of(report: Report, language: str) -> list[Line]:
    """What a report says, line by line, as its owner and the desk read it back."""
    content = ReportContent.from_json(report.content)
    lines = [Line(_("Status"), [Said(content.said).label], "status")] if content.said else []
    for name, term, step in (
        ("said_reason", _("Why"), "status"), ("completed_on", _("Completed on"), "status"),
        ("summary", _("What was done"), "status"),
    ):  # fmt: skip
        text = getattr(content, name)
        if text:
            lines.append(Line(term, [day(text, language) if name == "completed_on" else text], step))
    lines += [_value_line(line, language) for line in content.values if line.value or line.not_assessed]
    lines += [_money_line(line, language) for line in content.money]
    if content.people.total is not None:
        lines.append(Line(_("People reached"), _people(content, language), "people"))
    lines += [Line(places.name(a.country, language), [a.text], "people") for a in content.activities if a.country]
    for name, term in (
        ("difficulties", _("Difficulties")), ("lessons", _("Lessons")), ("support", _("Support needed")),
    ):  # fmt: skip
        if getattr(content, name):
            lines.append(Line(term, [getattr(content, name)], "words"))
    words = {q.key: q.words_in(language) for q in report.round.questions.all()} if report.round else {}
    said = {"yes": _("yes"), "no": _("no")}
    lines += [Line(words.get(key, key), [said.get(text, text)], "words") for key, text in content.answers]
    return lines


def public_answers(report: Report, language: str) -> list[Line]:
    """What readers see of a public report: without what was left out, and without answers that are not public."""
    content, left_out = ReportContent.from_json(report.content), set(report.left_out)
    hidden = {q.key for q in report.round.questions.all() if not q.public} if report.round else set()
    shown = content.with_(
        money=() if "money" in left_out else content.money,
        people=ReportContent().people if "people" in left_out else content.people,
        answers=tuple((key, text) for key, text in content.answers if key not in hidden),
    )
    copy = Report(content=shown.to_json(), round=report.round)
    people = PeopleReached.objects.filter(report=report).first() if shown.people.total is not None else None
    lines = answers_of(copy, language)
    reached = next((line for line in lines if line.step == "people"), None)
    if people is not None and reached is not None:
        reached.values.append(str(Level(people.level).label))  # what supports it
    return lines


def explanations_of(report: Report, language: str) -> list[tuple[str, str]]:
    """Which rules asked about a report, and why its owner says that it is right: (what was asked about, why)."""
    stops = {rule.name: rule.stops for rule in RULES}
    found = []
    for key, why in ReportContent.from_json(report.content).explanations:
        name, _colon, about = key.partition(":")
        found.append((f"{about}: {stops.get(name, name)}" if about else str(stops.get(name, name)), why))
    return found


def _value_line(line: Any, language: str) -> Line:
    if not line.value:
        return Line(line.indicator, [_("not assessed: %(reason)s") % {"reason": line.not_assessed}], "figures")
    values = [number(Decimal(line.value), language), day(line.on, language), line.source]
    if line.counting == Counting.BY_PERIOD:
        values.append(Counting.BY_PERIOD.label)
    return Line(line.indicator, [v for v in values if v], "figures")


def _money_line(line: Any, language: str) -> Line:
    from kept.progress.fields import INSTRUMENTS, NATURES, STAGES

    values = [
        formats.format_money(Decimal(line.amount), line.currency, language) if line.amount and line.currency else line.amount,
        dict(NATURES).get(line.nature, ""), dict(INSTRUMENTS).get(line.instrument, ""), day(line.on, language),
    ]  # fmt: skip
    return Line(str(dict(STAGES).get(line.stage, line.stage)).capitalize(), [v for v in values if v], "money")


def _people(content: ReportContent, language: str) -> list[str]:
    people = content.people
    found = [formats.format_number(people.total or 0, language)]
    if people.women is not None:
        found.append(_("women: %(number)s") % {"number": formats.format_number(people.women, language)})
    if people.men is not None:
        found.append(_("men: %(number)s") % {"number": formats.format_number(people.men, language)})
    names = {
        t.slug: t.name_in(language) for t in Term.objects.filter(taxonomy="beneficiary", slug__in=dict(people.groups))
    }
    found += [f"{names.get(slug, slug)}: {formats.format_number(n, language)}" for slug, n in people.groups]
    return [*found, people.how] if people.how else found


# --- standing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandingView:
    """Where a pledge stands, in a reader's words. The four statuses side by side, never one."""

    state: str  # of the promise bar (base/promise.py)
    word: str  # "Late", "Said to be kept"
    reason: str
    said: str  # "The owner says: delayed"
    level: str
    reporting: str
    figure: str  # "81 of 214 posts"
    note: str
    revised: str
    promised: Decimal | None = None
    delivered: Decimal | None = None
    signed: Decimal | None = None
    objected: bool = False
    easier: bool = False
    undated: bool = False


def state_of(row: Standing) -> str:
    """The state of the promise bar: silence covers what is not ended."""
    if row.pledge.status in ("withdrawn", "superseded"):
        return str(row.pledge.status)
    if row.reporting in (Reporting.SILENT, Reporting.UNREACHABLE) and not row.ends:
        return str(row.reporting)
    return str(row.standing)


def word_of(row: Standing) -> str:
    """The standing in words: below documented it is said to be kept."""
    if row.reason == Reason.SAID_TO_BE_KEPT:
        return _("Said to be kept")
    return str(STATES[str(row.standing)].word)


def present(row: Standing, language: str) -> StandingView:
    """A standing for readers. `row.pledge` is at hand."""
    said = ""
    if row.said:
        said = _("Its owner says: %(said)s (%(day)s).") % {
            "said": Said(row.said).label,
            "day": day(row.said_on, language),
        }
    parts = _bar(row)
    return StandingView(
        state=state_of(row),
        word=word_of(row),
        reason=str(Reason(row.reason).label) if row.reason else "",
        said=said,
        level=str(Level(row.level).label) if row.reports else "",
        reporting=str(Reporting(row.reporting).label),
        figure=figure_of(row, language),
        note=note_of(row, language),
        revised=str(Stands(row.revised).label) if row.revised else "",
        promised=parts[0],
        delivered=parts[1],
        signed=parts[2],
        objected=row.objected,
        easier=row.easier,
        undated=row.first_end is None,
    )  # fmt: skip


def _bar(row: Standing) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Promised, delivered, signed, measured from the baseline; one measure a bar."""
    if row.target is None:
        return None, None, None
    base = row.baseline or Decimal(0)
    whole, made = row.target - base, (row.value - base) if row.value is not None else None
    if whole < 0:
        whole, made = -whole, -made if made is not None else None
    signed = None
    if row.indicator == MONEY and row.committed_cents and row.pledge.current and row.pledge.current.usd_cents:
        signed = whole * row.committed_cents / row.pledge.current.usd_cents
    return whole or None, made, signed


def figure_of(row: Standing, language: str) -> str:
    """ "81 of 214 posts", or of money "4.6 M of 12 M USD"."""
    if row.target is None or row.value is None:
        return ""
    if row.indicator == MONEY:
        told = {"value": formats.format_money_short(row.value, row.unit, language),
                "target": formats.format_money_short(row.target, row.unit, language)}  # fmt: skip
        return _("%(value)s of %(target)s spent") % told
    told = {"value": number(row.value, language), "target": number(row.target, language), "unit": row.unit}
    return _("%(value)s of %(target)s %(unit)s") % told if row.unit else _("%(value)s of %(target)s") % told


def note_of(row: Standing, language: str) -> str:
    """What supports the figure, and of which day it is."""
    if row.value is None:
        return ""
    told = {
        "level": Level(row.level).label,
        "day": day(row.value_on, language),
        "supported": number(row.supported, language),
    }
    if row.level == Level.SELF_REPORTED and row.supported is not None and row.supported > 0:
        return _("%(day)s; %(level)s; documents support %(supported)s") % told
    return _("%(day)s; %(level)s") % told
