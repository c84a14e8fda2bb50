"""Who belongs to an organisation: asked, let in, given a role, handed over, left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.events import announce
from kept.base.installation import installation
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.actions.linking import make_link
from kept.people.lifecycle import MEMBERSHIP
from kept.people.links import link_address
from kept.people.models import Link, Membership, MembershipState, Organisation, Person, Role
from kept.people.permissions import forget_roles, may_manage_organisation

INVITATION_DAYS = 30
OPEN_THE_PAGE = gettext_lazy("Open the page")
OPEN = (MembershipState.ASKED, MembershipState.ACTIVE)


def speakers(organisation: Organisation) -> list[Person]:
    """Those who speak for it now: focal points and deputies with an open account."""
    rows = Membership.objects.speaking().filter(organisation__in=organisation.family).select_related("person")
    return list({row.person_id: row.person for row in rows}.values())


def ask_to_join(organisation: Organisation, *, by: Any, at: datetime, message: str = "") -> Membership:
    """Ask its focal points, or the secretariat where it has none, to be let in.

    Of one that was merged the one that stays is asked. Raises NotAllowed, WrongState (asked or a member already).
    """
    if not (by and by.is_authenticated and by.is_active):
        raise NotAllowed(_("You may not do this."))
    organisation = organisation.root
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if Membership.objects.filter(person=by, organisation__in=organisation.family, state__in=OPEN).exists():
            raise WrongState(_("You have asked already, or you are a member."))
        membership = Membership.objects.create(
            person=by, organisation=organisation, message=message.strip()[:2000], asked_at=at
        )
        _note(membership, "ask", by=by, at=at)
        announce("membership.asked", membership=membership, by=by, at=at)
        words = {"organisation": organisation, "name": str(by), "email": by.email, "message": membership.message}
        words["action_url"] = link_address(None, path=f"/my/organisations/{organisation.slug}/")
        for person in speakers(organisation):
            _tell("people/asked_to_join", person, words, at=at, key=f"asked-{membership.pk}-{person.pk}")
    return membership


def _locked(membership: Membership) -> Membership:
    return Membership.objects.select_for_update(of=("self",)).select_related("person", "organisation").get(
        pk=membership.pk
    )  # fmt: skip


def _note(membership: Membership, verb: str, *, by: Any, at: datetime, reason: str = "", **data: Any) -> None:
    """One entry, in the history of the organisation: whom it concerns stands in its data."""
    data |= {"person": membership.person_id, "name": str(membership.person)}
    history.record("organisation", membership.organisation_id, verb, by=by, at=at, reason=reason, data=data)


def _tell(kind: str, person: Person, words: dict, *, at: datetime, key: str | None = None) -> None:
    """A mail in the person's language; addresses in `words` are written without a language and get it here."""
    words = dict(words)
    if words.get("action_url"):
        words["action"] = OPEN_THE_PAGE
        words["action_url"] = link_address(None, path=words["action_url"], language=person.language)
    if "organisation" in words:
        words["organisation"] = words["organisation"].name_in(person.language)
    mail.queue(kind, to=person.email, language=person.language, person=person, context=words, at=at, key=key)


def let_in(membership: Membership, *, by: Any, at: datetime, role: str = Role.CONTRIBUTOR) -> Membership:
    """Let somebody in who asked, in a role. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        membership = _locked(membership)
        move = MEMBERSHIP.check("let_in", membership, state=membership.state, by=by)
        membership.state, membership.role = move.target, Role(role)
        membership.decided_at, membership.decided_by = at, by
        membership.save(update_fields=["state", "role", "decided_at", "decided_by"])
        forget_roles(membership.person)
        _note(membership, "let_in", by=by, at=at, role=role)
        announce("membership.let_in", membership=membership, by=by, at=at)
        words = {"organisation": membership.organisation, "role": Role(role).label, "action_url": "/my/"}
        _tell("people/let_in", membership.person, words, at=at, key=f"let-in-{membership.pk}")
    return membership


def refuse(membership: Membership, *, by: Any, at: datetime, reason: str = "") -> Membership:
    """Do not let somebody in. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        membership = _locked(membership)
        move = MEMBERSHIP.check("refuse", membership, state=membership.state, by=by)
        membership.state, membership.decided_at, membership.decided_by = move.target, at, by
        membership.save(update_fields=["state", "decided_at", "decided_by"])
        _note(membership, "refuse", by=by, at=at, reason=reason)
        words = {"organisation": membership.organisation, "reason": reason.strip()}
        _tell("people/not_let_in", membership.person, words, at=at, key=f"refused-{membership.pk}")
    return membership


