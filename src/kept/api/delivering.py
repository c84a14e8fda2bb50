"""The worker's part of webhooks: what is due is sent, several at once; what fails is tried again, later each time.

At least once: a worker that was killed while it sent lets go of its lease, and the event is sent again under the same
`webhook-id`. After the last attempt a person decides (`actions.send_again`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.api import signing
from kept.api.actions.telling import move_webhook
from kept.api.models import Attempt, Delivery, DeliveryState, EndpointState, WebhookEndpoint, WebhookEvent
from kept.base import fetching, mail
from kept.base.fetching import Fetched, NotFetched
from kept.people.links import link_address

# Between attempts, as Standard Webhooks recommends.
PAUSES = [timedelta(seconds=5), *(timedelta(minutes=m) for m in (5, 30, 120, 300, 600, 840, 1200, 1440))]
LEASE = timedelta(minutes=2)
TIRED = timedelta(days=5)  # an address that has not answered for so long is stopped
KEPT = timedelta(days=60)  # events and attempts are shown for so long
AT_ONCE = 8
ROUND = 64  # deliveries of one look
LARGEST = 64 * 1024  # bytes of an answer: nobody reads them but the person who looks at the attempts
SECONDS = 15.0
Outcome = tuple[Fetched | None, str, int]  # the answer, or why there is none; milliseconds


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
    """Send one message; no redirect is followed. Raises NotFetched."""
    return fetching.fetch(
        url, body=body, content_type="application/json", headers=headers, largest=LARGEST, seconds=SECONDS
    )


def deliver_due(now: datetime, *, post: Callable[..., Fetched] = post) -> int:
    """Send what is due; returns how many were delivered. Safe in several processes at once."""
    claimed = claim(now)
    if not claimed:
        return 0
    jobs = [_job(delivery, post) for delivery in claimed]
    with ThreadPoolExecutor(min(AT_ONCE, len(jobs)), thread_name_prefix="webhook") as threads:
        outcomes = list(threads.map(lambda job: job(), jobs))
    return sum(settle(delivery, outcome, now) for delivery, outcome in zip(claimed, outcomes, strict=True))


def due(now: datetime) -> Q:
    """Waiting and due, or left half-sent; for an address that is active."""
    free = Q(state=DeliveryState.WAITING, due_at__lte=now)
    lost = Q(state=DeliveryState.SENDING, lease_until__lt=now)
    return Q(endpoint__state=EndpointState.ACTIVE) & (free | lost)


def claim(now: datetime) -> list[Delivery]:
    """Lease what is due: nobody else sends it for two minutes."""
    found = Delivery.objects.filter(due(now)).order_by("due_at", "pk")
    if not found.exists():  # outside of a transaction: a quiet hour costs one read, no lock
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            found = found.select_for_update(skip_locked=True, of=("self",))
        claimed = list(found.select_related("endpoint", "event")[:ROUND])
        for delivery in claimed:
            delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
            delivery.lease_until = timezone.now() + LEASE
        Delivery.objects.bulk_update(claimed, ["state", "attempts", "lease_until"])
    return claimed


def _job(delivery: Delivery, post: Callable[..., Fetched]) -> Callable[[], Outcome]:
    """One request, ready to run in a thread: it touches no database."""
    body, url = delivery.event.body.encode(), delivery.endpoint.url
    headers = signing.headers(delivery.endpoint, delivery.event.message_id, body, timezone.now())

    def run() -> Outcome:
        began = time.monotonic()
        answered, reason = None, ""
        try:
            answered = post(url, body, headers)
        except NotFetched as wrong:
            reason = str(wrong)
        except Exception as fault:  # one address's fault does not keep the others from being told
            reason = f"{type(fault).__name__}: {fault}"
        return answered, reason, round((time.monotonic() - began) * 1000)

    return run


def settle(delivery: Delivery, outcome: Outcome, now: datetime) -> int:
    """Write down what became of an attempt: delivered, again later, or given up. 1 if it was delivered."""
    answered, reason, took = outcome
    good = answered is not None and 200 <= answered.status < 300
    gone = answered is not None and answered.status == 410
    with transaction.atomic():
        Attempt.objects.create(
            delivery=delivery, at=now, status=answered.status if answered else None,
            said=(reason or (answered.text if answered else ""))[:300].replace("\x00", ""),
            milliseconds=took,
        )  # fmt: skip
        values: dict = {"lease_until": None}
        if good:
            values |= {"state": DeliveryState.DELIVERED, "finished_at": now}
        elif gone or delivery.attempts > len(PAUSES):
            values |= {"state": DeliveryState.FAILED, "finished_at": now}
        else:
            values |= {"state": DeliveryState.WAITING, "due_at": now + PAUSES[delivery.attempts - 1]}
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING).update(**values)
        _note_health(delivery.endpoint, good, gone, now)
    return int(good)


def _note_health(endpoint: WebhookEndpoint, good: bool, gone: bool, now: datetime) -> None:
    """Since when an address does not answer; after days of that it is stopped, and its account told."""
    if good:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, last_success_at=now)
        return
    fresh = WebhookEndpoint.objects.select_for_update().select_related(None).get(pk=endpoint.pk)
    if fresh.failing_since is None:
        fresh.failing_since = now
        fresh.save(update_fields=["failing_since"])
    if fresh.state != EndpointState.ACTIVE or not (gone or now - fresh.failing_since > TIRED):
        return
    move_webhook(fresh, "stop", by=None, at=now, reason="410" if gone else "no answer")
    person = fresh.person
    page = link_address(None, language=person.language, path=f"/my/webhooks/{fresh.pk}/")
    mail.queue(
        "api/webhook_stopped", to=person.email, person=person, language=person.language, at=now,
        key=f"webhook:{fresh.pk}:stopped:{now:%Y%m%d%H%M%S}", subject=("webhook", fresh.pk),
        context={"address": fresh.url, "action": _("See what was answered"), "action_url": page},
    )  # fmt: skip


def forget_old(now: datetime) -> None:
    """The worker's duty: events of long ago, with their attempts."""
    WebhookEvent.objects.filter(at__lt=now - KEPT).exclude(
        deliveries__state__in=[DeliveryState.WAITING, DeliveryState.SENDING]
    ).delete()
