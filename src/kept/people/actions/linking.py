"""Personal links in mails: made, used, made void. Scoped to one purpose and one thing; they expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import WrongState
from kept.people import links
from kept.people.models import Link, Person


def make_link(
    purpose: str,
    subject: str | int,
    *,
    at: datetime,
    days: float,
    person: Person | None = None,
    email: str = "",
    by: Any = None,
    once: bool = True,
    local_only: bool = False,
    data: dict | None = None,
    save: bool = True,
) -> Link:
    """Make a link for one purpose (registered in `people.links`) and one thing, for a person or a mail address.

    `days` until it expires; `once`: its button acts one time; `local_only`: only from this machine; `data`: what the
    purpose needs beside the subject; `save=False`: not written, for many that are inserted at once.
    Its address is `links.link_address(link, language=…)`. Raises KeyError for a purpose that nobody registered.
    """
    links.purpose(purpose)
    link = Link(
        purpose=purpose,
        subject=str(subject),
        person=person,
        email=email or (person.email if person else ""),
        data=data or {},
        made_at=at,
        made_by=by,
        expires_at=at + timedelta(days=days),
        once=once,
        local_only=local_only,
    )
    if save:
        link.save(force_insert=True)
    return link


def use_link(link: Link, request: Any, *, at: datetime) -> Any:
    """Do what the link is for, and return what its purpose returns (an address to go to, or a page).

    One that acts once is used up in the same transaction. Raises WrongState for one that is used, expired or void,
    and what the purpose raises.
    """
    if links.purpose(link.purpose).alone:
        return links.purpose(link.purpose).act(link, request, at)
    with transaction.atomic():
        link = Link.objects.select_for_update(of=("self",)).select_related("person", "made_by").get(pk=link.pk)
        if links.state(link, at) != links.GOOD:
            raise WrongState(_("This link is no longer good."))
        outcome = links.purpose(link.purpose).act(link, request, at)
        if link.once:
            link.used_at = at
            link.save(update_fields=["used_at"])
    return outcome


def revoke_link(link: Link, *, at: datetime) -> None:
    """Make a link void. One that is used or void already stays as it is."""
    Link.objects.filter(pk=link.pk, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
