"""Lists for those outside the system: made on purpose, for somebody, until a day; ended by the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.registration.actions.ground import allow, by_name
from kept.registration.codes import new_token, token_hash
from kept.registration.models import ListKind, OutsideList
from kept.registration.permissions import may_admit

SEEN_AGAIN = timedelta(minutes=1)  # a screen asks every three seconds
AFTER_THE_END = timedelta(hours=12)  # no list is good for longer


def make_list(meeting: Meeting, kind: str, label: str, *, by: Any, at: datetime) -> tuple[OutsideList, str]:
    """A list and its token, which is shown this once. Good until some hours after the meeting.

    Raises NotAllowed; Refused where nobody is named for whom it is, and once it is over.
    """
    allow(may_admit(by, meeting))
    if not label.strip() or kind not in ListKind.values:
        raise Refused(_("Say for whom."))
    if at >= meeting.ends_at + AFTER_THE_END:
        raise Refused(_("The meeting is over."))
    token = new_token()
    with transaction.atomic():
        made = OutsideList.objects.create(
            meeting=meeting, kind=kind, label=label.strip()[:120], token_hash=token_hash(token), made_by=by_name(by),
            made_at=at, expires_at=meeting.ends_at + AFTER_THE_END,
        )  # fmt: skip
        history.record("outside_list", made.pk, "make", by=by_name(by), at=at, data={"kind": kind, "label": made.label})
    return made, token


def end_list(made: OutsideList, *, by: Any, at: datetime) -> OutsideList:
    """Nobody opens it any more. Raises NotAllowed."""
    allow(may_admit(by, made.meeting))
    with transaction.atomic():
        if made.revoked_at is None:
            made.revoked_at = at
            made.save(update_fields=["revoked_at"])
            history.record("outside_list", made.pk, "end", by=by_name(by), at=at)
    return made


def open_list(token: str, at: datetime) -> OutsideList | None:
    """The list of a token, and a note that it was looked at; None where there is none that is good."""
    found = OutsideList.objects.select_related("meeting").filter(token_hash=token_hash(token)).first()
    if found is None or not found.is_good(at):
        return None
    if found.seen_at is None or at - found.seen_at > SEEN_AGAIN:
        OutsideList.objects.filter(pk=found.pk).update(seen_at=at)
    return found
