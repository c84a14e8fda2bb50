"""What is done to the log: append, redact, sign, begin anew.

with transaction.atomic():
    ...                                 # everything else of the publication comes first
    with open_head() as head:           # locked last, held until the transaction ends
        reference = reference_for(head.take_number())
        document = document_bytes({"reference": reference, ...}, new_salt())
        head.append(NewEntry("pledge.published", reference, 1, document))
        head.changed("pledge", reference)
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from unicodedata import is_normalized

from django.db import connection, transaction
from django.utils import timezone

from kept.base import events
from kept.log import keys
from kept.log.canonical import canonical_json, in_nfc
from kept.log.head import BackDated as BackDated
from kept.log.head import NewEntry, OpenHead
from kept.log.merkle import tree_root
from kept.log.models import Document, Entry, Head, SignedCheckpoint
from kept.log.notes import Checkpoint, Forged, VerifierKey, read_checkpoint, sign_note
from kept.log.queries import StoredTree


class LogForked(RuntimeError):
    """The log was set back or changed behind what was already signed: nothing more is signed in its name."""


class NoSuchDocument(LookupError):
    """There is no document of that name, or it was redacted before."""


@contextmanager
def open_head() -> Iterator[OpenHead]:
    """Lock the head row until the transaction ends. Open it last, and once at a time.

    Nothing is written where the block raises. Raises RuntimeError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The log's head is opened inside transaction.atomic().")
    head = OpenHead(locked_head())
    yield head
    head.write()


def locked_head() -> Head:
    """The head row, locked (SQLite: the transaction is the only writer); made at first start."""
    rows = Head.objects.select_for_update()
    row = rows.filter(pk=1).first()
    if row is None:
        Head.objects.bulk_create([Head(origin=keys.name_at_first_start())], ignore_conflicts=True)
        row = rows.get(pk=1)
    return row


def new_salt() -> bytes:
    """128 random bits for one document, so that nobody can guess a redacted text from its hash."""
    return secrets.token_bytes(16)


def document_bytes(payload: dict, salt: bytes) -> bytes:
    """A public document in canonical form, its text in NFC, with its salt (key "salt", base64).

    Raises NotCanonical for floats, dates, too large numbers and the like: see canonical.py.
    """
    salted = {**payload, "salt": base64.b64encode(salt).decode()}
    data = canonical_json(salted)
    # Where the whole is in NFC so is every text in it (almost always): the walk through all of them is spared.
    return data if is_normalized("NFC", data.decode()) else canonical_json(in_nfc(salted))


def reference_for(number: int) -> str:
    """The reference of a pledge: 831 is P-00831, for ever."""
    return f"P-{number:05d}"


def checkpoint() -> str:
    """The signed statement about the log as it is now: made when first asked for, the same ever after.

    Raises LogForked where the log is not a continuation of what was signed before, KeyUnusable where its
    key is not at hand, RuntimeError inside a transaction (what is signed has to be committed).
    """
    head = Head.objects.filter(pk=1).first()
    if head:
        published = keys.last_checkpoint(head.origin)
        note = signed_note_of(head)
        if note and keys.size_in(published) <= head.size:
            return note
    with transaction.atomic(durable=True):
        return sign(locked_head(), at=timezone.now())


def signed_note_of(head: Head) -> str:
    """The note that was signed for the log at this size; empty where there is none yet."""
    found = SignedCheckpoint.objects.filter(origin=head.origin, size=head.size).values_list("note", flat=True)
    return found.first() or ""


def sign(head: Head, *, at: datetime) -> str:
    """Sign the locked head as it stands. Raises as `checkpoint` does."""
    key = keys.signing_key(make=not head.verifier_key)
    public = keys.public_key(key, head.origin)
    if head.verifier_key not in ("", str(public)):
        raise keys.KeyUnusable(
            f"This log is signed with {head.verifier_key}; the key at hand is {public}. Bring the right one back, "
            "or begin a new log: kept log-restart."
        )
    check_continues(head, public)
    note = signed_note_of(head)
    if not note:
        root = head.tree().root()
        note = sign_note(Checkpoint(head.origin, head.size, root).text(), public, key.sign)
        SignedCheckpoint.objects.create(origin=head.origin, size=head.size, note=note, at=at)
    if not head.verifier_key:
        Head.objects.filter(pk=head.pk).update(verifier_key=str(public))
    keys.remember_checkpoint(head.origin, note)
    return note


def check_continues(head: Head, key: VerifierKey) -> None:
    """Is this log a continuation of the last checkpoints that were signed for it? Raises LogForked."""
    newest = SignedCheckpoint.objects.filter(origin=head.origin).order_by("-size").values_list("note", flat=True)
    for note in filter(None, {keys.last_checkpoint(head.origin), newest.first()}):
        try:
            signed = read_checkpoint(note, key)
        except Forged as error:
            raise LogForked(f"The last checkpoint of {head.origin} does not hold: {error}.") from None
        if signed.size > head.size:
            raise LogForked(
                f"The log was set back: {signed.size} entries were published and signed, the database has "
                f"{head.size}. Restore the newer database, or begin a new log: kept log-restart."
            )
        if tree_root(signed.size, StoredTree().subtree) != signed.root:
            raise LogForked(
                f"The log is not the one that was signed at {signed.size} entries. `kept verify` names what was "
                "changed; a new log begins with: kept log-restart."
            )


