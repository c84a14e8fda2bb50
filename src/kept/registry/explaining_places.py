"""What a chosen region, group or country stands for, said below the filters, with the way to its own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kept.base import formats, places
from kept.registry.selection import Selection

MOST = 3
PAGES = {
    "group": "registry:group",
    "region": "registry:region",
    "itu": "registry:region",
    "country": "registry:country",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and the link behind it."""

    words: str
    link: str
    url: str


def of(selection: Selection, language: str) -> list[Line]:
    """A line for each of the first few places that are chosen."""
    on = selection.as_of or timezone.now().astimezone(UTC).date()
    chosen = [code for name in ("group", "region", "country") for code in selection.of(name)]
    return [line for code in chosen[:MOST] if (line := _line(code, on, language))]


def _line(code: str, on: date, language: str) -> Line | None:
    kind = places.kind_of(code)
    name = places.name(code, language)
    if kind == "world":
        return Line(_("Worldwide: pledges that name the whole world. It stands for no single country."), _("All groups"),
                    reverse("registry:groups"))  # fmt: skip
    if kind not in PAGES:
        return None
    url = reverse(PAGES[kind], args=[code])
    if kind == "country":
        return Line(_("%(country)s: pledges that name it, or cover it by a region or group.") % {"country": name},
                    _("What is promised to it and by it"), url)  # fmt: skip
    return Line(standing_for(code, on, language), _("Which countries these are"), url)


def standing_for(code: str, on: date, language: str) -> str:
    """“Least developed countries: 44 countries as of 27 November 2026. For each pledge the list of its own day counts.”"""
    count = len(places.members(code, on))
    said = ngettext(
        "%(place)s: %(count)s country as of %(day)s. For each pledge the list of its own day counts.",
        "%(place)s: %(count)s countries as of %(day)s. For each pledge the list of its own day counts.", count,
    )  # fmt: skip
    return said % {
        "place": places.name(code, language),
        "count": formats.format_number(count, language),
        "day": formats.format_date(on, language),
    }


def on_its_page(code: str, on: date, language: str) -> str:
    """The same where the name stands above already."""
    count = len(places.members(code, on))
    said = ngettext(
        "%(count)s country as of %(day)s. For each pledge the list of its own day counts.",
        "%(count)s countries as of %(day)s. For each pledge the list of its own day counts.", count,
    )  # fmt: skip
    return said % {"count": formats.format_number(count, language), "day": formats.format_date(on, language)}