def take_back(membership: Membership, *, by: Any, at: datetime) -> Membership:
    """No longer ask to be let in. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        membership = _locked(membership)
        move = MEMBERSHIP.check("take_back", membership, state=membership.state, by=by)
        membership.state, membership.ended_at = move.target, at
        membership.save(update_fields=["state", "ended_at"])
        _note(membership, "take_back", by=by, at=at)
    return membership


def change_role(membership: Membership, role: str, *, by: Any, at: datetime, knowing: bool = False) -> Membership:
    """Give a member another role. Raises NotAllowed, WrongState, Refused ("last_one": see `end_membership`)."""
    with transaction.atomic():
        membership = _locked(membership)
        MEMBERSHIP.check("change_role", membership, state=membership.state, by=by)
        was = membership.role
        if was == role:
            return membership
        alone = role != Role.FOCAL_POINT and not membership.is_deputy and _is_last(membership)
        _refuse_last(alone, knowing)
        membership.role = Role(role)
        if role == Role.FOCAL_POINT:
            membership.is_deputy = False
        membership.save(update_fields=["role", "is_deputy"])
        forget_roles(membership.person)
        _note(membership, "change_role", by=by, at=at, was=was, role=role)
        announce("membership.changed", membership=membership, by=by, at=at)
        _without_anybody(alone, membership.organisation, by=by, at=at)
        words = {"organisation": membership.organisation, "role": Role(role).label, "action_url": "/my/"}
        _tell("people/role_changed", membership.person, words, at=at)
    return membership


def name_deputy(
    membership: Membership, *, by: Any, at: datetime, deputy: bool = True, knowing: bool = False
) -> Membership:
    """Make a member the deputy of the focal point, or no longer. Raises NotAllowed, WrongState, Refused."""
    with transaction.atomic():
        membership = _locked(membership)
        MEMBERSHIP.check("name_deputy", membership, state=membership.state, by=by)
        if membership.is_deputy == deputy:
            return membership
        if membership.role == Role.FOCAL_POINT and deputy:
            raise WrongState(_("A focal point is not a deputy as well."))
        alone = not deputy and _is_last(membership)
        _refuse_last(alone, knowing)
        membership.is_deputy = deputy
        membership.save(update_fields=["is_deputy"])
        forget_roles(membership.person)
        _note(membership, "name_deputy" if deputy else "deputy_no_more", by=by, at=at)
        announce("membership.changed", membership=membership, by=by, at=at)
        _without_anybody(alone, membership.organisation, by=by, at=at)
        role = gettext_lazy("deputy of the focal point") if deputy else Role(membership.role).label
        words = {"organisation": membership.organisation, "role": role, "action_url": "/my/"}
        _tell("people/role_changed", membership.person, words, at=at)
    return membership


def hand_over(membership: Membership, to: Membership, *, by: Any, at: datetime, stays: bool = True) -> Membership:
    """A focal point names the successor, and stays as a contributor or leaves; returns the successor's membership.

    Raises NotAllowed, WrongState (one of the two is no member, or the first speaks for nobody).
    """
    with transaction.atomic():
        giver, taker = _locked(membership), _locked(to)
        MEMBERSHIP.check("hand_over", giver, state=giver.state, by=by)
        MEMBERSHIP.check("hand_over", taker, state=taker.state, by=by)
        elsewhere = taker.organisation_id not in giver.organisation.family
        if elsewhere or giver.person_id == taker.person_id or giver.role != Role.FOCAL_POINT:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        taker.role, taker.is_deputy = Role.FOCAL_POINT, False
        taker.save(update_fields=["role", "is_deputy"])
        giver.role = Role.CONTRIBUTOR
        if not stays:
            giver.state, giver.ended_at = MembershipState.ENDED, at
        giver.save(update_fields=["role", "state", "ended_at"])
        forget_roles(giver.person)
        forget_roles(taker.person)
        _note(taker, "hand_over", by=by, at=at, was=giver.person_id, was_name=str(giver.person), stays=stays)
        announce("membership.handed_over", membership=taker, former=giver, by=by, at=at)
        words = {"organisation": taker.organisation, "name": str(giver.person), "action_url": "/my/"}
        _tell("people/handed_over", taker.person, words, at=at)
    return taker


def end_membership(
    membership: Membership, *, by: Any, at: datetime, reason: str = "", knowing: bool = False
) -> Membership:
    """Leave, or remove a member. What they did stays.

    Raises NotAllowed, WrongState, and Refused (code "last_one") where nobody would speak for the organisation any
    more and the person has not said that they know: the secretariat is then told, and shows it as without anybody.
    """
    with transaction.atomic():
        membership = _locked(membership)
        move = MEMBERSHIP.check("end", membership, state=membership.state, by=by)
        alone = _is_last(membership)
        _refuse_last(alone, knowing)
        membership.state, membership.ended_at = move.target, at
        membership.save(update_fields=["state", "ended_at"])
        forget_roles(membership.person)
        _note(membership, "end", by=by, at=at, reason=reason)
        announce("membership.ended", membership=membership, by=by, at=at)
        _without_anybody(alone, membership.organisation, by=by, at=at)
        if by != membership.person:
            words = {"organisation": membership.organisation, "reason": reason.strip()}
            _tell("people/removed", membership.person, words, at=at)
    return membership


def _is_last(membership: Membership) -> bool:
    """Whether nobody but this member speaks for the organisation."""
    speaking = Membership.objects.speaking().filter(organisation__in=membership.organisation.family)
    return speaking.filter(pk=membership.pk).exists() and not speaking.exclude(pk=membership.pk).exists()


def _refuse_last(alone: bool, knowing: bool) -> None:
    if alone and not knowing:
        text = _("Nobody else speaks for this organisation. Name a successor, or say that the secretariat shall look.")
        raise Refused(text, code="last_one")


def _without_anybody(alone: bool, organisation: Organisation, *, by: Any, at: datetime) -> None:
    """Tell the secretariat that an organisation lost its last speaker."""
    if not alone:
        return
    announce("organisation.without_anybody", organisation=organisation, by=by, at=at)
    address = installation().contact_email
    if address:
        words = {
            "organisation": organisation.name,
            "name": str(by),
            "action": OPEN_THE_PAGE,
            "action_url": link_address(None, path=f"/desk/organisations/{organisation.pk}/"),
        }
        mail.queue("people/without_anybody", to=address, context=words, at=at)


def invite(
    organisation: Organisation, email: str, *, by: Any, at: datetime, role: str = Role.CONTRIBUTOR, language: str = "en"
) -> Link:
    """Invite a colleague by mail; the link lets in whoever opens it, once, for 30 days. Raises NotAllowed, WrongState.

    An earlier invitation to the same address is void from then on.
    """
    organisation = organisation.root
    email = email.strip().lower()
    with transaction.atomic():
        if not may_manage_organisation(by, organisation):
            raise NotAllowed(_("You may not do this."))
        member = Membership.objects.active().filter(organisation__in=organisation.family)
        if member.filter(person__email__iexact=email).exists():
            raise WrongState(_("This person is a member already."))
        former = Link.objects.filter(purpose="invitation", subject=str(organisation.pk), email=email)
        former.filter(used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
        data = {"role": Role(role)}
        link = make_link("invitation", organisation.pk, email=email, days=INVITATION_DAYS, at=at, by=by, data=data)
        history.record("organisation", organisation.pk, "invite", by=by, at=at, data={"email": email, "role": role})
        words = {
            "organisation": organisation.name_in(language),
            "name": str(by),
            "role": Role(role).label,
            "action": OPEN_THE_PAGE,
            "action_url": link_address(link, language=language),
        }
        mail.queue("people/invitation", to=email, language=language, context=words, at=at, key=f"link-{link.pk}")
    return link


def join_by_invitation(link: Link, *, by: Any, at: datetime) -> Membership:
    """Become a member by an invitation (called by `use_link`, which sees to it that it is used once).

    The role is the invitation's; who is a member already stays what they are. Raises NotAllowed without an account.
    """
    if not (by and by.is_authenticated and by.is_active):
        raise NotAllowed(_("You may not do this."))
    organisation = Organisation.objects.get(pk=int(link.subject)).root
    with transaction.atomic():
        member = Membership.objects.active().filter(person=by, organisation__in=organisation.family).first()
        if member:
            return member
        membership, _made = Membership.objects.update_or_create(
            person=by,
            organisation=organisation,
            state=MembershipState.ASKED,
            defaults={
                "state": MembershipState.ACTIVE,
                "role": Role(link.data["role"]),
                "decided_at": at,
                "decided_by": link.made_by,
            },
        )
        forget_roles(by)
        _note(membership, "join_by_invitation", by=by, at=at, role=link.data["role"], email=link.email)
        announce("membership.let_in", membership=membership, by=by, at=at)
    return membership
