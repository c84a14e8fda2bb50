"""How an accepted report enters the public record: its number, its document, its entry in the log, its place in the sums.

One way in for everything that becomes public about progress. The rows beside a report are made when it is accepted; the
document is written and entered when it becomes public, so that an embargo holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, prefetch_related_objects

from kept.base import entered, rates
from kept.log.actions import NewEntry, document_bytes, new_salt, open_head
from kept.pledges.content import PledgeContent
from kept.pledges.models import Revision
from kept.pledges.record import decimal_text
from kept.progress.content import ReportContent
from kept.progress.models import (
    ActivityByCountry,
    Definition,
    IndicatorValue,
    MoneyStage,
    PeopleReached,
    Report,
    VerificationState,
)
from kept.progress.promised import headline_of, number
from kept.progress.restate import restate
from kept.progress.statuses import Level

FORMAT = "kept/report/1"
ACCEPTED, REVISED = "report.accepted", "report.revised"
BATCH = 500
# What a document is made of: read once for many reports.
DOCUMENTED = ("values", "money", "activities", "evidence", "verifications", "people", "round__questions", "organisation",
              "pledge__current", "correction_of__pledge")  # fmt: skip
ON_RECORD = ("state", "n", "revision", "published_at", "sha256")


# --- rows beside the report ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows beside an accepted report, not saved yet."""

    values: list[IndicatorValue]
    money: list[MoneyStage]
    people: PeopleReached | None
    activities: list[ActivityByCountry]


def project(report: Report, supported: dict[str, Decimal], levels: dict[str, Level]) -> None:
    """Make the rows of an accepted report from its content anew. What was left out gets no row.

    `supported`: up to which value documents support an indicator, by its name. `levels`: of "money", "people", "said".
    """
    for rows in (report.values, report.money, report.activities):
        rows.all().delete()
    PeopleReached.objects.filter(report=report).delete()
    save_rows([rows_of(report, supported, levels, definitions=_definitions(report.pledge_id))])


def rows_of(
    report: Report,
    supported: Mapping[str, Decimal],
    levels: Mapping[str, Level],
    *,
    definitions: Mapping[str, Definition] | None = None,
) -> Rows:
    """The rows that follow from a report's content, and its own columns with what was said. As `project`, without a query."""
    content = ReportContent.from_json(report.content)
    left_out = set(report.left_out)
    report.said, report.said_level = content.said, levels.get("said", Level.SELF_REPORTED)
    report.said_on = said_on(report)
    report.completed_on = _day(content.completed_on)
    revision = report.pledge.current
    promised = PledgeContent.from_json(revision.content)
    money, people = levels.get("money", Level.SELF_REPORTED), None
    if "people" not in left_out and content.people.total is not None:
        told = content.people
        people = PeopleReached(
            report=report, total=told.total, women=told.women, men=told.men, groups=dict(told.groups), how=told.how,
            level=levels.get("people", Level.SELF_REPORTED),
        )  # fmt: skip
    return Rows(
        values=_values(report, content, promised, supported, left_out, definitions or {}),
        money=[] if "money" in left_out else _money(report, content, revision, money),
        people=people,
        activities=[
            ActivityByCountry(report=report, country=each.country, text=each.text)
            for each in content.activities
            if each.country and each.text
        ],
    )


def save_rows(many: Sequence[Rows]) -> None:
    """Write the rows of saved reports, kind by kind."""
    IndicatorValue.objects.bulk_create([row for rows in many for row in rows.values], batch_size=BATCH)
    MoneyStage.objects.bulk_create([row for rows in many for row in rows.money], batch_size=BATCH)
    PeopleReached.objects.bulk_create([rows.people for rows in many if rows.people is not None], batch_size=BATCH)
    ActivityByCountry.objects.bulk_create([row for rows in many for row in rows.activities], batch_size=BATCH)


def said_on(report: Report) -> date:
    """The day for which the owner says it: that of sending, and never after the clock."""
    at = report.submitted_at or report.changed_at
    return at.astimezone(UTC).date()


