"""A mail of the team to many who are registered, each in their language where it was written in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.people.links import link_address
from kept.registration.actions.ground import allow, by_name
from kept.registration.addresses import own_link
from kept.registration.models import LIVE, Registration, State
from kept.registration.permissions import may_run_registration

MOST = 5_000  # who are written to at once
WRITTEN_TO = [state for state in LIVE if state != State.SUBMITTED]  # whose address is known to be theirs


def write_to(
    meeting: Meeting,
    rows: Iterable[Registration],
    *,
    subjects: dict[str, str],
    texts: dict[str, str],
    by: Any,
    at: datetime,
) -> int:
    """Queue the mail to each of them who said that the address is theirs and has not ended; how many.

    `subjects` and `texts` {language: text}, English at least; the link in it is the person's own.
    Raises NotAllowed; Refused without words, without anybody, or for too many.
    """
    allow(may_run_registration(by, meeting))
    if not subjects.get("en") or not texts.get("en"):
        raise Refused(_("Write subject and text in English at least."))
    people = [one for one in rows if one.meeting_id == meeting.pk and one.state in WRITTEN_TO][: MOST + 1]
    if not people:
        raise Refused(_("Nobody of this selection can be written to."))
    if len(people) > MOST:
        raise Refused(_("These are too many at once. Narrow the list down."))
    with transaction.atomic():
        number = mail.queue_many([_letter(one, meeting, subjects, texts, at) for one in people])
        history.record_many("registration", "write_to", [(one.pk, {}) for one in people], by=by_name(by), at=at)
    return number


def _letter(
    one: Registration, meeting: Meeting, subjects: dict[str, str], texts: dict[str, str], at: datetime
) -> dict[str, Any]:
    language = one.language if subjects.get(one.language) and texts.get(one.language) else "en"
    return {
        "kind": "registration/letter", "to": one.email, "language": language, "person": one.person, "at": at,
        "key": f"registration:letter:{one.pk}:{at:%Y%m%d%H%M%S%f}", "subject": ("registration", one.pk),
        "context": {
            "title": subjects[language], "text": texts[language], "meeting": meeting.name_in(language),
            "action": gettext_lazy("Open your registration"),
            "action_url": link_address(own_link(one, at=at), language=one.language),
        },
    }  # fmt: skip
