"""Mail that comes in: what bounced, and answers to a conversation (`kept receive-mail` reads one from its input).

An answer finds its conversation by the address it was sent to: `reply+<kind>.<id>.<person>.<seal>@host`, where the
seal is made with the secret key. Nothing else in a mail is believed. Both are announced as events; a copy
of a mail that was seen before changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

from django.conf import settings
from django.db import transaction

from kept.base.events import announce
from kept.base.mail import own_host
from kept.base.models import MailState, OutgoingMail, ReceivedMail

MOST_TEXT = 20_000  # characters of an answer that are kept
_TOKEN = re.compile(r"\+([a-z_]{1,20})\.(\d{1,18})\.(\d{1,18})\.([a-z2-7]{16})@", re.IGNORECASE)
# Where the answer ends and the mail it answers begins, as mail programs write it.
_QUOTED = re.compile(
    r"^(>|On .{5,200}(wrote|schrieb):\s*$|Le .{5,200}a écrit\s*:\s*$|El .{5,200}escribió:\s*$|-{4,}|_{8,}|-- ?$)"
)


def reply_address(kind: str, subject_id: int, person_id: int) -> str:
    """Where an answer to this conversation is sent by this person; empty where no mail is received (KEPT_REPLY_TO)."""
    base = settings.REPLY_TO
    if not base:
        return ""
    local, _at, host = base.partition("@")
    return f"{local}+{kind}.{subject_id}.{person_id}.{_seal(kind, subject_id, person_id)}@{host}"


def _seal(kind: str, subject_id: int, person_id: int) -> str:
    """80 bits that nobody without the secret key can make, in letters that survive any mail program."""
    what = f"reply:{kind}:{subject_id}:{person_id}".encode()
    return b32encode(hmac.new(settings.SECRET_KEY.encode(), what, hashlib.sha256).digest()[:10]).decode().lower()


@dataclass(frozen=True)
class Addressed:
    """Whom an answer is for: a conversation (`kind`, `subject_id`) and the person whose address it was."""

    kind: str
    subject_id: int
    person_id: int


def addressed(address: str) -> Addressed | None:
    """What a reply address means; None where it is none of ours or its seal is wrong."""
    found = _TOKEN.search(address)
    if not found:
        return None
    kind, subject_id, person_id = found[1].lower(), int(found[2]), int(found[3])
    if not hmac.compare_digest(found[4].lower(), _seal(kind, subject_id, person_id)):
        return None
    return Addressed(kind, subject_id, person_id)


def receive(raw: bytes, *, at: datetime) -> str:
    """Take one mail in; says what it was: "bounce", "reply", "unknown", "seen" (it came before).

    Announces `mail.bounced` (email, at, reason, mail) for a delivery report about a mail that we sent, and
    `mail.received` (kind, subject_id, person_id, sender, text, at) for an answer.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    message_id = str(mail.get("Message-ID", "")).strip()[:300] or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    sender = parseaddr(str(mail.get("From", "")))[1][:254]
    with transaction.atomic():
        row, new = ReceivedMail.objects.get_or_create(
            message_id=message_id, defaults={"sender": sender, "kind": "unknown", "received_at": at}
        )
        if not new:
            return "seen"
        failed = failed_addresses(mail)
        if failed:
            row.kind, row.note = "bounce", ", ".join(failed)[:300]
            _came_back(_original(mail), next(iter(failed.values())), at)
        elif (for_whom := _recipient(mail)) and not _automatic(mail):
            announce(
                "mail.received",
                kind=for_whom.kind,
                subject_id=for_whom.subject_id,
                person_id=for_whom.person_id,
                sender=sender,
                text=answer(mail),
                at=at,
            )
            row.kind, row.note = "reply", f"{for_whom.kind} {for_whom.subject_id}"
        row.save(update_fields=["kind", "note"])
    return row.kind


def failed_addresses(mail: EmailMessage) -> dict[str, str]:
    """{address: reason} that a delivery report (RFC 3464) gives up for good; empty for anything else."""
    if mail.get_content_type() != "multipart/report":
        return {}
    found = {}
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            status, action = str(block.get("Status", "")).strip(), str(block.get("Action", "")).strip().lower()
            if action != "failed" or status.startswith("4."):
                continue
            named = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
            address = named.rpartition(";")[2].strip().strip("<>").lower()
            if "@" in address:
                found[address] = str(block.get("Diagnostic-Code", status)).strip()[:300]
    return found


def _original(mail: EmailMessage) -> OutgoingMail | None:
    """The mail of ours that a delivery report is about, by its Message-ID: nobody who did not get it knows that."""
    for part in mail.walk():
        named = re.search(r"<([0-9a-f]{32})@", str(part.get("Message-ID", "")))
        if part.get_content_type() == "text/rfc822-headers":
            text = (part.get_payload(decode=True) or b"").decode("latin-1")
            named = re.search(r"^Message-ID:\s*<([0-9a-f]{32})@", text, re.IGNORECASE | re.MULTILINE)
        ours = OutgoingMail.objects.filter(message_id=named[1]).first() if named else None
        if ours:
            return ours
    return None


def _came_back(ours: OutgoingMail | None, reason: str, at: datetime) -> None:
    """A mail of ours was given up by a server on its way. A report that names none of ours is not believed."""
    if ours is None:
        return
    if ours.state in {MailState.SENT, MailState.UNKNOWN}:
        ours.state, ours.error = MailState.FAILED, reason[:1000]
        ours.save(update_fields=["state", "error"])
    announce("mail.bounced", email=ours.to, at=at, reason=reason, mail=ours)


def _recipient(mail: EmailMessage) -> Addressed | None:
    names = ("Delivered-To", "X-Original-To", "To", "Cc")
    for _name, address in getaddresses([str(value) for name in names for value in mail.get_all(name, [])]):
        found = addressed(address)
        if found:
            return found
    return None


def _automatic(mail: EmailMessage) -> bool:
    """Out-of-office notes and the like (RFC 3834) are no answer; neither is a mail of our own that came round."""
    said = str(mail.get("Auto-Submitted", "no")).lower()
    return said != "no" or bool(mail.get("X-Autoreply")) or f"@{own_host()}>" in str(mail.get("Message-ID", ""))


def answer(mail: EmailMessage) -> str:
    """What the sender wrote, without the mail it answers; at most 20,000 characters."""
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = part.get_content()
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    if part.get_content_type() == "text/html":
        text = _plain(text)
    lines = []
    for line in text.replace("\r\n", "\n").replace("\x00", "").split("\n"):
        if _QUOTED.match(line.strip()) and any(lines):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip()[:MOST_TEXT]


class _Words(HTMLParser):
    """The text of an HTML mail: no markup, no styles, quotations left out."""

    SILENT = {"style", "script", "head", "blockquote", "title"}
    BREAKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.silent += tag in self.SILENT
        if tag in self.BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def _plain(html: str) -> str:
    words = _Words()
    words.feed(html)
    return re.sub(r"\n\s*\n\s*", "\n\n", "".join(words.found))
