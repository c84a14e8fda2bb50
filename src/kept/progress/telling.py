"""What other people's programs are told of public reports: which, of which pledge, where to read it. No texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kept.base.webhooks import Facts, Told, register
from kept.progress.models import Report, Standing


def facts(*, report: Report, at: datetime, **_more: Any) -> Facts:
    """The report, and where its pledge stands with it: four things, never one."""
    base, reference = settings.KEPT_BASE_URL, report.pledge.reference
    row = Standing.objects.at().filter(pledge=report.pledge_id).first()
    return f"{report.reference}:{report.revision}", {
        "report": report.reference,
        "reference": reference,
        "revision": report.revision,
        "published": report.published_at.astimezone(UTC).isoformat() if report.published_at else None,
        "said": row.said if row else None,
        "level": row.level if row else None,
        "standing": row.standing if row else None,
        "reporting": row.reporting if row else None,
        "url": f"{base}/pledges/{reference}/reports/{report.n}/",
        "api": f"{base}/api/v1/pledges/{reference}/reports",
        "document": f"{base}/pledges/{reference}/reports/{report.n}.json",
        "sha256": report.sha256,
    }


register(Told("report.accepted", _("A report on a pledge became public."), "report.accepted", facts))
