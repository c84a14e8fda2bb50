"""From the pledger's "send" to the secretariat's decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.installation import installation
from kept.base.lifecycle import Refused
from kept.pledges.actions.drafting import locked
from kept.pledges.actions.partnering import ask_partners
from kept.pledges.lifecycle import PLEDGE
from kept.pledges.models import Hold, Message, Pledge, Status, TextStatus
from kept.pledges.rules import Problem, problems_before_sending


class Incomplete(Refused):
    """A pledge that cannot be sent yet; `problems` says what, where, what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(_("Something is missing before this can be sent."))
        self.problems = problems


def _move(
    pledge: Pledge,
    name: str,
    *,
    by: Any,
    at: datetime,
    reason: str = "",
    text_status: str | None = None,
    event: str = "",
    data: dict | None = None,
    **changes: Any,
) -> Pledge:
    """One move of an unpublished pledge: check, change, history, event; in the caller's transaction."""
    move = PLEDGE.check(name, pledge, state=pledge.status, by=by, reason=reason)
    before, pledge.status = pledge.status, move.target
    for column, value in changes.items():
        setattr(pledge, column, value)
    pledge.save(update_fields=["status", *changes])
    if text_status and pledge.working is not None:
        pledge.working.status = text_status
        pledge.working.save(update_fields=["status"])
    entry = history.record(
        "pledge",
        pledge.pk,
        name,
        by=by,
        at=at,
        from_state=before,
        to_state=move.target,
        reason=reason,
        data=data,
    )
    if event:
        announce(event, pledge=pledge, by=by, at=at, reason=reason, entry=entry)
    return pledge


def submit(pledge: Pledge, *, by: Any, at: datetime, consent: bool = False) -> Pledge:
    """Send a draft to the secretariat, with the owner's consent to publication.

    Raises NotAllowed, WrongState, Incomplete (with its problems).
    """
    with transaction.atomic():
        pledge = locked(pledge)
        PLEDGE.check("submit", pledge, state=pledge.status, by=by)
        problems = problems_before_sending(pledge, consent=consent or pledge.consent_at is not None)
        if problems:
            raise Incomplete(problems)
        changes: dict[str, Any] = {"submitted_at": at}
        if consent and not pledge.on_behalf:
            changes |= {"consent_at": at, "consent_by": by}
        pledge.working.submitted_at = at
        pledge.working.save(update_fields=["submitted_at"])
        pledge = _move(
            pledge, "submit", by=by, at=at, text_status=TextStatus.SUBMITTED, event="pledge.submitted", **changes
        )
        ask_partners(pledge, by=by, at=at)
        return pledge


