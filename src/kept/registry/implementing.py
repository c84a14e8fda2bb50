"""What became of the promises of a selection, as charts: each a finding, rows that lead to their pledges, a table, a file.

Counted are published pledges and those that were taken back: taking back improves no share. A replaced one follows its
successor. Everything is read from `Standing` in SQL, also of a past day; what a figure counts is what the filter that it
leads to finds. Promised, signed and spent are three figures and have no sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats
from kept.pledges.counting import dollars
from kept.pledges.models import Revision, RevisionTag, Status, Taxonomy
from kept.progress import filters
from kept.progress.models import Standing
from kept.progress.statuses import Level, Reporting, Stands
from kept.progress.sums import shares
from kept.registry import listing, search
from kept.registry.naming import name_of
from kept.registry.selection import Selection

COUNTED = (Status.PUBLISHED.value, Status.WITHDRAWN.value)
# How standings are drawn together: (name of the group, its standings, its title).
GROUPS: tuple[tuple[str, tuple[str, ...], object], ...] = (
    ("kept", (Stands.KEPT, Stands.KEPT_LATE), gettext_lazy("Kept, in time or late")),
    ("partly", (Stands.PARTLY_KEPT,), gettext_lazy("Partly kept")),
    ("going", (Stands.NOT_STARTED, Stands.ON_TRACK), gettext_lazy("Not started or on track")),
    ("late", (Stands.LATE,), gettext_lazy("Late")),
    ("ended", (Stands.NOT_KEPT, Stands.GIVEN_UP), gettext_lazy("Not kept or given up")),
    ("unjudged", (Stands.UNJUDGED,), gettext_lazy("Cannot be judged")),
)
LOOKS = {value: group for group, values, _title in GROUPS for value in values}
LOOKS |= {"self_reported": "partly", "documented": "kept", "verified": "kept", "none": "unjudged"}
LOOKS |= {"current": "kept", "closed": "partly", "not_yet_due": "going", "due": "going", "overdue": "late",
          "silent": "ended", "unreachable": "ended"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar: how many, its share of the whole, where it begins, per cent; its colour; the pledges behind it."""

    count: int
    share: Decimal
    start: Decimal
    look: str
    url: str

    @property
    def per_one(self) -> Decimal:
        """The share as a part of one."""
        return self.share / 100


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a value, all of its pledges, and the parts of it."""

    value: str
    name: str
    count: int
    url: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is a table. `heads`: the titles of its parts, where a row has several."""

    key: str
    title: str
    sentence: str
    rows: tuple[Row, ...]
    heads: tuple[tuple[str, str], ...] = ()  # (look, title)


@dataclass(frozen=True, slots=True)
class Line:
    """A sum of money or people: of how many pledges, with the pledges behind it."""

    name: str
    amount: Decimal | int
    pledges: int
    url: str
    part: bool = False  # a part of the line above it
    value: str = ""  # the stage, for programs; of a part: its level


@dataclass(frozen=True, slots=True)
class Sums:
    """A table of sums that are never added to each other. `money`: US dollars; else people."""

    key: str
    title: str
    sentence: str
    lines: tuple[Line, ...]
    money: bool


@dataclass(frozen=True)
class Asked:
    """A selection with what is counted of it."""

    selection: Selection
    language: str

    @property
    def counted(self) -> Selection:
        """The selection with those that were taken back, where it chose no status itself."""
        return self.selection.with_() if self.selection.of("status") else self.selection.choosing("status", COUNTED)

    def revisions(self) -> QuerySet[Revision]:
        return search.rows(self.counted).order_by()

    def standings(self) -> QuerySet[Standing]:
        at = search.instant_of(self.selection.as_of)
        return filters.rows(at).filter(counts=True, pledge__in=self.revisions().values("pledge")).order_by()

    def standing(self, pledge: str) -> Subquery:
        """How a pledge stands, beside whatever names it in the column `pledge`."""
        at = search.instant_of(self.selection.as_of)
        return Subquery(Standing.objects.at(at).filter(pledge=OuterRef(pledge)).values("standing")[:1])

    def url(self, **chosen: Iterable[str]) -> str:
        """The pledges behind a figure: the registry's page of them."""
        found = self.counted
        for name, values in chosen.items():
            asked = tuple(values)
            known = found.of(name)
            found = found.choosing(name, tuple(v for v in asked if v in known) if known and name != "status" else asked)
        return listing.address(found.with_(view="", measure=""))

    def percent(self, count: int, whole: int) -> str:
        return formats.format_percent(Decimal(count) / whole if whole else Decimal(0), self.language)

    def money(self, cents: int | None) -> str:
        return formats.format_money_short(dollars(cents), "USD", self.language)


