"""On the first page and on those of organisations, places and themes: what became of their pledges, as /progress/ counts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse

from kept.base import promise
from kept.pledges.counting import dollars
from kept.pledges.models import Status
from kept.progress import filters
from kept.progress.statuses import Reporting
from kept.registry import implementing, outcome, panels
from kept.registry.index import answering
from kept.registry.selection import Selection

PAGES = ("organisation", "country", "region", "group", "focus", "sdg")


def became_of(shown: panels.Shown) -> dict[str, Any] | None:
    """The groups of standings of the page's pledges, those taken back included; None where it has none.

    The numbers are the index's where there is one, as those of all filters: 50,000 pledges are counted as quickly as five.
    """
    if shown.selection is None:
        return None
    asked = implementing.Asked(shown.selection, shown.language)
    counts = _counts(asked, "standing")
    if not sum(counts.values()):
        return None
    pieces = implementing.pieces_of(asked, counts)
    titles = [title for _look, _values, title in implementing.GROUPS]
    query = shown.selection.with_(view="", measure="").to_query()
    return {
        "sentence": implementing.FOUND["standing"](asked, counts),
        "pieces": pieces,
        "named": list(zip(titles, pieces, strict=True)),
        "more_url": reverse("registry:progress") + query,
    }


def became_of_all(shown: panels.Shown) -> dict[str, Any] | None:
    """The same with what of their money is signed and spent, and what supports it; nothing where no money is named."""
    found = became_of(shown)
    if found is None or shown.selection is None:
        return found
    money = implementing.money_of(implementing.Asked(shown.selection, shown.language))
    return found | {"money": money if any(line.pledges for line in money.lines) else None}


def _counts(asked: implementing.Asked, name: str) -> Mapping[str, int]:
    found = answering.answer(asked.counted, 1, with_sums=False)
    counts = found.facets[name] if found else outcome.counts_of(asked.counted, name)
    return {value: counts.get(value, 0) for value in filters.NAMES_OF[name]}


def told_first(promised: Decimal, language: str) -> dict[str, Any]:
    """For the first page: what of the announced money is signed and spent, and of how many pledges nothing is heard."""
    staged = outcome.staged(Selection(chosen={"status": (Status.PUBLISHED.value,)}), ("signed", "spent"))
    signed, spent = (dollars(sum(one.total for one in staged[name].values())) for name in ("signed", "spent"))
    asked = implementing.Asked(Selection(), language)
    silent, counts = (Reporting.SILENT.value, Reporting.UNREACHABLE.value), _counts(asked, "reporting")
    return {
        "signed": signed,
        "spent": spent,
        "drawn": promise.lengths(promised, signed, spent) if promised and (signed or spent) else None,
        "silent": sum(counts.get(one, 0) for one in silent),
        "silent_url": asked.url(reporting=silent),
    }


panels.register(panels.Panel("became", "home", "figures", "registry/became.html", became_of))
for _page in PAGES:
    panels.register(panels.Panel("became", _page, "main", "registry/became.html", became_of_all))
