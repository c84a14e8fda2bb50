"""Reads for imports: which mapping read the rows of a report, what waits, what a batch holds."""

from __future__ import annotations

from django.db.models import QuerySet

from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import read
from kept.pledges.importing.reports import Report
from kept.pledges.importing.sources import Source
from kept.pledges.models import BatchState, ImportBatch, ImportRow, Pledge

LOOKED_AT = 50  # imports, the newest first


def mapping_of_report(source: Source) -> Mapping | None:
    """The mapping by which the rows of a report were read when they were refused, None where no import refused such.

    So they are known again as rows of the same list.
    """
    columns = set(source.columns)
    for batch in ImportBatch.objects.exclude(mapping_name="").order_by("-pk")[:LOOKED_AT]:
        row = batch.rows.filter(kind="refused").order_by("row").first()
        same = row is not None and row.cells and set(row.cells) <= columns
        if same and (source.kind == "json" or set(row.cells) == columns):
            try:
                return read(batch.mapping, name=batch.mapping_name)
            except MappingError:
                continue
    return None


def batches() -> QuerySet[ImportBatch]:
    """All imports, the newest first."""
    return ImportBatch.objects.select_related("made_by").order_by("-pk")


def work_of(batch: ImportBatch) -> int:
    """How many rows, or pledges to be undone, the work of a batch has in all."""
    if batch.state == BatchState.UNDOING:
        return batch.pledges.count()
    return batch.rows_total or 0


def open_rows(batch: ImportBatch) -> int:
    """Rows that are refused and not put right yet."""
    return batch.rows_refused


def refused_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Those of them that are kept, in the order of the file."""
    return batch.rows.filter(kind="refused", settled_at=None).order_by("row", "pk")


def changed_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Rows that say something else than the pledge that is there, and were not taken over."""
    rows = batch.rows.filter(kind="changed", settled_at=None)
    return rows.select_related("pledge", "pledge__current", "pledge__lead").order_by("row", "pk")


def pledges_of(batch: ImportBatch) -> QuerySet[Pledge]:
    """What came in with a batch."""
    return batch.pledges.select_related("lead").order_by("pk")


def report_of(batch: ImportBatch, source: Source | None = None) -> Report:
    """Every refused row as it stands in the file, with reasons: what is kept, else (more than are kept) read anew."""
    report = Report()
    for row in refused_rows(batch).iterator(500):
        report.add(row.row, row.problems, row.cells | row.corrections)
    return report
