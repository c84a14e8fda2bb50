"""The columns of tables that leave the registry, and what each means: the data dictionary is made of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Kind = Literal["text", "list", "decimal", "whole", "day", "address"]
Record = dict[str, Any]
SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    """One column: its name in every file, what it holds, how it is taken from a record of `rows.py`."""

    name: str
    meaning: Promise
    take: Callable[[Record], Any]
    kind: Kind = "text"


def _field(name: str) -> Callable[[Record], Any]:
    return lambda record: record[name]


def _lead(name: str) -> Callable[[Record], Any]:
    return lambda record: record["lead"][name]


def _source(name: str) -> Callable[[Record], Any]:
    return lambda record: (record["source"] or {}).get(name)


def _joined(values: list[str]) -> str:
    """Several values of one cell. A value that holds the separator itself gives it up."""
    return SEPARATOR.join(str(value).replace(SEPARATOR, ",") for value in values)


def _list(name: str) -> Callable[[Record], str]:
    return lambda record: _joined(record[name])


def _partners(record: Record) -> str:
    return _joined([partner["name"] for partner in record["partners"]])


def _indicators(record: Record) -> str:
    parts = ("name", "unit", "baseline", "target", "by")
    return _joined([" | ".join(i.get(k, "").replace("|", ",") for k in parts) for i in record["indicators"]])


COLUMNS: tuple[Column, ...] = (
    Column("reference", _("The pledge's number, given at publication, for ever."), _field("reference")),
    Column("source_id", _("The id in the source, where the pledge came from one."), _source("id")),
    Column("title", _("What is promised, in one sentence, in the language of the pledge."), _field("title")),
    Column("summary", _("The promise in a few sentences."), _field("summary")),
    Column("description", _("The promise in full."), _field("description")),
    Column("lead", _("The organisation that promises."), _lead("name")),
    Column("partners", _("Organisations that take part."), _partners, "list"),
    Column("entity_type", _("What kind of organisation the lead is."), _field("entity_type")),
    Column("origin", _("The country where the lead sits (ISO 3166-1 alpha-3)."), _lead("country")),
    Column("kinds", _("Kinds of contribution."), _list("kinds"), "list"),
    Column("focus_areas", _("Focus areas."), _list("focus_areas"), "list"),
    Column("beneficiaries", _("For whom."), _list("beneficiaries"), "list"),
    Column(
        "targets",
        _("Where it acts, as the pledge says it: countries, regions, groups, or world."),
        _list("targets"), "list",
    ),
    Column(
        "countries",
        _("Where it acts, regions and groups expanded to countries as of the pledge's day (ISO 3166-1 alpha-3)."),
        _list("countries"), "list",
    ),
    Column("sdgs", _("Sustainable Development Goals and their targets."), _list("sdgs"), "list"),
    Column(
        "amount",
        _("The amount that is promised, in its currency. Empty where the pledge names none."),
        _field("amount"), "decimal",
    ),
    Column("currency", _("The currency of the amount (ISO 4217)."), _field("currency")),
    Column(
        "amount_usd",
        _("The amount in US dollars at the rate of the pledge's day. Empty where there is no amount or no rate."),
        _field("amount_usd"), "decimal",
    ),
    Column("rate", _("US dollars for one unit of the currency."), _field("rate"), "decimal"),
    Column("rate_day", _("The day of the rate."), _field("rate_day"), "day"),
    Column(
        "rate_kind",
        _("Whose rate it is: ecb, euro_fixed, entered, year_average, file (the source's own figure), none."),
        _field("rate_kind"),
    ),
    Column("money_nature", _("What the amount is: new, existing, in_kind, to_be_raised."), _field("money_nature")),
    Column("instrument", _("The form of the money: grant, loan, own_investment."), _field("instrument")),
    Column("people_expected", _("People expected to benefit."), _field("people_expected"), "whole"),
    Column("start", _("When it begins: a year, a month or a day."), _field("start")),
    Column("end", _("When it is due: a year, a month or a day."), _field("end")),
    Column(
        "indicators",
        _("What is measured: name, unit, value before, target, by when, separated by bars."),
        _indicators, "list",
    ),
    Column("occasion", _("Where it was announced."), _field("occasion")),
    Column("language", _("The language of the pledge (BCP 47)."), _field("language")),
    Column("status", _("published, withdrawn (taken back) or superseded (replaced)."), _field("status")),
    Column(
        "standing",
        _("How it stands, by the published table: not_started, on_track, late, kept, kept_late, partly_kept, not_kept, "
          "given_up, unjudged."),
        _field("standing"),
    ),
    Column(
        "said",
        _("What its owner says: not_started, on_track, delayed, at_risk, completed, discontinued. Empty: nothing yet."),
        _field("said"),
    ),
    Column(
        "level",
        _("What supports the headline figure: self_reported, documented, verified. Empty: no report yet."),
        _field("level"),
    ),
    Column(
        "reporting",
        _("Whether its owner answers: not_yet_due, current, due, overdue, silent, unreachable, closed."),
        _field("reporting"),
    ),
    Column("announced", _("When it was announced: a year, a month or a day."), _field("announced")),
    Column("published", _("The day of publication (UTC)."), lambda record: record["published"][:10], "day"),
    Column("revision", _("The number of the text: 1 is the first wording."), _field("revision"), "whole"),
    Column("source", _("Where the pledge was reported, if it did not come from its owner."), _source("name")),
    Column("source_url", _("The address of the source."), _source("url"), "address"),
    Column(
        "source_stage",
        _("What the source calls the stage of the money. Counted as announced all the same."),
        _field("source_stage"),
    ),
    Column("sha256", _("The SHA-256 of the public document in the log."), _field("sha256")),
    Column("url", _("The pledge's page."), _field("url"), "address"),
)  # fmt: skip


def cells(record: Record) -> list[Any]:
    """The cells of one row as text; empty where there is nothing."""
    values = (column.take(record) for column in COLUMNS)
    return ["" if value is None else str(value) for value in values]


def typed_cells(record: Record) -> list[Any]:
    """The cells of one row for a spreadsheet: numbers as numbers."""
    row: list[Any] = []
    for column in COLUMNS:
        value = column.take(record)
        if value in (None, ""):
            row.append(None)
        elif column.kind == "decimal":
            row.append(Decimal(value))
        elif column.kind == "whole":
            row.append(int(value))
        else:
            row.append(str(value))
    return row