def _values(
    report: Report,
    content: ReportContent,
    promised: PledgeContent,
    supported: Mapping[str, Decimal],
    left_out: set[str],
    definitions: Mapping[str, Definition],
) -> list[IndicatorValue]:
    headline = headline_of([promised])
    rows = []
    for position, line in enumerate(content.values):
        if f"values:{line.indicator}" in left_out or not (line.value or line.not_assessed):
            continue
        asked = next((i for i in promised.indicators if i.name == line.indicator), None)
        value = number(line.value)
        proved = supported.get(line.indicator)
        way = (number(asked.baseline), number(asked.target)) if asked else (None, None)
        rows.append(
            IndicatorValue(
                report=report,
                position=position,
                name=line.indicator[:300],
                unit=(asked.unit if asked else "")[:100],
                definition=definitions.get(line.indicator),
                counting=line.counting or "cumulative",
                headline=line.indicator == headline.name,
                baseline=way[0],
                target=way[1],
                value=value,
                on=_day(line.on) or (report.period_end if value is not None else None),
                source=line.source[:500],
                not_assessed=line.not_assessed[:500] if value is None else "",
                supported=proved if value is not None else None,
                level=level_of_value(value, proved, None, falling=is_falling(*way)),
            )
        )
    return rows


def _definitions(pledge: int) -> dict[str, Definition]:
    """The definitions that the secretariat gave to indicators of a pledge: those of its former figures."""
    rows = IndicatorValue.objects.filter(report__pledge=pledge, definition__isnull=False).select_related("definition")
    return {row.name: row.definition for row in rows if row.definition is not None}


def level_of_value(
    value: Decimal | None, supported: Decimal | None, verified: Decimal | None, *, falling: bool = False
) -> Level:
    """The level of a figure: the highest that supports the whole of it, not a part. `falling`: less is more."""
    if value is None:
        return Level.SELF_REPORTED
    for level, found in ((Level.VERIFIED, verified), (Level.DOCUMENTED, supported)):
        if found is not None and (found <= value if falling else found >= value):
            return level
    return Level.SELF_REPORTED


def is_falling(baseline: Decimal | None, target: Decimal | None) -> bool:
    """Does the indicator promise less than there is today?"""
    return baseline is not None and target is not None and target < baseline


def _money(report: Report, content: ReportContent, revision: Revision, level: Level) -> list[MoneyStage]:
    rows = []
    for line in content.money:
        amount = number(line.amount)
        if amount is None or not line.currency or line.stage not in ("committed", "disbursed"):
            continue
        on = _day(line.on)
        rows.append(
            MoneyStage(
                report=report, stage=line.stage, amount=amount, currency=line.currency, nature=line.nature,
                instrument=line.instrument, on=on, level=level,
                usd_cents=cents(amount, line.currency, revision.day),
                usd_cents_then=cents(amount, line.currency, on) if on else None,
            )
        )  # fmt: skip
    return rows


def cents(amount: Decimal, currency: str, day: date | None) -> int | None:
    """US cents at the reference rate of a day; None where there is no rate."""
    if day is None:
        return None
    usd = rates.convert(amount, currency, day, extra=entered.rate).amount_usd
    return None if usd is None else int(usd * 100)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == 10 else None


# --- the log -------------------------------------------------------------------------------------------


def put_on_record(reports: Sequence[Report], *, at: datetime) -> None:
    """Make accepted reports public, in this order: number, document, entry, and where their pledges stand now.

    Must run inside the transaction of the action that does it, which has set their state.
    """
    enter_accepted(reports, at=at)
    Report.objects.bulk_update(reports, ON_RECORD, batch_size=BATCH)
    restate({report.pledge_id for report in reports}, at=at)


def enter_accepted(reports: Sequence[Report], *, at: datetime) -> None:
    """Number reports and enter their documents, public since `at`. Their own columns (`ON_RECORD`) are the caller's to save."""
    known = Report.objects.filter(pledge__in={report.pledge_id for report in reports}).exclude(n=None).order_by()
    taken: dict[int, int] = dict(known.values_list("pledge").annotate(last=Count("pk")))
    for report in reports:
        report.n = taken[report.pledge_id] = taken.get(report.pledge_id, 0) + 1
        report.revision, report.published_at = 1, at
        if report.correction_of_id:
            Report.objects.filter(pk=report.correction_of_id, corrected_by=None).update(corrected_by=report)
    _enter(reports, ACCEPTED)


def enter_revised(report: Report, *, at: datetime) -> None:
    """A public report's figures or levels changed (verified, an objection upheld): its document's next revision."""
    report.revision += 1
    _enter([report], REVISED)
    report.save(update_fields=["revision", "sha256", "said_level"])
    restate([report.pledge_id], at=at)


def _enter(reports: Sequence[Report], event: str) -> None:
    entries = []
    prefetch_related_objects(list(reports), *DOCUMENTED)
    for report in reports:
        data = document_bytes(public_document(report, event), new_salt())
        report.sha256 = hashlib.sha256(data).hexdigest()
        entries.append(NewEntry(type=event, reference=report.reference, revision=report.revision, document=data))
    with open_head() as head:
        head.append_many(entries)
        head.changed_many("report", [report.reference for report in reports])


