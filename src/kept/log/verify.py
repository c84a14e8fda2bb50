"""Does a copy of the log hold? Small enough to read, and free of everything but Python.

A copy is a row of entries with the documents behind them, a signed checkpoint and a public key. It comes
from the database (`kept verify`) or from an exported file (`kept verify EXPORT.json`, or this very code as
one file, `kept export-log --verifier verify.py`, on a machine that never heard of Kept).

What is checked, in the order of the log: every entry is there once and in its place, in canonical form,
no earlier than the one before; references count up from P-00001 and revisions from 1, none missing; each
document has the hash that its entry names, or was redacted by an entry of its own; the root over all
entries is the one that was signed. The first thing that does not hold is raised as DoesNotHold.

Whoever wants to count along gives `hear`: it is called for every entry with its document.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kept.log.canonical import NotCanonical, read_canonical
from kept.log.figures import Figure
from kept.log.merkle import BadProof, Frontier, leaf_hash, root_by_inclusion
from kept.log.notes import Checkpoint, Forged, VerifierKey, from_base64, read_checkpoint

KEYS_OF_AN_ENTRY = {"at", "reference", "revision", "sha256", "type"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
PLEDGE = re.compile(r"P-(\d{5,})", re.ASCII)
WITHOUT_DOCUMENT = {"document.redacted", "award.sealed"}  # entries that bring no document of their own
Hear = Callable[[int, dict[str, Any], dict[str, Any] | None], None]  # place, entry, document (None: redacted, or none)


class DoesNotHold(Exception):
    """The first thing that is wrong, by name: `kind` is changed, missing, added, reordered or forged.

    Where what was looked for may stand further down, `elsewhere` knows it when it sees it.
    """

    def __init__(self, kind: str, text: str, elsewhere: Callable[[Row], bool] | None = None) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.elsewhere = elsewhere


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a copy, as it was found. `leaf` is the hash noted beside it: it helps to name a change."""

    index: int
    data: bytes
    document: bytes | None = None
    leaf: bytes | None = None

    def is_of(self, reference: str, revision: int) -> bool:
        """Is this the entry of that revision of a pledge?"""
        try:
            entry = json.loads(self.data)
            return (entry["reference"], entry["revision"], entry["type"][:7]) == (reference, revision, "pledge.")
        except (ValueError, KeyError, TypeError):
            return False


@dataclass
class Findings:
    """What was found to hold."""

    size: int = 0
    root: bytes = b""
    published: int = 0
    documents: int = 0
    redacted: list[str] = field(default_factory=list)  # "P-00007 revision 1", apart from what is there
    checkpoint: Checkpoint | None = None
    revisions: dict[str, int] = field(default_factory=dict)  # the last revision of each pledge
    rows: int | None = None  # of an export: pledges that say what their documents say


