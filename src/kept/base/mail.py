"""Mail that leaves: queued exactly once in the transaction that caused it, sent by the worker.

SMTP cannot promise once. What Kept promises: a mail is queued exactly once (`key`), keeps its Message-ID
on every retry, and where nobody can know whether it left it is shown as such and a person decides.
The lease lives in the mail's own row, one mail at a time, so that a killed worker leaves one mail in doubt and
no more (docs/decisions/0031-a-mail-is-in-doubt-once-at-most.md).
"""

from __future__ import annotations

import smtplib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection as database
from django.db import transaction
from django.template.loader import get_template, select_template
from django.utils import timezone, translation

from kept.base.bulk import insert_objects
from kept.base.events import announce
from kept.base.installation import installation
from kept.base.languages import bcp47, direction
from kept.base.models import MailState, OutgoingMail

LEASE = timedelta(minutes=2)
FORGOTTEN = "erased@erased.invalid"  # RFC 6761: whom a mail went to whose person is erased
ATTEMPTS = 6  # after that a person decides
ATTEMPTS_SECRET = 3  # a code that comes hours late helps nobody
PAUSES = [1, 5, 15, 60, 240]  # minutes until the next attempt
_gathering: ContextVar[list[OutgoingMail] | None] = ContextVar("gathering", default=None)
AT_ONCE_SECONDS = 6  # how long a page waits for the mail server when a code has to leave at once


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
    secret: bool = False,
) -> OutgoingMail | None:
    """Write a mail in its reader's language and queue it in the caller's transaction.

    `kind` names the templates: `<room>/mail/<name>.txt` (its first line is the mail's subject) and, where the text
    as paragraphs is not enough, `<room>/mail/<name>.html`; `kind` is "<room>/<name>". They extend `mail/base.txt` and
    `mail/base.html` and know coalition, url, language, direction, person and what is in `context` (`action` and
    `action_url` make a button, `code` stands large; write `action` with gettext_lazy).
    `key` makes it happen once: a second mail with the same key is not queued and None is returned, as for a person
    whose account is closed. `hold=True` waits in the outbox for a person. `secret=True` (codes, keys): nobody reads
    it on the desk, and its text is removed once it is sent.
    """
    if person is not None and not person.is_active:
        return None
    if key and OutgoingMail.objects.filter(key=key).exists():
        return None
    title, text, html = written(kind, language, {"person": person, **(context or {})})
    now = at or timezone.now()
    values = {
        "to": to,
        "person": person,
        "language": language,
        "kind": kind,
        "subject": title,
        "text": text,
        "html": html,
        "reply_to": reply_to,
        "state": MailState.HELD if hold else MailState.QUEUED,
        "made_at": now,
        "send_after": now,
        "subject_kind": subject[0] if subject else "",
        "subject_id": subject[1] if subject else None,
        "secret": secret,
    }
    if key is None and (gathering := _gathering.get()) is not None:
        gathering.append(OutgoingMail(**values))
        return gathering[-1]
    if key is None:
        return OutgoingMail.objects.create(**values)
    mail, made = OutgoingMail.objects.get_or_create(key=key, defaults=values)
    return mail if made else None


@contextmanager
def gathered() -> Iterator[None]:
    """Mails without a key that are queued inside are written at the end, all at once; of the caller's transaction."""
    mine: list[OutgoingMail] = []
    token = _gathering.set(mine)
    try:
        yield
        insert_objects(mine)
    finally:
        _gathering.reset(token)


def queue_many(mails: Sequence[dict[str, Any]]) -> int:
    """Queue many mails at once, in the caller's transaction: each a dict of `queue`'s keywords, with a `key`.

    As `queue` does one: what has a key that is known already is not queued again. Returns how many were.
    """
    keys = [words["key"] for words in mails]
    known = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
    rows: dict[str, OutgoingMail] = {}
    for words in mails:
        person = words.get("person")
        if words["key"] in known or (person is not None and not person.is_active):
            continue
        language, about = words.get("language", "en"), words.get("subject") or ("", None)
        title, text, html = written(words["kind"], language, {"person": person, **(words.get("context") or {})})
        at = words.get("at") or timezone.now()
        rows[words["key"]] = OutgoingMail(
            key=words["key"], to=words["to"], person=person, language=language, kind=words["kind"], subject=title,
            text=text, html=html, made_at=at, send_after=at, subject_kind=about[0], subject_id=about[1],
        )  # fmt: skip
    insert_objects(list(rows.values()))  # a key that somebody else queued this very moment: nothing of this is kept
    return len(rows)


