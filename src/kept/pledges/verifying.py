"""`kept verify` goes on here: what lists, pages and the counter show has to follow from the documents behind the log.

The tables of the public record (`Revision` and its projections) are a copy for speed. Each public text, the past ones
too, is written as a document once more and compared with the one in the log, key by key; then the columns that lists and
sums read. Whoever changes an amount there, and not in the log, is found by the reference of the pledge.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from itertools import islice
from typing import Any

from kept.base.places import Expansion
from kept.log.canonical import in_nfc
from kept.log.checks import register_check
from kept.log.copies import register_merged
from kept.log.models import Document, Entry
from kept.log.queries import last_change
from kept.log.verify import DoesNotHold, Findings
from kept.people.models import Organisation
from kept.pledges import counting
from kept.pledges.content import PledgeContent
from kept.pledges.dates import last_day
from kept.pledges.models import (
    PUBLIC,
    Attachment,
    Pledge,
    Revision,
    RevisionPartner,
    RevisionPlace,
    RevisionTag,
    Status,
    Translation,
    TranslationState,
)
from kept.pledges.record import Record, public_document

BATCH = 500
TRIES = 5  # the counter and the rows are read one after the other: again, where somebody published in between
NAMES_OF_AN_ORGANISATION = ("name", "entity_type", "country")  # as it was called then; its row may say otherwise by now


@register_merged
def merged_organisations() -> dict[str, list[str]]:
    """{slug: [slug of the organisation that it was merged into, when]}"""
    gone = Organisation.objects.filter(merged_into__isnull=False).order_by("slug")
    return {
        old: [new, f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]
        for old, new, at in gone.values_list("slug", "merged_into__slug", "merged_at")
    }


@register_check
def record_follows_from_log(findings: Findings) -> None:
    """Compare every public text with its document, in the order of the references. Raises DoesNotHold."""
    expected, before = 0, None
    texts = Revision.objects.filter(n__isnull=False, pledge__number__isnull=False).order_by("pledge__number", "n")
    rows = texts.select_related("pledge__successor", "lead").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        beside = Beside(batch)
        for revision in batch:
            if before is None or revision.pledge_id != before.pledge_id:
                _ends(before, findings)
                expected += 1
                if revision.pledge.number != expected:
                    raise DoesNotHold("missing", f"P-{expected:05d} is not in the registry")
                _follows(None, revision)
            else:
                _follows(before, revision)
            _compare(revision, beside)
            before = revision
    _ends(before, findings)
    if expected < findings.published:
        raise DoesNotHold("missing", f"P-{expected + 1:05d} is not in the registry")
    strays = Pledge.objects.filter(status__in=PUBLIC).exclude(pk__in=texts.values("pledge"))
    if strays.exists():
        raise DoesNotHold("added", "a pledge is marked as public and has no public text")


def _follows(before: Revision | None, revision: Revision) -> None:
    """Is this the text that comes next? Each is valid from where the one before it ends."""
    name = f"{revision.pledge.reference} revision {revision.n}"
    if revision.n != (before.n or 0) + 1 if before else revision.n != 1:
        raise DoesNotHold("missing", f"the text before {name} is not in the registry")
    if before and before.valid_to != revision.valid_from:
        raise DoesNotHold("changed", f"{name}: the text before it does not end where it begins")


def _ends(last: Revision | None, findings: Findings) -> None:
    """Is this a pledge's newest text, and the one that is shown?"""
    if last is None:
        return
    reference = last.pledge.reference
    if (last.n or 0) < findings.revisions.get(reference, 0):
        raise DoesNotHold("missing", f"{reference} revision {(last.n or 0) + 1} is not in the registry")
    if last.valid_to is not None:
        raise DoesNotHold("missing", f"{reference} is not in the registry: its newest text is marked as a former one")
    if last.pledge.current_id != last.pk or last.pledge.status != last.record_status:
        raise DoesNotHold("changed", f"{reference}: the pledge's own row names another text or state")


