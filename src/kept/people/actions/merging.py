"""Two organisations that are one. A merge rewrites nothing: it is a pointer with a date, and can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.people.actions.organisations import changed
from kept.people.links import link_address
from kept.people.models import Apart, Membership, Merge, Organisation
from kept.people.permissions import may_merge_organisations


def _both(one: int, other: int) -> tuple[Organisation, Organisation]:
    """Both rows locked, always in the same order: two merges at once do not wait for each other for ever."""
    rows = {row.pk: row for row in Organisation.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")}
    return rows[one], rows[other]


def merge(gone: Organisation, *, into: Organisation, by: Any, at: datetime, reason: str) -> Merge:
    """Let `gone` live on as `into`, from `at` on: its pledges, members and address lead there.

    Documents stay as they were written, and a figure for an earlier day still counts two. Raises NotAllowed,
    ReasonOwed, Refused for one and the same, WrongState where one of them was merged away already (so that chains
    end and circles cannot be).
    """
    if not may_merge_organisations(by, gone):
        raise NotAllowed(_("You may not do this."))
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))
    if gone.pk == into.pk:
        raise Refused(_("Choose two different organisations."))
    with transaction.atomic():
        gone, into = _both(gone.pk, into.pk)
        if gone.merged_into_id or into.merged_into_id:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        gone.merged_into, gone.merged_at = into, at
        gone.save(update_fields=["merged_into", "merged_at"])
        row = Merge.objects.create(gone=gone, stays=into, at=at, by=by, reason=reason.strip())
        _note("merge", row, by=by, at=at, reason=reason)
        _tell_members(row, at=at)
        announce("organisation.merged", gone=gone, stays=into, by=by, at=at)
        changed(gone, by=by, at=at)
    return row


def undo_merge(row: Merge, *, by: Any, at: datetime, reason: str) -> Merge:
    """Let the two be two again. Raises NotAllowed, ReasonOwed, WrongState (undone already)."""
    if not may_merge_organisations(by, row.gone):
        raise NotAllowed(_("You may not do this."))
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))
    with transaction.atomic():
        gone, _stays = _both(row.gone_id, row.stays_id)
        row = Merge.objects.select_for_update().select_related("gone", "stays").get(pk=row.pk)
        if row.undone_at or gone.merged_into_id != row.stays_id:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        gone.merged_into = gone.merged_at = None
        gone.save(update_fields=["merged_into", "merged_at"])
        row.undone_at, row.undone_by = at, by
        row.save(update_fields=["undone_at", "undone_by"])
        _note("undo_merge", row, by=by, at=at, reason=reason)
        announce("organisation.unmerged", gone=gone, stays=row.stays, by=by, at=at)
        changed(gone, by=by, at=at)
    return row


def keep_apart(one: Organisation, other: Organisation, *, by: Any, at: datetime) -> Apart:
    """Say that two which look like one are two: nobody is asked about them again. Raises NotAllowed, Refused."""
    if not may_merge_organisations(by, one):
        raise NotAllowed(_("You may not do this."))
    if one.pk == other.pk:
        raise Refused(_("Choose two different organisations."))
    first, second = sorted((one, other), key=lambda each: each.pk)
    with transaction.atomic():
        row, new = Apart.objects.get_or_create(one=first, other=second, defaults={"at": at, "by": by})
        if new:
            for here, there in ((first, second), (second, first)):
                data = {"other": there.pk, "other_name": there.name}
                history.record("organisation", here.pk, "keep_apart", by=by, at=at, data=data)
    return row


def _note(verb: str, row: Merge, *, by: Any, at: datetime, reason: str) -> None:
    """An entry in the history of both."""
    data = {"gone": row.gone_id, "gone_name": row.gone.name, "stays": row.stays_id, "stays_name": row.stays.name}
    for pk in (row.gone_id, row.stays_id):
        history.record("organisation", pk, verb, by=by, at=at, reason=reason, data=data)


def _tell_members(row: Merge, *, at: datetime) -> None:
    """Those of the one that goes now belong to the one that stays."""
    for member in Membership.objects.active().filter(organisation=row.gone).select_related("person"):
        language = member.person.language
        words = {
            "gone": row.gone.name_in(language),
            "stays": row.stays.name_in(language),
            "reason": row.reason,
            "action": gettext_lazy("Open the page"),
            "action_url": link_address(None, path=f"/my/organisations/{row.stays.slug}/", language=language),
        }
        mail.queue(
            "people/merged", to=member.person.email, language=language, person=member.person, context=words, at=at,
            key=f"merged-{row.pk}-{member.person_id}",
        )  # fmt: skip
