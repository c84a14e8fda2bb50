"""How a text enters the public record: its document, its entry in the log, its projection for lists and sums.

One way in for everything that becomes public: a publication, a revision, a withdrawal, an import of 100,000
rows. The head row of the log is locked last and gives reference, place in the log and change number
(docs/decisions/0002).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from kept.base import amendments, entered, places, rates
from kept.base.bulk import give_keys, insert_objects, insert_rows
from kept.base.places.catalogue import on_reload
from kept.log.actions import NewEntry, document_bytes, new_salt, open_head
from kept.people.models import Organisation
from kept.pledges.content import PledgeContent
from kept.pledges.dates import last_day
from kept.pledges.models import (
    Attachment,
    Pledge,
    Revision,
    RevisionPartner,
    RevisionPlace,
    RevisionTag,
    Status,
    TextStatus,
)

CENTS = Decimal("0.01")
NOWHERE = places.Expansion(frozenset(), frozenset(), False)
FORMAT = "kept/pledge/1"
STATUS_AFTER = {
    "pledge.published": Status.PUBLISHED,
    "pledge.revised": Status.PUBLISHED,
    "pledge.withdrawn": Status.WITHDRAWN,
    "pledge.superseded": Status.SUPERSEDED,
}


@dataclass
class Record:
    """One text on its way into the public record."""

    pledge: Pledge
    revision: Revision  # `content` set; saved or new, as its pledge; the public columns are filled here
    event: str  # pledge.published, pledge.revised, pledge.withdrawn, pledge.superseded
    content: PledgeContent
    published_at: datetime | None = None  # of a first publication; may lie in the past for an import
    reason: str = ""
    attachments: Sequence[Attachment] = ()
    confirmed: frozenset[int] = frozenset()  # partners that said yes
    document: bytes = b""
    countries: places.Expansion = field(default_factory=lambda: NOWHERE)


def prepare(
    records: Sequence[Record], *, at: datetime, organisations: Mapping[int, Organisation], first_number: int
) -> None:
    """Do what `put_on_record` does before it writes: ahead of the transaction, so that nobody waits for it (imports).

    `first_number` is what the next first publication will probably get; where it gets another one, its document is
    written anew under the lock.
    """
    amendments.refresh()
    number = first_number
    for record in records:
        project(record, at=at, organisations=organisations)
        if record.pledge.number is None:
            record.pledge.number, number = number, number + 1
        _write_document(record, organisations)


def put_on_record(
    records: Sequence[Record], *, at: datetime, organisations: Mapping[int, Organisation] | None = None
) -> None:
    """Make every record public, in order. Must run inside the transaction of the action that does it.

    First publications get the next references without gaps; each record gets its entry in the log and a
    change number. `organisations` spares queries where the caller has them (imports). What `prepare` did
    already is not done again.
    """
    organisations = organisations if organisations is not None else _organisations_of(records)
    amendments.refresh()  # another process may have entered that a country joins or leaves a group
    for record in records:
        if record.revision.n is None:
            project(record, at=at, organisations=organisations)
    with open_head() as head:
        new = [r for r in records if r.event == "pledge.published"]
        for record, number in zip(new, head.take_numbers(len(new)), strict=True):
            if record.pledge.number != number:
                record.pledge.number, record.document = number, b""
        for record in records:
            if not record.document:
                _write_document(record, organisations)
        head.append_many([_entry(r) for r in records])  # the log has its own clock
        head.changed_many("pledge", [r.pledge.reference for r in records])
        _save(records)


def _entry(record: Record) -> NewEntry:
    return NewEntry(
        type=record.event,
        reference=record.pledge.reference,
        revision=record.revision.n,
        sha256=record.revision.sha256,
        document=record.document,
    )


def pledge_day(content: PledgeContent, published: datetime) -> tuple[date, int | None]:
    """A pledge's day: that of its announcement, else of its publication (UTC); with the year where only that is known."""
    said = content.announced
    published_on = published.astimezone(UTC).date()
    if len(said) == 10:
        return date.fromisoformat(said), None
    if len(said) in (4, 7):
        if published_on.isoformat().startswith(said):
            return published_on, int(said) if len(said) == 4 else None
        return last_day(said), int(said[:4]) if len(said) == 4 else None
    return published_on, None


def converted(content: PledgeContent, day: date, year: int | None) -> rates.Conversion:
    """The pledge's amount in USD at the reference rate of its day; a file's own figure where it brought one."""
    if content.amount_usd:
        given = Decimal(content.amount_usd).quantize(CENTS, ROUND_HALF_EVEN)
        return rates.Conversion(given, None, None, content.source.name, "file")
    if not content.amount:
        return rates.Conversion(None, None, None, "", "none")
    return rates.convert(Decimal(content.amount), content.currency, day, year=year, extra=entered.rate)


