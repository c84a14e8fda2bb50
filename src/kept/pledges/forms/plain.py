"""The form's fields as JSON, for programs: each value is read by the field that reads what people type.

Programs write normal form (decimal strings, partial ISO dates, codes, slugs), so nothing is guessed: a value that the
form would read as another one is refused, and so is one that its list does not offer. Rules and refusals are the form's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kept.people.models import Organisation
from kept.people.permissions import is_secretariat, writes_for
from kept.people.queries import visible_to
from kept.pledges.actions.drafting import CONTACT
from kept.pledges.content import PledgeContent
from kept.pledges.forms.saving import Posted
from kept.pledges.forms.sheet import Sheet
from kept.pledges.forms.steps import MAKERS
from kept.pledges.reading import MOST_SIGNS, Unreadable
from kept.pledges.rules import MOST, Problem
from kept.pledges.typed import ROWS, kept_rows

DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?")
DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
MOST_LINES = 300
NAMES = tuple(name for name in MAKERS)  # every field that the form asks for, in its order
Reader = Callable[[Sheet, str, Any], Any]


class Refusal(Exception):
    """One value that is not taken; `code` says why, `message` what to do."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(str(message))
        self.code, self.message = code, message


def take(sheet: Sheet, body: Mapping[str, Any]) -> Posted:
    """Read what a program sent: `values`, `contact`, and every problem. `null` empties a field."""
    posted = Posted()
    for name, value in body.items():
        if name not in READERS:
            posted.problems.append(Problem(name[:60], "There is no such field.", "unknown_name"))
            continue
        try:
            read = EMPTY[name] if value is None else READERS[name](sheet, name, value)
        except Refusal as refusal:
            posted.problems.append(Problem(name, refusal.message, refusal.code))
        except Unreadable as refusal:
            posted.problems.append(Problem(name, refusal.message, "unreadable"))
        else:
            (posted.contact if name in CONTACT else posted.values)[name] = read
    return posted


def put(sheet: Sheet) -> dict[str, Any]:
    """The fields of a text as a program reads them; what nobody can read yet stands under `unreadable`."""
    content, who = sheet.content, sheet.organisations
    plain = {name: getattr(content, name) for name in NAMES if name not in CONTACT}
    plain |= {name: getattr(sheet.pledge, name) or None for name in CONTACT}
    lead = who.get(content.lead or 0)
    plain["lead"] = lead.slug if lead else None
    plain["partners"] = [
        {"organisation": who[p.organisation].slug, "part": p.part} for p in content.partners if p.organisation in who
    ]
    for name in ("indicators", "links"):
        plain[name] = content.plain(name) or []
    plain = {k: list(v) if isinstance(v, tuple) else v if v != "" else None for k, v in plain.items()}
    plain["unreadable"] = {k: kept_rows(v) if k in ROWS else v for k, v in sheet.typed.items()}
    return plain


# --- one value ---------------------------------------------------------------------------------------


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal("type", "Write a text in quotation marks.")
    if len(value) > MOST_SIGNS:
        raise Refusal("too_long", _("This text is too long to be kept. Attach it as a file."))
    return value


def _text(sheet: Sheet, name: str, value: Any) -> Any:
    return MAKERS[name](sheet).read(_string(value))


def _one(sheet: Sheet, name: str, value: Any) -> str:
    read = MAKERS[name](sheet).read(_string(value))
    if read != value:
        raise Refusal("choice", _("Choose one of the values offered."))
    return read


def _several(sheet: Sheet, name: str, value: Any) -> tuple[str, ...]:
    wanted = [_string(item) for item in _list(value, MOST.get(name, MOST_LINES))]
    read = MAKERS[name](sheet).read(wanted)
    if set(read) != set(wanted):
        strange = ", ".join(sorted(set(wanted) - set(read)))[:200]
        raise Refusal("choice", f"These are none of the values offered: {strange}")
    return read


def _list(value: Any, most: int = MOST_LINES) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal("type", "Write a list: […].")
    if len(value) > most:
        raise Refusal("too_many", _("Too many entries: %(most)s are possible.") % {"most": most})
    return value


