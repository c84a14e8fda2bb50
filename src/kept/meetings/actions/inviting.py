"""Speakers asked by the team: entered, invited, reminded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions.ground import allow, locked
from kept.meetings.actions.speaking import add_profile, give_role
from kept.meetings.lifecycle import ROLE
from kept.meetings.models import Meeting, Profile, ProfilePrivate, RoleState, Session, SessionRole, Speaking
from kept.meetings.permissions import may_manage_speakers

COUNTING = (RoleState.PLANNED, RoleState.INVITED, RoleState.CONFIRMED)


def enter_speaker(
    session: Session, kind: str, *, name: str, email: str, language: str, remote: bool, by: Any, at: datetime
) -> SessionRole:
    """Plan somebody for a session: who has this address is known already and gets no second profile.

    Raises NotAllowed; Refused for a person who has this place already.
    """
    allow(may_manage_speakers(by, session))
    with transaction.atomic():
        locked(session.meeting)
        known = Profile.objects.filter(private__email__iexact=email, merged_into=None).first() if email else None
        profile = known or add_profile({"name": name}, by=by, at=at)
        if known is None:
            ProfilePrivate.objects.create(profile=profile, email=email)
        if session.roles.filter(profile=profile, kind=kind, state__in=COUNTING).exists():
            raise Refused(_("This person has this place already."))
        Speaking.objects.update_or_create(meeting=session.meeting, profile=profile, defaults={"language": language})
        return give_role(session, profile, kind, by=by, at=at, remote=remote)


def invite(meeting: Meeting, profile: Profile, *, by: Any, at: datetime) -> int:
    """Ask somebody for every place that is planned for them, by one mail that waits in the outbox. Returns how many.

    Raises NotAllowed; Refused where no mail address is known.
    """
    allow(may_manage_speakers(by, meeting))
    if not notices.address_to(profile):
        raise Refused(_("No mail address is known for %(name)s.") % {"name": profile.name})
    with transaction.atomic():
        locked(meeting)
        planned = SessionRole.objects.select_for_update().filter(
            session__meeting=meeting, profile=profile, state=RoleState.PLANNED
        )
        roles = list(planned)
        for role in roles:
            move = ROLE.check("invite", role, state=role.state, by=by)
            role.state, role.invited_at = move.target, at
            role.save(update_fields=["state", "invited_at"])
            history.record("session", role.session_id, "invite_role", by=by, at=at, from_state=RoleState.PLANNED,
                           to_state=move.target, data={"role": role.pk, "of": profile.name})  # fmt: skip
        if roles:
            row = row_of(meeting, profile)
            key = f"speak:{meeting.pk}:{profile.pk}:" + "-".join(str(role.pk) for role in roles)
            notices.write(notices.INVITATION, row, key=key, by=by, at=at)
            row.invited_at = at
            row.save(update_fields=["invited_at"])
    return len(roles)


def remind(meeting: Meeting, profile: Profile, *, by: Any, at: datetime, hold: bool = True) -> bool:
    """Write once more to somebody who was asked; False for who was never asked, or has no place any more.

    Raises NotAllowed; Refused where no mail address is known.
    """
    allow(by is None or may_manage_speakers(by, meeting))
    if not notices.address_to(profile):
        raise Refused(_("No mail address is known for %(name)s.") % {"name": profile.name})
    with transaction.atomic():
        locked(meeting)
        asked = SessionRole.objects.filter(
            session__meeting=meeting, profile=profile, state__in=[RoleState.INVITED, RoleState.CONFIRMED]
        )
        if not asked.exists():
            return False
        row = row_of(meeting, profile)
        key = f"remind:{meeting.pk}:{profile.pk}:{row.reminders + 1}"
        notices.write(notices.REMINDER, row, key=key, by=by, at=at, hold=hold)
        row.reminders, row.reminded_at = row.reminders + 1, at
        row.save(update_fields=["reminders", "reminded_at"])
        history.record("profile", profile.pk, "remind", by=by, at=at, data={"meeting": meeting.pk})
    return True


def row_of(meeting: Meeting, profile: Profile) -> Speaking:
    language = profile.person.language if profile.person else "en"
    row, _made = Speaking.objects.select_related("meeting", "profile").get_or_create(
        meeting=meeting, profile=profile, defaults={"language": language}
    )
    return row


def close_link(meeting: Meeting, profile: Profile, *, by: Any, at: datetime) -> None:
    """The personal links of somebody answer no more; the next mail has a new one. Raises NotAllowed."""
    allow(may_manage_speakers(by, meeting))
    with transaction.atomic():
        notices.revoke_links(meeting, profile, at=at)
        history.record("profile", profile.pk, "close_link", by=by, at=at, data={"meeting": meeting.pk})
