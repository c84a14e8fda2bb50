"""Mails about what happens to a report, in each reader's language; each is queued once, by its key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import mail
from kept.base.events import listens
from kept.people.links import link_address
from kept.progress.models import Letter, Report, ReportMessage


def _tell(kind: str, report: Report, *, key: str, at: datetime, but: Any = None, **words: Any) -> None:
    """To everybody who was asked about it; the link leads to the report."""
    if report.asked_id is None:
        return
    for letter in Letter.objects.filter(about__asked=report.asked_id, revoked_at=None).select_related("person"):
        if but is not None and but in (letter, letter.person):
            continue
        path = f"/report/{letter.token}/{report.pledge.reference}/"
        mail.queue(
            f"progress/{kind}", to=letter.email, language=letter.language, person=letter.person, at=at,
            key=f"report:{report.pk}:{letter.pk}:{key}", subject=("report", report.pk),
            context={
                "title": report.pledge.title, "reference": report.pledge.reference, "name": letter.name,
                "action": _("Open the report"),
                "action_url": link_address(None, language=letter.language, path=path), **words,
            },
        )  # fmt: skip


@listens("report.submitted")
def received(*, report: Report, at: datetime, **_more: Any) -> None:
    """Whoever was asked knows that it has arrived, as a receipt."""
    _tell("received", report, key=f"received:{at:%Y%m%d%H%M%S}", at=at)


@listens("report.asked_back")
def asked_back(*, report: Report, at: datetime, reason: str, **_more: Any) -> None:
    _tell("asked_back", report, key=f"back:{at:%Y%m%d%H%M%S}", at=at, reason=reason)


@listens("report.refused")
def refused(*, report: Report, at: datetime, reason: str, **_more: Any) -> None:
    _tell("refused", report, key="refused", at=at, reason=reason)


@listens("report.decided")
def decided(*, report: Report, at: datetime, reason: str = "", **_more: Any) -> None:
    _tell("accepted", report, key="accepted", at=at, in_part=report.in_part, reason=reason,
          public_on=report.round.publishes_on if report.round and report.round.is_embargoed else None)  # fmt: skip


@listens("report.message")
def message(*, report: Report, message: ReportMessage, by: Any, at: datetime, **_more: Any) -> None:
    if message.from_secretariat and not message.internal:
        _tell("message", report, key=f"message:{message.pk}", at=at, but=by, text=message.text)
