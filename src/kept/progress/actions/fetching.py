"""Reports that their owners publish at addresses of their own: fetched under guard, shown beside what is known, accepted by people."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.fetching import NotFetched, fetch
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.models import Organisation
from kept.people.permissions import is_secretariat, speaks_for
from kept.pledges.reading import Unreadable, read_web
from kept.progress.actions.reporting import BEING_WRITTEN
from kept.progress.models import Asked, Evidence, Origin, Report, ReportSource, ReportState, RoundState
from kept.progress.own_file import NotReadable, OwnReport, read
from kept.progress.restate import restate

LARGEST = 2 * 2**20


@dataclass
class FetchedReports:
    """What became of a file: reports that now wait on the desk, and what was not taken, with why."""

    reports: list[Report] = field(default_factory=list)
    not_taken: list[str] = field(default_factory=list)
    unchanged: bool = False


def add_source(organisation: Organisation, url: str, *, by: Any, at: datetime) -> ReportSource:
    """Note the address at which an organisation publishes its reports. Raises NotAllowed, Refused."""
    if not (is_secretariat(by) or speaks_for(by, organisation)):
        raise NotAllowed(_("You may not do this."))
    try:
        url = read_web(url)
    except Unreadable as error:
        raise Refused(error.message) from error
    if not url:
        raise Refused(_("Write the address of the file."))
    with transaction.atomic():
        source, made = ReportSource.objects.get_or_create(
            organisation=organisation, url=url, defaults={"added_by": by, "added_at": at}
        )
        if made:
            history.record("organisation", organisation.pk, "add_report_source", by=by, at=at, data={"url": url})
    return source


def remove_source(source: ReportSource, *, by: Any, at: datetime) -> None:
    """Ask there no more. Raises NotAllowed."""
    if not (is_secretariat(by) or speaks_for(by, source.organisation)):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        history.record(
            "organisation", source.organisation_id, "remove_report_source", by=by, at=at, data={"url": source.url}
        )
        source.delete()


def fetch_source(source: ReportSource, *, by: Any, at: datetime) -> FetchedReports:
    """Fetch an organisation's own file; what is new in it waits on the desk. Raises NotAllowed, Refused.

    Only its own pledges are reported on, in rounds that are open; a file that did not change does nothing.
    """
    if by is not None and not (is_secretariat(by) or speaks_for(by, source.organisation)):
        raise NotAllowed(_("You may not do this."))
    try:
        answer = fetch(source.url, largest=LARGEST, headers={"Accept": "application/json"})
        if answer.status != 200:
            raise Refused(_("The address answered with %(status)s.") % {"status": answer.status})
        found = read(answer.body)
    except (NotFetched, NotReadable, Refused) as error:
        words = str(getattr(error, "message", "") or error)
        ReportSource.objects.filter(pk=source.pk).update(fetched_at=at, error=words[:500])
        raise Refused(words) from error
    sha256 = hashlib.sha256(answer.body).hexdigest()
    with transaction.atomic():
        now = ReportSource.objects.select_for_update().get(pk=source.pk)
        result = FetchedReports(unchanged=now.sha256 == sha256)
        if not result.unchanged:
            for own in found:
                _take(now, own, result, at)
        now.fetched_at, now.sha256, now.error = at, sha256, ""
        now.save(update_fields=["fetched_at", "sha256", "error"])
    return result


def _take(source: ReportSource, own: OwnReport, result: FetchedReports, at: datetime) -> None:
    name = own.pledge or own.end.isoformat()
    asked = _question(source, own)
    if asked is None:
        result.not_taken.append(_("%(name)s: no open round asks about this pledge and period.") % {"name": name})
        return
    if Report.objects.filter(asked=asked, state__in=BEING_WRITTEN).exists():
        result.not_taken.append(_("%(name)s: a report is being written or reviewed already.") % {"name": name})
        return
    organisation = asked.pledge.lead
    report = Report.objects.create(
        pledge=asked.pledge, asked=asked, round=asked.round, organisation=organisation,
        organisation_name=organisation.name if organisation else "", origin=Origin.FETCHED, period_start=own.start,
        period_end=own.end, content=own.content.to_json(), made_at=at, changed_at=at, changed_by_name=source.url[:200],
        state=ReportState.SUBMITTED, submitted_at=at, submitted_by_name=source.url[:200],
        correction_of=_published(asked),
    )  # fmt: skip
    for url, shows in ((source.url, ""), *own.evidence):
        Evidence.objects.create(
            report=report, url=url, name=url[:200], shows=shows, added_at=at, added_by_name=source.url[:200]
        )
    Asked.objects.filter(pk=asked.pk).update(
        answered_at=asked.answered_at or at, sent_back_at=None, unreachable_since=None
    )
    restate([asked.pledge_id], at=at)
    data = {"url": source.url, "left_out": list(own.left_out)}
    history.record("report", report.pk, "fetch", by=None, at=at, to_state=report.state, data=data)
    result.reports.append(report)
    result.not_taken += [_("%(name)s: %(place)s cannot be read.") % {"name": name, "place": p} for p in own.left_out]


def _question(source: ReportSource, own: OwnReport) -> Asked | None:
    """The open question that a report answers: about a pledge of this organisation, in whose period it ends.

    Where the file names no pledge it is the only one that is asked about; of several it is nobody's guess.
    """
    found = Asked.objects.filter(
        round__state=RoundState.OPEN, round__period_start__lte=own.end, round__period_end__gte=own.end,
        pledge__lead__in=source.organisation.family,
    ).select_related("pledge", "pledge__lead", "round")  # fmt: skip
    if own.pledge:
        return found.filter(pledge__number=int(own.pledge[2:])).first()
    rows = list(found[:2])
    return rows[0] if len(rows) == 1 else None


def _published(asked: Asked) -> Report | None:
    return Report.objects.in_force().filter(asked=asked).first()


def fetch_due(now: datetime) -> int:
    """Ask every noted address once a day while a round is open. The worker's duty; a failure is noted and goes on."""
    from datetime import timedelta

    from django.db.models import Q

    waits = ReportSource.objects.filter(Q(fetched_at=None) | Q(fetched_at__lt=now - timedelta(days=1)))
    waits = waits.filter(organisation__pledges__asked__round__state=RoundState.OPEN).distinct()
    count = 0
    for source in waits[:100]:
        try:
            count += len(fetch_source(source, by=None, at=now).reports)
        except Refused:
            continue
    return count
