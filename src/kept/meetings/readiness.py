"""What is still missing of a speaker, and what they and the team see of it; four queries for a whole meeting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from kept.meetings.models import (
    ConnectionTest,
    Meeting,
    Profile,
    ProfilePrivate,
    RecordingRelease,
    RoleState,
    SessionRole,
    Speaking,
)
from kept.meetings.privacy import NAMES

SERVING_NEEDS = ("ProfilePrivate.phone", "ConnectionTest", "Speaking.stand_in_name", "RecordingRelease")
GONE = (RoleState.WITHDRAWN, RoleState.REPLACED)


@dataclass
class Person:
    """Somebody at a meeting, with all their places in it."""

    profile: Profile
    private: ProfilePrivate
    row: Speaking
    roles: list[SessionRole] = field(default_factory=list)
    release: RecordingRelease | None = None
    test: ConnectionTest | None = None  # the newest

    @property
    def missing(self) -> list[str]:
        """The names of what is missing, for the desk and for the mails."""
        gaps = {
            "Profile.titles": self.profile.titles,
            "Profile.biographies": self.profile.biographies,
            "Profile.picture": self.profile.picture,
            "ProfilePrivate.phone": self.private.phone,
            "RecordingRelease": self.release,
        }
        if self.owes:
            gaps["Presentation"] = None
        if self.remote:
            gaps |= {"ConnectionTest": self.test, "Speaking.stand_in_name": self.row.stand_in_name}
        if self.serves:  # nobody is shown of them
            gaps = {where: gaps[where] for where in SERVING_NEEDS if where in gaps}
        return [str(NAMES[where]) for where, there in gaps.items() if not there]

    @property
    def remote(self) -> bool:
        """Takes part from afar in something."""
        return any(role.remote and role.state not in GONE for role in self.roles)

    @property
    def owes(self) -> list[SessionRole]:
        """Places for which a presentation is asked and there is neither one nor the word that there is none."""
        if self.row.meeting.presentations_until is None:
            return []
        return [
            role for role in self.roles
            if role.state == RoleState.CONFIRMED and not (role.serves or role.shows_nothing or role.session.cancelled_at)
            and not role.presentations.all()
        ]  # fmt: skip

    @property
    def serves(self) -> bool:
        """Interprets or captions here, and does nothing else."""
        held = [role for role in self.roles if role.state not in GONE] or self.roles
        return all(role.serves for role in held)

    @property
    def waits(self) -> bool:
        """Was asked and has not answered."""
        return any(role.state == RoleState.INVITED for role in self.roles)

    @property
    def comes(self) -> bool:
        return any(role.state == RoleState.CONFIRMED for role in self.roles)


def people_at(meeting: Meeting, profile: Profile | None = None) -> list[Person]:
    """Everybody who has or had a place at a meeting, by family name; or one of them."""
    roles = (
        SessionRole.objects.filter(session__meeting=meeting)
        .select_related(
            "session", "profile__person", "profile__organisation", "profile__private", "substitute_for__profile"
        )
        .prefetch_related("viewings", "presentations")
    )
    if profile is not None:
        roles = roles.filter(profile=profile)
    by: dict[int, list[SessionRole]] = defaultdict(list)
    for role in roles.order_by("session__first_released_at", "session_id", "position", "pk"):
        by[role.profile_id].append(role)
    privates = {one.profile_id: one for one in ProfilePrivate.objects.filter(profile__in=by)}
    rows = {one.profile_id: one for one in Speaking.objects.filter(meeting=meeting, profile__in=by)}
    signed = RecordingRelease.objects.filter(meeting=meeting, profile__in=by, revoked_at=None)
    releases = {one.profile_id: one for one in signed}
    tests: dict[int, ConnectionTest] = {}
    for one in ConnectionTest.objects.filter(meeting=meeting, profile__in=by).order_by("at", "pk"):
        tests[one.profile_id] = one
    found = []
    for pk, theirs in by.items():
        who = theirs[0].profile
        row = rows.get(pk) or Speaking(meeting=meeting, profile=who)
        row.meeting, row.profile = meeting, who
        found.append(
            Person(who, privates.get(pk) or ProfilePrivate(profile=who), row, theirs, releases.get(pk), tests.get(pk))
        )
    return sorted(found, key=lambda p: (p.profile.family_name or p.profile.name.rpartition(" ")[2]).casefold())
