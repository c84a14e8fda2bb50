"""What a round found, as plain figures: frozen when it is published, so that a figure in a speech can be found again."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from kept.pledges.models import PUBLIC
from kept.progress.models import Asked, Report, Round, Standing


def findings_of(round_: Round) -> dict[str, Any]:
    """Asked and answered, and where all published pledges stand: shares are of all of them, never of the answers."""
    asked = Asked.objects.filter(round=round_)
    standings = Standing.objects.at().filter(counts=True, pledge__status__in=PUBLIC)
    by = {
        name: dict(standings.values_list(name).annotate(n=Count("pk")).order_by(name))
        for name in ("standing", "said", "level", "reporting")
    }
    return {
        "asked": asked.count(),
        "answered": asked.exclude(answered_at=None).count(),
        "unreachable": asked.exclude(unreachable_since=None).filter(answered_at=None).count(),
        "reports": Report.objects.public().filter(round=round_).count(),
        "pledges": standings.count(),
        **by,
    }
