"""The verbs of the pledges room: the only code that changes a pledge's state."""

from kept.pledges.actions.asking import ask_owner, ask_partner, ask_to_send
from kept.pledges.actions.attaching import add_attachment, attach_letter, remove_attachment
from kept.pledges.actions.correcting import correct_rate, redact
from kept.pledges.actions.deciding import assign, decide, look, publish_safe
from kept.pledges.actions.drafting import Saved, add_message, create_draft, discard, restore, save_fields
from kept.pledges.actions.naming_terms import save_term
from kept.pledges.actions.partnering import answer_partnership, ask_partners, name_partner
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
from kept.pledges.actions.translating import (
    ask_translation,
    cancel_translation,
    finish_translation,
    publish_translation,
    save_translation,
    send_translation_back,
)

__all__ = [
    "Saved", "accept", "accept_revision", "add_attachment", "add_message", "announce_pledge", "answer_partnership",
    "ask_owner", "ask_partner", "ask_partners", "ask_to_send", "ask_translation", "assign", "attach_letter",
    "begin_revision",
    "call_back", "cancel_translation", "confirm_as_owner", "correct_rate", "create_draft", "decide", "decline",
    "discard", "discard_revision", "finish_translation", "look", "name_partner", "publish_due", "publish_now",
    "publish_safe", "publish_translation", "recall", "recall_revision", "redact", "refuse_revision",
    "remove_attachment", "reopen", "request_changes", "request_revision_changes", "restore", "save_fields",
    "save_term", "save_translation", "schedule", "send_translation_back", "submit", "submit_revision", "supersede",
    "withdraw",
]  # fmt: skip
