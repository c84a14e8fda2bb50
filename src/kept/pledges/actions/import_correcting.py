"""Rows of an import that are put right on the screen: read again with what a person typed, in where they are good."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kept.pledges.actions.import_chunks import Outcome, import_chunk, keep_rows, problems_of, try_chunk
from kept.pledges.actions.import_running import work_on
from kept.pledges.actions.importing import locked_batch, mapping_of, must_import, source_of
from kept.pledges.importing.ahead import chunks
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.repeats import Repeats
from kept.pledges.importing.reports import Report
from kept.pledges.importing.rows import RowResult, bind
from kept.pledges.importing.sources import Source
from kept.pledges.models import BatchState, ImportBatch, ImportRow

__all__ = ["correct_rows", "refused_anew", "take_over"]


def correct_rows(
    batch: ImportBatch, typed: MappingType[int, MappingType[str, str]], *, by: Any, at: datetime
) -> list[Outcome]:
    """Read refused rows again with what was typed into their cells: {ImportRow's id: {column: text}}.

    Before the import they are only checked; afterwards those that are good now go in. Raises NotAllowed, WrongState,
    UnusableFile.
    """
    must_import(by)
    with transaction.atomic():
        batch = locked_batch(batch, BatchState.CHECKED, BatchState.DONE)
        rows = list(batch.rows.filter(pk__in=typed, kind="refused", settled_at=None))
        for row in rows:
            said = {column: text for column, text in typed[row.pk].items() if column in row.cells}
            row.corrections = {c: t for c, t in said.items() if _lines(t) != _lines(row.cells[c])}
        ImportRow.objects.bulk_update(rows, ["corrections"])
    return _again(batch, rows, by=by, at=at)


def _lines(text: str) -> list[str]:
    """A browser sends other line ends than the file has, and none at the end."""
    return text.strip().splitlines()


def take_over(batch: ImportBatch, rows: list[int], *, by: Any, at: datetime) -> list[Outcome]:
    """Take changed rows over (by the ids of their ImportRows): published pledges get a revision.

    Raises NotAllowed, WrongState, UnusableFile.
    """
    must_import(by)
    with transaction.atomic():
        batch = locked_batch(batch, BatchState.DONE)
        chosen = list(batch.rows.filter(pk__in=rows, kind="changed", settled_at=None))
    return _again(batch, chosen, by=by, at=at, update=True)


def refused_anew(batch: ImportBatch, *, by: Any) -> Report:
    """Every row that is refused, however many: the file is read once more. Raises NotAllowed, UnusableFile."""
    must_import(by)
    report, mapping = Report(), mapping_of(batch)
    with source_of(batch, mapping) as source:
        work = work_on(batch, source, mapping, by=by)
        settled = set(batch.rows.exclude(settled_at=None).values_list("row", flat=True))
        for results in chunks(source, mapping):
            for outcome in try_chunk(work, results):
                if outcome.what == "refused" and outcome.result.number not in settled:
                    report.add(outcome.result.number, problems_of(outcome.result), source.record(outcome.result.row))
    return report


def _again(batch: ImportBatch, rows: list[ImportRow], *, by: Any, at: datetime, update: bool = False) -> list[Outcome]:
    """Read some rows of the file once more; after the import, bring in what is good now."""
    if not rows:
        return []
    mapping = mapping_of(batch)
    with source_of(batch, mapping) as source:
        work = work_on(batch, source, mapping, by=by)
        work.update, work.corrections = update, {row.row: row for row in rows}
        before = {name: getattr(batch, name) for name in ("rows_done", "rows_refused", "rows_changed")}
        results = _results(source, mapping, {row.row: row.corrections for row in rows})
        if batch.state == BatchState.DONE:
            outcomes = import_chunk(work, results)
        else:
            outcomes = try_chunk(work, results)
            with transaction.atomic():
                keep_rows(work, outcomes, at, {})
    _count_again(batch, before, outcomes, update=update)
    return outcomes


def _results(source: Source, mapping: Mapping, corrections: dict[int, dict[str, str]]) -> list[RowResult]:
    """These rows of the file alone, as the mapping reads them."""
    binding, repeats, found = bind(mapping, source), Repeats(), []
    for row in source.rows():
        if row.number in corrections:
            result = binding.read_row(source.corrected(row, corrections[row.number]))
            repeats.note(result)
            found.append(result)
            if len(found) == len(corrections):
                break
    return found


def _count_again(batch: ImportBatch, before: dict[str, int], outcomes: list[Outcome], *, update: bool) -> None:
    """A row that was refused and is good now moves from one figure to another; it is no further row."""
    good = [outcome for outcome in outcomes if outcome.what != "refused"]
    with transaction.atomic():
        if batch.state == BatchState.DONE:
            refused = before["rows_refused"] - (0 if update else len(good))
            changed = before["rows_changed"] if update else F("rows_changed")
            ImportBatch.objects.filter(pk=batch.pk).update(
                rows_done=before["rows_done"], rows_refused=refused, rows_changed=changed, lease_until=None
            )
        else:
            news = sum(outcome.what == "new" for outcome in good)
            ImportBatch.objects.filter(pk=batch.pk).update(
                rows_refused=F("rows_refused") - len(good),
                rows_new=F("rows_new") + news,
                rows_same=F("rows_same") + sum(outcome.what == "same" for outcome in good),
                rows_changed=F("rows_changed") + sum(outcome.what in {"changed", "updated"} for outcome in good),
            )
