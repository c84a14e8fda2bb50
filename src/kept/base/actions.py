"""What the secretariat changes about its own installation. Every change leaves a history entry with both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import entered, history, installation, places
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import GroupChange, Installation, PlaceName, Rate
from kept.base.permissions import may_change_settings

CHANGEABLE = (
    "name", "names", "short_name", "about", "contact_email", "arabic_digits", "call_back_minutes", "data_licence",
    "names_overdue",
)  # fmt: skip


def _may(by: Any) -> None:
    if not may_change_settings(by):
        raise NotAllowed(_("You may not do this."))


def _changed(what: str, at: datetime, forget: Callable[[], None]) -> None:
    """Tell the rooms (public pages show it), and forget what this process held, now and once it is saved."""
    announce("settings.changed", what=what, at=at)
    forget()
    transaction.on_commit(forget)


def _forget_groups() -> None:
    entered.forget()
    places.reload()


def change_settings(values: Mapping[str, Any], *, by: Any, at: datetime) -> Installation:
    """Change the coalition's names, contact, licence, digits, minutes of calling back. Raises NotAllowed."""
    _may(by)
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"no such settings: {sorted(unknown)}")
    with transaction.atomic():
        Installation.objects.get_or_create(pk=1)
        row = Installation.objects.select_for_update().get(pk=1)
        differs = {name: value for name, value in values.items() if getattr(row, name) != value}
        if differs:
            was = {name: getattr(row, name) for name in differs}
            for name, value in differs.items():
                setattr(row, name, value)
            row.save(update_fields=list(differs))
            history.record("installation", 1, "change_settings", by=by, at=at, data={"from": was, "to": differs})
            _changed("installation", at, installation.forget)
    return row


def enter_rate(currency: str, day: date, usd_per_unit: Decimal, source: str, *, by: Any, at: datetime) -> Rate:
    """Enter what one unit of a currency was in US dollars on a day, and who says so.

    Replaces the rate of the same currency and day; history keeps the former. Nothing that is published is
    converted anew by this alone (`pledges.actions.correct_rate` does that, pledge by pledge, in the open).
    Raises NotAllowed, Refused.
    """
    _may(by)
    if not source.strip():
        raise Refused(_("Say where this rate comes from."))
    if usd_per_unit <= 0:
        raise Refused(_("A rate is more than zero."))
    with transaction.atomic():
        former = Rate.objects.select_for_update().filter(currency=currency, day=day).first()
        was = {"usd_per_unit": str(former.usd_per_unit), "source": former.source} if former else {}
        values = {"usd_per_unit": usd_per_unit, "source": source.strip(), "entered_by": by, "entered_at": at}
        row, _made = Rate.objects.update_or_create(currency=currency, day=day, defaults=values)
        to = {"usd_per_unit": str(usd_per_unit), "source": row.source}
        named = {"currency": currency, "day": day.isoformat(), "from": was, "to": to}
        history.record("rates", 1, "enter_rate", by=by, at=at, data=named)
        _changed("rates", at, entered.forget)
    return row


def remove_rate(rate: Rate, *, by: Any, at: datetime) -> None:
    """Take an entered rate away; what was converted with it stays as it is. Raises NotAllowed."""
    _may(by)
    with transaction.atomic():
        was = {"usd_per_unit": str(rate.usd_per_unit), "source": rate.source}
        named = {"currency": rate.currency, "day": rate.day.isoformat(), "from": was}
        history.record("rates", 1, "remove_rate", by=by, at=at, data=named)
        rate.delete()
        _changed("rates", at, entered.forget)


def name_place(code: str, names: Mapping[str, str], *, by: Any, at: datetime) -> None:
    """Use other names for a place, by language; an empty one goes back to the United Nations'. Raises NotAllowed."""
    _may(by)
    with transaction.atomic():
        was = dict(PlaceName.objects.filter(code=code).values_list("language", "name"))
        for language, name in names.items():
            if name.strip():
                PlaceName.objects.update_or_create(code=code, language=language, defaults={"name": name.strip()})
            else:
                PlaceName.objects.filter(code=code, language=language).delete()
        now = dict(PlaceName.objects.filter(code=code).values_list("language", "name"))
        if was != now:
            named = {"code": code, "from": was, "to": now}
            history.record("places", 1, "name_place", by=by, at=at, data=named)
            _changed("places", at, entered.forget)


def enter_group_change(
    group: str, country: str, day: date, joins: bool, source: str, *, by: Any, at: datetime
) -> GroupChange:
    """A country joins or leaves a group on a day, beside what the packaged data knows. Raises NotAllowed, Refused.

    Counts for pledges whose day is that day or later; what is published keeps the membership of its own day.
    """
    _may(by)
    if not source.strip():
        raise Refused(_("Say where this change was decided."))
    with transaction.atomic():
        row, _made = GroupChange.objects.update_or_create(
            group=group, country=country, day=day, defaults={"joins": joins, "source": source.strip()}
        )
        named = {"group": group, "country": country, "day": day.isoformat(), "joins": joins, "source": row.source}
        history.record("groups", 1, "enter_group_change", by=by, at=at, data=named)
        _changed("groups", at, _forget_groups)
    return row


def remove_group_change(change: GroupChange, *, by: Any, at: datetime) -> None:
    """Take an entered change of a group away. Raises NotAllowed."""
    _may(by)
    with transaction.atomic():
        named = {"group": change.group, "country": change.country, "day": change.day.isoformat(),
                 "joins": change.joins, "source": change.source}  # fmt: skip
        history.record("groups", 1, "remove_group_change", by=by, at=at, data=named)
        change.delete()
        _changed("groups", at, _forget_groups)
