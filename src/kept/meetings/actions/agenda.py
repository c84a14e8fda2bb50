"""Somebody's own agenda of a meeting: sessions chosen and dropped, and a secret address for their calendar."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from kept.meetings.actions.ground import allow
from kept.meetings.models import AgendaFeed, AgendaItem, Meeting, Session
from kept.meetings.permissions import may_keep_agenda

MOST = 300  # sessions in one person's agenda of one meeting


def choose_sessions(meeting: Meeting, codes: Iterable[str], *, by: Any, at: datetime) -> int:
    """Put public sessions into one's agenda; codes that mean nothing here are passed over. Returns how many are new.

    Raises NotAllowed.
    """
    allow(may_keep_agenda(by, meeting))
    with transaction.atomic():
        held = set(AgendaItem.objects.filter(person=by, session__meeting=meeting).values_list("session", flat=True))
        sessions = Session.objects.public().filter(meeting=meeting, code__in=list(codes)[:MOST]).exclude(pk__in=held)
        new = [AgendaItem(person=by, session=session, at=at) for session in sessions[: MOST - len(held)]]
        AgendaItem.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def drop_sessions(meeting: Meeting, codes: Iterable[str], *, by: Any) -> int:
    """Take sessions out of one's agenda; returns how many. Raises NotAllowed."""
    allow(may_keep_agenda(by, meeting))
    gone, _each = AgendaItem.objects.filter(person=by, session__meeting=meeting, session__code__in=list(codes)).delete()
    return gone


def new_feed(meeting: Meeting, *, by: Any, at: datetime) -> AgendaFeed:
    """A secret address for a calendar; the former one answers no more. Raises NotAllowed."""
    allow(may_keep_agenda(by, meeting))
    token = secrets.token_urlsafe(32)
    feed, _made = AgendaFeed.objects.update_or_create(
        person=by, meeting=meeting, defaults={"token": token, "made_at": at}
    )
    return feed
