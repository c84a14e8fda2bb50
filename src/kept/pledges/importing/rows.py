"""A row becomes what a pledge says: values in normal form, organisations, and a sentence for whatever is wrong.

`bind` joins a mapping to an opened file once; `Binding.read_row` then reads row after row. A row with a problem
is refused as a whole; nothing is invented for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kept.pledges.importing import steps, values
from kept.pledges.importing.amounts import MoneyReader
from kept.pledges.importing.binding import Binder, Get
from kept.pledges.importing.cells import CellError, one_line, shortened, text_of, tidy_text
from kept.pledges.importing.mapping import Mapping, Rules
from kept.pledges.importing.mapping_files import CHOICES, DATES, LINES, LISTS, TEXTS
from kept.pledges.importing.results import Problem, RowResult
from kept.pledges.importing.sources import Row, Source, UnusableFile
from kept.pledges.importing.steps import Step
from kept.pledges.importing.who import WhoReader
from kept.pledges.importing.words import is_total
from kept.pledges.rules import LIMITS, MOST

__all__ = ["Binding", "Problem", "RowResult", "bind", "read_row"]

MOST_ID = 200


@dataclass(frozen=True)
class _Field:
    """A step, with what is needed to say where it went wrong."""

    name: str
    run: Step
    columns: tuple[str, ...]


def bind(mapping: Mapping, source: Source) -> Binding:
    """Join a mapping to a file. Raises UnusableFile where the file lacks a column that no pledge can do without."""
    values.forget_places()
    return Binding(mapping, source)


def read_row(row: Row, mapping: Mapping, source: Source) -> RowResult:
    """Read a single row. For many rows `bind` once and call `Binding.read_row`."""
    return bind(mapping, source).read_row(row)


class Binding:
    """A mapping bound to a file. `remarks` name the columns that the mapping has and the file has not."""

    def __init__(self, mapping: Mapping, source: Source) -> None:
        self.mapping, self.source = mapping, source
        self.binder = Binder(source, mapping.separators, mapping.empty)
        self._only = self.binder.test(mapping.only, without=True)
        self._id = self.binder.one(mapping.id)
        self._document = self.binder.one(mapping.document)
        self._who = WhoReader(mapping, self.binder)
        self._fields = [*self._simple_fields(), *self._lists(), *self._tables()]
        self._source_parts()
        self._width = len(source.columns) if source.kind == "csv" else 0
        self._check()
        self._watched = self._watched_columns()
        self.remarks = [
            _("The file has no column “%(column)s”.") % {"column": "”, “".join(columns)} for columns in self._absent()
        ]

    @property
    def brings(self) -> frozenset[str]:
        """The fields of a pledge for which this file has columns: an empty cell there says "nothing"."""
        found = {"title", "lead", "source", *(field.name for field in self._fields if field.name != "published")}
        if "amount" in found:
            found |= {"currency"} | ({"amount_usd"} & set(self.mapping.fields))
        if any(self.binder.many(rules.name) for rules in self.mapping.partners):
            found.add("partners")
        return frozenset(found | ({"language"} & set(self.mapping.data)))

    # --- one row -------------------------------------------------------------------------------------

    def read_row(self, row: Row) -> RowResult:
        """What the row says, and what is wrong with it. Never raises for a row's content."""
        out = RowResult(row)
        if self._only is not None and not self._only(row):
            out.left_out = _("The mapping leaves this row out.")
            return out
        if self._width and len(row.cells) > self._width and any(row.cells[self._width :]):
            out.problems.append(self._too_long(row))
            return out
        self._watch(row, out)
        out.values["language"] = self.mapping.language
        out.id = text_of(self._id(row))[:MOST_ID] if self._id else ""
        if not out.id:
            out.hash = self.source.hash_of(row)
        if self._document:
            out.document = text_of(self._document(row))[:64]
        for one in self._fields:
            try:
                one.run(row, out)
            except CellError as error:
                out.problems.append(self._problem(one.name, one.columns, row, error))
        self._who.read(row, out)
        self._finish(row, out)
        return out

    def _finish(self, row: Row, out: RowResult) -> None:
        said = out.values
        self._give_title(out)
        if out.lead is not None and is_total(out.lead.name) or is_total(said.get("title", "")):
            out.problems = [Problem("", "", _("This looks like a row of totals."), "", "total")]
        elif not said.get("title") and not any(p.field == "title" for p in out.problems):
            column = (*self._columns("title"), *self._columns("description"), "")[0]
            out.problems.append(Problem(column, "", _("The row does not say what is promised."), "title", "needed"))
        start, end = said.get("start", ""), said.get("end", "")
        if start and end and end[: len(start)] < start[: len(end)]:
            message = _("The end lies before the start.")
            out.problems.append(Problem(self._columns("end")[0], end, message, "end", "order"))
        if len(out.partners) > MOST["partners"]:
            message = _("There are more than %(most)s values.") % {"most": MOST["partners"]}
            out.problems.append(Problem("", "", message, "partners", "too_many"))
        said["source"] = self._source(row, out)

    def _give_title(self, out: RowResult) -> None:
        """A row without a title takes the beginning of its summary or description."""
        said = out.values
        if not said.get("title"):
            text = said.get("summary") or said.get("description") or ""
            said["title"] = shortened(one_line(text), LIMITS["title"])
            if text and text == said.get("summary") and said["title"] == text:
                del said["summary"]

    def _source(self, row: Row, out: RowResult) -> dict[str, str]:
        name = text_of(self._source_name(row)) if self._source_name else ""
        url = text_of(self._source_url(row)) if self._source_url else ""
        # Where a mapping says which code readers see, the one that knows the row again is not shown.
        code = text_of(self._source_id(row))[:MOST_ID] if self._source_id else ""
        shown = code if "source_id" in self.mapping.fields else out.id
        found = {"name": name or self.mapping.label, "url": url or self.mapping.url, "id": shown}
        return {key: value for key, value in found.items() if value}

    # --- steps ---------------------------------------------------------------------------------------

    def _columns(self, name: str) -> tuple[str, ...]:
        return _used(self.mapping.fields.get(name, ()))

    def _simple_fields(self) -> list[_Field]:
        made: list[_Field] = []
        fields = self.mapping.fields
        for name, rules in sorted(fields.items(), key=lambda item: item[0] != "language"):
            if name in (*LISTS, "amount_usd", "source_name", "source_url", "source_id"):
                continue
            get = self.binder.one(rules, own=name == "people_expected")
            if get is not None:
                made.append(_Field(name, self._step(name, get, rules), _used(rules)))
        money = MoneyReader(self.mapping, self.binder)
        if money.reads:
            made.append(_Field("amount", money.read, money.columns))
        return made

    def _step(self, name: str, get: Get, rules: Rules) -> Step:
        if name in LINES or name in TEXTS:
            return steps.text_step(name, get, any(rule.shorten for rule in rules))
        if name in DATES:
            return steps.date_step(name, get, next((r.dates for r in rules if r.dates), self.mapping.dates))
        if name in CHOICES:
            return steps.choice_step(name, get)
        if name == "language":
            return steps.language_step(get)
        return steps.people_step(get)

    def _lists(self) -> list[_Field]:
        made: list[_Field] = []
        for name in LISTS:
            rules = self.mapping.fields.get(name, ())
            get = self.binder.many(rules)
            if get is not None:
                made.append(_Field(name, steps.list_step(name, get), _used(rules)))
        return made

    def _tables(self) -> list[_Field]:
        made: list[_Field] = []
        for table in self.mapping.links:
            whole = self.binder.one(table.get("all", ()))
            if whole is not None:
                made.append(_Field("links", steps.all_links_step(whole), _used(table["all"])))
            url = self.binder.many(table.get("url", ()))
            if url is not None:
                label = self.binder.one(table.get("label", ()))
                made.append(_Field("links", steps.link_step(url, label), _used(table["url"])))
        for table in self.mapping.indicators:
            whole = self.binder.one(table.get("all", ()))
            if whole is not None:
                made.append(_Field("indicators", steps.all_indicators_step(whole, self.mapping), _used(table["all"])))
            gets = {key: get for key, rules in table.items() if (get := self.binder.one(rules)) is not None}
            if "name" in gets:
                used = tuple(column for rules in table.values() for column in _used(rules))
                made.append(_Field("indicators", steps.indicator_step(gets, self.mapping), used))
        if self.mapping.source_reports:
            get = self.binder.column(self.mapping.source_reports)
            if get is not None:
                made.append(_Field("source_reports", steps.reports_step(get), (self.mapping.source_reports,)))
        return made

    def _source_parts(self) -> None:
        self._source_name = self.binder.one(self.mapping.fields.get("source_name", ()))
        self._source_url = self.binder.one(self.mapping.fields.get("source_url", ()))
        self._source_id = self.binder.one(self.mapping.fields.get("source_id", ()))

    # --- what is wrong -------------------------------------------------------------------------------

    def _check(self) -> None:
        """The columns that say who and what, and the id, have to be there."""
        mapping, missing = self.mapping, self.binder.missing
        needed = [mapping.lead.name, mapping.id]
        if not any(
            name in mapping.fields and self.binder.one(mapping.fields[name])
            for name in ("title", "summary", "description")
        ):
            needed.append(mapping.fields.get("title", ()))
        for rules in needed:
            columns = _used(rules)
            if columns and all(column in missing for column in columns) and not any(r.always for r in rules):
                raise UnusableFile(
                    _("%(name)s has no column “%(column)s”, which the mapping %(mapping)s needs. It has: %(columns)s.")
                    % {
                        "name": self.source.name,
                        "column": "”, “".join(columns),
                        "mapping": mapping.name,
                        "columns": ", ".join(self.source.columns[:40]) or "–",
                    }
                )

    def _absent(self) -> list[tuple[str, ...]]:
        """Columns of the mapping that the file does not have, where it has no alternative either."""
        found: dict[tuple[str, ...], None] = {}
        for rules in self.mapping.groups():
            columns = _used(rules)
            if columns and not any(
                c in self.binder.used or rule.always is not None for rule in rules for c in rule.used
            ):
                found[columns] = None
        return list(found)

    def _problem(self, name: str, columns: tuple[str, ...], row: Row, error: CellError) -> Problem:
        """The problem with the first column of the field that says something in this row."""
        column, value = (columns[0] if columns else ""), ""
        for candidate in columns:
            get = self.source.getter(candidate)
            text = text_of(get(row)) if get else ""
            if text.strip():
                column, value = candidate, text
                break
        at = error.column
        if at:
            get = self.source.getter(at)
            column, value = at, text_of(get(row)) if get else ""
        return Problem(column, tidy_text(value)[:200], error.message, name, error.code, error.word[:200])

    def _too_long(self, row: Row) -> Problem:
        message = _("The row has %(cells)s cells, the table %(columns)s columns: a quotation mark is probably missing.")
        words = {"cells": len(row.cells), "columns": self._width}
        return Problem("", "", message % words, "", "too_many_cells")

    def _watched_columns(self) -> list[tuple[int, str]]:
        """Places of the columns that the mapping uses, to say where a formula failed."""
        if self.source.kind == "json":
            return []
        found = [(self.source.place(column), column) for column in self.binder.used]
        return [(place, column) for place, column in found if place is not None]

    def _watch(self, row: Row, out: RowResult) -> None:
        """Say which used cells show a failed formula; they count as empty."""
        if row.broken:
            for place, column in self._watched:
                if place in row.broken:
                    out.remarks.append(_broken(column, row.broken[place]))
        elif self._width:
            for place, column in self._watched:
                cell = row.cells[place]
                if cell and cell[0] == "#" and not tidy_text(cell):
                    out.remarks.append(_broken(column, cell))


def _used(rules: Rules) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for rule in rules for column in rule.used))


def _broken(column: str, shown: str) -> str:
    if shown == "=":
        message = _("“%(column)s” holds a formula without a result; it was read as empty. Open the file and save it.")
        return message % {"column": column}
    return _("“%(column)s” shows %(shown)s; it was read as empty.") % {"column": column, "shown": shown}
