"""What speakers show: handed in by themselves with versions, taken by the team, public when the session's are released."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions.ground import allow, locked, public_change, record
from kept.meetings.models import (
    SERVING,
    Document,
    DocumentFile,
    DocumentKind,
    Meeting,
    Presentation,
    Profile,
    RoleState,
    Session,
    SessionRole,
    Status,
)
from kept.meetings.permissions import account_of, may_edit_programme, may_keep_profile, may_manage_speakers
from kept.pledges.attachments import Examined, kept_file

PLAN = (14, 7, 2)  # days before the deadline, each with one reminder, until something was handed in


def hand_in(
    role: SessionRole, found: Examined, *, title: str, language: str, remark: str, may_be_public: bool, by: Any,
    at: datetime,
) -> Presentation:  # fmt: skip
    """A new version of what somebody shows. After the deadline it is taken in and marked as late.

    Raises NotAllowed; Refused for who has no place any more, serves in the booth, or when the meeting is over.
    """
    allow(may_keep_profile(by, role.profile))
    with transaction.atomic():
        meeting = locked(role.session.meeting)
        role = _open_place(role, meeting, at=at)
        last = role.presentations.order_by("-version").values_list("version", flat=True).first() or 0
        until = meeting.presentations_until
        made = Presentation.objects.create(
            role=role, version=last + 1, title=title, language=language, remark=remark, may_be_public=may_be_public,
            file=kept_file(found), name=found.name, media_type=found.media_type, size=len(found.data),
            sha256=found.sha256, added_at=at, late=until is not None and at > until,
        )  # fmt: skip
        SessionRole.objects.filter(pk=role.pk).update(shows_nothing=False)
        _kept(role, "hand_in", by=by, at=at, version=made.version)
        _answered(meeting, role.profile, at=at)
    return made


def show_nothing(role: SessionRole, *, by: Any, at: datetime) -> None:
    """Somebody says that they have no presentation; one that is handed in later takes that back. Raises as `hand_in`."""
    allow(may_keep_profile(by, role.profile))
    with transaction.atomic():
        meeting = locked(role.session.meeting)
        role = _open_place(role, meeting, at=at)
        SessionRole.objects.filter(pk=role.pk).update(shows_nothing=True)
        _kept(role, "show_nothing", by=by, at=at)
        _answered(meeting, role.profile, at=at)


def _open_place(role: SessionRole, meeting: Meeting, *, at: datetime) -> SessionRole:
    role = SessionRole.objects.select_for_update().select_related("session", "profile").get(pk=role.pk)
    role.session.meeting = meeting
    if role.state not in notices.ASKED or role.serves or role.session.cancelled_at is not None:
        raise Refused(_("This place in the session has no presentation."))
    if at >= meeting.ends_at:
        raise Refused(_("This meeting is over."))
    return role


def _kept(role: SessionRole, verb: str, *, by: Any, at: datetime, **data: Any) -> None:
    data |= {"role": role.pk, "of": role.profile.name}
    record("session", role.session_id, verb, by=by, at=at, data=data)


def _answered(meeting: Meeting, profile: Profile, *, at: datetime) -> None:
    """Nothing is owed any more: reminders that wait do not leave."""
    if not owing().filter(session__meeting=meeting, profile=profile).exists():
        notices.recall(notices.PRESENTATION, meeting, profile, at=at)


def owing() -> QuerySet[SessionRole]:
    """Places in meetings that ask for presentations, of people who said yes and neither handed one in nor have none."""
    return SessionRole.objects.exclude(kind__in=SERVING).filter(
        state=RoleState.CONFIRMED, shows_nothing=False, presentations=None, session__cancelled_at=None,
        session__meeting__presentations_until__isnull=False,
    )  # fmt: skip


def take(presentation: Presentation, *, by: Any, at: datetime) -> DocumentFile:
    """Make this version the session's document: interpreters have it at once, readers as the session's are released.

    A version that is taken replaces the one before it. Raises NotAllowed; Refused for one that was taken already.
    """
    allow(may_manage_speakers(by, presentation.role.session))
    with transaction.atomic():
        session = Session.objects.select_related("meeting").get(pk=presentation.role.session_id)
        meeting = locked(session.meeting)
        presentation = Presentation.objects.select_for_update().select_related("role__profile").get(pk=presentation.pk)
        if presentation.taken_as_id:
            raise Refused(_("This version was taken already."))
        document = document_of(presentation.role) or Document(meeting=meeting, session=session)
        document.kind, document.titles = DocumentKind.PRESENTATION, {presentation.language: presentation.title}
        document.public_from = session.presentations_from if presentation.may_be_public else None
        document.save()
        number = document.files.filter(language=presentation.language).count() + 1
        made = DocumentFile.objects.create(
            document=document, language=presentation.language, version=number, file=presentation.file.name,
            name=presentation.name, media_type=presentation.media_type, size=presentation.size,
            sha256=presentation.sha256, added_at=at, added_by=account_of(by),
        )  # fmt: skip
        presentation.taken_as, presentation.taken_at = made, at
        presentation.save(update_fields=["taken_as", "taken_at"])
        _kept(presentation.role, "take_presentation", by=by, at=at, version=presentation.version)
        public_change(meeting, at=at)
    return made


def document_of(role: SessionRole) -> Document | None:
    """The document that was made of what somebody handed in for a place; None before the first was taken."""
    taken = role.presentations.filter(taken_as__document__removed_at=None).exclude(taken_as=None)
    newest = taken.select_related("taken_as__document").order_by("-taken_as_id").first()
    return newest.taken_as.document if newest and newest.taken_as else None


def release_presentations(session: Session, since: datetime | None, *, by: Any, at: datetime) -> Session:
    """From when readers may have what was shown in a session, as far as its speakers agreed; None: no more.

    Raises NotAllowed.
    """
    allow(may_edit_programme(by, session.meeting))
    with transaction.atomic():
        meeting = locked(session.meeting)
        session = Session.objects.select_for_update().get(pk=session.pk)
        session.presentations_from = since
        session.save(update_fields=["presentations_from"])
        roles = session.roles.filter(Q(presentations__taken_as__isnull=False)).distinct()
        for role in roles:
            document, newest = (
                document_of(role),
                role.presentations.exclude(taken_as=None).order_by("-taken_as_id").first(),
            )
            if document is not None and newest is not None:
                document.public_from = since if newest.may_be_public else None
                document.save(update_fields=["public_from"])
        history.record("session", session.pk, "release_presentations", by=by, at=at,
                       data={"from": since.isoformat() if since else None})  # fmt: skip
        public_change(meeting, at=at)
    return session


def remind_of_presentations(now: datetime) -> int:
    """Remind whoever owes one, by PLAN before the deadline, one mail for each person; the worker's duty. Returns how many.

    Where the worker was away one leaves and not two. They leave without being held; handing something in stops them.
    """
    waiting = owing().filter(
        session__meeting__presentations_until__gt=now,
        session__meeting__presentations_until__lte=now + timedelta(days=max(PLAN)),
        session__meeting__status__in=[Status.ANNOUNCED, Status.REGISTRATION_OPEN],
    )
    pairs = waiting.order_by("session__meeting", "profile").values_list("session__meeting", "profile").distinct()
    return sum(_remind_one(meeting, profile, now) for meeting, profile in list(pairs))


def _remind_one(meeting_id: int, profile_id: int, now: datetime) -> bool:
    with transaction.atomic():
        meeting = locked(Meeting(pk=meeting_id))
        profile = Profile.objects.select_related("person", "private").get(pk=profile_id)
        row = notices.row_of(meeting, profile)
        until = meeting.presentations_until
        due = sum(until - timedelta(days=days) <= now for days in PLAN) if until else 0
        owes = owing().filter(session__meeting=meeting, profile=profile).exists()
        if row.presentation_reminders >= due or not owes or not notices.address_to(profile):
            return False
        key = notices.key_of(notices.PRESENTATION, meeting, profile, due)
        notices.write(notices.PRESENTATION, row, key=key, by=None, at=now, hold=False)
        row.presentation_reminders = due
        row.save(update_fields=["presentation_reminders"])
        history.record("profile", profile.pk, "remind_presentation", by=None, at=now, data={"meeting": meeting.pk})
    return True
