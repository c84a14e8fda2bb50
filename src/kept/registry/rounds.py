"""How the promises stood when each round of reporting was published, and who improved most since the one before.

Of the whole record the figures are those that the round published, frozen with a checkpoint of the log. Of a selection
they are counted anew as of those days; each leads to the pledges of that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats
from kept.people.models import Organisation
from kept.pledges.counting import dollars
from kept.progress import filters
from kept.progress.fields import INSTRUMENTS, NATURES
from kept.progress.models import Round, RoundState
from kept.progress.statuses import Level
from kept.registry import implementing, outcome
from kept.registry.implementing import GROUPS, LOOKS, Asked, Chart, Piece, Row, Sums, chart_of, pieces_of
from kept.registry.selection import Selection

SHOWN = 6  # rounds, the last ones
KEPT = outcome.GROUPS["kept"]
TITLES = {"rounds": gettext_lazy("From round to round"), "improved": gettext_lazy("Most improved")}


def public() -> QuerySet[Round]:
    """The rounds whose findings are public, the newest first."""
    return Round.objects.filter(state=RoundState.PUBLISHED).exclude(published_at=None).order_by("-published_at")


def published() -> list[Round]:
    """The last `SHOWN` of them, the first one first."""
    return list(public()[:SHOWN])[::-1]


def day_of(round_: Round) -> date:
    """The day on which it was published."""
    assert round_.published_at is not None
    return round_.published_at.astimezone(UTC).date()


def charts(asked: Asked, rounds: Sequence[Round]) -> list[Chart]:
    """How it changed, and who improved most; fewer where rounds or figures are."""
    selection = asked.selection.with_(view="", measure="", sort="")
    seen = [one for one in rounds if selection.as_of is None or day_of(one) <= selection.as_of]
    whole = not selection.q and not selection.chosen
    if not seen:
        return []
    lines = [(one, line) for one in seen if (line := _line(asked, selection, one, whole)).count]
    found = [_changed(asked, lines)] if lines else []
    if whole and (rows := _improved(asked, selection, seen[-1])):
        found.append(Chart("improved", str(TITLES["improved"]), _best(rows), tuple(rows)))
    return found


def _line(asked: Asked, selection: Selection, round_: Round, whole: bool) -> Row:
    then = Asked(selection.with_(as_of=day_of(round_)), asked.language)
    counts = round_.figures.get("standing", {}) if whole else outcome.counts_of(then.counted, "standing")
    name = round_.name_in(asked.language)
    return Row(
        round_.slug, name, sum(counts.values()), reverse("registry:round", args=[round_.slug]), pieces_of(then, counts)
    )


def _changed(asked: Asked, lines: Sequence[tuple[Round, Row]]) -> Chart:
    (_round, first), (_last, last) = lines[0], lines[-1]
    share = {row.value: asked.percent(row.pieces[0].count, row.count) for row in (first, last)}
    if first is last:
        sentence = _("%(share)s of all pledges were kept in “%(round)s”.") % {
            "share": share[last.value], "round": last.name
        }  # fmt: skip
    else:
        sentence = _("%(before)s of all pledges were kept in “%(first)s”, %(now)s in “%(last)s”.") % {
            "before": share[first.value], "first": first.name, "now": share[last.value], "last": last.name
        }  # fmt: skip
    heads = tuple((look, str(title)) for look, _values, title in GROUPS)
    return Chart("rounds", str(TITLES["rounds"]), sentence, tuple(row for _round, row in lines), heads)


def _improved(asked: Asked, selection: Selection, round_: Round) -> list[Row]:
    found: list[dict[str, Any]] = round_.figures.get("improved", [])
    names = dict(
        Organisation.objects.filter(slug__in=[one["organisation"] for one in found]).values_list("slug", "name")
    )
    then = Asked(selection.with_(as_of=day_of(round_)), asked.language)
    rows = []
    for one in found:
        slug = one["organisation"]
        if slug not in names:
            continue
        share = Decimal(one["kept"]) / one["pledges"] * 100
        url = then.url(organisation=(slug,), standing=KEPT)
        piece = Piece(one["kept"], share, Decimal(0), LOOKS["kept"], url)
        note = _("%(before)s, then %(now)s") % {
            "before": asked.percent(one["kept_before"], one["pledges_before"]),
            "now": asked.percent(one["kept"], one["pledges"]),
        }
        rows.append(Row(slug, names[slug], one["pledges"], url, (piece,), note))
    return rows


def _best(rows: Sequence[Row]) -> str:
    return _("Of the pledges of %(name)s the share that is kept rose most since the round before: %(shares)s.") % {
        "name": rows[0].name, "shares": rows[0].note
    }  # fmt: skip


# A round's own page ------------------------------------------------------------------------------------------------


def frozen(round_: Round, language: str) -> list[Chart]:
    """What a round published: the four statuses as they were counted that day, with the pledges of that day."""
    asked = Asked(Selection(as_of=day_of(round_)), language)
    named = [name for name in filters.NAMES if round_.figures.get(name)]
    return [
        chart_of(asked, name, {value: round_.figures[name].get(value, 0) for value in filters.NAMES_OF[name]})
        for name in named
    ]


def frozen_sums(round_: Round, language: str) -> list[Sums]:
    """Money in three stages and people, as the round published them; none of a round that did not count them."""
    asked, figures = Asked(Selection(as_of=day_of(round_)), language), round_.figures
    if "money" not in figures:
        return []
    return implementing.frozen_sums(asked, figures["money"], figures["people"])


def frozen_kinds(round_: Round) -> list[dict[str, Any]]:
    """What was signed and spent by where it came from and by its form: new or existing, grant or loan."""
    titles = {"signed": _("Signed"), "spent": _("Spent")}
    return [
        {"title": titles[name], "natures": _split(kinds["nature"], NATURES), "instruments": _split(kinds["instrument"], INSTRUMENTS)}
        for name, kinds in round_.figures.get("kinds_of_money", {}).items()
        if kinds["nature"]
    ]  # fmt: skip


def _split(cents: Mapping[str, int], names: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    known = {**dict(names), "": _("not said")}
    return [{"name": str(label), "amount": dollars(cents[kind])} for kind, label in known.items() if kind in cents]


def frozen_indicators(round_: Round, language: str) -> list[dict[str, Any]]:
    """What the figures of each definition made together when it was published."""
    return [
        {
            "name": one["names"].get(language) or one["names"].get("en") or one["slug"], "unit": one["unit"],
            "total": Decimal(one["total"]), "pledges": one["pledges"],
            "parts": [(str(Level(level).label), Decimal(total)) for level, total in one["levels"].items()],
            "url": reverse("registry:indicator", args=[one["slug"]]) + f"?as_of={day_of(round_)}",
        }
        for one in round_.figures.get("indicators", [])
    ]  # fmt: skip


def facts(round_: Round, language: str) -> list[tuple[str, str]]:
    """Who was asked and who answered, in words."""
    figures, asked = round_.figures, round_.figures.get("asked", 0)
    return [
        (_("Published"), formats.format_date(day_of(round_), language)),
        (_("Asked about"), formats.format_number(asked, language)),
        (_("Answered"), formats.format_number(figures.get("answered", 0), language)),
        (_("Nobody could be reached"), formats.format_number(figures.get("unreachable", 0), language)),
        (_("All published pledges"), formats.format_number(figures.get("pledges", 0), language)),
    ]


def size_of_log(round_: Round) -> int:
    """How many entries the log had; 0 where no checkpoint was kept."""
    lines = round_.checkpoint.splitlines()
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else 0
