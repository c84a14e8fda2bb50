"""What later rooms show on the registry's pages: a room registers a panel for a slot of a page, the page renders it.

    panels.register(Panel("standing", page="pledge", slot="head", template="progress/standing.html", context=standing_of))

`context(shown)` is called once for each page that is made; None means that there is nothing to say. Pages without a
session are kept in memory for readers (page_cache.py): what a panel says may depend on what is in the database, not on
who reads, unless `shown.visitor` is somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kept.base.context import House

if TYPE_CHECKING:
    from kept.registry.selection import Selection

# {page: its slots, in the order in which a reader meets them}. The page's subject is in docs/registry.md.
PAGES: dict[str, tuple[str, ...]] = {
    "home": ("figures", "beside", "after"),
    "counter": ("figures", "after"),
    "pledge": ("head", "measured", "main", "act", "aside", "after"),
    "organisation": ("head", "main", "aside", "after"),
    "country": ("head", "main", "aside", "after"),
    "region": ("head", "main", "aside", "after"),
    "group": ("head", "main", "aside", "after"),
    "focus": ("head", "main", "aside", "after"),
    "sdg": ("head", "main", "aside", "after"),
}


@dataclass(frozen=True)
class Shown:
    """The page that is being made.

    `subject` is what it is about: a Pledge, an Organisation, a place's code, a focus area's slug, a goal's number, a
    Counter. `selection` holds the pledges that it shows, where it shows some. `visitor` is None for a reader.
    """

    page: str
    subject: Any
    language: str
    selection: Selection | None = None
    visitor: Any = None
    view: Any = None  # the PledgeView of a pledge's page


@dataclass(frozen=True)
class Panel:
    """One piece of a page, in a template of the room that brings it. `name` is the panel's own; lower `order` first."""

    name: str
    page: str
    slot: str
    template: str
    context: Callable[[Shown], Mapping[str, Any] | None]
    order: int = 50


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    """Add a panel; one of the same name on the same page is replaced. Raises ValueError for a slot that is not there."""
    if panel.slot not in PAGES.get(panel.page, ()):
        raise ValueError(f"The page {panel.page!r} has no slot {panel.slot!r}: {PAGES.get(panel.page)}.")
    _panels[:] = [p for p in _panels if (p.page, p.name) != (panel.page, panel.name)] + [panel]
    _panels.sort(key=lambda p: p.order)


def unregister(page: str, name: str) -> None:
    """Take a panel away again (tests)."""
    _panels[:] = [p for p in _panels if (p.page, p.name) != (page, name)]


def of(
    page: str, subject: Any, request: HttpRequest, *, selection: Selection | None = None, view: Any = None
) -> dict[str, list[SafeString]]:
    """{slot: the rendered panels of it}, every slot of the page: for `{% for html in panels.main %}{{ html }}`."""
    shown = Shown(page, subject, get_language() or "en", selection, House(request).visitor, view)
    found: dict[str, list[SafeString]] = {slot: [] for slot in PAGES[page]}
    for panel in _panels:
        if panel.page == page and (context := panel.context(shown)) is not None:
            found[panel.slot].append(render_to_string(panel.template, {"shown": shown, **context}, request))
    return found
