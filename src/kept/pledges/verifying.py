"""`kept verify` goes on here: what lists and the counter show has to follow from the documents behind the log.

The tables of the public record (`Revision` and its projections) are a copy for speed. Whoever changes an amount
there, and not in the log, is found by the reference of the pledge.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import islice

from kept.log.checks import register_check
from kept.log.models import Document, Entry
from kept.log.verify import DoesNotHold, Findings
from kept.pledges.counting import counter
from kept.pledges.models import PUBLIC, Pledge, Revision, Status

BATCH = 2000
COLUMNS = (
    "pledge__number", "n", "sha256", "title", "summary", "record_status", "amount_usd", "language", "start", "end",
    "lead__slug",
)  # fmt: skip


@register_check
def record_follows_from_log(findings: Findings) -> None:
    """Compare every public pledge's row with its document, then recompute the counter. Raises DoesNotHold."""
    pledges, usd = 0, Decimal(0)
    rows = Revision.objects.public().order_by("pledge__number").values_list(*COLUMNS).iterator(chunk_size=BATCH)
    expected = 0
    while batch := list(islice(rows, BATCH)):
        documents = _documents(batch)
        for row in batch:
            expected += 1
            if row[0] != expected:
                raise DoesNotHold("missing", f"P-{expected:05d} is not in the registry")
            pledges, usd = _one(row, documents, pledges, usd)
    numbered = Pledge.objects.filter(number__isnull=False).count()
    if numbered != expected or Pledge.objects.filter(status__in=PUBLIC).count() != expected:
        raise DoesNotHold("added", "a pledge is marked as public and has no public text")
    shown = counter()
    if (shown.pledges, shown.amount_usd) != (pledges, usd):
        raise DoesNotHold(
            "changed",
            f"the counter says {shown.pledges} pledges and {shown.amount_usd} USD; the documents say {pledges} and {usd}",
        )


def _documents(batch: list[tuple]) -> dict[tuple[str, int], tuple[str, bytes | None]]:
    """{(reference, revision): (its hash in the log, the document's bytes or None if redacted)}."""
    references = [f"P-{row[0]:05d}" for row in batch if row[0]]
    entries = Entry.objects.filter(reference__in=references, type__startswith="pledge.")
    about = {e[0]: (e[1], e[2], e[3]) for e in entries.values_list("index", "reference", "revision", "sha256")}
    documents = Document.objects.filter(index__in=list(about)).values_list("index", "data")
    return {(about[i][0], about[i][1]): (about[i][2], data) for i, data in documents.iterator()}


def _one(row: tuple, documents: dict, pledges: int, usd: Decimal) -> tuple[int, Decimal]:
    """One pledge's row against its document; the sums with it added."""
    number, n, sha256, title, summary, status, amount_usd, language, start, end, lead = row
    reference = f"P-{number:05d}"
    logged, data = documents.get((reference, n), ("", None))
    if not logged:
        raise DoesNotHold("added", f"{reference} revision {n} stands in the registry and not in the log")
    if data is not None:
        said = json.loads(bytes(data))
        told = {
            "title": title, "summary": summary, "status": status, "language": language, "start": start, "end": end,
            "lead": lead, "amount": f"{amount_usd:.2f}" if amount_usd is not None else "",
        }  # fmt: skip
        stands = {
            "title": said["title"], "summary": said.get("summary", ""), "status": said["status"],
            "language": said["language"], "start": said.get("start", ""), "end": said.get("end", ""),
            "lead": said["lead"]["key"], "amount": said.get("usd", {}).get("amount", ""),
        }  # fmt: skip
        for name, value in stands.items():
            if told[name] != value:
                raise DoesNotHold(
                    "changed",
                    f"{reference}: {name} is {told[name]!r} in the registry and {value!r} in the log's document",
                )
    if logged != sha256:
        raise DoesNotHold("changed", f"{reference}: the registry names another document than the log")
    if status == Status.PUBLISHED:
        pledges += 1
        usd += amount_usd or Decimal(0)
    return pledges, usd
