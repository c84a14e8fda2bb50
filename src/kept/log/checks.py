"""Does the database still say what was published? Everything is recomputed; later rooms add checks of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC

from kept.log import keys
from kept.log.canonical import canonical_json
from kept.log.copies import Copy, StoredRow, stored_rows
from kept.log.cosignatures import cosigned_at
from kept.log.exported import check_results
from kept.log.figures import Latest
from kept.log.models import Change, Cosignature, Document, Entry, Head, Node, SignedCheckpoint
from kept.log.notes import COSIGNATURE, Checkpoint, Forged, VerifierKey, read_key
from kept.log.verify import (
    WITHOUT_DOCUMENT,
    DoesNotHold,
    Findings,
    Hear,
    Row,
    Verification,
    check_copy,
    kept_checkpoint,
    signed_by,
)

Check = Callable[[Findings], None]
CopyCheck = Callable[[Copy, Findings], None]
Watch = Callable[[Iterable[Row], int], Iterable[Row]]  # shows progress over rows, of which there are so many

_checks: list[Check] = []
_copy_checks: list[CopyCheck] = []


def register_check(check: Check) -> Check:
    """Decorator: `kept verify` calls this once the log itself holds; it raises DoesNotHold.

    For what has to follow from the log and is kept apart from it: the counter, a room's own tables.
    """
    if check not in _checks:
        _checks.append(check)
    return check


def register_copy_check(check: CopyCheck) -> CopyCheck:
    """Decorator: the same for what stands beside the log in an exported file."""
    if check not in _copy_checks:
        _copy_checks.append(check)
    return check


def no_watch(rows: Iterable[Row], total: int) -> Iterable[Row]:
    """Shows nothing."""
    return rows


def verify_copy(
    copy: Copy, *, older: Iterable[str] = (), hear: Iterable[Hear] = (), watch: Watch = no_watch
) -> Findings:
    """Check an exported file by itself, offline: its log, and the pledges that stand beside it. Raises DoesNotHold."""
    key = read_key(copy.key)
    rows = watch(copy.rows(), keys.size_in(copy.checkpoint))
    latest = Latest(copy.merged)
    beside: list[Hear] = [latest] if copy.has_results else []
    findings = check_copy(rows, copy.checkpoint, key, older=older, hear=[*hear, *beside])
    if copy.has_results:
        findings.rows = check_results(copy.results(), latest, copy.document_at)
    for check in _copy_checks:
        check(copy, findings)
    return findings


def verify_database(*, older: Iterable[str] = (), hear: Iterable[Hear] = (), watch: Watch = no_watch) -> Findings:
    """Recompute the log from the database. Raises DoesNotHold for the first thing that does not hold.

    The server may go on publishing meanwhile: what is checked is the log as it was at the start.
    """
    notes = list(SignedCheckpoint.objects.order_by("size").values_list("origin", "size", "note"))
    head = Head.objects.filter(pk=1).first()
    if head is None:
        if Entry.objects.exists() or Document.objects.exists() or notes:
            raise DoesNotHold("missing", "the head of the log")
        return Findings()
    key = trusted_key(head)
    checkpoints = signed_checkpoints(head, notes, key, older)
    known = {(each.level, each.index): bytes(each.hash) for each in Node.objects.iterator()}
    verification = StoredVerification(checkpoints, lambda level, index: known.get((level, index)), hear)
    verification.walk(watch(stored_rows(head.size), head.size))
    check_head(head, verification)
    check_cosignatures(head)
    findings = verification.end(redacted_since=redacted_after(head.size), complete=False)
    check_strays(head, findings)
    for check in _checks:
        check(findings)
    return findings


class StoredVerification(Verification):
    """The walk over the database: a row's columns have to repeat what its entry says."""

    def add(self, row: Row) -> None:
        super().add(row)
        if not isinstance(row, StoredRow):
            return
        at, kind, reference, revision, language, sha256, brings = row.columns
        shown = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        told = {"at": shown, "reference": reference, "revision": revision, "sha256": sha256, "type": kind}
        if canonical_json(told) != row.data or brings != (kind not in WITHOUT_DOCUMENT):
            raise DoesNotHold("changed", f"entry {row.index}: the table's columns say something else than the entry")
        if kind.startswith("translation.") and row.document and json.loads(row.document).get("language") != language:
            raise DoesNotHold("changed", f"entry {row.index}: the translation is not in {language or 'its language'}")


