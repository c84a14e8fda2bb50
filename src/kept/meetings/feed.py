"""What changed about a meeting, as Atom (RFC 4287): announced, moved, cancelled; cancelled sessions; each release."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from django.utils import translation

from kept.base import history
from kept.base.installation import installation
from kept.meetings import queries
from kept.meetings.models import Meeting, Session, in_language
from kept.meetings.structured import url_of
from kept.registry.rows import absolute, instant

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SAID = {
    "announce": "Announced",
    "open_registration": "Registration is open",
    "close_registration": "Registration is closed",
    "postpone": "Moved; the new day is not known yet",
    "reschedule": "Moved to another day",
    "cancel": "Cancelled",
    "reinstate": "Takes place after all",
    "clocks_moved": "A law moved the clocks; the hours in the room stay",
}
KINDS = {"added": "new", "moved": "moved", "removed": "taken out", "cancelled": "cancelled"}


def news_of(meeting: Meeting) -> list[dict[str, Any]]:
    """What happened in public, the newest first: {"id", "at", "title", "text", "url"}, in English."""
    found = []
    for entry in history.of("meeting", meeting.pk, public_only=True):
        if entry.verb in SAID:
            found.append({"id": f"history-{entry.pk}", "at": entry.at, "title": SAID[entry.verb], "text": entry.reason,
                          "url": url_of(meeting)})  # fmt: skip
    sessions = list(Session.objects.public().filter(meeting=meeting))
    for session in sessions:
        if session.cancelled_at is not None:
            found.append({
                "id": f"cancelled-{session.code}", "at": session.cancelled_at, "title": f"{session.title_in('en')}: cancelled",
                "text": in_language(session.cancelled_reason, "en"),
                "url": absolute("meetings:session", meeting.slug, session.code),
            })  # fmt: skip
    titles = {session.code: session.title_in("en") for session in sessions}
    for version in queries.released_versions(meeting):
        found.append({
            "id": f"version-{version.number}",
            "at": version.released_at,
            "title": f"Programme, version {version.number}",
            "text": "\n".join([*filter(None, [version.comments.get("en", "")]), *lines(version.changes, titles)]),
            "url": absolute("meetings:programme", meeting.slug),
        })  # fmt: skip
    return sorted(found, key=lambda one: one["at"], reverse=True)[:ENTRIES]


def lines(changes: list[dict[str, Any]], titles: dict[str, str]) -> list[str]:
    """`Opening: moved, 14:00 to 14:10` for each change of a version, of sessions that readers may know of."""
    found = []
    for change in changes:
        title = titles.get(change["session"])
        if title is None or change["kind"] not in KINDS:
            continue
        hours = [place["start"] for place in (change["from"], change["to"]) if place]
        found.append(f"{title}: {KINDS[change['kind']]}, {' to '.join(dict.fromkeys(hours))}")
    return found


def atom(meeting: Meeting) -> bytes:
    """The feed, in English as everything at the root."""
    with translation.override("en"):
        news = news_of(meeting)
        name = f"{meeting.name_in('en')}: what changed"
    address = absolute("meeting_files:changes", meeting.slug)
    out = io.BytesIO()
    w = XMLGenerator(out, encoding="utf-8", short_empty_elements=True)
    w.startDocument()
    w.startElement("feed", AttributesImpl({"xmlns": ATOM, "xml:lang": "en"}))
    _leaf(w, "id", address)
    _leaf(w, "title", name)
    _leaf(w, "updated", instant(max((one["at"] for one in news), default=meeting.created_at)))
    w.startElement("author", AttributesImpl({}))
    _leaf(w, "name", installation().name)
    w.endElement("author")
    _leaf(w, "link", "", rel="self", type="application/atom+xml", href=address)
    _leaf(w, "link", "", rel="alternate", type="text/html", href=url_of(meeting))
    for one in news:
        _entry(w, address, one)
    w.endElement("feed")
    w.endDocument()
    return out.getvalue()


def _entry(w: XMLGenerator, address: str, one: dict[str, Any]) -> None:
    at: datetime = one["at"]
    w.startElement("entry", AttributesImpl({}))
    _leaf(w, "id", f"{address}#{one['id']}")
    _leaf(w, "title", one["title"])
    _leaf(w, "updated", instant(at))
    _leaf(w, "published", instant(at))
    _leaf(w, "link", "", rel="alternate", type="text/html", href=one["url"])
    _leaf(w, "content", one["text"] or one["title"], type="text")
    w.endElement("entry")


def _leaf(w: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    w.startElement(name, AttributesImpl({k: _FORBIDDEN.sub("", v) for k, v in attributes.items()}))
    w.characters(_FORBIDDEN.sub("", text))
    w.endElement(name)
