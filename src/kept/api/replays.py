"""A request that wrote and is sent again (a line broke, a program retries) is answered with the first answer.

The caller says which requests are one by an `Idempotency-Key`. The key is written down in the transaction that does the
work: of two at the same time one waits for the other. What was refused changed nothing and is not kept.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from kept.api.models import Replay
from kept.base.endpoints import Caller, Problem

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,200}")
HEADERS = ("ETag", "Location", "Cache-Control", "Content-Type")


def key_of(request: HttpRequest) -> str:
    """The key that came along, "" for none. Raises Problem 400."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if key and not KEY.fullmatch(key):
        raise Problem(400, "Not a key", "An Idempotency-Key is 1 to 200 visible ASCII signs, for example a UUID.")
    return key


def begin(request: HttpRequest, caller: Caller, key: str, at: datetime) -> Replay | HttpResponse:
    """Write the key down, in the caller's transaction; or the first answer, where there was one. Raises Problem 422."""
    fingerprint = hashlib.sha256(
        b"\0".join([(request.method or "").encode(), request.get_full_path().encode("utf-8", "replace"), request.body])
    ).hexdigest()
    try:
        with transaction.atomic():
            return Replay.objects.create(person=caller.person, key=key, fingerprint=fingerprint, made_at=at)
    except IntegrityError:
        earlier = Replay.objects.get(person=caller.person, key=key)
    if at - earlier.made_at > KEPT:
        earlier.delete()
        return begin(request, caller, key, at)
    if earlier.fingerprint != fingerprint:
        raise Problem(422, "Another request", "This Idempotency-Key belongs to another request. Take a new one.")
    response = HttpResponse(earlier.body, status=earlier.status, headers=earlier.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def finish(replay: Replay, response: HttpResponse) -> None:
    """Keep the answer."""
    replay.status, replay.body = response.status_code, response.content.decode()
    replay.headers = {name: response[name] for name in HEADERS if response.has_header(name)}
    replay.save(update_fields=["status", "body", "headers"])


def forget_old(now: datetime) -> None:
    """The worker's duty: answers that are older than a day."""
    Replay.objects.filter(made_at__lt=now - KEPT).delete()
