"""What may happen to a published pledge: revised, taken back, replaced. Nothing disappears."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.pledges.actions.drafting import locked
from kept.pledges.actions.partnering import ask_partners
from kept.pledges.actions.publishing import record_of
from kept.pledges.actions.reviewing import Incomplete
from kept.pledges.content import PledgeContent
from kept.pledges.lifecycle import PLEDGE, REVISION
from kept.pledges.models import Message, Pledge, Revision, Status, TextStatus
from kept.pledges.permissions import may_edit_pledge
from kept.pledges.record import put_on_record
from kept.pledges.rules import problems_before_sending


def begin_revision(pledge: Pledge, *, by: Any, at: datetime) -> Revision:
    """Begin to change a published pledge: a copy of its text beside it, which stays public.

    Where one is begun already, that one is returned: two people write in the same. Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        pledge = locked(pledge)
        if not may_edit_pledge(by, pledge):
            raise NotAllowed(_("You may not do this."))
        if pledge.status != Status.PUBLISHED:
            raise WrongState(_("Only a published pledge can be revised."))
        if pledge.working is not None:
            return pledge.working
        text = Revision.objects.create(
            pledge=pledge, content=pledge.current.content, changed_at=at, changed_by=by, status=TextStatus.DRAFT
        )
        pledge.working = text
        if not pledge.contact_email:  # an imported pledge has none: who revises it can be asked
            pledge.contact_name, pledge.contact_email = by.name, by.email
        pledge.save(update_fields=["working", "contact_name", "contact_email"])
        history.record("pledge", pledge.pk, "begin_revision", by=by, at=at)
        return text


def _move(pledge: Pledge, name: str, *, by: Any, at: datetime, reason: str = "", event: str = "") -> Pledge:
    """One move of the working revision; in the caller's transaction."""
    text = pledge.working
    if text is None or pledge.status != Status.PUBLISHED:
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    move = REVISION.check(name, pledge, state=text.status, by=by, reason=reason)
    before, text.status = text.status, move.target
    text.save(update_fields=["status"])
    entry = history.record(
        "pledge", pledge.pk, name, by=by, at=at, from_state=before, to_state=move.target, reason=reason
    )
    if move.target in {TextStatus.REFUSED, TextStatus.DISCARDED}:
        pledge.working = None
        pledge.save(update_fields=["working"])
    if event:
        announce(event, pledge=pledge, revision=text, by=by, at=at, reason=reason, entry=entry)
    return pledge


def submit_revision(pledge: Pledge, *, by: Any, at: datetime, reason: str = "") -> Pledge:
    """Send the changed text; `reason` says why it changes and becomes public. Raises NotAllowed, WrongState, Incomplete."""
    with transaction.atomic():
        pledge = locked(pledge)
        if pledge.working is not None:
            REVISION.check("submit_revision", pledge, state=pledge.working.status, by=by)
            problems = problems_before_sending(pledge, consent=True)
            if problems:
                raise Incomplete(problems)
            if _same_text(pledge.working, pledge.current):
                raise Refused(_("Nothing has changed yet."))
            pledge.working.submitted_at = at
            pledge.working.reason = reason.strip()
            pledge.working.save(update_fields=["submitted_at", "reason"])
        pledge = _move(pledge, "submit_revision", by=by, at=at, reason=reason, event="revision.submitted")
        ask_partners(pledge, by=by, at=at)
        return pledge


def _same_text(one: Revision, other: Revision) -> bool:
    return PledgeContent.from_json(one.content) == PledgeContent.from_json(other.content)


