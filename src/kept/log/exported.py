"""A whole exported file: its log, the rows of pledges beside it, and a figure that somebody quoted; and the program.

This is the last part of the verifier in one file (`standalone.py`); `main` is what runs there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kept.log.cosignatures import cosigned_at
from kept.log.figures import (
    Figure,
    Latest,
    NoPair,
    Tally,
    fingerprint,
    first_difference,
    read_pair,
    said_by_document,
    said_by_row,
)
from kept.log.notes import COSIGNATURE, Forged, VerifierKey, from_base64, read_key
from kept.log.verify import DoesNotHold, Findings, Hear, check_copy, check_receipt, in_words, read_rows


def check_results(
    results: Iterable[dict[str, Any]], latest: Latest, document_at: Callable[[int], dict[str, Any]]
) -> int:
    """Does every row of an export say what its document says, and is there one for each pledge that counts?

    `document_at` gives the document at a place in the log: it is asked once, to name what differs.
    Returns how many rows there were. Raises DoesNotHold.
    """
    told: set[str] = set()
    for row in results:
        reference = row.get("reference") if isinstance(row, dict) else None
        noted, counts, place = latest.pledges.get(str(reference), (None, False, 0))
        if not counts or reference in told:
            problem = (
                "stands twice in the export" if reference in told else "is in the export, the log has none to count"
            )
            raise DoesNotHold("added", f"{reference} {problem}")
        told.add(str(reference))
        try:
            said = said_by_row(row)
        except (AttributeError, KeyError, TypeError):
            raise DoesNotHold("changed", f"{reference}: its row in the export cannot be read") from None
        if noted is not None and fingerprint(said) != noted:
            document = said_by_document(document_at(place), latest.merged)
            name, shown, logged = first_difference(said, document)
            text = f"{reference}: {name} is {shown!r} in the export and {logged!r} in the log's document"
            raise DoesNotHold("changed", text)
    for reference, (_noted, counts, _place) in latest.pledges.items():
        if counts and reference not in told:
            raise DoesNotHold("missing", f"{reference} is in the log and not in the export")
    return len(told)


def main(arguments: list[str]) -> int:
    """verify.py [--key KEY] [--witness KEY] [--checkpoint OLDER] [--figure DAY@SIZE] FILE: 0 it holds, 1 it does not."""
    options = {"--key": "", "--witness": "", "--checkpoint": "", "--figure": ""}
    files = []
    rest = iter(arguments)
    for word in rest:
        if word in options:
            options[word] = next(rest, "")
        else:
            files.append(word)
    if len(files) != 1:
        sys.stderr.write(f"{main.__doc__}\n")
        return 2
    try:
        content = json.loads(Path(files[0]).read_bytes())
        older = [Path(options["--checkpoint"]).read_text(encoding="utf-8")] if options["--checkpoint"] else []
        log = content.get("log", {})
        key = read_key(options["--key"] or log.get("key", ""))
        witnessed = witnessed_by(options["--witness"], content.get("checkpoint") or log.get("checkpoint", ""))
        if "proof" in content:
            sys.stdout.write(in_words(check_receipt(content, key), key) + "\n" + witnessed)
            return 0
        tally = Tally(*read_pair(options["--figure"])) if options["--figure"] else None
        findings, figure = check_export(content, key, older, tally)
    except (DoesNotHold, Forged, NoPair, OSError, ValueError, AttributeError) as problem:
        sys.stdout.write(f"does not hold: {problem}\n")
        return 1
    sys.stdout.write(in_words(findings, key, figure) + "\n" + witnessed)
    return 0


def witnessed_by(line: str, note: str) -> str:
    """A line that says when a witness that one knows co-signed; "" where none was named. Raises DoesNotHold."""
    if not line:
        return ""
    key = read_key(line, COSIGNATURE)
    at = cosigned_at(note, key)
    if at is None:
        raise DoesNotHold("missing", f"the co-signature by {key.name} with the key {key.id.hex()}")
    return f"co-signed: {key.name}, {at:%Y-%m-%d %H:%M} UTC\n"


def check_export(
    content: dict[str, Any], key: VerifierKey, older: list[str], tally: Tally | None
) -> tuple[Findings, Figure | None]:
    """Check a whole exported file that was read into memory, and the figure that was asked for. Raises DoesNotHold."""
    log = content.get("log", {})
    entries, merged = log.get("entries", []), log.get("merged", {})
    latest = Latest(merged)
    hear: list[Hear] = [latest, tally] if tally else [latest]
    findings = check_copy(read_rows(entries), log.get("checkpoint", ""), key, older=older, hear=hear)
    if "results" in content:
        findings.rows = check_results(
            content["results"], latest, lambda place: json.loads(from_base64(entries[place]["document"]))
        )
    return findings, figure_of(tally, findings, merged)


def figure_of(tally: Tally | None, findings: Findings, merged: dict[str, Any]) -> Figure | None:
    """The figure that was asked for. Raises DoesNotHold where the log is not that long."""
    if tally is None:
        return None
    if tally.size is not None and tally.size > findings.size:
        raise DoesNotHold("missing", f"the figure is of {tally.size} entries, there are {findings.size}")
    return tally.figure(merged)
