"""Reads that join several models, for screens of this room and of the rooms after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from kept.people.models import EntityType
from kept.pledges.models import Pledge, Revision, RevisionPartner
from kept.progress import sums
from kept.progress.models import (
    Asked,
    Definition,
    IndicatorValue,
    Letter,
    OtherEntry,
    PartAnswer,
    Report,
    ReportState,
    Round,
    RoundState,
    SameMoney,
    SameMoneyState,
    Sample,
    Standing,
    Verification,
)
from kept.progress.statuses import Counting, Level


def standing_of(pledge: Pledge) -> Standing | None:
    """Where a pledge stands now; None for one that is not public."""
    return Standing.objects.at().filter(pledge=pledge).select_related("report").first()


def standings_of(pledge_ids: list[int]) -> dict[int, Standing]:
    """The same for a page of a list, in one read."""
    return {row.pledge_id: row for row in Standing.objects.at().filter(pledge__in=pledge_ids)}


def reports_of(pledge: Pledge) -> QuerySet[Report]:
    """A pledge's public reports, the newest first, with everything that a page shows of them."""
    related = ("values", "money", "activities", "evidence", "verifications")
    found = Report.objects.public().filter(pledge=pledge).select_related("round", "people", "corrected_by", "pledge")
    return found.prefetch_related(*related).order_by("-period_end", "-n")


STATES = ("waiting", "late", "answered", "unreachable", "writing")


def asked_in(round_: Round, state: str = "", today: date | None = None) -> QuerySet[Asked]:
    """Whom a round asked, narrowed to who answered, who is late, whom nobody can reach."""
    found = Asked.objects.filter(round=round_)
    if state == "answered":
        found = found.exclude(answered_at=None)
    elif state == "unreachable":
        found = found.filter(answered_at=None).exclude(unreachable_since=None)
    elif state == "late" and today is not None:
        found = found.late(today)
    elif state == "waiting":
        found = found.filter(answered_at=None)
    elif state == "writing":
        found = found.filter(Exists(Report.objects.filter(asked=OuterRef("pk"), state__in=["draft", "asked_back"])))
    return found


def with_people(asked: QuerySet[Asked]) -> QuerySet[Asked]:
    """With pledge, organisation, letters and reminders: a fixed number of reads for a page."""
    letters = Letter.objects.annotate(reminded=Count("reminders"))
    reports = Report.objects.exclude(state=ReportState.DISCARDED).order_by("-pk")
    return asked.select_related("pledge", "organisation", "round").prefetch_related(
        Prefetch("letters", queryset=letters), Prefetch("reports", queryset=reports)
    )


def counts_of(round_: Round, today: date) -> dict[str, int]:
    """How many a round asked, and how many of them answered, are late, cannot be reached."""
    return Asked.objects.filter(round=round_).aggregate(
        all=Count("pk"),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        waiting=Count("pk", filter=Q(answered_at__isnull=True)),
        late=Count("pk", filter=Q(answered_at__isnull=True, due__lt=today)),
        unreachable=Count("pk", filter=Q(answered_at__isnull=True, unreachable_since__isnull=False)),
    )


def to_review() -> int:
    """How many reports wait on the desk."""
    return Report.objects.to_review().count()


def waiting_of(person: Any) -> QuerySet[Asked]:
    """What a person is asked about and has not answered, in open rounds."""
    from kept.people.permissions import roles_of, writes_for

    mine = [pk for pk in roles_of(person) if writes_for(person, pk)]
    found = Asked.objects.filter(round__state=RoundState.OPEN, pledge__lead__in=mine)
    unanswered = Q(answered_at=None) | Q(sent_back_at__isnull=False)
    return found.filter(unanswered).select_related("pledge", "round").order_by("due", "pledge__number")


# What indicators count ---------------------------------------------------------------------------------------------


def of_definition(definition: Definition, at: datetime | None = None) -> QuerySet[IndicatorValue]:
    """The public figures that count it, now or at an instant."""
    return IndicatorValue.objects.filter(definition=definition, report__in=Report.objects.in_force(at))


