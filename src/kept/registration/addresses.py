"""The addresses of a registration's own pages, and the personal links that stand for its person."""

from __future__ import annotations

from datetime import datetime, timedelta

from kept.base.bulk import insert_objects
from kept.people import actions as people
from kept.people.links import link_address
from kept.people.models import Link
from kept.registration.models import Registration

OWN = "registration"  # lets its holder see, change, switch and cancel
CONFIRM = "registration_address"  # confirms that the address is theirs: only ever in a mail to it
FOR_YOU = (
    "registration_for_you"  # their organisation registered them: says yes for themselves, only ever in a mail to them
)
GUARDIAN = "registration_guardian"  # of the guardian of a minor: only ever in a mail to them
INVITE = "registration_invitation"  # of the secretariat: its subject is a category
AFTERWARDS = timedelta(days=120)  # links stay good after a meeting: certificate, feedback, erasure


def own_link(registration: Registration, *, at: datetime, purpose: str = OWN) -> Link:
    """A personal link of a registration, the one that is there or a new one."""
    made = registration.__dict__.get("_own_link")
    if purpose == OWN and made is not None and made.email == registration.email:
        return made
    if (known := known_link(registration, at=at, purpose=purpose)) is not None:
        return known
    link = _new_link(registration, at, purpose)
    link.save(force_insert=True)
    return link


def known_link(registration: Registration, *, at: datetime, purpose: str = OWN, email: str = "") -> Link | None:
    """The personal link of a registration (`email`: of somebody else's address) that was made already and is good."""
    return Link.objects.filter(
        purpose=purpose, subject=registration.key, email=email or registration.email, revoked_at=None, expires_at__gt=at
    ).first()


def make_own_links(registrations: list[Registration], *, at: datetime) -> None:
    """A new link for each of many, inserted at once; `own_link` gives it from then on."""
    for registration in registrations:
        registration.__dict__["_own_link"] = _new_link(registration, at, OWN)
    insert_objects([registration.__dict__["_own_link"] for registration in registrations])


def _new_link(registration: Registration, at: datetime, purpose: str) -> Link:
    until = max(registration.meeting.ends_at, at) + AFTERWARDS
    return people.make_link(
        purpose, registration.key, at=at, days=(until - at).total_seconds() / 86400, email=registration.email,
        once=purpose != OWN, save=False,
    )  # fmt: skip


def guardian_link(registration: Registration, *, at: datetime) -> Link:
    """A new link for the guardian whom a registration names; former ones are good no more."""
    Link.objects.filter(purpose=GUARDIAN, subject=registration.key, revoked_at=None).update(revoked_at=at)
    days = max((registration.meeting.ends_at - at) / timedelta(days=1), 1)
    return people.make_link(GUARDIAN, registration.key, at=at, days=days, email=registration.guardian_email)


def own_address(registration: Registration, *, at: datetime) -> str:
    """The whole address of the page of a registration, in its person's language."""
    return link_address(own_link(registration, at=at), language=registration.language)
