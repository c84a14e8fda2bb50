"""Files beside a pledge: added while it is written, taken away again; the owner's letter, for the desk alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.permissions import is_secretariat
from kept.pledges.actions.drafting import locked, save_fields
from kept.pledges.attachments import examine, is_public, kept_file
from kept.pledges.content import PledgeContent
from kept.pledges.models import Attachment, Pledge
from kept.pledges.permissions import may_edit_pledge
from kept.pledges.rules import MOST


def add_attachment(pledge: Pledge, upload: Any, *, by: Any, at: datetime) -> Attachment:
    """Put a file beside the text that is being written. Raises NotAllowed, WrongState, FileRefused."""
    if not may_edit_pledge(by, pledge):
        raise NotAllowed(_("You may not do this."))
    found = examine(upload)
    with transaction.atomic():
        fresh = locked(pledge)
        content = PledgeContent.from_json(fresh.working.content) if fresh.working else PledgeContent()
        if len(content.attachments) >= MOST["attachments"]:
            raise Refused(_("Too many entries: %(most)s are possible.") % {"most": MOST["attachments"]})
        attachment = _keep(fresh, found, by=by, at=at)
        listed = (*content.attachments, attachment.pk)
        try:
            save_fields(pledge, {"attachments": listed}, by=by, at=at, base_version=0, force=True)
        except Refused:
            attachment.file.storage.delete(attachment.file.name)
            raise
    return attachment


def remove_attachment(pledge: Pledge, attachment: Attachment, *, by: Any, at: datetime) -> None:
    """Take a file away from the text that is being written; a public text that lists it keeps it.

    Raises NotAllowed, WrongState.
    """
    if attachment.pledge_id != pledge.pk or attachment.is_letter:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        fresh = locked(pledge)
        content = PledgeContent.from_json(fresh.working.content) if fresh.working else PledgeContent()
        listed = tuple(pk for pk in content.attachments if pk != attachment.pk)
        save_fields(pledge, {"attachments": listed}, by=by, at=at, base_version=0, force=True)
        if not is_public(attachment, fresh):
            attachment.removed_at = at
            attachment.save(update_fields=["removed_at"])


def attach_letter(pledge: Pledge, upload: Any, *, by: Any, at: datetime) -> Attachment:
    """Keep the owner's signed letter with a pledge that was entered on their behalf. Raises NotAllowed, FileRefused."""
    if not is_secretariat(by) or not pledge.on_behalf:
        raise NotAllowed(_("You may not do this."))
    found = examine(upload, letter=True)
    with transaction.atomic():
        pledge = locked(pledge)
        attachment = _keep(pledge, found, by=by, at=at, is_letter=True)
        history.record("pledge", pledge.pk, "attach_letter", by=by, at=at, data={"name": attachment.name})
    return attachment


def _keep(pledge: Pledge, found: Any, *, by: Any, at: datetime, is_letter: bool = False) -> Attachment:
    return Attachment.objects.create(
        pledge=pledge,
        file=kept_file(found),
        name=found.name,
        media_type=found.media_type,
        size=len(found.data),
        sha256=found.sha256,
        is_letter=is_letter,
        added_at=at,
        added_by=by,
    )
