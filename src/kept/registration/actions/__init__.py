"""Verbs of the room registration: the only code that changes its state."""

from kept.registration.actions.answering import agree, answer
from kept.registration.actions.approving import (
    approve,
    approve_for_organisation,
    escalate_silence,
    refuse_for_organisation,
    reject,
    withdraw,
)
from kept.registration.actions.arriving import confirm_by_link
from kept.registration.actions.joining import join, opens_at
from kept.registration.actions.offering import (
    accept_offer,
    change_pool,
    lapse_offers,
    leave_offer,
    seat_past_the_line,
)
from kept.registration.actions.registering import (
    ChangedMeanwhile,
    RegisteredAlready,
    cancel,
    confirm_address,
    may_register_now,
    save_draft,
    start,
    submit,
    switch,
)
from kept.registration.actions.setting_up import (
    add_category,
    add_pool,
    add_pool_for,
    ask,
    change_category,
    close_category,
    delegation_of,
    limit_delegation,
    set_up_usual,
    settle_everything,
    stop_asking,
)

__all__ = [
    "ChangedMeanwhile",
    "RegisteredAlready",
    "accept_offer",
    "add_category",
    "add_pool",
    "add_pool_for",
    "agree",
    "answer",
    "approve",
    "approve_for_organisation",
    "ask",
    "cancel",
    "change_category",
    "change_pool",
    "close_category",
    "confirm_address",
    "confirm_by_link",
    "delegation_of",
    "escalate_silence",
    "join",
    "lapse_offers",
    "leave_offer",
    "limit_delegation",
    "may_register_now",
    "opens_at",
    "refuse_for_organisation",
    "reject",
    "save_draft",
    "seat_past_the_line",
    "set_up_usual",
    "settle_everything",
    "start",
    "stop_asking",
    "submit",
    "switch",
    "withdraw",
]
