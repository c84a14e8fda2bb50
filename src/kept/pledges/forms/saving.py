"""What a page of the form sends: read field by field, compared with what the person had before their eyes, saved.

Only what the person touched is saved, so that a page that was left open for an hour takes nothing back that somebody
else wrote meanwhile. Each field comes with a mark (`seen-title`: version and fingerprint of what the page showed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kept.pledges import actions, reading
from kept.pledges.actions.drafting import CONTACT, Saved
from kept.pledges.forms.fields import Field, Raw
from kept.pledges.forms.sheet import Sheet, fingerprint
from kept.pledges.forms.steps import MAKERS
from kept.pledges.reading import Unreadable
from kept.pledges.rules import Problem

SEEN = "seen-"


@dataclass
class Posted:
    """What came in, by field: as typed, in normal form or kept as typed, and with which version before the eyes."""

    raw: dict[str, Raw] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def touched(self) -> list[str]:
        return sorted({*self.values, *self.contact, *self.typed})


def take(sheet: Sheet, names: Iterable[str], data: Any) -> Posted:
    """Read the fields `names` out of what was sent (a QueryDict). Fields that were not sent are left alone."""
    posted = Posted()
    for name in names:
        maker = MAKERS.get(name)
        if maker is None or f"{SEEN}{name}" not in data:
            continue
        made = maker(sheet)
        raw = made.widget.value_from_datadict(data, {}, name)
        posted.raw[name] = raw if raw is not None else ""
        _read(sheet, posted, name, made, data.get(f"{SEEN}{name}", ""))
    _currency_of_the_amount(sheet, posted)
    return posted


def _read(sheet: Sheet, posted: Posted, name: str, made: Field, mark: str) -> None:
    version, _dot, print_seen = mark.partition(".")
    raw = posted.raw[name]
    try:
        value, typed = made.read(raw), None
    except Unreadable as error:
        value, typed = None, made.keep(raw)
        posted.problems.append(Problem(name, error.message, "unreadable"))
    found = fingerprint(value if typed is None else typed, typed=typed is not None)
    if found == print_seen:
        return
    posted.seen[name] = int(version) if version.isdecimal() and len(version) < 10 else 0
    if typed is not None:
        posted.typed[name] = typed
    elif name in CONTACT:
        posted.contact[name] = value or ""
    else:
        posted.values[name] = value


def _currency_of_the_amount(sheet: Sheet, posted: Posted) -> None:
    """ "USD 3 bn" names its currency: it goes to the field beside, unless the person chose one there just now."""
    if "amount" not in posted.values or "currency" in posted.values:
        return
    try:
        read = reading.read_amount(posted.raw["amount"], sheet.language)
    except Unreadable:
        return
    if read is not None and read.currency and read.currency != sheet.content.currency:
        posted.values["currency"] = read.currency
        posted.seen["currency"] = sheet.version


def save(sheet: Sheet, posted: Posted, *, at: datetime, keep: Mapping[str, int] | None = None) -> Saved:
    """Save what was touched. `keep`: fields whose author saw the other version ({field: its version}) and keeps theirs.

    Raises NotAllowed, WrongState.
    """
    if not posted.touched:
        return Saved(version=sheet.version)
    return actions.save_fields(
        sheet.pledge,
        posted.values,
        by=sheet.person,
        at=at,
        base_version=posted.seen | dict(keep or {}),
        typed=posted.typed,
        contact=posted.contact,
    )
