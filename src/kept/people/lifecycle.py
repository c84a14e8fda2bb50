"""The life of a membership, as one table that reads like the diagram in docs/people.md.

asked → member → left
  ↓ refused
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kept.base.lifecycle import Lifecycle, Move
from kept.people.models import Membership, MembershipState
from kept.people.permissions import may_decide_membership, may_end_membership, may_leave

S = MembershipState


def _move(name: str, sources: Iterable[str], target: str, may: Callable[[Any, Membership], bool]) -> Move:
    return Move(name, frozenset(sources), target, may)


MEMBERSHIP = Lifecycle(
    _move("let_in", {S.ASKED}, S.ACTIVE, may_decide_membership),
    _move("refuse", {S.ASKED}, S.REFUSED, may_decide_membership),
    _move("take_back", {S.ASKED}, S.ENDED, may_leave),
    _move("change_role", {S.ACTIVE}, S.ACTIVE, may_decide_membership),
    _move("name_deputy", {S.ACTIVE}, S.ACTIVE, may_decide_membership),
    _move("hand_over", {S.ACTIVE}, S.ACTIVE, may_decide_membership),
    _move("end", {S.ACTIVE}, S.ENDED, may_end_membership),
)


def possible_moves(membership: Membership, by: Any) -> list[str]:
    """What `by` may do with this membership now."""
    return MEMBERSHIP.possible(membership, state=membership.state, by=by)
