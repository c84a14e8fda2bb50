"""What later rooms show on the pages of people and organisations: their panels and figures, by registration.

```python
panels.register(panels.Panel("pledges", place=panels.MY, order=20, template="pledges/panel_my.html", context=waiting))
panels.register_figure("pledges", _("Pledges"), counts_of)
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

MY = "my"  # a person's own first page; the subject is that person
ORGANISATION = "organisation"  # an organisation's inner page; the subject is the organisation
DESK_ORGANISATION = "desk_organisation"  # the desk's page of an organisation
DESK_PERSON = "desk_person"  # the desk's page of an account
PLACES = (MY, ORGANISATION, DESK_ORGANISATION, DESK_PERSON)


@dataclass(frozen=True)
class Panel:
    """A piece of a page. `context(request, subject)` gives the template's variables, or None: nothing is shown.

    The template is a `<section>` with an `<h2>`; it may ask the database in `context`, never in itself.
    """

    name: str
    place: str
    order: int
    template: str
    context: Callable[[HttpRequest, Any], dict | None]


@dataclass(frozen=True)
class Figure:
    """A column of the desk's list of organisations: `counts(ids)` → {organisation id: number}, one read for all."""

    name: str
    label: str | Promise
    counts: Callable[[Iterable[int]], dict[int, int]]


_panels: list[Panel] = []
_figures: dict[str, Figure] = {}


def register(panel: Panel) -> None:
    """Add a panel; the same name at the same place a second time replaces it. Raises ValueError for no such place."""
    if panel.place not in PLACES:
        raise ValueError(f"{panel.place!r} is no place for panels: {', '.join(PLACES)}.")
    _panels[:] = [known for known in _panels if (known.name, known.place) != (panel.name, panel.place)]
    _panels.append(panel)


def register_figure(name: str, label: str | Promise, counts: Callable[[Iterable[int]], dict[int, int]]) -> None:
    """Add a figure to each line of the desk's list of organisations."""
    _figures[name] = Figure(name, label, counts)


def shown(place: str, request: HttpRequest, subject: Any) -> list[SafeString]:
    """The panels of a place as HTML, in their order; those that have nothing to say are left out."""
    pieces = []
    for panel in sorted((panel for panel in _panels if panel.place == place), key=lambda panel: panel.order):
        context = panel.context(request, subject)
        if context is not None:
            pieces.append(render_to_string(panel.template, {"subject": subject, **context}, request))
    return pieces


def figures() -> list[Figure]:
    """The registered figures, in the order in which they came."""
    return list(_figures.values())
