"""Addresses that are told of events: added, paused, removed; events written down; what is sent once more."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kept.api.lifecycle import WEBHOOK
from kept.api.models import Delivery, DeliveryState, EndpointState, WebhookEndpoint, WebhookEvent, new_nonce
from kept.api.permissions import may_add_webhooks, may_manage_webhook
from kept.api.signing import secret_of
from kept.base import history, webhooks
from kept.base.fetching import NotFetched, parts_of
from kept.base.lifecycle import NotAllowed, Refused, WrongState

MOST = 20  # addresses of one account
TEST = "webhook.test"


def add_webhook(url: str, types: Iterable[str], *, by: Any, at: datetime) -> tuple[WebhookEndpoint, str]:
    """Have an address told of events (`types`; none of them means all): (its row, its secret, shown this once).

    Raises NotAllowed, Refused (no https address, too many).
    """
    if not may_add_webhooks(by):
        raise NotAllowed(_("You may not do this."))
    url = url.strip()
    _check_address(url)
    if WebhookEndpoint.objects.filter(person=by).exclude(state=EndpointState.REMOVED).count() >= MOST:
        raise Refused(_("You have too many addresses. Remove those that you no longer use."))
    with transaction.atomic():
        chosen = [kind for kind in webhooks.kinds() if kind in set(types)]
        endpoint = WebhookEndpoint.objects.create(person=by, url=url, types=chosen, made_at=at)
        history.record("webhook", endpoint.pk, "add", by=by, at=at, to_state=endpoint.state, data={"url": url})
    return endpoint, secret_of(endpoint)


def _check_address(url: str) -> None:
    """Raises Refused for what is no https address, or brings a name and password. Where it leads is looked at later."""
    try:
        parts = parts_of(url)
    except NotFetched as wrong:
        raise Refused(_("This is not a web address.")) from wrong
    if parts.fragment or len(url) > 500 or not url.isascii():
        raise Refused(_("This is not a web address."))
    if parts.scheme != "https" and not settings.FETCH_PRIVATE:
        raise Refused(_("The address has to begin with https://"))


def move_webhook(endpoint: WebhookEndpoint, name: str, *, by: Any, at: datetime, reason: str = "") -> WebhookEndpoint:
    """Pause, resume, remove an address; `by=None` is the house, which stops one. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        move = WEBHOOK.check(name, endpoint, state=endpoint.state, by=by, reason=reason)
        before, endpoint.state = endpoint.state, move.target
        if name == "resume":
            endpoint.failing_since = None
        endpoint.save(update_fields=["state", "failing_since"])
        if move.target == EndpointState.REMOVED:
            waiting = endpoint.deliveries.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
            waiting.update(state=DeliveryState.FAILED, finished_at=at, lease_until=None)
        history.record(
            "webhook", endpoint.pk, name, by=by, at=at, from_state=before, to_state=move.target, reason=reason
        )
    return endpoint


def new_secret(endpoint: WebhookEndpoint, *, by: Any, at: datetime) -> str:
    """Give an address another secret; the former one signs nothing from now on. Raises NotAllowed, WrongState."""
    _may(endpoint, by)
    with transaction.atomic():
        endpoint.nonce = new_nonce()
        endpoint.save(update_fields=["nonce"])
        history.record("webhook", endpoint.pk, "new_secret", by=by, at=at)
    return secret_of(endpoint)


def _may(endpoint: WebhookEndpoint, by: Any) -> None:
    if not may_manage_webhook(by, endpoint):
        raise NotAllowed(_("You may not do this."))
    if endpoint.state == EndpointState.REMOVED:
        raise WrongState(_("This address was removed."))


def note(
    kind: str, key: str, data: dict[str, Any], *, at: datetime, hears: Callable[[Any], bool] | None = None
) -> WebhookEvent | None:
    """Write an event down for every address that wants it; None where nobody does, or it stands there already.

    `hears(person)`: whether the account of an address may hear of it. Runs in the transaction in which it happened: what is
    undone is told to nobody.
    """
    active = WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE).select_related("person")
    wanting = [e for e in active if (not e.types or kind in e.types) and (hears is None or hears(e.person))]
    return _write(wanting, kind, key, data, at) if wanting else None


def _write(
    endpoints: Iterable[WebhookEndpoint], kind: str, key: str, data: dict[str, Any], at: datetime
) -> WebhookEvent | None:
    moment = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    body = json.dumps({"type": kind, "timestamp": moment, "data": data}, ensure_ascii=False, separators=(",", ":"))
    event, made = WebhookEvent.objects.get_or_create(
        key=key, defaults={"message_id": f"msg_{secrets.token_hex(12)}", "type": kind, "body": body, "at": at}
    )
    if not made:
        return None
    Delivery.objects.bulk_create([Delivery(endpoint=endpoint, event=event, due_at=at) for endpoint in endpoints])
    return event


def send_test(endpoint: WebhookEndpoint, *, by: Any, at: datetime) -> WebhookEvent | None:
    """Tell an address a trial event. Raises NotAllowed, WrongState (it is not active)."""
    _may(endpoint, by)
    if endpoint.state != EndpointState.ACTIVE:
        raise WrongState(_("Nothing is sent to this address now. Resume it first."))
    with transaction.atomic():
        return _write([endpoint], TEST, f"{TEST}:{endpoint.pk}:{at.timestamp()}", {"test": True}, at)


def send_again(delivery: Delivery, *, by: Any, at: datetime) -> Delivery:
    """Send what was given up, or was delivered, once more; it keeps its id. Raises NotAllowed, WrongState."""
    _may(delivery.endpoint, by)
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if delivery.state not in (DeliveryState.FAILED, DeliveryState.DELIVERED):
            raise WrongState(_("It is on its way already."))
        delivery.state, delivery.due_at, delivery.attempts = DeliveryState.WAITING, at, 0
        delivery.finished_at = None
        delivery.save(update_fields=["state", "due_at", "attempts", "finished_at"])
        history.record("webhook", delivery.endpoint_id, "send_again", by=by, at=at, data={"delivery": delivery.pk})
    return delivery
