"""JSON Schemas (2020-12) of what the log holds: public documents, translations, receipts, entries. Served at /data/schemas/."""

from __future__ import annotations

from typing import Any

from kept.people.models import EntityType
from kept.pledges.content import INSTRUMENTS, MONEY_NATURES
from kept.pledges.record import FORMAT, STATUS_AFTER

DRAFT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "pattern": "^P-[0-9]{5,}$"}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
INSTANT = {"type": "string", "format": "date-time"}
PARTIAL_DAY = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
BASE64 = {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
SALT = {"type": "string", "description": "Random, so that a removed text cannot be guessed from its hash."}


def _decimal(places: int) -> dict[str, Any]:
    return {"type": "string", "pattern": rf"^-?[0-9]+\.[0-9]{{{places}}}$"}


def _shape(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


_WHO = {
    "key": {**TEXT, "description": "The slug of its page."},
    "name": TEXT,
    "entity_type": {"enum": [*EntityType.values, ""]},
    "country": {"type": "string", "pattern": "^([A-Z]{3})?$"},
}
DOCUMENT = {
    "$schema": DRAFT,
    "title": "The public text of one revision of a pledge",
    **_shape(
        ("format", "type", "reference", "revision", "status", "published", "valid_from", "language", "title", "lead",
         "partners", "focus_areas", "kinds", "beneficiaries", "targets", "countries", "sdgs", "salt"),
        format={"const": FORMAT},
        type={"enum": list(STATUS_AFTER)},
        reference=REFERENCE,
        revision={"type": "integer", "minimum": 1},
        status={"enum": sorted({str(status) for status in STATUS_AFTER.values()})},
        published=INSTANT,
        valid_from=INSTANT,
        language=TEXT,
        title=TEXT,
        summary=TEXT,
        description=TEXT,
        lead=_shape(tuple(_WHO), **_WHO),
        partners={"type": "array", "items": _shape((*_WHO, "part", "confirmed"), **_WHO, part=TEXT,
                                                   confirmed={"type": "boolean"})},
        focus_areas=TEXTS, kinds=TEXTS, beneficiaries=TEXTS, targets=TEXTS, sdgs=TEXTS,
        countries={"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{3}$"}},
        start=PARTIAL_DAY, end=PARTIAL_DAY, announced=PARTIAL_DAY, occasion=TEXT, source_stage=TEXT,
        people_expected={"type": "integer", "minimum": 0},
        amount=_shape(
            ("value", "currency", "nature", "instrument"), value=_decimal(4), currency={"type": "string"},
            nature={"enum": [*MONEY_NATURES, ""]}, instrument={"enum": [*INSTRUMENTS, ""]},
        ),
        usd=_shape(
            ("amount", "kind", "rate", "rate_day"), amount=_decimal(2), kind=TEXT,
            rate={"type": "string", "pattern": r"^(-?[0-9]+\.[0-9]{12})?$"}, rate_day={"type": "string"},
        ),
        indicators={"type": "array", "items": {"type": "object"}},
        links={"type": "array", "items": _shape(("url",), url=TEXT, label=TEXT)},
        source={"type": "object"}, source_reports={"type": "array"}, notes=TEXTS,
        attachments={"type": "array", "items": _shape(
            ("name", "media_type", "size", "sha256"), name=TEXT, media_type=TEXT, size={"type": "integer"}, sha256=HASH)},
        reason={**TEXT, "description": "Why it changed, was taken back or replaced."},
        successor=REFERENCE,
        salt=SALT,
    ),
}  # fmt: skip
ENTRY = {
    "$schema": DRAFT,
    "title": "One entry of the log",
    "type": "object",
    "required": ["at", "type", "reference", "revision", "sha256"],
    "properties": {"at": INSTANT, "type": TEXT, "reference": TEXT, "revision": {"type": "integer"}, "sha256": HASH},
}
RECEIPT = {
    "$schema": DRAFT,
    "title": "A receipt: enough to check one revision offline, for ever",
    "type": "object",
    "required": ["reference", "revision", "document", "entry", "index", "proof", "checkpoint"],
    "properties": {
        "reference": REFERENCE,
        "revision": {"type": "integer", "minimum": 1},
        "document": {**BASE64, "description": "The exact bytes."},
        "entry": {**BASE64, "description": "The exact bytes of the entry."},
        "index": {"type": "integer", "minimum": 0},
        "proof": {"type": "array", "items": BASE64, "description": "Hashes of the inclusion proof (RFC 9162)."},
        "checkpoint": {**TEXT, "description": "A signed note (C2SP)."},
    },
}
SCHEMAS = {"pledge-document": DOCUMENT, "log-entry": ENTRY, "receipt": RECEIPT}
