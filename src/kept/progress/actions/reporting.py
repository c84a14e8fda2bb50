"""Writing a report, several people at once, without losing a word; sending it; "nothing changed"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.permissions import is_secretariat
from kept.pledges.actions.drafting import Saved
from kept.progress import nonsense, rules
from kept.progress.content import FIELDS, ReportContent
from kept.progress.known import known_of, last_report, may_say_unchanged, starting_content, wanted_of
from kept.progress.lifecycle import REPORT
from kept.progress.models import Asked, Origin, Report, ReportState, RoundState
from kept.progress.permissions import may_answer, may_write_report
from kept.progress.restate import restate
from kept.progress.who import name_of, person_of

BEING_WRITTEN = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.ASKED_BACK)


def locked(report: Report) -> Report:
    """The report, read anew and locked for this transaction; every action begins with it."""
    return Report.objects.select_for_update().get(pk=report.pk)


def begin(asked: Asked, *, by: Any, at: datetime, language: str = "en", origin: str = Origin.FORM) -> Report:
    """The report that answers a question: the one being written, else a new one filled with what is known.

    Raises NotAllowed; WrongState where the round takes no more answers, or it was answered.
    """
    if not (is_secretariat(by) and origin == Origin.DESK) and not _may_begin(by, asked):
        raise NotAllowed(_("You may not do this."))
    found = Report.objects.filter(asked=asked, state__in=BEING_WRITTEN).first()
    if found is not None:
        return found
    if Report.objects.filter(asked=asked, state__in=[ReportState.ACCEPTED, ReportState.PUBLISHED]).exists():
        raise WrongState(_("This has been answered already."))
    if asked.round.state != RoundState.OPEN:
        raise WrongState(_("This round takes no more answers."))
    return _create(asked, starting_content(asked.pledge, language), by=by, at=at, origin=origin)


def _may_begin(by: Any, asked: Asked) -> bool:
    from kept.people.permissions import writes_for
    from kept.progress.models import Letter

    return may_answer(by, asked) or (not isinstance(by, Letter) and writes_for(by, asked.pledge.lead_id))


def _create(
    asked: Asked, content: ReportContent, *, by: Any, at: datetime, origin: str, correction_of: Report | None = None
) -> Report:
    with transaction.atomic():
        Asked.objects.select_for_update().get(pk=asked.pk)
        found = Report.objects.filter(asked=asked, state__in=BEING_WRITTEN).first()
        if found is not None:  # somebody else began at the same moment
            return found
        organisation = asked.pledge.lead
        report = Report.objects.create(
            pledge=asked.pledge, asked=asked, round=asked.round, organisation=organisation,
            organisation_name=organisation.name if organisation else "", origin=origin,
            period_start=asked.round.period_start, period_end=asked.round.period_end,
            content=content.to_json(), made_at=at, changed_at=at, changed_by=person_of(by),
            changed_by_name=name_of(by), correction_of=correction_of,
        )  # fmt: skip
        history.record("report", report.pk, "create", by=person_of(by), at=at, to_state=report.state)
    return report


def begin_correction(report: Report, *, by: Any, at: datetime) -> Report:
    """Begin a report that is to take the place of a public one; the former stays readable for ever.

    Raises NotAllowed, WrongState.
    """
    if report.asked is None or not _may_begin(by, report.asked):
        raise NotAllowed(_("You may not do this."))
    if report.state != ReportState.PUBLISHED or report.corrected_by_id is not None:
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    content = ReportContent.from_json(report.content).with_(unchanged=False, explanations=())
    return _create(report.asked, content, by=by, at=at, origin=Origin.FORM, correction_of=report)


def save_fields(
    report: Report,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime,
    base_version: int | Mapping[str, int],
    typed: Mapping[str, str] | None = None,
    force: bool = False,
) -> Saved:
    """Save some fields, as typed; what somebody else changed since comes back as a conflict and is not overwritten.

    As `pledges.actions.save_fields` does it. Raises NotAllowed, WrongState (it is with the secretariat).
    """
    typed = dict(typed or {})
    unknown = set(values) - set(FIELDS) | set(typed) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    with transaction.atomic():
        now = locked(report)
        if not may_write_report(by, now):
            raise NotAllowed(_("You may not do this."))
        if not now.is_open:
            raise WrongState(_("This report is with the secretariat. Take it back before you change it."))
        saved = _merge(now, values, typed, base_version, force)
        if saved.changed:
            now.changed_at, now.changed_by, now.changed_by_name = at, person_of(by), name_of(by)
            now.save(
                update_fields=["content", "typed", "version", "field_versions", "changed_at", "changed_by",
                               "changed_by_name"]
            )  # fmt: skip
    report.refresh_from_db()
    return saved


def _merge(
    report: Report, values: Mapping[str, Any], typed: Mapping[str, str], base: int | Mapping[str, int], force: bool
) -> Saved:
    before = ReportContent.from_json(report.content)
    old = before.to_json()
    new = ReportContent.from_json(before.with_(**values).to_json()).to_json()
    saved = Saved(version=report.version)
    for name in sorted({*values, *typed}):
        was, becomes = report.typed.get(name, old.get(name)), typed.get(name, new.get(name))
        if was == becomes and (name in report.typed) == (name in typed):
            continue
        seen = base if isinstance(base, int) else base.get(name, 0)
        if not force and report.field_versions.get(name, 0) > seen:
            saved.conflicts[name] = (was, becomes)
            continue
        saved.changed.append(name)
        if name in typed:
            report.typed[name] = typed[name]
            continue
        report.typed.pop(name, None)
        old[name] = new.get(name)
    if saved.changed:
        report.content = {k: v for k, v in old.items() if v not in (None, "", [], {}, False)}
        report.version += 1
        report.field_versions |= dict.fromkeys(saved.changed, report.version)
        saved.version = report.version
    return saved


class Incomplete(Refused):
    """The report cannot be sent yet: `problems` have to be put right, `questions` of nonsense.py answered."""

    def __init__(self, problems: list[rules.Problem], questions: list[nonsense.Question]) -> None:
        super().__init__(_("Something has to be put right before this report can be sent."))
        self.problems = problems
        self.questions = questions


def what_is_missing(report: Report, at: datetime, language: str = "en") -> Incomplete | None:
    """What stands against sending a report; None where nothing does."""
    content = ReportContent.from_json(report.content)
    found = rules.problems(content, wanted_of(report, language))
    asks = nonsense.unanswered(content, known_of(report, at.astimezone(UTC).date()))
    return Incomplete(found, asks) if found or asks else None


def all_questions(report: Report, at: datetime) -> list[nonsense.Question]:
    """Everything that the rules against nonsense ask about a report, answered or not."""
    content = ReportContent.from_json(report.content)
    return nonsense.questions(content, known_of(report, at.astimezone(UTC).date()))


def send(report: Report, *, by: Any, at: datetime, language: str = "en") -> Report:
    """Send a report to the secretariat. It answers the round: reminders stop. Raises NotAllowed, WrongState, Incomplete."""
    with transaction.atomic():
        report = locked(report)
        move = REPORT.check("send", report, state=report.state, by=by)
        missing = what_is_missing(report, at, language)
        if missing is not None:
            raise missing
        _sent(report, move.target, by=by, at=at)
    return report


def _sent(report: Report, target: str, *, by: Any, at: datetime) -> None:
    was = report.state
    report.state = ReportState(target)
    report.submitted_at, report.submitted_by_name = at, name_of(by)
    report.save(update_fields=["state", "submitted_at", "submitted_by_name"])
    if report.asked_id is not None:
        asked = Asked.objects.select_for_update().get(pk=report.asked_id)
        asked.answered_at = asked.answered_at or at
        asked.sent_back_at, asked.unreachable_since = None, None
        asked.save(update_fields=["answered_at", "sent_back_at", "unreachable_since"])
        restate([report.pledge_id], at=at)
    history.record("report", report.pk, "send", by=person_of(by), at=at, from_state=was, to_state=report.state)
    announce("report.submitted", report=report, by=by, at=at)


def nothing_changed(asked: Asked, *, by: Any, at: datetime, language: str = "en") -> Report:
    """Answer that nothing changed: the figures of the last report stay, with their old dates.

    Raises NotAllowed, WrongState, and Refused where there is nothing to keep, where the last answer was the same, or
    where the pledge's date has passed.
    """
    if not may_answer(by, asked):
        raise NotAllowed(_("You may not do this."))
    against = may_say_unchanged(asked, at.astimezone(UTC).date())
    if against:
        raise Refused(UNCHANGED_REFUSED[against]())
    former = last_report(asked.pledge)
    assert former is not None
    kept = ReportContent.from_json(former.content).with_(unchanged=True, explanations=(), answers=(), language=language)
    with transaction.atomic():
        report = begin(asked, by=by, at=at, language=language)
        move = REPORT.check("send", report, state=report.state, by=by)
        report.content, report.typed = kept.to_json(), {}
        report.version += 1
        report.save(update_fields=["content", "typed", "version"])
        _sent(report, move.target, by=by, at=at)
    return report


UNCHANGED_REFUSED = {
    "nothing": lambda: _("There is no accepted report yet whose figures could stay. Please write one."),
    "twice": lambda: _("The last answer already was that nothing changed. This time please write a report."),
    "ended": lambda: _("The pledge's date has passed. Please say what became of it."),
}


def take_back(report: Report, *, by: Any, at: datetime) -> Report:
    """Take a report back before anybody decided on it. Raises NotAllowed, WrongState."""
    return _simple(report, "take_back", by=by, at=at)


def discard(report: Report, *, by: Any, at: datetime) -> Report:
    """Throw away a report that was never sent. Raises NotAllowed, WrongState."""
    return _simple(report, "discard", by=by, at=at)


def _simple(report: Report, name: str, *, by: Any, at: datetime) -> Report:
    with transaction.atomic():
        report = locked(report)
        move = REPORT.check(name, report, state=report.state, by=by)
        history.record(
            "report", report.pk, name, by=person_of(by), at=at, from_state=report.state, to_state=move.target
        )
        report.state = ReportState(move.target)
        report.save(update_fields=["state"])
        if name == "take_back" and report.asked_id is not None:
            Asked.objects.filter(pk=report.asked_id).update(sent_back_at=at)
            restate([report.pledge_id], at=at)
    return report
