"""Asking those who are not at this desk: the owner of a pledge that was entered for them, partners by mail.

A personal link says who answers. It is sent to an address that the asker knows, lives for 30 days, and acts by one
click on its page (people.links); what it shows and does is registered in `asked.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.actions import make_link
from kept.people.models import Link, Organisation
from kept.people.permissions import is_secretariat
from kept.pledges.actions.drafting import locked
from kept.pledges.content import PledgeContent
from kept.pledges.models import Partnership, PartnershipState, Pledge, Status, TextStatus
from kept.pledges.permissions import may_edit_pledge, may_submit_pledge

DAYS = 30
OWNER, PARTNER = "confirm_pledge", "confirm_partner"
ASKABLE = {Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.ACCEPTED}


def ask_to_send(pledge: Pledge, *, by: Any, at: datetime) -> Pledge:
    """Who writes and may not send tells those who may that it is ready. Raises NotAllowed, WrongState."""
    if not may_edit_pledge(by, pledge) or pledge.lead_id is None:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        pledge = locked(pledge)
        text = pledge.working
        if text is None or text.status not in {TextStatus.DRAFT, TextStatus.CHANGES_REQUESTED}:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        history.record("pledge", pledge.pk, "ask_to_send", by=by, at=at, data={"version": text.version})
        announce("pledge.ready", pledge=pledge, revision=text, by=by, at=at)
    return pledge


def ask_owner(pledge: Pledge, *, to: str, by: Any, at: datetime, name: str = "", language: str = "en") -> Link:
    """Send the owner of a pledge that the secretariat entered the link to confirm it; an earlier link is void then.

    Raises NotAllowed, WrongState (it is decided, or confirmed already), Refused (it has no text to confirm yet).
    """
    if not is_secretariat(by) or not pledge.on_behalf:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        pledge = locked(pledge)
        if pledge.status not in ASKABLE or pledge.owner_confirmed_at:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if not pledge.title or not pledge.lead_id:
            raise Refused(_("Write a title and choose the organisation first: its owner has to see what to confirm."))
        _revoke(OWNER, str(pledge.pk), at)
        data = {"name": name, "language": language}
        link = make_link(OWNER, pledge.pk, at=at, days=DAYS, email=to, by=by, data=data)
        history.record("pledge", pledge.pk, "send_confirmation", by=by, at=at, data={"to": to})
        announce("pledge.owner_asked", pledge=pledge, link=link, by=by, at=at, language=language)
    return link


def ask_partner(
    pledge: Pledge, organisation: Organisation, *, to: str, by: Any, at: datetime, language: str = "en"
) -> Link:
    """Send a partner two links, to say yes and to say no, to an address that the asker knows; earlier ones are void.

    Returns the one that says yes. Raises NotAllowed, WrongState (it is no partner of this pledge, or has answered).
    """
    if not (is_secretariat(by) or may_submit_pledge(by, pledge)):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        pledge = locked(pledge)
        text = pledge.text
        named = {p.organisation for p in PledgeContent.from_json(text.content).partners} if text else set()
        if organisation.pk not in named or pledge.status not in {*ASKABLE, Status.PUBLISHED}:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        partnership, _made = Partnership.objects.get_or_create(
            pledge=pledge, organisation=organisation, defaults={"asked_at": at}
        )
        if partnership.state != PartnershipState.ASKED:
            raise WrongState(_("This partner has answered already."))
        subject = f"{pledge.pk}:{organisation.pk}"
        _revoke(PARTNER, subject, at)
        yes, no = (
            make_link(PARTNER, subject, at=at, days=DAYS, email=to, by=by, data={"confirm": confirm})
            for confirm in (True, False)
        )
        data = {"to": to, "organisation": organisation.pk}
        history.record("pledge", pledge.pk, "send_partner_link", by=by, at=at, data=data)
        announce("partnership.link_sent", pledge=pledge, partnership=partnership, yes=yes, no=no, by=by, at=at,
                 language=language)  # fmt: skip
    return yes


def _revoke(purpose: str, subject: str, at: datetime) -> None:
    Link.objects.filter(purpose=purpose, subject=subject, used_at=None, revoked_at=None).update(revoked_at=at)
