"""What a round found, as plain figures: frozen when it is published, so that a figure in a speech can be found again."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q

from kept.pledges.models import PUBLIC
from kept.progress import filters
from kept.progress.models import Asked, Report, Round, RoundState
from kept.progress.statuses import Stands

LEAST = 3  # pledges of an organisation, for a share that says anything
MOST = 10


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
        "improved": improved_since(round_, at),
    }


def improved_since(round_: Round, at: datetime | None) -> list[dict[str, Any]]:
    """The organisations of whose pledges a larger share is kept than when the round before was published.

    At most MOST, the largest rise first; only those with LEAST pledges and more at both instants.
    """
    published = Round.objects.filter(state=RoundState.PUBLISHED).exclude(pk=round_.pk).exclude(published_at=None)
    if at is not None:
        published = published.filter(published_at__lt=at)
    former = published.order_by("-published_at").first()
    if former is None:
        return []
    then, now = _kept_by_lead(former.published_at), _kept_by_lead(at)
    rises = [
        (Fraction(kept, of) - Fraction(*then[lead]), lead)
        for lead, (kept, of) in now.items()
        if of >= LEAST and then.get(lead, (0, 0))[1] >= LEAST
    ]
    best = sorted(
        ((rise, lead) for rise, lead in rises if rise > 0), key=lambda one: (-one[0], -now[one[1]][1], one[1])
    )
    return [
        {"organisation": lead, "kept": now[lead][0], "pledges": now[lead][1], "kept_before": then[lead][0],
         "pledges_before": then[lead][1]}
        for _rise, lead in best[:MOST]
    ]  # fmt: skip


def _kept_by_lead(at: datetime | None) -> dict[str, tuple[int, int]]:
    """{organisation: (pledges kept, all of its pledges)}."""
    rows = filters.rows(at).filter(counts=True, pledge__status__in=PUBLIC).order_by()
    found = rows.values_list("pledge__lead__slug").annotate(
        of=Count("pk"), kept=Count("pk", filter=Q(standing__in=(Stands.KEPT, Stands.KEPT_LATE)))
    )
    return {slug: (kept, of) for slug, of, kept in found if slug}
