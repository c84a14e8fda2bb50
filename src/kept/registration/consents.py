"""What participants agree to, one by one, each with its text. Only the first has to be agreed to.

A consent is kept with the text as it was shown and in the language in which it was shown (`models.Consent`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ConsentText:
    """One thing to agree to. `required`: without it nobody can be registered."""

    kind: str
    text: Any
    required: bool = False
    in_person_only: bool = False


CONSENTS: tuple[ConsentText, ...] = (
    ConsentText(
        "processing",
        _("What I write here is used to hold this meeting, and for nothing else."),
        required=True,
    ),
    ConsentText("recording", _("The meeting is filmed and photographed. I may be seen in what is published.")),
    ConsentText(
        "listed", _("My name and organisation may stand on the list of participants that other participants see.")
    ),
    ConsentText(
        "greeted",
        _("The screen at the entrance may greet me by name when I come in."),
        in_person_only=True,
    ),
    ConsentText("news", _("You may write to me about the next meeting.")),
)


def that_apply(mode: str) -> tuple[ConsentText, ...]:
    """Those that are asked of somebody who takes part in this way."""
    return tuple(one for one in CONSENTS if mode == "in_person" or not one.in_person_only)
