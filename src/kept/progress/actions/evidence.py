"""Pictures, files and addresses that support a report: the same files are taken as beside a pledge, looked at by content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.pledges.attachments import examine
from kept.progress.actions.reporting import locked
from kept.progress.models import Evidence, Report
from kept.progress.permissions import may_write_report
from kept.progress.who import name_of, person_of

MOST = 30


def _open(report: Report, by: Any) -> Report:
    report = locked(report)
    if not may_write_report(by, report):
        raise NotAllowed(_("You may not do this."))
    if not report.is_open:
        raise WrongState(_("This report is with the secretariat. Take it back before you change it."))
    return report


def add_evidence(
    report: Report, *, upload: Any = None, url: str = "", shows: str = "", public: bool = True, by: Any, at: datetime
) -> Evidence:
    """Add a file or an address. Raises NotAllowed, WrongState, Refused (a file that is not taken, too many)."""
    examined = examine(upload) if upload is not None else None
    if examined is None and not url:
        raise Refused(_("Choose a file, or give an address."))
    with transaction.atomic():
        report = _open(report, by)
        if report.evidence.filter(removed_at=None).count() >= MOST:
            raise Refused(_("Too many entries: %(most)s are possible.") % {"most": MOST})
        made = Evidence(report=report, url=url, shows=shows.strip()[:300], public=public, added_at=at,
                        added_by_name=name_of(by), name=url[:200])  # fmt: skip
        if examined is not None:
            made.name, made.media_type = examined.name, examined.media_type
            made.size, made.sha256 = len(examined.data), examined.sha256
            made.file.save(f"{examined.sha256[:24]}", ContentFile(examined.data), save=False)
        made.save()
        history.record("report", report.pk, "add_evidence", by=person_of(by), at=at, data={"name": made.name})
    return made


def remove_evidence(evidence: Evidence, *, by: Any, at: datetime) -> None:
    """Take a file away again before the report is decided on. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        report = _open(evidence.report, by)
        Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=at)
        history.record("report", report.pk, "remove_evidence", by=person_of(by), at=at, data={"name": evidence.name})
