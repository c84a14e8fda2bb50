"""The life of a registration, as a table that reads like the one in docs/registration.md.

draft → submitted → (pending_guardian →) (pending_focal_point → pending_secretariat →) confirmed | waitlisted → offered → confirmed
      → attended | no_show; rejected, withdrawn, cancelled end it.

A move to SEATED means: confirmed where a seat was free, else on the waiting list; the seats say which
(`actions/seats.py`), so that no row of this table can promise a chair that is not there.
"""

from __future__ import annotations

from typing import Any

from kept.base.lifecycle import Lifecycle, Move
from kept.registration.models import Reply, State, VisaState
from kept.registration.permissions import (
    may_admit,
    may_answer_invitation,
    may_answer_offer,
    may_approve,
    may_approve_for_organisation,
    may_ask_for_letter,
    may_decide_on_letter,
    may_edit_registration,
    may_run_registration,
)

S, R = State, Reply
SEATED = "seated"  # confirmed or waitlisted: as the seats are


def _move(name: str, sources: set, target: str, may: Any, reason: bool = False) -> Move:
    return Move(name, frozenset(sources), target, may, reason)


def _may_run(person: Any, registration: Any) -> bool:
    return may_run_registration(person)


def _may_receive(person: Any, invitation: Any) -> bool:
    return may_admit(person)


WAITS = {S.SUBMITTED, S.PENDING_FOCAL_POINT, S.PENDING_SECRETARIAT}
HELD_UP = WAITS | {S.PENDING_GUARDIAN}  # whom nobody lets in at the door before a guardian has agreed
IN = {S.WAITLISTED, S.OFFERED, S.CONFIRMED}

REGISTRATION = Lifecycle(
    # Sent without an account: a mail is sent first; nobody holds a seat before its link was used.
    _move("submit", {S.DRAFT}, S.SUBMITTED, may_edit_registration),
    _move("confirm_address", {S.DRAFT, S.SUBMITTED}, SEATED, may_edit_registration),
    # By the guardian's own link, which only ever stood in a mail to them: the house itself.
    _move("guardian_agrees", {S.PENDING_GUARDIAN}, SEATED, _may_run),
    _move("approve_for_organisation", {S.PENDING_FOCAL_POINT}, S.PENDING_SECRETARIAT, may_approve_for_organisation),
    _move("refuse_for_organisation", {S.PENDING_FOCAL_POINT}, S.REJECTED, may_approve_for_organisation, True),
    _move("escalate", {S.PENDING_FOCAL_POINT}, S.PENDING_SECRETARIAT, _may_run),  # silence: the house itself
    _move("approve", {S.PENDING_FOCAL_POINT, S.PENDING_SECRETARIAT}, SEATED, may_approve),
    _move("reject", HELD_UP | IN, S.REJECTED, may_approve, True),
    _move("switch", IN, SEATED, may_edit_registration),
    _move("accept_offer", {S.OFFERED}, S.CONFIRMED, may_answer_offer),
    _move("leave_offer", {S.OFFERED}, S.CANCELLED, may_answer_offer),
    _move("seat", {S.WAITLISTED, S.OFFERED}, S.CONFIRMED, _may_run, True),  # past the line, with a name to it
    _move("cancel", HELD_UP | IN | {S.DRAFT}, S.CANCELLED, may_edit_registration),
    _move("withdraw", HELD_UP | IN, S.WITHDRAWN, may_approve_for_organisation, True),
    _move("hand_over", IN, S.WITHDRAWN, may_approve_for_organisation),  # a substitute said yes: the house itself
    _move("reopen", {S.REJECTED, S.CANCELLED, S.WITHDRAWN}, S.PENDING_SECRETARIAT, _may_run),
    _move("attend", {S.CONFIRMED, S.NO_SHOW}, S.ATTENDED, _may_run),
    # At the door: who waits, in order, ten minutes before the start; whoever somebody lets in against a refusal.
    _move("stand_by", {S.WAITLISTED, S.OFFERED}, S.ATTENDED, _may_run),
    _move("let_in", WAITS, S.ATTENDED, _may_run, True),
    _move("unattend", {S.ATTENDED}, S.CONFIRMED, _may_run),  # let in by mistake: the wrong person was ticked
    _move("miss", {S.CONFIRMED}, S.NO_SHOW, _may_run),
)

# An invitation to an event beside the meeting. A move to PLACED means: comes where places are free, else waits in line.
PLACED = "placed"

INVITATION = Lifecycle(
    _move("say_yes", {R.INVITED, R.COMES, R.WAITS, R.OFFERED, R.DECLINED, R.LAPSED}, PLACED, may_answer_invitation),
    _move("say_no", {R.INVITED, R.COMES, R.WAITS, R.OFFERED}, R.DECLINED, may_answer_invitation),
    _move("take_offer", {R.OFFERED}, R.COMES, may_answer_invitation),
    _move("lapse", {R.OFFERED}, R.LAPSED, _may_run),  # silence: the house itself
    _move("take_back", {R.INVITED, R.COMES, R.WAITS, R.OFFERED}, R.TAKEN_BACK, _may_run),
    _move("invite_again", {R.TAKEN_BACK}, R.INVITED, _may_run),
    # Seen at the door: whoever said yes has their place, everybody else who was invited comes in where one is free.
    _move("arrive", {R.INVITED, R.COMES, R.WAITS, R.OFFERED, R.DECLINED, R.LAPSED}, R.COMES, _may_receive),
)

# A letter in support of a visa. Whatever ends it erases the passport's data at once and voids the letter.
V = VisaState
VISA = Lifecycle(
    _move("ask_for_letter", {V.ASKED, V.RETURNED, V.ISSUED, V.ENDED}, V.ASKED, may_ask_for_letter),
    _move("return_request", {V.ASKED}, V.RETURNED, may_decide_on_letter, True),
    _move("issue_letter", {V.ASKED}, V.ISSUED, may_decide_on_letter),
    _move("void_letter", {V.ISSUED}, V.ENDED, may_decide_on_letter, True),
    _move("take_request_back", {V.ASKED, V.RETURNED, V.ISSUED}, V.ENDED, may_ask_for_letter),
    _move("end_request", {V.ASKED, V.RETURNED, V.ISSUED}, V.ENDED, may_decide_on_letter),  # the house: they do not come
)
