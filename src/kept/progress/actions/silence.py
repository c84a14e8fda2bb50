"""Fourteen days' notice before silence is public, and the right of reply."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history, mail
from kept.base.lifecycle import NotAllowed, Refused
from kept.progress.actions.asking import _letters_of, _mail
from kept.progress.models import Asked, RoundState, SilenceNotice
from kept.progress.permissions import may_reply_to_notice
from kept.progress.restate import restate
from kept.progress.silence import NOTICE_BEFORE, REPLY_HOLDS, SILENT_AFTER
from kept.progress.who import name_of, person_of

CHUNK = 200


def notify_due(now: datetime) -> int:
    """Tell every owner whose silence would become public in 14 days. The worker's duty; each is told once."""
    today, told = now.astimezone(UTC).date(), 0
    last_due = today - (SILENT_AFTER - NOTICE_BEFORE)
    while count := _notify_some(today, last_due, now):
        told += count
    return told


def _notify_some(today: date, last_due: date, now: datetime) -> int:
    with transaction.atomic():
        owed = Asked.objects.select_for_update(of=("self",)).filter(
            answered_at=None, due__lte=last_due, unreachable_since=None, notice=None,
            round__state__in=[RoundState.OPEN, RoundState.CLOSED, RoundState.PUBLISHED],
        )  # fmt: skip
        chunk = list(owed.select_related("round", "pledge").order_by("pk")[:CHUNK])
        SilenceNotice.objects.bulk_create(SilenceNotice(asked=a, sent_on=today, sent_at=now) for a in chunk)
        mails = []
        for asked in chunk:
            for letter in _letters_of(asked):
                words = _mail("silence", asked.round, letter, [asked], key=f"silence:{asked.pk}", at=now)
                words["context"]["public_on"] = today + NOTICE_BEFORE
                mails.append(words)
        mail.queue_many(mails)
        restate([a.pledge_id for a in chunk], at=now)
    return len(chunk)


def reply_to_notice(asked: Asked, text: str, *, until: date | None, by: Any, at: datetime) -> SilenceNotice:
    """Use the right of reply: it stands beside, and holds silence off until the day named, 30 days at most, once.

    Raises NotAllowed, Refused.
    """
    if not may_reply_to_notice(by, asked):
        raise NotAllowed(_("You may not do this."))
    if not text.strip():
        raise Refused(_("Write a sentence that readers can see."))
    latest = at.astimezone(UTC).date() + REPLY_HOLDS
    with transaction.atomic():
        notice = SilenceNotice.objects.select_for_update().filter(asked=asked).first()
        if notice is None or notice.replied_at is not None:
            raise Refused(_("There is no notice that waits for a reply."))
        notice.reply, notice.replied_at, notice.replied_by_name = text.strip(), at, name_of(by)
        notice.until = min(until or latest, latest)
        notice.save(update_fields=["reply", "replied_at", "replied_by_name", "until"])
        history.record("asked", asked.pk, "reply", by=person_of(by), at=at, reason=text, public=True)
        restate([asked.pledge_id], at=at)
    return notice
