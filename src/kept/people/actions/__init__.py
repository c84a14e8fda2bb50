"""The verbs of people and organisations. Everything that changes them is here."""

from kept.people.actions.accounts import (
    address_works,
    change_account,
    close_account,
    create_secretariat,
    give_desk,
    note_bounce,
    open_account,
    take_desk,
)
from kept.people.actions.linking import make_link, revoke_link, use_link
from kept.people.actions.memberships import (
    ask_to_join,
    change_role,
    end_membership,
    hand_over,
    invite,
    join_by_invitation,
    let_in,
    name_deputy,
    refuse,
    take_back,
)
from kept.people.actions.merging import keep_apart, merge, undo_merge
from kept.people.actions.organisations import (
    change_organisation,
    confirm_organisation,
    found_organisation,
    note_other_name,
)

__all__ = [
    "address_works",
    "ask_to_join",
    "change_account",
    "change_organisation",
    "change_role",
    "close_account",
    "confirm_organisation",
    "create_secretariat",
    "end_membership",
    "found_organisation",
    "give_desk",
    "hand_over",
    "invite",
    "join_by_invitation",
    "keep_apart",
    "let_in",
    "make_link",
    "merge",
    "name_deputy",
    "note_bounce",
    "note_other_name",
    "open_account",
    "refuse",
    "revoke_link",
    "take_back",
    "take_desk",
    "undo_merge",
    "use_link",
]
