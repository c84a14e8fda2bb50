"""What a reader asked for: words, facets, day, order, page. Every state of the registry is one address.

The query names are the contract's and the same for pages, exports, feeds and the API. A value that does not
exist is never ignored: it is a `Problem`, the page then says so and shows nothing, the API answers 400.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from kept.pledges.facets import all_orderings
from kept.registry import facets

SORTS = ("relevance", "newest", "largest", "ending", "reported")  # and what rooms bring: `all_sorts`
VIEWS = ("list", "table", "map")
MEASURES = ("number", "amount", "people")  # what the map's colours stand for
LONGEST_WORDS = 500
MOST_VALUES = 1000
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class Problem:
    """A value that does not exist. `code`: unknown, too_long, too_many, no_day, future, no_page."""

    name: str
    value: str
    code: str = "unknown"

    @property
    def shown(self) -> str:
        """The value as it can be shown: short, without control characters."""
        clean = "".join(c if c.isprintable() else "�" for c in self.value)
        return clean if len(clean) <= 60 else clean[:59] + "…"


@dataclass(frozen=True)
class Selection:
    """A question to the registry. `chosen` holds the facets' values; several values of one facet mean "or"."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: date | None = None
    sort: str = ""  # "" is the natural one: relevance where there are words, else newest
    view: str = ""
    measure: str = ""
    page: int = 1
    problems: tuple[Problem, ...] = ()

    @classmethod
    def from_query(cls, query: QueryDict, *, today: date | None = None) -> Selection:
        """Read a query string; names that are not the registry's are left to the caller."""
        today = today or datetime.now(UTC).date()
        problems: list[Problem] = []
        q = " ".join(" ".join(query.getlist("q")).replace("\x00", " ").split())
        if len(q) > LONGEST_WORDS:
            problems.append(Problem("q", q, "too_long"))
            q = q[:LONGEST_WORDS]
        chosen: dict[str, tuple[str, ...]] = {}
        for facet in facets.all_facets():
            values = _values(query, facet.name, problems)
            known = facet.known(values) if values else {}
            problems += [Problem(facet.name, value) for value in values if value not in known]
            if kept := tuple(dict.fromkeys(known[value] for value in values if value in known)):
                chosen[facet.name] = kept
        return cls(
            q=q,
            chosen=chosen,
            as_of=_day(query, today, problems),
            sort=_one_of(query, "sort", all_sorts(), problems),
            view=_one_of(query, "view", VIEWS, problems),
            measure=_one_of(query, "measure", MEASURES, problems),
            page=_page(query, problems),
            problems=tuple(problems),
        )

    def of(self, name: str) -> tuple[str, ...]:
        """The chosen values of a facet."""
        return self.chosen.get(name, ())

    @property
    def order(self) -> str:
        """The order in which it is answered."""
        if self.sort in ("", "relevance"):
            return "relevance" if self.q else "newest"
        return self.sort

    @property
    def is_narrowed(self) -> bool:
        """Is it anything but the default selection?"""
        return bool(self.q or self.chosen or self.as_of)

    def with_(self, **changes) -> Selection:
        """The same question with other `q`, `as_of`, `sort`, `view`, `measure` or `page`; back on the first page."""
        return replace(self, **{"page": 1, "problems": (), **changes})

    def toggled(self, name: str, value: str) -> Selection:
        """The same question with one value of a facet switched on, or off again."""
        now = self.of(name)
        values = tuple(v for v in now if v != value) if value in now else (*now, value)
        return self.choosing(name, values)

    def choosing(self, name: str, values: Iterable[str]) -> Selection:
        """The same question with exactly these values of one facet."""
        chosen = {**self.chosen, name: tuple(values)}
        return self.with_(chosen={key: kept for key, kept in chosen.items() if kept})

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in a fixed order, without those that say nothing."""
        found = [("q", self.q)] if self.q else []
        found += [(facet.name, value) for facet in facets.all_facets() for value in self.of(facet.name)]
        found += [("as_of", self.as_of.isoformat())] if self.as_of else []
        found += [("sort", self.sort)] if self.sort else []
        found += [("view", self.view)] if self.view not in ("", "list") else []
        found += [("measure", self.measure)] if self.measure not in ("", "number") else []
        found += [("page", str(self.page))] if self.page > 1 else []
        return found

    def to_query(self) -> str:
        """`?country=BDI&year=2026`, or nothing for the default selection."""
        pairs = self.pairs()
        return "?" + urlencode(pairs) if pairs else ""


def all_sorts() -> tuple[str, ...]:
    """Every value of `sort`."""
    return tuple(dict.fromkeys((*SORTS, *(one.name for one in all_orderings() if one.offered))))


def names() -> tuple[str, ...]:
    """Every query name of the registry."""
    return ("q", *(facet.name for facet in facets.all_facets()), "as_of", "sort", "view", "measure", "page")


def _values(query: QueryDict, name: str, problems: list[Problem]) -> list[str]:
    values = [value for value in dict.fromkeys(query.getlist(name)) if value]
    if len(values) > MOST_VALUES:
        problems.append(Problem(name, str(len(values)), "too_many"))
    return values[:MOST_VALUES]


def _one_of(query: QueryDict, name: str, possible: tuple[str, ...], problems: list[Problem]) -> str:
    value = query.get(name, "")
    if value and value not in possible:
        problems.append(Problem(name, value))
        return ""
    return value


def _page(query: QueryDict, problems: list[Problem]) -> int:
    value = query.get("page", "")
    if not value:
        return 1
    if not (value.isascii() and value.isdigit()) or int(value[:30]) < 1:
        problems.append(Problem("page", value, "no_page"))
        return 1
    return int(value[:30])


def _day(query: QueryDict, today: date, problems: list[Problem]) -> date | None:
    value = query.get("as_of", "")
    if not value:
        return None
    try:
        day = date.fromisoformat(value) if len(value) == 10 and value.isascii() else None
    except ValueError:
        day = None
    if day is None or day < FIRST_DAY:
        problems.append(Problem("as_of", value, "no_day"))
        return None
    if day > today:
        problems.append(Problem("as_of", value, "future"))
        return None
    return day
