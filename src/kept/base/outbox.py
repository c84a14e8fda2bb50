"""What a person does with a mail that waits, failed or is in doubt. Every step leaves a history entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Lifecycle, Move, Refused, WrongState
from kept.base.models import MailState, OutgoingMail
from kept.base.permissions import may_use_desk

S = MailState
ORDER = [S.UNKNOWN, S.FAILED, S.HELD, S.DRAFT, S.QUEUED, S.SENDING, S.SENT, S.CANCELLED]
NEEDS_A_PERSON = (S.UNKNOWN, S.FAILED, S.HELD)


def may_handle_mail(person: Any, mail: OutgoingMail | None = None) -> bool:
    """Holds, sends again, rewrites mails: the secretariat."""
    return may_use_desk(person)


def _move(name: str, sources: Iterable[str], target: str) -> Move:
    return Move(name, frozenset(sources), target, may_handle_mail)


MAIL = Lifecycle(
    _move("hold", {S.QUEUED}, S.HELD),
    _move("release", {S.HELD, S.DRAFT}, S.QUEUED),
    _move("again", {S.FAILED, S.UNKNOWN, S.CANCELLED}, S.QUEUED),
    _move("arrived", {S.UNKNOWN}, S.SENT),
    _move("cancel", {S.QUEUED, S.HELD, S.DRAFT, S.FAILED, S.UNKNOWN}, S.CANCELLED),
    _move("edit", {S.HELD, S.DRAFT}, S.HELD),
)
SECRET_MOVES = {"cancel", "arrived"}  # a code is never sent a second time: its owner asks for a new one


def possible_moves(mail: OutgoingMail, by: Any) -> list[str]:
    """What `by` may do with this mail now."""
    moves = MAIL.possible(mail, state=mail.state, by=by)
    return [name for name in moves if not mail.secret or name in SECRET_MOVES]


def hold(mail: OutgoingMail, *, by: Any, at: datetime) -> OutgoingMail:
    """Keep a waiting mail back until somebody releases it. Raises NotAllowed, WrongState (it is leaving already)."""
    return _moved(mail, "hold", by=by, at=at)


def release(mail: OutgoingMail, *, by: Any, at: datetime) -> OutgoingMail:
    """Let a held mail go. Raises NotAllowed, WrongState."""
    return _moved(mail, "release", by=by, at=at, send_after=at, attempts=0)


def send_again(mail: OutgoingMail, *, by: Any, at: datetime, knowing: bool = False) -> OutgoingMail:
    """Send a mail that failed, was cancelled, or whose outcome nobody knows; it keeps its Message-ID.

    `knowing`: the person has said that the mail may have been sent already. Raises NotAllowed, WrongState, and
    Refused for a mail in doubt where nobody said so.
    """
    if mail.state == S.UNKNOWN and not knowing:
        raise Refused(_("This mail may have been sent already. Say that you know it."), code="may_have_been_sent")
    return _moved(mail, "again", by=by, at=at, send_after=at, attempts=0, error="")


def arrived(mail: OutgoingMail, *, by: Any, at: datetime) -> OutgoingMail:
    """A mail in doubt did arrive, somebody knows: note it as sent. Raises NotAllowed, WrongState."""
    return _moved(mail, "arrived", by=by, at=at, sent_at=at, error="")


def cancel(mail: OutgoingMail, *, by: Any, at: datetime) -> OutgoingMail:
    """It is not to be sent. Raises NotAllowed, WrongState (it has left)."""
    return _moved(mail, "cancel", by=by, at=at)


def edit(mail: OutgoingMail, subject: str, text: str, *, by: Any, at: datetime) -> OutgoingMail:
    """Rewrite a held mail; it then leaves as plain text. Raises NotAllowed, WrongState, Refused (nothing written)."""
    subject, text = " ".join(subject.split())[:300], text.strip()
    if not subject or not text:
        raise Refused(_("A mail needs a subject and a text."))
    former = {"subject": mail.subject, "text": mail.text}
    return _moved(mail, "edit", by=by, at=at, data=former, subject=subject, text=text + "\n", html="")


def _moved(
    mail: OutgoingMail, name: str, *, by: Any, at: datetime, data: dict | None = None, **values: Any
) -> OutgoingMail:
    """Permission → move → history, on the mail's row as it is now."""
    with transaction.atomic():
        fresh = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        move = MAIL.check(name, fresh, state=fresh.state, by=by)
        if fresh.secret and name not in SECRET_MOVES:
            raise WrongState(_("This mail held a code. Its owner asks for a new one."))
        was = fresh.state
        fresh.state, fresh.lease_until = move.target, None
        for field, value in values.items():
            setattr(fresh, field, value)
        fresh.save(update_fields=["state", "lease_until", *values])
        history.record("mail", fresh.pk, name, by=by, at=at, from_state=was, to_state=move.target, data=data or {})
    return fresh


# Reading ---------------------------------------------------------------------------------------------


def counts() -> dict[str, int]:
    """{state: how many mails}, for the tabs of the outbox and for /metrics."""
    return dict(OutgoingMail.objects.order_by().values_list("state").annotate(Count("pk")))


def waiting_for_a_person() -> int:
    """Mails that failed, are held, or whose outcome nobody knows."""
    return OutgoingMail.objects.filter(state__in=NEEDS_A_PERSON).count()


def mails(state: str = "", words: str = "") -> QuerySet[OutgoingMail]:
    """Mails in a state (all where empty) that have `words` in address or subject; the newest first."""
    found = OutgoingMail.objects.defer("text", "html").select_related("person").order_by("-made_at", "-id")
    if state:
        found = found.filter(state=state)
    for word in words.split():
        found = found.filter(Q(to__icontains=word) | Q(subject__icontains=word) | Q(kind__icontains=word))
    return found
