"""The programme of a meeting, and one of its sessions."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base.formats import format_list
from kept.base.languages import name as language_name
from kept.meetings import panels, queries
from kept.meetings.models import Session, SessionKind, Slot, in_language
from kept.meetings.presenting import item_of
from kept.meetings.views.frame import Frame, frame
from kept.meetings.views.lines import document_lines, pledge_lines
from kept.meetings.zones import span


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/programme/"""
    here = frame(request, slug)
    return here.render("meetings/programme.html", here.context("programme", programme=here.programme()))


@require_safe
def session(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/meetings/<slug>/programme/<code>/"""
    here = frame(request, slug)
    row = public_row(here, code)
    item = item_of(here.meeting, row, language=here.language, clock=here.clock, own=here.own, at=here.at)
    here.until(*(edge for edge in (item.starts_at, item.ends_at) if edge and edge > here.at))
    pieces, until = panels.shown(panels.SESSION, request, row.session, here.at)
    here.until(*until)
    documents = queries.public_documents_of([row.session.pk], at=here.at)[row.session.pk]
    context = here.context(
        "programme",
        item=item,
        session_when=span(item.starts_at, item.ends_at, here.clock),
        session_label=here.clock.label(item.starts_at),
        session_own=span(item.starts_at, item.ends_at, here.own, with_day=bool(item.own_day)) if here.own else "",
        session_own_label=here.own.label(item.starts_at) if here.own else "",
        description=in_language(row.session.descriptions, here.language),
        cancelled_reason=in_language(row.session.cancelled_reason, here.language),
        languages=language_facts(row.session),
        pledges=pledge_lines(row.pledges),
        documents=document_lines(documents, here.language),
        panels=pieces,
    )
    return here.render("meetings/session.html", context)


def public_row(here: Frame, code: str) -> queries.Row:
    """A session as visitors see it: where it stands, or stood last before it was taken out. Raises Http404."""
    session = Session.objects.public().filter(meeting=here.meeting, code=code).first()
    version = queries.shown_version(here.meeting)
    if session is None or version is None:
        raise Http404("There is no such session.")
    slots = Slot.objects.filter(session=session).select_related("room", "session")
    slot = slots.filter(schedule=version).first()
    if slot is None or session.kind == SessionKind.BLOCKER:
        raise Http404("This session is not in the programme.")
    return queries.with_what_is_public([queries.Row(session, slot)], at=here.at)[0]


def language_facts(session: Session) -> list[dict[str, Any]]:
    """What is spoken, interpreted, written along and signed, in words."""
    language = get_language() or "en"

    def names(codes: list[str]) -> str:
        return format_list([language_name(code, language) for code in codes], language)

    facts = [
        (_("Spoken in the room"), session.languages),
        (_("Interpretation into"), session.interpretation),
        (_("Captions in"), session.captions),
        (_("Sign language"), session.sign_languages),
    ]
    return [{"term": term, "value": names(codes)} for term, codes in facts if codes]