def _amount(sheet: Sheet, name: str, value: Any) -> str:
    if value == "":
        return ""
    if not DECIMAL.fullmatch(_string(value)):
        raise Refusal("format", 'Write a decimal number as text, for example "2500000.50".')
    return MAKERS[name](sheet).read(value)


def _day(sheet: Sheet, name: str, value: Any) -> str:
    if value == "":
        return ""
    if not DAY.fullmatch(_string(value)) or MAKERS[name](sheet).read(value) != value:
        raise Refusal("format", "Write a year, a month or a day like 2027, 2027-06, 2027-06-30.")
    return value


def _people(sheet: Sheet, name: str, value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():  # JSON knows one kind of number: 12.0 is 12
        value = int(value) if abs(value) < 1e18 else value
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**18:
        raise Refusal("type", _("Write a whole number, for example 3000000."))
    return MAKERS[name](sheet).read(str(value))


def _rows(sheet: Sheet, name: str, value: Any) -> tuple[Any, ...]:
    """Indicators and links: objects with texts; figures as decimals, days as partial ISO dates."""
    table = MAKERS[name](sheet)
    rows = []
    for item in _list(value, MOST[name]):
        row = _object(item, {*table.columns, *(("headline",) if name == "indicators" else ())})
        headline = row.pop("headline", False)
        if not isinstance(headline, bool):
            raise Refusal("type", "“headline” is true or false.")
        cells = {column: _string(cell) for column, cell in row.items()}
        for column in ("baseline", "target"):
            if cells.get(column) and not DECIMAL.fullmatch(cells[column]):
                raise Refusal("format", 'Write a decimal number as text, for example "2500000.50".')
        if cells.get("by") and not DAY.fullmatch(cells["by"]):
            raise Refusal("format", "Write a year, a month or a day like 2027, 2027-06, 2027-06-30.")
        rows.append(cells | ({"headline": "on"} if headline else {}))
    return table.read(rows)


def _object(item: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Refusal("type", "Write an object: {…}.")
    if strange := sorted(set(item) - known):
        raise Refusal("unknown_name", f"There is no such field: {', '.join(strange)[:100]}")
    return dict(item)


def _organisation(sheet: Sheet, value: Any, *, own: bool = False) -> int:
    """The id of an organisation that this person may name; with `own` one that they may write for."""
    found = visible_to(sheet.person).filter(slug=_string(value)[:120]).values_list("pk", flat=True).first()
    if found is None or (own and not (writes_for(sheet.person, found) or is_secretariat(sheet.person))):
        raise Refusal("choice", "There is no organisation of this name that you may choose.")
    return found


def _lead(sheet: Sheet, name: str, value: Any) -> int | None:
    if value == "":
        return None
    pk = sheet.content.lead
    if pk is not None and Organisation.objects.filter(pk=pk, slug=_string(value)[:120]).exists():
        return pk  # it stays
    return _organisation(sheet, value, own=True)


def _partners(sheet: Sheet, name: str, value: Any) -> tuple[Any, ...]:
    rows = []
    for item in _list(value, MOST[name]):
        row = _object(item, {"organisation", "part"})
        pk = _organisation(sheet, row.get("organisation", ""))
        rows.append({"organisation": str(pk), "part": _string(row.get("part", ""))})
    field = MAKERS[name](sheet)
    field.widget.known = {int(row["organisation"]): "" for row in rows}
    return field.read(rows)


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(NAMES, _text),
    **dict.fromkeys(("language", "currency", "money_nature", "instrument"), _one),
    **dict.fromkeys(("kinds", "focus_areas", "targets", "beneficiaries", "sdgs"), _several),
    **dict.fromkeys(("start", "end", "announced"), _day),
    **dict.fromkeys(("indicators", "links"), _rows),
    "amount": _amount,
    "people_expected": _people,
    "lead": _lead,
    "partners": _partners,
}
_NOTHING = PledgeContent()
EMPTY: Mapping[str, Any] = {name: "" if name in CONTACT else getattr(_NOTHING, name) for name in NAMES}
