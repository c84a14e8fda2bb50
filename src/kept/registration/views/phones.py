"""What a phone at a door says and takes: JSON, by the token that it made when it took its place (`Authorization: Bearer`).

No account, no cookie, no session. Every answer says the server's clock, so that a phone whose own is wrong is put right.
The shapes are told in docs/registration.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kept.base.languages import LANGUAGES
from kept.base.lifecycle import Refused
from kept.registration import actions, guests
from kept.registration.actions import Heard
from kept.registration.admission import REFUSALS
from kept.registration.models import CheckIn, Device

MOST_HEARD = 200  # check-ins in one request; a phone with more sends them in turn
MOST_BYTES = 200_000
GOOD_FOR = timedelta(hours=24)  # so long a list stays on a phone that hears nothing
NONCE, WHO, TOKEN = re.compile(r"[0-9A-Za-z-]{1,40}"), re.compile(r"[0-9a-f]{16}"), re.compile(r"[0-9A-Za-z_-]{24,100}")


class NotUnderstood(Exception):
    """What came is not of the shape that the handbook tells."""


def for_phones(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for a phone that is good: gets it as `device`. Else 401, and the phone erases its list."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        device = actions.good_device(_bearer(request), at, late=view.__name__ == "sync")
        if device is None:
            return problem(401, "gone")
        try:
            return view(request, device, at)
        except NotUnderstood as wrong:
            return problem(400, "not_understood", str(wrong))
        except Refused as refusal:
            return problem(401 if refusal.code == "gone" else 409, refusal.code or "refused")

    return csrf_exempt(never_cache(guarded))


def problem(status: int, code: str, detail: str = "") -> JsonResponse:
    """An error for the phone's program (RFC 9457)."""
    told = {"type": "about:blank", "status": status, "code": code, **({"detail": detail} if detail else {})}
    return JsonResponse(told, status=status, content_type="application/problem+json")


def _bearer(request: HttpRequest) -> str:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and TOKEN.fullmatch(token.strip()) else ""


@csrf_exempt
@never_cache
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """/check-in/phone/take: the link of the desk (as bearer) and the token that the phone made."""
    try:
        token = body_of(request).get("token")
    except NotUnderstood as wrong:
        return problem(400, "not_understood", str(wrong))
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        return problem(400, "not_understood", "token: 24 to 100 letters of base64url that the phone made by chance.")
    try:
        device = actions.take_device(_bearer(request), token, timezone.now())
    except Refused:
        return problem(401, "gone")
    return JsonResponse({"device": device.label, "expires": device.expires_at.isoformat()})


@for_phones
@require_safe
def people(request: HttpRequest, device: Device, at: datetime) -> HttpResponse:
    """/check-in/phone/list: who may stand before this phone; as little of them as the door needs."""
    counted, told = device.gate.list, actions.take_in(device, [], turn=0, holding=0, at=at)
    answer = {
        **_standing(device, told, at),
        "device": device.label,
        "meeting": counted.meeting.names,
        "door": counted.names,
        "gate": device.gate.names,
        "time_zone": counted.meeting.time_zone,
        "categories": {
            str(one.pk): {tongue.code: one.name_in(tongue.code) for tongue in LANGUAGES}
            for one in counted.meeting.categories.all()
        },
        "guests": guests.list_for(counted, at),
    }
    return JsonResponse(answer)


@for_phones
@require_POST
def sync(request: HttpRequest, device: Device, at: datetime) -> HttpResponse:
    """/check-in/phone/sync: what the phone saw goes in, what it asks is answered, what is new comes back."""
    said = body_of(request)
    heard = said.get("heard", [])
    if not isinstance(heard, list) or len(heard) > MOST_HEARD:
        raise NotUnderstood(f"heard: a list of at most {MOST_HEARD} check-ins.")
    told = actions.take_in(
        device, [_heard(one, at) for one in heard], turn=_whole(said, "turn"), holding=_whole(said, "holding"), at=at
    )
    counted, known = device.gate.list, _moment(said.get("known"), "known")
    if not device.is_good(at):  # it tells what it saw, and hears nothing new
        results = [_result(one, told) for one in told.results]
        return JsonResponse(
            {**_standing(device, told, at), "results": results, "news": [], "changes": [], "again": False}
        )
    news = guests.news_for(counted, _whole(said, "latest"))
    changes, again = guests.changes_for(counted, known, at)
    answer = {
        **_standing(device, told, at), "results": [_result(one, told) for one in told.results], "news": news,
        "changes": changes, "again": again,
    }  # fmt: skip
    if len(news) == guests.MOST_NEWS:
        answer["latest"] = news[-1]["n"]  # the rest comes with the next answer
    return JsonResponse(answer)


def _standing(device: Device, told: actions.Told, at: datetime) -> dict[str, Any]:
    """How the door stands: what every answer says."""
    return {
        "now": at.isoformat(),
        "turn": told.share.turn,
        "allowance": told.share.allowance,
        "limit": told.limit,
        "inside": told.inside,
        "latest": told.latest,
        "good_until": min(device.expires_at, at + GOOD_FOR).isoformat(),
    }


def _result(one: CheckIn, told: actions.Told) -> dict[str, Any]:
    since = told.since.get(one.nonce)
    return {
        "nonce": one.nonce,
        "outcome": str(one.outcome),
        "refusal": one.refusal,
        "amiss": one.amiss,
        "since": since.isoformat() if since else "",
    }


# What came, read with care -------------------------------------------------------------------------------------------


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that came. Raises NotUnderstood."""
    if len(request.body) > MOST_BYTES:
        raise NotUnderstood("The body is too long: send it in parts.")
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as wrong:
        raise NotUnderstood("The body is no JSON.") from wrong
    if not isinstance(said, dict):
        raise NotUnderstood("The body is a JSON object.")
    return said


def _whole(said: dict[str, Any], name: str) -> int:
    value = said.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise NotUnderstood(f"{name}: a whole number from 0.")
    return value


def _moment(text: Any, name: str) -> datetime:
    try:
        moment = parse_datetime(text) if isinstance(text, str) and len(text) < 40 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 < moment.year < 9000:
        raise NotUnderstood(f"{name}: a moment with its offset, as 2026-12-15T12:30:00+00:00.")
    return moment


def _words(one: dict[str, Any], name: str, most: int) -> str:
    text = one.get(name, "")
    if not isinstance(text, str):
        raise NotUnderstood(f"{name}: a text.")
    return text.replace("\x00", "").strip()[:most]


def _heard(one: Any, at: datetime) -> Heard:
    """One check-in as the phone says it; a moment that lies ahead of the server's clock is now."""
    if not isinstance(one, dict):
        raise NotUnderstood("heard: each is an object.")
    nonce, who, refusal = _words(one, "nonce", 60), _words(one, "who", 60), _words(one, "refusal", 40)
    if not NONCE.fullmatch(nonce) or not WHO.fullmatch(who):
        raise NotUnderstood("nonce: up to 40 letters and digits; who: the 16 of a fingerprint.")
    if refusal and refusal not in REFUSALS:
        raise NotUnderstood("refusal: one of the handbook's.")
    entry, alone = one.get("entry", True), one.get("alone", False)
    if not isinstance(entry, bool) or not isinstance(alone, bool):
        raise NotUnderstood("entry, alone: true or false.")
    return Heard(
        nonce, who, min(_moment(one.get("at"), "at"), at), entry, alone, refusal if alone else "",
        forced_by=_words(one, "forced_by", 120), reason=_words(one, "reason", 300),
    )  # fmt: skip
