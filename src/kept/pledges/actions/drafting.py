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
from kept.people.permissions import is_secretariat, writes_for
from kept.pledges.content import FIELDS, PledgeContent
from kept.pledges.lifecycle import PLEDGE
from kept.pledges.models import Message, Pledge, Revision, Status, TextStatus
from kept.pledges.permissions import may_edit_pledge, may_see_draft

WRITABLE = {TextStatus.DRAFT, TextStatus.CHANGES_REQUESTED}
CONTACT = ("contact_name", "contact_email", "contact_phone")


def locked(pledge: Pledge) -> Pledge:
    """The pledge, read anew and locked for this transaction; every action begins with it.

    Its texts are read after the lock is held: a row that was joined to the locking query would be as old as the
    moment at which the wait for the lock began (PostgreSQL looks again only at the locked row itself).
    """
    return Pledge.objects.select_for_update().get(pk=pledge.pk)


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

    Raises NotAllowed if `by` is nobody, begins on behalf without working for the secretariat, or begins for an
    organisation that they do not write for.
    """
    if by is None or not by.is_authenticated or (on_behalf and not is_secretariat(by)):
        raise NotAllowed(_("You may not do this."))
    _check_lead(by, lead.pk if lead else None)
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


def _check_lead(by: Any, lead: int | None) -> None:
    """Nobody writes a promise into another organisation's name, not even a draft of one. Raises NotAllowed."""
    if lead is not None and not is_secretariat(by) and not writes_for(by, lead):
        raise NotAllowed(_("You may not do this."))


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
    base_version: int | Mapping[str, int],
    typed: Mapping[str, str] | None = None,
    contact: Mapping[str, str] | None = None,
    force: bool = False,
) -> Saved:
    """Save some fields of the text being written, as typed.

    `values` are in normal form; `typed` holds what could not be read yet, by field. `base_version` is the version
    that the writer saw: of the whole text, or of each field. A field that somebody else changed since is not
    overwritten: it comes back in `conflicts` with both versions, and all others are saved. `force` keeps yours.
    Raises NotAllowed, WrongState (it is with the secretariat).
    """
    given = Given(dict(values), dict(typed or {}), dict(contact or {}), base_version, force)
    unknown = set(given.values) - set(FIELDS) | set(given.contact) - set(CONTACT)
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}")
    with transaction.atomic():
        pledge_now = locked(pledge)
        if not may_edit_pledge(by, pledge_now):
            raise NotAllowed(_("You may not do this."))
        text = pledge_now.working
        if text is None or text.status not in WRITABLE or not _open_for_writing(pledge_now):
            raise WrongState(_("This pledge is being reviewed. Take it back before you change it."))
        if given.values.get("lead", pledge_now.lead_id) != pledge_now.lead_id:
            if given.values["lead"] is None and pledge_now.created_by_id != by.pk and not is_secretariat(by):
                raise NotAllowed(_("You may not do this."))  # it would be nobody's, and gone for the others
            _check_lead(by, given.values["lead"])
        saved = _merge(pledge_now, text, given)
        if saved.changed:
            text.changed_at, text.changed_by = at, by
            text.save(update_fields=["content", "typed", "version", "field_versions", "changed_at", "changed_by"])
        written = {name: given.contact[name] for name in given.contact if name in saved.changed}
        _save_head(pledge_now, PledgeContent.from_json(text.content), written)
    pledge.refresh_from_db()
    return saved


def _open_for_writing(pledge: Pledge) -> bool:
    return pledge.status in {Status.DRAFT, Status.CHANGES_REQUESTED, Status.PUBLISHED}


@dataclass(frozen=True)
class Given:
    """What one save brings; see `save_fields`."""

    values: dict[str, Any]
    typed: dict[str, str]
    contact: dict[str, str]
    base: int | Mapping[str, int]
    force: bool = False

    @property
    def names(self) -> list[str]:
        return sorted({*self.values, *self.typed, *self.contact})

    def seen(self, name: str) -> int:
        """The version of a field that the writer had before their eyes."""
        return self.base if isinstance(self.base, int) else self.base.get(name, 0)


def _merge(pledge: Pledge, text: Revision, given: Given) -> Saved:
    """Write what is given into `text`, field by field. Contacts share the versions and stand with the pledge."""
    before = PledgeContent.from_json(text.content)
    content = before.with_(**given.values)  # normalises what is given
    old_json, new_json = before.to_json(), PledgeContent.from_json(content.to_json()).to_json()
    was = old_json | {name: getattr(pledge, name) for name in CONTACT} | text.typed
    becomes = new_json | given.contact | given.typed
    saved = Saved(version=text.version)
    for name in given.names:
        old, new = was.get(name), becomes.get(name)
        if old == new and (name in text.typed) == (name in given.typed):
            continue
        if not given.force and text.field_versions.get(name, 0) > given.seen(name):
            saved.conflicts[name] = (old, new)
            continue
        saved.changed.append(name)
        if name in given.typed:
            text.typed[name] = given.typed[name]
        else:
            text.typed.pop(name, None)
            if name in given.values:
                old_json[name] = new_json.get(name)
    if saved.changed:
        text.content = {k: v for k, v in old_json.items() if v not in (None, "", [], {})}
        text.version += 1
        text.field_versions |= dict.fromkeys(saved.changed, text.version)
        saved.version = text.version
    return saved


def _save_head(pledge: Pledge, content: PledgeContent, contact: Mapping[str, str]) -> None:
    """An unpublished pledge is listed under its working title and lead; contacts are no part of a text."""
    changed = list(contact)
    for name, value in contact.items():
        setattr(pledge, name, value)
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
