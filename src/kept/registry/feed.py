"""The newest pledges of a selection as Atom (RFC 4287)."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from kept.base.installation import installation
from kept.registry import rows, search
from kept.registry.selection import Selection

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def atom(selection: Selection) -> bytes:
    """The feed, newest first whatever order the selection asks for."""
    newest = selection.with_(sort="newest", view="")
    records = rows.records(search.answer(newest, ENTRIES, with_facets=False, with_sums=False).keys)
    query = selection.with_(sort="", view="").to_query()
    address = rows.absolute("records:feed") + query
    buffer = io.BytesIO()
    w = XMLGenerator(buffer, encoding="utf-8", short_empty_elements=True)
    w.startDocument()
    w.startElement("feed", AttributesImpl({"xmlns": ATOM, "xml:lang": "en"}))
    _leaf(w, "id", address)
    _leaf(w, "title", f"{installation().name}: newest pledges")
    _leaf(w, "updated", max((r["changed"] for r in records), default=rows.instant(installation().made_at)))
    w.startElement("author", AttributesImpl({}))
    _leaf(w, "name", installation().name)
    w.endElement("author")
    _leaf(w, "rights", installation().data_licence)
    _leaf(w, "link", "", rel="self", type="application/atom+xml", href=address)
    _leaf(w, "link", "", rel="alternate", type="text/html", href=rows.absolute("registry:pledges") + query)
    for record in records:
        _entry(w, record)
    w.endElement("feed")
    w.endDocument()
    return buffer.getvalue()


def _entry(w: XMLGenerator, record: dict[str, Any]) -> None:
    language = {"xml:lang": record["language"]}
    w.startElement("entry", AttributesImpl({}))
    _leaf(w, "id", record["url"])
    _leaf(w, "title", record["title"], **language)
    _leaf(w, "link", "", rel="alternate", type="text/html", href=record["url"])
    _leaf(w, "published", record["published"])
    _leaf(w, "updated", record["changed"])
    w.startElement("author", AttributesImpl({}))
    _leaf(w, "name", record["lead"]["name"] or installation().name)
    w.endElement("author")
    for slug in record["focus_areas"]:
        _leaf(w, "category", "", term=slug)
    _leaf(w, "summary", record["summary"] or record["description"] or record["title"], **language)
    w.endElement("entry")


def _leaf(w: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    w.startElement(name, AttributesImpl({k: _FORBIDDEN.sub("", v) for k, v in attributes.items()}))
    w.characters(_FORBIDDEN.sub("", text))
    w.endElement(name)
