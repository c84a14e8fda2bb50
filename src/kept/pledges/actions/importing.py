"""Files come in: in transactions of about 1,000 rows, each row once, however often it is run or killed.

A row is known again by its source and id (else its hash). One that says the same as before changes nothing; one
that changed is reported, and becomes a revision where `update` is asked for. Nothing is mailed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from kept.base import history
from kept.base.bulk import insert_objects
from kept.base.events import announce
from kept.base.models import HistoryEntry
from kept.pledges import taxonomies
from kept.pledges.content import PledgeContent
from kept.pledges.importing.entering import Entering, OrganisationBook, TermBook, enter, problem_rows
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.readers import Source
from kept.pledges.importing.rows import RowResult, bind
from kept.pledges.models import BatchState, ImportBatch, ImportRow, Pledge, Revision, Status, TextStatus
from kept.pledges.record import Record, put_on_record

CHUNK = 1000
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Outcome:
    """What became of one row: "new", "same", "changed", "updated", "refused" or "left_out"."""

    result: RowResult
    what: str


Told = Callable[[list[Outcome]], None]


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
    binding = bind(mapping, source)
    organisations, terms = OrganisationBook(), TermBook(mapping)
    # What this run counts; an earlier, killed run of the same batch counted some of these rows already.
    batch.rows_done = batch.rows_new = batch.rows_same = batch.rows_changed = batch.rows_refused = 0
    batch.rows_total, batch.state = source.total, BatchState.RUNNING
    if not dry_run:
        batch.save()
        batch.rows.filter(settled_at=None).delete()
    for chunk in _chunks(map(binding.read_row, source.rows())):
        outcomes = _import_chunk(batch, source, mapping, chunk, organisations, terms, by, dry_run)
        tell(outcomes)
    batch.state, batch.finished_at, batch.lease_until = BatchState.DONE, timezone.now(), None
    if not dry_run:
        batch.save()
        announce("pledges.imported", batch=batch, by=by, at=batch.finished_at)
    return batch


def _chunks(results: Iterable[RowResult]) -> Iterator[list[RowResult]]:
    it = iter(results)
    while chunk := list(islice(it, CHUNK)):
        yield chunk


def _import_chunk(batch, source, mapping, chunk, organisations, terms, by, dry_run) -> list[Outcome]:
    """One chunk in one transaction: everything is looked up before the database is locked for writing."""
    good: dict[str, Entering] = {}
    outcomes: list[Outcome] = []
    for result in chunk:
        if result.left_out:
            outcomes.append(Outcome(result, "left_out"))
            continue
        entering = None if result.problems else enter(result, organisations, terms)
        if entering is None:
            outcomes.append(Outcome(result, "refused"))
        elif result.identity in good:  # the same row twice in one file
            outcomes.append(Outcome(result, "same"))
        else:
            good[result.identity] = entering
    if dry_run:
        outcomes += _sorted_out(mapping, good)[1]
        organisations.fresh, terms.fresh = [], []
        _count(batch, chunk, outcomes)
        return outcomes
    with transaction.atomic():
        organisations.save_fresh()
        terms.save_fresh()
        known, sorted_out = _sorted_out(mapping, good)
        outcomes += sorted_out
        at = timezone.now()
        _write_new(
            batch, mapping, [good[o.result.identity] for o in sorted_out if o.what == "new"], organisations, by, at
        )
        outcomes = _write_changed(batch, good, known, outcomes, organisations, by, at)
        _keep_refused(batch, source, outcomes, known)
        _count(batch, chunk, outcomes)
        batch.lease_until = at + LEASE
        batch.save()
    taxonomies.forget()
    return outcomes


def _sorted_out(mapping: Mapping, good: dict[str, Entering]) -> tuple[dict[str, Pledge], list[Outcome]]:
    """Which of the good rows are new, the same as before, or changed."""
    rows = Pledge.objects.filter(source_name=mapping.source[:100], source_id__in=list(good)).select_related(
        "current", "working"
    )
    known = {pledge.source_id: pledge for pledge in rows}
    outcomes = []
    for identity, entering in good.items():
        pledge = known.get(identity)
        same = pledge is not None and pledge.source_hash == entering.result.fingerprint
        outcomes.append(Outcome(entering.result, "new" if pledge is None else "same" if same else "changed"))
    return known, outcomes


def _write_new(
    batch, mapping: Mapping, rows: list[Entering], organisations: OrganisationBook, by, at: datetime
) -> None:
    if not rows:
        return
    made = [_record(batch, mapping, row, by, at) for row in rows]
    if batch.publish:
        put_on_record(made, at=at, organisations=organisations.by_id)
    else:
        _write_submitted(made)
    insert_objects(
        [
            history.entry(
                "pledge", record.pledge.pk, "import", by=by, at=at, to_state=record.pledge.status,
                public=batch.publish, data={"batch": batch.pk, "row": row.result.number},
            )
            for record, row in zip(made, rows, strict=True)
        ]
    )  # fmt: skip


def _record(batch, mapping: Mapping, row: Entering, by, at: datetime) -> Record:
    content = row.with_ids()
    pledge = Pledge(
        title=content.title[:300],
        lead_id=content.lead,
        status=Status.SUBMITTED,
        created_by=by,
        created_at=at,
        submitted_at=at,
        source_name=mapping.source[:100],
        source_id=row.result.identity,
        source_hash=row.result.fingerprint,
        batch=batch,
    )
    revision = Revision(pledge=pledge, content=content.to_json(), changed_at=at, changed_by=by, submitted_at=at)
    published = min(row.published, at) if row.published else at
    return Record(pledge, revision, "pledge.published", content, published_at=published)


def _write_submitted(made: list[Record]) -> None:
    """Not published: they lie on the desk, to review."""
    insert_objects([r.pledge for r in made])
    for record in made:
        record.revision.pledge, record.revision.status = record.pledge, TextStatus.SUBMITTED
    insert_objects([r.revision for r in made])
    for record in made:
        record.pledge.working = record.revision
    Pledge.objects.bulk_update([r.pledge for r in made], ["working"], batch_size=300)


def _write_changed(batch, good, known, outcomes, organisations, by, at) -> list[Outcome]:
    """Rows that changed since they came in: revisions where that was asked for, else only told."""
    if not batch.update:
        return outcomes
    told, records = [], []
    for outcome in outcomes:
        if outcome.what != "changed":
            told.append(outcome)
            continue
        pledge, row = known[outcome.result.identity], good[outcome.result.identity]
        content = row.with_ids()
        pledge.source_hash = outcome.result.fingerprint
        if pledge.status == Status.PUBLISHED:
            revision = Revision(pledge=pledge, content=content.to_json(), changed_at=at, changed_by=by)
            records.append(Record(pledge, revision, "pledge.revised", content))
            told.append(Outcome(outcome.result, "updated"))
        elif pledge.working is not None and pledge.status in {Status.DRAFT, Status.SUBMITTED}:
            pledge.working.content = content.to_json()
            pledge.working.save(update_fields=["content"])
            pledge.title, pledge.lead_id = content.title[:300], content.lead
            told.append(Outcome(outcome.result, "updated"))
        else:
            told.append(outcome)
            continue
        pledge.save(update_fields=["source_hash", "title", "lead"])
        history.record("pledge", pledge.pk, "import_update", by=by, at=at, data={"batch": batch.pk})
    if records:
        put_on_record(records, at=at, organisations=organisations.by_id)
    return told


def _keep_refused(batch, source: Source, outcomes: list[Outcome], known: dict[str, Pledge]) -> None:
    """Refused and changed rows stay with the batch: they are corrected on screen."""
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                batch=batch,
                row=o.result.number,
                identity=o.result.identity if o.result.id or o.result.hash else f"row-{o.result.number}",
                pledge=known.get(o.result.identity) if o.what == "changed" else None,
                kind=o.what,
                problems=problem_rows([o.result]),
                cells=source.record(o.result.row),
            )
            for o in outcomes
            if o.what in {"refused", "changed"}
        ],
        ignore_conflicts=True,
    )


def _count(batch, chunk: list[RowResult], outcomes: list[Outcome]) -> None:
    batch.rows_done += len(chunk)
    for outcome in outcomes:
        if outcome.what == "new":
            batch.rows_new += 1
        elif outcome.what == "same":
            batch.rows_same += 1
        elif outcome.what in {"changed", "updated"}:
            batch.rows_changed += 1
        elif outcome.what == "refused":
            batch.rows_refused += 1


def undo_import(batch: ImportBatch, *, by: Any, at: datetime, reason: str) -> ImportBatch:
    """Undo an import: what was not published is thrown away and may be imported again; what was is withdrawn.

    In chunks, each in its own transaction; run again it goes on where it stopped.
    """
    while True:
        with transaction.atomic():
            unpublished = list(batch.pledges.filter(number=None).exclude(status=Status.DISCARDED)[:CHUNK])
            for pledge in unpublished:
                pledge.status, pledge.source_id = Status.DISCARDED, f"undone-{batch.pk}-{pledge.source_id}"[:200]
            Pledge.objects.bulk_update(unpublished, ["status", "source_id"], batch_size=200)
            published = list(
                batch.pledges.filter(status=Status.PUBLISHED)
                .select_related("current", "working")
                .order_by("number")[:CHUNK]
            )
            _withdraw(published, by=by, at=at, reason=reason)
        if not unpublished and not published:
            break
    batch.state, batch.finished_at = BatchState.UNDONE, at
    batch.save(update_fields=["state", "finished_at"])
    history.record("import", batch.pk, "undo", by=by, at=at, reason=reason)
    return batch


def _withdraw(pledges: list[Pledge], *, by: Any, at: datetime, reason: str) -> None:
    if not pledges:
        return
    records = []
    for pledge in pledges:
        content = PledgeContent.from_json(pledge.current.content)
        revision = Revision(pledge=pledge, content=pledge.current.content, changed_at=at, changed_by=by)
        pledge.working = None
        records.append(Record(pledge, revision, "pledge.withdrawn", content, reason=reason))
    put_on_record(records, at=at)
    HistoryEntry.objects.bulk_create(
        [
            history.entry(
                "pledge", p.pk, "withdraw", by=by, at=at, from_state=Status.PUBLISHED, to_state=Status.WITHDRAWN,
                reason=reason, public=True,
            )
            for p in pledges
        ]
    )  # fmt: skip