def recall(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Take a pledge that nobody has decided on back to write in it again. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        return _move(locked(pledge), "recall", by=by, at=at, text_status=TextStatus.DRAFT, event="pledge.recalled")


def request_changes(pledge: Pledge, *, by: Any, at: datetime, reason: str) -> Pledge:
    """Ask the pledger for changes; the reason is the message they get. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        pledge = _move(
            locked(pledge),
            "request_changes",
            by=by,
            at=at,
            reason=reason,
            text_status=TextStatus.CHANGES_REQUESTED,
            event="pledge.changes_requested",
            hold=Hold.NOTHING,
            publish_at=None,
        )
        Message.objects.create(pledge=pledge, at=at, by=by, by_name=str(by), from_secretariat=True, text=reason.strip())
        return pledge


def check_owner_confirmed(pledge: Pledge) -> None:
    """A pledge entered on behalf needs its owner's yes, or a signed letter. Raises Refused."""
    if not pledge.on_behalf or pledge.owner_confirmed_at:
        return
    if not pledge.attachments.filter(is_letter=True, removed_at=None).exists():
        raise Refused(
            _("Its owner has not confirmed this pledge. Send the link to confirm it, or attach the signed letter."),
            code="owner_has_not_confirmed",
        )


def accept(
    pledge: Pledge, *, by: Any, at: datetime, publish_at: datetime | None = None, announcement: str = ""
) -> Pledge:
    """Accept a pledge and hold it: until a date, or until it is announced.

    One that is tied to an announcement is never published by a date. Raises NotAllowed, WrongState, Refused.
    """
    if bool(publish_at) == bool(announcement.strip()):
        raise Refused(_("Say until when it is held: a date, or the announcement that it waits for."))
    if publish_at is not None and publish_at <= at:
        raise Refused(_("The date lies in the past. Choose a later one, or publish it now."))
    with transaction.atomic():
        pledge = locked(pledge)
        check_owner_confirmed(pledge)
        return _move(
            pledge,
            "accept",
            by=by,
            at=at,
            text_status=TextStatus.ACCEPTED,
            event="pledge.accepted",
            hold=Hold.ANNOUNCEMENT if announcement else Hold.DATE,
            publish_at=publish_at,
            announcement=announcement.strip()[:200],
            data={"announcement": announcement} if announcement else {"publish_at": publish_at.isoformat()},
        )


def call_back_minutes() -> int:
    """Minutes in which a publication can be called back: the installation's, else the environment's."""
    own = installation().call_back_minutes
    return settings.CALL_BACK_MINUTES if own is None else own


def schedule(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Publish: it takes effect after the minutes in which it can be called back (at once where there are none).

    Raises NotAllowed, WrongState, Refused (its owner has not confirmed).
    """
    from kept.pledges.actions.publishing import publish_now

    minutes = call_back_minutes()
    with transaction.atomic():
        pledge = locked(pledge)
        check_owner_confirmed(pledge)
        pledge = _move(
            pledge,
            "accept",
            by=by,
            at=at,
            text_status=TextStatus.ACCEPTED,
            event="pledge.scheduled",
            hold=Hold.CALL_BACK,
            publish_at=at + timedelta(minutes=minutes),
            announcement="",
            reviewer=pledge.reviewer or by,
        )
        return pledge if minutes else publish_now(pledge, by=by, at=at)


def call_back(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Stop a publication that has not taken effect, or an acceptance: back to review. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        return _move(
            locked(pledge),
            "call_back",
            by=by,
            at=at,
            text_status=TextStatus.SUBMITTED,
            event="pledge.called_back",
            hold=Hold.NOTHING,
            publish_at=None,
            announcement="",
        )


def decline(pledge: Pledge, *, by: Any, at: datetime, reason: str) -> Pledge:
    """Say no, with a reason that the pledger reads. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        return _move(
            locked(pledge),
            "decline",
            by=by,
            at=at,
            reason=reason,
            text_status=TextStatus.REFUSED,
            event="pledge.declined",
            hold=Hold.NOTHING,
            publish_at=None,
        )


def reopen(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Take a refusal back: the pledge is to review again. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        return _move(locked(pledge), "reopen", by=by, at=at, text_status=TextStatus.SUBMITTED)


def confirm_as_owner(pledge: Pledge, *, by: Any, at: datetime, name: str = "") -> Pledge:
    """The owner says yes to a pledge that the secretariat entered (by the link that was sent to them).

    `by` may be None: the link proves it; `name` is what they signed with. Raises WrongState if it is decided.
    """
    with transaction.atomic():
        pledge = locked(pledge)
        if pledge.status in {Status.DECLINED, Status.DISCARDED} or pledge.is_public:
            raise Refused(_("This has changed in the meantime. Look at it again before you decide."))
        if pledge.owner_confirmed_at is None:
            pledge.owner_confirmed_at = pledge.consent_at = at
            pledge.consent_by = by
            pledge.save(update_fields=["owner_confirmed_at", "consent_at", "consent_by"])
            history.record("pledge", pledge.pk, "confirm_as_owner", by=by, at=at, data={"name": name})
            announce("pledge.owner_confirmed", pledge=pledge, by=by, at=at)
    return pledge


__all__ = [
    "Incomplete", "accept", "call_back", "call_back_minutes", "confirm_as_owner", "decline", 
    "recall", "reopen", "request_changes", "schedule", "submit",
]  # fmt: skip
