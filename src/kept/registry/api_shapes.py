"""What OpenAPI says of the registry's answers: the shapes, and the words that other rooms' shapes are made of."""

from __future__ import annotations

from typing import Any

from kept.registry import facets, rows

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
TEXTS = {"type": "array", "items": TEXT}
COUNT = {"type": "integer", "minimum": 0}
DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
MAYBE_DECIMAL = {"type": ["string", "null"], "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
INSTANT = {"type": "string", "format": "date-time"}
MAYBE_INSTANT = {"type": ["string", "null"], "format": "date-time"}
OBJECTS = {"type": "array", "items": {"type": "object"}}


def shape(**properties: Any) -> dict[str, Any]:
    """An object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def list_of(name: str, **more: Any) -> dict[str, Any]:
    """A page of a list of what SCHEMAS names so (`envelope`)."""
    results = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return shape(count=COUNT, next=MAYBE_TEXT, previous=MAYBE_TEXT, results=results, **more)


IN_PLEDGE = shape(slug=TEXT, name=TEXT, entity_type=TEXT, country=MAYBE_TEXT)
SCHEMAS: dict[str, dict[str, Any]] = {
    "Counter": shape(
        pledges=COUNT, organisations=COUNT, countries=COUNT, countries_reached=COUNT, countries_named=COUNT,
        amount_usd=DECIMAL, pledges_with_amount=COUNT, pledges_without_amount=COUNT, pledges_not_converted=COUNT,
        as_of={"type": "string", "format": "date"},
    ),
    "Pledge": shape(
        reference=TEXT, url=TEXT, status={"enum": [str(s) for s in facets.STATUSES]}, reason=TEXT,
        successor=MAYBE_TEXT, delisted={"type": "boolean"}, revision={"type": "integer", "minimum": 1},
        published=INSTANT, changed=INSTANT, language=TEXT, title=TEXT, summary=TEXT, description=TEXT,
        lead=IN_PLEDGE,
        partners={
            "type": "array",
            "items": shape(**IN_PLEDGE["properties"], part=TEXT, confirmed={"type": "boolean"}),
        },
        entity_type=TEXT, kinds=TEXTS, focus_areas=TEXTS, beneficiaries=TEXTS, sdgs=TEXTS, targets=TEXTS,
        countries=TEXTS, amount=MAYBE_DECIMAL, currency=MAYBE_TEXT, amount_usd=MAYBE_DECIMAL, rate=MAYBE_DECIMAL,
        rate_day=MAYBE_TEXT, rate_kind=MAYBE_TEXT, money_nature=MAYBE_TEXT, instrument=MAYBE_TEXT,
        people_expected={"type": ["integer", "null"]}, start=MAYBE_TEXT, end=MAYBE_TEXT, announced=MAYBE_TEXT,
        occasion=MAYBE_TEXT, indicators=OBJECTS, links=OBJECTS, source={"type": ["object", "null"]},
        source_stage=MAYBE_TEXT, source_reports=OBJECTS, notes=TEXTS, document=TEXT, sha256=TEXT,
        **dict.fromkeys(rows.NOTHING_KNOWN, MAYBE_TEXT),
    ),
    "PledgeOrDraft": {
        "anyOf": [{"$ref": "#/components/schemas/Pledge"}, {"$ref": "#/components/schemas/Draft"}]
    },
    "Pledges": list_of(
        "Pledge",
        facets={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": COUNT}},
        instead={"type": "object", "additionalProperties": TEXTS},
    ),
    "Happening": shape(
        at=INSTANT, type=TEXT, revision={"type": "integer"}, reason=TEXT, changed=TEXTS, language=MAYBE_TEXT,
        entered=MAYBE_INSTANT, document=MAYBE_TEXT,
    ),
    "History": shape(
        reference=MAYBE_TEXT, results={"type": "array", "items": {"$ref": "#/components/schemas/Happening"}}
    ),
    "Organisation": shape(
        slug=TEXT, name=TEXT, names={"type": "object"}, abbreviation=TEXT, entity_type=TEXT, country=MAYBE_TEXT,
        leads=COUNT, takes_part=COUNT, amount_usd=DECIMAL, url=TEXT,
    ),
    "Organisations": list_of("Organisation"),
}  # fmt: skip