def could_be_of(definition: Definition) -> QuerySet[IndicatorValue]:
    """Public figures without a definition, of its unit and way of counting."""
    return IndicatorValue.objects.filter(
        definition=None, unit__iexact=definition.unit, counting=definition.counting, value__isnull=False,
        report__in=Report.objects.in_force(),
    )  # fmt: skip


def indicators_in(values: QuerySet[IndicatorValue], most: int = 200) -> list[dict[str, Any]]:
    """Their names, with the number of pledges that report each: the most frequent first."""
    found = values.order_by().values("name").annotate(pledges=Count("report__pledge", distinct=True))
    return list(found.order_by("-pledges", "name")[:most])


def sum_of(definition: Definition, at: datetime | None = None) -> sums.IndicatorSum:
    """What the figures of a definition make together: of each pledge the newest, or each period once."""
    return sums.add_up(values_of(definition, at))


def values_of(definition: Definition, at: datetime | None = None) -> list[sums.Value]:
    """The public figures of a definition, now or at an instant; of pledges that were not replaced."""
    rows = of_definition(definition, at).exclude(value=None).exclude(on=None)
    counted = Standing.objects.at(at).filter(counts=True, pledge=OuterRef("report__pledge"))
    found = rows.filter(Exists(counted)).order_by("pk").values_list(
        "report__pledge", "value", "on", "level", "report__period_start", "report__period_end"
    )  # fmt: skip
    return [
        sums.Value(pledge, definition.slug, definition.unit, Counting(definition.counting), value, on, Level(level),
                   (start, end))
        for pledge, value, on, level, start, end in found.iterator(5000)
    ]  # fmt: skip


# The same money ------------------------------------------------------------------------------------------------------


def entries_of(flags: Iterable[SameMoney]) -> dict[tuple[str, str], OtherEntry]:
    """The entries of other registries' lists that these look like: {(registry, reference): entry}; one that is no
    longer in the list is not there."""
    places = {(flag.registry, flag.registry_id) for flag in flags if flag.registry}
    found = OtherEntry.objects.filter(
        registry__name__in={name for name, _id in places}, reference__in={one for _name, one in places}
    )
    held = {(row.registry.name, row.reference): row for row in found.select_related("registry")}
    return {place: row for place, row in held.items() if place in places}


def same_money_of(pledge: Pledge) -> QuerySet[SameMoney]:
    """What was decided about a pledge's money: that it stands elsewhere too. The newest first."""
    found = SameMoney.objects.filter(Q(pledge=pledge) | Q(other=pledge), state=SameMoneyState.SAME)
    return found.select_related("pledge", "other", "counts").order_by("-decided_at")


def counted_once(at: datetime | None = None) -> QuerySet[SameMoney]:
    """Decisions until this instant (None: now) by which money that stands in two places counts in one of them."""
    where = Q(counts_elsewhere=True) | Q(counts__isnull=False)
    rows = SameMoney.objects.filter(where, state=SameMoneyState.SAME)
    return rows if at is None else rows.filter(decided_at__lte=at)


def counted_elsewhere(among: Iterable[int] | None = None) -> set[int]:
    """Those of these pledges (None: of all) whose money counts under another pledge or in another registry."""
    rows, ids = counted_once(), None if among is None else set(among)
    if ids is not None:
        rows = rows.filter(Q(pledge__in=ids) | Q(other__in=ids))
    found: set[int] = set()
    for pledge, other, counts, elsewhere in rows.values_list("pledge", "other", "counts", "counts_elsewhere"):
        found |= {pledge} if elsewhere else {pledge, other} - {counts, None}
    return found if ids is None else found & ids


# What support is asked for -----------------------------------------------------------------------------------------


