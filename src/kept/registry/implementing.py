"""What became of the promises of a selection, as charts: each a finding, rows that lead to their pledges, a table, a file.

Counted are published pledges and those that were taken back: taking back improves no share. A replaced one follows its
successor. The figures are those of `outcome.py`; what a figure counts is what the filter that it leads to finds. Promised,
signed and spent are three figures and have no sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats
from kept.pledges.counting import dollars
from kept.progress import filters
from kept.progress.statuses import Level, Reporting
from kept.progress.sums import shares
from kept.registry import outcome
from kept.registry.naming import name_of
from kept.registry.outcome import Amount, Outcome
from kept.registry.selection import Selection

# The groups of standings that are drawn together, and their titles.
GROUPS: tuple[tuple[str, tuple[str, ...], object], ...] = tuple(
    (look, outcome.GROUPS[look], title)
    for look, title in (
        ("kept", gettext_lazy("Kept, in time or late")),
        ("partly", gettext_lazy("Partly kept")),
        ("going", gettext_lazy("Not started or on track")),
        ("late", gettext_lazy("Late")),
        ("ended", gettext_lazy("Not kept or given up")),
        ("unjudged", gettext_lazy("Cannot be judged")),
    )
)
LOOKS: dict[str, str] = dict(outcome.LOOK_OF)
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
    note: str = ""  # what stands in place of its share


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


@dataclass
class Asked:
    """A selection with what is counted of it."""

    selection: Selection
    language: str

    @property
    def counted(self) -> Selection:
        return outcome.counted(self.selection)

    @cached_property
    def found(self) -> Outcome:
        return outcome.outcome(self.counted)

    @property
    def pledges(self) -> int:
        """All of which a share is a share."""
        return sum(self.found.counts["standing"].values())

    @cached_property
    def _rows(self) -> tuple[str, Selection]:
        """The registry's page, and what it shows: hundreds of addresses begin with it."""
        return reverse("registry:pledges"), self.counted.with_(view="", measure="")

    def url(self, **chosen: Iterable[str]) -> str:
        """The pledges behind a figure: the registry's page of them."""
        path, found = self._rows
        for name, values in chosen.items():
            asked = tuple(values)
            known = found.of(name)
            found = found.choosing(name, tuple(v for v in asked if v in known) if known and name != "status" else asked)
        return path + found.to_query()

    def percent(self, count: int, whole: int) -> str:
        return formats.format_percent(Decimal(count) / whole if whole else Decimal(0), self.language)

    def money(self, cents: int | None) -> str:
        return formats.format_money_short(dollars(cents), "USD", self.language)


TITLES = {
    "year": gettext_lazy("By year of publication"),
    "focus": gettext_lazy("By focus area"),
    "region": gettext_lazy("By region"),
    "entity_type": gettext_lazy("By kind of organisation"),
    "beneficiary": gettext_lazy("For whom"),
}


def charts(asked: Asked) -> list[Chart]:
    """Every chart of pledges, in the order of the page; none where there are no pledges."""
    counts = {name: counts_of(asked, name) for name in filters.NAMES}
    if not asked.pledges:
        return []
    return [
        *(chart_of(asked, name, counts[name]) for name in ("standing", "level", "reporting", "said")),
        *(_crossed(asked, name, str(title)) for name, title in TITLES.items()),
    ]


def counts_of(asked: Asked, name: str) -> dict[str, int]:
    """{value: pledges} of one of `filters.NAMES`, every value told, also with 0."""
    return {value: asked.found.counts[name].get(value, 0) for value in filters.NAMES_OF[name]}


def chart_of(asked: Asked, name: str, counts: Mapping[str, int]) -> Chart:
    """One of `filters.NAMES` as a chart: {value: pledges}."""
    parts = shares(counts)
    rows = tuple(
        Row(
            value, str(filters.NAMES_OF[name][value]), n, asked.url(**{name: (value,)}),
            (Piece(n, parts[value], Decimal(0), LOOKS.get(value, "going"), ""),),
        )
        for value, n in counts.items()
    )  # fmt: skip
    return Chart(name, str(filters.TITLES[name]), FOUND[name](asked, counts), rows)


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


FOUND: dict[str, Callable[[Asked, Mapping[str, int]], str]] = {
    "standing": _standing_found, "level": _level_found, "reporting": _reporting_found, "said": _said_found
}  # fmt: skip


# Two things at once ------------------------------------------------------------------------------------------------


def _crossed(asked: Asked, name: str, title: str) -> Chart:
    """A line for each value; where some were chosen, for these: a pledge of two focus areas is in no other line."""
    chosen = asked.selection.of(name)
    shown = {value: row for value, row in asked.found.crossed[name].items() if not chosen or value in chosen}
    rows = [_row(asked, name, value, row) for value, row in shown.items()]
    rows.sort(key=lambda row: (-int(row.value), "") if name == "year" else (-row.count, row.value))
    heads = tuple((look, str(group)) for look, _values, group in GROUPS)
    return Chart(name, title, _best(asked, rows), tuple(rows), heads)


