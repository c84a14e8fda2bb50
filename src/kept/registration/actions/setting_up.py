"""What the team sets up: pools, categories, delegations; a set to begin with. Questions: `asking.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kept.base import history
from kept.base.languages import CODES
from kept.base.lifecycle import Refused
from kept.meetings.models import AttendanceMode, LinkedEvent, Meeting
from kept.registration.actions.ground import allow, by_name, offer_what_is_free
from kept.registration.actions.offering import change_pool
from kept.registration.actions.seats import locked as lock_pools
from kept.registration.models import Approval, Category, Delegation, Mode, Quota, Seat, SeatState
from kept.registration.permissions import may_run_registration

ARRANGED = ("names", "room", "position", "fire_limit")
# (code, name, for whom, details): what a meeting begins with; the team changes it as it likes.
USUAL: tuple[tuple[str, Any, Any, dict[str, Any]], ...] = (
    ("delegate", gettext_lazy("Delegate"), gettext_lazy("You represent an organisation that pledges or wants to."),
     {"approval": Approval.ORGANISATION, "priority": 4, "badge_colour": "green"}),
    ("head", gettext_lazy("Minister or head of organisation"), gettext_lazy("By invitation."),
     {"priority": 0, "protocol": True, "by_invitation": True, "badge_colour": "ink"}),
    ("panellist", gettext_lazy("Panellist"), gettext_lazy("You speak in a session."),
     {"priority": 1, "protocol": True, "by_invitation": True, "badge_colour": "ochre"}),
    ("participant", gettext_lazy("Participant"), gettext_lazy("You come on your own account."),
     {"approval": Approval.SECRETARIAT, "priority": 6, "badge_colour": "blue"}),
    ("young", gettext_lazy("Young people"), gettext_lazy("You are under 25."),
     {"approval": Approval.SECRETARIAT, "priority": 5, "for_minors": True, "badge_colour": "violet"}),
    ("press", gettext_lazy("Press"), gettext_lazy("You report on the meeting; a press card is looked at."),
     {"approval": Approval.SECRETARIAT, "priority": 3, "needs_proof": True, "badge_colour": "red"}),
    ("staff", gettext_lazy("Staff"), gettext_lazy("You work here."),
     {"priority": 2, "by_invitation": True, "badge_colour": "grey"}),
)  # fmt: skip


def in_six(text: Any) -> dict[str, str]:
    """A text of the interface in the six languages, as the team may change it afterwards."""
    said = {}
    for code in CODES:
        with override(code):
            said[code] = str(text)
    return said


def set_up_usual(meeting: Meeting, *, seats: int | None, reserve: int = 0, by: Any, at: datetime) -> list[Category]:
    """The usual pools and categories of a meeting that has none yet. Raises NotAllowed, Refused."""
    allow(may_run_registration(by, meeting) or by is None)
    with transaction.atomic():
        if meeting.categories.exists():
            raise Refused(_("This meeting has its categories already."))
        pools = []
        if meeting.mode != AttendanceMode.REMOTE:
            names = dict(meeting.venues) if meeting.venues.get("en") else in_six(gettext_lazy("In the room"))
            room = meeting.rooms.filter(removed_at=None).first()
            pools.append(add_pool(
                meeting, {"names": names, "room": room, "bookable": seats, "protocol_reserve": reserve}, by=by, at=at
            ))  # fmt: skip
        if meeting.mode != AttendanceMode.IN_PERSON:
            pools.append(
                add_pool(meeting, {"names": in_six(gettext_lazy("Online")), "mode": Mode.REMOTE}, by=by, at=at)
            )
        modes = [str(pool.mode) for pool in pools]
        return [
            add_category(
                meeting, code, {"names": in_six(name), "abouts": in_six(about), "position": n, "modes": modes, **details},
                pools=pools, by=by, at=at,
            )
            for n, (code, name, about, details) in enumerate(USUAL)
        ]  # fmt: skip


def add_pool(meeting: Meeting, values: dict[str, Any], *, by: Any, at: datetime) -> Quota:
    """A pool of seats; `values` as in the model. Raises NotAllowed, Refused."""
    allow(may_run_registration(by, meeting) or by is None)
    quota = Quota(meeting=meeting, **values)
    _pool_holds_together(quota)
    with transaction.atomic():
        quota.save()
        history.record("quota", quota.pk, "add", by=by_name(by), at=at, data={"bookable": quota.bookable})
    return quota


def arrange_pool(quota: Quota, values: dict[str, Any], *, by: Any, at: datetime) -> Quota:
    """Change a pool: its names, room, place in the list, numbers. Whom it seats, and how, stays.

    More seats are offered at once; fewer take nobody's seat away. Raises NotAllowed, Refused.
    """
    allow(may_run_registration(by, quota.meeting) or by is None)
    with transaction.atomic():
        quota = lock_pools(quota.meeting_id, only=quota.pk)[quota.pk]
        for name in ARRANGED:
            setattr(quota, name, values.get(name, getattr(quota, name)))
        _pool_holds_together(quota)
        quota.save(update_fields=ARRANGED)
        history.record("quota", quota.pk, "arrange", by=by_name(by), at=at, data={"fields": sorted(values)})
        numbers = {name: values.get(name, getattr(quota, name)) for name in ("bookable", "protocol_reserve")}
        return change_pool(quota, **numbers, by=by, at=at)


def add_pool_for(linked: LinkedEvent, *, by: Any, at: datetime) -> Quota:
    """The pool of a linked event that registered people may sit in.

    Raises NotAllowed; Refused for an event by invitation, whose places are counted by its answers (`hosting.py`).
    """
    if linked.by_invitation:
        raise Refused(_("This event is by invitation: its places go to who is invited."))
    return add_pool(
        linked.meeting, {"names": linked.names, "linked_event": linked, "bookable": linked.capacity, "position": 9},
        by=by, at=at,
    )  # fmt: skip


def add_category(
    meeting: Meeting, code: str, values: dict[str, Any], *, pools: list[Quota], by: Any, at: datetime
) -> Category:
    """A kind of participant, drawing from these pools. Raises NotAllowed, Refused."""
    allow(may_run_registration(by, meeting) or by is None)
    code = slugify(code)
    if not code or meeting.categories.filter(code=code).exists():
        raise Refused(_("There is a category of this short name already."))
    category = Category(meeting=meeting, code=code, **values)
    _category_holds_together(category, pools)
    with transaction.atomic():
        category.save()
        category.quotas.set(pools)
        history.record("category", category.pk, "add", by=by_name(by), at=at, data={"code": code})
    return category


def change_category(
    category: Category, values: dict[str, Any], *, pools: list[Quota], by: Any, at: datetime
) -> Category:
    """Change a category; who is registered stays as they are, what they claim too.

    The pools are locked first: nobody claims a seat of one while it is taken away. Raises NotAllowed, Refused.
    """
    allow(may_run_registration(by, category.meeting) or by is None)
    with transaction.atomic():
        lock_pools(category.meeting_id)
        category = Category.objects.select_for_update().get(pk=category.pk)
        for name, value in values.items():
            setattr(category, name, value)
        _category_holds_together(category, pools)
        left = set(category.quotas.values_list("pk", flat=True)) - {pool.pk for pool in pools}
        claimed = Seat.objects.exclude(state=SeatState.RELEASED).filter(registration__category=category, quota__in=left)
        if claimed.exists():
            raise Refused(
                _("People of this category hold seats of a pool that you take away from it, or wait for one.")
            )
        category.save()
        category.quotas.set(pools)
        history.record("category", category.pk, "change", by=by_name(by), at=at, data={"fields": sorted(values)})
    return category


def close_category(category: Category, *, closed: bool, by: Any, at: datetime) -> Category:
    """Nobody new from now on, or again. Raises NotAllowed."""
    allow(may_run_registration(by, category.meeting))
    with transaction.atomic():
        category.closed_at = at if closed else None
        category.save(update_fields=["closed_at"])
        history.record("category", category.pk, "close" if closed else "open", by=by_name(by), at=at)
    return category


def limit_delegation(delegation: Delegation, most: int | None, *, by: Any, at: datetime) -> Delegation:
    """How many of an entity may come in person; fewer take nobody's place away. Raises NotAllowed."""
    allow(may_run_registration(by, delegation.meeting) or by is None)
    with transaction.atomic():
        lock_pools(delegation.meeting_id)
        delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        before, delegation.most = delegation.most, most
        delegation.save(update_fields=["most"])
        history.record(
            "delegation", delegation.pk, "limit", by=by_name(by), at=at, data={"before": before, "most": most}
        )
    return delegation


