"""Pledges as rows of a list, facets as filters of a page: what the registry's templates are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kept.base import formats
from kept.pledges.facets import all_orderings
from kept.pledges.models import Revision
from kept.pledges.presenting import PledgeView, present, surroundings_of
from kept.registry import bars, facets, search
from kept.registry.naming import SORTS, name_of
from kept.registry.selection import Selection

SHORT_LIST = 20  # lists of at most so many values are shown with those that nobody has
FEW_PLACES = 3
PLAIN = re.compile(r"[-.\w]+", re.ASCII)  # values that stand in an address as they are


@dataclass(frozen=True)
class Line:
    """One pledge in a list."""

    view: PledgeView
    url: str
    who: str
    where: str
    when: str
    amount: str

    @property
    def meta(self) -> list[str]:
        return [text for text in (self.who, self.where, self.when) if text]


def lines(keys: Sequence[int], language: str) -> list[Line]:
    """Revisions as rows, in the order of `keys`, in a fixed number of queries."""
    found = {revision.pk: revision for revision in Revision.objects.filter(pk__in=keys).select_related("pledge")}
    revisions = [found[key] for key in keys if key in found]
    around = surroundings_of(revisions, language, files=False)
    known = bars.of(revisions, language)
    return [
        _line(present(r.pledge, r, language, around=around, bar=known.get(r.pledge_id), brief=True), language)
        for r in revisions
    ]


def _line(view: PledgeView, language: str) -> Line:
    money = view.money
    return Line(
        view=view,
        url=reverse("registry:pledge", args=[view.reference]),
        who=_who(view),
        where=_where(view, language),
        when=_("by %(day)s") % {"day": formats.format_date(view.end, language)} if view.end else "",
        amount=(money.usd_text or money.text) if money else "",
    )


def _who(view: PledgeView) -> str:
    lead = view.lead.name if view.lead else ""
    if not view.partners:
        return lead
    return ngettext("%(lead)s with %(count)s partner", "%(lead)s with %(count)s partners", len(view.partners)) % {
        "lead": lead,
        "count": formats.format_number(len(view.partners), view.language),
    }


def _where(view: PledgeView, language: str) -> str:
    names = [place.name for place in view.places]
    if len(names) <= FEW_PLACES + 1:
        return formats.format_list(names, language)
    rest = len(names) - FEW_PLACES
    joined = formats.format_list(names[:FEW_PLACES], language, "unit")
    return ngettext("%(places)s and %(count)s more place", "%(places)s and %(count)s more places", rest) % {
        "places": joined,
        "count": formats.format_number(rest, language),
    }


def filters(selection: Selection, numbers: dict[str, dict[str, int]], language: str) -> list[dict[str, Any]]:
    """The facets of a page: title and values, each with the address that switches it."""
    shown = []
    for facet in facets.all_facets():
        if not facet.on_page or facet.name not in numbers:
            continue
        counts = dict(numbers[facet.name])
        chosen = selection.of(facet.name)
        counts |= {value: 0 for value in chosen if value not in counts}
        values = [(value, n) for value, n in counts.items() if n or value in chosen or len(counts) <= SHORT_LIST]
        if facet.by_count:
            values.sort(key=lambda pair: -pair[1])
        if not any(n for _value, n in values) and not chosen:
            continue
        shown.append({"name": facet.name, "title": facet.title, "values": _values(selection, facet, values, language)})
    return shown


def _values(selection: Selection, facet: facets.Facet, values: Iterable[tuple[str, int]], language: str) -> list[dict]:
    chosen = selection.of(facet.name)
    switch = switches(selection, facet.name)
    return [
        {
            "label": name_of(facet.name, value, language),
            "count": n,
            "url": switch(value),
            "selected": value in (chosen or facet.default),
        }
        for value, n in values
    ]


def switches(selection: Selection, name: str) -> Callable[[str], str]:
    """What makes the address with one value of a facet switched on, or off again: a page has hundreds of them."""
    base = selection.with_()
    names = [facet.name for facet in facets.all_facets()]
    at = names.index(name) + 1
    before = urlencode([pair for pair in base.pairs() if pair[0] == "q" or pair[0] in names[:at]])
    after = urlencode([pair for pair in base.pairs() if pair[0] != "q" and pair[0] not in names[:at]])
    path = reverse("registry:pledges")

    def switch(value: str) -> str:
        if value in selection.of(name):
            return address(selection.toggled(name, value))
        pair = f"{name}={value}" if PLAIN.fullmatch(value) else urlencode([(name, value)])
        return f"{path}?" + "&".join(filter(None, (before, pair, after)))

    return switch


def chips(selection: Selection, language: str) -> list[dict[str, str]]:
    """The chosen values, each with the address without it."""
    return [
        {"label": name_of(facet.name, value, language), "url": address(selection.toggled(facet.name, value))}
        for facet in facets.all_facets()
        for value in selection.of(facet.name)
    ]


def sorts(selection: Selection) -> list[dict[str, Any]]:
    """The orders to choose from."""
    brought = {ordering.name: ordering.title for ordering in all_orderings() if ordering.offered}
    return [
        {"name": name, "url": address(selection.with_(sort=key)), "current": selection.order == key}
        for key, name in (SORTS | brought).items()
        if key != "relevance" or selection.q
    ]


VIEW_NAMES = {"list": gettext_lazy("List"), "table": gettext_lazy("Table"), "map": gettext_lazy("Map")}


KEYS = (
    ("/", gettext_lazy("to the search field")),
    ("j", gettext_lazy("the next pledge")),
    ("k", gettext_lazy("the one before")),
    ("Enter", gettext_lazy("open it")),
    ("x", gettext_lazy("tick it for comparing")),
    ("?", gettext_lazy("these keys")),
)


def views(selection: Selection) -> list[dict[str, Any]]:
    """List, table and map of the same selection."""
    return [
        {
            "name": name,
            "url": address(selection.with_(view=key, measure=selection.measure if key == "map" else "")),
            "current": (selection.view or "list") == key,
        }
        for key, name in VIEW_NAMES.items()
    ]


def ways_out(selection: Selection, language: str, *, most: int = 4) -> list[dict[str, Any]]:
    """Where nothing was found: what is found without one of the conditions."""
    wider: list[tuple[str, Selection]] = []
    if selection.q:
        wider.append((_("Without the words"), selection.with_(q="")))
    for facet in facets.all_facets():
        if selection.of(facet.name):
            wider.append(
                (_("Without the filter “%(filter)s”") % {"filter": facet.title}, selection.choosing(facet.name, ()))
            )
    if selection.as_of:
        wider.append((_("Today"), selection.with_(as_of=None)))
    counted = [(name, other, search.count(other)) for name, other in wider[:most]]
    return [{"name": name, "url": address(other), "count": n} for name, other, n in counted if n]


def address(selection: Selection) -> str:
    """The registry's page of a selection."""
    return reverse("registry:pledges") + selection.to_query()