def written(kind: str, language: str, context: dict) -> tuple[str, str, str]:
    """(subject, text, HTML) of a mail in a language; raises TemplateDoesNotExist."""
    room, name = kind.split("/", 1)
    with translation.override(language):
        words = {
            "base_url": settings.KEPT_BASE_URL,
            "url": settings.KEPT_BASE_URL + address(language, "/"),
            "coalition": installation().display_name,
            "language": bcp47(language),
            "direction": direction(language),
            **context,
        }
        plain = get_template(f"{room}/mail/{name}.txt")
        title, _, text = plain.render(words).lstrip().partition("\n")
        title = " ".join(title.split())[:300]
        parts = {part: plain.render({**words, "part": part}).strip() for part in ("body", "why")}
        words |= {"subject": title, "body": parts["body"].partition("\n")[2].strip(), "why": parts["why"]}
        html = select_template([f"{room}/mail/{name}.html", "mail/base.html"]).render(words)
    return title, text.strip() + "\n", html


def address(language: str, path: str) -> str:
    """The address of a page in a language: ("fr", "/my/") → "/fr/my/". `path` is the English one."""
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


# Sending ---------------------------------------------------------------------------------------------


def due(now: datetime) -> Any:
    """Mails that wait and may leave, in their order."""
    return OutgoingMail.objects.filter(state=MailState.QUEUED, send_after__lte=now).order_by("send_after", "id")


def claim(now: datetime, only: int | None = None) -> OutgoingMail | None:
    """Lease the next mail that is due (or the one named): nobody else sends it for two minutes."""
    mails = due(now) if only is None else due(now).filter(pk=only)
    if not mails.exists():  # asked outside a transaction: the empty outbox costs one read, no lock
        return None
    with transaction.atomic():
        if database.features.has_select_for_update_skip_locked:
            mails = mails.select_for_update(skip_locked=True)
        mail = mails.first()
        if mail is None:
            return None
        mail.state, mail.attempts = MailState.SENDING, mail.attempts + 1
        mail.lease_until = timezone.now() + LEASE
        mail.save(update_fields=["state", "lease_until", "attempts"])
    return mail


def expire_leases(now: datetime) -> int:
    """Mails that somebody began to send and never finished: nobody can know, so a person decides."""
    lost = OutgoingMail.objects.filter(state=MailState.SENDING, lease_until__lt=now)
    if not lost.exists():
        return 0
    return lost.update(
        state=MailState.UNKNOWN, lease_until=None, error="The worker stopped while this mail was being sent."
    )


def send_due(now: datetime | None = None) -> int:
    """Send what is due; returns how many left. Safe to run in several processes at once."""
    now = now or timezone.now()
    expire_leases(now)
    sent = 0
    server = None
    try:
        while mail := claim(now):
            server = server or outward()
            sent += deliver(mail, server, now)
    finally:
        if server is not None:
            _close(server)
    return sent


def send_at_once(mail: OutgoingMail | None) -> None:
    """Send this mail as soon as the transaction is committed, in this process; what fails the worker tries again.

    For codes somebody is waiting for. The page waits for the mail server at most a few seconds.
    """
    if mail is None:
        return
    transaction.on_commit(lambda: _send_now(mail.pk), robust=True)


def _send_now(pk: int) -> None:
    now = timezone.now()
    mail = claim(now, only=pk)
    if mail is None:
        return
    server = outward(timeout=AT_ONCE_SECONDS)
    try:
        deliver(mail, server, now)
    finally:
        _close(server)


