"""The tamper-evident log: one head, its entries, the documents behind them.

Nothing here is ever changed or removed, but for a document's bytes when they have to be redacted. The log
stands on the ground floor: it knows references and bytes, no pledges and no people.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from kept.log.merkle import Frontier


class Head(models.Model):
    """The log's one head row. Whoever appends locks it last in the transaction, and so numbers have no gaps.

    `verifier_key` is the public key with which this log was first signed: another one never signs it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200)  # the log's name, fixed at first start
    generation = models.PositiveIntegerField(default=1)  # how many logs there were, this one included
    size = models.BigIntegerField(default=0)  # entries
    last_number = models.BigIntegerField(default=0)  # the last pledge reference given: 831 for P-00831
    change = models.BigIntegerField(default=0)  # the last change number given
    frontier = models.JSONField(default=list)  # roots of the complete subtrees, hex, largest first
    last_at = models.DateTimeField(null=True, blank=True)  # of the newest entry: the log's time never runs back
    verifier_key = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.origin}: {self.size}"

    def tree(self) -> Frontier:
        """The tree's growing edge, as it was after the last entry."""
        return Frontier(self.size, [bytes.fromhex(each) for each in self.frontier])


class Entry(models.Model):
    """One line of the log. `data` is the entry, byte for byte; the other columns repeat it for look-ups.

    `leaf` repeats its hash: where a byte was changed, verification can name the entry.
    """

    index = models.BigIntegerField(primary_key=True)  # place in the log, from 0, without gaps
    at = models.DateTimeField()
    type = models.CharField(max_length=40)  # "pledge.published", "document.redacted", …
    reference = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    language = models.CharField(max_length=16, blank=True)  # of a translation; the document says it too
    sha256 = models.CharField(max_length=64)
    brings_document = models.BooleanField(default=True)  # not so: `document.redacted`, which names another's
    data = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        ordering = ["index"]
        constraints = [
            # A reference, a revision and a language name one document, once; it is redacted once.
            models.UniqueConstraint(
                fields=["reference", "revision", "language", "brings_document"], name="one_entry_per_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.index}: {self.type} {self.reference} {self.revision}"


class Document(models.Model):
    """The exact bytes that an entry holds the SHA-256 of; none once they were redacted.

    It has its entry's place in the log for its key: documents stand on disk in the order of the log, and
    a million of them are appended and read without jumping about in an index of hashes.
    """

    index = models.BigIntegerField(primary_key=True)
    data = models.BinaryField(null=True, blank=True)
    redacted_at = models.DateTimeField(null=True, blank=True)
    redacted_by = models.CharField(max_length=200, blank=True)
    redaction_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["index"]

    def __str__(self) -> str:
        return str(self.index)


class Node(models.Model):
    """The hash of a complete subtree of 256, 65536, … leaves: what proofs and tiles would else recompute.

    Levels between those are hashed from at most 256 neighbours when asked for.
    """

    level = models.PositiveSmallIntegerField()  # 8, 16, 24, …
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_hash_per_subtree")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Change(models.Model):
    """Something public changed. Readers of the sequence (an index, a counter in memory) miss nothing.

    Numbers have no gaps and become visible in their order, since they are given under the head's lock.
    """

    number = models.BigIntegerField(primary_key=True)
    subject = models.CharField(max_length=40)  # "pledge", "organisation", …
    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.subject} {self.key}"


class SignedCheckpoint(models.Model):
    """A signed statement about the log at one size. Once signed it is never signed differently."""

    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["size"]
        constraints = [models.UniqueConstraint(fields=["origin", "size"], name="one_checkpoint_per_size")]

    def __str__(self) -> str:
        return f"{self.origin}: {self.size}"


class Cosignature(models.Model):
    """A witness's line below one of our checkpoints, with the witness's key as it was then."""

    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    witness = models.CharField(max_length=300)  # the witness's public key: name+id+key
    line = models.CharField(max_length=500)
    at = models.DateTimeField()  # the witness's own clock

    class Meta:
        ordering = ["size", "at"]
        constraints = [models.UniqueConstraint(fields=["origin", "size", "witness"], name="one_cosignature_each")]

    def __str__(self) -> str:
        return f"{self.origin}: {self.size} by {self.witness.partition('+')[0]}"


class WitnessedLog(models.Model):
    """The newest checkpoint of another log that this installation co-signed: it never co-signs anything before it."""

    origin = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["origin"]

    def __str__(self) -> str:
        return f"{self.origin}: {self.size}"
