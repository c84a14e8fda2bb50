"""In which time zone a visitor wants to see a programme: every zone by its city, without a script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.meetings.times import offset_label, zone, zone_names
from kept.meetings.views.frame import Frame, frame
from kept.meetings.zones import city_of


@require_safe
def zones(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/time/"""
    here = frame(request, slug)
    return here.render("meetings/zones.html", here.context("time", regions=regions_of(here)))


def regions_of(here: Frame) -> list[dict[str, Any]]:
    """Zones under their part of the world, each with its distance from UTC on the meeting's first day."""
    names = {
        "Africa": _("Africa"), "America": _("The Americas"), "Asia": _("Asia"), "Europe": _("Europe"),
        "Pacific": _("Pacific"), "Australia": _("Australia"), "Indian": _("Indian Ocean"), "Atlantic": _("Atlantic"),
        "Antarctica": _("Antarctica"), "Arctic": _("Arctic"),
    }  # fmt: skip
    found: dict[str, dict[str, dict[str, str]]] = {}
    url = reverse("meetings:programme", args=[here.meeting.slug])
    for name in zone_names():
        part = name.partition("/")[0]
        if part not in names:
            continue
        city = city_of(name, here.language)
        label = offset_label(here.meeting.starts_at, zone(name))
        known = found.setdefault(part, {})
        if city not in known or name < known[city]["zone"]:  # a city that has several names stands once
            known[city] = {"city": city, "zone": name, "label": label, "url": f"{url}?tz={name}"}
    return [
        {"name": names[part], "zones": sorted(found[part].values(), key=lambda one: one["city"])}
        for part in names
        if part in found
    ]
