"""The history of a pledge in sentences: who did what, and why they said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats
from kept.base.languages import native_name
from kept.base.models import HistoryEntry

# (somebody did it, the house did it): the second where no person stands behind an entry.
SENTENCES: Mapping[str, tuple[Any, Any]] = {
    "create": (gettext_lazy("%(who)s began this pledge."), gettext_lazy("This pledge was begun.")),
    "submit": (gettext_lazy("%(who)s sent it to the secretariat."), gettext_lazy("It was sent to the secretariat.")),
    "recall": (gettext_lazy("%(who)s took it back to change it."), ""),
    "request_changes": (gettext_lazy("%(who)s asked for changes."), ""),
    "accept": (gettext_lazy("%(who)s accepted it."), gettext_lazy("It was accepted.")),
    "call_back": (gettext_lazy("%(who)s called it back before it was published."), ""),
    "publish": (gettext_lazy("%(who)s published it."), gettext_lazy("It was published at its hour.")),
    "decline": (gettext_lazy("%(who)s declined it."), ""),
    "reopen": (gettext_lazy("%(who)s opened it for review again."), ""),
    "discard": (gettext_lazy("%(who)s threw the draft away."), ""),
    "restore": (gettext_lazy("%(who)s took the draft out of the bin."), ""),
    "withdraw": (gettext_lazy("%(who)s took the pledge back."), gettext_lazy("The pledge was taken back.")),
    "delist": (gettext_lazy("%(who)s took it from the registry: it breaks the rules."), ""),
    "supersede": (gettext_lazy("%(who)s replaced it by another pledge."), ""),
    "confirm_as_owner": (
        gettext_lazy("%(who)s confirmed this pledge as its owner."),
        gettext_lazy("Its owner confirmed it by the link that was sent."),
    ),
    "begin_revision": (gettext_lazy("%(who)s began to change the text."), ""),
    "submit_revision": (gettext_lazy("%(who)s sent a changed text."), ""),
    "recall_revision": (gettext_lazy("%(who)s took the changed text back."), ""),
    "request_revision_changes": (gettext_lazy("%(who)s asked for changes in the changed text."), ""),
    "accept_revision": (
        gettext_lazy("%(who)s published the changed text."), gettext_lazy("The changed text was published.")
    ),
    "refuse_revision": (gettext_lazy("%(who)s refused the changed text."), ""),
    "discard_revision": (
        gettext_lazy("%(who)s threw the changed text away."), gettext_lazy("The changed text was thrown away.")
    ),
    "confirm_partner": (
        gettext_lazy("%(who)s confirmed as a partner."), gettext_lazy("A partner confirmed by the link that was sent.")
    ),
    "decline_partner": (
        gettext_lazy("%(who)s said no to being a partner."),
        gettext_lazy("A partner said no by the link that was sent."),
    ),
    "assign": (gettext_lazy("%(who)s gave it to %(to)s."), ""),
    "unassign": (gettext_lazy("%(who)s gave it to nobody."), ""),
    "attach_letter": (gettext_lazy("%(who)s attached the signed letter."), ""),
    "send_confirmation": (gettext_lazy("%(who)s sent the link to confirm to %(to)s."), ""),
    "ask_to_send": (gettext_lazy("%(who)s asked a focal point to send it."), ""),
    "send_partner_link": (gettext_lazy("%(who)s sent a partner the link to confirm, to %(to)s."), ""),
    "correct_rate": (gettext_lazy("%(who)s converted the amount anew."), ""),
    "redact": (gettext_lazy("%(who)s removed the text of revision %(revision)s by law."), ""),
    "ask_translation": (gettext_lazy("%(who)s asked for a translation into %(language)s."), ""),
    "cancel_translation": (gettext_lazy("%(who)s no longer asks for a translation into %(language)s."), ""),
    "publish_translation": (gettext_lazy("%(who)s checked and published the translation into %(language)s."), ""),
}  # fmt: skip
LATER = {
    "call_back": gettext_lazy("%(who)s let it go out: it is published after the minutes of calling back."),
    "date": gettext_lazy("%(who)s accepted it, to be published on %(day)s."),
    "announcement": gettext_lazy("%(who)s accepted it, to be published when it is announced: %(announcement)s."),
}


def sentence(entry: HistoryEntry, language: str) -> str:
    """One entry as a whole sentence in the language that is active; the verb itself where none is written yet."""
    data = entry.data
    words = {
        "who": entry.by_name,
        "to": data.get("to", ""),
        "revision": data.get("revision", ""),
        "language": native_name(data.get("language", "")) if data.get("language") else "",
        "announcement": data.get("announcement", ""),
        "day": "",
    }
    if entry.verb == "accept" and entry.by_name:
        if data.get("announcement"):
            return str(LATER["announcement"]) % words
        if data.get("publish_at"):
            words["day"] = formats.format_date(data["publish_at"][:10], language)
            return str(LATER["date"]) % words
        return str(LATER["call_back"]) % words
    somebody, house = SENTENCES.get(entry.verb, ("", ""))
    said = somebody if entry.by_name or not house else house
    return str(said) % words if said else entry.verb.replace("_", " ")


def told(entries: Iterable[HistoryEntry], language: str) -> list[dict[str, Any]]:
    """Entries for the timeline component, newest first: day, sentence, and the reason that was given."""
    lines = []
    for entry in sorted(entries, key=lambda each: (each.at, each.pk), reverse=True):
        reason = _("“%(reason)s”") % {"reason": entry.reason} if entry.reason else ""
        lines.append({"at": entry.at, "title": sentence(entry, language), "text": reason})
    return lines