def deliver(mail: OutgoingMail, server: Any, now: datetime) -> int:
    """Hand one leased mail to the server; 1 if it left. A clear refusal is tried again later, an unclear end is not."""
    try:
        _ready(server)
    except Exception as refusal:  # nobody answered, or not to us: nothing left
        return _failed(mail, refusal, now)
    try:
        message(mail, server).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code = next(iter(refusal.recipients.values()))[0]
        if 500 <= code < 600:
            announce("mail.bounced", email=mail.to, at=now, reason=_said(refusal), mail=mail)
        return _failed(mail, refusal, now, for_good=500 <= code < 600)
    except (smtplib.SMTPServerDisconnected, OSError) as unclear:
        # SMTPException is an OSError too: only those that answer with a code are clear.
        if isinstance(unclear, smtplib.SMTPException) and not isinstance(unclear, smtplib.SMTPServerDisconnected):
            return _failed(mail, unclear, now)
        _close(server)
        return _settle(mail, MailState.UNKNOWN, error=_said(unclear))
    except Exception as fault:  # a mail that cannot be written down: nobody else's mail waits for it
        return _failed(mail, fault, now, for_good=True)
    return _settle(mail, MailState.SENT)


def forget(kind: str, subject_ids: Collection[int]) -> None:
    """Take everything personal out of the mails about subjects whose person is erased; what was not sent yet goes."""
    mails = OutgoingMail.objects.filter(subject_kind=kind, subject_id__in=subject_ids)
    mails.filter(state__in=(MailState.DRAFT, MailState.HELD, MailState.QUEUED)).delete()
    mails.exclude(state=MailState.SENDING).update(
        to=FORGOTTEN, person=None, subject="", text="", html="", reply_to="", error=""
    )


def outward(**options: Any) -> Any:
    """The way out that the settings name; of a demonstration no mail leaves this machine: files in KEPT_DATA/outbox."""
    if installation().demonstration and settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        folder = str(settings.KEPT_DATA / "outbox")
        return get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    return get_connection(**options)


def _ready(server: Any) -> None:
    """A connection that answers: opened, or opened again where the server hung up between two mails."""
    smtp = getattr(server, "connection", None)
    if smtp is not None:
        try:
            alive = smtp.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            alive = False
        if alive:
            return
        _close(server)
    server.open()


def _close(server: Any) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError):
        server.connection = None


def _failed(mail: OutgoingMail, why: Exception, now: datetime, *, for_good: bool = False) -> int:
    """It did not leave: wait for the next attempt, or give up and show it."""
    most = ATTEMPTS_SECRET if mail.secret else ATTEMPTS
    if for_good or mail.attempts >= most:
        return _settle(mail, MailState.FAILED, error=_said(why))
    pause = timedelta(minutes=PAUSES[min(mail.attempts, len(PAUSES)) - 1])
    return _settle(mail, MailState.QUEUED, error=_said(why), send_after=now + pause)


def _settle(mail: OutgoingMail, state: str, **values: Any) -> int:
    """Write what became of a leased mail, if the lease is still this one."""
    values |= {"state": state, "lease_until": None}
    if state == MailState.SENT:
        values |= {"sent_at": timezone.now(), "error": ""}
        if mail.secret:
            values |= {"text": "", "html": ""}
    ours = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    # A mail that really left is sent, even where the lease ran out meanwhile and it was already in doubt.
    held = [MailState.SENDING, MailState.UNKNOWN] if state == MailState.SENT else [MailState.SENDING]
    ours.filter(state__in=held).update(**values)
    for name, value in values.items():
        setattr(mail, name, value)
    return int(state == MailState.SENT)


def _said(why: Exception) -> str:
    return f"{type(why).__name__}: {why}"[:1000]


def message(mail: OutgoingMail, connection: Any = None) -> EmailMultiAlternatives:
    """The mail as it leaves: text and HTML, its own Message-ID, its language."""
    reply_to = mail.reply_to or installation().contact_email
    made = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        connection=connection,
        reply_to=[reply_to] if reply_to else None,
        headers={
            "Message-ID": f"<{mail.message_id}@{own_host()}>",
            "Content-Language": bcp47(mail.language),
            "Auto-Submitted": "auto-generated",
        },
    )
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    return made


def own_host() -> str:
    """The host that this installation's mail comes from."""
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