class Beside:
    """What stands beside some public texts: entries, documents, projections, organisations, files."""

    def __init__(self, texts: list[Revision]) -> None:
        keys = [text.pk for text in texts]
        self.documents = _documents(texts)
        self.tags: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for key, taxonomy, slug in RevisionTag.objects.filter(revision__in=keys).values_list(
            "revision_id", "taxonomy", "slug"
        ):
            self.tags[key][taxonomy].add(slug)
        self.places: dict[int, dict[bool, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.countries: dict[int, dict[bool, set[str]]] = defaultdict(lambda: defaultdict(set))
        for key, code, kind, named in RevisionPlace.objects.filter(revision__in=keys).values_list(
            "revision_id", "code", "kind", "named"
        ):
            self.places[key][named].add(code)
            if kind == "country":
                self.countries[key][named].add(code)
        self.partners: dict[int, dict[int, bool]] = defaultdict(dict)
        for key, organisation, confirmed in RevisionPartner.objects.filter(revision__in=keys).values_list(
            "revision_id", "organisation_id", "confirmed"
        ):
            self.partners[key][organisation] = confirmed
        self.contents = {text.pk: PledgeContent.from_json(text.content) for text in texts}
        ids = {
            pk
            for content in self.contents.values()
            for pk in (content.lead, *(p.organisation for p in content.partners))
        }
        self.organisations = Organisation.objects.in_bulk([pk for pk in ids if pk])
        files = {pk for content in self.contents.values() for pk in content.attachments}
        self.files = Attachment.objects.in_bulk(list(files)) if files else {}


def _documents(texts: list[Revision]) -> dict[tuple[str, int], tuple[str, bytes | None]]:
    """{(reference, revision): (its hash in the log, the document's bytes or None if redacted)}."""
    references = {text.pledge.reference for text in texts}
    entries = Entry.objects.filter(reference__in=references, type__startswith="pledge.")
    about = {e[0]: (e[1], e[2], e[3]) for e in entries.values_list("index", "reference", "revision", "sha256")}
    documents = Document.objects.filter(index__in=list(about)).values_list("index", "data")
    return {(about[i][0], about[i][1]): (about[i][2], data) for i, data in documents.iterator()}


def _compare(revision: Revision, beside: Beside) -> None:
    """One public text against its document. Raises DoesNotHold."""
    reference, n = revision.pledge.reference, revision.n or 0
    logged, data = beside.documents.get((reference, n), ("", None))
    if not logged:
        raise DoesNotHold("added", f"{reference} revision {n} stands in the registry and not in the log")
    if logged != revision.sha256:
        raise DoesNotHold("changed", f"{reference} revision {n}: the registry names another document than the log")
    if data is None:
        return
    said = json.loads(bytes(data))
    for name, told, stands in _differences(revision, said, beside):
        text = f"{reference} revision {n}: {name} is {told!r} in the registry and {stands!r} in the log's document"
        raise DoesNotHold("changed", text)


def _differences(revision: Revision, said: dict[str, Any], beside: Beside) -> Iterator[tuple[str, Any, Any]]:
    """(name, in the registry, in the document): first what lists and sums read, then the whole text."""
    content = beside.contents[revision.pk]
    yield from ((name, told, stands) for name, told, stands in _columns(revision, said, beside) if told != stands)
    for organisation in (content.lead, *(p.organisation for p in content.partners)):
        if organisation not in beside.organisations:
            yield "organisation", organisation, "one that is there"
            return
    countries = beside.countries[revision.pk]
    record = Record(
        pledge=revision.pledge, revision=revision, event=revision.event, content=content, reason=revision.reason,
        attachments=[beside.files[pk] for pk in content.attachments if pk in beside.files],
        confirmed=frozenset(pk for pk, confirmed in beside.partners[revision.pk].items() if confirmed),
        countries=Expansion(frozenset(countries[True]), frozenset(countries[False]), False),
    )  # fmt: skip
    rebuilt = in_nfc(public_document(record, beside.organisations))
    for name in sorted({*rebuilt, *said} - {"salt", "attachments"}):
        told, stands = _timeless(rebuilt.get(name)), _timeless(said.get(name))
        if told != stands:
            yield name, told, stands


def _columns(revision: Revision, said: dict[str, Any], beside: Beside) -> Iterator[tuple[str, Any, Any]]:
    """What the public columns and tables repeat of a document."""
    money, usd = said.get("amount", {}), said.get("usd", {})
    tags = beside.tags[revision.pk]
    yield "title", in_nfc(revision.title), said["title"][:300]
    yield "summary", in_nfc(revision.summary), said.get("summary", "")
    yield "status", revision.record_status, said["status"]
    yield "language", revision.language, said["language"]
    yield "lead", revision.lead.slug if revision.lead else "", said["lead"]["key"]
    yield "entity_type", revision.entity_type, said["lead"]["entity_type"]
    yield "origin", revision.origin, said["lead"]["country"]
    yield "amount", revision.amount, Decimal(money["value"]) if money else None
    yield "currency", revision.currency if money else "", money.get("currency", "")
    yield "money_nature", revision.money_nature if money else "", money.get("nature", "")
    yield "instrument", revision.instrument if money else "", money.get("instrument", "")
    yield "amount in USD", revision.amount_usd, Decimal(usd["amount"]) if usd else None
    yield "cents in USD", revision.usd_cents, int(Decimal(usd["amount"]) * 100) if usd else None
    yield "start", revision.start, said.get("start", "")
    yield "end", revision.end, said.get("end", "")
    yield "last day", revision.ends_on, last_day(said["end"]) if said.get("end") else None
    yield "announced", revision.announced, said.get("announced", "")
    yield "people_expected", revision.people_expected, said.get("people_expected")
    for name, key in (("focus", "focus_areas"), ("kind", "kinds"), ("beneficiary", "beneficiaries"), ("sdg", "sdgs")):
        yield key, sorted(tags[name]), sorted(set(said[key]))
    yield "targets", sorted(beside.places[revision.pk][True]), sorted(set(said["targets"]))
    codes = beside.countries[revision.pk]
    yield "countries", sorted(codes[True] | codes[False]), said["countries"]


def _timeless(value: Any) -> Any:
    """A part of a document without the names that an organisation may have changed since."""
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    if isinstance(value, dict) and "key" in value:
        return {name: item for name, item in value.items() if name not in NAMES_OF_AN_ORGANISATION}
    return value


@register_check
def translations_follow_from_log(findings: Findings) -> None:
    """Compare every published translation with its document. Raises DoesNotHold."""
    published = Translation.objects.filter(state=TranslationState.PUBLISHED).select_related("pledge").order_by("pk")
    for one in published.iterator(chunk_size=BATCH):
        name = f"{one.pledge.reference} revision {one.n} in {one.language}"
        entry = Entry.objects.filter(
            reference=one.pledge.reference, revision=one.n, language=one.language, brings_document=True
        ).first()
        if entry is None:
            raise DoesNotHold("added", f"{name} stands in the registry and not in the log")
        data = Document.objects.filter(pk=entry.pk).values_list("data", flat=True).first()
        if data is None:
            continue
        said = json.loads(bytes(data))
        for part in ("title", "summary", "description"):
            if in_nfc(getattr(one, part)) != said.get(part, ""):
                raise DoesNotHold("changed", f"{name}: {part} is not what the log's document says")


@register_check
def counter_follows_from_record(findings: Findings) -> None:
    """Add up the rows, each of which was compared with its document, and ask the counter. Raises DoesNotHold."""
    for _try in range(TRIES):
        number = last_change()
        pledges, cents = 0, 0
        rows = Revision.objects.public().filter(record_status=Status.PUBLISHED).values_list("usd_cents", flat=True)
        for usd in rows.iterator(chunk_size=10_000):
            pledges, cents = pledges + 1, cents + (usd or 0)
        shown = counting.counter()
        if last_change() == number:
            break
    else:
        return  # somebody publishes all the time: every row was compared, the sum is looked at next time
    if (shown.pledges, shown.amount_usd) != (pledges, counting.dollars(cents)):
        said = f"{pledges} and {counting.dollars(cents)}"
        text = f"the counter says {shown.pledges} pledges and {shown.amount_usd} USD; the documents say {said}"
        raise DoesNotHold("changed", text)
