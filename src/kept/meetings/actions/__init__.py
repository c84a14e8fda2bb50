"""Everything that changes a meeting, its programme or its people. Doors and their owners: docs/meetings.md."""

from kept.meetings.actions.configuring import change_meeting, copy_meeting, create_meeting
from kept.meetings.actions.deciding import (
    announce_meeting,
    cancel_meeting,
    close_registration,
    open_registration,
    postpone_meeting,
    reinstate_meeting,
    reschedule_meeting,
)
from kept.meetings.actions.releasing import release, revoke_waiver, undo_release, waive
from kept.meetings.actions.scheduling import park, place, redo, undo
from kept.meetings.actions.sessions import add_session, cancel_session, change_session
from kept.meetings.actions.speaking import add_profile, confirm_role, give_role

__all__ = [
    "add_profile",
    "add_session",
    "announce_meeting",
    "cancel_meeting",
    "cancel_session",
    "change_meeting",
    "change_session",
    "close_registration",
    "confirm_role",
    "copy_meeting",
    "create_meeting",
    "give_role",
    "open_registration",
    "park",
    "place",
    "postpone_meeting",
    "redo",
    "reinstate_meeting",
    "release",
    "reschedule_meeting",
    "revoke_waiver",
    "undo",
    "undo_release",
    "waive",
]
