"""The receipt of a pledge: enough to check its latest revision offline, for ever."""

from __future__ import annotations

import base64

from kept.log.actions import checkpoint
from kept.log.keys import size_in
from kept.log.merkle import inclusion_proof
from kept.log.models import Document
from kept.log.queries import StoredTree, document_behind, latest_entry
from kept.log.witnesses import cosigned


class Redacted(LookupError):
    """The document was blanked; `document` says when and why."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.redaction_reason)
        self.document = document


def receipt(reference: str) -> dict | None:
    """The receipt as docs/log.md shows it: `verify.check_receipt` checks it, with the log's key and nothing else.

    None where nothing of that reference was published. Raises Redacted, and what `checkpoint` raises.
    """
    entry = latest_entry(reference)
    if entry is None:
        return None
    document = document_behind(entry)
    if document.data is None:
        raise Redacted(document)
    note = checkpoint()
    proof = inclusion_proof(entry.index, size_in(note), StoredTree().subtree)
    return {
        "reference": entry.reference,
        "revision": entry.revision,
        "document": base64.b64encode(document.data).decode(),
        "entry": base64.b64encode(entry.data).decode(),
        "index": entry.index,
        "proof": [base64.b64encode(step).decode() for step in proof],
        "checkpoint": cosigned(note),
    }
