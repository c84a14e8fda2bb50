"""What the registry is filtered by out of this room: how it stands, what is said, what supports it, whether anybody answers.

The same rows are what the dashboard counts, so that a figure there and the filter that it leads to are one figure. A
pledge of which nothing was said has `none` in `said`, and one without a public report in `level`: their numbers add up to
all pledges. What became of a past day is answered by the rows that were valid at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kept.pledges import facets
from kept.progress.models import Standing
from kept.progress.statuses import Level, Reporting, Said, Stands

NONE = "none"
ELSEWHERE = "elsewhere"  # its money counts under another pledge, or in another registry
COLUMN = "progress"  # few combinations: counted as one in the index
NAMES = ("standing", "said", "level", "reporting")


def rows(at: datetime | None) -> QuerySet[Standing]:
    """How public pledges stood at an instant (None: now): a row each, with `said_or_none`, `level_or_none`, `same_money`."""
    return Standing.objects.at(at).annotate(
        same_money=Case(When(money_counts=False, then=Value(ELSEWHERE)), default=Value(""), output_field=CharField()),
        said_or_none=Case(When(said="", then=Value(NONE)), default=F("said"), output_field=CharField()),
        level_or_none=Case(When(reports=0, then=Value(NONE)), default=F("level"), output_field=CharField()),
    )


# {filter: the column of `rows` that holds its value}
COLUMNS: dict[str, str] = {
    "standing": "standing",
    "said": "said_or_none",
    "level": "level_or_none",
    "reporting": "reporting",
}


def _capital(text: object) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


class _Names(Mapping[str, object]):
    """The values of a filter with their names, as a list of filters shows them: with a capital."""

    def __init__(self, choices: Sequence[tuple[str, object]]) -> None:
        self._choices = dict(choices)

    def __getitem__(self, value: str) -> str:
        return _capital(self._choices[value])

    def __iter__(self):
        return iter(self._choices)

    def __len__(self) -> int:
        return len(self._choices)


NAMES_OF: dict[str, Mapping[str, object]] = {
    "standing": _Names(Stands.choices),
    "said": _Names([*Said.choices, (NONE, pgettext_lazy("what the owner says", "nothing said yet"))]),
    "level": _Names([*Level.choices, (NONE, _("nothing reported yet"))]),
    "reporting": _Names(Reporting.choices),
}
TITLES = {
    "standing": _("How it stands"),
    "said": _("What its owner says"),
    "level": _("What supports it"),
    "reporting": _("Whether anybody answers"),
}
_MEANINGS = {
    "standing": "How it stands, by the published table: computed, never typed.",
    "said": "What its owner says of it in the last public report; none: nothing yet.",
    "level": "What supports the headline figure; none: no public report yet.",
    "reporting": "Whether the owner answers the reporting rounds, moved by the calendar alone.",
}


def _of_standing(column: str) -> Callable[[datetime | None], Subquery]:
    """A column of the row that is true at an instant, beside a revision."""
    return lambda at: Subquery(Standing.objects.at(at).filter(pledge=OuterRef("pledge")).values(column)[:1])


def _figures_of(column: str, number: Callable[[Any], int], **among: bool) -> Callable[[Sequence[int]], dict[int, int]]:
    """A column of the rows that are true now, as numbers for the index; `among`: of these rows alone."""
    for one in (column, *among):
        facets.wants(rows, one)

    def of(keys: Sequence[int]) -> dict[int, int]:
        found = facets.batch_of(keys).read(rows, column, *among)
        wanted = tuple(among.values())
        return {
            revision: number(value) for revision, value, *says in found if value is not None and tuple(says) == wanted
        }

    return of


for _place, _name in enumerate(NAMES, start=121):
    facets.register(
        facets.of_table(
            _name, TITLES[_name], NAMES_OF[_name], rows, value=COLUMNS[_name], column=COLUMN, place=_place,
            meaning=_MEANINGS[_name],
        )
    )  # fmt: skip
facets.register_ordering(
    facets.Ordering(
        "reported", _("Reported last"), _of_standing("reported_on"), _figures_of("reported_on", date.toordinal)
    )
)


# Of figures beside the headline: pledges with a figure, by what supports it. For the links of the dashboard, no list of
# filters on the page.
class _Levels(Mapping[str, object]):
    """The levels of a figure with the figure's name: "Money signed: verified by someone else"."""

    def __init__(self, title: object) -> None:
        self._title = title

    def __getitem__(self, value: str) -> str:
        if value not in Level.values:
            raise KeyError(value)  # what no mapping holds: Level's own error would break the page that asks
        return f"{self._title}: {Level(value).label}"

    def __iter__(self):
        return iter(Level.values)

    def __len__(self) -> int:
        return len(Level.values)


FIGURES = {
    "signed": ("committed_level", _("Money signed")),
    "spent": ("disbursed_level", _("Money spent")),
    "reached": ("people_level", _("People reached")),
}
# The figures themselves, for sums: the same money counts once, under one pledge.
AMOUNTS: dict[str, tuple[str, dict[str, bool]]] = {
    "signed": ("committed_cents", {"money_counts": True}),
    "spent": ("disbursed_cents", {"money_counts": True}),
    "reached": ("people", {}),
}
for _name, (_column, _among) in AMOUNTS.items():
    _of = _figures_of(_column, lambda figure: max(0, figure), **_among)
    facets.register_ordering(
        facets.Ordering(f"{_name}_figure", FIGURES[_name][1], _of_standing(_column), _of, offered=False)
    )
for _place, (_name, (_column, _title)) in enumerate(FIGURES.items(), start=125):
    facets.register(
        facets.of_table(
            _name, _title, _Levels(_title), rows, value=_column, column="progress_figures",
            place=_place, on_page=False, meaning="Pledges with such a figure, by what supports it.",
        )
    )  # fmt: skip
facets.register(
    facets.of_table(
        "same_money", _("The same money"), {ELSEWHERE: _("Counts elsewhere: the same money")}, rows, value="same_money",
        column="progress_figures", place=128, on_page=False,
        meaning="elsewhere: the same money counts under another pledge or in another registry, by a decision.",
    )
)  # fmt: skip
# What shares a column of the index with the levels: {filter: the column of `rows` that holds its value}.
BESIDE_FIGURES = {**{name: level for name, (level, _title) in FIGURES.items()}, "same_money": "same_money"}