def trusted_key(head: Head) -> VerifierKey | None:
    """The key to believe: the one at hand, else the one in the database; None for a log never signed.

    Raises DoesNotHold where they differ.
    """
    if not head.verifier_key:
        return None
    noted = read_key(head.verifier_key)
    try:
        at_hand = keys.public_key(keys.signing_key(make=False), head.origin)
    except keys.KeyUnusable:
        return noted  # a reader's copy of the database: checked without the secret
    if at_hand != noted:
        raise DoesNotHold("forged", f"the database names the key {noted}, the key at hand is {at_hand}")
    return noted


def signed_checkpoints(
    head: Head, notes: list[tuple[str, int, str]], key: VerifierKey | None, older: Iterable[str]
) -> list[Checkpoint]:
    """Every checkpoint of this log that is known here, and those that somebody kept. Raises DoesNotHold: forged."""
    if key is None:
        if list(older):
            raise DoesNotHold("forged", "this log was never signed: the checkpoint is not its own")
        return []
    found = [kept_checkpoint(note, key) for note in older]
    for origin, size, note in notes:
        if origin == head.origin:
            found.append(signed_by(note, key))
            if found[-1].size != size:
                raise DoesNotHold("forged", f"the checkpoint of {size} entries speaks of {found[-1].size}")
    beside_the_key = keys.last_checkpoint(head.origin)
    return [*found, signed_by(beside_the_key, key)] if beside_the_key else found


def check_head(head: Head, verification: Verification) -> None:
    """The head row has to follow from the entries. Raises DoesNotHold."""
    tree, published = verification.tree, verification.findings.published
    if tree.size < head.size:
        raise DoesNotHold("missing", f"entry {tree.size}: the head counts {head.size} entries")
    if [each.hex() for each in tree.hashes] != head.frontier:
        raise DoesNotHold("changed", "the head's hashes do not follow from the entries")
    if published != head.last_number:
        raise DoesNotHold("changed", f"the head gave {head.last_number} references, {published} were published")


def check_cosignatures(head: Head) -> None:
    """What witnesses said of our checkpoints is what they signed. Raises DoesNotHold."""
    for one in Cosignature.objects.filter(origin=head.origin).iterator():
        name = f"the co-signature by {one.witness.partition('+')[0]} for {one.size} entries"
        note = SignedCheckpoint.objects.filter(origin=one.origin, size=one.size).values_list("note", flat=True).first()
        if note is None:
            raise DoesNotHold("added", f"{name}, a checkpoint that is not here")
        try:
            if cosigned_at(note + one.line, read_key(one.witness, COSIGNATURE)) != one.at:
                raise DoesNotHold("changed", f"{name}: its time is another one")
        except Forged:
            raise DoesNotHold("forged", name) from None


def redacted_after(size: int) -> list[str]:
    """Hashes of documents that were redacted while the walk went on."""
    since = Entry.objects.filter(index__gte=size, type="document.redacted")
    return list(since.values_list("sha256", flat=True))


def check_strays(head: Head, findings: Findings) -> None:
    """What belongs to no entry was slipped in. Raises DoesNotHold."""
    beyond = Entry.objects.order_by("-index").values_list("index", flat=True).first() or 0
    if beyond and beyond >= Head.objects.values_list("size", flat=True).get(pk=1):
        raise DoesNotHold("added", f"entry {beyond}: it stands beyond the head of the log")
    documents = Document.objects.filter(index__lt=head.size)
    if documents.count() != findings.documents + len(findings.redacted):
        entries = Entry.objects.filter(brings_document=True).values("index")
        stray = documents.exclude(index__in=entries).values_list("index", flat=True).first()
        raise DoesNotHold("added", f"the document at place {stray}, which no entry names")
    if Node.objects.filter(level=8, index__lt=head.size >> 8).count() != head.size >> 8:
        raise DoesNotHold("missing", "hashes of complete subtrees (log_node)")
    numbers = Change.objects.filter(number__lte=head.change)
    if numbers.count() != head.change:
        raise DoesNotHold("missing", f"change numbers: {head.change} were given, {numbers.count()} are there")
