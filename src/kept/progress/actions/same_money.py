"""Money that may stand in two places: looked for by rules, decided by people, counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.pledges.models import Pledge, Revision
from kept.progress.models import SameMoney, SameMoneyState
from kept.progress.permissions import may_decide_same_money
from kept.progress.restate import restate
from kept.progress.same_money import Entry, resemblances


def look_for_same_money(*, at: datetime, elsewhere: Iterable[Entry] = (), pledges: Iterable[int] | None = None) -> int:
    """Flag published pledges that look like the same money, here or in another registry's list. Returns how many are new.

    A pair that was decided once is not asked about again.
    """
    rows = Revision.objects.public().counted().filter(usd_cents__gt=0)
    if pledges is not None:
        amounts = rows.filter(pledge__in=list(pledges)).values("usd_cents")
        rows = rows.filter(usd_cents__in=amounts)
    entries = [
        Entry("", pk, f"P-{number:05d}", lead or 0, name or "", cents, currency, origin, str(end or ""), title)
        for pk, number, lead, name, cents, currency, origin, end, title in rows.values_list(
            "pledge",
            "pledge__number",
            "lead",
            "lead__normalised",
            "usd_cents",
            "currency",
            "origin",
            "ends_on",
            "title",
        ).iterator()
    ]
    return sum(_flag(one, other, why, at) for one, other, why in resemblances(entries, list(elsewhere)))


def _flag(one: Entry, other: Entry, why: list[str], at: datetime) -> int:
    if other.registry:
        return flag_same_money(one.pledge, at=at, why=why, registry=other.registry, registry_id=other.reference)
    first, second = sorted((one.pledge, other.pledge))
    return flag_same_money(second, at=at, why=why, other=first)


def flag_same_money(
    pledge: int, *, at: datetime, why: list[str], other: int | None = None, registry: str = "", registry_id: str = ""
) -> int:
    """Note one resemblance; 1 where it is new."""
    known = SameMoney.objects.filter(pledge=pledge, other=other, registry=registry, registry_id=registry_id)
    if known.exists():
        return 0
    SameMoney.objects.create(
        pledge_id=pledge, other_id=other, registry=registry, registry_id=registry_id, why=why, found_at=at
    )
    return 1


def decide_same_money(
    flag: SameMoney, *, same: bool, counts: Pledge | None = None, by: Any, at: datetime, reason: str
) -> SameMoney:
    """Say whether it is the same money and, of two pledges here, which of them counts. Raises NotAllowed, WrongState,
    ReasonOwed, Refused."""
    if not may_decide_same_money(by, flag):
        raise NotAllowed(_("You may not do this."))
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))
    with transaction.atomic():
        flag = SameMoney.objects.select_for_update().get(pk=flag.pk)
        if flag.state != SameMoneyState.OPEN:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if same and flag.other_id is not None and (counts is None or counts.pk not in (flag.pledge_id, flag.other_id)):
            raise Refused(_("Say which of the two pledges counts."))
        flag.state = SameMoneyState.SAME if same else SameMoneyState.DIFFERENT
        flag.counts = counts if same else None
        flag.reason, flag.decided_by, flag.decided_at = reason.strip(), by, at
        flag.save()
        for pk in filter(None, (flag.pledge_id, flag.other_id)):
            history.record(
                "pledge",
                pk,
                "same_money" if same else "different_money",
                by=by,
                at=at,
                reason=reason,
                public=True,
                data=_told(flag),
            )
        restate([pk for pk in (flag.pledge_id, flag.other_id) if pk], at=at)
    return flag


def _told(flag: SameMoney) -> Mapping[str, Any]:
    return (
        {"registry": flag.registry, "id": flag.registry_id}
        if flag.registry
        else {"pledges": [flag.pledge.reference, flag.other.reference if flag.other else ""]}
    )
