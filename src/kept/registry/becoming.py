"""On the pages of organisations, places and themes: what became of the pledges that stand there, as /progress/ counts them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse

from kept.progress.sums import shares
from kept.registry import implementing, panels
from kept.registry.index import answering

PAGES = ("organisation", "country", "region", "group", "focus", "sdg")


def became_of(shown: panels.Shown) -> dict[str, Any] | None:
    """The groups of standings of the page's pledges, those taken back included; None where it has none.

    The numbers are the index's where there is one, as those of all filters: 50,000 pledges are counted as quickly as five.
    """
    if shown.selection is None:
        return None
    asked = implementing.Asked(shown.selection, shown.language)
    found = answering.answer(asked.counted, 1, with_sums=False)
    counts = found.facets["standing"] if found else implementing.counts_of(asked, "standing")
    grouped = {look: sum(counts.get(one, 0) for one in values) for look, values, _title in implementing.GROUPS}
    if not sum(grouped.values()):
        return None
    parts, start, pieces = shares(grouped, digits=1), Decimal(0), []
    for look, values, title in implementing.GROUPS:
        url = asked.url(standing=values)
        pieces.append((title, implementing.Piece(grouped[look], parts[look], start, look, url)))
        start += parts[look]
    query = shown.selection.with_(view="", measure="").to_query()
    return {"pieces": pieces, "more_url": reverse("registry:progress") + query}


for _page in PAGES:
    panels.register(panels.Panel("became", _page, "main", "registry/became.html", became_of))
