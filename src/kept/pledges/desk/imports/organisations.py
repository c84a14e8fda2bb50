"""Organisations that an import would make, and which of those that are there they may be: a person says so."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base import places
from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.people.models import EntityType, Organisation
from kept.people.similar import Reason
from kept.pledges.actions import importing
from kept.pledges.desk.imports.batch import find
from kept.pledges.desk.imports.telling import steps_of

A_PAGE = 50


@for_the_desk
def organisations(request: HttpRequest, pk: int) -> HttpResponse:
    """The new names, those that resemble others first. "It is the same as …" is remembered for every later file."""
    batch = find(pk)
    new = batch.found.get("new", [])
    if batch.state not in importing.NOT_YET or not new:
        return redirect("pledges:desk_import", pk)
    page = Paginator(list(enumerate(new)), A_PAGE).get_page(request.GET.get("page"))
    if request.method == "POST" and _same(request, pk):
        return redirect("pledges:desk_import", pk)
    there = Organisation.objects.in_bulk([other["id"] for one in new for other in one["alike"] if "id" in other])
    lines = [_line(place, one, there) for place, one in page.object_list]
    context = {"batch": batch, "page": page, "lines": lines, "whole": batch.found.get("organisations", len(new)),
               "asked": any(line["alike"] for line in lines), **steps_of(batch)}  # fmt: skip
    return render(request, "pledges/desk/imports/organisations.html", context)


def _line(place: int, one: dict[str, Any], there: dict[int, Organisation]) -> dict[str, Any]:
    language = get_language() or "en"
    kinds = dict(EntityType.choices)
    alike = []
    for n, other in enumerate(one["alike"]):
        known = there.get(other.get("id", 0))
        if "id" in other and known is None:
            continue  # it went meanwhile
        what = [] if known is None else [str(kinds.get(known.entity_type, "")), _country(known.country, language)]
        alike.append({"value": n, "name": known.name if known else other["name"], "known": known,
                      "about": [word for word in what if word], "reason": Reason(other["reason"]).label})  # fmt: skip
    about = [str(kinds.get(one["type"], "")), _country(one["country"], language)]
    return {"place": place, "name": one["name"], "rows": one["rows"], "about": [w for w in about if w], "alike": alike}


def _country(code: str, language: str) -> str:
    return places.name(code, language) if code else ""


def _same(request: HttpRequest, pk: int) -> bool:
    """Take what was said over; False, with the reason shown, where it is refused."""
    batch, at = find(pk), timezone.now()
    new = batch.found.get("new", [])
    chosen = {}
    for place, one in enumerate(new):
        said = request.POST.get(f"same_{place}", "")
        # A page that is older than the last check may mean another name by the same place.
        meant = (
            said.isascii() and said.isdecimal() and len(said) < 3 and request.POST.get(f"name_{place}") == one["name"]
        )
        if meant and int(said) < len(one["alike"]):
            chosen[one["name"]] = one["alike"][int(said)]
    return tried(
        request,
        lambda: importing.same_organisations(batch, chosen, by=request.user, at=at),
        _("Understood. All rows are checked again."),
    )
