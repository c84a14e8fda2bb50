"""Reads for imports: which mapping read the rows of a report, what waits, what a batch holds."""

from __future__ import annotations

from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import read
from kept.pledges.importing.sources import Source
from kept.pledges.models import ImportBatch

LOOKED_AT = 50  # imports, the newest first


def mapping_of_report(source: Source) -> Mapping | None:
    """The mapping by which the rows of a report were read when they were refused, None where no import refused such.

    So they are known again as rows of the same list.
    """
    columns = set(source.columns)
    for batch in ImportBatch.objects.exclude(mapping={}).order_by("-pk")[:LOOKED_AT]:
        row = batch.rows.filter(kind="refused").order_by("row").first()
        same = row is not None and row.cells and set(row.cells) <= columns
        if same and (source.kind == "json" or set(row.cells) == columns):
            try:
                return read(batch.mapping, name=batch.mapping_name)
            except MappingError:
                continue
    return None
