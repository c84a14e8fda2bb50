"""What stands beside the programme: speakers, practical information, documents, highlights, the door to join."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import places
from kept.base.formats import format_date, format_list, format_number
from kept.base.languages import native_name
from kept.meetings import panels, queries
from kept.meetings.actions.protocol import in_order
from kept.meetings.models import (
    PartnerRole,
    Phase,
    PledgePurpose,
    Profile,
    RoleKind,
    SessionKind,
    SessionRole,
    in_language,
)
from kept.meetings.models.meeting import EQUIPMENT
from kept.meetings.presenting import Face, Programme, face, initials
from kept.meetings.views.frame import Frame, frame
from kept.meetings.views.lines import document_lines, linked_of, pledge_lines


@require_safe
def speakers(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/speakers/: everybody in the programme, in the order of its sessions and of protocol; `?by=state`."""
    here = frame(request, slug)
    people = people_of(here)
    states = by_states(people, here) if request.GET.get("by") == "state" else []
    address = reverse("meetings:speakers", args=[slug])
    ways = [
        {"name": _("By the programme"), "url": address, "current": not states},
        {"name": _("By state"), "url": f"{address}?by=state", "current": bool(states)},
    ]
    several = len({person.country for person in people if person.country}) > 1
    context = here.context("speakers", people=people, states=states, ways=ways if several or states else [],
                           order=native_name(here.meeting.state_order))  # fmt: skip
    return here.render("meetings/speakers.html", context)


def by_states(people: list[Face], here: Frame) -> list[dict[str, Any]]:
    """People under the state that they speak for, in the order of the meeting's language; the others last, without a name."""
    found: dict[str, list[Face]] = {}
    for person in people:
        found.setdefault(person.country, []).append(person)
    order = in_order((code for code in found if code), here.meeting)
    groups = [{"name": places.name(code, here.language), "people": found[code]} for code in order]
    return groups + ([{"name": "", "people": found[""]}] if groups and found.get("") else [])


def people_of(here: Frame) -> list[Face]:
    """Everybody who stands in the programme that visitors see, each once."""
    version = queries.shown_version(here.meeting)
    if version is None:
        return []
    found: dict[int, Face] = {}
    for row in queries.rows_of(version, at=here.at):
        for role in row.roles:
            if role.profile_id not in found and not row.cancelled:
                found[role.profile_id] = face(role, SessionKind(row.session.kind), here.language)
    return list(found.values())


