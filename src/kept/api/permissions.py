"""Who may do what with tokens and webhooks, as predicates with names."""

from __future__ import annotations

from typing import Any

from kept.api.models import Token, WebhookEndpoint
from kept.people.permissions import is_secretariat


def may_make_tokens(person: Any) -> bool:
    """Makes keys for programs: everybody with an open account, for itself."""
    return bool(person and person.is_authenticated and person.is_active)


def may_revoke_token(person: Any, token: Token) -> bool:
    """Ends a token: its account; the secretariat, where one was lost."""
    return may_make_tokens(person) and (token.person_id == person.pk or is_secretariat(person))


def may_add_webhooks(person: Any, endpoint: WebhookEndpoint | None = None) -> bool:
    """Has an address of its own told of what becomes public: everybody with an open account."""
    return may_make_tokens(person)


def may_manage_webhook(person: Any, endpoint: WebhookEndpoint) -> bool:
    """Pauses, removes, sends again: its account, and the secretariat."""
    return may_make_tokens(person) and (endpoint.person_id == person.pk or is_secretariat(person))
