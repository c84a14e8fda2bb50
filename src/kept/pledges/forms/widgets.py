"""Controls of the form that hold lines: indicators, links, partners. They work without a script, by named buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language

from kept.base import formats

MOST_ROWS = 60  # that are looked at in what is sent


@dataclass(frozen=True)
class Column:
    """One cell of a line: its name, label, and how wide it is ("", "s")."""

    name: str
    label: Any
    size: str = ""
    kind: str = "text"  # the input's type
    help: Any = ""


class Rows(forms.Widget):
    """Lines of cells: `name-0-column`. One empty line more than there are, where asked for (`extra`)."""

    use_fieldset = True
    template_name = "pledges/widgets/rows.html"

    def __init__(self, columns: tuple[Column, ...], *, one: Any, add: Any, flag: Any = "") -> None:
        super().__init__()
        self.columns, self.one, self.add, self.flag = columns, one, add, flag
        self.extra = 0
        self.errors: Mapping[tuple[int, str], str] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)")
        rows: dict[int, dict[str, str]] = {}
        for key in data:
            found = pattern.fullmatch(key)
            if found and (len(rows) < MOST_ROWS or int(found[1]) in rows):
                rows.setdefault(int(found[1]), {})[found[2]] = data.get(key) or ""
        chosen = data.get(f"{name}-headline", "")
        for number, row in rows.items():
            row.pop("headline", None)
            if chosen == str(number):
                row["headline"] = "on"
        gone = data.get("remove", "")  # the button of a line that takes it away
        return [rows[number] for number in sorted(rows) if gone != f"{name}-{number}"]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def flat(self, name: str, rows: Any) -> dict[str, list[str]]:
        """The lines as a form sends them."""
        sent: dict[str, list[str]] = {}
        for number, row in enumerate(rows or ()):
            for column, text in row.items():
                if column == "headline":
                    sent[f"{name}-headline"] = [str(number)]
                else:
                    sent[f"{name}-{number}-{column}"] = [text]
        return sent

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = list(value or ())
        rows += [{}] * (self.extra if rows else max(self.extra, 1))
        context["widget"] |= {
            "rows": [self._row(name, number, row) for number, row in enumerate(rows)],
            "blank": self._row(name, None, {}),
            "one": self.one,
            "add": self.add,
            "flag": self.flag if len(self.columns) > 2 else "",
            "several": len(rows) > 1,
        }
        return context

    def _row(self, name: str, number: int | None, row: Mapping[str, str]) -> dict[str, Any]:
        key = "N" if number is None else str(number)
        cells = [
            {
                "name": f"{name}-{key}-{column.name}",
                "id": f"id_{name}-{key}-{column.name}",
                "label": column.label,
                "help": column.help,
                "size": column.size,
                "type": column.kind,
                "value": row.get(column.name, ""),
                "error": self.errors.get((number, column.name), "") if number is not None else "",
            }
            for column in self.columns
        ]
        shown = "{n}" if number is None else formats.digits(str(number + 1), get_language() or "en")
        heading = str(self.one) % {"number": shown}
        return {"key": key, "heading": heading, "cells": cells, "flagged": bool(row.get("headline"))}

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return ""


class OrganisationRows(Rows):
    """Organisations that were chosen, each with its part. `known`: {id: name} of those that may be named."""

    template_name = "pledges/widgets/partners.html"

    def __init__(
        self, columns: tuple[Column, ...], *, one: Any, known: Mapping[int, str], states: Mapping[int, Any]
    ) -> None:
        super().__init__(columns, one=one, add="")
        self.known, self.states = known, states

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = []
        for number, row in enumerate(value or ()):
            key = row.get("organisation", "")
            if key.isdecimal() and int(key) in self.known:
                shown = self._row(name, number, row)
                rows.append(
                    shown | {"organisation": key, "title": self.known[int(key)], "state": self.states.get(int(key), "")}
                )
        context["widget"]["rows"] = rows
        return context
