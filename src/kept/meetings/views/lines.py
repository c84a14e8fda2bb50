"""Documents, pledges and linked events as lines of a page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from kept.base.languages import native_name
from kept.meetings import queries
from kept.meetings.models import DocumentFile, DocumentKind, SessionPledge, in_language
from kept.meetings.views.frame import Frame
from kept.meetings.zones import days_of, span
from kept.registry.rows import page_of


def document_lines(found: Any, language: str, *, by_token: str = "") -> list[dict[str, Any]]:
    """Documents with the newest file of each language; the reader's language first.

    `by_token`: of a named viewer, who gets them before they are public.
    """
    query = f"?viewer={by_token}" if by_token else ""
    ids = [one.pk for one in found]
    lines = []
    files: dict[int, list[Any]] = {}
    for file in DocumentFile.objects.filter(document__in=ids).order_by("language", "-version"):
        known = files.setdefault(file.document_id, [])
        if not known or known[-1].language != file.language:
            known.append(file)
    for one in found:
        newest = sorted(files.get(one.pk, []), key=lambda file: (file.language != language, file.language))
        lines.append({
            "symbol": one.symbol,
            "title": in_language(one.titles, language),
            "kind": DocumentKind(one.kind).label,
            "files": [
                {
                    "url": reverse("meeting_files:document", args=[file.document_id, file.language, file.version]) + query,
                    "name": f"{native_name(file.language)}, {file.name.rpartition('.')[2].upper()}",
                    "language": file.language,
                    "version": file.version,
                }
                for file in newest
            ],
        })  # fmt: skip
    return lines


def pledge_lines(links: list[SessionPledge]) -> list[dict[str, Any]]:
    """Public pledges of a session, as lines that lead to the registry."""
    return [
        {
            "title": link.pledge.title,
            "language": link.pledge.current.language if link.pledge.current else "",
            "reference": link.pledge.reference,
            "lead": link.pledge.lead.name if link.pledge.lead else "",
            "url": page_of(link.pledge.reference),
        }
        for link in links
    ]


def linked_of(here: Frame) -> list[dict[str, Any]]:
    """Ceremony, reception, side events, the forum that follows."""
    found = []
    events = here.meeting.linked_events.select_related("session")
    slots = {}
    version = queries.shown_version(here.meeting)
    if version is not None:
        slots = {slot.session_id: slot for slot in version.slots.filter(session__linked_event__isnull=False)}
    for event in events:
        event.meeting = here.meeting
        slot = slots.get(event.session_id) if event.session_id else None
        starts_at, ends_at = (slot.starts_at, slot.ends_at) if slot else (event.starts_at, event.ends_at)
        if event.starts is None and slot is None:
            when = days_of(event.starts_on, event.ends_on or event.starts_on, here.language)
        else:
            when = span(starts_at, ends_at, here.clock)
        found.append({
            "event": event,
            "name": event.name_in(here.language),
            "about": in_language(event.abouts, here.language),
            "venue": in_language(event.venues, here.language),
            "when": when,
            "url": event.url,
            "session_url": reverse("meetings:session", args=[here.meeting.slug, event.session.code]) if slot else "",
        })  # fmt: skip
    return found