def settle_everything(meeting: Meeting, *, at: datetime) -> int:
    """Offer what is free in every pool of a meeting (after a restore, after a correction); how many offers."""
    with transaction.atomic():
        pools = lock_pools(meeting.pk)
        return sum(offer_what_is_free(quota, at=at) for quota in pools.values())


def _pool_holds_together(quota: Quota) -> None:
    if not quota.names.get("en"):
        raise Refused(_("A pool needs a name."))
    if quota.room is not None and quota.room.meeting_id != quota.meeting_id:
        raise Refused(_("This room belongs to another meeting."))
    if quota.bookable is not None and quota.protocol_reserve > quota.bookable:
        raise Refused(_("The reserve cannot be larger than the number of seats."))
    if quota.day is not None and quota.day not in quota.meeting.local_days():
        raise Refused(_("The meeting has no such day."))
    if quota.session is not None and quota.session.meeting_id != quota.meeting_id:
        raise Refused(_("This session belongs to another meeting."))


def _category_holds_together(category: Category, pools: list[Quota]) -> None:
    if not category.names.get("en"):
        raise Refused(_("A category needs a name in English."))
    if any(pool.meeting_id != category.meeting_id for pool in pools):
        raise Refused(_("This pool belongs to another meeting."))
    if not category.modes:
        raise Refused(_("A category needs at least one way of taking part."))
    for mode in category.modes:
        if not any(pool.is_main and pool.mode == mode for pool in pools):
            raise Refused(_("Each way of taking part needs a pool of the meeting itself."))
