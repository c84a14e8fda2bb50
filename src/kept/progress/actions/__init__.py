"""What can be done in this room, by what it is about."""

from kept.progress.actions.appealing import decide_appeal, object_to
from kept.progress.actions.asking import ask_due, extend, hand_over, remind_due, remind_now
from kept.progress.actions.definitions import change_definition, define, give_definition, take_definition
from kept.progress.actions.evidence import add_evidence, remove_evidence
from kept.progress.actions.fetching import add_source, fetch_due, fetch_source, remove_source
from kept.progress.actions.other_registries import import_list
from kept.progress.actions.parts import answer_part, ask_partners_due
from kept.progress.actions.reporting import (
    Incomplete,
    all_questions,
    begin,
    begin_correction,
    discard,
    nothing_changed,
    save_fields,
    send,
    take_back,
    what_is_missing,
)
from kept.progress.actions.reviewing import accept, ask_back, make_public, publish_due_reports, refuse, say
from kept.progress.actions.rounds import (
    change_round,
    close_round,
    make_round,
    open_round,
    publish_due_rounds,
    publish_round,
    reopen_round,
    set_questions,
)
from kept.progress.actions.same_money import (
    decide_same_money,
    flag_same_money,
    look_for_same_money,
    look_in_list,
    look_lately,
)
from kept.progress.actions.silence import notify_due, reply_to_notice
from kept.progress.actions.verification import ask_verifier, decline_verification, draw_sample, verify
from kept.progress.nonsense import NEVER_RIGHT

__all__ = [
    "answer_part",
    "ask_partners_due",
    "take_definition",
    "give_definition",
    "define",
    "change_definition",
    "NEVER_RIGHT",
    "Incomplete",
    "accept",
    "add_evidence",
    "add_source",
    "all_questions",
    "ask_back",
    "ask_due",
    "ask_verifier",
    "begin",
    "begin_correction",
    "change_round",
    "close_round",
    "decide_appeal",
    "decide_same_money",
    "decline_verification",
    "discard",
    "draw_sample",
    "extend",
    "flag_same_money",
    "fetch_due",
    "fetch_source",
    "hand_over",
    "import_list",
    "look_for_same_money",
    "look_in_list",
    "look_lately",
    "make_public",
    "make_round",
    "nothing_changed",
    "notify_due",
    "object_to",
    "open_round",
    "publish_due_reports",
    "publish_due_rounds",
    "publish_round",
    "refuse",
    "remind_due",
    "remind_now",
    "remove_evidence",
    "remove_source",
    "reopen_round",
    "reply_to_notice",
    "save_fields",
    "say",
    "send",
    "set_questions",
    "take_back",
    "verify",
    "what_is_missing",
]