@require_safe
def speaker(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/speakers/<slug>/: one person, over the years."""
    profile = Profile.objects.public().filter(slug=slug).select_related("organisation").first()
    if profile is None and (gone := Profile.objects.filter(slug=slug).exclude(merged_into=None).first()):
        return redirect("meetings:speaker", gone.root.slug)  # not for ever: a merge can be undone
    roles = list(roles_over_the_years(profile)) if profile else []
    if profile is None or not roles:
        raise Http404("There is no such speaker.")
    language = get_language() or "en"
    state = places.name(profile.country, language) if profile.country else ""
    about = [part for part in (profile.title_in(language), profile.organisation_in(language), state) if part]
    context = {
        "profile": profile,
        "about": about,
        "biography": in_language(profile.biographies, language),
        "initials": initials(profile.name),
        "picture": reverse("meeting_files:face", args=[profile.slug]) if profile.picture else "",
        "roles": [role_line(role, language) for role in roles],
    }
    return render(request, "meetings/speaker.html", context)


def roles_over_the_years(profile: Profile) -> Iterable[SessionRole]:
    """Places in sessions that are public: confirmed, in a released programme, of an announced meeting."""
    roles = SessionRole.objects.public().filter(profile=profile, session__first_released_at__isnull=False)
    roles = roles.exclude(session__meeting__status="draft").exclude(session__kind=SessionKind.BLOCKER)
    return roles.select_related("session__meeting", "profile__organisation").order_by("-session__meeting__starts_at")


def role_line(role: SessionRole, language: str) -> dict[str, Any]:
    meeting = role.session.meeting
    as_what = [part for part in (role.title_in(language), role.organisation_in(language)) if part]
    return {
        "title": role.session.title_in(language),
        "url": reverse("meetings:session", args=[meeting.slug, role.session.code]),
        "role": str(RoleKind(role.kind).label).capitalize(),
        "as_what": as_what,
        "meeting": meeting.name_in(language),
        "day": format_date(meeting.starts_on, language),
    }


@require_safe
def practical(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/practical/"""
    here = frame(request, slug)
    meeting, language = here.meeting, here.language
    pieces, until = panels.shown(panels.PRACTICAL, request, meeting, here.at)
    here.until(*until)
    context = here.context(
        "practical",
        city=in_language(meeting.cities, language),
        city_said=any(name in meeting.address for name in meeting.cities.values()),
        travel=here.text("travels"),
        access=here.text("accesses"),
        practical=here.text("practicals"),
        map_url=reverse("meeting_files:map", args=[meeting.slug]) if meeting.map_file else "",
        map_alt=in_language(meeting.map_alts, language),
        place_url=place_url(here),
        rooms=[room_line(room, language) for room in meeting.rooms.filter(removed_at=None)],
        partners=[partner_line(one, language) for one in meeting.partners.select_related("organisation")],
        panels=pieces,
    )
    return here.render("meetings/practical.html", context)


def place_url(here: Frame) -> str:
    """The place on a map that belongs to everybody; opened by the visitor, never by the page."""
    meeting = here.meeting
    if meeting.latitude is None or meeting.longitude is None:
        return ""
    at = f"{meeting.latitude}/{meeting.longitude}"
    return f"https://www.openstreetmap.org/?mlat={meeting.latitude}&mlon={meeting.longitude}#map=17/{at}"


def room_line(room: Any, language: str) -> dict[str, Any]:
    equipment = [str(EQUIPMENT[key]) for key in room.equipment if key in EQUIPMENT]
    return {
        "name": room.name_in(language),
        "capacity": room.capacity,
        "way": in_language(room.ways, language),
        "equipment": format_list(equipment, language, "unit").capitalize() if equipment else "",
    }


def partner_line(partner: Any, language: str) -> dict[str, Any]:
    return {
        "name": partner.name_in(language),
        "role": PartnerRole(partner.role).label,
        "url": partner.website,
        "logo": reverse("meeting_files:logo", args=[partner.meeting.slug, partner.pk]) if partner.logo else "",
    }


@require_safe
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/documents/"""
    here = frame(request, slug)
    found = queries.public_documents(here.meeting, at=here.at)
    later = here.meeting.documents.filter(public_from__gt=here.at, removed_at=None).order_by("public_from")
    here.until(later.values_list("public_from", flat=True).first())
    context = here.context("documents", documents=document_lines(found, here.language))
    return here.render("meetings/documents.html", context)


@require_safe
def highlights(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/highlights/: what is left of a meeting."""
    here = frame(request, slug)
    meeting = here.meeting
    is_past = here.phase == Phase.PAST
    programme = here.programme() if is_past else None
    pieces, until = panels.shown(panels.HIGHLIGHTS, request, meeting, here.at) if is_past else ([], [])
    here.until(*until)
    announced = []
    if programme:
        announced = [p for item in programme.items for p in item.pledges if p.purpose == PledgePurpose.ANNOUNCE]
    found = queries.public_documents(meeting, at=here.at) if is_past else []
    figures, said = figures_of(here) if is_past else ([], [])
    figures += counted_of(programme, here.language)
    linked = [one for one in linked_of(here) if not one["session_url"]] if is_past else []
    context = here.context(
        "highlights", is_past=is_past, programme=programme, panels=pieces, story=here.text("stories"),
        figures=figures, said=said, pledges=pledge_lines(announced), linked=linked,
        documents=document_lines(found, here.language), pictures=picture_lines(here) if is_past else [],
    )  # fmt: skip
    return here.render("meetings/highlights.html", context)


def figures_of(here: Frame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(figures with a number, those that are known in words only), each with its source."""
    figures, said = [], []
    for one in here.meeting.closing_figures.all():
        words = in_language(one.words, here.language)
        source = _("Source: %(source)s") % {"source": one.source}
        if one.number is None:
            said.append({"words": words, "source": source})
            continue
        shown = format_number(one.number, here.language)
        if one.at_least:
            shown = pgettext("figure", "over %(n)s") % {"n": shown}
        figures.append({"figure": shown, "words": words, "source": source})
    return figures, said


def counted_of(programme: Programme | None, language: str) -> list[dict[str, Any]]:
    """Figures counted from the programme, where it knows who spoke: sessions, people, pledges announced."""
    items = [item for item in programme.items if not item.quiet and item.state != "cancelled"] if programme else []
    people = {person.slug for item in items for person in item.people}
    if not people:
        return []
    pledges = {p.pledge_id for item in items for p in item.pledges if p.purpose == PledgePurpose.ANNOUNCE}
    found = [
        (len(items), ngettext("session", "sessions", len(items))),
        (len(people), ngettext("person who spoke", "people who spoke", len(people))),
        (len(pledges), ngettext("pledge announced here", "pledges announced here", len(pledges))),
    ]
    counted = _("Counted from the programme.")
    return [{"figure": format_number(n, language), "words": words, "source": counted} for n, words in found if n]


def picture_lines(here: Frame) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("meeting_files:picture", args=[here.meeting.slug, one.pk]),
            "alt": in_language(one.alts, here.language),
            "caption": in_language(one.captions, here.language),
            "credit": one.credit,
            "width": one.width,
            "height": one.height,
        }
        for one in here.meeting.pictures.all()
    ]


@require_safe
def live(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/live/: says when and where, and never gives a stream."""
    here = frame(request, slug)
    pieces, until = panels.shown(panels.LIVE, request, here.meeting, here.at)
    here.until(*until)
    return here.render("meetings/live.html", here.context("live", programme=here.programme(), panels=pieces))
