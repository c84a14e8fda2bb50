"""Files without a mapping: columns recognised by what offices call them, in six languages, and our own export's.

What is not recognised is named, for a person to decide. Which of 03/04 is the month, and whether a comma groups or
divides, is taken from the column itself where some row of it leaves no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from kept.base.money import CURRENCIES, AmountError, parse_amount
from kept.pledges.importing.cells import Cell, tidy, western_digits
from kept.pledges.importing.headers import plain
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import load_mapping, read
from kept.pledges.importing.sources import Source
from kept.pledges.importing.words import meanings

# What a column can be mapped to by hand, in the order of the form, with its words for people.
ASSIGNABLE: dict[str, Any] = {
    "id": _("number or code of the row"),
    "title": _("title"),
    "summary": _("summary"),
    "description": _("description"),
    "language": _("language"),
    "lead.name": _("organisation that makes the pledge"),
    "lead.type": _("kind of organisation"),
    "lead.country": _("country of the organisation"),
    "lead.website": _("web site of the organisation"),
    "lead.abbreviation": _("abbreviation of the organisation"),
    "partners.name": _("partners"),
    "focus_areas": _("focus areas"),
    "kinds": _("kinds of contribution"),
    "beneficiaries": _("beneficiaries"),
    "targets": _("countries, regions and groups"),
    "sdgs": _("Sustainable Development Goals"),
    "amount": _("amount"),
    "currency": _("currency"),
    "amount_usd": _("amount in US dollars, as converted by the file"),
    "money_nature": _("what the money is: new, existing, in kind, to be raised"),
    "instrument": _("grant, loan or own investment"),
    "source_stage": _("stage of the money in the file"),
    "people_expected": _("people expected to benefit"),
    "start": _("start"),
    "end": _("end"),
    "period": _("start and end in one cell"),
    "announced": _("date of announcement"),
    "occasion": _("occasion of announcement"),
    "published": _("date of first publication"),
    "links.url": _("links"),
    "indicators.name": _("indicator: name"),
    "indicators.unit": _("indicator: unit"),
    "indicators.baseline": _("indicator: baseline"),
    "indicators.target": _("indicator: target"),
    "source_name": _("name of the source"),
    "source_url": _("web address of the source"),
}
# Columns by which our own export is known: the mapping `kept` reads it.
_OWN = {"reference", "title", "kinds", "focus_areas", "countries", "amount_usd", "announced", "published", "url"}
_DATES = ("start", "end", "period", "announced", "published")
_MANY = ("targets", "partners.name", "focus_areas", "kinds", "beneficiaries", "sdgs", "links.url")


@dataclass(frozen=True)
class Guess:
    """A guessed mapping (None where it lacks who pledges, or what): {column: field}, and columns nobody knows."""

    name: str
    mapping: Mapping | None
    recognised: dict[str, str]
    unrecognised: list[str]
    options: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # "title", "lead.name"

    def needed(self) -> Mapping:
        """The mapping. Raises MappingError, with the columns that were not recognised, where there is none."""
        if self.mapping is not None:
            return self.mapping
        what = ", ".join(str(ASSIGNABLE[target]) for target in self.missing)
        faults = [_now("No column was recognised as: %(what)s.") % {"what": what}]
        if self.unrecognised:
            faults.append(
                _now("Columns that were not recognised: %(names)s.") % {"names": ", ".join(self.unrecognised)}
            )
        faults.append(_now("Write a mapping, or name the columns as docs/importing.md does."))
        raise MappingError(self.name, faults)


@lru_cache(maxsize=8192)
def field_of(column: str) -> str | None:
    """The field that a column's name stands for, "" for a column that is known and not imported, None if unknown."""
    known = meanings("columns")
    text = plain(column)
    if text in known:
        return known[text]
    bare = plain(re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[*:†]+$", " ", column))
    if bare in known:
        found = known[bare]
        inside = plain(" ".join(re.findall(r"[(\[]([^()\[\]]*)[)\]]", column)))
        return "amount_usd" if found == "amount" and inside == "converted usd" else found
    match = re.fullmatch(r"(.+?) (?:in |en |بال)?([a-z]{3}(?: [a-z]{1,10})?)", text)
    if match and _unit(match[2]) and known.get(match[1]) == "amount":
        return "amount"
    if len(bare) > 5:
        near = process.extractOne(bare, [k for k in known if len(k) > 4], scorer=fuzz.ratio, score_cutoff=91)
        if near:
            return known[near[0]]
    numbered = re.fullmatch(r"(\D+?) ?\d{1,2}", bare)
    if numbered and known.get(numbered[1]) in _MANY:
        return known[numbered[1]]
    return None


def is_known(column: str) -> bool:
    """Whether a cell could be the name of a column of pledges."""
    return field_of(column) is not None


def _unit(text: str) -> str:
    """ "USD million" where the words in a column's name are a currency, with or without a size."""
    words = text.replace(",", " ").split()
    code = next((w.upper() for w in words if w.upper() in CURRENCIES), "")
    rest = [w for w in words if w.upper() != code]
    if not code or len(rest) > 1:
        return ""
    if not rest:
        return code
    try:
        parse_amount(f"1 {rest[0]}", decimal=".", currency=code)
    except AmountError:
        return ""
    return f"{code} {rest[0]}"


def guess_mapping(columns: Sequence[str] | Source, sample: Iterable[Sequence[Cell]] = (), *, name: str = "") -> Guess:
    """What the columns of a file are, by their names; `sample` are some of its rows, as lists of cells.

    `name` becomes the mapping's source, within which ids know rows again. An opened file brings all three itself:
    two lists that both begin with number 1 are two lists, as long as their files are called differently.
    """
    parts: dict[str, list[str]] = {}  # of names that are written in two rows: "Money" above, "Amount" below
    if isinstance(columns, Source):
        source, columns = columns, columns.columns
        for part, place in source.aliases.items():
            parts.setdefault(columns[place], []).insert(0, part)
        sample, name = cells_of(source), name or Path(source.name).stem[:100]
    name = name or "recognised"
    if set(columns) >= _OWN:
        own = load_mapping("kept")
        return Guess(name, own, {c: c for c in columns}, [])
    recognised: dict[str, str] = {}
    unrecognised: list[str] = []
    taken: set[str] = set()
    for column in columns:
        found = field_of(column)
        if found is None:
            found = next(filter(None, map(field_of, parts.get(column, ()))), None)
        if found is None or (found in taken and found not in _MANY):
            unrecognised.append(column)
        elif found:
            taken.add(found)
            recognised[column] = found
    recognised, swapped = _in_dollars(recognised)
    rows = [dict(zip(columns, row, strict=False)) for row in sample]
    options = _options(recognised, rows)
    mapping, missing = None, [f for f in ("title", "lead.name") if f not in recognised.values()]
    if "title" in missing and {"summary", "description"} & set(recognised.values()):
        missing.remove("title")
    if not missing:
        mapping = mapping_from_columns(recognised, name=name, **options)
    return Guess(name, mapping, recognised, unrecognised + swapped, options, missing)


def _in_dollars(recognised: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """A file's only amount may be called "Amount in USD": then it is the amount, and nothing was converted."""
    if "amount_usd" in recognised.values() and "amount" not in recognised.values():
        changed = {c: "amount" if f == "amount_usd" else f for c, f in recognised.items()}
        return changed, []
    return recognised, []


def mapping_from_columns(assigned: MappingType[str, str], *, name: str = "by hand", **options: Any) -> Mapping:
    """A mapping from {column: field of ASSIGNABLE}, as the desk's page makes it. `options`: dates, decimal, separator,
    language, label, file (its layout); create (fields whose unknown terms are made), currency (of amounts that name
    none), lead (who pledges, where no column says it).

    Raises MappingError where it lacks who pledges, or what.
    """
    by_field: dict[str, list[str]] = {}
    for column, target in assigned.items():
        if target:
            by_field.setdefault(target, []).append(column)
    create, currency, lead = options.pop("create", ()), options.pop("currency", ""), options.pop("lead", "")
    data: dict[str, Any] = {"source": name, **{k: v for k, v in options.items() if v not in ("", None)}}
    fields: dict[str, Any] = {}
    for target, columns in by_field.items():
        if target in _SIMPLE:
            fields[target] = _rule(target, columns, create)
    if "period" in by_field:
        fields.setdefault("start", by_field["period"][0])
        fields.setdefault("end", by_field["period"][0])
    data["fields"] = fields
    for group in ("lead", "partners", "indicators", "links"):
        inside = {t.partition(".")[2]: _rule(t, c, create) for t, c in by_field.items() if t.startswith(f"{group}.")}
        if inside and ("name" in inside or "url" in inside):
            data[group] = inside if group in ("lead", "partners") else [inside]
    if lead and "lead" not in data:
        inside = {t.partition(".")[2]: _rule(t, c, create) for t, c in by_field.items() if t.startswith("lead.")}
        data["lead"] = {"name": {"always": lead}, **inside}
    ids = [*by_field.get("id", ()), *by_field.get("reference", ())]
    if ids:
        data["id"] = {"columns": ids}
    if "amount" in by_field:
        data["amount"] = [_amount(column, by_field.get("currency", []), currency) for column in by_field["amount"]]
    return read(data, name=name)


_SIMPLE = frozenset(t for t in ASSIGNABLE if "." not in t) - {"id", "amount", "currency", "period"}


def _rule(target: str, columns: list[str], create: Iterable[str]) -> Any:
    rule: dict[str, Any] = {"column": columns[0]} if len(columns) == 1 else {"join": columns}
    if target in ("title", "summary"):
        rule["shorten"] = True
    if target in create:
        rule["create"] = True
    if target == "sdgs":
        rule["separator"] = [";", "|"]
    if target == "lead.name":
        rule["separator"] = [";"]
    return rule if len(rule) > 1 or "join" in rule else columns[0]


def _amount(column: str, currency: list[str], otherwise: str) -> dict[str, Any]:
    """An amount, with the currency in another column or in the column's own name: "Budget (EUR million)"."""
    made: dict[str, Any] = {"column": column}
    inside = " ".join(re.findall(r"[(\[]([^()\[\]]*)[)\]]", column)) or " ".join(plain(column).split()[-2:])
    unit = _unit(inside) or _unit(plain(column).split()[-1]) or ("USD" if field_of(column) == "amount_usd" else "")
    if unit:
        made["in"] = unit
    if otherwise:
        made["otherwise"] = otherwise
    if currency:
        made["currency"] = {"columns": currency}
    return made


# --- what the rows themselves say ---------------------------------------------------------------------


def _options(recognised: MappingType[str, str], rows: Sequence[MappingType[str, Cell]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    dates = _order([_texts(rows, column) for column, target in recognised.items() if target in _DATES])
    if dates:
        found["dates"] = dates
    decimal = _decimal([_texts(rows, c) for c, target in recognised.items() if target in ("amount", "amount_usd")])
    if decimal:
        found["decimal"] = decimal
    return found


def _texts(rows: Sequence[MappingType[str, Cell]], column: str) -> list[str]:
    cells = (tidy(row.get(column)) for row in rows)
    return [western_digits(cell) for cell in cells if isinstance(cell, str) and cell]


def _order(columns: list[list[str]]) -> str:
    """Which comes first, where every date that leaves no doubt agrees; "" otherwise."""
    first = second = False
    for text in (t for texts in columns for t in texts):
        parts = re.match(r"(\d{1,2})[/\-](\d{1,2})[/\-]\d{2,4}", text)
        if parts:
            first = first or int(parts[1]) > 12
            second = second or int(parts[2]) > 12
    return "" if first == second else "day first" if first else "month first"


def _decimal(columns: list[list[str]]) -> str:
    """The decimal mark, where all amounts that leave no doubt agree; "" otherwise."""
    comma = point = False
    for text in (t for texts in columns for t in texts):
        comma = comma or bool(re.search(r"\d,\d{1,2}(?!\d)", text)) or bool(re.search(r"\d\.\d{3}[.,]\d", text))
        point = point or bool(re.search(r"\d\.\d{1,2}(?!\d)", text)) or bool(re.search(r"\d,\d{3}[.,]\d", text))
    return "" if comma == point else "," if comma else "."


def cells_of(source: Source) -> list[list[Cell]]:
    """Some of the first rows of a source as lists of cells, for `guess_mapping`."""
    getters = [source.getter(column) for column in source.columns]
    found: list[list[Cell]] = []
    for row in source.sample:
        if isinstance(row.cells, list):
            row.cells += [""] * (len(source.columns) - len(row.cells))
        found.append([getter(row) if getter else "" for getter in getters])
    return found


__all__ = ["ASSIGNABLE", "Guess", "cells_of", "field_of", "guess_mapping", "is_known", "mapping_from_columns"]
