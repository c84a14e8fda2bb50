"""People who speak: profiles, and their places in sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from kept.base import history
from kept.base.events import announce
from kept.meetings.actions.ground import allow, locked, public_change
from kept.meetings.lifecycle import ROLE
from kept.meetings.models import Profile, Session, SessionRole
from kept.meetings.permissions import may_manage_speakers

PROFILE_FIELDS = (
    "name", "name_native", "name_spoken", "given_name", "family_name", "form_of_address", "titles", "organisation",
    "organisation_name", "country", "biographies", "picture_credit", "focal_x", "focal_y", "languages", "invented",
)  # fmt: skip


def add_profile(values: dict[str, Any], *, by: Any, at: datetime, released: bool = False) -> Profile:
    """A managed profile: somebody without an account, kept by staff. `released`: the person agreed that it is shown.

    Raises NotAllowed.
    """
    allow(may_manage_speakers(by) or by is None)
    with transaction.atomic():
        profile = Profile(managed=True, changed_at=at, released_at=at if released else None)
        for name, value in values.items():
            if name not in PROFILE_FIELDS:
                raise ValueError(f"{name!r} is no field of a profile: {', '.join(PROFILE_FIELDS)}")
            setattr(profile, name, value)
        profile.slug = _free_slug(profile.name)
        profile.save()
        history.record("profile", profile.pk, "add", by=by, at=at, data={"released": released})
    return profile


def _free_slug(name: str) -> str:
    base = slugify(name)[:100] or "speaker"
    slug, number = base, 2
    while Profile.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


def give_role(session: Session, profile: Profile, kind: str, *, by: Any, at: datetime, **details: Any) -> SessionRole:
    """Give somebody a place in a session, planned and not yet asked. `details`: position, titles, remote, …

    Raises NotAllowed.
    """
    allow(may_manage_speakers(by, session) or by is None)
    with transaction.atomic():
        position = details.pop("position", session.roles.count())
        role = SessionRole.objects.create(session=session, profile=profile, kind=kind, position=position, **details)
        history.record("session", session.pk, "give_role", by=by, at=at, data={"role": role.pk, "kind": str(kind)})
    return role


def confirm_role(role: SessionRole, *, by: Any, at: datetime) -> SessionRole:
    """They come: from now on the programme names them. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        meeting = locked(role.session.meeting)
        role = SessionRole.objects.select_for_update().select_related("profile", "session").get(pk=role.pk)
        move = ROLE.check("confirm", role, state=role.state, by=by)
        before = role.state
        role.state, role.answered_at = move.target, at
        role.save(update_fields=["state", "answered_at"])
        history.record(
            "session", role.session_id, "confirm_role", by=by, at=at, from_state=before, to_state=move.target,
            data={"role": role.pk},
        )  # fmt: skip
        announce("role.confirmed", role=role, by=by, at=at)
        if role.session.first_released_at:
            public_change(meeting, at=at)
    return role
