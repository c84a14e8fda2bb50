"""What the data are, for machines: CSVW of the table, DCAT of the catalogue, schema.org of the page, a dictionary.

All of it is made from `columns.py`, the formats and the dumps there are: nothing is written down twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from kept.base.installation import installation
from kept.base.languages import LANGUAGES
from kept.pledges import counting, taxonomies
from kept.registry import licences, rows
from kept.registry.columns import COLUMNS, SEPARATOR, Column
from kept.registry.exporting import FORMATS
from kept.registry.models import Dump

CSVW = "http://www.w3.org/ns/csvw"
DATATYPES: dict[str, Any] = {
    "text": "string", "list": "string", "decimal": "decimal", "whole": "integer",
    "day": {"base": "date", "format": "yyyy-MM-dd"}, "address": "anyURI",
}  # fmt: skip
DUMP_TYPES = {
    "csv.gz": "text/csv", "xlsx": FORMATS["xlsx"].content_type, "json.gz": "application/json",
    "xml.gz": "application/xml",
}  # fmt: skip
RECENT = 8  # dumps of so many files are named in descriptions


def dumps() -> list[Dump]:
    """The files there are, the newest first."""
    return list(Dump.objects.filter(removed_at=None).order_by("-day", "ending"))


def dump_url(dump: Dump) -> str:
    return rows.absolute("records:dump", dump.day.isoformat(), dump.ending)


def page_url() -> str:
    return rows.absolute("registry:data")


# CSVW: https://www.w3.org/TR/tabular-metadata/ ----------------------------------------------------------------


def table_of(url: str) -> dict[str, Any]:
    """The metadata of a table of pledges at an address."""
    licence = licences.address_of(installation().data_licence)
    return {
        "@context": [CSVW, {"@language": "en"}],
        "url": url,
        "dc:title": f"{installation().name}: pledges",
        "dc:publisher": {"schema:name": installation().name, "schema:url": {"@id": settings.KEPT_BASE_URL + "/"}},
        **({"dc:license": {"@id": licence}} if licence else {}),
        "dialect": {
            "delimiter": ",",
            "quoteChar": '"',
            "header": True,
            "encoding": "utf-8",
            "lineTerminators": ["\r\n"],
        },
        "tableSchema": {"primaryKey": "reference", "columns": [_csvw_column(column) for column in COLUMNS]},
    }


def _csvw_column(column: Column) -> dict[str, Any]:
    described = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _in_english(column.meaning),
        "datatype": DATATYPES[column.kind],
        "null": "",
    }
    if column.kind == "list":
        described["separator"] = SEPARATOR
    if column.name in ("reference", "url", "status", "published"):
        described["required"] = True
    return described


def _in_english(text: Any) -> str:
    with translation.override("en"):
        return str(text)


# The dictionary ------------------------------------------------------------------------------------------------


def dictionary() -> dict[str, Any]:
    """Every column with its meaning in the six languages, and every value of the lists."""
    return {
        "columns": [
            {"name": column.name, "kind": column.kind, "meaning": _in_all(column.meaning)} for column in COLUMNS
        ],
        "separator": SEPARATOR,
        "values": {
            taxonomy: [{"slug": term.slug, "names": term.names} for term in taxonomies.terms(taxonomy)]
            for taxonomy in ("focus", "kind", "beneficiary")
        },
    }


def _in_all(text: Any) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with translation.override(language.code):
            found[language.bcp47] = str(text)
    return found


# DCAT 3: https://www.w3.org/TR/vocab-dcat-3/ ------------------------------------------------------------------

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "adms": "http://www.w3.org/ns/adms#",
}  # fmt: skip
IANA = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"
LANGUAGE_CODES = {"en": "ENG", "fr": "FRA", "es": "SPA", "ar": "ARA", "ru": "RUS", "zh-Hans": "ZHO"}


def catalogue() -> dict[str, Any]:
    """The catalogue as JSON-LD: one dataset, the live files, the dumps, the API."""
    name, base, page = installation().name, settings.KEPT_BASE_URL, page_url()
    publisher = {"@id": f"{base}/#publisher", "@type": "foaf:Agent", "foaf:name": _said(name)}
    dataset = _dataset(publisher)
    return {
        "@context": PREFIXES,
        "@id": f"{page}#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _said(f"{name}: open data"),
        "dct:description": _said(f"Public pledges of {name}, to take away whole or in part."),
        "dct:publisher": publisher,
        "dct:language": [{"@id": f"{EU}language/{LANGUAGE_CODES[lang.bcp47]}"} for lang in LANGUAGES],
        "foaf:homepage": {"@id": page, "@type": "foaf:Document"},
        "dct:modified": dataset["dct:modified"],
        **_licence(),
        "dcat:dataset": dataset,
        "dcat:service": _service(dataset["@id"]),
    }


def _said(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _moment(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}


def _licence() -> dict[str, Any]:
    """The licence as a document that machines know, else its name."""
    said = installation().data_licence
    address = licences.address_of(said)
    if address:
        return {"dct:license": {"@id": address, "@type": "dct:LicenseDocument"}}
    return {"dct:rights": {"@type": "dct:RightsStatement", "dct:description": _said(said)}} if said else {}


def _dataset(publisher: dict[str, Any]) -> dict[str, Any]:
    counter, page, files = counting.counter(), page_url(), dumps()
    changed = max((dump.made_at for dump in files), default=installation().made_at)
    contact = installation().contact_email
    return {
        "@id": f"{page}#pledges",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{page}#pledges",
        "dct:title": _said(f"{installation().name}: pledges"),
        "dct:description": _said(f"{counter.pledges} public pledges by {counter.organisations} organisations."),
        "dct:publisher": {"@id": publisher["@id"]},
        "dcat:keyword": [_said(word) for word in ("pledges", "commitments", "connectivity", "development")],
        "dcat:landingPage": {"@id": page, "@type": "foaf:Document"},
        "dct:modified": _moment(changed),
        "dct:accrualPeriodicity": {"@id": f"{EU}frequency/CONT", "@type": "dct:Frequency"},
        **({"dcat:contactPoint": {
            "@type": "vcard:Kind", "vcard:fn": installation().name, "vcard:hasEmail": {"@id": f"mailto:{contact}"},
        }} if contact else {}),
        "dcat:distribution": [*map(_live, FORMATS), *map(_dumped, files[:RECENT])],
    }  # fmt: skip


def _live(ending: str) -> dict[str, Any]:
    url = rows.absolute("records:export", ending)
    media = FORMATS[ending].content_type.partition(";")[0]
    schema = {"dct:conformsTo": {"@id": f"{url}-metadata.json", "@type": "dct:Standard"}} if ending == "csv" else {}
    return {
        "@id": f"{page_url()}#{ending}",
        "@type": "dcat:Distribution",
        "dct:title": _said(f"Pledges as {ending.upper()}, as they are now"),
        "dcat:accessURL": {"@id": url},
        "dcat:downloadURL": {"@id": url},
        "dcat:mediaType": {"@id": IANA + media, "@type": "dct:MediaType"},
        **_licence(),
        **schema,
    }


def _dumped(dump: Dump) -> dict[str, Any]:
    packed = {"dcat:compressFormat": {"@id": f"{IANA}application/gzip", "@type": "dct:MediaType"}}
    return {
        "@id": dump_url(dump),
        "@type": "dcat:Distribution",
        "dct:title": _said(f"Pledges as they were at the end of {dump.day.isoformat()} ({dump.ending})"),
        "dcat:accessURL": {"@id": dump_url(dump)},
        "dcat:downloadURL": {"@id": dump_url(dump)},
        "dcat:mediaType": {"@id": IANA + DUMP_TYPES[dump.ending], "@type": "dct:MediaType"},
        **(packed if dump.ending.endswith(".gz") else {}),
        "dcat:byteSize": {"@type": "xsd:decimal", "@value": str(dump.size)},
        "dct:issued": _moment(dump.made_at),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": dump.sha256},
        },
        **_licence(),
    }


def _service(dataset: str) -> dict[str, Any]:
    base = f"{settings.KEPT_BASE_URL}/api/v1"
    return {
        "@id": f"{page_url()}#api",
        "@type": "dcat:DataService",
        "dct:title": _said(f"{installation().name}: API"),
        "dcat:endpointURL": {"@id": base},
        "dcat:endpointDescription": {"@id": f"{base}/openapi.json"},
        "dcat:servesDataset": {"@id": dataset},
        **_licence(),
    }


# schema.org ---------------------------------------------------------------------------------------------------


def dataset_for_search_engines(counter: counting.Counter) -> dict[str, Any]:
    """The registry as a schema.org Dataset, in the page's head."""
    name, licence = installation().name, installation().data_licence
    described = [
        {"@type": "PropertyValue", "name": column.name, "description": _in_english(column.meaning)}
        for column in COLUMNS
    ]
    live = [
        {"@type": "DataDownload", "encodingFormat": kind.content_type.partition(";")[0],
         "contentUrl": rows.absolute("records:export", ending)}
        for ending, kind in FORMATS.items()
    ]  # fmt: skip
    kept = [
        {"@type": "DataDownload", "name": dump.name, "encodingFormat": DUMP_TYPES[dump.ending], "sha256": dump.sha256,
         "contentUrl": dump_url(dump), "contentSize": f"{dump.size} B", "dateModified": dump.day.isoformat()}
        for dump in dumps()[:RECENT]
    ]  # fmt: skip
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": page_url(),
        "name": f"{name}: pledges",
        "description": f"{counter.pledges} public pledges of {name}, by {counter.organisations} organisations: what was "
        "promised, by whom, where, by when, with how much money.",
        "url": page_url(),
        "license": licences.address_of(licence) or licence,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": name, "url": settings.KEPT_BASE_URL + "/"},
        "dateModified": counter.as_of.isoformat(),
        "variableMeasured": described,
        "distribution": live + kept,
    }


