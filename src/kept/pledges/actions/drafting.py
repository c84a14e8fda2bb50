"""Beginning a pledge and writing in it, several people at once, without losing a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, WrongState
from kept.people.models import Organisation
from kept.people.permissions import is_secretariat
from kept.pledges.content import FIELDS, PledgeContent
from kept.pledges.lifecycle import PLEDGE
from kept.pledges.models import Message, Pledge, Revision, Status, TextStatus
from kept.pledges.permissions import may_edit_pledge, may_see_draft

WRITABLE = {TextStatus.DRAFT, TextStatus.CHANGES_REQUESTED}
CONTACT = ("contact_name", "contact_email", "contact_phone")


def locked(pledge: Pledge) -> Pledge:
    """The pledge, read anew and locked for this transaction; every action begins with it."""
    fresh = Pledge.objects.select_for_update(of=("self",)).select_related("working", "current", "lead")
    return fresh.get(pk=pledge.pk)


def create_draft(
    *,
    by: Any,
    at: datetime,
    lead: Organisation | None = None,
    language: str = "en",
    content: PledgeContent | None = None,
    on_behalf: bool = False,
    started_from: Pledge | None = None,
) -> Pledge:
    """Begin a pledge. `content` is an earlier pledge's text or an example's, if one starts from it.

    Raises NotAllowed if `by` is nobody, or begins on behalf without working for the secretariat.
    """
    if by is None or not by.is_authenticated or (on_behalf and not is_secretariat(by)):
        raise NotAllowed(_("You may not do this."))
    content = (content or PledgeContent(language=language)).with_(lead=lead.pk if lead else None)
    with transaction.atomic():
        pledge = Pledge.objects.create(
            lead=lead,
            title=content.title,
            created_by=by,
            created_at=at,
            on_behalf=on_behalf,
            started_from=started_from,
            contact_name=by.name if not on_behalf else "",
            contact_email=by.email if not on_behalf else "",
        )
        text = Revision.objects.create(
            pledge=pledge, content=content.to_json(), changed_at=at, changed_by=by, lead=None
        )
        pledge.working = text
        pledge.save(update_fields=["working"])
        history.record("pledge", pledge.pk, "create", by=by, at=at, to_state=Status.DRAFT)
        announce("pledge.drafted", pledge=pledge, by=by, at=at)
    return pledge


@dataclass
class Saved:
    """What became of a save: the new version, and the fields that somebody else had changed meanwhile."""

    version: int
    changed: list[str] = field(default_factory=list)
    conflicts: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # field: (theirs, yours)


def save_fields(
    pledge: Pledge,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime,
    base_version: int,
    typed: Mapping[str, str] | None = None,
    contact: Mapping[str, str] | None = None,
    force: bool = False,
) -> Saved:
    """Save some fields of the text being written, as typed.

    `values` are in normal form; `typed` holds what could not be read yet, by field. A field that somebody
    else changed since `base_version` is not overwritten: it comes back in `conflicts` with both versions,
    and all others are saved. `force` keeps yours. Raises NotAllowed, WrongState (it is with the secretariat).
    """
    typed = dict(typed or {})
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    with transaction.atomic():
        pledge_now = locked(pledge)
        if not may_edit_pledge(by, pledge_now):
            raise NotAllowed(_("You may not do this."))
        text = pledge_now.working
        if text is None or text.status not in WRITABLE or not _open_for_writing(pledge_now):
            raise WrongState(_("This pledge is being reviewed. Take it back before you change it."))
        saved = _merge(text, values, typed, base_version, force)
        if saved.changed:
            text.changed_at, text.changed_by = at, by
            text.save(update_fields=["content", "typed", "version", "field_versions", "changed_at", "changed_by"])
        _save_head(pledge_now, PledgeContent.from_json(text.content), contact or {})
    pledge.refresh_from_db()
    return saved


def _open_for_writing(pledge: Pledge) -> bool:
    return pledge.status in {Status.DRAFT, Status.CHANGES_REQUESTED, Status.PUBLISHED}


def _merge(text: Revision, values: Mapping[str, Any], typed: dict[str, str], base_version: int, force: bool) -> Saved:
    """Write `values` and `typed` into `text`, field by field; see `save_fields`."""
    before = PledgeContent.from_json(text.content)
    content = before.with_(**values)  # normalises what is given
    old_json, new_json = before.to_json(), PledgeContent.from_json(content.to_json()).to_json()
    saved = Saved(version=text.version)
    for name in sorted(set(values) | set(typed)):
        old = text.typed.get(name, old_json.get(name))
        new = typed.get(name, new_json.get(name))
        if old == new:
            continue
        if not force and text.field_versions.get(name, 0) > base_version:
            saved.conflicts[name] = (old, new)
            continue
        saved.changed.append(name)
        if name in typed:
            text.typed[name] = typed[name]
        else:
            text.typed.pop(name, None)
            old_json[name] = new_json.get(name)
    if saved.changed:
        text.content = {k: v for k, v in old_json.items() if v not in (None, "", [], {})}
        text.version += 1
        text.field_versions |= dict.fromkeys(saved.changed, text.version)
        saved.version = text.version
    return saved


def _save_head(pledge: Pledge, content: PledgeContent, contact: Mapping[str, str]) -> None:
    """An unpublished pledge is listed under its working title and lead; contacts are no part of a text."""
    changed = [name for name in CONTACT if name in contact and getattr(pledge, name) != contact[name]]
    for name in changed:
        setattr(pledge, name, contact[name])
    if not pledge.is_public:
        if pledge.title != content.title[:300]:
            pledge.title = content.title[:300]
            changed.append("title")
        if pledge.lead_id != content.lead:
            pledge.lead_id = content.lead
            changed.append("lead")
    if changed:
        pledge.save(update_fields=changed)


def discard(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Throw a draft away. It can be taken out of the bin again (`restore`). Raises NotAllowed, WrongState."""
    return _simple(pledge, "discard", by=by, at=at)


def restore(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Take a draft out of the bin. Raises NotAllowed, WrongState."""
    return _simple(pledge, "restore", by=by, at=at)


def _simple(pledge: Pledge, move_name: str, *, by: Any, at: datetime) -> Pledge:
    with transaction.atomic():
        pledge = locked(pledge)
        move = PLEDGE.check(move_name, pledge, state=pledge.status, by=by)
        history.record("pledge", pledge.pk, move.name, by=by, at=at, from_state=pledge.status, to_state=move.target)
        pledge.status = move.target
        pledge.save(update_fields=["status"])
    return pledge


def add_message(
    pledge: Pledge, text: str, *, by: Any, at: datetime, internal: bool = False, by_mail: bool = False, key: str = ""
) -> Message:
    """Say something in the conversation about a pledge; an internal note is for the secretariat alone.

    Announces `pledge.message`, on which mail to the other side is queued. Raises NotAllowed.
    """
    staff = is_secretariat(by)
    if not may_see_draft(by, pledge) or (internal and not staff):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        message = Message.objects.create(
            pledge=pledge,
            at=at,
            by=by,
            by_name=str(by),
            from_secretariat=staff,
            internal=internal,
            by_mail=by_mail,
            text=text.strip(),
            key=key,
        )
        announce("pledge.message", pledge=pledge, message=message, by=by, at=at)
    return message
