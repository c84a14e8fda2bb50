"""The programme of a meeting, and one of its sessions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base.formats import format_list, format_weekday
from kept.base.languages import name as language_name
from kept.meetings import panels, queries
from kept.meetings.choosing import VIEWS, Choice, facets
from kept.meetings.grids import grid_of
from kept.meetings.models import Session, SessionKind, Slot, in_language
from kept.meetings.models.programme import SIGNED
from kept.meetings.presenting import Item, item_of
from kept.meetings.views.frame import Frame, frame
from kept.meetings.views.lines import document_lines, pledge_lines
from kept.meetings.zones import span

THEMES = ("light", "dark")


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/programme/?view=grid&kind=panel: the whole programme, or a part, in one of its views."""
    here = frame(request, slug)
    choice = Choice.from_query(request.GET)
    whole = here.programme()
    context = here.context("programme", programme=None, choice=choice, views=view_tabs(choice), chosen=[], facets=[])
    if whole is not None:
        items = [] if choice.unknown else [item for item in whole.items if choice.fits(item)]
        context |= {
            "programme": whole.of(items),
            "whole": whole,
            "facets": facets(whole.items, choice),
            "all_url": choice.without_filters().to_query(),
            "count": len(items),
            **shown_as(choice.view, items, here),
        }
    return here.render("meetings/programme.html", context)


@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """/embed/meetings/<slug>/?theme=dark: the programme in a frame on a partner's page."""
    here = frame(request, slug)
    theme = request.GET.get("theme", "")
    context = here.context(
        "programme", programme=here.programme(), theme=theme if theme in THEMES else "",
        page_url=absolute_in(here, "meetings:programme"),
    )  # fmt: skip
    response = here.render("meetings/embed.html", context)
    response.may_be_framed = here.meeting.is_public  # type: ignore[attr-defined]
    return response


def absolute_in(here: Frame, name: str) -> str:
    """The whole address of a page of the meeting in the page's language."""
    return settings.KEPT_BASE_URL + reverse(name, args=[here.meeting.slug])


def view_tabs(choice: Choice) -> list[dict[str, Any]]:
    """The ways to look at a programme."""
    names = {"list": _("List"), "grid": _("Grid"), "rooms": _("By room"), "people": _("By person"),
             "now": _("Now and next")}  # fmt: skip
    return [
        {"name": names[view], "url": choice.with_view(view).to_query(), "current": view == choice.view}
        for view in VIEWS
    ]


def shown_as(view: str, items: list[Item], here: Frame) -> dict[str, Any]:
    """What a view needs beside the sessions: days as tables, or lists under a heading each."""
    by_day: dict[Any, list[Item]] = {}
    for item in items:
        by_day.setdefault(item.day, []).append(item)
    if view == "grid":
        days = [(format_weekday(day, here.language), grid_of(found)) for day, found in by_day.items()]
        return {"grids": [{"name": name, "grid": grid} for name, grid in days]}
    if view == "rooms":
        rooms: dict[str, list[Item]] = {}
        for item in sorted(items, key=lambda item: (item.room_order, item.starts_at)):
            rooms.setdefault(item.room or _("Room not said"), []).append(item)
        return {"groups": [{"name": name, "items": found} for name, found in rooms.items()]}
    if view == "people":
        people: dict[str, list[Item]] = {}
        faces = {person.slug: person for item in items for person in item.people}
        for item in items:
            for person in item.people:
                people.setdefault(person.slug, []).append(item)
        order = sorted(people, key=lambda slug: faces[slug].sort_key)
        return {"groups": [{"name": faces[slug].name, "items": people[slug], "url": faces[slug].url} for slug in order]}
    return {}


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
        links=[{"url": one["url"], "name": one["name"] or one["url"]} for one in row.session.links],
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
        return format_list([str(SIGNED.get(code, "")) or language_name(code, language) for code in codes], language)

    facts = [
        (_("Spoken in the room"), session.languages),
        (_("Interpretation into"), session.interpretation),
        (_("Captions in"), session.captions),
        (_("Sign language"), session.sign_languages),
    ]
    return [{"term": term, "value": names(codes)} for term, codes in facts if codes]
