"""Pledges as IATI activities, version 2.03 (iatistandard.org), so that aid-data tools can read them.

A pledge is an announcement: its amount is a transaction of type 12 (outgoing pledge), never a commitment or a
disbursement. Amounts are not spread over countries, so recipient countries carry no percentages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings

from kept.base import places
from kept.base.installation import installation
from kept.pledges.dates import first_day, last_day

Record = dict[str, Any]
PIECE = 64 * 1024
# OrganisationType of the IATI code lists, for our kinds of organisation.
ORGANISATION_TYPES = {
    "government": "10", "private-sector": "70", "civil-society": "22", "academia": "80",
    "international-organisation": "40", "regional-organisation": "40", "un": "40", "youth": "22", "other": "90",
}  # fmt: skip
STATUS = {"published": "2", "withdrawn": "5", "superseded": "5"}  # implementation; cancelled
REGIONS = {"002": "298", "015": "189", "202": "289", "019": "498", "142": "798", "150": "89", "009": "889"}  # DAC codes
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_iati(records: Iterable[Record]) -> Iterator[bytes]:
    """An `iati-activities` document, piece by piece."""
    buffer = io.BytesIO()
    writer = _Writer(buffer)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    writer.startDocument()
    writer.open("iati-activities", {"version": "2.03", "generated-datetime": now})
    for record in records:
        writer.ignorableWhitespace("\n")
        _activity(writer, record)
        if buffer.tell() > PIECE:
            yield _taken(buffer)
    writer.ignorableWhitespace("\n")
    writer.close("iati-activities")
    writer.endDocument()
    yield _taken(buffer)


class _Writer(XMLGenerator):
    """Writes elements in one call."""

    def __init__(self, buffer: io.BytesIO) -> None:
        super().__init__(buffer, encoding="utf-8", short_empty_elements=True)

    def open(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.startElement(name, AttributesImpl({k: _FORBIDDEN.sub("", v) for k, v in (attributes or {}).items() if v}))

    def close(self, name: str) -> None:
        self.endElement(name)

    def leaf(self, name: str, text: str = "", **attributes: str) -> None:
        self.open(name, {k.replace("_", "-"): v for k, v in attributes.items()})
        if text:
            self.characters(_FORBIDDEN.sub("", text))
        self.close(name)

    def told(self, name: str, text: str, language: str = "", **attributes: str) -> None:
        """An element around a narrative."""
        self.open(name, {k.replace("_", "-"): v for k, v in attributes.items()})
        self.open("narrative", {"xml:lang": language})
        self.characters(_FORBIDDEN.sub("", text))
        self.close("narrative")
        self.close(name)


def publisher() -> str:
    """The identifier of the coalition: its host, until it has one of org-id.guide."""
    return f"XI-KEPT-{(urlsplit(settings.KEPT_BASE_URL).hostname or 'local').replace('.', '-')}"


def _activity(w: _Writer, record: Record) -> None:
    """One pledge, its elements in the order of the schema."""
    lead, language = record["lead"], record["language"].lower()
    w.open(
        "iati-activity",
        {
            "last-updated-datetime": record["changed"].replace("+00:00", "Z"),
            "xml:lang": language,
            "default-currency": record["currency"] or "USD",
        },
    )  # fmt: skip
    w.leaf("iati-identifier", f"{publisher()}-{record['reference']}")
    w.told("reporting-org", installation().name, ref=publisher(), type="40", secondary_reporter="1")
    w.told("title", record["title"])
    w.told("description", record["description"] or record["summary"] or record["title"], type="1")
    w.told("participating-org", lead["name"], role="2", type=ORGANISATION_TYPES.get(record["entity_type"], "90"))
    for partner in record["partners"]:
        w.told(
            "participating-org", partner["name"], role="4", type=ORGANISATION_TYPES.get(partner["entity_type"], "90")
        )
    if record["source"] and record["source"].get("id"):
        w.leaf("other-identifier", ref=record["source"]["id"], type="B9")
    w.leaf("activity-status", code=STATUS[record["status"]])
    _dates(w, record)
    _places(w, record)
    for slug in record["focus_areas"] or record["kinds"]:
        w.told("sector", slug, code=slug, vocabulary="99")
    for goal in record["sdgs"]:
        w.leaf("tag", code=goal, vocabulary="3" if "." in goal else "2")
    _transaction(w, record)
    w.open("document-link", {"format": "text/html", "url": record["url"]})
    w.told("title", record["title"])
    w.leaf("category", code="A01")
    w.close("document-link")
    w.close("iati-activity")


def _dates(w: _Writer, record: Record) -> None:
    start = _day(record["start"], first_day) or record["published"][:10]
    w.leaf("activity-date", iso_date=start, type="1")
    if end := _day(record["end"], last_day):
        w.leaf("activity-date", iso_date=end, type="3")


def _places(w: _Writer, record: Record) -> None:
    countries = [code for code in record["targets"] if places.kind_of(code) == "country"]
    for code in countries:
        found = places.country(code)
        w.leaf("recipient-country", code=found.alpha2 if found and found.alpha2 else code)
    others = [code for code in record["targets"] if code not in countries]
    for code in others:
        w.told("recipient-region", places.name(code, "en"), code=REGIONS.get(code, "998"), vocabulary="1")


def _transaction(w: _Writer, record: Record) -> None:
    """The amount as it was announced: in its currency, else the dollars that a source gives."""
    amount, currency = (record["amount"], record["currency"]) if record["amount"] else (record["amount_usd"], "USD")
    if not amount:
        return
    day = _day(record["announced"], first_day) or record["published"][:10]
    w.open("transaction", {})
    w.leaf("transaction-type", code="12")
    w.leaf("transaction-date", iso_date=day)
    w.leaf("value", amount, currency=currency or "USD", value_date=day)
    w.told("description", "Announced")
    w.told("provider-org", record["lead"]["name"], type=ORGANISATION_TYPES.get(record["entity_type"], "90"))
    w.close("transaction")


def _day(text: str | None, read: Any) -> str:
    if not text:
        return ""
    try:
        found: date = read(text)
    except ValueError:
        return ""
    return found.isoformat()


def _taken(buffer: io.BytesIO) -> bytes:
    data = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return data
