"""Who asks: the bearer token of a request, compared by its hash. Nothing else signs anybody in to the API."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from kept.api.models import Token
from kept.base.endpoints import Caller, Problem
from kept.people.permissions import second_factor_is_owed

PREFIX = "kept_"
FORM = re.compile(r"kept_[A-Za-z0-9_-]{43}")
USED_WITHIN = timedelta(minutes=1)  # how precisely "last used" is kept: not a write for each request


def digest(token: str) -> str:
    """SHA-256 of a token: what is stored."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def unknown(detail: str) -> Problem:
    """401, and how to ask."""
    challenge = {"WWW-Authenticate": 'Bearer realm="api"'}
    return Problem(401, "Who are you?", detail, headers=challenge)


def who(request: HttpRequest) -> Caller | None:
    """The caller that the token names, None where there is none. Raises Problem 401 for one that is not good."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return None
    scheme, _space, text = header.partition(" ")
    token = text.strip()
    if scheme.lower() != "bearer" or not FORM.fullmatch(token):
        raise unknown("Send `Authorization: Bearer kept_…` with a token that your account made under /my/tokens/.")
    found = Token.objects.select_related("person").filter(digest=digest(token)).first()
    now = timezone.now()
    if found is None or not is_good(found, now):
        raise unknown("This token is not known, was revoked, or its time is over. Make another under /my/tokens/.")
    if found.last_used_at is None or now - found.last_used_at > USED_WITHIN:
        Token.objects.filter(pk=found.pk).update(last_used_at=now)
    person = found.person
    if second_factor_is_owed(person):
        person.second_factor_owed = True  # type: ignore[attr-defined]  # staff without it are no staff
    return Caller(person, frozenset(found.scopes))


def is_good(token: Token, now: datetime) -> bool:
    """Neither revoked nor over, and its account is open."""
    return token.revoked_at is None and token.expires_at > now and token.person.is_active


def allow(caller: Caller | None, scope: str) -> Caller:
    """The caller, if the token allows this. Raises Problem 401 or 403."""
    if caller is None:
        raise unknown("Send `Authorization: Bearer kept_…` with a token that your account made under /my/tokens/.")
    if scope not in caller.scopes:
        challenge = {"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'}
        raise Problem(403, "Not with this token", f"The token does not allow {scope}. Make one that does under "
                      "/my/tokens/.", headers=challenge)  # fmt: skip
    return caller
