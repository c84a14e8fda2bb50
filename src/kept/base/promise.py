"""The promise bar: how much of what was promised is signed and delivered, as lengths and as words.

One bar shows one measure: schools or money, never both. The lengths are shares of what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Number = Decimal | int


@dataclass(frozen=True, slots=True)
class State:
    """How a bar of this state looks: its family of colour and line, its sign, its word."""

    family: str  # kept, late, broken, silent
    icon: str
    word: Promise


STATES: dict[str, State] = {
    "not_started": State("kept", "not_started", _("Not started")),
    "on_track": State("kept", "on_track", _("On track")),
    "late": State("late", "late", _("Late")),
    "kept": State("kept", "kept", _("Kept")),
    "kept_late": State("kept", "kept", _("Kept late")),
    "partly_kept": State("late", "partly", _("Partly kept")),
    "not_kept": State("broken", "broken", _("Not kept")),
    "given_up": State("broken", "broken", _("Given up")),
    "unjudged": State("kept", "unjudged", _("Cannot be judged")),
    "silent": State("silent", "silent", _("Nothing heard")),
    "unreachable": State("silent", "silent", _("Nobody could be reached")),
    "withdrawn": State("silent", "withdrawn", _("Taken back")),
    "superseded": State("silent", "withdrawn", _("Replaced")),
}
LEAST = Decimal("0.6")  # a share that is not nothing is drawn at least so wide (per cent)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Per cent of the bar, as SVG attributes take them: the solid part, then the hatch behind it."""

    delivered: str
    signed: str


def lengths(promised: Number | None, signed: Number | None, delivered: Number | None) -> Lengths:
    """The lengths of a bar. What is delivered counts as signed; more than promised fills the bar, no more.

    Without a promised figure nothing can be measured: the bar is an empty outline.
    """
    if not promised or promised <= 0:
        return Lengths("0", "0")
    solid = _share(delivered, promised)
    hatch = max(_share(signed, promised) - solid, Decimal(0))
    return Lengths(_text(solid), _text(hatch))


def _share(part: Number | None, whole: Number) -> Decimal:
    if not part or part <= 0:
        return Decimal(0)
    return min(max(Decimal(part) * 100 / Decimal(whole), LEAST), Decimal(100))


def _text(share: Decimal) -> str:
    return f"{share.quantize(Decimal('0.01')).normalize():f}"
