"""A round from its plan to its publication. Whom it asks, and when, is in asking.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.log.actions import checkpoint
from kept.progress.lifecycle import ROUND
from kept.progress.models import Report, ReportState, Round, RoundQuestion, RoundState
from kept.progress.permissions import may_run_rounds

PLAN = [-14, -3, 1, 14]  # days from the deadline
CHANGEABLE = (
    "names", "introduction", "period_start", "period_end", "deadline", "publishes_on", "selection", "reminders",
    "sample_size",
)  # fmt: skip
WHILE_OPEN = ("names", "introduction", "publishes_on", "reminders", "sample_size")
CHUNK = 500


def locked(round_: Round) -> Round:
    """The round, read anew and locked for this transaction."""
    return Round.objects.select_for_update().get(pk=round_.pk)


def make_round(slug: str, values: Mapping[str, Any], *, by: Any, at: datetime) -> Round:
    """Plan a round. Nobody is asked before it is opened. Raises NotAllowed, Refused."""
    if by is not None and not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    if Round.objects.filter(slug=slug).exists():
        raise Refused(_("There is a round at this address already."))
    _check(values)
    with transaction.atomic():
        made = Round.objects.create(slug=slug, made_by=by, made_at=at, **{"reminders": PLAN, **values})
        history.record("round", made.pk, "create", by=by, at=at, to_state=made.state)
    return made


def change_round(round_: Round, values: Mapping[str, Any], *, by: Any, at: datetime) -> Round:
    """Change the plan; of an open round only what does not change whom it asked for what. Raises NotAllowed, Refused."""
    if by is not None and not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        round_ = locked(round_)
        differs = {name: value for name, value in values.items() if getattr(round_, name) != value}
        free = CHANGEABLE if round_.state == RoundState.DRAFT else WHILE_OPEN
        if round_.state == RoundState.PUBLISHED or set(differs) - set(free):
            raise WrongState(_("People were asked already. This can no longer be changed."))
        _check({name: getattr(round_, name) for name in CHANGEABLE} | differs)
        was = {name: str(getattr(round_, name)) for name in differs}
        for name, value in differs.items():
            setattr(round_, name, value)
        if differs:
            round_.save(update_fields=list(differs))
            data = {"from": was, "to": {name: str(value) for name, value in differs.items()}}
            history.record("round", round_.pk, "change", by=by, at=at, data=data)
    return round_


def _check(values: Mapping[str, Any]) -> None:
    """Raises Refused where the days of a round do not follow each other."""
    start, end, deadline = values["period_start"], values["period_end"], values["deadline"]
    if end < start:
        raise Refused(_("The period ends before it begins."))
    if deadline < end:
        raise Refused(_("The deadline lies within the period: nobody can report on days that have not come."))
    published: date | None = values.get("publishes_on")
    if published is not None and published < deadline:
        raise Refused(_("The findings cannot be published before the deadline."))


def set_questions(round_: Round, questions: Sequence[Mapping[str, Any]], *, by: Any, at: datetime) -> None:
    """Put these questions in place of those of a round that is not open yet. Raises NotAllowed, WrongState."""
    if by is not None and not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        round_ = locked(round_)
        if round_.state != RoundState.DRAFT:
            raise WrongState(_("People were asked already. This can no longer be changed."))
        round_.questions.all().delete()
        RoundQuestion.objects.bulk_create(
            RoundQuestion(round=round_, position=position, **question) for position, question in enumerate(questions)
        )
        history.record("round", round_.pk, "set_questions", by=by, at=at, data={"keys": [q["key"] for q in questions]})


def open_round(round_: Round, *, by: Any, at: datetime) -> Round:
    """Open a round: from now on the worker asks every focal point. Raises NotAllowed, WrongState."""
    return _move(round_, "open", by=by, at=at, opened_at=at)


def close_round(round_: Round, *, by: Any, at: datetime) -> Round:
    """No more answers for it; what was accepted waits for the publication day. Raises NotAllowed, WrongState."""
    round_ = _move(round_, "close", by=by, at=at, closed_at=at)
    announce("round.closed", round=round_, by=by, at=at)
    return round_


def reopen_round(round_: Round, *, by: Any, at: datetime, reason: str) -> Round:
    """Take answers again. Raises NotAllowed, WrongState, ReasonOwed."""
    return _move(round_, "reopen", by=by, at=at, reason=reason, closed_at=None)


def _move(round_: Round, name: str, *, by: Any, at: datetime, reason: str = "", **values: Any) -> Round:
    with transaction.atomic():
        round_ = locked(round_)
        move = ROUND.check(name, round_, state=round_.state, by=by, reason=reason)
        history.record(
            "round", round_.pk, name, by=by, at=at, from_state=round_.state, to_state=move.target, reason=reason
        )
        round_.state = RoundState(move.target)
        for field, value in values.items():
            setattr(round_, field, value)
        round_.save(update_fields=["state", *values])
        announce(f"round.{name}", round=round_, by=by, at=at)
    return round_


def publish_round(round_: Round, *, by: Any, at: datetime) -> Round:
    """End the embargo: every accepted report of the round enters the log, the figures are frozen with a checkpoint.

    In transactions of 500 reports, so that nobody waits; the state changes last. Safe to run again where it was stopped.
    Raises NotAllowed, WrongState.
    """
    ROUND.check("publish", round_, state=round_.state, by=by)
    while _publish_some(round_, by=by, at=at):
        pass
    note = checkpoint()
    from kept.progress.findings import findings_of

    with transaction.atomic():
        round_ = locked(round_)
        move = ROUND.check("publish", round_, state=round_.state, by=by)
        round_.figures, round_.checkpoint = findings_of(round_), note
        round_.state, round_.published_at = RoundState(move.target), at
        round_.save(update_fields=["figures", "checkpoint", "state", "published_at"])
        history.record("round", round_.pk, "publish", by=by, at=at, to_state=round_.state, public=True)
        announce("round.published", round=round_, by=by, at=at)
    return round_


def _publish_some(round_: Round, *, by: Any, at: datetime) -> int:
    from kept.progress.actions.reviewing import make_public

    with transaction.atomic():
        waiting = Report.objects.select_for_update().filter(round=round_, state=ReportState.ACCEPTED)
        chunk = list(waiting.order_by("decided_at", "pk")[:CHUNK])
        make_public(chunk, by=by, at=at)
    return len(chunk)


def publish_due_rounds(now: datetime) -> int:
    """Publish the rounds whose day has come; closes those that are still open. The worker's duty."""
    due = Round.objects.filter(
        state__in=[RoundState.OPEN, RoundState.CLOSED], publishes_on__isnull=False, publishes_on__lte=now.date()
    )
    count = 0
    for round_ in due:
        if round_.state == RoundState.OPEN:
            round_ = close_round(round_, by=None, at=now)
        publish_round(round_, by=None, at=now)
        count += 1
    return count
