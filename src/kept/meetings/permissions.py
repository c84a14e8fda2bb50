"""Who may do what with a meeting, as predicates with names. Asked by actions, templates and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kept.meetings.models import Meeting, Profile, Session, SessionRole
from kept.people.permissions import belongs_to, is_secretariat
from kept.pledges.models import Pledge


def may_see_meeting(person: Any, meeting: Meeting) -> bool:
    """Announced ones everybody; drafts the secretariat."""
    return meeting.is_public or is_secretariat(person)


def may_run_meeting(person: Any, meeting: Meeting | None = None) -> bool:
    """Makes, configures, announces, moves, cancels a meeting: the secretariat."""
    return is_secretariat(person)


def may_edit_programme(person: Any, meeting: Meeting | None = None) -> bool:
    """Writes sessions and places them: the secretariat."""
    return is_secretariat(person)


def may_release_programme(person: Any, meeting: Meeting | None = None) -> bool:
    """Shows the programme to visitors: the secretariat."""
    return is_secretariat(person)


def may_rehearse(person: Any) -> bool:
    """Sees any page as it will be at a given moment (`?at=`): the secretariat."""
    return is_secretariat(person)


def may_name_viewers(person: Any, session: Session) -> bool:
    """Names who may see a session's embargoed pledges before they are announced."""
    return is_secretariat(person)


def may_see_embargoed(person: Any, pledge: Pledge) -> bool:
    """A pledge that waits for its announcement: staff and its owner's people. Others by a personal link alone."""
    return is_secretariat(person) or belongs_to(person, pledge.lead_id)


def may_manage_speakers(person: Any, subject: Any = None) -> bool:
    """Invites speakers, keeps profiles for those without an account, sets their order: the secretariat."""
    return is_secretariat(person)


@dataclass(frozen=True)
class SpeakerByLink:
    """Whoever holds a speaker's personal link: the person, or who opens their mail. Has no account as far as we know.

    `assistant`: who acts for the person by a link of their own, as (id, name).
    """

    profile_id: int
    assistant: tuple[int, str] | None = None
    is_authenticated: bool = False
    is_active: bool = True
    is_staff: bool = False
    pk: None = None


def account_of(person: Any) -> Any:
    """The account for a history entry; None for who came by a link."""
    return None if isinstance(person, SpeakerByLink) else person


def trace(person: Any) -> dict[str, Any]:
    """What a history entry says beside the account: which assistant it was, as [id, name]."""
    acts = person.assistant if isinstance(person, SpeakerByLink) else None
    return {"assistant": list(acts)} if acts else {}


def may_sign(person: Any, profile: Profile) -> bool:
    """Signs with their name: the person alone, nobody who acts for them."""
    return is_speaker(person, profile) and not (isinstance(person, SpeakerByLink) and person.assistant)


def may_name_assistants(person: Any, profile: Profile) -> bool:
    """Says who acts for a speaker, and takes it back: the person, and the secretariat."""
    return may_sign(person, profile) or is_secretariat(person)


def may_keep_profile(person: Any, profile: Profile) -> bool:
    """Writes what is known of somebody who speaks: they themselves, and the secretariat."""
    return is_speaker(person, profile) or is_secretariat(person)


def is_speaker(person: Any, profile: Profile) -> bool:
    """Is that person, by their personal link or by their account, or acts for them by a link of their own."""
    if isinstance(person, SpeakerByLink):
        return person.profile_id == profile.pk
    return bool(person and person.is_authenticated and profile.person_id == person.pk)


def may_answer_for(person: Any, role: SessionRole) -> bool:
    """Says yes or no to a place in a session: the person, or the secretariat for a managed profile."""
    return is_speaker(person, role.profile) or (role.profile.managed and is_secretariat(person))


def may_keep_agenda(person: Any, meeting: Meeting) -> bool:
    """Keeps an agenda of their own on the server: whoever has an account and may see the meeting."""
    return bool(person and person.is_authenticated and person.is_active and may_see_meeting(person, meeting))
