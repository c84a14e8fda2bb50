"""Tokens: made by an account for its own programs, shown once, ended by it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.api.models import Token
from kept.api.permissions import may_make_tokens, may_revoke_token
from kept.api.scopes import SCOPES
from kept.api.tokens import PREFIX, digest
from kept.base import history, mail
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.links import link_address

MOST = 50  # tokens of one account that are good at the same time
LIVES = (30, 90, 365)  # days


def make_token(name: str, scopes: Iterable[str], days: int, *, by: Any, at: datetime) -> tuple[Token, str]:
    """Make a token for oneself: (its row, the token itself, which nobody sees again).

    The account gets a mail, so that a token that somebody else made does not stay unseen.
    Raises NotAllowed, Refused (no name, no scope, too many).
    """
    if not may_make_tokens(by):
        raise NotAllowed(_("You may not do this."))
    name, chosen = " ".join(name.split())[:100], [scope for scope in SCOPES if scope in set(scopes)]
    if not name:
        raise Refused(_("Give the token a name, so that you know it again."))
    if not chosen:
        raise Refused(_("Choose what the token may do."))
    if days not in LIVES:
        raise ValueError(f"a token lives {LIVES} days, not {days}")
    if Token.objects.filter(person=by, revoked_at=None, expires_at__gt=at).count() >= MOST:
        raise Refused(_("You have too many tokens. End those that you no longer use."))
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            person=by, name=name, scopes=chosen, digest=digest(text), beginning=text[:9], made_at=at,
            expires_at=at + timedelta(days=days),
        )  # fmt: skip
        history.record("person", by.pk, "make_token", by=by, at=at, data={"token": token.pk, "scopes": chosen})
        mail.queue(
            "api/token_made", to=by.email, person=by, language=by.language, at=at, key=f"token:{token.pk}",
            context={"name": name, "action": gettext_lazy("See your tokens"), "action_url": _page(by)}, subject=("token", token.pk),
        )  # fmt: skip
    return token, text


def revoke_token(token: Token, *, by: Any, at: datetime) -> Token:
    """End a token at once. Raises NotAllowed, WrongState (it is ended)."""
    if not may_revoke_token(by, token):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        token = Token.objects.select_for_update().get(pk=token.pk)
        if token.revoked_at is not None:
            raise WrongState(_("This token is ended already."))
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        history.record("person", token.person_id, "revoke_token", by=by, at=at, data={"token": token.pk})
    return token


def _page(person: Any) -> str:
    return link_address(None, language=person.language, path="/my/tokens/")
