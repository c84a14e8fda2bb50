"""The life of a meeting and of a place in a session, as tables that read like those in docs/meetings.md.

draft → announced ⇄ registration_open → (running → past: the clock's)
            ⇅              ↓
          moved        cancelled
"""

from __future__ import annotations

from kept.base.lifecycle import Lifecycle, Move
from kept.meetings.models import RoleState, Status
from kept.meetings.permissions import may_answer_for, may_manage_speakers, may_run_meeting

S, R = Status, RoleState


def _move(name, sources, target, may, reason=False) -> Move:
    return Move(name, frozenset(sources), target, may, reason)


MEETING = Lifecycle(
    _move("announce", {S.DRAFT}, S.ANNOUNCED, may_run_meeting),
    _move("open_registration", {S.ANNOUNCED}, S.REGISTRATION_OPEN, may_run_meeting),
    _move("close_registration", {S.REGISTRATION_OPEN}, S.ANNOUNCED, may_run_meeting),
    # To a day that is not known yet; and to a new day, from there or straight away.
    _move("postpone", {S.ANNOUNCED, S.REGISTRATION_OPEN}, S.MOVED, may_run_meeting, reason=True),
    _move("reschedule", {S.ANNOUNCED, S.REGISTRATION_OPEN, S.MOVED}, S.ANNOUNCED, may_run_meeting, reason=True),
    _move("cancel", {S.ANNOUNCED, S.REGISTRATION_OPEN, S.MOVED}, S.CANCELLED, may_run_meeting, reason=True),
    _move("reinstate", {S.CANCELLED}, S.ANNOUNCED, may_run_meeting, reason=True),
)

# A person's place in a session.
ROLE = Lifecycle(
    _move("invite", {R.PLANNED, R.DECLINED, R.WITHDRAWN}, R.INVITED, may_manage_speakers),
    _move("confirm", {R.PLANNED, R.INVITED, R.DECLINED}, R.CONFIRMED, may_answer_for),
    _move("decline", {R.INVITED, R.CONFIRMED}, R.DECLINED, may_answer_for),
    _move("withdraw", {R.PLANNED, R.INVITED, R.CONFIRMED}, R.WITHDRAWN, may_manage_speakers),
    _move("replace", {R.PLANNED, R.INVITED, R.CONFIRMED, R.DECLINED, R.WITHDRAWN}, R.REPLACED, may_manage_speakers),
)


def possible_moves(meeting, by) -> list[str]:
    """What `by` may do with this meeting now."""
    return MEETING.possible(meeting, state=meeting.status, by=by)
