"""A pledge for other people's lists: as a citation (APA, BibTeX) and as linked data (schema.org)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from kept.base import places
from kept.base.installation import installation
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, Status
from kept.pledges.presenting import PledgeView

CONTEXT = "https://schema.org"
ACTION_STATUS: dict[str, str] = {Status.PUBLISHED: "PotentialActionStatus"}  # nothing is said yet about what was done
_BIBTEX = str.maketrans({c: f"\\{c}" for c in "#$%&_{}"} | {"\\": r"\textbackslash{}", "~": r"\~{}", "^": r"\^{}"})


def url_of(pledge: Pledge) -> str:
    """The pledge's address for ever, the same in citations of every language."""
    with translation.override(settings.LANGUAGE_CODE):
        return settings.KEPT_BASE_URL + reverse("registry:pledge", args=[pledge.reference])


def apa(view: PledgeView, pledge: Pledge, revision: Revision) -> str:
    """Author. (Year). Title (number, revision). Publisher. Address."""
    author = (view.lead.name if view.lead else "").rstrip(".")
    title = (view.original or view.wording).title.rstrip(".")
    year = _day(revision.published_at)[:4]
    return (
        f"{author}. ({year}). {title} (Pledge {pledge.reference}, revision {revision.n}). "
        f"{installation().name}. {url_of(pledge)}"
    )


def bibtex(view: PledgeView, pledge: Pledge, revision: Revision) -> str:
    """One `@misc` entry."""
    fields = {
        "author": f"{{{_tex(view.lead.name if view.lead else '')}}}",
        "title": f"{{{_tex((view.original or view.wording).title)}}}",
        "year": _day(revision.published_at)[:4],
        "howpublished": _tex(installation().name),
        "number": pledge.reference,
        "note": f"Pledge {pledge.reference}, revision {revision.n}",
        "url": url_of(pledge),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{pledge.reference},\n{lines}\n}}"


def _tex(text: str) -> str:
    return re.sub(r"\s+", " ", text).translate(_BIBTEX)


def linked_data(pledge: Pledge, revision: Revision, view: PledgeView) -> dict[str, Any]:
    """The pledge as a schema.org Action: who promises what, where, until when."""
    content = PledgeContent.from_json(revision.content)
    url = url_of(pledge)
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Action",
        "@id": url,
        "identifier": pledge.reference,
        "url": url,
        "name": content.title,
        "inLanguage": revision.language,
    }
    if description := content.summary or content.description:
        data["description"] = description
    if revision.record_status in ACTION_STATUS:
        data["actionStatus"] = f"{CONTEXT}/{ACTION_STATUS[revision.record_status]}"
    if view.lead:
        data["agent"] = _organisation(view.lead)
    if partners := [_organisation(partner.organisation) for partner in view.partners]:
        data["participant"] = partners
    if content.start:
        data["startTime"] = content.start
    if content.end:
        data["endTime"] = content.end
    if content.targets:
        data["location"] = [_place(code) for code in content.targets]
    if content.amount:
        data["object"] = {"@type": "MonetaryAmount", "currency": content.currency, "value": content.amount}
    data["subjectOf"] = _page(pledge, revision, url)
    return data


def _organisation(named: Any) -> dict[str, Any]:
    with translation.override(settings.LANGUAGE_CODE):
        url = settings.KEPT_BASE_URL + reverse("registry:organisation", args=[named.key])
    return {"@type": "Organization", "@id": url, "name": named.name}


def _place(code: str) -> dict[str, str]:
    kind = "Country" if places.kind_of(code) == "country" else "Place"
    return {"@type": kind, "name": places.name(code, "en"), "identifier": code}


def _page(pledge: Pledge, revision: Revision, url: str) -> dict[str, Any]:
    return {
        "@type": "WebPage",
        "url": url,
        "version": str(revision.n),
        "datePublished": _day(revision.published_at),
        "dateModified": _day(revision.valid_from),
        "publisher": {"@type": "Organization", "name": installation().name},
        "license": installation().data_licence,
    }


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).date().isoformat()
