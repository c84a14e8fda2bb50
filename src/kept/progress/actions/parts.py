"""A joint pledge is reported by its lead; each partner says whether what is reported of its own part is so.

Partners are told by mail when a report is public, and reminded once, both by the worker; an answer stops what waits to leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail, outbox
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import MailState, OutgoingMail
from kept.people.links import link_address
from kept.people.models import Organisation
from kept.pledges.models import Revision, RevisionPartner
from kept.progress import queries
from kept.progress.actions.asking import speakers_of
from kept.progress.models import PartAnswer, PartAsked, Report
from kept.progress.permissions import may_answer_for_part

FOR_SO_LONG = timedelta(days=14)  # of reports that became public longer ago nobody is told: they came with their past
REMIND_AFTER = timedelta(days=14)  # once
AT_ONCE = 100  # partners in one transaction


def answer_part(
    report: Report, organisation: Organisation, *, agrees: bool, words: str = "", by: Any, at: datetime
) -> PartAnswer:
    """Say whether the report is right about this partner's part. Who says no says what is not so.

    Raises NotAllowed, WrongState (the report is not public, or was corrected), Refused.
    """
    if not may_answer_for_part(by, organisation):
        raise NotAllowed(_("You may not do this."))
    if not agrees and not words.strip():
        raise Refused(_("Say what is not so. Readers see it beside the report."))
    with transaction.atomic():
        found = Report.objects.in_force().select_for_update().filter(pk=report.pk).first()
        if found is None:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if organisation.pk not in {part.organisation_id for part in queries.partners_of(found)}:
            raise NotAllowed(_("You may not do this."))
        values = {"agrees": agrees, "words": words.strip(), "at": at, "by": by}
        made, _new = PartAnswer.objects.update_or_create(report=found, organisation=organisation, defaults=values)
        data = {"organisation": organisation.name, "agrees": agrees, "words": made.words}
        history.record("report", found.pk, "answer_part", by=by, at=at, data=data, public=True)
        for waiting in OutgoingMail.objects.filter(
            key__startswith=_key(found.pk, organisation.pk), state__in=[MailState.HELD, MailState.QUEUED]
        ):
            outbox.cancel(waiting, by=None, at=at)
        announce("report.part_answered", report=found, part=made, by=by, at=at)
    return made


# Telling partners that a report waits --------------------------------------------------------------------------------


def ask_partners_due(now: datetime) -> int:
    """Tell each partner of a joint pledge once that a report waits for its answer, and remind it once.

    The worker's duty; safe to run twice. Returns how many mails were queued.
    """
    queued = 0
    while some := _ask_some(now):
        queued += sum(one.letters for one in some)
    while some := _remind_some(now):
        queued += sum(one.letters for one in some)
    return queued


def _newest(**of: Any) -> Subquery:
    """The newest public report of a pledge."""
    found = Report.objects.in_force().filter(**of).order_by("-period_end", "-n")
    return Subquery(found.values("pk")[:1])


def _ask_some(now: datetime) -> Sequence[PartAsked]:
    told, answered = PartAsked.objects.filter(_this()), PartAnswer.objects.filter(_this())
    with transaction.atomic():
        parts = RevisionPartner.objects.filter(confirmed=True, revision__in=Revision.objects.public().values("pk"))
        parts = parts.annotate(newest=_newest(pledge=OuterRef("revision__pledge"))).exclude(newest=None)
        fresh = Report.objects.filter(pk=OuterRef("newest"), published_at__gt=now - FOR_SO_LONG)
        parts = parts.filter(Exists(fresh), ~Exists(told), ~Exists(answered)).order_by("pk")[:AT_ONCE]
        asked = [PartAsked(report_id=part.newest, organisation_id=part.organisation_id, at=now) for part in parts]
        _queue(asked, "asked", at=now)
        return PartAsked.objects.bulk_create(asked)


def _this() -> Q:
    return Q(report=OuterRef("newest"), organisation=OuterRef("organisation"))


def _remind_some(now: datetime) -> Sequence[PartAsked]:
    answered = PartAnswer.objects.filter(report=OuterRef("report"), organisation=OuterRef("organisation"))
    with transaction.atomic():
        due = PartAsked.objects.filter(reminded_at=None, at__lte=now - REMIND_AFTER, letters__gt=0)
        due = due.annotate(newest=_newest(pledge=OuterRef("report__pledge"))).filter(newest=F("report"))
        asked = list(due.filter(~Exists(answered)).select_for_update(of=("self",)).order_by("pk")[:AT_ONCE])
        _queue(asked, "reminder", at=now)
        PartAsked.objects.filter(pk__in=[one.pk for one in asked]).update(reminded_at=now)
    return asked


def _key(report: int, organisation: int) -> str:
    return f"part:{report}:{organisation}:"


def _queue(asked: Sequence[PartAsked], name: str, *, at: datetime) -> None:
    """A mail to everybody who speaks for each of these partners; `letters` says to how many."""
    speaking = speakers_of({one.organisation_id for one in asked})
    reports = Report.objects.select_related("pledge", "pledge__lead", "pledge__current")
    about = {one.pk: one for one in reports.filter(pk__in=[one.report_id for one in asked])}
    whose = Organisation.objects.in_bulk([one.organisation_id for one in asked])
    mails = []
    for one in asked:
        report = about[one.report_id]
        people = [person for person in speaking.get(one.organisation_id, []) if person.bounced_at is None]
        one.letters = len(people)
        mails += [
            {
                "kind": "progress/part", "to": person.email, "language": person.language, "person": person, "at": at,
                "key": f"{_key(one.report_id, one.organisation_id)}{person.pk}:{name}", "subject": ("report", report.pk),
                "context": {
                    "reference": report.pledge.reference, "title": report.pledge.title,
                    "organisation": whose[one.organisation_id].name, "reminder": name == "reminder",
                    "lead": report.pledge.lead.name if report.pledge.lead else "", "name": person.name,
                    "action": gettext_lazy("Say whether it is right"),
                    "action_url": link_address(None, language=person.language, path="/my/parts/"),
                },
            }
            for person in people
        ]  # fmt: skip
    mail.queue_many(mails)
