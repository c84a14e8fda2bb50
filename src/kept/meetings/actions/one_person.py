"""One person is one person: two profiles of somebody become one, with a trail, and two again if need be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import ReasonOwed, Refused
from kept.meetings.actions.ground import allow, public_change
from kept.meetings.models import (
    Assistant,
    Availability,
    ConnectionTest,
    Meeting,
    Profile,
    ProfileMerge,
    RecordingRelease,
    SessionRole,
    Speaking,
)
from kept.meetings.notices import ASKED
from kept.meetings.permissions import may_manage_speakers

# What goes over with a person. Of some there is one for a meeting: where the one that stays has it, theirs stays behind.
GOES: dict[str, tuple[type[Model], bool]] = {
    "roles": (SessionRole, False),
    "tests": (ConnectionTest, False),
    "assistants": (Assistant, False),
    "speaking": (Speaking, True),
    "availabilities": (Availability, True),
    "releases": (RecordingRelease, True),
}


def merge_profiles(gone: Profile, *, into: Profile, reason: str, by: Any, at: datetime) -> ProfileMerge:
    """From now on `gone` is `into`: its places, answers and signatures are the other's, its address leads there.

    What is written about the person stays with each profile: nothing is overwritten. Raises NotAllowed, ReasonOwed;
    Refused for one profile, one that was merged already, and two that have the same place in a session.
    """
    allow(may_manage_speakers(by))
    if not reason.strip():
        raise ReasonOwed(_("Say why these two are one person."))
    with transaction.atomic():
        both = Profile.objects.select_for_update().filter(pk__in=[gone.pk, into.pk]).order_by("pk")
        found = {one.pk: one for one in both}
        gone, into = found[gone.pk], found[into.pk]
        if gone.pk == into.pk or gone.merged_into_id or into.merged_into_id:
            raise Refused(_("These two are one already."))
        _no_place_twice(gone, into)
        moved: dict[str, Any] = {name: _moving(model, once, gone, into) for name, (model, once) in GOES.items()}
        for name, ids in moved.items():
            GOES[name][0]._default_manager.filter(pk__in=ids).update(profile=into)
        moved["person"] = gone.person_id if into.person_id is None else None
        if moved["person"]:
            Profile.objects.filter(pk=gone.pk).update(person=None)
            Profile.objects.filter(pk=into.pk).update(person=moved["person"])
        Profile.objects.filter(pk=gone.pk).update(merged_into=into, changed_at=at)
        row = ProfileMerge.objects.create(gone=gone, into=into, reason=reason.strip(), moved=moved, at=at, by=by,
                                          by_name=str(by))  # fmt: skip
        _kept("merge", row, by=by, at=at, reason=reason)
    return row


def _no_place_twice(gone: Profile, into: Profile) -> None:
    places = SessionRole.objects.filter(state__in=ASKED)
    theirs = set(places.filter(profile=into).values_list("session", "kind"))
    for role in places.filter(profile=gone).select_related("session"):
        if (role.session_id, role.kind) in theirs:
            raise Refused(_("Both have the same place in “%(title)s”. Take one out of it first.")
                          % {"title": str(role.session)})  # fmt: skip


def _moving(model: type[Model], once: bool, gone: Profile, into: Profile) -> list[int]:
    rows = model._default_manager.filter(profile=gone)
    if once:
        rows = rows.exclude(meeting__in=model._default_manager.filter(profile=into).values("meeting"))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def undo_profile_merge(row: ProfileMerge, *, reason: str, by: Any, at: datetime) -> ProfileMerge:
    """They are two after all: what went over goes back; what came since stays. Raises NotAllowed, ReasonOwed, Refused."""
    allow(may_manage_speakers(by))
    if not reason.strip():
        raise ReasonOwed(_("Say why these two are not one person."))
    with transaction.atomic():
        row = ProfileMerge.objects.select_for_update().select_related("gone", "into").get(pk=row.pk)
        if row.undone_at is not None:
            raise Refused(_("This was undone already."))
        if row.into.merged_into_id:
            raise Refused(_("The person they became was merged further. Undo that first."))
        for name, (model, _once) in GOES.items():
            model._default_manager.filter(pk__in=row.moved[name], profile=row.into).update(profile=row.gone)
        if row.moved["person"]:
            Profile.objects.filter(pk=row.into_id, person=row.moved["person"]).update(person=None)
            Profile.objects.filter(pk=row.gone_id).update(person=row.moved["person"])
        Profile.objects.filter(pk=row.gone_id).update(merged_into=None, changed_at=at)
        row.undone_at, row.undone_by, row.undone_reason = at, by, reason.strip()
        row.save(update_fields=["undone_at", "undone_by", "undone_reason"])
        _kept("undo_merge", row, by=by, at=at, reason=reason)
    return row


def _kept(verb: str, row: ProfileMerge, *, by: Any, at: datetime, reason: str) -> None:
    """In the history of both; every page that names one of them is made anew."""
    for one, other in ((row.gone, row.into), (row.into, row.gone)):
        history.record("profile", one.pk, verb, by=by, at=at, reason=reason, data={"merge": row.pk, "of": other.name})
    named = SessionRole.objects.filter(profile__in=[row.gone_id, row.into_id], session__first_released_at__isnull=False)
    for meeting in Meeting.objects.filter(pk__in=named.values("session__meeting")).order_by("pk"):
        public_change(meeting, at=at)
