"""The life of a pledge and of its texts, as two tables that read like the diagrams in docs/pledges.md.

draft → submitted → accepted → published → withdrawn | superseded
          ⇅            ↓
  changes_requested   declined
"""

from __future__ import annotations

from kept.base.lifecycle import Lifecycle, Move
from kept.pledges.models import Pledge, Status, TextStatus
from kept.pledges.permissions import (
    may_delist_pledge,
    may_edit_pledge,
    may_review_pledge,
    may_submit_pledge,
    may_supersede_pledge,
    may_withdraw_pledge,
)

S, T = Status, TextStatus


def _move(name, sources, target, may, reason=False) -> Move:
    return Move(name, frozenset(sources), target, may, reason)


PLEDGE = Lifecycle(
    _move("submit", {S.DRAFT, S.CHANGES_REQUESTED}, S.SUBMITTED, may_submit_pledge),
    _move("recall", {S.SUBMITTED}, S.DRAFT, may_submit_pledge),
    _move("request_changes", {S.SUBMITTED, S.ACCEPTED}, S.CHANGES_REQUESTED, may_review_pledge, reason=True),
    _move("accept", {S.SUBMITTED, S.ACCEPTED}, S.ACCEPTED, may_review_pledge),
    _move("call_back", {S.ACCEPTED}, S.SUBMITTED, may_review_pledge),
    _move("publish", {S.ACCEPTED}, S.PUBLISHED, may_review_pledge),
    _move("decline", {S.SUBMITTED, S.ACCEPTED, S.CHANGES_REQUESTED}, S.DECLINED, may_review_pledge, reason=True),
    _move("reopen", {S.DECLINED}, S.SUBMITTED, may_review_pledge),
    _move("discard", {S.DRAFT, S.CHANGES_REQUESTED}, S.DISCARDED, may_edit_pledge),
    _move("restore", {S.DISCARDED}, S.DRAFT, may_edit_pledge),
    _move("withdraw", {S.PUBLISHED}, S.WITHDRAWN, may_withdraw_pledge, reason=True),
    _move("delist", {S.PUBLISHED}, S.WITHDRAWN, may_delist_pledge, reason=True),
    _move("supersede", {S.PUBLISHED}, S.SUPERSEDED, may_supersede_pledge),
)

# A revision beside a published pledge. The published text stays until the new one is accepted.
REVISION = Lifecycle(
    _move("submit_revision", {T.DRAFT, T.CHANGES_REQUESTED}, T.SUBMITTED, may_submit_pledge),
    _move("recall_revision", {T.SUBMITTED}, T.DRAFT, may_submit_pledge),
    _move("request_revision_changes", {T.SUBMITTED}, T.CHANGES_REQUESTED, may_review_pledge, reason=True),
    _move("accept_revision", {T.SUBMITTED}, T.PUBLISHED, may_review_pledge),
    _move("refuse_revision", {T.SUBMITTED}, T.REFUSED, may_review_pledge, reason=True),
    _move("discard_revision", {T.DRAFT, T.CHANGES_REQUESTED}, T.DISCARDED, may_edit_pledge),
)


def possible_moves(pledge: Pledge, by) -> list[str]:
    """What `by` may do with this pledge now, its working revision included."""
    moves = PLEDGE.possible(pledge, state=pledge.status, by=by)
    if pledge.status == S.PUBLISHED and pledge.working is not None:
        moves += REVISION.possible(pledge, state=pledge.working.status, by=by)
    return moves
