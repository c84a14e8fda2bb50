"""What a round found, as plain figures: frozen when it is published, so that a figure in a speech can be found again."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from kept.pledges.models import PUBLIC, Revision, Status
from kept.pledges.reading import decimal_text
from kept.progress import filters, queries
from kept.progress.models import Asked, Definition, MoneyStage, Report, Round, RoundState, Standing
from kept.progress.statuses import Level, Stage, Stands
from kept.progress.sums import MoneyLine, stages_of

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
        "money": money_at(at),
        "kinds_of_money": kinds_of_money_at(at),
        "people": people_at(at),
        "indicators": indicators_at(at),
        "improved": improved_since(round_, at),
    }


def money_at(at: datetime | None) -> dict[str, Any]:
    """Promised, signed, spent, in US cents, never added: {"promised": sum, "signed": {level: sum}, "spent": {level: sum}}."""
    named = _texts(at).aggregate(total=Sum("usd_cents"), pledges=Count("usd_cents"))
    return {"promised": _sum(**named), **{name: _by_level(at, name) for name in ("signed", "spent")}}


def kinds_of_money_at(at: datetime | None) -> dict[str, dict[str, dict[str, int]]]:
    """What is signed and spent by where it comes from and by its form, in US cents: {"signed": {"nature": {kind: sum}, …}, …}."""
    counted = Standing.objects.at(at).filter(counts=True, money_counts=True, pledge=OuterRef("report__pledge"))
    rows = MoneyStage.objects.filter(Exists(counted), report__in=Report.objects.in_force(at)).exclude(usd_cents=None)
    rows = rows.order_by("report__pledge", "stage", "-report__period_end", "-report__n", "pk")
    read = rows.values_list("report__pledge", "stage", "report", "usd_cents", "level", "nature", "instrument")
    newest: dict[tuple[int, str], int] = {}
    lines = [
        MoneyLine(pledge, Stage(stage), cents, Level(level), nature, instrument)
        for pledge, stage, report, cents, level, nature, instrument in read.iterator(5000)
        if newest.setdefault((pledge, stage), report) == report
    ]
    stages = stages_of(lines)
    return {
        name: {"nature": dict(sorted(one.by_nature.items())), "instrument": dict(sorted(one.by_instrument.items()))}
        for name, one in (("signed", stages.committed), ("spent", stages.disbursed))
    }


def people_at(at: datetime | None) -> dict[str, Any]:
    """{"expected": sum, "reached": {level: sum}}; people of several pledges may be the same people."""
    named = _texts(at).aggregate(total=Sum("people_expected"), pledges=Count("people_expected"))
    return {"expected": _sum(**named), "reached": _by_level(at, "reached")}


def indicators_at(at: datetime | None) -> list[dict[str, Any]]:
    """What the figures of each definition make together, as decimal text; without those that nobody reported."""
    found = [(one, queries.sum_of(one, at)) for one in Definition.objects.all()]
    return [
        {"slug": one.slug, "names": one.names, "unit": one.unit, "total": decimal_text(made.total), "pledges": made.pledges,
         "levels": {str(level): decimal_text(made.by_level[level]) for level in Level if level in made.by_level}}
        for one, made in found
        if made.pledges
    ]  # fmt: skip


def _texts(at: datetime | None) -> Any:
    return Revision.objects.public(at).exclude(record_status=Status.SUPERSEDED).order_by()


def _by_level(at: datetime | None, name: str) -> dict[str, dict[str, int]]:
    level, _title = filters.FIGURES[name]
    column, among = filters.AMOUNTS[name]
    rows = filters.rows(at).filter(counts=True, **among).exclude(**{level: ""}).exclude(**{column: None}).order_by()
    found = rows.values_list(level).annotate(total=Sum(column), pledges=Count("pk"))
    return {one: _sum(total, pledges) for one, total, pledges in sorted(found)}


def _sum(total: int | None, pledges: int) -> dict[str, int]:
    return {"total": total or 0, "pledges": pledges}


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
