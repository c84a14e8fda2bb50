"""Partners of a joint pledge say yes or no for themselves; only those who said yes count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed
from kept.people.models import Organisation
from kept.people.naming import normalise, slug_for
from kept.people.permissions import speaks_for
from kept.pledges.actions.drafting import locked
from kept.pledges.content import PledgeContent
from kept.pledges.models import Partnership, PartnershipState, Pledge, Revision, Status


def name_partner(name: str, *, by: Any, at: datetime) -> Organisation:
    """An organisation that a pledge names as partner and that nobody has entered yet: nobody's, unconfirmed.

    One with the very same name is that one. Raises NotAllowed for somebody without an account.
    """
    name = " ".join(name.split())[:300]
    if by is None or not by.is_authenticated or not name:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        known = Organisation.objects.standing_alone().filter(normalised=normalise(name)).order_by("pk").first()
        if known is not None:
            return known
        base = slug_for(name)
        taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        made = Organisation.objects.create(
            name=name, slug=slug_for(name, taken), normalised=normalise(name), created_at=at, created_by=by
        )
        history.record("organisation", made.pk, "name_as_partner", by=by, at=at)
        announce("organisation.founded", organisation=made, by=by, at=at)
    return made


def ask_partners(pledge: Pledge, *, by: Any, at: datetime) -> list[Partnership]:
    """Ask every partner that the text names and that was not asked yet. Returns the new ones."""
    text = pledge.text
    named = [p.organisation for p in PledgeContent.from_json(text.content).partners] if text else []
    with transaction.atomic():
        known = set(Partnership.objects.filter(pledge=pledge).values_list("organisation_id", flat=True))
        made = [
            Partnership.objects.create(pledge=pledge, organisation_id=pk, asked_at=at)
            for pk in dict.fromkeys(named)
            if pk not in known
        ]
        for partnership in made:
            announce("partnership.asked", pledge=pledge, partnership=partnership, by=by, at=at)
    return made


def answer_partnership(
    pledge: Pledge, organisation: Organisation, *, confirm: bool, by: Any, at: datetime, proven: bool = False
) -> Partnership:
    """A partner's yes or no. A yes to a published pledge is a revision: the counter must follow from the log.

    `proven` means that a personal link proved who answers. Raises NotAllowed, WrongState.
    """
    from kept.pledges.actions.revising import revise_record

    if not proven and not speaks_for(by, organisation):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        pledge = locked(pledge)
        partnership = Partnership.objects.select_for_update().get(pledge=pledge, organisation=organisation)
        state = PartnershipState.CONFIRMED if confirm else PartnershipState.DECLINED
        if partnership.state == state:
            return partnership
        before, partnership.state = partnership.state, state
        partnership.decided_at, partnership.decided_by = at, by
        partnership.save(update_fields=["state", "decided_at", "decided_by"])
        history.record(
            "pledge", pledge.pk, "confirm_partner" if confirm else "decline_partner", by=by, at=at,
            from_state=before, to_state=state, data={"organisation": organisation.pk}, public=confirm,
        )  # fmt: skip
        if pledge.status == Status.PUBLISHED and _is_named(pledge.current, organisation):
            revise_record(pledge, pledge.current, at=at)
        announce("partnership.answered", pledge=pledge, partnership=partnership, by=by, at=at)
    return partnership


def _is_named(revision: Revision, organisation: Organisation) -> bool:
    return any(p.organisation == organisation.pk for p in PledgeContent.from_json(revision.content).partners)