def _row(asked: Asked, name: str, value: str, counts: Mapping[str, int]) -> Row:
    pieces = _pieces(asked, counts, **{name: (value,)})
    label = name_of(name, value, asked.language)
    return Row(value, label, sum(piece.count for piece in pieces), asked.url(**{name: (value,)}), pieces)


def pieces_of(asked: Asked, counts: Mapping[str, int]) -> tuple[Piece, ...]:
    """{standing: pledges} in the groups of the page."""
    grouped = {look: sum(counts.get(one, 0) for one in values) for look, values, _title in GROUPS}
    return _pieces(asked, grouped)


def _pieces(asked: Asked, grouped: Mapping[str, int], **chosen: Iterable[str]) -> tuple[Piece, ...]:
    """{group: pledges} in the order of the page, each where the one before ends."""
    whole = {look: grouped.get(look, 0) for look, _values, _title in GROUPS}
    parts, start, pieces = shares(whole, digits=1), Decimal(0), []
    for look, values, _title in GROUPS:
        pieces.append(Piece(whole[look], parts[look], start, look, asked.url(**chosen, standing=values)))
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


def sums(asked: Asked) -> list[Sums]:
    """Money in its three stages, and people: each figure with what supports it."""
    found = asked.found
    return [
        _money(asked, found.promised, found.staged, _elsewhere(asked)),
        _people(asked, found.expected, found.staged),
    ]


def money_of(asked: Asked) -> Sums:
    """Money in its three stages alone."""
    return _money(asked, *outcome.money(asked.counted), _elsewhere(asked))


def frozen_sums(asked: Asked, money: Mapping[str, Any], people: Mapping[str, Any]) -> list[Sums]:
    """The same out of what a round published (`progress.findings`)."""

    def amount(one: Mapping[str, int]) -> Amount:
        return Amount(one["total"], one["pledges"])

    levels = {name: found for name, found in {**money, **people}.items() if name in filters.AMOUNTS}
    staged = {name: {level: amount(one) for level, one in found.items()} for name, found in levels.items()}
    return [_money(asked, amount(money["promised"]), staged), _people(asked, amount(people["expected"]), staged)]


def _elsewhere(asked: Asked) -> list[Line]:
    """Of what is promised: the same money as elsewhere, that is left out of what is signed and spent."""
    found = outcome.promised_elsewhere(asked.counted)
    if not found.pledges:
        return []
    url = asked.url(same_money=(filters.ELSEWHERE,))
    name = _("The same money counts elsewhere")
    return [Line(name, dollars(found.total), found.pledges, url, part=True, value=filters.ELSEWHERE)]


Staged = Mapping[str, Mapping[str, Amount]]  # {figure of `filters.AMOUNTS`: {level: sum}}


def _money(asked: Asked, promised: Amount, staged: Staged, elsewhere: Sequence[Line] = ()) -> Sums:
    bands = ("lt100k", "lt1m", "lt10m", "lt100m", "lt1bn", "more")
    lines = [
        Line(_("Promised"), dollars(promised.total), promised.pledges, asked.url(amount=bands), value="promised"),
        *elsewhere,
        *_by_level(asked, staged, "signed", _("Signed"), money=True),
        *_by_level(asked, staged, "spent", _("Spent"), money=True),
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
    counted = outcome.counted(selection)
    signed, spent = (filters.FIGURES[name][0] for name in ("signed", "spent"))
    silent = outcome.standings(counted).filter(**{signed: "", spent: ""}).values("pledge")
    named = outcome.revisions(counted).filter(pledge__in=silent).exclude(usd_cents=None)
    found = named.aggregate(cents=Sum("usd_cents"), pledges=Count("pk"))
    return dollars(found["cents"]), found["pledges"]


def _people(asked: Asked, promised: Amount, staged: Staged) -> Sums:
    reached = _by_level(asked, staged, "reached", _("Reached"), money=False)
    expected, pledges = promised.total, promised.pledges
    lines = (Line(_("Expected"), expected, pledges, asked.url(), value="expected"), *reached)
    sentence = _(
        "People expected to benefit: %(expected)s. Reached, as far as reports say: %(reached)s. People of several pledges "
        "may be the same people."
    ) % {
        "expected": formats.format_number(expected, asked.language),
        "reached": formats.format_number(int(reached[0].amount), asked.language),
    }
    return Sums("people", _("People"), sentence, lines, money=False)


def _by_level(asked: Asked, staged: Staged, facet: str, name: str, *, money: bool) -> list[Line]:
    found = staged[facet]

    def shown(total: int) -> Decimal | int:
        return dollars(total) if money else total

    whole = sum(found.values(), Amount(0, 0))
    parts = [
        Line(
            str(Level(one).label), shown(found[one].total), found[one].pledges, asked.url(**{facet: (one,)}), part=True,
            value=one,
        )
        for one in Level.values
        if one in found
    ]  # fmt: skip
    return [Line(name, shown(whole.total), whole.pledges, asked.url(**{facet: Level.values}), value=facet), *parts]
