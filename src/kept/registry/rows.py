"""A public pledge as plain data: what the API answers, what exports hold. One shape, described once.

Amounts are decimal strings, dates ISO 8601, instants with offset, countries alpha-3, languages BCP 47.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from kept.base.languages import bcp47
from kept.people.models import Organisation
from kept.pledges import counting
from kept.pledges.content import PledgeContent
from kept.pledges.models import Revision, RevisionPartner, RevisionPlace, RevisionTag
from kept.progress.models import Standing
from kept.registry import search
from kept.registry.selection import Selection

CENTS = Decimal("0.01")
NOTHING_KNOWN: dict[str, str | None] = dict.fromkeys(("standing", "said", "level", "reporting"))


def rows(selection: Selection, *, chunk: int = 500) -> Iterator[dict[str, Any]]:
    """Every pledge of a selection in its order, with flat memory."""
    for keys in search.keys(selection, chunk=chunk):
        yield from records(keys, as_of=selection.as_of)


def records(keys: Sequence[int], *, as_of: date | None = None) -> list[dict[str, Any]]:
    """Revisions as plain data, in the order of `keys`, in a fixed number of queries; how they stood at the end of a day."""
    found = {r.pk: r for r in Revision.objects.filter(pk__in=keys).select_related("pledge__successor")}
    tags, places_, partners = _tags(keys), _places(keys), _partners(keys)
    ids = {r.lead_id for r in found.values()} | {p.organisation_id for some in partners.values() for p in some}
    who = _standing(ids)
    stands = _stands([r.pledge_id for r in found.values()], as_of)
    return [
        _record(found[key], tags[key], places_[key], partners[key], who)
        | stands.get(found[key].pledge_id, NOTHING_KNOWN)
        for key in keys
        if key in found
    ]


def _stands(pledges: Sequence[int], as_of: date | None) -> dict[int, dict[str, str | None]]:
    """{pledge: how it stands, what is said, what supports it, whether anybody answers}: four things, never one."""
    known = Standing.objects.at(search.instant_of(as_of)).filter(pledge__in=pledges)
    values = (row for row in known.order_by().values("pledge", "standing", "said", "level", "reporting", "reports"))
    return {
        row["pledge"]: {
            "standing": row["standing"],
            "said": row["said"] or None,
            "level": row["level"] if row["reports"] else None,
            "reporting": row["reporting"],
        }
        for row in values
    }


def _standing(ids: set[int | None]) -> dict[int, Organisation]:
    """{id: the organisation that stands for it}: a merged one is answered as the one that stays."""
    merged = counting.merges()
    roots = {pk: counting.root(pk, merged) for pk in ids if pk}
    found = Organisation.objects.in_bulk(list(set(roots.values())))
    return {pk: found[root] for pk, root in roots.items()}


def _tags(keys: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    grouped: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    found = RevisionTag.objects.filter(revision__in=keys).order_by("pk")
    for revision, taxonomy, slug in found.values_list("revision_id", "taxonomy", "slug"):
        grouped[revision][taxonomy].append(slug)
    return grouped


def _places(keys: Sequence[int]) -> dict[int, list[str]]:
    """Countries alpha-3, those that a region or group stands for included."""
    grouped: dict[int, list[str]] = defaultdict(list)
    found = RevisionPlace.objects.filter(revision__in=keys, kind="country").order_by("code")
    for revision, code in found.values_list("revision_id", "code"):
        grouped[revision].append(code)
    return grouped


def _partners(keys: Sequence[int]) -> dict[int, list[RevisionPartner]]:
    grouped: dict[int, list[RevisionPartner]] = defaultdict(list)
    for partner in RevisionPartner.objects.filter(revision__in=keys).order_by("position"):
        grouped[partner.revision_id].append(partner)
    return grouped


def _record(
    revision: Revision,
    tags: dict[str, list[str]],
    countries: list[str],
    partners: list[RevisionPartner],
    who: dict[int, Organisation],
) -> dict[str, Any]:
    pledge, content = revision.pledge, PledgeContent.from_json(revision.content)
    data = content.to_json()
    successor = pledge.successor if revision.record_status == "superseded" else None
    return {
        "reference": pledge.reference,
        "url": page_of(pledge.reference),
        "status": revision.record_status,
        "reason": revision.reason,
        "successor": successor.reference if successor else None,
        "delisted": bool(pledge.delisted and revision.record_status == "withdrawn"),
        "revision": revision.n,
        "published": instant(revision.published_at),
        "changed": instant(revision.valid_from),
        "language": bcp47(revision.language),
        "title": content.title,
        "summary": content.summary,
        "description": content.description,
        "lead": organisation(who.get(revision.lead_id or 0)),
        "partners": [
            {**organisation(who.get(p.organisation_id)), "part": p.part, "confirmed": p.confirmed} for p in partners
        ],
        "entity_type": revision.entity_type,
        "kinds": tags.get("kind", []),
        "focus_areas": tags.get("focus", []),
        "beneficiaries": tags.get("beneficiary", []),
        "sdgs": tags.get("sdg", []),
        "targets": list(content.targets),
        "countries": countries,
        "amount": plain(revision.amount),
        "currency": revision.currency or None,
        "amount_usd": plain(revision.amount_usd),
        "rate": plain(revision.rate, None),
        "rate_day": revision.rate_day.isoformat() if revision.rate_day else None,
        "rate_kind": revision.rate_kind or None,
        "money_nature": revision.money_nature or None,
        "instrument": revision.instrument or None,
        "people_expected": revision.people_expected,
        "start": content.start or None,
        "end": content.end or None,
        "announced": content.announced or None,
        "occasion": content.occasion or None,
        "indicators": data.get("indicators", []),
        "links": data.get("links", []),
        "source": data.get("source"),
        "source_stage": content.source_stage or None,
        "source_reports": data.get("source_reports", []),
        "notes": data.get("notes", []),
        "document": document_of(pledge.reference, revision.n or 0),
        "sha256": revision.sha256,
    }


def organisation(found: Organisation | None) -> dict[str, Any]:
    """An organisation as it stands in a pledge."""
    if found is None:
        return {"slug": "", "name": "", "entity_type": "", "country": None}
    return {
        "slug": found.slug,
        "name": found.name,
        "entity_type": found.entity_type,
        "country": found.country or None,
    }


def absolute(name: str, *args: Any) -> str:
    """An address with its host, the same in every language: English stands at the root."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.KEPT_BASE_URL + reverse(name, args=args)


def page_of(reference: str) -> str:
    """The address of a pledge's page."""
    return _pattern(settings.KEPT_BASE_URL, "registry:pledge", ("P-0",)).replace("P-0", reference)


def document_of(reference: str, n: int) -> str:
    """The address of the public document of a revision."""
    pattern = _pattern(settings.KEPT_BASE_URL, "records:document", ("P-0", 1))
    return pattern.replace("P-0/revisions/1.", f"{reference}/revisions/{n}.")


@lru_cache(maxsize=8)
def _pattern(base: str, name: str, args: tuple) -> str:
    """An address of an example: exports write hundreds of thousands, and looking each up takes longer than the rest."""
    return absolute(name, *args)


def instant(moment: datetime | None) -> str:
    """2026-01-31T12:00:00+00:00; "" for none (a public text always has one)."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def plain(value: Decimal | None, least: Decimal | None = CENTS) -> str | None:
    """A decimal as text without exponent: two digits after the point, more only where there are more."""
    if value is None:
        return None
    short = value.normalize() if value else Decimal(0)
    if least is not None and short == short.quantize(least):
        short = short.quantize(least)
    return f"{short:f}"
