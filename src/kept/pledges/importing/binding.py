"""A mapping's rules bound to the columns of one file: functions from a row to a cell, made once, run for every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingType
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.pledges.importing.cells import Cell, CellError, read_bool, split, text_of, tidy, tidy_text
from kept.pledges.importing.headers import plain
from kept.pledges.importing.mapping import Rule, Rules, placeholders
from kept.pledges.importing.sources import Row, Source

Get = Callable[[Row], Cell]
GetMany = Callable[[Row], list[str]]
Test = Callable[[Row], bool]

SEPARATORS = (";", "|")


class Binder:
    """Makes getters for one source, and remembers which columns of the mapping it does not have."""

    def __init__(
        self, source: Source, separators: Sequence[str] | None = None, empty: frozenset[str] = frozenset()
    ) -> None:
        self.source = source
        self.empty = empty
        self.separators = tuple(SEPARATORS if separators is None else separators)
        self.missing: dict[str, None] = {}
        self.used: dict[str, None] = {}
        self._own = False

    # --- one value -----------------------------------------------------------------------------------

    def one(self, rules: Rules, *, own: bool = False) -> Get | None:
        """The first alternative that says something, or None where no alternative has its columns.

        With `own`, a cell that only has the value of the merged cell above it counts as empty: a sum that stands
        beside three rows is one sum.
        """
        self._own = own
        gets = [get for rule in rules if (get := self._one(rule)) is not None]
        self._own = False
        if len(gets) < 2:
            return gets[0] if gets else None

        def first(row: Row) -> Cell:
            for get in gets:
                cell = get(row)
                if cell != "":
                    return cell
            return ""

        return first

    def _one(self, rule: Rule) -> Get | None:
        get = self._raw(rule)
        if get is None:
            return None
        if rule.values is not None:
            get = _mapped(get, _value_map(rule.values), rule.otherwise)
        return self._where(rule, get)

    def _where(self, rule: Rule, get: Get) -> Get:
        test = self.test(rule.when)
        if test is None:
            return get
        return lambda row: get(row) if test(row) else ""

    def test(self, when: MappingType[str, tuple[str, ...]], *, without: bool = False) -> Test | None:
        """A function that says whether a row meets conditions; None for no conditions.

        `without` is what is said of a column that the file does not have.
        """
        if not when:
            return None
        gets = [(self.column(column), frozenset(wanted)) for column, wanted in when.items()]

        def met(row: Row) -> bool:
            return all(without if get is None else _plain(text_of(get(row))) in wanted for get, wanted in gets)

        return met

    # --- several values ------------------------------------------------------------------------------

    def many(self, rules: Rules) -> GetMany | None:
        """All values in a cell, in their order; a place that one alternative leaves empty is the next one's."""
        gets = [get for rule in rules if (get := self._many(rule)) is not None]
        if len(gets) < 2:
            return gets[0] if gets else None

        def merged(row: Row) -> list[str]:
            best: list[str] = []
            for get in gets:
                found = get(row)
                if not any(best):
                    best = found
                elif len(found) == len(best):
                    best = [a or b for a, b in zip(best, found, strict=True)]
                if best and all(best):
                    break
            return best

        return merged

    def _many(self, rule: Rule) -> GetMany | None:
        marks = self.separators if rule.separators is None else rule.separators
        if rule.ticked:
            get_many: GetMany | None = self._ticked(rule)
        elif rule.join:
            gets = [get for name in rule.join if (get := self.column(name)) is not None]
            get_many = (lambda row: [t for get in gets for t in split(get(row), marks)]) if gets else None
        else:
            get = self._raw(rule)
            get_many = None if get is None else (lambda row: split(get(row), marks))
        if get_many is None:
            return None
        if self.empty:
            get_many = _emptied(get_many, self.empty)
        if rule.values is not None:
            get_many = _mapped_many(get_many, _value_map(rule.values), rule.otherwise)
        test = self.test(rule.when)
        if test is None:
            return get_many
        inner = get_many
        return lambda row: inner(row) if test(row) else []

    def _ticked(self, rule: Rule) -> GetMany | None:
        """Columns with a cross: each that says yes gives its value."""
        gets = [(get, value) for name, value in rule.ticked.items() if (get := self.column(name)) is not None]
        if not gets:
            return None
        return lambda row: [value for get, value in gets if _is_ticked(get(row))]

    # --- cells ---------------------------------------------------------------------------------------

    def column(self, name: str) -> Get | None:
        """A getter of a column's tidy cell; None, and remembered, where the file has no such column."""
        get = self.source.getter(name)
        if get is None:
            self.missing[name] = None
            return None
        self.used[name] = None
        index = self.source.place(name)
        if self._own and index is not None and self.source.kind != "csv":
            whole, get = get, lambda row: "" if index in row.filled else whole(row)
        if self.empty:
            return self._without_empty(get)
        if self.source.kind == "csv" and index is not None:
            return lambda row: tidy_text(row.cells[index])
        return lambda row: tidy(get(row))

    def _without_empty(self, get: Get) -> Get:
        """The cell, unless it is one of the words that stand for nothing in this file."""
        empty = self.empty

        def read(row: Row) -> Cell:
            cell = tidy(get(row))
            return "" if type(cell) is str and cell in empty else cell

        return read

    def _raw(self, rule: Rule) -> Get | None:
        if rule.always is not None:
            always = rule.always
            return lambda row: always
        if rule.column:
            return self.column(rule.column)
        if rule.columns:
            return self.one(tuple(Rule(column=name) for name in rule.columns), own=self._own)
        if rule.join:
            return self._joined(rule.join, rule.with_)
        if rule.lines:
            return self._lines(rule.lines)
        if rule.text:
            return self._sentence(rule.text)
        return None

    def _joined(self, names: Sequence[str], between: str) -> Get | None:
        gets = [get for name in names if (get := self.column(name)) is not None]
        if not gets:
            return None
        return lambda row: between.join(filter(None, (text_of(get(row)) for get in gets)))

    def _lines(self, lines: MappingType[str, str]) -> Get | None:
        gets = [(label, get) for label, name in lines.items() if (get := self.column(name)) is not None]
        if not gets:
            return None

        def written(row: Row) -> str:
            found = [(label, text_of(get(row))) for label, get in gets]
            return "\n".join(f"{label}: {text}" for label, text in found if text)

        return written

    def _sentence(self, text: str) -> Get | None:
        """Text with columns in it; nothing where one of them is empty."""
        parts = [(before, self.column(name) if name else None, name) for before, name in placeholders(text)]
        if any(get is None and name for _before, get, name in parts):
            return None

        def written(row: Row) -> str:
            said = [before if get is None else (before, text_of(get(row))) for before, get, _name in parts]
            if any(isinstance(s, tuple) and not s[1] for s in said):
                return ""
            return "".join(s if isinstance(s, str) else "".join(s) for s in said)

        return written


def _value_map(values: MappingType[str, str]) -> dict[str, str]:
    return {_plain(said): meant for said, meant in values.items()}


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    return plain(text)


def _meant(text: str, values: dict[str, str], otherwise: str) -> str:
    if not text:
        return values.get("", "")
    meant = values.get(_plain(text))
    if meant is not None:
        return meant
    if otherwise == "refuse":
        raise CellError("not_in_values", _("The mapping does not say what this value means.")).about(text)
    return text if otherwise == "keep" else ""


def _mapped(get: Get, values: dict[str, str], otherwise: str) -> Get:
    return lambda row: _meant(text_of(get(row)), values, otherwise)


def _mapped_many(get: GetMany, values: dict[str, str], otherwise: str) -> GetMany:
    return lambda row: [_meant(text, values, otherwise) for text in get(row)]


def _emptied(get: GetMany, empty: frozenset[str]) -> GetMany:
    return lambda row: ["" if text in empty else text for text in get(row)]


def _is_ticked(cell: Any) -> bool:
    """Whether a cell says yes. Other text beside a cross ("x - see annex") counts as yes, too."""
    try:
        return bool(read_bool(cell))
    except CellError:
        return text_of(cell) != ""
