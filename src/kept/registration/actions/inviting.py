"""Personal invitations: a link in a mail, by which somebody registers in a category, the one by invitation too.

An invitation is the secretariat's yes, and its click says that the address is theirs: nobody is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats, history, mail
from kept.base.lifecycle import Refused, WrongState
from kept.people import actions as people
from kept.people.links import link_address
from kept.people.models import Link
from kept.registration.actions.ground import allow, by_name
from kept.registration.actions.registering import start
from kept.registration.addresses import INVITE
from kept.registration.models import LIVE, Category, Mode, Registration, State
from kept.registration.permissions import may_run_registration


def invite(category: Category, emails: Iterable[str], *, language: str, by: Any, at: datetime) -> list[Link]:
    """Invite these addresses; those that are registered or invited in this category already are passed over.

    The links of those who were invited. Raises NotAllowed; Refused for a closed category and a meeting that has begun.
    """
    meeting = category.meeting
    allow(may_run_registration(by, meeting))
    if category.closed_at is not None:
        raise Refused(_("This category is closed."))
    if at >= meeting.starts_at:
        raise Refused(_("The meeting has begun."))
    made = []
    with transaction.atomic():
        registered = Registration.objects.filter(meeting=meeting, state__in=LIVE).values_list("email", flat=True)
        invited = Link.objects.filter(purpose=INVITE, subject=str(category.pk), revoked_at=None, expires_at__gt=at)
        known = {*registered, *invited.values_list("email", flat=True)}
        for email in dict.fromkeys(email.strip().lower() for email in emails):
            if email in known:
                continue
            days = (meeting.starts_at - at).total_seconds() / 86400
            link = people.make_link(INVITE, category.pk, at=at, days=days, email=email, by=by, once=False,
                                    data={"language": language})  # fmt: skip
            _write_to(link, category, language, at=at)
            history.record("category", category.pk, "invite", by=by_name(by), at=at, data={"link": link.pk})
            made.append(link)
    return made


def _write_to(link: Link, category: Category, language: str, *, at: datetime) -> None:
    meeting = category.meeting
    mail.queue(
        "registration/invited", to=link.email, language=language, at=at, key=f"registration:invited:{link.pk}",
        subject=("registration_invitation", link.pk),
        context={
            "meeting": meeting.name_in(language), "category": category.name_in(language),
            "when": formats.format_datetime(meeting.starts_at, language, meeting.time_zone),
            "action": gettext_lazy("Look at the invitation"),
            "action_url": link_address(link, language=language),
        },
    )  # fmt: skip


def take_invitation_back(link: Link, category: Category, *, by: Any, at: datetime) -> None:
    """The link is void from now on; who registered by it stays. Raises NotAllowed."""
    allow(may_run_registration(by, category.meeting))
    with transaction.atomic():
        people.revoke_link(link, at=at)
        history.record("category", category.pk, "take_invitation_back", by=by_name(by), at=at, data={"link": link.pk})


def begin_invited(link: Link, category: Category, *, language: str, at: datetime) -> Registration:
    """The registration of who was invited: the one that is there, or a new draft.

    Raises WrongState where the invitation's category is closed; Refused as `start`.
    """
    rows = Registration.objects.filter(meeting=category.meeting_id, email=link.email, erased_at=None)
    there = (
        rows.filter(state__in=LIVE).first()
        or rows.filter(state=State.DRAFT, category=category, invited_by_link=True).first()
    )
    if there is not None:
        return there
    if category.closed_at is not None:
        raise WrongState(_("This category is closed."))
    mode = Mode.IN_PERSON.value if Mode.IN_PERSON in category.modes else category.modes[0]
    return start(category.meeting, category, email=link.email, mode=mode, by=None, at=at, values={"language": language},
                 invited=True)  # fmt: skip
