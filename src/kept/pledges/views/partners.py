"""Naming partners: found among the organisations that are known, or entered new after a look at those like it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from kept.base import places
from kept.people.models import Organisation
from kept.people.naming import normalise
from kept.people.queries import search_organisations, similar_organisations, visible_to
from kept.pledges import actions
from kept.pledges.content import Partner
from kept.pledges.forms import Sheet, Step
from kept.pledges.reading import clean
from kept.pledges.views.access import signed_in

LONGEST = 300


@dataclass(frozen=True)
class Candidate:
    """An organisation that may be meant: why it is shown, and what tells it from others of its name."""

    organisation: Organisation
    name: str
    about: str
    reason: str = ""


def candidates(words: str, person: Any, language: str) -> list[Candidate]:
    """Those whose name holds the words, then those that only look like it; at most ten."""
    words = clean(words)[:LONGEST]
    if len(words) < 2:
        return []
    found: dict[int, tuple[Organisation, str]] = {o.pk: (o, "") for o in search_organisations(words, person)}
    for organisation, reason in similar_organisations(words, among=visible_to(person)):
        found.setdefault(organisation.pk, (organisation, str(reason.label)))
    return [
        Candidate(organisation, organisation.name_in(language), _about(organisation, language), reason)
        for organisation, reason in list(found.values())[:10]
    ]


def _about(organisation: Organisation, language: str) -> str:
    place = places.name(organisation.country, language) if organisation.country else ""
    return " · ".join(filter(None, (str(organisation.get_entity_type_display()), place)))


def is_known(words: str) -> bool:
    """Whether an organisation has exactly this name: it is that one, not a second."""
    return Organisation.objects.standing_alone().filter(normalised=normalise(clean(words))).exists()


def found(request: HttpRequest, sheet: Sheet, step: Step) -> dict[str, Any]:
    """What the page of partners shows for the words that were searched."""
    if "partners" not in step.fields and not (step.slug == "who" and sheet.lead_by_search):
        return {}
    words = clean(request.GET.get("partner", ""))[:LONGEST]
    return {"partner_words": words, **_results(words, sheet.person, sheet.language)}


def _results(words: str, person: Any, language: str) -> dict[str, Any]:
    rows = candidates(words, person, language) if words else []
    return {"candidates": rows, "may_be_new": len(words) > 2 and not is_known(words), "searched": words}


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """The same while one types (htmx): a piece of the page."""
    words = clean(request.GET.get("partner", ""))[:LONGEST]
    context = _results(words, request.user, get_language() or "en")
    return render(request, "pledges/writing/candidates.html", context)


def change(sheet: Sheet, data: Any, *, at: datetime) -> None:
    """Add or take away a partner, as a button of the page says. Raises NotAllowed, WrongState."""
    if not {"add_partner", "new_partner", "remove_partner"} & set(data):
        return
    now = PledgePartners(sheet)
    chosen = data.get("add_partner", "")
    if chosen.isdecimal() and len(chosen) < 19 and visible_to(sheet.person).filter(pk=int(chosen)).exists():
        now.add(int(chosen), at)
    name = clean(data.get("partner", ""))[:LONGEST]
    if data.get("new_partner") and len(name) > 2:
        now.add(actions.name_partner(name, by=sheet.person, at=at).pk, at)
    gone = data.get("remove_partner", "")
    if gone.isdecimal():
        now.remove(int(gone), at)


def change_lead(sheet: Sheet, data: Any, *, at: datetime) -> None:
    """Choose the organisation for which the secretariat enters a pledge. Raises NotAllowed, WrongState."""
    if not sheet.lead_by_search:
        return
    name, chosen = clean(data.get("partner", ""))[:LONGEST], data.get("set_lead", "")
    found = visible_to(sheet.person).filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
    if data.get("new_lead") and len(name) > 2:
        found = actions.name_partner(name, by=sheet.person, at=at)
    if found is not None:
        sheet.text.refresh_from_db()
        actions.save_fields(sheet.pledge, {"lead": found.pk}, by=sheet.person, at=at, base_version=sheet.text.version)


class PledgePartners:
    """The partners that the text names now, read anew: others may have named some meanwhile."""

    def __init__(self, sheet: Sheet) -> None:
        sheet.text.refresh_from_db()
        sheet.__dict__.pop("content", None)
        self.sheet, self.partners = sheet, sheet.content.partners

    def add(self, pk: int, at: datetime) -> None:
        if pk != self.sheet.content.lead and pk not in {p.organisation for p in self.partners}:
            self._save((*self.partners, Partner(pk)), at)

    def remove(self, pk: int, at: datetime) -> None:
        self._save(tuple(p for p in self.partners if p.organisation != pk), at)

    def _save(self, partners: tuple[Partner, ...], at: datetime) -> None:
        sheet = self.sheet
        actions.save_fields(
            sheet.pledge, {"partners": partners}, by=sheet.person, at=at, base_version=sheet.text.version
        )


def where(data: Any) -> str:
    """The end of the address to which a button of the page leads back: the words searched, a new line, its place."""
    if data.get("find"):
        field = "lead" if data["find"] == "lead" else "partners"
        return "?" + urlencode({"partner": clean(data.get("partner", ""))[:LONGEST]}) + f"#field-{field}"
    if data.get("add"):
        name = "".join(c for c in data["add"] if c.isalpha() or c == "_")
        return "?" + urlencode({"more": name}) + f"#field-{name}"
    if data.get("add_partner") or data.get("new_partner") or data.get("remove_partner"):
        return "#field-partners"
    if data.get("remove"):
        return "#field-" + "".join(c for c in data["remove"].partition("-")[0] if c.isalpha() or c == "_")
    if data.get("remove_file") or data.get("send_file"):
        return "#field-attachments"
    return ""
