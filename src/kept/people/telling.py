"""History entries as sentences, for the timeline of an organisation or an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from kept.base.models import HistoryEntry
from kept.people.models import Role

Sentence = Callable[[dict[str, Any]], str]


def _role(value: str) -> str:
    return str(Role(value).label) if value in Role.values else ""


SENTENCES: dict[str, Sentence] = {
    # Organisations
    "other_name": lambda data: _("Also found as “%(name)s”") % {"name": data.get("name", "")},
    "found": lambda data: _("Entered"),
    "change": lambda data: _("Description changed"),
    "confirm": lambda data: _("Confirmed by the secretariat"),
    "ask": lambda data: _("%(name)s asked to join") % data,
    "let_in": lambda data: _("%(name)s was let in as %(role)s") % {**data, "role": _role(data.get("role", ""))},
    "refuse": lambda data: _("%(name)s was not let in") % data,
    "take_back": lambda data: _("%(name)s no longer asks to join") % data,
    "change_role": lambda data: _("%(name)s is now %(role)s") % {**data, "role": _role(data.get("role", ""))},
    "name_deputy": lambda data: _("%(name)s is now deputy of the focal point") % data,
    "deputy_no_more": lambda data: _("%(name)s is no longer deputy") % data,
    "hand_over": lambda data: _("%(was_name)s handed over to %(name)s") % data,
    "end": lambda data: _("%(name)s left") % data,
    "invite": lambda data: _("%(email)s was invited") % data,
    "join_by_invitation": lambda data: _("%(name)s joined by invitation") % data,
    "merge": lambda data: _("%(gone_name)s was merged into %(stays_name)s") % data,
    "undo_merge": lambda data: _("The merge of %(gone_name)s into %(stays_name)s was undone") % data,
    "keep_apart": lambda data: _("%(other_name)s is another organisation") % data,
    # Accounts
    "change_account": lambda data: _("Name or language changed"),
    "give_desk": lambda data: _("Let in to the desk"),
    "take_desk": lambda data: _("No longer at the desk"),
    "close_account": lambda data: _("Account closed"),
    "open_account": lambda data: _("Account opened again"),
    "bounced": lambda data: _("Mail came back"),
    "address_works": lambda data: _("Mail arrives again"),
    "password_reset": lambda data: _("A new password was set."),
    "password_changed": lambda data: _("The password was changed."),
    "password_set": lambda data: _("A password was set."),
    "email_changed": lambda data: _("The mail address was changed."),
    "email_deleted": lambda data: _("A mail address was removed."),
    "totp_activated": lambda data: _("An authenticator app was added."),
    "totp_deactivated": lambda data: _("The authenticator app was removed."),
    "recovery_codes_generated": lambda data: _("New recovery codes were made."),
    "webauthn_added": lambda data: _("A passkey was added."),
    "webauthn_removed": lambda data: _("A passkey was removed."),
}


def told(entries: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """Entries for `components/timeline.html`: at, title, text (who did it, and why)."""
    lines = []
    for entry in entries:
        sentence = SENTENCES.get(entry.verb)
        title = sentence({"name": "", "email": "", **entry.data}) if sentence else entry.verb
        by, reason = entry.by_name, entry.reason
        if by and reason:
            text = _("By %(name)s: %(reason)s") % {"name": by, "reason": reason}
        else:
            text = _("By %(name)s") % {"name": by} if by else reason
        lines.append({"at": entry.at, "title": title, "text": text})
    return lines
