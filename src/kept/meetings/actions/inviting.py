"""Speakers asked by the team: entered, invited, reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions.ground import allow, locked
from kept.meetings.actions.speaking import add_profile, give_role, replace_role
from kept.meetings.lifecycle import ROLE
from kept.meetings.models import Meeting, Profile, ProfilePrivate, RoleState, Session, SessionRole, Speaking, Status
from kept.meetings.permissions import may_manage_speakers

COUNTING = (RoleState.PLANNED, RoleState.INVITED, RoleState.CONFIRMED)


PLAN = (7, 14, 21)  # days after the invitation left, each with one reminder, until there is an answer


def substitute(role: SessionRole, *, name: str, email: str, language: str, by: Any, at: datetime) -> SessionRole:
    """Somebody else, by name and address, in the place of a speaker. Raises NotAllowed, WrongState, Refused."""
    allow(may_manage_speakers(by, role.session))
    with transaction.atomic():
        profile = _known_or_new(name, email, by=by, at=at)
        new = replace_role(role, profile, by=by, at=at)
        Speaking.objects.filter(meeting=role.session.meeting, profile=profile).update(language=language)
    return new


def _known_or_new(name: str, email: str, *, by: Any, at: datetime) -> Profile:
    """One person is one person: who has this address is known already."""
    found = (
        Profile.objects.filter(private__email__iexact=email).order_by("merged_into", "pk").first() if email else None
    )
    known = found.root if found else None
    if known is None:
        known = add_profile({"name": name}, by=by, at=at)
        ProfilePrivate.objects.create(profile=known, email=email)
    return known


def remind_by_plan(now: datetime) -> int:
    """Remind everybody whose invitation left and who has not answered, by PLAN; the worker's duty. Returns how many.

    A reminder that somebody wrote by hand counts. Where the worker was away, one leaves and not two. They leave without
    being held: the invitation was read by a person, and an answer stops them.
    """
    waiting = SessionRole.objects.filter(
        state=RoleState.INVITED, session__meeting__starts_at__gt=now, session__cancelled_at=None,
        session__meeting__status__in=[Status.ANNOUNCED, Status.REGISTRATION_OPEN],
    )  # fmt: skip
    pairs = waiting.order_by("session__meeting", "profile").values_list("session__meeting", "profile").distinct()
    return sum(_remind_one(meeting, profile, now) for meeting, profile in list(pairs))


def _remind_one(meeting_id: int, profile_id: int, now: datetime) -> bool:
    with transaction.atomic():
        meeting = locked(Meeting(pk=meeting_id))
        profile = Profile.objects.select_related("person", "private").get(pk=profile_id)
        asked, row = notices.asked_at(meeting, profile), notices.row_of(meeting, profile)
        due = sum(asked + timedelta(days=days) <= now for days in PLAN) if asked else 0
        waits = SessionRole.objects.filter(session__meeting=meeting, profile=profile, state=RoleState.INVITED)
        if row.reminders >= due or not notices.address_to(profile) or not waits.exists():
            return False
        remind(meeting, profile, by=None, at=now, hold=False)
        Speaking.objects.filter(pk=row.pk).update(reminders=due)
    return True


def enter_speaker(
    session: Session, kind: str, *, name: str, email: str, language: str, remote: bool, by: Any, at: datetime,
    languages: Sequence[str] = (),
) -> SessionRole:  # fmt: skip
    """Plan somebody for a session: who has this address is known already and gets no second profile.

    Raises NotAllowed; Refused for a person who has this place already.
    """
    allow(may_manage_speakers(by, session))
    with transaction.atomic():
        locked(session.meeting)
        profile = _known_or_new(name, email, by=by, at=at)
        if session.roles.filter(profile=profile, kind=kind, state__in=COUNTING).exists():
            raise Refused(_("This person has this place already."))
        Speaking.objects.update_or_create(meeting=session.meeting, profile=profile, defaults={"language": language})
        return give_role(session, profile, kind, by=by, at=at, remote=remote, languages=list(languages))


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
            row = notices.row_of(meeting, profile)
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
        row = notices.row_of(meeting, profile)
        key = notices.key_of(notices.REMINDER, meeting, profile, row.reminders + 1)
        notices.write(notices.REMINDER, row, key=key, by=by, at=at, hold=hold)
        row.reminders, row.reminded_at = row.reminders + 1, at
        row.save(update_fields=["reminders", "reminded_at"])
        history.record("profile", profile.pk, "remind", by=by, at=at, data={"meeting": meeting.pk})
    return True


def close_link(meeting: Meeting, profile: Profile, *, by: Any, at: datetime) -> None:
    """The personal links of somebody answer no more; the next mail has a new one. Raises NotAllowed."""
    allow(may_manage_speakers(by, meeting))
    with transaction.atomic():
        notices.revoke_links(meeting, profile, at=at)
        history.record("profile", profile.pk, "close_link", by=by, at=at, data={"meeting": meeting.pk})
