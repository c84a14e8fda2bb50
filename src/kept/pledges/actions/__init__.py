"""The verbs of the pledges room: the only code that changes a pledge's state."""

from kept.pledges.actions.drafting import Saved, add_message, create_draft, discard, restore, save_fields
from kept.pledges.actions.partnering import answer_partnership, ask_partners
from kept.pledges.actions.publishing import announce_pledge, publish_due, publish_now
from kept.pledges.actions.reviewing import (
    accept,
    call_back,
    confirm_as_owner,
    decline,
    recall,
    reopen,
    request_changes,
    schedule,
    submit,
)
from kept.pledges.actions.revising import (
    accept_revision,
    begin_revision,
    discard_revision,
    recall_revision,
    refuse_revision,
    request_revision_changes,
    submit_revision,
    supersede,
    withdraw,
)

__all__ = [
    "Saved", "accept", "accept_revision", "add_message", "announce_pledge", "answer_partnership", "ask_partners",
    "begin_revision", "call_back", "confirm_as_owner", "create_draft", "decline", "discard", "discard_revision",
    "publish_due", "publish_now", "recall", "recall_revision", "refuse_revision", "reopen", "request_changes",
    "request_revision_changes", "restore", "save_fields", "schedule", "submit", "submit_revision", "supersede",
    "withdraw",
]  # fmt: skip
