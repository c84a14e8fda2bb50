"""Files come in: in transactions of about 1,000 rows, each row once, however often it is run or killed.

A row is known again by its source and id (else its hash). One that says the same as before changes nothing; one
that changed is reported, and becomes a revision where `update` is asked for. Nothing is mailed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from kept.base import history
from kept.base.events import announce
from kept.pledges.actions.import_chunks import (
    FIGURES,
    LEASE,
    Outcome,
    Work,
    counted,
    import_chunk,
    keep_rows,
    try_chunk,
)
from kept.pledges.actions.import_findings import Findings
from kept.pledges.content import PledgeContent
from kept.pledges.importing.ahead import LONG, chunks
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.rows import bind
from kept.pledges.importing.sources import Source
from kept.pledges.models import (
    Attachment,
    BatchState,
    Hold,
    ImportBatch,
    Partnership,
    PartnershipState,
    Pledge,
    Revision,
    Status,
    TextStatus,
)
from kept.pledges.record import Record, put_on_record

Told = Callable[[list[Outcome]], None]
A_FEW = 300  # pledges that are taken back in one transaction


def run_import(
    batch: ImportBatch,
    source: Source,
    mapping: Mapping,
    *,
    by: Any,
    tell: Told = lambda _outcomes: None,
    dry_run: bool = False,
) -> ImportBatch:
    """Import every row of an opened file. Safe to run again after it was killed: each row goes in once.

    `tell` hears of every chunk (for progress and reports). `dry_run` looks everything up and writes nothing.
    Raises UnusableFile where the mapping does not fit the file.
    """
    work = work_on(batch, source, mapping, by=by)
    _begin(batch, source, BatchState.RUNNING, save=not dry_run)
    with _steady(source) as sweep:
        for results in chunks(source, mapping, _typed(work)):
            outcomes = (try_chunk if dry_run else import_chunk)(work, results)
            if dry_run:
                _set(batch, counted(batch, outcomes))
            tell(outcomes)
            sweep()
    batch.state, batch.finished_at, batch.lease_until = BatchState.DONE, timezone.now(), None
    if not dry_run:
        _finish(batch, by)
    return batch


def run_check(batch: ImportBatch, source: Source, mapping: Mapping, *, by: Any) -> ImportBatch:
    """Look every row up as an import would, keep what would be refused, and count. No pledge is made."""
    work = work_on(batch, source, mapping, by=by)
    findings = Findings(work)
    _begin(batch, source, BatchState.CHECKING)
    with _steady(source) as sweep:
        for results in chunks(source, mapping, _typed(work)):
            outcomes = try_chunk(work, results)
            findings.note(outcomes)
            figures = counted(batch, outcomes) | {"lease_until": timezone.now() + LEASE}
            with transaction.atomic():
                keep_rows(work, outcomes, timezone.now(), work.room)
                ImportBatch.objects.filter(pk=batch.pk).update(**figures)
            _set(batch, figures)
            sweep()
    batch.found = findings.found() | {"source": [*source.remarks, *bind(mapping, source).remarks]}
    batch.state, batch.lease_until = BatchState.CHECKED, None
    batch.save()
    return batch


def work_on(batch: ImportBatch, source: Source, mapping: Mapping, *, by: Any) -> Work:
    """What the chunks of an import need. Raises UnusableFile where the mapping does not fit the file."""
    brings = bind(mapping, source).brings
    corrected = batch.rows.exclude(corrections={}) if batch.pk else ()
    rows = {row.row: row for row in corrected}
    return Work(batch, source, mapping, by, brings, update=batch.update, corrections=rows)


def _typed(work: Work) -> dict[int, dict[str, str]]:
    return {number: row.corrections for number, row in work.corrections.items()}


def _begin(batch: ImportBatch, source: Source, state: BatchState, *, save: bool = True) -> None:
    """What this run counts; an earlier, killed run of the same batch counted some of these rows already."""
    _set(batch, dict.fromkeys(FIGURES, 0))
    batch.rows_total, batch.state, batch.error = source.total, state, ""
    if save:
        batch.lease_until = timezone.now() + LEASE
        batch.save()
        batch.rows.filter(corrections={}).delete()


def _finish(batch: ImportBatch, by: Any) -> None:
    """The last word about an import. What an earlier run of it made counts as new, not as known already."""
    made = batch.pledges.exclude(status=Status.DISCARDED).count()
    batch.rows_same -= max(0, made - batch.rows_new)
    batch.rows_new = max(made, batch.rows_new)
    with transaction.atomic():
        batch.save()
        figures = {name: getattr(batch, name) for name in FIGURES}
        history.record("import", batch.pk, "import", by=by, at=batch.finished_at, data=figures)
        announce("pledges.imported", batch=batch, by=by, at=batch.finished_at)


def _set(batch: ImportBatch, figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        setattr(batch, name, value)


@contextmanager
def _steady(source: Source) -> Iterator[Callable[[], Any]]:
    """For a long file: rows come and go by the thousand, so circles are swept between two chunks, not all the time."""
    if source.total < LONG:
        yield lambda: None
        return
    gc.collect()
    gc.freeze()
    gc.disable()
    _checkpoint_every(10_000)
    try:
        yield lambda: gc.collect(0)
    finally:
        _checkpoint_every(1000)
        gc.enable()
        gc.unfreeze()


def _checkpoint_every(pages: int) -> None:
    """SQLite copies what was written back into the database each so many pages: rarely in a long import."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint={pages}")


