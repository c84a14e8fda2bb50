"""The verbs of the API room: tokens that accounts make for themselves, addresses that are told of events."""

from kept.api.actions.making_tokens import make_token, revoke_token
from kept.api.actions.telling import add_webhook, move_webhook, new_secret, send_again, send_test

__all__ = [
    "add_webhook", "make_token", "move_webhook", "new_secret", "revoke_token", "send_again", "send_test",
]  # fmt: skip