def charts(selection: Selection, language: str) -> list[Chart]:
    """Every chart of pledges, in the order of the page; none where there are no pledges."""
    asked = Asked(selection, language)
    counts = {name: counts_of(asked, name) for name in filters.NAMES}
    if not sum(counts["standing"].values()):
        return []
    return [
        _chart(asked, "standing", counts["standing"], _standing_found),
        _chart(asked, "level", counts["level"], _level_found),
        _chart(asked, "reporting", counts["reporting"], _reporting_found),
        _chart(asked, "said", counts["said"], _said_found),
        _crossed(asked, "year", _("By year of publication"), _by_year(asked)),
        _crossed(asked, "focus", _("By focus area"), _by_focus(asked)),
        _crossed(asked, "entity_type", _("By kind of organisation"), _by_column(asked, "entity_type")),
    ]


def counts_of(asked: Asked, name: str) -> dict[str, int]:
    """{value: pledges} of one of `filters.NAMES`, every value told, also with 0."""
    column = filters.COLUMNS[name]
    found = dict(asked.standings().values_list(column).annotate(n=Count("pk")))
    return {value: found.get(value, 0) for value in filters.NAMES_OF[name]}


def _chart(asked: Asked, name: str, counts: Mapping[str, int], found: Callable[..., str]) -> Chart:
    parts = shares(counts)
    rows = tuple(
        Row(
            value, str(filters.NAMES_OF[name][value]), n, asked.url(**{name: (value,)}),
            (Piece(n, parts[value], Decimal(0), LOOKS.get(value, "going"), ""),),
        )
        for value, n in counts.items()
    )  # fmt: skip
    return Chart(name, str(filters.TITLES[name]), found(asked, counts), rows)


# Findings --------------------------------------------------------------------------------------------------------


def _standing_found(asked: Asked, counts: Mapping[str, int]) -> str:
    whole = sum(counts.values())
    return _(
        "%(kept)s of all published pledges are kept, in time or late; %(late)s are late; %(unjudged)s cannot be judged."
    ) % {
        "kept": asked.percent(counts["kept"] + counts["kept_late"], whole),
        "late": asked.percent(counts["late"], whole),
        "unjudged": asked.percent(counts["unjudged"], whole),
    }


def _level_found(asked: Asked, counts: Mapping[str, int]) -> str:
    whole = sum(counts.values())
    return _(
        "For %(proved)s of all published pledges documents or somebody else support the figure; for %(none)s nothing "
        "was reported yet."
    ) % {
        "proved": asked.percent(counts["documented"] + counts["verified"], whole),
        "none": asked.percent(counts["none"], whole),
    }


def _reporting_found(asked: Asked, counts: Mapping[str, int]) -> str:
    whole = sum(counts.values())
    return _(
        "For %(silent)s of all published pledges nothing is heard or nobody could be reached; for %(current)s the last "
        "round was answered."
    ) % {
        "silent": asked.percent(counts["silent"] + counts["unreachable"], whole),
        "current": asked.percent(counts[Reporting.CURRENT], whole),
    }


def _said_found(asked: Asked, counts: Mapping[str, int]) -> str:
    whole = sum(counts.values())
    return _("Owners say of %(done)s of all published pledges that they are completed. This is their word alone.") % {
        "done": asked.percent(counts["completed"], whole)
    }


# Two things at once ------------------------------------------------------------------------------------------------

Crossed = dict[str, dict[str, int]]  # {value: {standing: pledges}}


def _by_column(asked: Asked, name: str) -> Crossed:
    rows = asked.revisions().annotate(stands=asked.standing("pledge"))
    return _table(rows.exclude(stands=None).values_list(name, "stands").annotate(n=Count("pk")))


def _by_year(asked: Asked) -> Crossed:
    rows = asked.revisions().annotate(stands=asked.standing("pledge"), in_year=ExtractYear("published_at"))
    found = _table(rows.exclude(stands=None).values_list("in_year", "stands").annotate(n=Count("pk")))
    return dict(sorted(found.items(), reverse=True))


def _by_focus(asked: Asked) -> Crossed:
    tags = RevisionTag.objects.filter(taxonomy=Taxonomy.FOCUS, revision__in=asked.revisions().values("pk")).order_by()
    tags = tags.annotate(stands=asked.standing("revision__pledge")).exclude(stands=None)
    return _table(tags.values_list("slug", "stands").annotate(n=Count("revision", distinct=True)))


def _table(rows: Iterable[tuple]) -> Crossed:
    found: Crossed = {}
    for value, standing, n in rows:
        if value not in ("", None):
            found.setdefault(str(value), {})[standing] = n
    return found


def _crossed(asked: Asked, name: str, title: str, found: Crossed) -> Chart:
    """A line for each value; where some were chosen, for these: a pledge of two focus areas is in no other line."""
    chosen = asked.selection.of(name)
    shown = {value: counts for value, counts in found.items() if not chosen or value in chosen}
    rows = tuple(_row(asked, name, value, counts) for value, counts in shown.items())
    if name != "year":
        rows = tuple(sorted(rows, key=lambda row: -row.count))
    heads = tuple((look, str(group)) for look, _values, group in GROUPS)
    return Chart(name, title, _best(asked, rows), rows, heads)


def _row(asked: Asked, name: str, value: str, counts: Mapping[str, int]) -> Row:
    pieces = pieces_of(asked, counts, **{name: (value,)})
    label = name_of(name, value, asked.language)
    return Row(value, label, sum(piece.count for piece in pieces), asked.url(**{name: (value,)}), pieces)