# --- undoing -----------------------------------------------------------------------------------------


def run_undo(batch: ImportBatch, *, by: Any, reason: str) -> ImportBatch:
    """Undo an import: what was not published is thrown away, what was is withdrawn; both may be imported again.

    In chunks, each in its own transaction; run again it goes on where it stopped.
    """
    while _undo_some(batch, by=by, at=timezone.now(), reason=reason):
        pass
    batch.state, batch.finished_at, batch.lease_until = BatchState.UNDONE, timezone.now(), None
    with transaction.atomic():
        batch.save(update_fields=["state", "finished_at", "lease_until"])
        history.record("import", batch.pk, "undo", by=by, at=batch.finished_at, reason=reason)
        announce("pledges.import_undone", batch=batch, by=by, at=batch.finished_at)
    return batch


def _undo_some(batch: ImportBatch, *, by: Any, at: datetime, reason: str) -> int:
    """The next few: how many there were."""
    mark = f"undone-{batch.pk}-"
    left = Pledge.objects.filter(batch=batch).exclude(source_id__startswith=mark)
    with transaction.atomic():
        pledges = list(left.select_for_update().order_by("number", "pk")[:A_FEW])
        _throw_away([p for p in pledges if not p.is_public and p.status != Status.DISCARDED], by, at, reason)
        _withdraw([p for p in pledges if p.status == Status.PUBLISHED], by, at, reason)
        # A row is known again by its id: from here on it is not known any more.
        again = Concat(Value(mark), Cast("pk", CharField()))
        Pledge.objects.filter(pk__in=[p.pk for p in pledges]).update(source_id=again)
        ImportBatch.objects.filter(pk=batch.pk).update(lease_until=at + LEASE)
    return len(pledges)


def _throw_away(pledges: list[Pledge], by: Any, at: datetime, reason: str) -> None:
    ids = [pledge.pk for pledge in pledges]
    Pledge.objects.filter(pk__in=ids).update(status=Status.DISCARDED, hold=Hold.NOTHING, publish_at=None)
    for state in {pledge.status for pledge in pledges}:
        subjects = [(pledge.pk, {"source_id": pledge.source_id}) for pledge in pledges if pledge.status == state]
        history.record_many(
            "pledge", "undo_import", subjects, by=by, at=at, from_state=state, to_state=Status.DISCARDED, reason=reason
        )


def _withdraw(pledges: list[Pledge], by: Any, at: datetime, reason: str) -> None:
    """As `withdraw` does it, for many at once; nobody is mailed."""
    if not pledges:
        return
    Revision.objects.filter(working_for__in=pledges).update(status=TextStatus.DISCARDED)
    texts = Revision.objects.in_bulk([pledge.current_id for pledge in pledges])
    confirmed: dict[int, set[int]] = {}
    said_yes = Partnership.objects.filter(pledge__in=pledges, state=PartnershipState.CONFIRMED)
    for pledge, organisation in said_yes.values_list("pledge", "organisation"):
        confirmed.setdefault(pledge, set()).add(organisation)
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(pledge__in=pledges, is_letter=False, removed_at=None):
        files.setdefault(file.pledge_id, []).append(file)
    records = []
    for pledge in pledges:
        pledge.working = None
        content = PledgeContent.from_json(texts[pledge.current_id].content)
        records.append(
            Record(
                pledge=pledge,
                revision=Revision(pledge=pledge, content=content.to_json(), changed_at=at, changed_by=by),
                event="pledge.withdrawn",
                content=content,
                reason=reason,
                attachments=[file for file in files.get(pledge.pk, ()) if file.pk in content.attachments],
                confirmed=frozenset(confirmed.get(pledge.pk, ())),
            )
        )
    history.record_many(
        "pledge", "withdraw", [(pledge.pk, {"source_id": pledge.source_id}) for pledge in pledges], by=by, at=at,
        from_state=Status.PUBLISHED, to_state=Status.WITHDRAWN, reason=reason, public=True,
    )  # fmt: skip
    put_on_record(records, at=at)
