"""Assistants: who acts for somebody who speaks, by a link of their own; what they do is kept as theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import mail
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions.ground import allow, locked, record
from kept.meetings.models import Assistant, Meeting, Profile
from kept.meetings.permissions import account_of, may_name_assistants
from kept.people.actions import make_link
from kept.people.links import link_address
from kept.people.models import Link

MOST = 5  # who act for one person at one meeting


def name_assistant(
    meeting: Meeting,
    profile: Profile,
    *,
    name: str,
    email: str,
    language: str,
    copies: bool = False,
    by: Any,
    at: datetime,
) -> Assistant:
    """Let somebody act for a speaker: answer, write, hand in, try the line; never sign. They get a link of their own by mail.

    `copies`: from now on they get a copy of what the speaker is written about this meeting.

    Raises NotAllowed; Refused for who acts for them already, and beyond MOST.
    """
    allow(may_name_assistants(by, profile))
    with transaction.atomic():
        meeting = locked(meeting)
        acting = Assistant.objects.filter(meeting=meeting, profile=profile, revoked_at=None)
        if acting.filter(email__iexact=email).exists():
            raise Refused(_("This person acts for them already."))
        if acting.count() >= MOST:
            raise Refused(_("Enough people act for one speaker. Take one back first."))
        made = Assistant.objects.create(
            meeting=meeting, profile=profile, name=name, email=email, language=language, copies=copies, named_at=at,
            named_by=account_of(by),
        )  # fmt: skip
        days = max((meeting.ends_at - at) / timedelta(days=1), 0) + notices.ANSWERS_FOR
        link = make_link(notices.ASSIST, made.pk, at=at, days=days, email=email, by=account_of(by), once=False)
        mail.queue(
            "meetings/assistant", to=email, language=language, at=at, subject=("profile", profile.pk),
            context={
                "name": name, "speaker": profile.name, "meeting": meeting.name_in(language),
                "action": gettext_lazy("Open their page"), "action_url": link_address(link, language=language),
            },
        )  # fmt: skip
        record("profile", profile.pk, "name_assistant", by=by, at=at, data={"of": name, "assistant_named": made.pk})
    return made


def send_copies(assistant: Assistant, copies: bool, *, by: Any, at: datetime) -> None:
    """Whether an assistant gets copies of what the speaker is written. Raises NotAllowed."""
    allow(may_name_assistants(by, assistant.profile))
    with transaction.atomic():
        if Assistant.objects.filter(pk=assistant.pk, revoked_at=None, copies=not copies).update(copies=copies):
            record("profile", assistant.profile_id, "send_copies" if copies else "stop_copies", by=by, at=at,
                   data={"of": assistant.name, "assistant_named": assistant.pk})  # fmt: skip


def revoke_assistant(assistant: Assistant, *, by: Any, at: datetime) -> None:
    """Their link answers no more; what they did stays. Raises NotAllowed."""
    allow(may_name_assistants(by, assistant.profile))
    with transaction.atomic():
        Assistant.objects.filter(pk=assistant.pk, revoked_at=None).update(revoked_at=at)
        Link.objects.filter(purpose=notices.ASSIST, subject=str(assistant.pk), revoked_at=None).update(revoked_at=at)
        record("profile", assistant.profile_id, "revoke_assistant", by=by, at=at,
               data={"of": assistant.name, "assistant_named": assistant.pk})  # fmt: skip