def recall_revision(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Take a changed text back before it is decided on. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        return _move(locked(pledge), "recall_revision", by=by, at=at)


def request_revision_changes(pledge: Pledge, *, by: Any, at: datetime, reason: str) -> Pledge:
    """Ask for changes in a changed text. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        pledge = _move(
            locked(pledge), "request_revision_changes", by=by, at=at, reason=reason,
            event="revision.changes_requested",
        )  # fmt: skip
        Message.objects.create(pledge=pledge, at=at, by=by, by_name=str(by), from_secretariat=True, text=reason.strip())
        return pledge


def refuse_revision(pledge: Pledge, *, by: Any, at: datetime, reason: str) -> Pledge:
    """Refuse a changed text; the published one stays. Raises NotAllowed, WrongState, ReasonOwed."""
    with transaction.atomic():
        return _move(locked(pledge), "refuse_revision", by=by, at=at, reason=reason, event="revision.refused")


def discard_revision(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Throw a changed text away; the published one stays. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        return _move(locked(pledge), "discard_revision", by=by, at=at)


def accept_revision(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Publish the changed text as the next revision; the former one stays readable. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        pledge = locked(pledge)
        text = pledge.working
        if text is None or pledge.status != Status.PUBLISHED:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        REVISION.check("accept_revision", pledge, state=text.status, by=by)
        reason = text.reason
        put_on_record([record_of(pledge, text, "pledge.revised", reason=reason)], at=at)
        history.record(
            "pledge", pledge.pk, "accept_revision", by=by, at=at, from_state=TextStatus.SUBMITTED,
            to_state=TextStatus.PUBLISHED, reason=reason, public=True, data={"revision": text.n},
        )  # fmt: skip
        announce("pledge.revised", pledge=pledge, revision=text, by=by, at=at)
    return pledge


def revise_record(
    pledge: Pledge, text: Revision, *, at: datetime, event: str = "pledge.revised", reason: str = ""
) -> Revision:
    """Enter the same text again as the next revision (withdrawn, superseded, a partner's yes, a corrected rate)."""
    again = Revision(
        pledge=pledge, content=text.content, changed_at=at, changed_by=text.changed_by, submitted_at=text.submitted_at
    )
    put_on_record([record_of(pledge, again, event, reason=reason)], at=at)
    return again


def withdraw(pledge: Pledge, *, by: Any, at: datetime, reason: str, delist: bool = False) -> Pledge:
    """Take a published pledge back: readable and marked for ever, out of the counter.

    Its owner does it; with `delist` the secretariat does, to a pledge that breaks the rules. The reason is public.
    Raises NotAllowed, WrongState, ReasonOwed.
    """
    with transaction.atomic():
        pledge = locked(pledge)
        name = "delist" if delist else "withdraw"
        move = PLEDGE.check(name, pledge, state=pledge.status, by=by, reason=reason)
        _drop_working(pledge, by=by, at=at)
        pledge.delisted = delist
        before = pledge.status
        revise_record(pledge, pledge.current, at=at, event="pledge.withdrawn", reason=reason.strip())
        history.record(
            "pledge", pledge.pk, name, by=by, at=at, from_state=before, to_state=move.target, reason=reason,
            public=True,
        )  # fmt: skip
        announce("pledge.withdrawn", pledge=pledge, by=by, at=at, reason=reason)
    return pledge


def supersede(pledge: Pledge, *, successor: Pledge, by: Any, at: datetime, reason: str = "") -> Pledge:
    """Mark a published pledge as replaced by another published one. Raises NotAllowed, WrongState, Refused."""
    with transaction.atomic():
        pledge = locked(pledge)
        move = PLEDGE.check("supersede", pledge, state=pledge.status, by=by)
        if successor.pk == pledge.pk or successor.status != Status.PUBLISHED:
            raise Refused(_("The pledge that replaces it has to be another one, and published."))
        _drop_working(pledge, by=by, at=at)
        pledge.successor = successor
        revise_record(pledge, pledge.current, at=at, event="pledge.superseded", reason=reason.strip())
        history.record(
            "pledge", pledge.pk, "supersede", by=by, at=at, from_state=Status.PUBLISHED, to_state=move.target,
            reason=reason, public=True, data={"successor": successor.reference},
        )  # fmt: skip
        announce("pledge.superseded", pledge=pledge, successor=successor, by=by, at=at)
    return pledge


def _drop_working(pledge: Pledge, *, by: Any, at: datetime) -> None:
    """A text that was being written beside a pledge that is taken back or replaced has nowhere to go."""
    if pledge.working is not None:
        pledge.working.status = TextStatus.DISCARDED
        pledge.working.save(update_fields=["status"])
        history.record("pledge", pledge.pk, "discard_revision", by=by, at=at)
        pledge.working = None
