"""Nouns of the room registration: see docs/registration.md."""

from kept.registration.models.admission import (
    BadgePrint,
    CheckIn,
    CheckInList,
    Credential,
    Device,
    DocumentKind,
    DoNotAdmit,
    Gate,
    Outcome,
    Placement,
    SharedList,
    WalkIn,
)
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
    "BadgePrint",
    "Category",
    "CheckIn",
    "CheckInList",
    "Consent",
    "Credential",
    "Delegation",
    "Device",
    "DoNotAdmit",
    "DocumentKind",
    "Gate",
    "Mode",
    "Note",
<<<<<<< HEAD
    "Presence",
=======
    "Outcome",
    "Placement",
>>>>>>> ddb4f5e (The door's rules: any heap of check-ins gives one truth, phones without a network never pass the fire limit together)
    "Question",
    "QuestionKind",
    "Quota",
    "Registration",
    "Seat",
    "SeatState",
    "SharedList",
    "State",
    "WalkIn",
    "new_key",
]