class Verification:
    """One walk over a copy, entry by entry: `walk` (or `add` each row), then `end`.

    `noted` answers hashes of subtrees that were noted beside the log; they help to name a change.
    """

    def __init__(
        self,
        checkpoints: Iterable[Checkpoint] = (),
        noted: Callable[[int, int], bytes | None] | None = None,
        hear: Iterable[Hear] = (),
    ) -> None:
        self.expected: dict[int, Checkpoint] = {}
        for each in checkpoints:
            if self.expected.setdefault(each.size, each).root != each.root:
                raise DoesNotHold("forged", f"two different roots were signed for {each.size} entries")
        self.noted = noted or (lambda level, index: None)
        self.hear = list(hear)
        self.tree = Frontier()
        self.findings = Findings()
        self.time = ""
        self.revisions: dict[str, int] = {}
        self.without_text: dict[str, str] = {}  # hash of a document that is not there: its name
        self.redactions: dict[str, str] = {}
        self.held = 0  # up to here the entries are what was signed
        self._meet_checkpoint()

    def walk(self, rows: Iterable[Row]) -> None:
        """Check row after row. Raises DoesNotHold; where what is missing stands further down: reordered."""
        rest = iter(rows)
        for row in rest:
            try:
                self.add(row)
            except DoesNotHold as problem:
                place = found_at(problem, rest)
                if place is None:
                    raise
                text = f"what belongs at place {self.tree.size} stands at place {place} ({problem})"
                raise DoesNotHold("reordered", text) from None

    def add(self, row: Row) -> None:
        """Check one row. Raises DoesNotHold."""
        index = self.tree.size
        if row.index != index:
            raise DoesNotHold("missing" if row.index > index else "added", f"entry {min(row.index, index)}")
        leaf = leaf_hash(row.data)
        if row.leaf is not None and row.leaf != leaf:
            text = f"entry {index}: its bytes are not those that were entered"
            raise DoesNotHold("changed", text, lambda later: leaf_hash(later.data) == row.leaf)
        entry = self._read(row)
        name = f"{entry['reference']} revision {entry['revision']}"
        if entry["at"] < self.time:
            raise DoesNotHold("reordered", f"entry {index} ({name}) is older than the one before it")
        self.time = entry["at"]
        if entry["type"].startswith("pledge."):
            self._check_number(entry, name)
        if entry["type"] == "document.redacted":
            self.redactions[entry["sha256"]] = name
        document = None
        if entry["type"] not in WITHOUT_DOCUMENT:
            document = self._check_document(entry, name, row.document)
        for heard in self.hear:
            heard(index, entry, document)
        for level, place, root in self.tree.append(leaf):
            if self.noted(level, place) not in (None, root):
                first, last = place << level, (place + 1 << level) - 1
                raise DoesNotHold("changed", f"something among the entries {first} to {last}")
        self._meet_checkpoint()

    def end(self, *, redacted_since: Iterable[str] = (), complete: bool = True) -> Findings:
        """What holds, once all rows were added. Raises DoesNotHold.

        `redacted_since` are hashes of documents that were redacted while the walk went on. A complete copy
        has exactly the entries of its newest checkpoint.
        """
        size = self.tree.size
        newest = max(self.expected, default=0)
        if newest > size:
            raise DoesNotHold("missing", f"a checkpoint of {newest} entries was signed, there are {size}")
        if complete and self.expected and newest < size:
            raise DoesNotHold("added", f"entry {newest} stands beyond the signed checkpoint")
        redacted = set(self.redactions) | set(redacted_since)
        for sha256, name in self.without_text.items():
            if sha256 not in redacted:
                raise DoesNotHold("missing", f"the document of {name}, and no entry says that it was redacted")
        for sha256, name in self.redactions.items():
            if sha256 not in self.without_text:
                raise DoesNotHold("changed", f"the log says that {name} was redacted, but its text is there")
        findings = self.findings
        findings.size, findings.root, findings.revisions = size, self.tree.root(), self.revisions
        findings.redacted = list(self.without_text.values())
        findings.checkpoint = self.expected.get(newest)
        return findings

    def _read(self, row: Row) -> dict[str, Any]:
        try:
            entry = read_canonical(row.data)
        except NotCanonical as error:
            raise DoesNotHold("changed", f"entry {row.index}: {error}") from None
        right = (
            isinstance(entry, dict)
            and set(entry) == KEYS_OF_AN_ENTRY
            and all(isinstance(entry[key], str) for key in KEYS_OF_AN_ENTRY - {"revision"})
            and type(entry["revision"]) is int
            and TIME.fullmatch(entry["at"])
            and HASH.fullmatch(entry["sha256"])
        )
        if not right:
            raise DoesNotHold("changed", f"entry {row.index} does not have the form of an entry")
        return entry

    def _check_number(self, entry: dict[str, Any], name: str) -> None:
        reference, revision = entry["reference"], entry["revision"]
        if entry["type"] == "pledge.published":
            match = PLEDGE.fullmatch(reference)
            wanted = self.findings.published + 1
            if not match or revision != 1:
                raise DoesNotHold("added", f"{name} is no first publication of a pledge")
            if int(match[1]) > wanted:
                text, sought = f"P-{wanted:05d}: {reference} stands in its place", f"P-{wanted:05d}"
                raise DoesNotHold("missing", text, lambda later: later.is_of(sought, 1))
            if int(match[1]) < wanted:
                raise DoesNotHold("added", f"{reference} was published twice")
            self.findings.published = wanted
        else:
            wanted = self.revisions.get(reference, 0) + 1
            if revision > wanted:
                text = f"{reference} revision {wanted}: revision {revision} stands in its place"
                raise DoesNotHold("missing", text, lambda later: later.is_of(reference, wanted))
            if revision < wanted:
                raise DoesNotHold("added", f"{name} a second time")
            if wanted == 1:
                raise DoesNotHold("added", f"{name}, though {reference} was never published")
        self.revisions[reference] = revision

    def _check_document(self, entry: dict[str, Any], name: str, document: bytes | None) -> dict[str, Any] | None:
        if document is None:
            self.without_text[entry["sha256"]] = name
            return None
        if hashlib.sha256(document).hexdigest() != entry["sha256"]:
            raise DoesNotHold("changed", f"the document of {name} is not the one that the log holds the hash of")
        try:
            content = read_canonical(document)
        except NotCanonical as error:
            raise DoesNotHold("forged", f"the document of {name}: {error}") from None
        for key in ("reference", "revision"):
            if isinstance(content, dict) and content.get(key, entry[key]) != entry[key]:
                raise DoesNotHold("forged", f"the document of {name} says that it is of {content[key]}")
        self.findings.documents += 1
        return content if isinstance(content, dict) else None

    def _meet_checkpoint(self) -> None:
        signed = self.expected.get(self.tree.size)
        if signed is None:
            return
        if signed.root != self.tree.root():
            raise DoesNotHold("changed", f"something among the entries {self.held} to {max(0, self.tree.size - 1)}")
        self.held = self.tree.size


