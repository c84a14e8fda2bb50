"""What later rooms show on the pages of a meeting, by registration: the box that one registers in, figures, notices.

```python
panels.register(panels.Panel("registration", panels.BOX, 10, "registration/box.html", box))
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

BOX = "box"  # the box beside a meeting's head: the first panel that has something to say replaces the meeting's own
LIVE = "live"  # the page behind "join": what a participant may enter
HIGHLIGHTS = "highlights"  # figures and pieces of a past meeting
PRACTICAL = "practical"  # what one should know before one comes
SESSION = "session"  # the page of a session
DESK = "desk"  # the desk's page of a meeting
PLACES = (BOX, LIVE, HIGHLIGHTS, PRACTICAL, SESSION, DESK)


@dataclass(frozen=True)
class Panel:
    """A piece of a page. `context(request, subject, at)` gives the template's variables, or None: nothing is shown.

    `subject` is the meeting, for SESSION the session. The pages of readers are kept in memory and the same for all of
    them: a panel that differs by person asks `House(request).visitor`, which is None for readers. One that changes by
    itself with time returns `fresh_until` among its variables: the instant until which it is true.
    """

    name: str
    place: str
    order: int
    template: str
    context: Callable[[HttpRequest, Any, Any], dict | None]


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    """Add a panel; the same name at the same place a second time replaces it. Raises ValueError for no such place."""
    if panel.place not in PLACES:
        raise ValueError(f"{panel.place!r} is no place for panels: {', '.join(PLACES)}.")
    _panels[:] = [known for known in _panels if (known.name, known.place) != (panel.name, panel.place)]
    _panels.append(panel)


def shown(place: str, request: HttpRequest, subject: Any, at: Any) -> tuple[list[SafeString], list[Any]]:
    """(the panels of a place as HTML, in their order; the instants until which they are true)."""
    pieces, until = [], []
    for panel in sorted((panel for panel in _panels if panel.place == place), key=lambda panel: panel.order):
        context = panel.context(request, subject, at)
        if context is not None:
            pieces.append(render_to_string(panel.template, {"subject": subject, **context}, request))
            if context.get("fresh_until"):
                until.append(context["fresh_until"])
    return pieces, until