def project(record: Record, *, at: datetime, organisations: Mapping[int, Organisation]) -> None:
    """Fill the columns of a revision from its content, as they are true on the pledge's day."""
    pledge, revision, content = record.pledge, record.revision, record.content
    first = pledge.published_at is None
    if first:
        pledge.published_at = record.published_at or at
    pledge.revisions_count += 1
    pledge.status = STATUS_AFTER[record.event]
    pledge.title, pledge.lead_id = content.title[:300], content.lead
    if pledge.working_id is not None and pledge.working_id == revision.pk:
        pledge.working = None
    day, year = pledge_day(content, pledge.published_at)
    record.countries = places.expand(content.targets, day)
    lead = organisations[content.lead]
    usd = converted(content, day, year)
    revision.n = pledge.revisions_count
    revision.status = TextStatus.PUBLISHED
    revision.event, revision.reason = record.event, record.reason
    revision.record_status = STATUS_AFTER[record.event]
    revision.published_at = pledge.published_at
    revision.valid_from = pledge.published_at if first else at
    revision.language, revision.title, revision.summary = content.language, content.title[:300], content.summary
    revision.lead_id, revision.entity_type, revision.origin = lead.pk, lead.entity_type, lead.country
    revision.day, revision.announced = day, content.announced
    revision.amount, revision.currency = content.amount_value, content.currency
    revision.amount_usd, revision.rate = usd.amount_usd, usd.rate
    revision.usd_cents = None if usd.amount_usd is None else int(usd.amount_usd * 100)
    revision.rate_day, revision.rate_kind = usd.rate_day, usd.kind
    revision.money_nature, revision.instrument = content.money_nature, content.instrument
    revision.people_expected = content.people_expected
    revision.start, revision.end = content.start, content.end
    revision.ends_on = last_day(content.end) if content.end else None
    revision.search_text = search_text(content, [lead, *(organisations[p.organisation] for p in content.partners)])


def search_text(content: PledgeContent, who: Iterable[Organisation]) -> str:
    """Words under which a pledge is found, without case and accents (the index of the registry reads the same)."""
    words = [content.title, content.summary, content.description]
    for organisation in who:
        words += [organisation.name, organisation.abbreviation, *organisation.names.values()]
    return fold(" ".join(filter(None, words)))


