"""Badges: printed, noted, asked about before a second one; names put right at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.registration import badges
from kept.registration.actions.ground import allow, by_name, locked, note
from kept.registration.models import BadgePrint, Registration
from kept.registration.permissions import may_admit

NAMES = ("given_name", "family_name", "name_native", "badge_name", "organisation_name")


class PrintedAlready(Refused):
    """Somebody of these has a badge already; `prints` are the newest of each."""

    def __init__(self, prints: list[BadgePrint]) -> None:
        super().__init__(_("A badge was printed already."), code="printed")
        self.prints = prints


def print_badges(
    meeting: Meeting, people: Iterable[int], form: str, *, language: str, by: Any, at: datetime, again: bool = False
) -> bytes:
    """The badges of these registrations (ids) as a PDF, in the order of their names; the log says who printed them.

    Raises NotAllowed; PrintedAlready, unless `again`; Refused where nobody of them may have one, or they are too many.
    """
    allow(may_admit(by, meeting))
    with transaction.atomic():
        rows = Registration.objects.select_for_update(of=("self",)).filter(
            meeting=meeting, pk__in=people, erased_at=None
        )
        rows = rows.select_related("category", "organisation", "walk_in", "meeting")
        found = [one for one in rows.order_by("family_name", "given_name", "pk") if badges.has_badge(one)]
        if not found:
            raise Refused(_("Badges are for people who are confirmed for the room."))
        if len(found) > badges.MOST:
            raise Refused(_("These are too many for one file. Take a category at a time."))
        before = BadgePrint.objects.filter(registration__in=found).select_related("registration", "by")
        if before.exists() and not again:
            raise PrintedAlready(list({one.registration_id: one for one in before.order_by("at", "pk")}.values()))
        made = badges.pdf(meeting, found, form, language=language, at=at)
        BadgePrint.objects.bulk_create(
            [BadgePrint(registration=one, form=form, by=by_name(by), at=at) for one in found], batch_size=500
        )
        history.record_many("registration", "print_badge", [(one.pk, {"form": form}) for one in found], by=by, at=at)
    return made


def correct_name(registration: Registration, values: dict[str, str], *, by: Any, at: datetime) -> Registration:
    """Names as they are to stand on the badge, put right at the desk; phones at the doors hear of it.

    Raises NotAllowed; Refused without a family name.
    """
    allow(may_admit(by, registration.meeting))
    said = {name: value.strip() for name, value in values.items() if name in NAMES}
    if not said.get("family_name", registration.family_name):
        raise Refused(_("A name is needed."))
    with transaction.atomic():
        registration = locked(registration)
        changed = {name: value for name, value in said.items() if getattr(registration, name) != value}
        if not changed:
            return registration
        for name, value in changed.items():
            setattr(registration, name, value)
        registration.version += 1
        registration.save(update_fields=[*changed, "version"])
        note(registration, "correct_name", by=by, at=at, before=registration.state, fields=sorted(changed))
    return registration
