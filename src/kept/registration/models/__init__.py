"""Nouns of the room registration: see docs/registration.md."""

from kept.registration.models.ground import (
    Approval,
    Category,
    Delegation,
    Mode,
    Question,
    QuestionKind,
    Quota,
)
from kept.registration.models.live import Presence
from kept.registration.models.registering import (
    ENTERS,
    LIVE,
    Answer,
    Consent,
    Note,
    Registration,
    Seat,
    SeatState,
    State,
    new_key,
)

__all__ = [
    "ENTERS",
    "LIVE",
    "Answer",
    "Approval",
    "Category",
    "Consent",
    "Delegation",
    "Mode",
    "Note",
    "Presence",
    "Question",
    "QuestionKind",
    "Quota",
    "Registration",
    "Seat",
    "SeatState",
    "State",
    "new_key",
]
