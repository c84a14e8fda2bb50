"""Verbs of the room registration: the only code that changes its state."""

from kept.registration.actions.approving import (
    approve,
    approve_for_organisation,
    escalate_silence,
    refuse_for_organisation,
    reject,
    withdraw,
)
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

__all__ = [
    "ChangedMeanwhile",
    "RegisteredAlready",
    "accept_offer",
    "approve",
    "approve_for_organisation",
    "cancel",
    "change_pool",
    "confirm_address",
    "escalate_silence",
    "lapse_offers",
    "leave_offer",
    "may_register_now",
    "refuse_for_organisation",
    "reject",
    "save_draft",
    "seat_past_the_line",
    "start",
    "submit",
    "switch",
    "withdraw",
]