# Turtle -------------------------------------------------------------------------------------------------------


def turtle(data: dict[str, Any]) -> str:
    """The same graph as Turtle. `data` is JSON-LD of ours: prefixed names, @id, @type, @value, @language."""
    lines = [f"@prefix {prefix}: <{address}> ." for prefix, address in PREFIXES.items()]
    body = {key: value for key, value in data.items() if key != "@context"}
    return "\n".join([*lines, "", _subject(body) + " ."]) + "\n"


def _subject(node: dict[str, Any]) -> str:
    return f"<{node['@id']}> " + " ;\n  ".join(_pairs(node)) + "".join(_below(node))


def _below(node: dict[str, Any]) -> Iterator[str]:
    """Nodes that have a name of their own stand for themselves, after this one."""
    for value in node.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "@id" in item and len(item) > 1:
                yield " .\n\n" + _subject(item)
            elif isinstance(item, dict) and "@id" not in item:
                yield from _below(item)


def _pairs(node: dict[str, Any]) -> Iterator[str]:
    for key, value in node.items():
        if key == "@type":
            yield f"a {value}"
        elif key not in ("@id", "@context"):
            items: Iterable[Any] = value if isinstance(value, list) else [value]
            yield f"{key} " + ", ".join(map(_object, items))


def _object(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if "@id" in value:
        return value["@id"] if value["@id"].startswith("spdx:") else f"<{value['@id']}>"
    if "@value" in value:
        mark = f"@{value['@language']}" if "@language" in value else f"^^{value['@type']}"
        return _quoted(value["@value"]) + mark
    return "[ " + " ; ".join(_pairs(value)) + " ]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
