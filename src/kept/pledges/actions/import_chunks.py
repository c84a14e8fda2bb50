"""About 1,000 rows of a file on their way in: looked up and written out ahead, then one short transaction.

Nobody else's save waits for more than that transaction. What was looked up may have changed by then (another
import made the same organisation, another pledge got the number): then the chunk is looked up again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language

from kept.base import history
from kept.base.bulk import copied, give_keys, insert_objects, reserve_ids
from kept.log.actions import open_head
from kept.log.models import Head
from kept.people.models import Organisation, OtherName
from kept.pledges import taxonomies
from kept.pledges.actions.drafting import locked
from kept.pledges.actions.publishing import record_of
from kept.pledges.content import FIELDS, PledgeContent
from kept.pledges.differences import Known, in_words
from kept.pledges.importing.ahead import CHUNK
from kept.pledges.importing.comparing import taken_over
from kept.pledges.importing.entering import Entering, OrganisationBook, TermBook, enter
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.rows import RowResult
from kept.pledges.importing.sources import Source
from kept.pledges.labels import FIELD_LABELS
from kept.pledges.models import ImportBatch, ImportRow, Pledge, Revision, Status, Term, TextStatus, new_key
from kept.pledges.record import Record, prepare, put_on_record

LEASE = timedelta(minutes=1)  # after which an import that says nothing counts as dead
KEPT = 1000  # refused and changed rows that stay with a batch, to be put right on screen
TRIES = 5
PATIENCE = 0.5  # seconds that a transaction may keep others waiting; after a longer one the next is smaller
LEAST = 100  # rows of a transaction
UPDATABLE = {Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED}
_REFERENCE = re.compile(r"\bP-(\d{5,9})/?$")


@dataclass(frozen=True)
class Outcome:
    """What became of one row: "new", "same", "changed", "updated", "refused" or "left_out"; of which pledge."""

    result: RowResult
    what: str
    pledge: Pledge | None = None
    texts: tuple[PledgeContent, PledgeContent] | None = None  # what the pledge says, and what it would say


@dataclass
class Work:
    """An import that is being done: what every chunk of it needs."""

    batch: ImportBatch
    source: Source
    mapping: Mapping
    by: Any
    brings: frozenset[str]
    update: bool = False
    corrections: dict[int, ImportRow] = field(default_factory=dict)  # rows that a person corrected, by number

    def __post_init__(self) -> None:
        self.organisations = OrganisationBook(self.batch.file_name)
        self.terms = TermBook(self.mapping)
        self.room = {"refused": KEPT, "changed": KEPT}
        self.at_once = CHUNK

    def look_again(self) -> None:
        """Somebody else wrote meanwhile: read organisations and terms anew."""
        self.organisations.read()
        self.terms.read()


@dataclass
class _Chunk:
    """Rows that were looked up, with what has to be written for them."""

    at: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    good: dict[str, Entering] = field(default_factory=dict)
    new: list[Entering] = field(default_factory=list)
    made: list[Record] = field(default_factory=list)
    updates: list[tuple[Outcome, PledgeContent]] = field(default_factory=list)
    alike: list[tuple[Pledge, str]] = field(default_factory=list)  # says the same under another fingerprint


def import_chunk(work: Work, results: Sequence[RowResult]) -> list[Outcome]:
    """Write some rows, in one transaction or in several where the machine is slow; what became of each row."""
    outcomes: list[Outcome] = []
    while results:
        part, results = results[: work.at_once], results[work.at_once :]
        outcomes += _import_part(work, part)
    return outcomes


def _import_part(work: Work, results: Sequence[RowResult]) -> list[Outcome]:
    """Write some rows, all or none."""
    for tried in range(TRIES):
        chunk = _look_up(work, results)
        _make_ready(work, chunk)
        figures, room = counted(work.batch, chunk.outcomes), dict(work.room)
        began = time.monotonic()
        try:
            with transaction.atomic():
                _write(work, chunk)
                keep_rows(work, chunk.outcomes, chunk.at, room)
                figures["lease_until"] = chunk.at + LEASE
                ImportBatch.objects.filter(pk=work.batch.pk).update(**figures)
        except (_Meanwhile, IntegrityError):
            if tried == TRIES - 1:
                raise
            work.look_again()
            continue
        break
    work.room = room
    took = time.monotonic() - began
    work.at_once = max(LEAST, work.at_once // 2) if took > PATIENCE else min(CHUNK, work.at_once * 2)
    for name, value in figures.items():
        setattr(work.batch, name, value)
    taxonomies.forget()
    return chunk.outcomes


def try_chunk(work: Work, results: Sequence[RowResult]) -> list[Outcome]:
    """What would become of each row. Writes nothing; the organisations and terms that would be made stay `fresh`."""
    return _look_up(work, results).outcomes


# --- looking up --------------------------------------------------------------------------------------


def _look_up(work: Work, results: Sequence[RowResult]) -> _Chunk:
    chunk = _Chunk(timezone.now())
    for result in results:
        entering = None
        if result.left_out:
            chunk.outcomes.append(Outcome(result, "left_out"))
        elif result.same_as:
            chunk.outcomes.append(Outcome(result, "same"))
        elif result.problems or (entering := enter(result, work.organisations, work.terms)) is None:
            chunk.outcomes.append(Outcome(result, "refused"))
        else:
            chunk.good[result.identity] = entering
    _sort_out(work, chunk)
    return chunk


def _sort_out(work: Work, chunk: _Chunk) -> None:
    """Which of the good rows are new, which say the same as before, which changed."""
    rows = Pledge.objects.filter(source_name=work.mapping.source, source_id__in=list(chunk.good))
    known = {row[0]: row[1:] for row in rows.values_list("source_id", "source_hash", "pk")}
    own = _our_own(chunk.good)
    other = {pk: identity for identity, (said, pk) in known.items() if said != chunk.good[identity].result.fingerprint}
    full = Pledge.objects.filter(pk__in=other).select_related("current", "working")
    compared = {other[pledge.pk]: pledge for pledge in full} | own
    for identity, entering in chunk.good.items():
        if identity in compared:
            _compare(work, chunk, entering, compared[identity])
        elif identity in known:
            chunk.outcomes.append(Outcome(entering.result, "same"))
        else:
            chunk.new.append(entering)
            chunk.outcomes.append(Outcome(entering.result, "new"))


def _our_own(good: dict[str, Entering]) -> dict[str, Pledge]:
    """{identity: pledge} of rows that were exported from this very installation: reference and document are ours."""
    said: dict[int, tuple[str, str]] = {}
    for identity, entering in good.items():
        document = entering.result.document
        reference = _REFERENCE.search(entering.result.id) if document else None
        if reference:
            said[int(reference[1])] = (identity, document)
    rows = {p.number: p for p in Pledge.objects.filter(number__in=said).select_related("current", "working")}
    found, older = {}, []
    for number, pledge in rows.items():
        identity, document = said[number or 0]
        if pledge.current and pledge.current.sha256 == document:
            found[identity] = pledge
        else:
            older.append(pledge.pk)
    former = Revision.objects.filter(pledge__in=older, n__isnull=False)
    for number, document in former.values_list("pledge__number", "sha256"):
        if said[number][1] == document:
            found[said[number][0]] = rows[number]
    return found


def _compare(work: Work, chunk: _Chunk, entering: Entering, pledge: Pledge) -> None:
    """A row of a pledge that is here: it changed only where the pledge would say something else."""
    text = pledge.current if pledge.is_public else pledge.text
    known = PledgeContent.from_json(text.content) if text else PledgeContent()
    content = taken_over(
        known, entering.content, brings=work.brings, root=work.organisations.root,
        usd=text.amount_usd if text and entering.result.document else None,
    )  # fmt: skip
    if content == known:
        chunk.outcomes.append(Outcome(entering.result, "same", pledge))
        if pledge.source_id == entering.result.identity:
            chunk.alike.append((pledge, entering.result.fingerprint))
        return
    outcome = Outcome(entering.result, "changed", pledge, (known, content))
    if work.update and (pledge.status == Status.PUBLISHED or (pledge.status in UPDATABLE and pledge.working)):
        outcome = Outcome(entering.result, "updated", pledge, (known, content))
        chunk.updates.append((outcome, content))
    chunk.outcomes.append(outcome)


def _make_ready(work: Work, chunk: _Chunk) -> None:
    """Everything that can be written out before the database is locked: keys, contents, documents."""
    work.organisations.give_keys()
    if not chunk.new:
        return
    pledge, revision = _patterns(work, chunk.at)
    for entering in chunk.new:
        content, result = entering.content, entering.result
        made = copied(
            pledge, key=new_key(), title=content.title[:300], lead_id=content.lead, source_id=result.identity,
            source_hash=result.fingerprint, nearest={},
        )  # fmt: skip
        text = copied(revision, content=content.to_json(), typed={}, field_versions={})
        published = min(entering.published, chunk.at) if entering.published else chunk.at
        chunk.made.append(Record(made, text, "pledge.published", content, published_at=published))
    if work.batch.publish:
        last = Head.objects.filter(pk=1).values_list("last_number", flat=True).first() or 0
        prepare(chunk.made, at=chunk.at, organisations=work.organisations.by_id, first_number=last + 1)


def _patterns(work: Work, at: datetime) -> tuple[Pledge, Revision]:
    pledge = Pledge(
        status=Status.SUBMITTED, created_by=work.by, created_at=at, submitted_at=at,
        source_name=work.mapping.source, batch=work.batch,
    )  # fmt: skip
    return pledge, Revision(changed_at=at, changed_by=work.by, submitted_at=at, status=TextStatus.SUBMITTED)


# --- writing -----------------------------------------------------------------------------------------


class _Meanwhile(Exception):
    """What was looked up is not so any more."""


def _write(work: Work, chunk: _Chunk) -> None:
    _write_names(work, chunk.at)
    identities = [entering.result.identity for entering in chunk.new]
    if Pledge.objects.filter(source_name=work.mapping.source, source_id__in=identities).exists():
        raise _Meanwhile
    if work.batch.publish and chunk.made:
        put_on_record(chunk.made, at=chunk.at, organisations=work.organisations.by_id)
    else:
        _write_submitted(chunk.made)
    numbered = zip(chunk.made, chunk.new, strict=True)
    history.record_many(
        "pledge", "import",
        [(record.pledge.pk, {"batch": work.batch.pk, "row": row.result.number}) for record, row in numbered],
        by=work.by, at=chunk.at, to_state=Status.PUBLISHED if work.batch.publish else Status.SUBMITTED,
        public=work.batch.publish,
    )  # fmt: skip
    _write_updates(work, chunk)
    for pledge, said in chunk.alike:
        Pledge.objects.filter(pk=pledge.pk).update(source_hash=said)


def _write_names(work: Work, at: datetime) -> None:
    """New organisations and terms, other spellings, and what was missing about the ones that are there."""
    book, terms = work.organisations, work.terms
    if book.fresh:
        names = [organisation.normalised for organisation in book.fresh]
        there = Organisation.objects.filter(normalised__in=names).values_list("pk", flat=True)
        moved = connection.vendor == "sqlite" and reserve_ids(Organisation, 1)[0] != book.fresh[0].pk
        if moved or not set(there) <= set(book.by_id):
            raise _Meanwhile
        insert_objects(book.fresh)
        made = [(organisation.pk, {"batch": work.batch.pk}) for organisation in book.fresh]
        history.record_many("organisation", "found", made, by=work.by, at=at)
    if book.spelt:
        OtherName.objects.bulk_create(book.spelt, ignore_conflicts=True)
    if book.filled:
        filled = list(book.filled.values())
        Organisation.objects.bulk_update(filled, ["entity_type", "country", "website", "domain", "abbreviation"])
        told = [(organisation.pk, {"batch": work.batch.pk}) for organisation in filled]
        history.record_many("organisation", "change", told, by=work.by, at=at)
        with open_head() as head:
            head.changed_many("organisation", [organisation.slug for organisation in filled])
    Term.objects.bulk_create(terms.fresh, ignore_conflicts=True)
    transaction.on_commit(book.written)
    transaction.on_commit(terms.written)


def _write_submitted(made: list[Record]) -> None:
    """Not published: they lie on the desk, to review."""
    pledges, texts = [record.pledge for record in made], [record.revision for record in made]
    give_keys(pledges)
    give_keys(texts)
    for pledge, text in zip(pledges, texts, strict=True):
        text.pledge_id, pledge.working_id = pledge.pk, text.pk
    insert_objects(pledges)
    insert_objects(texts)


def _write_updates(work: Work, chunk: _Chunk) -> None:
    """Rows that changed since they came in, where that was asked for: revisions of what is public, else the text."""
    records, told = [], []
    for outcome, content in chunk.updates:
        seen = outcome.pledge
        if seen is None:
            continue
        pledge = locked(seen)
        if (pledge.status, pledge.current_id, pledge.working_id) != (seen.status, seen.current_id, seen.working_id):
            raise _Meanwhile
        before = pledge.status
        if pledge.status == Status.PUBLISHED:
            text = Revision(pledge=pledge, content=content.to_json(), changed_at=chunk.at, changed_by=work.by)
            records.append(record_of(pledge, text, "pledge.revised"))
        else:
            _rewrite(pledge.working, content, work.by, chunk.at)
            pledge.title, pledge.lead_id = content.title[:300], content.lead
        if pledge.source_id == outcome.result.identity:
            pledge.source_hash = outcome.result.fingerprint
        pledge.save(update_fields=["source_hash", "title", "lead"])
        told.append((pledge.pk, before))
    for pk, state in told:
        history.record(
            "pledge", pk, "import_update", by=work.by, at=chunk.at, from_state=state, to_state=state,
            public=state == Status.PUBLISHED, data={"batch": work.batch.pk},
        )  # fmt: skip
    if records:
        put_on_record(records, at=chunk.at)


def _rewrite(text: Revision, content: PledgeContent, by: Any, at: datetime) -> None:
    """Another text, as a save would do it: whoever has it open is told."""
    before, after = text.content, content.to_json()
    text.version += 1
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    text.field_versions |= dict.fromkeys(changed, text.version)
    text.content, text.changed_at, text.changed_by = after, at, by
    text.save(update_fields=["content", "version", "field_versions", "changed_at", "changed_by"])


# --- what is kept for the screen ---------------------------------------------------------------------


def keep_rows(work: Work, outcomes: Iterable[Outcome], at: datetime, room: dict[str, int]) -> None:
    """Refused and changed rows stay with the batch, to be put right on screen; corrected ones are settled.

    As many of each kind as there is `room` for; it shrinks with each.
    """
    made = []
    for outcome in outcomes:
        row = work.corrections.get(outcome.result.number)
        if row is not None:
            row.problems = problems_of(outcome.result) if outcome.what == "refused" else []
            row.settled_at = None if outcome.what in {"refused", "changed"} else at
            if outcome.what == "changed":
                row.kind, row.pledge = "changed", outcome.pledge
                row.problems = _differences(work, outcome)
            row.save(update_fields=["problems", "settled_at", "kind", "pledge"])
        elif room.get(outcome.what, 0) > 0:
            room[outcome.what] -= 1
            made.append(_kept(work, outcome))
    ImportRow.objects.bulk_create(made, ignore_conflicts=True)


def _kept(work: Work, outcome: Outcome) -> ImportRow:
    result = outcome.result
    return ImportRow(
        batch=work.batch,
        row=result.number,
        identity=result.identity if result.id or result.hash else f"row-{result.number}",
        pledge=outcome.pledge,
        kind=outcome.what,
        problems=_differences(work, outcome) if outcome.what == "changed" else problems_of(result),
        cells=work.source.record(result.row),
    )


def _differences(work: Work, outcome: Outcome) -> list[dict[str, str]]:
    """What a row says otherwise than its pledge: field, and both in the words of whoever imports."""
    language, known = get_language() or "en", Known(work.organisations.by_id, {})
    before, after = outcome.texts or (PledgeContent(), PledgeContent())
    return [
        {"field": name, "was": in_words(name, before, language, known)[:500],
         "now": in_words(name, after, language, known)[:500]}
        for name in FIELD_LABELS
        if name in FIELDS and getattr(before, name) != getattr(after, name)
    ]  # fmt: skip


def problems_of(result: RowResult) -> list[dict[str, str]]:
    """Problems as they are stored and shown: column, value, reason."""
    return [{"column": p.column, "value": p.value, "reason": str(p.reason)} for p in result.problems]


FIGURE_OF = {
    "new": "rows_new", "same": "rows_same", "changed": "rows_changed", "updated": "rows_changed",
    "refused": "rows_refused", "left_out": "rows_left_out",
}  # fmt: skip
FIGURES = ("rows_done", *dict.fromkeys(FIGURE_OF.values()))


def counted(batch: ImportBatch, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The batch's figures after some more rows."""
    figures = {name: getattr(batch, name) for name in FIGURES}
    figures["rows_done"] += len(outcomes)
    for outcome in outcomes:
        figures[FIGURE_OF[outcome.what]] += 1
    return figures
