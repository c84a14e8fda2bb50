"""People who speak: profiles, and their places in sessions."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions import embargo
from kept.meetings.actions.ground import allow, locked, public_change, record
from kept.meetings.lifecycle import ROLE
from kept.meetings.models import (
    Availability,
    Meeting,
    Profile,
    ProfilePrivate,
    RecordingRelease,
    RoleState,
    Session,
    SessionRole,
    Speaking,
)
from kept.meetings.models.speaking import new_key
from kept.meetings.permissions import account_of, may_keep_profile, may_manage_speakers, may_sign
from kept.pledges.attachments import Examined, kept_file

SIDE = 640  # pixels of a face, both ways
TEXT_VERSION = "2026-1"  # of what is signed about recordings; a new one whenever its words change

HAND_SET = ("position", "titles", "organisation_name", "remote", "languages")  # of a place in a session
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
        record(
            "session", role.session_id, "confirm_role", by=by, at=at, from_state=before, to_state=move.target,
            data={"role": role.pk},
        )  # fmt: skip
        announce("role.confirmed", role=role, by=account_of(by), at=at)
        notices.recall(notices.REMINDER, meeting, role.profile, at=at)
        embargo.follow_yes(role, by=by, at=at)
        if role.session.first_released_at:
            public_change(meeting, at=at)
    return role


def _answer(name: str, role: SessionRole, *, by: Any, at: datetime) -> SessionRole:
    """A move of somebody's place in a session that takes them out of the public programme, or never had them in."""
    with transaction.atomic():
        meeting = locked(role.session.meeting)
        role = SessionRole.objects.select_for_update().select_related("profile", "session").get(pk=role.pk)
        move = ROLE.check(name, role, state=role.state, by=by)
        before = role.state
        role.state, role.answered_at = move.target, at
        role.save(update_fields=["state", "answered_at"])
        record(
            "session", role.session_id, f"{name}_role", by=by, at=at, from_state=before,
            to_state=move.target, data={"role": role.pk, "of": role.profile.name},
        )  # fmt: skip
        notices.recall(notices.REMINDER, meeting, role.profile, at=at)
        embargo.follow_no(role, by=by, at=at)
        if before == RoleState.CONFIRMED and role.session.first_released_at:
            public_change(meeting, at=at)
    return role


def decline_role(role: SessionRole, *, by: Any, at: datetime) -> SessionRole:
    """They do not come: the programme names them no more. Raises NotAllowed, WrongState."""
    return _answer("decline", role, by=by, at=at)


def withdraw_role(role: SessionRole, *, by: Any, at: datetime) -> SessionRole:
    """The team takes somebody out of a session. Raises NotAllowed, WrongState."""
    return _answer("withdraw", role, by=by, at=at)


def replace_role(role: SessionRole, profile: Profile, *, by: Any, at: datetime) -> SessionRole:
    """Somebody else speaks instead, at the same place in the order; the former place stays in the session's history.

    The substitute is planned and is asked for themselves. Raises NotAllowed, WrongState; Refused for the same person.
    """
    if profile.pk == role.profile_id:
        raise Refused(_("This is the same person."))
    with transaction.atomic():
        left = _answer("replace", role, by=by, at=at)
        if left.session.roles.counting().filter(profile=profile, kind=left.kind).exists():
            raise Refused(_("This person has this place already."))
        new = give_role(
            left.session, profile, left.kind, by=by, at=at, position=left.position, remote=left.remote,
            languages=left.languages, substitute_for=left,
        )  # fmt: skip
        meeting = left.session.meeting
        Speaking.objects.get_or_create(meeting=meeting, profile=profile)
    return new


def change_role(role: SessionRole, values: dict[str, Any], *, by: Any, at: datetime) -> SessionRole:
    """Set by hand what protocol wants: the place in the order, title and organisation as on that day. Raises NotAllowed."""
    allow(may_manage_speakers(by, role.session))
    with transaction.atomic():
        meeting = locked(role.session.meeting)
        role = SessionRole.objects.select_for_update().select_related("session").get(pk=role.pk)
        for name in HAND_SET:
            setattr(role, name, values[name])
        role.save(update_fields=HAND_SET)
        history.record("session", role.session_id, "change_role", by=by, at=at, data={"role": role.pk})
        if role.state == RoleState.CONFIRMED and role.session.first_released_at:
            public_change(meeting, at=at)
    return role


def save_profile(profile: Profile, values: dict[str, Any], *, by: Any, at: datetime) -> Profile:
    """Write what can be public of somebody; a profile that is shown changes at once. Raises NotAllowed."""
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(pk=profile.pk)
        before = {name: getattr(profile, name) for name in values}
        for name, value in values.items():
            if name not in PROFILE_FIELDS:
                raise ValueError(f"{name!r} is no field of a profile: {', '.join(PROFILE_FIELDS)}")
            setattr(profile, name, value)
        profile.changed_at = at
        profile.save()
        changed = [name for name in values if before[name] != values[name]]
        record("profile", profile.pk, "change", by=by, at=at, data={"fields": changed})
        _show_change(profile, at=at)
    return profile


def save_private(profile: Profile, values: dict[str, Any], *, by: Any, at: datetime) -> ProfilePrivate:
    """Write what only the team knows of somebody. The history says which fields, never what. Raises NotAllowed."""
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        private, _made = ProfilePrivate.objects.get_or_create(profile=profile)
        for name, value in values.items():
            setattr(private, name, value)
        private.save(update_fields=list(values))
        record("profile", profile.pk, "change", by=by, at=at, data={"fields": list(values)})
    return private


