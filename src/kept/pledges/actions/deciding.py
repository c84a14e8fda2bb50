"""The desk's side of reviewing: one decision on exactly the text that was read, who has a pledge, who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.permissions import is_secretariat
from kept.pledges.actions import publishing, reviewing, revising
from kept.pledges.actions.drafting import locked
from kept.pledges.models import Looking, Pledge, Status
from kept.pledges.permissions import may_review_pledge
from kept.pledges.rules import problems_before_sending


class TextChanged(WrongState):
    """The text is not the one on which somebody was about to decide."""


def text_mark(pledge: Pledge) -> str:
    """Names what is to be decided on, text and state: carried by the form, compared when the decision arrives."""
    text = pledge.working or pledge.current
    where = f"{pledge.status}-{pledge.hold}-{text.status if text else ''}"
    return f"{text.pk}-{text.version}:{where}" if text else f":{where}"


def _check_seen(pledge: Pledge, seen: str) -> None:
    """Raises TextChanged where the text is another one, WrongState where a colleague was quicker."""
    now = text_mark(pledge)
    if not seen or seen == now:
        return
    if seen.partition(":")[0] != now.partition(":")[0]:
        raise TextChanged(_("The text has changed since you opened it. Read it again before you decide."))
    raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))


def _hold(pledge: Pledge, *, by: Any, at: datetime, publish_at: datetime | None, announcement: str, **_: Any) -> Pledge:
    return reviewing.accept(pledge, by=by, at=at, publish_at=publish_at, announcement=announcement)


def _plain(action: Callable[..., Pledge]) -> Callable[..., Pledge]:
    def act(pledge: Pledge, *, by: Any, at: datetime, **_: Any) -> Pledge:
        return action(pledge, by=by, at=at)

    return act


def _with_reason(action: Callable[..., Pledge]) -> Callable[..., Pledge]:
    def act(pledge: Pledge, *, by: Any, at: datetime, reason: str, **_: Any) -> Pledge:
        return action(pledge, by=by, at=at, reason=reason)

    return act


# What the desk's form can say, and the verb that does it.
DECISIONS: Mapping[str, Callable[..., Pledge]] = {
    "publish": _plain(reviewing.schedule),
    "publish_now": _plain(publishing.publish_now),
    "hold": _hold,
    "changes": _with_reason(reviewing.request_changes),
    "decline": _with_reason(reviewing.decline),
    "call_back": _plain(reviewing.call_back),
    "reopen": _plain(reviewing.reopen),
    "accept_revision": _plain(revising.accept_revision),
    "revision_changes": _with_reason(revising.request_revision_changes),
    "refuse_revision": _with_reason(revising.refuse_revision),
}


def decide(
    pledge: Pledge,
    decision: str,
    *,
    by: Any,
    at: datetime,
    seen: str = "",
    reason: str = "",
    publish_at: datetime | None = None,
    announcement: str = "",
) -> Pledge:
    """Carry one decision of the desk out, on the text and the state that were seen (`text_mark`) and on no other.

    Raises NotAllowed, TextChanged (its owner took it back and wrote in it meanwhile), WrongState (a
    colleague decided first), ReasonOwed, Refused; KeyError for a decision that does not exist.
    """
    act = DECISIONS[decision]
    with transaction.atomic():
        fresh = locked(pledge)
        if not may_review_pledge(by, fresh):
            raise NotAllowed(_("You may not do this."))
        _check_seen(fresh, seen)
        return act(fresh, by=by, at=at, reason=reason, publish_at=publish_at, announcement=announcement)


def publish_safe(
    pledge: Pledge, *, by: Any, at: datetime, seen: str, objections: Callable[[Pledge], list[str]]
) -> Pledge:
    """Publish one of several that were chosen together, only if nothing speaks against it now.

    `objections` gives what does, in words, for the pledge as it is under the lock. Raises as `decide`.
    """
    with transaction.atomic():
        fresh = locked(pledge)
        if not may_review_pledge(by, fresh):
            raise NotAllowed(_("You may not do this."))
        if fresh.status != Status.SUBMITTED:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        against = [str(each.message) for each in problems_before_sending(fresh, consent=fresh.consent_at is not None)]
        against += objections(fresh)
        if against:
            raise Refused(" ".join(against), code="not_safe")
        return decide(fresh, "publish", by=by, at=at, seen=seen)


def assign(pledge: Pledge, *, to: Any, by: Any, at: datetime) -> Pledge:
    """Give a pledge to a colleague, to oneself, or to nobody (None). Raises NotAllowed, Refused."""
    if not is_secretariat(by):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        pledge = locked(pledge)
        if to is not None and not may_review_pledge(to, pledge):
            raise Refused(_("%(who)s cannot review this pledge.") % {"who": to})
        if pledge.reviewer_id == (to.pk if to else None):
            return pledge
        pledge.reviewer = to
        pledge.save(update_fields=["reviewer"])
        verb, data = ("assign", {"to": str(to)}) if to else ("unassign", {})
        history.record("pledge", pledge.pk, verb, by=by, at=at, data=data)
        announce("pledge.assigned", pledge=pledge, to=to, by=by, at=at)
    return pledge


def look(pledge: Pledge, *, by: Any, at: datetime) -> None:
    """Note that a colleague has this pledge open now; no history, it is forgotten after a minute. Raises NotAllowed."""
    if not is_secretariat(by):
        raise NotAllowed(_("You may not do this."))
    Looking.objects.update_or_create(pledge=pledge, person=by, defaults={"at": at})
