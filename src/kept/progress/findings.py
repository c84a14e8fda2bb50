"""What a round found, as plain figures: frozen when it is published, so that a figure in a speech can be found again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count

from kept.pledges.models import PUBLIC
from kept.progress import filters
from kept.progress.models import Asked, Report, Round


def findings_of(round_: Round, *, at: datetime | None = None) -> dict[str, Any]:
    """Asked and answered, and where all published pledges stood at `at` (None: now): shares are of all, never of answers.

    Counted as the page /progress/ counts: `none` in `said` and `level` are those of which nothing was said or reported.
    """
    asked = Asked.objects.filter(round=round_)
    standings = filters.rows(at).filter(counts=True, pledge__status__in=PUBLIC).order_by()
    by = {
        name: dict(sorted(standings.values_list(column).annotate(n=Count("pk"))))
        for name, column in filters.COLUMNS.items()
    }
    return {
        "asked": asked.count(),
        "answered": asked.exclude(answered_at=None).count(),
        "unreachable": asked.exclude(unreachable_since=None).filter(answered_at=None).count(),
        "reports": Report.objects.public().filter(round=round_).count(),
        "pledges": standings.count(),
        **by,
    }
