"""Mails to who is invited to an event beside a meeting, and the personal links in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kept.base import formats, mail
from kept.base.bulk import insert_objects
from kept.meetings.models import LinkedEvent, in_language
from kept.meetings.zones import clock_of, span
from kept.people import actions as people
from kept.people.links import link_address
from kept.people.models import Link
from kept.registration.guest_lists import hours_of
from kept.registration.models import EventInvitation, Reply

EVENT = "registration_event"  # says whether its holder comes; its subject is an invitation
AFTERWARDS = timedelta(days=30)  # the page of an answer stays so long after the event


def links_of(invitations: Iterable[EventInvitation]) -> QuerySet[Link]:
    """The personal links of these, good ones and others."""
    return Link.objects.filter(purpose=EVENT, subject__in=[str(one.pk) for one in invitations])


def address_of(link: Link, language: str) -> str:
    """The whole address of the page where an invitation is answered."""
    with translation.override("en"):
        path = reverse("registration:event_reply", args=[link.token])
    return link_address(None, language=language, path=path)


def when_of(event: LinkedEvent, language: str) -> str:
    """The day and the hours on the clock of the meeting, with the name of its zone; the day alone where no hour is said."""
    if event.starts is None and not event.session_id:
        return formats.format_date(event.starts_on, language)
    starts_at, ends_at = hours_of(event)
    clock = clock_of(event.meeting, language)
    with translation.override(language):
        return f"{span(starts_at, ends_at, clock)} ({clock.label(starts_at)})"


def place_of(event: LinkedEvent, language: str) -> str:
    """Where: as was entered for the event, else the meeting's own place."""
    return in_language(event.venues, language) or in_language(event.meeting.venues, language)


def invited(rows: list[EventInvitation], event: LinkedEvent, *, by: Any, at: datetime) -> None:
    """The invitations themselves, all at once."""
    made = [_new_link(one, event, at=at, by=by) for one in rows]
    insert_objects(made)
    mail.queue_many([
        _letter("event_invited", one, event, link, at=at, action=_("Say whether you come"))
        for one, link in zip(rows, made, strict=True)
    ])  # fmt: skip


def reminded(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> None:
    _tell("event_reminder", one, event, at=at, action=_("Say whether you come"))


def placed(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> None:
    """A place is theirs, or they stand in line."""
    _tell("event_comes" if one.state == Reply.COMES else "event_waits", one, event, at=at)


def offered(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> None:
    stands = formats.format_datetime(one.offered_until, one.language, event.meeting.time_zone)
    _tell("event_offered", one, event, at=at, action=_("Take the place, or leave it"), until=stands)


def lapsed(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> None:
    _tell("event_lapsed", one, event, at=at)


def taken_back(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> None:
    mail.queue_many([_letter("event_taken_back", one, event, None, at=at)])


def _tell(kind: str, one: EventInvitation, event: LinkedEvent, *, at: datetime, **words: Any) -> None:
    link = links_of([one]).filter(revoked_at=None, expires_at__gt=at).order_by("-pk").first()
    if link is None:
        link = _new_link(one, event, at=at)
        link.save(force_insert=True)
    mail.queue_many([_letter(kind, one, event, link, at=at, **words)])


def _new_link(one: EventInvitation, event: LinkedEvent, *, at: datetime, by: Any = None) -> Link:
    days = (max(hours_of(event)[0], at) + AFTERWARDS - at) / timedelta(days=1)
    return people.make_link(EVENT, one.pk, at=at, days=days, email=one.email, by=by, once=False, save=False)


def _letter(kind: str, one: EventInvitation, event: LinkedEvent, link: Link | None, *, at: datetime,
            **words: Any) -> dict[str, Any]:  # fmt: skip
    language = one.language
    reply = event.reply_until
    context = {
        "name": one.name or one.email, "event": event.name_in(language), "meeting": event.meeting.name_in(language),
        "when": when_of(event, language), "place": place_of(event, language),
        "about": in_language(event.abouts, language), "may_bring": one.may_bring, "brings": one.brings,
        "reply_until": formats.format_datetime(reply, language, event.meeting.time_zone) if reply else "",
        **words,
    }  # fmt: skip
    if link is not None:
        context = {"action": _("Open your invitation"), **context, "action_url": address_of(link, language)}
    return {
        "kind": f"registration/{kind}", "to": one.email, "language": language, "at": at,
        "key": f"registration:{kind}:{one.pk}:{at:%Y%m%d%H%M%S%f}", "subject": ("event_invitation", one.pk),
        "context": context,
    }  # fmt: skip