def save_picture(
    profile: Profile, found: Examined | None, *, focal: tuple[int, int], credit: str, by: Any, at: datetime
) -> Profile:
    """A square of a picture around what must stay in it; `focal` in percent from its left and top.

    `found` None: the one that is there is cropped anew. Raises NotAllowed; Refused where there is none.
    """
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(pk=profile.pk)
        private, _made = ProfilePrivate.objects.get_or_create(profile=profile)
        if found is not None:
            whole = kept_file(found)
            private.original.save(whole.name, whole, save=False)
            private.save(update_fields=["original"])
        if not private.original:
            raise Refused(_("Choose a picture."))
        profile.focal_x, profile.focal_y = focal
        profile.picture_credit, profile.changed_at = credit, at
        with private.original.open("rb") as opened:
            profile.picture.save(f"{new_key()}.jpg", ContentFile(square(opened.read(), focal)), save=False)
        profile.save()
        record("profile", profile.pk, "change", by=by, at=at, data={"fields": ["picture"]})
        _show_change(profile, at=at)
    return profile


def square(data: bytes, focal: tuple[int, int]) -> bytes:
    """The largest square of a picture around a point (percent from left and top), as a JPEG of SIDE pixels at most."""
    with Image.open(io.BytesIO(data)) as opened:
        whole = opened.convert("RGBA")
        paper = Image.new("RGB", whole.size, "white")
        paper.paste(whole, mask=whole.getchannel("A"))
    side = min(paper.size)
    left, top = (
        min(max(round(length * percent / 100 - side / 2), 0), length - side)
        for length, percent in zip(paper.size, focal, strict=True)
    )
    cut = paper.crop((left, top, left + side, top + side))
    cut.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()


def release_profile(profile: Profile, *, by: Any, at: datetime) -> Profile:
    """From now on readers may know of them, where they said yes. Raises NotAllowed."""
    return _shown(profile, at, "release", by=by, at=at)


def hide_profile(profile: Profile, *, by: Any, at: datetime) -> Profile:
    """Readers know of them no more. Raises NotAllowed."""
    return _shown(profile, None, "hide", by=by, at=at)


def _shown(profile: Profile, since: datetime | None, verb: str, *, by: Any, at: datetime) -> Profile:
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(pk=profile.pk)
        if (profile.released_at is None) == (since is None):
            return profile
        profile.released_at, profile.changed_at = since, at
        profile.save(update_fields=["released_at", "changed_at"])
        record("profile", profile.pk, verb, by=by, at=at)
        _show_change(profile, at=at, always=True)
    return profile


def _show_change(profile: Profile, *, at: datetime, always: bool = False) -> None:
    """Pages of every meeting that names them are dropped. `always`: also where they just ceased to be shown."""
    if profile.released_at is None and not always:
        return
    named = SessionRole.objects.filter(
        profile=profile, state=RoleState.CONFIRMED, session__first_released_at__isnull=False
    )
    for meeting in Meeting.objects.filter(pk__in=named.values("session__meeting")).order_by("pk"):
        public_change(meeting, at=at)


def sign_release(
    meeting: Meeting, profile: Profile, *, text: str, language: str, recording: bool, photographs: bool, signed_name: str,
    by: Any, at: datetime,
) -> RecordingRelease:  # fmt: skip
    """Sign the words that were read; what was signed before is taken back in the same moment.

    Raises NotAllowed: nobody signs for somebody else, an assistant neither.
    """
    allow(may_sign(by, profile))
    with transaction.atomic():
        locked(meeting)
        RecordingRelease.objects.filter(meeting=meeting, profile=profile, revoked_at=None).update(revoked_at=at)
        signed = RecordingRelease.objects.create(
            meeting=meeting, profile=profile, text_version=TEXT_VERSION, text=text, language=language,
            recording=recording, photographs=photographs, signed_name=signed_name, signed_at=at,
        )  # fmt: skip
        record(
            "profile", profile.pk, "sign_release", by=by, at=at,
            data={"meeting": meeting.pk, "version": TEXT_VERSION, "recording": recording, "photographs": photographs},
        )  # fmt: skip
    return signed


def revoke_release(meeting: Meeting, profile: Profile, *, by: Any, at: datetime) -> None:
    """Take back what was signed: nothing new is made of it from now on. Raises NotAllowed."""
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        RecordingRelease.objects.filter(meeting=meeting, profile=profile, revoked_at=None).update(revoked_at=at)
        record("profile", profile.pk, "revoke_release", by=by, at=at, data={"meeting": meeting.pk})


def save_practical(
    meeting: Meeting, profile: Profile, *, stand_in: tuple[str, str], language: str,
    hours: list[tuple[date, time, time]], by: Any, at: datetime,
) -> Speaking:  # fmt: skip
    """What holds for this meeting: (name, telephone) of a stand-in, the mails' language, when they can be there.

    Raises NotAllowed.
    """
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        locked(meeting)
        row, _made = Speaking.objects.get_or_create(meeting=meeting, profile=profile)
        row.stand_in_name, row.stand_in_phone = stand_in
        row.language = language
        row.save(update_fields=["stand_in_name", "stand_in_phone", "language"])
        Availability.objects.filter(meeting=meeting, profile=profile).delete()
        Availability.objects.bulk_create(
            Availability(meeting=meeting, profile=profile, day=day, starts=starts, ends=ends)
            for day, starts, ends in hours
        )
        record("profile", profile.pk, "change", by=by, at=at,
                       data={"fields": ["stand_in", "availability"], "meeting": meeting.pk})  # fmt: skip
    return row