def found_at(problem: DoesNotHold, rest: Iterator[Row]) -> int | None:
    """The place further down where what was looked for stands after all; None where it does not."""
    if problem.elsewhere is None:
        return None
    try:
        return next((row.index for row in rest if problem.elsewhere(row)), None)
    except DoesNotHold:  # the rest cannot even be read: the first problem counts
        return None


def check_copy(
    rows: Iterable[Row], note: str, key: VerifierKey, *, older: Iterable[str] = (), hear: Iterable[Hear] = ()
) -> Findings:
    """Check a complete copy against its signed checkpoint, and older ones that somebody kept.

    Raises DoesNotHold. What it does not do is to say whose key `key` is: compare it with one you know.
    """
    verification = Verification([*(kept_checkpoint(each, key) for each in older), signed_by(note, key)], hear=hear)
    verification.walk(rows)
    return verification.end()


def check_receipt(receipt: dict[str, Any], key: VerifierKey) -> Findings:
    """Check a pledge's receipt: document, entry, its place under the root, the signature. Raises DoesNotHold."""
    try:
        document, data = from_base64(receipt["document"]), from_base64(receipt["entry"])
        proof = [from_base64(step) for step in receipt["proof"]]
        index, note = receipt["index"], receipt["checkpoint"]
    except (KeyError, TypeError, Forged) as error:
        raise DoesNotHold("changed", f"this is no receipt ({error})") from None
    checkpoint = signed_by(note, key)
    verification = Verification()
    entry = verification._read(Row(index, data))
    if (entry["reference"], entry["revision"]) != (receipt.get("reference"), receipt.get("revision")):
        raise DoesNotHold("changed", "the receipt names another pledge than its entry")
    verification._check_document(entry, f"{entry['reference']} revision {entry['revision']}", document)
    try:
        root = root_by_inclusion(index, checkpoint.size, leaf_hash(data), proof)
    except BadProof as error:
        raise DoesNotHold("changed", f"the proof: {error}") from None
    if root != checkpoint.root:
        raise DoesNotHold("changed", "the proof does not lead to the root that was signed")
    return Findings(size=checkpoint.size, root=root, documents=1, checkpoint=checkpoint)


def signed_by(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that `key` signed. Raises DoesNotHold: forged."""
    try:
        return read_checkpoint(note, key)
    except Forged as error:
        raise DoesNotHold("forged", f"the checkpoint: {error}") from None


def kept_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """A checkpoint that somebody kept; also one of an earlier name of the log, by the same key."""
    return signed_by(note, VerifierKey(note.partition("\n")[0], key.public))


def read_rows(items: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """The rows of an exported copy (`log.entries`, each with entry, document and leaf in base64)."""
    for index, item in enumerate(items):
        try:
            document, leaf = item.get("document"), item.get("leaf")
            yield Row(
                index,
                base64.b64decode(item["entry"], validate=True),
                None if document is None else base64.b64decode(document, validate=True),
                None if leaf is None else base64.b64decode(leaf, validate=True),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise DoesNotHold("changed", f"entry {index} of the copy cannot be read") from None


def in_words(findings: Findings, key: VerifierKey | None, figure: Figure | None = None) -> str:
    """What holds, in a few lines."""
    root = base64.b64encode(findings.root).decode()
    lines = [f"holds: {findings.size} entries, {findings.documents} documents, root {root}"]
    lines += [f"rows: {findings.rows} pledges of the export say what their documents say"] if findings.rows else []
    lines += [f"redacted: {name}" for name in findings.redacted]
    lines.append(f"key: {key}" if key else "not signed yet")
    lines += [figure.in_words()] if figure else []
    return "\n".join(lines)
