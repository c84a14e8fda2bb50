"""What the secretariat does with a report: ask back, accept, accept in part, refuse; the conversation stays with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.permissions import is_secretariat
from kept.progress import nonsense
from kept.progress.actions.reporting import locked
from kept.progress.content import ReportContent
from kept.progress.known import known_of
from kept.progress.lifecycle import REPORT
from kept.progress.models import Asked, Evidence, Report, ReportMessage, ReportState, RoundState
from kept.progress.permissions import may_see_report
from kept.progress.record import project, put_on_record
from kept.progress.restate import restate
from kept.progress.statuses import Level
from kept.progress.who import name_of, person_of


def say(report: Report, text: str, *, by: Any, at: datetime, internal: bool = False) -> ReportMessage:
    """Say something in the conversation about a report. Raises NotAllowed."""
    staff = is_secretariat(by)
    if not may_see_report(by, report) or (internal and not staff) or by is None:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        message = ReportMessage.objects.create(
            report=report, at=at, by=person_of(by), by_name=name_of(by), from_secretariat=staff, internal=internal,
            text=text.strip(),
        )  # fmt: skip
        announce("report.message", report=report, message=message, by=by, at=at)
    return message


def ask_back(report: Report, *, by: Any, at: datetime, reason: str) -> Report:
    """Send a report back with what is to be put right. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        report = locked(report)
        _move(report, "ask_back", by=by, at=at, reason=reason)
        report.save(update_fields=["state"])
        ReportMessage.objects.create(
            report=report, at=at, by=by, by_name=name_of(by), from_secretariat=True, text=reason.strip()
        )
        if report.asked_id is not None:
            Asked.objects.filter(pk=report.asked_id).update(sent_back_at=at)
            restate([report.pledge_id], at=at)
        announce("report.asked_back", report=report, by=by, at=at, reason=reason)
    return report


def refuse(report: Report, *, by: Any, at: datetime, reason: str) -> Report:
    """Refuse a report for good; its question is unanswered again. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        report = locked(report)
        _move(report, "refuse", by=by, at=at, reason=reason)
        report.decided_at, report.decided_by = at, by
        report.save(update_fields=["state", "decided_at", "decided_by"])
        if report.asked_id is not None:
            Asked.objects.filter(pk=report.asked_id).update(answered_at=None, sent_back_at=None)
            restate([report.pledge_id], at=at)
        announce("report.refused", report=report, by=by, at=at, reason=reason)
    return report


def accept(
    report: Report,
    *,
    by: Any,
    at: datetime,
    supported: Mapping[str, Decimal] | None = None,
    levels: Mapping[str, Level] | None = None,
    left_out: Sequence[str] = (),
    reason: str = "",
) -> Report:
    """Accept a report, whole or without some of its figures; it is public at once where no embargo holds it.

    What the rules against nonsense ask and nobody has answered (of a report that was fetched, or by what became known
    since it was sent) is accepted with a reason alone, and what can never be right not at all.
    `supported`: up to which value the evidence that was seen supports an indicator, by name; `levels`: of "said", "money",
    "people". What is left out says why. Raises NotAllowed, WrongState, Refused.
    """
    if left_out and not reason.strip() and by is not None:
        raise Refused(_("Say why parts of the report are left out. Its owner reads the reason."))
    levels = dict(levels or {})
    seen = bool(supported) or any(level != Level.SELF_REPORTED for level in levels.values())
    with transaction.atomic():
        report = locked(report)
        files = report.evidence.filter(removed_at=None)
        if seen and by is not None and not files.exists():
            raise Refused(
                _("There is no document with this report. A figure can be supported only by one that was seen.")
            )
        waits = [] if by is None else open_questions(report, left_out, at)
        _held_back(waits, reason)
        _move(report, "accept", by=by, at=at, reason=reason)
        report.decided_at, report.decided_by = at, by
        report.in_part, report.left_out = bool(left_out), sorted(left_out)
        project(report, dict(supported or {}), levels)
        report.save()
        if seen:
            Evidence.objects.filter(report=report, removed_at=None, seen_at=None).update(seen_at=at, seen_by=by)
        if left_out or waits:
            ReportMessage.objects.create(
                report=report, at=at, by=by, by_name=name_of(by), from_secretariat=True, text=reason.strip()
            )
        announce("report.decided", report=report, by=by, at=at, reason=reason)
        if report.round is None or report.round.state == RoundState.PUBLISHED or report.round.publishes_on is None:
            make_public([report], by=None, at=at)
    return report


def open_questions(report: Report, left_out: Sequence[str], at: datetime) -> list[nonsense.Question]:
    """What the rules against nonsense ask about what is not left out, and nobody has answered."""
    content = ReportContent.from_json(report.content)
    found = nonsense.unanswered(content, known_of(report, at.astimezone(UTC).date()))
    gone = set(left_out)
    return [q for q in found if not {q.field, f"{q.field}:{q.about}"} & gone]


def _held_back(waits: Sequence[nonsense.Question], reason: str) -> None:
    """Raises Refused for what can never be right, and for what nobody gives a reason for."""
    never = next((q for q in waits if q.rule in nonsense.NEVER_RIGHT), None)
    if never is not None:
        told = {"question": never.text}
        raise Refused(_("This can never be right: leave it out, or ask back. %(question)s") % told)
    if waits and not reason.strip():
        told = {"question": waits[0].text}
        raise Refused(
            _("Nobody has answered this. Say why you accept it, leave it out, or ask back. %(question)s") % told
        )


def make_public(reports: Sequence[Report], *, by: Any, at: datetime) -> None:
    """Publish accepted reports; inside the caller's transaction. Announces `report.accepted` for each."""
    if not reports:
        return
    for report in reports:
        _move(report, "publish", by=by, at=at)
    put_on_record(reports, at=at)
    for report in reports:
        announce("report.accepted", report=report, at=at)


def publish_due_reports(now: datetime) -> int:
    """Publish accepted reports that nothing holds back any more (a round was published meanwhile). The worker's duty."""
    free = Report.objects.filter(state=ReportState.ACCEPTED, round__state=RoundState.PUBLISHED)
    count = 0
    while free.exists():
        with transaction.atomic():
            chunk = list(free.select_for_update(of=("self",)).order_by("decided_at", "pk")[:200])
            make_public(chunk, by=None, at=now)
        count += len(chunk)
    return count


def _move(report: Report, name: str, *, by: Any, at: datetime, reason: str = "") -> None:
    move = REPORT.check(name, report, state=report.state, by=by, reason=reason)
    history.record(
        "report", report.pk, name, by=by, at=at, from_state=report.state, to_state=move.target, reason=reason
    )
    report.state = ReportState(move.target)
