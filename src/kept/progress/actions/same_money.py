"""Money that may stand in two places: looked for by rules, decided by people, counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.log.actions import open_head
from kept.people.models import Organisation, OtherName
from kept.people.naming import normalise
from kept.pledges.models import Pledge, Revision
from kept.progress.models import OtherEntry, SameMoney, SameMoneyState
from kept.progress.permissions import may_decide_same_money
from kept.progress.restate import restate
from kept.progress.same_money import Elsewhere, Entry, found_elsewhere, resemblances

LATELY = timedelta(days=3)  # texts that are looked at by the worker, which looks more often than that


def look_for_same_money(*, at: datetime, pledges: Iterable[int] | None = None) -> int:
    """Flag published pledges that look like the same money, here or in another registry's list. Returns how many are new.

    `pledges`: pairs with one of these alone. A pair that was decided once is not asked about again.
    """
    rows = Revision.objects.public().counted().filter(amount__gt=0)
    some = None if pledges is None else set(pledges)
    if some is not None:
        mine = rows.filter(pledge__in=some)
        rows = rows.filter(Q(usd_cents__in=mine.values("usd_cents")) | Q(amount__in=mine.values("amount")))
    here = _entries(rows)
    new = 0
    for one, other, why in resemblances(here):
        if some is None or {one.pledge, other.pledge} & some:
            first, second = sorted((one.pledge, other.pledge))
            new += flag_same_money(second, at=at, why=why, other=first)
    asked = here if some is None else [entry for entry in here if entry.pledge in some]
    return new + _look_in(asked, entries_elsewhere(), at)


def look_lately(now: datetime) -> int:
    """The same for what became public or was changed lately. The worker's duty."""
    fresh = Revision.objects.public().counted().filter(valid_from__gt=now - LATELY, amount__gt=0)
    pledges = list(fresh.values_list("pledge", flat=True)[:5000])
    return look_for_same_money(at=now, pledges=pledges) if pledges else 0


def look_in_list(registry: str, *, at: datetime) -> int:
    """Flag the pledges that look like an entry of one other registry's list. Returns how many are new."""
    rows = Revision.objects.public().counted().filter(amount__gt=0)
    return _look_in(_entries(rows), entries_elsewhere(registry__name=registry), at)


def entries_elsewhere(**among: str) -> Iterator[Elsewhere]:
    """The entries of other registries' lists that name an amount."""
    found = OtherEntry.objects.filter(**among).exclude(amount=None).select_related("registry")
    for row in found.iterator(2000):
        yield Elsewhere(
            row.registry.name, row.reference, row.url, row.normalised, row.usd_cents, row.amount, row.currency,
            row.year or 0, row.title,
        )  # fmt: skip


def _entries(rows: Any) -> list[Entry]:
    read = rows.values_list("pledge", "lead", "usd_cents", "amount", "currency", "published_at__year", "title")
    found = list(read.iterator(5000))
    names = _names_of({row[1] for row in found if row[1]})
    return [Entry(pledge, lead or 0, names.get(lead, frozenset()), *rest) for pledge, lead, *rest in found]


def _names_of(leads: set[int]) -> dict[int, frozenset[str]]:
    """{organisation: its names, normalised: its own, in other languages, former ones}."""
    found: dict[int, set[str]] = defaultdict(set)
    for pk, own, abbreviation, names in Organisation.objects.values_list("pk", "normalised", "abbreviation", "names"):
        if pk in leads:
            found[pk] |= {own, *(normalise(text) for text in (abbreviation, *names.values()) if text)}
    for pk, name in OtherName.objects.values_list("organisation", "normalised"):
        if pk in leads:
            found[pk].add(name)
    return {pk: frozenset(names - {""}) for pk, names in found.items()}


def _look_in(here: list[Entry], elsewhere: Iterable[Elsewhere], at: datetime) -> int:
    return sum(
        flag_same_money(
            one.pledge, at=at, why=why, registry=other.registry, registry_id=other.reference, registry_url=other.url
        )
        for one, other, why in found_elsewhere(here, elsewhere)
    )


def flag_same_money(
    pledge: int, *, at: datetime, why: list[str], other: int | None = None, registry: str = "", registry_id: str = "",
    registry_url: str = "",
) -> int:  # fmt: skip
    """Note one resemblance; 1 where it is new."""
    place = {"pledge_id": pledge, "other_id": other, "registry": registry, "registry_id": registry_id}
    _flag, made = SameMoney.objects.get_or_create(
        **place, defaults={"why": why, "found_at": at, "registry_url": registry_url}
    )
    return int(made)


def decide_same_money(
    flag: SameMoney,
    *,
    same: bool,
    counts: Pledge | None = None,
    there: bool = False,
    by: Any,
    at: datetime,
    reason: str,
) -> SameMoney:
    """Say whether it is the same money and where it counts: of two pledges here under `counts`; of one that stands in
    another registry too, here, or `there`. Raises NotAllowed, WrongState, ReasonOwed, Refused."""
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
        flag.counts = counts if same and flag.other_id is not None else None
        flag.counts_elsewhere = same and flag.other_id is None and there
        flag.reason, flag.decided_by, flag.decided_at = reason.strip(), by, at
        flag.save()
        both = [pk for pk in (flag.pledge_id, flag.other_id) if pk]
        verb = "same_money" if same else "different_money"
        for pk in both:
            history.record("pledge", pk, verb, by=by, at=at, reason=reason, public=True, data=_told(flag))
        restate(both, at=at)
        with open_head() as head:  # their pages tell it
            head.changed_many("pledge", [one.reference for one in (flag.pledge, flag.other) if one is not None])
    return flag


def _told(flag: SameMoney) -> Mapping[str, Any]:
    return (
        {"registry": flag.registry, "id": flag.registry_id}
        if flag.registry
        else {"pledges": [flag.pledge.reference, flag.other.reference if flag.other else ""]}
    )
