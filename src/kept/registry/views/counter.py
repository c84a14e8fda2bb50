"""The counter: the figure, how it is counted, what it leaves out, how it grew; and the same for other sites."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import places
from kept.log import queries as log
from kept.pledges import counting
from kept.pledges.models import Status
from kept.pledges.presenting import INSTRUMENT_NAMES, MONEY_NATURE_NAMES
from kept.registry import charting, implementing, movements, panels, queries, search
from kept.registry.selection import Selection

THEMES = ("light", "dark")
SIZES = ("s", "m", "l")


@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """/counter/?as_of="""
    asked = Selection.from_query(request.GET)
    problem = next((p for p in asked.problems if p.name == "as_of"), None)
    as_of = None if problem else asked.as_of
    language = get_language() or "en"
    counted = counting.counter(as_of)
    rows = counting.counted(as_of)
    months = queries.history(counted.as_of)
    context: dict[str, Any] = {
        "counter": counted,
        "as_of": as_of,
        "problem": problem,
        "natures": split(counted.by_nature, MONEY_NATURE_NAMES),
        "instruments": split(counted.by_instrument, INSTRUMENT_NAMES),
        "countries": countries(rows, language, as_of),
        "covered_only": counted.countries_reached - counted.countries_named,
        "months": months[::-1],
        "jumps": movements.jumps(months, until=counted.as_of),
        "charts": charting.charts(months),
        "first": months[0] if months else None,
        "gone": gone(as_of),
        **stages(as_of, language),
        "log_size": log.size(),
        "as_of_query": f"&as_of={as_of.isoformat()}" if as_of else "",
        "rows_url": reverse("registry:pledges"),
        "panels": panels.of("counter", counted, request, selection=Selection(as_of=as_of)),
    }
    return render(request, "registry/counter.html", context)


def stages(as_of: date | None, language: str) -> dict[str, Any]:
    """What of the announced money is signed and spent, by what supports it, and of how much nothing is known."""
    counted = Selection(chosen={"status": (Status.PUBLISHED,)}, as_of=as_of)
    money, _people = implementing.sums(implementing.Asked(counted, language))
    amount, pledges = implementing.unknown(counted)
    return {"stages": money if money.lines[0].pledges else None, "unknown_amount": amount, "unknown_pledges": pledges}


def gone(as_of: date | None) -> int:
    """How many pledges were taken back or replaced: public, but not counted."""
    return search.count(Selection(chosen={"status": (Status.WITHDRAWN, Status.SUPERSEDED)}, as_of=as_of))


def split(parts: dict, names: dict) -> list[dict[str, Any]]:
    """Sums by what the money is, the largest first; what says nothing last."""
    rows = [{"name": names[key], "amount": usd} for key, usd in parts.items() if key in names]
    rows.sort(key=lambda row: -row["amount"])
    rest = sum((usd for key, usd in parts.items() if key not in names), start=0)
    return rows + ([{"name": _("not said"), "amount": rest}] if rest else [])


def countries(rows, language: str, as_of) -> list[dict[str, Any]]:
    """Every country reached, by name: pledges that name it, and that cover it by a region or group only."""
    numbers = queries.countries_reached(rows)
    query = f"&as_of={as_of.isoformat()}" if as_of else ""
    return [
        {
            "name": places.name(code, language),
            "url": f"{reverse('registry:pledges')}?country={code}{query}",
            **numbers[code],
        }
        for code in places.sorted_by_name(numbers, language)
    ]


@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """/embed/counter/?theme=dark&size=s: the counter in a frame on somebody else's page."""
    theme, size = request.GET.get("theme", ""), request.GET.get("size", "")
    context = {
        "counter": counting.counter(),
        "theme": theme if theme in THEMES else "",
        "size": size if size in SIZES else "m",
    }
    response = render(request, "registry/embed_counter.html", context)
    response.may_be_framed = True  # type: ignore[attr-defined]
    return response
