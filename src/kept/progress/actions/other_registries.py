"""Lists of other registries: read from a table, kept as they were read last, looked through for money that stands here too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kept.base import entered, history, money, rates
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.naming import normalise
from kept.pledges import reading
from kept.pledges.importing.readers import Layout, UnusableFile, open_source
from kept.pledges.reading import Unreadable
from kept.progress.actions.same_money import look_in_list
from kept.progress.models import OtherEntry, OtherRegistry
from kept.progress.permissions import may_import_other_lists

MOST_ROWS = 50_000
# Columns: their names, in every language of the interface, and what else they are called in such lists.
COLUMNS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("organisation", gettext_lazy("Organisation"), ("organization", "entity", "donor", "pledger", "lead", "name of organisation")),
    ("title", gettext_lazy("Title"), ("pledge", "commitment", "name", "pledge title")),
    ("amount", gettext_lazy("Amount"), ("value", "sum")),
    ("currency", gettext_lazy("Currency"), ("currency code",)),
    ("year", gettext_lazy("Year"), ("year of the pledge", "date")),
    ("url", gettext_lazy("Address"), ("link", "website", "web address", "page")),
    ("id", gettext_lazy("Number"), ("reference", "ref", "pledge id", "identifier")),
)  # fmt: skip
NEEDED = ("organisation", "title")
YEAR = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that was refused: its row in the file, the column's name, what stood there, why."""

    row: int
    column: str
    value: str
    reason: str


@dataclass
class Imported:
    """`taken` entries are in the list now; `flagged` pledges are new to be decided about."""

    registry: OtherRegistry | None = None
    taken: int = 0
    flagged: int = 0
    wrong: list[Wrong] = field(default_factory=list)


def import_list(
    name: str, url: str, path: Path, filename: str, *, by: Any, at: datetime, language: str = "en"
) -> Imported:
    """Read another registry's list: it takes the place of the one of this name. Rows with a refused cell stay outside.

    Raises NotAllowed, Refused (no name, or nothing that can be read), UnusableFile.
    """
    if not may_import_other_lists(by):
        raise NotAllowed(_("You may not do this."))
    name = " ".join(name.split())[:200]
    if not name:
        raise Refused(_("Say which registry the list is of."))
    result = Imported()
    rows = {row.reference: row for row in _read(path, filename, language, result.wrong)}
    if not rows:
        raise Refused(_("No row of this file can be read. It needs the columns organisation and title, and an amount."))
    with transaction.atomic():
        OtherRegistry.objects.get_or_create(name=name)
        registry = OtherRegistry.objects.select_for_update().get(name=name)  # two who read its list follow each other
        registry.url, registry.imported_at, registry.imported_by = _web(url), at, by
        registry.save()
        registry.entries.all().delete()
        for row in rows.values():
            row.registry = registry
        OtherEntry.objects.bulk_create(rows.values(), batch_size=500)
        data = {"name": name, "entries": len(rows), "refused": len({cell.row for cell in result.wrong})}
        history.record("other_registry", registry.pk, "import", by=by, at=at, data=data)
        result.flagged = look_in_list(name, at=at)
    result.registry, result.taken = registry, len(rows)
    return result


@cache
def _keys() -> dict[str, str]:
    """{what a column may be called: its key}."""
    found = {key: key for key, _label, _more in COLUMNS} | {word: key for key, _l, more in COLUMNS for word in more}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(label).casefold().strip(): key for key, label, _more in COLUMNS}
    return found


class _Expected:
    """What the reader of files has to know of such a list: its head is its first row."""

    layout = Layout(header_row=1)

    @staticmethod
    def expects(name: str) -> bool:
        return name.casefold().strip() in _keys()


def _label(key: str) -> str:
    return str(next(label for known, label, _more in COLUMNS if known == key))


def _text(cell: Any) -> str:
    return cell.isoformat()[:10] if isinstance(cell, date) else "" if cell is None else str(cell).strip()


def _read(path: Path, filename: str, language: str, wrong: list[Wrong]) -> Iterator[OtherEntry]:
    source = open_source(path, _Expected, name=filename)  # type: ignore[arg-type]
    columns = {index: _keys().get(str(name).casefold().strip(), "") for index, name in enumerate(source.columns)}
    if lacking := [_label(key) for key in NEEDED if key not in columns.values()]:
        raise UnusableFile(_("There is no column “%(name)s”.") % {"name": lacking[0]})
    for count, row in enumerate(source.rows()):
        if count >= MOST_ROWS:
            raise UnusableFile(_("There are too many rows."))
        cells = {columns[i]: cell for i, cell in enumerate(row.cells) if columns.get(i)}
        if any(_text(cell) for cell in cells.values()):
            found = _entry(row.number, cells, language, wrong)
            if found is not None:
                yield found


def _entry(number: int, cells: Mapping[str, Any], language: str, wrong: list[Wrong]) -> OtherEntry | None:
    """One row; None where a cell of it was refused."""
    before = len(wrong)

    def refuse(key: str, reason: Any) -> None:
        wrong.append(Wrong(number, _label(key), _text(cells.get(key))[:200], str(reason)))

    texts = {key: reading.clean(_text(cells.get(key)))[:300] for key in ("organisation", "title", "id")}
    for key in NEEDED:
        if not texts[key]:
            refuse(key, _("This is empty."))
    amount, currency = _amount(cells, language, refuse)
    year = YEAR.search(_text(cells.get("year")))
    if _text(cells.get("year")) and year is None:
        refuse("year", _("Write a year, for example 2025."))
    web = _web(_text(cells.get("url")))
    if _text(cells.get("url")) and not web:
        refuse("url", _("Write a web address that begins with https://"))
    if len(wrong) > before:
        return None
    of_year = int(year[0]) if year else None
    usd = rates.convert(amount, currency, year=of_year, extra=entered.rate).amount_usd if amount and of_year else None
    if amount is not None and currency == "USD":
        usd = amount
    sign = hashlib.sha256("\n".join((texts["organisation"], texts["title"], str(of_year))).encode()).hexdigest()[:16]
    return OtherEntry(
        reference=(texts["id"] or web or sign)[:200], organisation=texts["organisation"],
        normalised=normalise(texts["organisation"]), title=texts["title"], amount=amount, currency=currency,
        year=of_year, usd_cents=None if usd is None else int(usd * 100), url=web,
    )  # fmt: skip


def _amount(cells: Mapping[str, Any], language: str, refuse: Any) -> tuple[Decimal | None, str]:
    currency = _text(cells.get("currency")).upper()
    if currency and not money.is_currency(currency):
        refuse("currency", _("This is no currency. Write three letters, for example EUR."))
        return None, ""
    cell = cells.get("amount")
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        amount: Decimal | None = Decimal(str(cell))
    else:
        try:
            read = reading.read_amount(_text(cell), language, currency)
        except Unreadable as error:
            refuse("amount", error.message)
            return None, ""
        amount, currency = (read.amount, read.currency or currency) if read else (None, currency)
    if amount is not None and not currency:
        refuse("currency", _("There is an amount, and no currency."))
    if amount is not None and not 0 < amount < 10**18:
        refuse("amount", _("Write an amount above zero."))
    return amount, currency


def _web(text: str) -> str:
    try:
        return reading.read_web(text)[:500]
    except Unreadable:
        return ""