def verifier_key() -> str:
    """The log's public key as one line (name+id+key). Raises as `checkpoint` does."""
    found = Head.objects.filter(pk=1).values_list("verifier_key", flat=True).first()
    if not found:
        checkpoint()
        found = Head.objects.values_list("verifier_key", flat=True).get(pk=1)
    return found


def redact(reference: str, revision: int, *, reason: str, by: str, at: datetime, language: str | None = None) -> int:
    """Blank a revision's documents (one language, or all), for good; return how many.

    The log keeps their hashes and gets an entry for each. `by` is written down as text. Who may do this is
    asked by the caller. Raises ValueError without a reason, NoSuchDocument where there is nothing to blank.
    """
    if not reason.strip():
        raise ValueError("A redaction needs its reason.")
    with transaction.atomic():
        about = Entry.objects.filter(reference=reference, revision=revision, brings_document=True)
        if language is not None:
            about = about.filter(language=language)
        there = Document.objects.filter(index__in=about.values("index"), data__isnull=False)
        entries = list(about.filter(index__in=list(there.values_list("index", flat=True))))
        if not entries:
            raise NoSuchDocument(f"{reference} has no revision {revision} that could be redacted.")
        Document.objects.filter(index__in=[each.index for each in entries]).update(
            data=None, redacted_at=at, redacted_by=by, redaction_reason=reason.strip()
        )
        events.announce("document.redacted", reference=reference, revision=revision, at=at)
        with open_head() as head:
            for each in entries:
                entered = NewEntry("document.redacted", reference, revision, None, each.language, each.sha256)
                head.append(entered)
                erasure = {
                    "origin": head.origin, "reference": reference, "revision": revision, "language": each.language,
                    "sha256": each.sha256, "reason": reason.strip(), "by": by, "at": at.isoformat(),
                }  # fmt: skip
                transaction.on_commit(partial(keys.remember_erasure, erasure))
    return len(entries)


def restart(*, reason: str, name: str = "") -> str:
    """Begin a new log over the same entries, under a new name; return the name.

    For when the log was set back, or its key is lost or known to others. The first entry under the new
    name says so: `log.restarted`, with the old name and its last checkpoint. Raises ValueError for a name
    that is not new.
    """
    with transaction.atomic():
        head = locked_head()
        old, generation = head.origin, head.generation + 1
        new = keys.right_name(name or f"{old.removesuffix(f'-{head.generation}')}-{generation}")
        if new == old or keys.last_checkpoint(new) or SignedCheckpoint.objects.filter(origin=new).exists():
            raise ValueError(f"{new} is the name of an earlier log.")
        last = keys.last_checkpoint(old) or (signed_note_of(head))
        Head.objects.filter(pk=1).update(origin=new, generation=generation, verifier_key="")
        told: dict[str, Any] = {"origin": new, "previous_origin": old, "previous_checkpoint": last, "reason": reason}
        told |= {"reference": "log", "revision": generation}
        with open_head() as opened:
            opened.append(NewEntry("log.restarted", "log", generation, document_bytes(told, new_salt())))
    return new


def after_restore(*, at: datetime) -> list[str]:
    """What a restore has to do with the log, as sentences of what was done.

    Erasures that the backup does not know are replayed. The log goes on under its name only where the last
    checkpoint beside the key shows that nothing was published after the backup; else a new log begins.
    """
    head = Head.objects.filter(pk=1).first()
    if head is None:
        return []
    done = []
    for erasure in keys.erasures():
        about = Entry.objects.filter(
            reference=erasure["reference"], revision=erasure["revision"], language=erasure["language"],
            sha256=erasure["sha256"], brings_document=True,
        )  # fmt: skip
        if Document.objects.filter(index__in=about.values("index"), data__isnull=False).exists():
            redact(
                erasure["reference"], erasure["revision"], language=erasure["language"],
                reason=erasure["reason"], by=erasure["by"], at=at,
            )  # fmt: skip
            done.append(f"Redacted again: {erasure['reference']} revision {erasure['revision']}.")
    reason = ""
    if not keys.last_checkpoint(head.origin):
        reason = "The database was restored, and nothing tells whether the old log had gone on."
    else:
        try:
            with transaction.atomic(durable=True):
                sign(locked_head(), at=at)
        except (LogForked, keys.KeyUnusable) as problem:
            reason = f"The database was restored. {problem}"
    if reason:
        done.append(f"A new log begins: {restart(reason=reason)}. {reason}")
    return done
