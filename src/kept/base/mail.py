"""Mail that leaves: queued exactly once in the transaction that caused it, sent by the worker.

SMTP cannot promise once. What Kept promises: a mail is queued exactly once (`key`), keeps its Message-ID
on every retry, and where nobody can know whether it left it is shown as such and a person decides.
Leases live in the mail's own row, so that a killed worker's mail is found again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from kept.base.models import MailState, OutgoingMail

LEASE = timedelta(minutes=2)
ATTEMPTS = 6  # after that a person decides
PAUSES = [1, 5, 15, 60, 240]  # minutes until the next attempt


def queue(
    kind: str,
    *,
    to: str,
    language: str = "en",
    person: Any = None,
    context: dict | None = None,
    key: str | None = None,
    at: datetime | None = None,
    hold: bool = False,
    subject: tuple[str, int] | None = None,
    reply_to: str = "",
) -> OutgoingMail | None:
    """Write a mail in its reader's language and queue it in the caller's transaction.

    `kind` names the templates: `<room>/mail/<name>.txt` (its first line is the mail's subject) and
    `<room>/mail/<name>.html`, where `kind` is "<room>/<name>". `key` makes it happen once: a second mail with
    the same key is not queued and None is returned. `hold=True` waits in the outbox for a person.
    """
    if key and OutgoingMail.objects.filter(key=key).exists():
        return None
    room, name = kind.split("/", 1)
    words = {
        "base_url": settings.KEPT_BASE_URL,
        "language": language,
        "person": person,
        **(context or {}),
    }
    with translation.override(language):
        title, _, text = render_to_string(f"{room}/mail/{name}.txt", words).lstrip().partition("\n")
        html = render_to_string(f"{room}/mail/{name}.html", words)
    now = at or timezone.now()
    values = {
        "to": to,
        "person": person,
        "language": language,
        "kind": kind,
        "subject": " ".join(title.split())[:300],
        "text": text.strip() + "\n",
        "html": html,
        "reply_to": reply_to,
        "state": MailState.HELD if hold else MailState.QUEUED,
        "made_at": now,
        "send_after": now,
        "subject_kind": subject[0] if subject else "",
        "subject_id": subject[1] if subject else None,
    }
    if key is None:
        return OutgoingMail.objects.create(**values)
    mail, made = OutgoingMail.objects.get_or_create(key=key, defaults=values)
    return mail if made else None


def claim(now: datetime, most: int = 20) -> list[OutgoingMail]:
    """Lease up to `most` mails that are due: nobody else sends them for two minutes."""
    with transaction.atomic():
        due = OutgoingMail.objects.filter(state=MailState.QUEUED, send_after__lte=now).order_by("send_after", "id")
        mails = list(due.select_for_update(skip_locked=True)[:most] if _locks() else due[:most])
        for mail in mails:
            mail.state, mail.lease_until, mail.attempts = MailState.SENDING, now + LEASE, mail.attempts + 1
        OutgoingMail.objects.bulk_update(mails, ["state", "lease_until", "attempts"])
    return mails


def _locks() -> bool:
    from django.db import connection

    return connection.features.has_select_for_update_skip_locked


def expire_leases(now: datetime) -> int:
    """Mails that somebody began to send and never finished: nobody can know, so a person decides."""
    return OutgoingMail.objects.filter(state=MailState.SENDING, lease_until__lt=now).update(
        state=MailState.UNKNOWN, error="The worker stopped while this mail was being sent."
    )


def send_due(now: datetime | None = None) -> int:
    """Send what is due; returns how many left. Safe to run in several processes at once."""
    now = now or timezone.now()
    expire_leases(now)
    sent = 0
    while mails := claim(now):
        with get_connection() as connection:
            for mail in mails:
                sent += deliver(mail, connection, now)
    return sent


def message(mail: OutgoingMail, connection: Any = None) -> EmailMultiAlternatives:
    """The mail as it leaves: text and HTML, its own Message-ID, its language."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
    made = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        connection=connection,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={
            "Message-ID": f"<{mail.message_id}@{host}>",
            "Content-Language": mail.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    return made


def deliver(mail: OutgoingMail, connection: Any, now: datetime) -> int:
    """Hand one leased mail to the server. A clear refusal is tried again later, an unclear end is not."""
    import smtplib

    try:
        message(mail, connection).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        return _failed(mail, refusal, now)
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as refusal:
        return _failed(mail, refusal, now)
    except (smtplib.SMTPServerDisconnected, TimeoutError) as unclear:
        mail.state, mail.error = MailState.UNKNOWN, f"{type(unclear).__name__}: {unclear}"[:1000]
    except OSError as refusal:  # nobody answered: nothing left
        return _failed(mail, refusal, now)
    else:
        mail.state, mail.sent_at, mail.error = MailState.SENT, timezone.now(), ""
    mail.lease_until = None
    mail.save(update_fields=["state", "sent_at", "error", "lease_until"])
    return int(mail.state == MailState.SENT)


def _failed(mail: OutgoingMail, why: Exception, now: datetime) -> int:
    mail.error = f"{type(why).__name__}: {why}"[:1000]
    mail.lease_until = None
    if mail.attempts >= ATTEMPTS:
        mail.state = MailState.FAILED
    else:
        mail.state = MailState.QUEUED
        mail.send_after = now + timedelta(minutes=PAUSES[min(mail.attempts, len(PAUSES)) - 1])
    mail.save(update_fields=["state", "error", "lease_until", "send_after"])
    return 0
