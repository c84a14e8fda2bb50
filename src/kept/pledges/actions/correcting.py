"""What the secretariat puts right in the public record, in the open: a rate, a text that the law forbids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import HistoryEntry
from kept.log.actions import redact as redact_documents
from kept.pledges.actions.drafting import locked
from kept.pledges.actions.publishing import record_of
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, Status, Translation
from kept.pledges.permissions import may_correct_pledge
from kept.pledges.record import converted, pledge_day, put_on_record

EVENT_OF = {
    Status.PUBLISHED: "pledge.revised",
    Status.WITHDRAWN: "pledge.withdrawn",
    Status.SUPERSEDED: "pledge.superseded",
}
TEXTS = ("title", "summary", "description")
DROPPABLE = ("occasion", "indicators", "links", "attachments")


def _corrected(pledge: Pledge, content: PledgeContent, *, by: Any, at: datetime, reason: str) -> Revision:
    """The next revision of a public pledge with this content, its state unchanged."""
    again = Revision(pledge=pledge, content=content.to_json(), changed_at=at, changed_by=by)
    put_on_record([record_of(pledge, again, EVENT_OF[Status(pledge.status)], reason=reason)], at=at)
    return again


def _public(pledge: Pledge, by: Any) -> Pledge:
    pledge = locked(pledge)
    if not may_correct_pledge(by, pledge):
        raise NotAllowed(_("You may not do this."))
    if not pledge.is_public:
        raise WrongState(_("Only a published pledge has something to correct."))
    return pledge


def correct_rate(pledge: Pledge, *, by: Any, at: datetime, reason: str = "") -> Pledge:
    """Convert a published pledge's amount anew, at the rate that is known for its day now.

    A rate that was entered (`base.actions.enter_rate`) comes to count by this; a figure that a file brought
    gives way to it. It is a revision of its own: the former figure stays readable. Raises NotAllowed,
    WrongState, Refused (no amount, no rate, the same figure).
    """
    with transaction.atomic():
        pledge = _public(pledge, by)
        content = PledgeContent.from_json(pledge.current.content)
        if not content.amount:
            raise Refused(_("This pledge names no amount."))
        content = content.with_(amount_usd="")
        usd = converted(content, *pledge_day(content, pledge.published_at))
        if usd.amount_usd is None:
            raise Refused(_("There is no rate for that day. Enter one, with its source."))
        if usd.amount_usd == pledge.current.amount_usd and usd.kind == pledge.current.rate_kind:
            raise Refused(_("The figure is the same: nothing to correct."))
        before = pledge.current
        why = reason.strip() or _("corrected exchange rate")
        after = _corrected(pledge, content, by=by, at=at, reason=why)
        history.record(
            "pledge", pledge.pk, "correct_rate", by=by, at=at, reason=why, public=True,
            data={"revision": after.n, "from": str(before.amount_usd), "to": str(after.amount_usd)},
        )  # fmt: skip
        announce("pledge.revised", pledge=pledge, revision=after, by=by, at=at)
    return pledge


def redact(
    pledge: Pledge,
    n: int,
    *,
    by: Any,
    at: datetime,
    reason: str,
    title: str = "",
    summary: str = "",
    description: str = "",
    drop: Iterable[str] = (),
) -> Pledge:
    """Remove the text of one revision by law, for good: document, columns, translations, copies in history.

    The log keeps the hash and says that it was redacted. Where the revision is the valid one, what may be said
    (`title`, `summary`, `description`, all else without the fields in `drop`) becomes the next revision; where it
    is a former one, the valid text is entered again, so that the record goes on.
    Raises NotAllowed, WrongState, ReasonOwed, Refused; ValueError for a field that cannot be dropped.
    """
    if set(drop) - set(DROPPABLE):
        raise ValueError(f"cannot be dropped: {sorted(set(drop) - set(DROPPABLE))}")
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))
    with transaction.atomic():
        pledge = _public(pledge, by)
        revision = pledge.revisions.select_for_update().filter(n=n).first()
        if revision is None or is_redacted(revision):
            raise WrongState(_("There is no such text, or it was removed before."))
        content = PledgeContent.from_json(pledge.current.content)
        if revision.pk == pledge.current_id:
            if not title.strip():
                raise Refused(_("Write a title that may stay."))
            content = content.with_(title=title.strip(), summary=summary.strip(), description=description.strip())
            content = _without(pledge, content, drop, at)
        why = _("removed by law: %(reason)s") % {"reason": reason.strip()}
        after = _corrected(pledge, content, by=by, at=at, reason=why)
        _blank(pledge, revision)
        redact_documents(pledge.reference, n, reason=reason, by=str(by), at=at)
        history.record(
            "pledge", pledge.pk, "redact", by=by, at=at, reason=reason, public=True,
            data={"revision": n, "after": after.n},
        )  # fmt: skip
        announce("pledge.redacted", pledge=pledge, n=n, by=by, at=at, reason=reason.strip())
    return pledge


def _without(pledge: Pledge, content: PledgeContent, drop: Iterable[str], at: datetime) -> PledgeContent:
    """The content without some fields; files that it listed are no longer served."""
    if "attachments" in drop:
        pledge.attachments.filter(pk__in=content.attachments).update(removed_at=at)
    empty = PledgeContent()
    return content.with_(**{name: getattr(empty, name) for name in drop})


def is_redacted(revision: Revision) -> bool:
    """Whether the text of a public revision was removed by law."""
    return revision.n is not None and not revision.content


def _blank(pledge: Pledge, revision: Revision) -> None:
    """Everything in which the words of a revision stand beside its document. Figures stay: sums go on to be true."""
    revision.content, revision.typed = {}, {}
    revision.title = revision.summary = revision.search_text = ""
    revision.save(update_fields=["content", "typed", "title", "summary", "search_text"])
    Translation.objects.filter(pledge=pledge, n=revision.n).update(title="", summary="", description="")
    # What was reviewed is kept with the decision (desk/listeners.py): the same words may stand there.
    for entry in HistoryEntry.objects.filter(subject_kind="pledge", subject_id=pledge.pk, data__has_key="text"):
        entry.data.pop("text")
        entry.save(update_fields=["data"])
    # Texts that were not published were copied from the public one.
    current = PledgeContent.from_json(pledge.current.content)
    allowed = {name: getattr(current, name) for name in TEXTS}
    for text in pledge.revisions.filter(n=None):
        text.content = PledgeContent.from_json(text.content).with_(**allowed).to_json()
        text.typed, text.version = {}, text.version + 1
        text.save(update_fields=["content", "typed", "version"])
