"""The life of an address that is told of events, as a table.

active ⇄ paused, active → failed (it does not answer) → active, all → removed
"""

from __future__ import annotations

from kept.api.models import EndpointState
from kept.api.permissions import may_manage_webhook
from kept.base.lifecycle import Lifecycle, Move

S = EndpointState


def _move(name: str, sources: set[str], target: str) -> Move:
    return Move(name, frozenset(sources), target, may_manage_webhook)


WEBHOOK = Lifecycle(
    _move("pause", {S.ACTIVE}, S.PAUSED),
    _move("resume", {S.PAUSED, S.FAILED}, S.ACTIVE),
    _move("stop", {S.ACTIVE}, S.FAILED),  # the house: it answered 410, or not at all for days
    _move("remove", {S.ACTIVE, S.PAUSED, S.FAILED}, S.REMOVED),
)
BY_HAND = ("pause", "resume", "remove")
