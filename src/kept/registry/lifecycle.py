"""The life of a saved search and of a remark, as tables.

search: waiting → active ⇄ paused, all → ended
remark: unconfirmed → new → with_owner → answered → corrected → closed (and back, where it was closed too soon)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kept.base.lifecycle import Lifecycle, Move
from kept.registry.models import RemarkState, SearchState
from kept.registry.permissions import may_answer_remark, may_handle_remark, may_keep_search

S, R = SearchState, RemarkState


def _by_the_link(person: Any, subject: Any) -> bool:
    """Nobody signed in does this: the link in the mail does (`by=None`)."""
    return False


def _move(name: str, sources: set[str], target: str, may: Callable[[Any, Any], bool], reason: bool = False) -> Move:
    return Move(name, frozenset(sources), target, may, reason)


SEARCH = Lifecycle(
    _move("confirm", {S.WAITING}, S.ACTIVE, _by_the_link),
    _move("pause", {S.ACTIVE}, S.PAUSED, may_keep_search),
    _move("resume", {S.PAUSED}, S.ACTIVE, may_keep_search),
    _move("end", {S.WAITING, S.ACTIVE, S.PAUSED}, S.ENDED, may_keep_search),
)
REMARK = Lifecycle(
    _move("confirm", {R.UNCONFIRMED}, R.NEW, _by_the_link),
    _move("pass_on", {R.NEW}, R.WITH_OWNER, may_handle_remark),
    _move("answer", {R.NEW, R.WITH_OWNER}, R.ANSWERED, may_answer_remark, reason=True),
    # The house does it when the correction that was begun after the remark is published; the secretariat may name one.
    _move("correct", {R.NEW, R.WITH_OWNER, R.ANSWERED}, R.CORRECTED, may_handle_remark),
    _move("close", {R.NEW, R.WITH_OWNER, R.ANSWERED, R.CORRECTED}, R.CLOSED, may_handle_remark),
    _move("reopen", {R.ANSWERED, R.CORRECTED, R.CLOSED}, R.NEW, may_handle_remark),
)