def public_document(report: Report, event: str) -> dict[str, Any]:
    """The public text of a report, before it is salted and hashed. No contact or account data, ever."""
    content, pledge = ReportContent.from_json(report.content), report.pledge
    left_out = set(report.left_out)
    document: dict[str, Any] = {
        "format": FORMAT,
        "type": event,
        "reference": report.reference,
        "revision": report.revision,
        "pledge": pledge.reference,
        "pledge_revision": pledge.current.n,
        "period": {"start": report.period_start.isoformat(), "end": report.period_end.isoformat()},
        "organisation": {"key": report.organisation.slug if report.organisation else "", "name": report.organisation_name},
        "sent": said_on(report).isoformat(),
        "language": content.language,
        "said": content.said,
        "said_level": str(report.said_level),
        "unchanged": content.unchanged,
        "values": [value_document(row) for row in report.values.all()],
    }  # fmt: skip
    if report.round:
        document["round"] = report.round.slug
    for name in ("said_reason", "completed_on", "summary", "difficulties", "lessons", "support"):
        if getattr(content, name) and name not in left_out:
            document[name] = getattr(content, name)
    money = [money_document(row) for row in report.money.all()]
    if money:
        document["money"] = money
    people = getattr(report, "people", None)
    if people is not None:
        document["people"] = people_document(people)
    activities = [{"country": a.country, "text": a.text} for a in report.activities.all()]
    if activities:
        document["activities"] = activities
    if answers := _answers(report, content):
        document["answers"] = answers
    if content.explanations:
        document["explanations"] = dict(content.explanations)
    files = [_evidence_of(e) for e in report.evidence.all() if e.public and e.removed_at is None]
    if files:
        document["evidence"] = files
    done = [v for v in report.verifications.all() if v.state == VerificationState.DONE and v.taken_over_at]
    checked = [_verification_of(verification) for verification in done]
    if checked:
        document["verifications"] = checked
    if report.in_part:
        document["in_part"] = True
        document["left_out"] = sorted(report.left_out)
    if report.correction_of is not None:
        document["corrects"] = report.correction_of.reference
    return document


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value, 4)


def value_document(row: IndicatorValue) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": row.name, "unit": row.unit, "counting": str(row.counting), "headline": row.headline,
        "baseline": _text(row.baseline), "target": _text(row.target),
    }  # fmt: skip
    if row.value is None:
        return said | {"not_assessed": row.not_assessed}
    return said | {
        "value": _text(row.value), "on": row.on.isoformat() if row.on else None, "source": row.source,
        "level": str(row.level), "supported": _text(row.supported), "verified": _text(row.verified),
    }  # fmt: skip


def money_document(row: MoneyStage) -> dict[str, Any]:
    return {
        "stage": str(row.stage), "amount": decimal_text(row.amount, 4), "currency": row.currency, "nature": row.nature,
        "instrument": row.instrument, "on": row.on.isoformat() if row.on else None, "level": str(row.level),
        "usd": None if row.usd_cents is None else decimal_text(Decimal(row.usd_cents) / 100, 2),
        "usd_then": None if row.usd_cents_then is None else decimal_text(Decimal(row.usd_cents_then) / 100, 2),
    }  # fmt: skip


def people_document(row: PeopleReached) -> dict[str, Any]:
    return {
        "total": row.total, "women": row.women, "men": row.men, "groups": row.groups, "how": row.how,
        "level": str(row.level),
    }  # fmt: skip


def _answers(report: Report, content: ReportContent) -> dict[str, str]:
    public = {q.key for q in report.round.questions.all() if q.public} if report.round else set()
    return {key: text for key, text in content.answers if key in public and text}


def _evidence_of(evidence: Any) -> dict[str, Any]:
    said = {"name": evidence.name, "shows": evidence.shows, "seen": evidence.seen_at is not None}
    if evidence.url:
        return said | {"url": evidence.url}
    return said | {"media_type": evidence.media_type, "size": evidence.size, "sha256": evidence.sha256}


def _verification_of(verification: Any) -> dict[str, Any]:
    return {
        "verifier": verification.verifier,
        "organisation": verification.organisation,
        "interest": verification.interest if verification.has_interest else "",
        "scope": verification.scope,
        "outcome": str(verification.outcome),
        "statement": verification.statement,
        "figures": {k: str(v) for k, v in verification.figures.items()},
        "day": verification.done_at.astimezone(UTC).date().isoformat() if verification.done_at else None,
    }
