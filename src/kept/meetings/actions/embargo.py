"""Pledges in a session, and who may see those that wait for their announcement: named, by a personal link, each look kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.events import announce
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions.ground import allow, locked, public_change
from kept.meetings.models import PledgePurpose, Session, SessionPledge, SessionRole, SessionViewer, ViewerFunction
from kept.meetings.permissions import account_of, may_edit_programme, may_name_viewers
from kept.people.links import link_address
from kept.pledges.models import Pledge, Status


def attach_pledge(session: Session, pledge: Pledge, purpose: str, *, by: Any, at: datetime) -> SessionPledge:
    """Put a pledge into a session: one it is about, or one to be announced in it.

    Raises NotAllowed; Refused for a pledge that is neither public nor accepted.
    """
    allow(may_edit_programme(by, session.meeting))
    if not pledge.is_public and pledge.status != Status.ACCEPTED:
        raise Refused(_("This pledge is not accepted yet."))
    if purpose == PledgePurpose.ABOUT and not pledge.is_public:
        raise Refused(_("A session can be about a public pledge only. This one can be announced in it."))
    with transaction.atomic():
        meeting = locked(session.meeting)
        position = session.pledges.count()
        link, _made = SessionPledge.objects.update_or_create(
            session=session, pledge=pledge, defaults={"purpose": purpose, "position": position}
        )
        history.record("session", session.pk, "attach_pledge", by=by, at=at, data={"pledge": pledge.pk, "as": purpose})
        if session.first_released_at and pledge.is_public:
            public_change(meeting, at=at)
    return link


def detach_pledge(link: SessionPledge, *, by: Any, at: datetime) -> None:
    """Take a pledge out of a session. Raises NotAllowed."""
    session = link.session
    allow(may_edit_programme(by, session.meeting))
    with transaction.atomic():
        meeting = locked(session.meeting)
        history.record("session", session.pk, "detach_pledge", by=by, at=at, data={"pledge": link.pledge_id})
        public = link.pledge.is_public
        link.delete()
        if session.first_released_at and public:
            public_change(meeting, at=at)


def name_viewer(
    session: Session, *, name: str, email: str, function: str, language: str, by: Any, at: datetime
) -> SessionViewer:
    """Let somebody see what a session announces before it does; they get a personal link by mail. Raises NotAllowed."""
    allow(may_name_viewers(by, session))
    return _name(session, name=name, email=email, function=function, language=language, by=by, at=at)


def _name(
    session: Session, *, name: str, email: str, function: str, language: str, by: Any, at: datetime,
    role: SessionRole | None = None,
) -> SessionViewer:  # fmt: skip
    with transaction.atomic():
        viewer = SessionViewer.objects.create(
            session=session, role=role, name=name, email=email, function=function, language=language, named_at=at,
            named_by=by,
        )  # fmt: skip
        mail.queue(
            "meetings/viewer", to=email, language=language, at=at, subject=("session", session.pk),
            context={
                "name": name, "meeting": session.meeting.name_in(language), "title": session.title_in(language),
                "action": gettext_lazy("See what waits"), "action_url": address_of(viewer),
            },
        )  # fmt: skip
        history.record("session", session.pk, "name_viewer", by=by, at=at, data={"viewer": viewer.pk, "of": name})
    return viewer


def let_know(role: SessionRole, *, by: Any, at: datetime) -> SessionViewer:
    """Name somebody by their place in the session: who moderates, interprets or captions. It ends with the place.

    Raises NotAllowed; Refused for other places, for who said no, and where no mail address is known.
    """
    allow(may_name_viewers(by, role.session))
    if role.kind not in ViewerFunction.values or role.state not in notices.ASKED:
        raise Refused(_("Only who moderates, interprets or captions is told before it is said."))
    if not notices.address_to(role.profile):
        raise Refused(_("No mail address is known for %(name)s.") % {"name": role.profile.name})
    return _by_role(role, by=by, at=at)


def _by_role(role: SessionRole, *, by: Any, at: datetime) -> SessionViewer:
    found = role.viewings.filter(revoked_at=None).first()
    meeting = role.session.meeting
    return found or _name(
        role.session, name=role.profile.name, email=notices.address_to(role.profile), function=role.kind,
        language=notices.language_of(meeting, role.profile), by=by, at=at, role=role,
    )  # fmt: skip


def follow_yes(role: SessionRole, *, by: Any, at: datetime) -> None:
    """Who interprets or captions and said yes gets pledges and documents before they are said; who was taken back does not."""
    if role.serves and notices.address_to(role.profile) and not role.viewings.exists():
        _by_role(role, by=account_of(by), at=at)


def follow_no(role: SessionRole, *, by: Any, at: datetime) -> None:
    """A place ended: what was seen by it is seen no more."""
    for viewer in role.viewings.filter(revoked_at=None):
        _revoke(viewer, by=account_of(by), at=at)


def address_of(viewer: SessionViewer) -> str:
    return link_address(None, language=viewer.language, path=f"/meetings/viewing/{viewer.token}/")


def revoke_viewer(viewer: SessionViewer, *, by: Any, at: datetime) -> None:
    """Their link answers no more. Raises NotAllowed."""
    allow(may_name_viewers(by, viewer.session))
    _revoke(viewer, by=by, at=at)


def _revoke(viewer: SessionViewer, *, by: Any, at: datetime) -> None:
    with transaction.atomic():
        SessionViewer.objects.filter(pk=viewer.pk, revoked_at=None).update(revoked_at=at)
        history.record("session", viewer.session_id, "revoke_viewer", by=by, at=at,
                       data={"viewer": viewer.pk, "of": viewer.name})  # fmt: skip


def look(viewer: SessionViewer, *, at: datetime) -> list[SessionPledge]:
    """What a named viewer sees, and that they saw it. The caller has looked up a link that is in force."""
    with transaction.atomic():
        links = list(viewer.session.pledges.select_related("pledge__lead", "pledge__working", "pledge__current"))
        history.record(
            "session", viewer.session_id, "look", by=None, at=at,
            data={"viewer": viewer.pk, "of": viewer.name, "pledges": [link.pledge_id for link in links]},
        )  # fmt: skip
        announce("session.looked_at", viewer=viewer, at=at)
    return links