def fold(text: str) -> str:
    """Text without case and accents, for comparison."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


# --- the document ------------------------------------------------------------------------------------


def _write_document(record: Record, organisations: Mapping[int, Organisation]) -> None:
    import hashlib

    record.document = document_bytes(public_document(record, organisations), new_salt())
    record.revision.sha256 = hashlib.sha256(record.document).hexdigest()


def _organisation(organisation: Organisation) -> dict[str, Any]:
    return {
        "key": organisation.slug,
        "name": organisation.name,
        "entity_type": organisation.entity_type,
        "country": organisation.country,
    }


def decimal_text(value: Decimal, places_: int) -> str:
    """An amount as it stands in documents: fixed scale, no exponent."""
    return f"{value.quantize(Decimal(1).scaleb(-places_)):f}"


def public_document(record: Record, organisations: Mapping[int, Organisation]) -> dict[str, Any]:
    """The public text of a revision, before it is salted and hashed. No contact or account data, ever.

    Amounts are strings of fixed scale (USD 2, source currency 4, rate 12 decimals); no address of this
    installation is inside, so that the document outlives it.
    """
    pledge, revision, content = record.pledge, record.revision, record.content
    document: dict[str, Any] = {
        "format": FORMAT,
        "type": record.event,
        "reference": pledge.reference,
        "revision": revision.n,
        "status": str(revision.record_status),
        "published": revision.published_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "valid_from": revision.valid_from.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "language": content.language,
        "title": content.title,
        "lead": _organisation(organisations[content.lead]),
        "partners": [
            {
                **_organisation(organisations[p.organisation]),
                "part": p.part,
                "confirmed": p.organisation in record.confirmed,
            }
            for p in content.partners
        ],
        "focus_areas": sorted(content.focus_areas),
        "kinds": sorted(content.kinds),
        "beneficiaries": sorted(content.beneficiaries),
        "targets": list(content.targets),
        "countries": sorted(record.countries.named | record.countries.by_group),
        "sdgs": list(content.sdgs),
    }
    for name in ("summary", "description", "start", "end", "occasion", "announced", "source_stage"):
        if getattr(content, name):
            document[name] = getattr(content, name)
    if content.people_expected is not None:
        document["people_expected"] = content.people_expected
    if content.amount:
        document["amount"] = {
            "value": decimal_text(Decimal(content.amount), 4),
            "currency": content.currency,
            "nature": content.money_nature,
            "instrument": content.instrument,
        }
    if revision.amount_usd is not None:
        document["usd"] = {
            "amount": decimal_text(revision.amount_usd, 2),
            "kind": revision.rate_kind,
            "rate": decimal_text(revision.rate, 12) if revision.rate is not None else "",
            "rate_day": revision.rate_day.isoformat() if revision.rate_day else "",
        }
    for name in ("indicators", "links", "source", "source_reports", "notes"):
        if value := content.plain(name):
            document[name] = _strings(value)
    if record.attachments:
        document["attachments"] = [
            {"name": a.name, "media_type": a.media_type, "size": a.size, "sha256": a.sha256} for a in record.attachments
        ]
    if record.reason:
        document["reason"] = record.reason
    if pledge.successor_id and record.event == "pledge.superseded":
        document["successor"] = pledge.successor.reference
    return document


def _strings(value: Any) -> Any:
    """Numbers with a fraction become text: canonical documents hold no floats."""
    if isinstance(value, dict):
        return {k: _strings(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_strings(v) for v in value]
    return str(value) if isinstance(value, float | Decimal) else value


# --- saving ------------------------------------------------------------------------------------------

REVISION_COLUMNS = [
    "n", "status", "event", "reason", "record_status", "valid_from", "published_at", "sha256", "language",
    "title", "summary", "search_text", "lead", "entity_type", "origin", "day", "announced", "amount",
    "currency", "amount_usd", "usd_cents", "rate", "rate_day", "rate_kind", "money_nature", "instrument",
    "people_expected", "start", "end", "ends_on",
]  # fmt: skip
PLEDGE_COLUMNS = [
    "number", "status", "title", "lead", "working", "current", "revisions_count", "published_at", "hold",
    "publish_at", "successor", "delisted",
]  # fmt: skip


def _save(records: Sequence[Record]) -> None:
    _close_former(records)
    made = [r.pledge for r in records if r.pledge.pk is None]
    known = [r.pledge for r in records if r.pledge.pk is not None]
    saved = [r.revision for r in records if r.revision.pk is not None]
    fresh = [r.revision for r in records if r.revision.pk is None]
    give_keys(made)
    give_keys(fresh)
    for record in records:
        if record.pledge._state.adding:  # by their keys: thousands of objects that hold each other are slow to let go
            record.revision.pledge_id, record.pledge.current_id = record.pledge.pk, record.revision.pk
        else:
            record.revision.pledge, record.pledge.current = record.pledge, record.revision
    insert_objects(made)
    insert_objects(fresh)
    if saved:
        Revision.objects.bulk_update(saved, REVISION_COLUMNS, batch_size=100)
    if known:
        Pledge.objects.bulk_update(known, PLEDGE_COLUMNS, batch_size=100)
    _save_projections(records)


def _close_former(records: Sequence[Record]) -> None:
    """The revision that was valid until now ends where the new one begins."""
    ends = {r.pledge.current_id: r.revision.valid_from for r in records if r.pledge.current_id}
    former = list(Revision.objects.filter(pk__in=ends)) if ends else []
    for revision in former:
        revision.valid_to = ends[revision.pk]
    if former:
        Revision.objects.bulk_update(former, ["valid_to"], batch_size=200)


def _save_projections(records: Sequence[Record]) -> None:
    place_rows: list[tuple] = []
    tag_rows: list[tuple] = []
    partner_rows: list[tuple] = []
    for record in records:
        pk, content = record.revision.pk, record.content
        place_rows += [(pk, *row) for row in places_of(record.revision, content, record.countries)]
        for taxonomy, slugs in (
            ("focus", content.focus_areas),
            ("kind", content.kinds),
            ("beneficiary", content.beneficiaries),
            ("sdg", content.sdgs),
        ):
            tag_rows += [(pk, taxonomy, slug) for slug in dict.fromkeys(slugs)]
        seen: set[int] = {content.lead or 0}
        for position, partner in enumerate(content.partners):
            if partner.organisation not in seen:
                seen.add(partner.organisation)
                confirmed = partner.organisation in record.confirmed
                partner_rows.append((pk, partner.organisation, partner.part[:300], position, confirmed))
    insert_rows(RevisionPlace, ("revision_id", "code", "kind", "named"), place_rows)
    insert_rows(RevisionTag, ("revision_id", "taxonomy", "slug"), tag_rows)
    insert_rows(RevisionPartner, ("revision_id", "organisation_id", "part", "position", "confirmed"), partner_rows)


def places_of(revision: Revision, content: PledgeContent, countries: places.Expansion) -> list[tuple[str, str, bool]]:
    """(code, kind, named): each target, each country that only a region or group covers, what lies around them."""
    rows = [(code, _kind_of(code), True) for code in dict.fromkeys(content.targets)]
    covered = countries.by_group - countries.named
    rows += [(code, "country", False) for code in sorted(covered)]
    held = {code for country in countries.countries for code in holding(country, revision.day)}
    rows += [(code, _kind_of(code), False) for code in sorted(held.difference(content.targets))]
    return rows


@lru_cache(maxsize=65536)
def holding(country: str, on: date) -> tuple[str, ...]:
    """The regions and groups that hold a country on a day: a pledge for Burundi is one for the least developed."""
    return places.regions_of(country, on) + places.groups_of(country, on)


_kind_of = lru_cache(maxsize=4096)(places.kind_of)
on_reload(holding.cache_clear)
on_reload(_kind_of.cache_clear)


def _organisations_of(records: Sequence[Record]) -> dict[int, Organisation]:
    ids = {r.content.lead for r in records} | {p.organisation for r in records for p in r.content.partners}
    return Organisation.objects.in_bulk([i for i in ids if i])