def support_asked_for() -> QuerySet[Report]:
    """Of each pledge the newest public report, where it asks for support (`support`); the newest first.

    For whoever looks for others who offer it.
    """
    newest = Report.objects.in_force().filter(pledge=OuterRef("pledge")).order_by("-period_end", "-n").values("pk")[:1]
    found = Report.objects.in_force().filter(pk=Subquery(newest))
    found = (
        found.annotate(support=Cast(KeyTextTransform("support", "content"), TextField()))
        .exclude(support=None)
        .exclude(support="")
    )
    return found.select_related("pledge", "pledge__current", "pledge__lead").order_by("-published_at", "-pk")


# What a round drew for verification ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A pledge that a sample drew: of which kind of organisation, its report in the round, who looks or looked at it."""

    pledge: Pledge
    kind: str
    report: Report | None
    checks: list[Verification]

    @property
    def found(self) -> list[Verification]:
        """Those that are on the record."""
        return [check for check in self.checks if check.taken_over_at is not None]


def drawn_of(sample: Sample) -> list[Drawn]:
    """What a sample drew, in the order of the draw, in three reads."""
    items = list(sample.items.select_related("pledge", "pledge__current"))
    done = (ReportState.ACCEPTED, ReportState.PUBLISHED)
    reports = Report.objects.filter(
        round=sample.round_id, pledge__in=[i.pledge_id for i in items], state__in=done, corrected_by=None
    )
    of = {report.pledge_id: report for report in reports.prefetch_related("verifications").order_by("pk")}
    kinds = dict(EntityType.choices)
    return [
        Drawn(
            item.pledge, str(kinds.get(item.stratum, item.stratum)), report,
            list(report.verifications.all()) if report is not None else [],
        )
        for item in items
        for report in [of.get(item.pledge_id)]
    ]  # fmt: skip


# Parts of a joint pledge -------------------------------------------------------------------------------------------


def partners_of(report: Report) -> QuerySet[RevisionPartner]:
    """The partners that said yes to the pledge, in its present text."""
    current = Revision.objects.public().filter(pledge=report.pledge_id).values("pk")
    return RevisionPartner.objects.filter(revision__in=current, confirmed=True).select_related("organisation")


def parts_of(report: Report) -> list[tuple[RevisionPartner, PartAnswer | None]]:
    """Each partner with what it says of its part, None where it has not said anything yet."""
    answers = {answer.organisation_id: answer for answer in report.part_answers.all()}
    return [(part, answers.get(part.organisation_id)) for part in partners_of(report)]


def _spoken_for(person: Any) -> list[int]:
    from kept.people.permissions import roles_of
    from kept.progress.permissions import may_answer_for_part

    return [pk for pk in roles_of(person) if may_answer_for_part(person, pk)]


def is_partner_somewhere(person: Any) -> bool:
    """Whether an organisation that this person speaks for is a partner of a joint pledge."""
    mine = _spoken_for(person)
    return bool(mine) and RevisionPartner.objects.filter(organisation__in=mine, confirmed=True).exists()


def parts_to_answer(person: Any) -> list[tuple[Report, RevisionPartner]]:
    """The newest public report of each joint pledge of whose partner's part this person may say whether it is so."""
    mine = _spoken_for(person)
    if not mine:
        return []
    public = Revision.objects.public().values("pk")
    parts = RevisionPartner.objects.filter(organisation__in=mine, confirmed=True, revision__in=public)
    by_pledge: dict[int, list[RevisionPartner]] = {}
    for part in parts.select_related("organisation", "revision"):
        by_pledge.setdefault(part.revision.pledge_id, []).append(part)
    newest: dict[int, Report] = {}
    for report in (
        Report.objects.in_force().filter(pledge__in=by_pledge).select_related("pledge").order_by("period_end", "n")
    ):
        newest[report.pledge_id] = report
    given = PartAnswer.objects.filter(report__in=[report.pk for report in newest.values()])
    answered = set(given.values_list("report", "organisation"))
    return [
        (report, part)
        for report in sorted(newest.values(), key=lambda one: -one.pk)
        for part in by_pledge[report.pledge_id]
        if (report.pk, part.organisation_id) not in answered
    ]
