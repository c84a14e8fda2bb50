"""The moment at which a promise becomes public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kept.base import history
from kept.base.events import announce
from kept.pledges.actions.drafting import locked
from kept.pledges.content import PledgeContent
from kept.pledges.lifecycle import PLEDGE
from kept.pledges.models import Attachment, Hold, Partnership, PartnershipState, Pledge, Revision, Status
from kept.pledges.record import Record, put_on_record


def record_of(pledge: Pledge, revision: Revision, event: str, *, reason: str = "") -> Record:
    """A pledge's text on its way into the public record, with what else its document needs."""
    content = PledgeContent.from_json(revision.content)
    attachments: Sequence[Attachment] = ()
    if content.attachments:
        held = Attachment.objects.filter(pk__in=content.attachments, pledge=pledge, is_letter=False, removed_at=None)
        attachments = list(held)
    confirmed = Partnership.objects.filter(pledge=pledge, state=PartnershipState.CONFIRMED)
    return Record(
        pledge=pledge,
        revision=revision,
        event=event,
        content=content,
        reason=reason,
        attachments=attachments,
        confirmed=frozenset(confirmed.values_list("organisation_id", flat=True)),
    )


def publish_now(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Publish an accepted pledge: give it its reference, enter it in the log, tell its owner.

    `by=None` is the worker at the hour that was set. Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        pledge = locked(pledge)
        move = PLEDGE.check("publish", pledge, state=pledge.status, by=by)
        before = pledge.status
        pledge.hold, pledge.publish_at = Hold.NOTHING, None
        put_on_record([record_of(pledge, pledge.working, "pledge.published")], at=at)
        history.record(
            "pledge", pledge.pk, "publish", by=by, at=at, from_state=before, to_state=move.target, public=True,
            data={"reference": pledge.reference},
        )  # fmt: skip
        announce("pledge.published", pledge=pledge, by=by, at=at)
    return pledge


def announce_pledge(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Publish a pledge that waited for its announcement, at once. Raises NotAllowed, WrongState."""
    return publish_now(pledge, by=by, at=at)


def publish_due(now: datetime, *, most: int = 200) -> int:
    """Publish what is due: after the minutes of calling back, or at the date of its embargo.

    One that is tied to an announcement is never published by a date. Safe to run twice and in several
    processes: each pledge is locked and looked at again. Returns how many were published.
    """
    due = Pledge.objects.filter(
        status=Status.ACCEPTED, publish_at__lte=now, hold__in=[Hold.CALL_BACK, Hold.DATE]
    ).order_by("publish_at", "pk")
    published = 0
    for pledge in due[:most]:
        with transaction.atomic():
            fresh = locked(pledge)
            waits = fresh.hold in {Hold.CALL_BACK, Hold.DATE} and fresh.publish_at and fresh.publish_at <= now
            if fresh.status == Status.ACCEPTED and waits:
                publish_now(fresh, by=None, at=now)
                published += 1
    return published
