"""The map as templates take it: every country with its class of colour, its words and its link; the legend; the table.

Classes follow the figures of the selection: each about as full as the others, with round limits. By number the colours are
those of the pledges that name a country; countries that are only covered by a region or group have a class of their own.
Colour is never alone: every country says its name and figures, and the same stands in a table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kept.base import formats, places
from kept.registry import worldmap
from kept.registry.measuring import NOBODY, Reach

MEASURE_NAMES = {
    "number": gettext_lazy("Number of pledges"),
    "amount": gettext_lazy("Amount"),
    "people": gettext_lazy("People"),
}
ROUND = (1, 2, 3, 5, 7)


@dataclass(frozen=True, slots=True)
class Spot:
    """A country on the map. `step`: 0 nothing, 1 to 4. `words` are read aloud and shown on hovering."""

    code: str
    step: int
    words: str
    url: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A country in the table beside the map."""

    code: str
    name: str
    url: str
    reach: Reach
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """All that the templates show. `legend`: (step, words); `frame` is the part of the world that is shown."""

    frame: worldmap.Frame
    spots: tuple[Spot, ...]
    legend: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    measure: str
    sentence: str
    named: int
    covered_only: int

    @property
    def is_world(self) -> bool:
        return self.frame == worldmap.world()


def drawn(
    reaches: Mapping[str, Reach],
    language: str,
    link: Callable[[str], str],
    *,
    measure: str = "",
    selected: Collection[str] = (),
    shown: Collection[str] = (),
    with_rows: bool = True,
) -> Map:
    """The map of these figures. `link(code)` is where a country leads; `shown`: the countries that it is about (all).

    Countries with the largest figures come first, so that the keyboard meets them first.
    """
    measure = measure if measure in MEASURE_NAMES else "number"
    figures = {code: reaches.get(code, NOBODY).of(measure) for code in worldmap.drawn()}
    lowest = 2 if measure == "number" else 1  # the class of countries that are only covered stands before
    limits = limits_of([figure for figure in figures.values() if figure], 5 - lowest)
    names = {code: places.name(code, language) for code in {*figures, *reaches}}
    spots = tuple(
        Spot(
            code,
            _step(reaches.get(code, NOBODY), figure, limits, lowest),
            words_of(names[code], reaches.get(code, NOBODY), measure, language),
            link(code),
            code in selected,
        )
        for code, figure in sorted(figures.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    reached = {code: reach for code, reach in reaches.items() if reach.number}
    rows = [Row(code, names[code], link(code), reach, code in selected) for code, reach in reached.items() if with_rows]
    rows.sort(key=lambda row: (-row.reach.of(measure), places.sort_key(row.name, language)))
    return Map(
        frame=worldmap.around(shown) if shown else worldmap.world(),
        spots=spots,
        legend=legend(limits, measure, language),
        rows=tuple(rows),
        measure=measure,
        sentence=SENTENCES[measure],
        named=sum(1 for reach in reached.values() if reach.named),
        covered_only=sum(1 for reach in reached.values() if not reach.named),
    )


def _step(reach: Reach, figure: Decimal | int, limits: Sequence[Decimal | int], lowest: int) -> int:
    if figure:
        return bisect_right(limits, figure) + lowest - 1
    return 1 if lowest == 2 and reach.covered else 0


SENTENCES: dict[str, Any] = {
    "number": gettext_lazy("The colours show how many pledges name a country. “Worldwide” colours no country."),
    "amount": gettext_lazy(
        "The amounts of the pledges that name a country. A pledge that names several stands whole in each: amounts are "
        "never spread over countries, so do not add these figures up."
    ),
    "people": gettext_lazy(
        "People expected to benefit from the pledges that name a country. A pledge that names several stands whole in "
        "each, and the same people may be counted by several pledges: do not add these figures up."
    ),
}


def limits_of(figures: Sequence[Decimal | int], classes: int) -> list[Decimal | int]:
    """From which figure on each class begins: so many round limits at most, each class about as full as the others."""
    ordered = sorted(figures)
    if not ordered:
        return []
    limits: list[Decimal | int] = [0]
    for nth in range(1, classes):
        limit = rounded(ordered[len(ordered) * nth // classes])
        if limit > max(limits[-1], ordered[0]):
            limits.append(limit)
    return limits


def rounded(figure: Decimal | int) -> Decimal | int:
    """The largest of 1, 2, 3, 5, 7, 10, 20, 30, … that is not more than the figure (which is positive)."""
    power = Decimal(10) ** Decimal(figure).adjusted()
    limit = max(step * power for step in ROUND if step * power <= figure)
    return int(limit) if limit == limit.to_integral_value() else limit


def legend(limits: Sequence[Decimal | int], measure: str, language: str) -> tuple[tuple[int, str], ...]:
    """What each colour stands for, in words."""
    none = {"number": _("No pledge"), "amount": _("No amount"), "people": _("No figure")}[measure]
    lines = [(0, none)]
    if measure == "number":
        lines.append((1, _("Only by region or group")))
    first = len(lines)
    for nth, low in enumerate(limits):
        high = limits[nth + 1] if nth + 1 < len(limits) else None
        lines.append((first + nth, _range(low, high, measure, language)))
    return tuple(lines)


def _range(low: Decimal | int, high: Decimal | int | None, measure: str, language: str) -> str:
    """“1 to 4”, “5 and more”, “below 1.0 M USD”. Counts end one below the next class; amounts end at it."""
    write = _writer(measure, language)
    if measure == "number":
        first = max(1, int(low))
        last = None if high is None else int(high) - 1
        if last is None:
            return _("%(low)s and more by name") % {"low": write(first)}
        if first == last:
            return _("%(low)s by name") % {"low": write(first)}
        return _("%(low)s to %(high)s by name") % {"low": write(first), "high": write(last)}
    if not low:
        return _("below %(high)s") % {"high": write(high)} if high is not None else _("above zero")
    if high is None:
        return _("%(low)s and more") % {"low": write(low)}
    return _("%(low)s to %(high)s") % {"low": write(low), "high": write(high)}


def _writer(measure: str, language: str) -> Callable[[Any], str]:
    if measure == "amount":
        return lambda figure: formats.format_money_short(Decimal(figure), "USD", language)
    return lambda figure: formats.format_number(figure, language)


def words_of(name: str, reach: Reach, measure: str, language: str) -> str:
    """A country's figure as one phrase: what is read aloud on the map."""
    if measure == "amount":
        amount = formats.format_money_short(reach.amount_usd, "USD", language)
        return _("%(country)s: %(amount)s") % {
            "country": name,
            "amount": amount if reach.amount_usd else _("No amount"),
        }
    if measure == "people":
        people = formats.format_number(reach.people, language)
        said = ngettext("%(country)s: %(count)s person", "%(country)s: %(count)s people", reach.people)
        return said % {"country": name, "count": people}
    if not reach.number:
        return _("%(country)s: no pledge") % {"country": name}
    number, named = (formats.format_number(n, language) for n in (reach.number, reach.named))
    if reach.named == reach.number:
        said = ngettext("%(country)s: %(count)s pledge", "%(country)s: %(count)s pledges", reach.number)
        return said % {"country": name, "count": number}
    said = ngettext(
        "%(country)s: %(count)s pledge, %(named)s of them by name",
        "%(country)s: %(count)s pledges, %(named)s of them by name", reach.number,
    )  # fmt: skip
    return said % {"country": name, "count": number, "named": named}


def where(named: Collection[str], covered: Collection[str], language: str) -> dict[str, Any]:
    """A small map of one pledge, or of a place: what it names, what it covers, in their surroundings."""
    on_it = set(worldmap.drawn())
    shown = [code for code in named if code in on_it] or [code for code in covered if code in on_it]
    names = [places.name(code, language) for code in places.sorted_by_name(shown, language)]
    said = formats.format_list(names[:8], language, "unit")
    return {
        "frame": worldmap.around(shown),
        "named": sorted(on_it & set(named)),
        "covered": sorted(on_it & set(covered) - set(named)),
        "words": _("Map: %(places)s") % {"places": said + (" …" if len(names) > 8 else "")} if names else "",
    }
