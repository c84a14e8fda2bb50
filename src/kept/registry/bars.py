"""The promise bars of many pledges: what the room that knows how a promise fares says of them.

Without such a room a bar says what was promised and that nothing was reported (`pledges.presenting`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kept.pledges.models import Revision
from kept.pledges.presenting import BarView

# (texts, the reader's language) → {pledge id: its bar}, in a fixed number of queries; pledges may be left out.
Source = Callable[[Sequence[Revision], str], Mapping[int, BarView]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of bars; what a later one says of a pledge replaces what an earlier one said."""
    if source not in _sources:
        _sources.append(source)


def unregister(source: Source) -> None:
    """Take a source away again (tests)."""
    _sources.remove(source)


def of(revisions: Sequence[Revision], language: str) -> dict[int, BarView]:
    """{pledge id: its bar} of those about which something is known."""
    found: dict[int, BarView] = {}
    for source in _sources:
        found |= source(revisions, language)
    return found
