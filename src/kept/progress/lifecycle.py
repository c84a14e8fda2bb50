"""The lives of a round, a report, a verification and an objection, as tables that read like those in docs/progress.md.

draft → submitted → accepted → published
          ⇅            ↓
      asked_back     refused
"""

from __future__ import annotations

from kept.base.lifecycle import Lifecycle, Move
from kept.progress.models import AppealState, ReportState, RoundState
from kept.progress.permissions import (
    may_decide_appeal,
    may_review_report,
    may_run_rounds,
    may_send_report,
    may_write_report,
)

R, S, A = RoundState, ReportState, AppealState


def _move(name, sources, target, may, reason=False) -> Move:
    return Move(name, frozenset(sources), target, may, reason)


ROUND = Lifecycle(
    _move("open", {R.DRAFT}, R.OPEN, may_run_rounds),
    _move("close", {R.OPEN}, R.CLOSED, may_run_rounds),
    _move("reopen", {R.CLOSED}, R.OPEN, may_run_rounds, reason=True),
    _move("publish", {R.CLOSED}, R.PUBLISHED, may_run_rounds),
)

REPORT = Lifecycle(
    _move("send", {S.DRAFT, S.ASKED_BACK}, S.SUBMITTED, may_send_report),
    _move("take_back", {S.SUBMITTED}, S.DRAFT, may_send_report),
    _move("ask_back", {S.SUBMITTED, S.ACCEPTED}, S.ASKED_BACK, may_review_report, reason=True),
    _move("accept", {S.SUBMITTED}, S.ACCEPTED, may_review_report),
    _move("publish", {S.ACCEPTED}, S.PUBLISHED, may_review_report),
    _move("refuse", {S.SUBMITTED, S.ASKED_BACK}, S.REFUSED, may_review_report, reason=True),
    _move("discard", {S.DRAFT, S.ASKED_BACK}, S.DISCARDED, may_write_report),
)

APPEAL = Lifecycle(
    _move("uphold", {A.OPEN}, A.UPHELD, may_decide_appeal, reason=True),
    _move("reject", {A.OPEN}, A.REJECTED, may_decide_appeal, reason=True),
)
