"""The money of a row: an amount and its currency, from one column or two, and the file's own conversion."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kept.base.money import CURRENCIES
from kept.pledges.importing import values
from kept.pledges.importing.binding import Binder, Get
from kept.pledges.importing.cells import CellError, text_of
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.results import RowResult
from kept.pledges.importing.sources import Row

_NO_CURRENCY = _("“%(text)s” is no currency. Write a code, for example USD.")
_VERBATIM = _("Amount in the source: “%(text)s”.")
_NOTE = _("Amount in the source: “%(text)s”. %(note)s")


@dataclass(frozen=True)
class _Source:
    get: Get
    currency: Get | None
    unit: str
    decimal: str
    columns: tuple[str, ...]
    otherwise: str  # the currency where none is named
    currency_column: str
    places: frozenset[int]  # where its columns stand, to see sums under merged cells


class MoneyReader:
    """Reads amount, currency and amount_usd of a row. `columns` are those that it looks at."""

    def __init__(self, mapping: Mapping, binder: Binder) -> None:
        self._sources: list[_Source] = []
        for rule in mapping.amounts:
            get = binder.one((rule.amount,), own=True)
            if get is None:
                continue
            columns = rule.amount.used
            places = frozenset(p for c in columns if (p := binder.source.place(c)) is not None)
            decimal = rule.amount.decimal or mapping.decimal
            currency = binder.one(rule.currency)
            column = next((c for one in rule.currency for c in one.used), "")
            self._sources.append(_Source(get, currency, rule.unit, decimal, columns, rule.otherwise, column, places))
        converted = mapping.fields.get("amount_usd", ())
        self._converted = binder.one(converted, own=True)
        self._decimal = next((rule.decimal for rule in converted if rule.decimal), mapping.decimal)
        used = [*(c for s in self._sources for c in s.columns), *(c for rule in converted for c in rule.used)]
        self.columns = tuple(dict.fromkeys(used))
        self.reads = bool(self._sources) or self._converted is not None

    def read(self, row: Row, out: RowResult) -> None:
        for source in self._sources:
            if row.filled and source.places & row.filled:
                out.remarks.append(
                    _now("The amount stands beside several rows; it was counted in the first of them alone.")
                )
            cell = source.get(row)
            if cell != "":
                self._take(source, cell, row, out)
                break
        if self._converted is not None:
            self._take_converted(row, out)

    def _take(self, source: _Source, cell: object, row: Row, out: RowResult) -> None:
        unit = source.unit
        if source.currency is not None:
            said = text_of(source.currency(row))
            if len(said) == 3 and said.isascii() and said.isupper() and said not in CURRENCIES:
                error = CellError("unknown_currency", _NO_CURRENCY, text=said)
                error.column = source.currency_column
                raise error
            unit = said or unit
        try:
            found = values.amount(cell, decimal=source.decimal, unit=unit)
        except CellError as error:
            error.column = source.columns[0] if source.columns else ""
            raise
        if not found.amount:
            out.remarks.append(_now("An amount of zero was read as no amount."))
            return
        if not found.currency and not unit:
            found = found._replace(currency=source.otherwise)
        if not found.currency:
            if unit:
                raise CellError("unknown_currency", _NO_CURRENCY, text=unit)
            raise CellError("no_currency", _("The amount has no currency. Write a code beside it, for example USD."))
        out.values["amount"], out.values["currency"] = found.amount, found.currency
        if found.text:
            out.note(_NOTE if found.note else _VERBATIM, text=found.text, note=found.note)

    def _take_converted(self, row: Row, out: RowResult) -> None:
        """The file's own figure in US dollars; it is the amount itself where the file has no other."""
        cell = self._converted(row) if self._converted else ""
        if cell == "":
            return
        found = values.amount(cell, decimal=self._decimal, unit="USD")
        if not found.amount:
            return
        out.values["amount_usd"] = found.amount
        if "amount" not in out.values:
            out.values["amount"], out.values["currency"] = found.amount, "USD"
