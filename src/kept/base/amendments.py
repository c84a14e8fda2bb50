"""Changes of groups that the secretariat entered, in the shape in which `kept.base.places` takes amendments."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from kept.base import entered, places
from kept.base.models import GroupChange
from kept.base.places.catalogue import DATA

_applied: tuple | None = None


def amendments() -> dict[str, list[dict[str, Any]]]:
    """{group: memberships of every country that an entered change concerns}, for `places.set_amendments`."""
    global _applied
    changes = entered.group_changes()
    _applied = _fingerprint(changes)
    concerned: dict[tuple[str, str], list[GroupChange]] = defaultdict(list)
    for change in changes:
        concerned[change.group, change.country].append(change)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (group, country), rows in concerned.items():
        packaged = [dict(row) for row in _packaged().get(group, ()) if row["country"] == country]
        found[group] += applied(packaged, country, rows) or [{"country": country, "never": True}]
    return dict(found)


def applied(memberships: list[dict[str, Any]], country: str, changes: Iterable[GroupChange]) -> list[dict[str, Any]]:
    """A country's memberships after entered changes, oldest first.

    "Leaves" ends the membership that began last before that day, also where it was to end on another day (a
    graduation that was moved). "Joins" begins a new one, or, where the country is a member on that day,
    calls an end that was set for later off.
    """
    for change in sorted(changes, key=lambda each: each.day):
        began = [m for m in memberships if m.get("since") is None or m["since"] <= change.day]
        last = began[-1] if began else None
        open_ended = last is not None and (last.get("until") is None or last.get("status") == "postponement asked")
        is_member = last is not None and (open_ended or last["until"] > change.day)
        if not change.joins and last is not None:
            last |= {"until": change.day, "status": "in force", "until_source": change.source}
        elif change.joins and is_member:
            for name in ("until", "status", "until_source"):
                last.pop(name, None)
        elif change.joins:
            memberships.append({"country": country, "since": change.day, "source": change.source})
    return memberships


def refresh() -> None:
    """Have `places` read anew where another process entered a change: asked before countries are counted."""
    if _fingerprint(entered.group_changes()) != (_applied or ()):
        places.reload()


def in_force() -> bool:
    """Whether this process counts countries with changes that were entered."""
    return bool(_applied)


def _fingerprint(changes: Iterable[GroupChange]) -> tuple:
    return tuple((c.group, c.country, c.day, c.joins, c.source) for c in changes)


@lru_cache(maxsize=1)
def _packaged() -> dict[str, list[dict[str, Any]]]:
    with (DATA / "groups.toml").open("rb") as file:
        return tomllib.load(file)
