"""On the pages of organisations, places and themes: what became of the pledges that stand there, as /progress/ counts them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

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
    if not sum(counts.values()):
        return None
    pieces = implementing.pieces_of(asked, counts)
    titles = [title for _look, _values, title in implementing.GROUPS]
    query = shown.selection.with_(view="", measure="").to_query()
    return {
        "pieces": pieces,
        "named": list(zip(titles, pieces, strict=True)),
        "more_url": reverse("registry:progress") + query,
    }


for _page in PAGES:
    panels.register(panels.Panel("became", _page, "main", "registry/became.html", became_of))