def pieces_of(asked: Asked, counts: Mapping[str, int], **chosen: Iterable[str]) -> tuple[Piece, ...]:
    """{standing: pledges} in the groups of the page, in their order, each where the one before ends."""
    grouped = {look: sum(counts.get(one, 0) for one in values) for look, values, _title in GROUPS}
    parts, start, pieces = shares(grouped, digits=1), Decimal(0), []
    for look, values, _title in GROUPS:
        pieces.append(Piece(grouped[look], parts[look], start, look, asked.url(**chosen, standing=values)))
        start += parts[look]
    return tuple(pieces)


def _best(asked: Asked, rows: Sequence[Row]) -> str:
    """The line with the largest share of kept pledges."""
    known = [row for row in rows if row.pieces[0].count]
    if not known:
        return _("No pledge of any line is kept yet.")
    best = max(known, key=lambda row: (Decimal(row.pieces[0].count) / row.count, row.count))
    return _("The largest share of kept pledges is in the line “%(name)s”: %(share)s.") % {
        "name": best.name,
        "share": asked.percent(best.pieces[0].count, best.count),
    }


# Money and people --------------------------------------------------------------------------------------------------


def sums(selection: Selection, language: str) -> list[Sums]:
    """Money in its three stages, and people: each figure with what supports it."""
    asked = Asked(selection, language)
    promised = asked.revisions().aggregate(
        cents=Sum("usd_cents"), with_amount=Count("usd_cents"), people=Sum("people_expected"),
        with_people=Count("people_expected"),
    )  # fmt: skip
    return [_money(asked, promised), _people(asked, promised)]


def _money(asked: Asked, promised: Mapping[str, int | None]) -> Sums:
    bands = ("lt100k", "lt1m", "lt10m", "lt100m", "lt1bn", "more")
    lines = [
        Line(
            _("Promised"),
            dollars(promised["cents"]),
            promised["with_amount"] or 0,
            asked.url(amount=bands),
            value="promised",
        ),
        *_by_level(asked, "signed", _("Signed"), "committed_cents", money=True),
        *_by_level(asked, "spent", _("Spent"), "disbursed_cents", money=True),
    ]
    whole = {line.name: line.amount for line in lines if not line.part}
    sentence = _(
        "Promised: %(promised)s. Signed so far, as far as reports say: %(signed)s. Spent: %(spent)s. The three are never "
        "added."
    ) % {
        "promised": formats.format_money_short(Decimal(whole[_("Promised")]), "USD", asked.language),
        "signed": formats.format_money_short(Decimal(whole[_("Signed")]), "USD", asked.language),
        "spent": formats.format_money_short(Decimal(whole[_("Spent")]), "USD", asked.language),
    }
    return Sums("money", _("Money in three stages"), sentence, tuple(lines), money=True)


def unknown(selection: Selection) -> tuple[Decimal, int]:
    """Of the pledges that name an amount, those of whose money nothing was reported: (US dollars promised, pledges)."""
    asked = Asked(selection, "en")
    signed, spent = (filters.FIGURES[name][0] for name in ("signed", "spent"))
    silent = asked.standings().filter(**{signed: "", spent: ""}).values("pledge")
    named = asked.revisions().filter(pledge__in=silent).exclude(usd_cents=None)
    found = named.aggregate(cents=Sum("usd_cents"), pledges=Count("pk"))
    return dollars(found["cents"]), found["pledges"]


def _people(asked: Asked, promised: Mapping[str, int | None]) -> Sums:
    reached = _by_level(asked, "reached", _("Reached"), "people", money=False)
    expected = promised["people"] or 0
    lines = (Line(_("Expected"), expected, promised["with_people"] or 0, asked.url(), value="expected"), *reached)
    sentence = _(
        "People expected to benefit: %(expected)s. Reached, as far as reports say: %(reached)s. People of several pledges "
        "may be the same people."
    ) % {
        "expected": formats.format_number(expected, asked.language),
        "reached": formats.format_number(int(reached[0].amount), asked.language),
    }
    return Sums("people", _("People"), sentence, lines, money=False)


def _by_level(asked: Asked, facet: str, name: str, column: str, *, money: bool) -> list[Line]:
    level, _title = filters.FIGURES[facet]
    rows = asked.standings().exclude(**{level: ""})
    if money:
        rows = rows.filter(money_counts=True)  # the same money counts once, under one pledge
    found = {one: (total or 0, n) for one, total, n in rows.values_list(level).annotate(t=Sum(column), n=Count("pk"))}

    def shown(total: int) -> Decimal | int:
        return dollars(total) if money else total

    whole = Line(
        name, shown(sum(total for total, _n in found.values())), sum(n for _total, n in found.values()),
        asked.url(**{facet: Level.values}), value=facet,
    )  # fmt: skip
    parts = [
        Line(
            str(Level(one).label),
            shown(found[one][0]),
            found[one][1],
            asked.url(**{facet: (one,)}),
            part=True,
            value=one,
        )
        for one in Level.values
        if one in found
    ]
    return [whole, *parts]
