"""Beside the counter: what moved it in a month, its history as a file, figures for a speech, the frame's builder."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kept.base import places
from kept.base.languages import native_name
from kept.log import queries as log
from kept.pledges import counting
from kept.pledges.models import RevisionPlace
from kept.pledges.presenting import INSTRUMENT_NAMES, MONEY_NATURE_NAMES
from kept.registry import movements, queries, rows
from kept.registry.selection import Selection
from kept.registry.views.counter import SIZES, THEMES, gone, split

THEME_NAMES = {"": _("as the reader's device"), "light": _("light"), "dark": _("dark")}
SIZE_NAMES = {"s": _("small"), "m": _("medium"), "l": _("large")}
FRAMES = {"s": (320, 250), "m": (480, 340), "l": (760, 440)}  # width and height of the frame, in pixels


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    """/counter/2023-12/: every pledge behind the difference."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404("There is no such month.") from None
    today = datetime.now(UTC).date()
    history = queries.history(today)
    known = [one.first for one in history]
    if first not in known:
        raise Http404("Nothing is counted in this month.")
    at = known.index(first)
    context = {
        "moves": movements.of_month(first, until=today),
        "running": at == len(known) - 1,
        "earlier": history[at - 1] if at else None,
        "later": history[at + 1] if at + 1 < len(history) else None,
    }
    return render(request, "registry/counter_month.html", context)


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """/counter/history.csv: the counter at the end of every month (of the running one: now)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["month", "pledges", "amount_usd", "pledges_change", "amount_usd_change"])
    before = (0, 0)
    for one in queries.history(datetime.now(UTC).date()):
        change = (one.pledges - before[0], one.amount_usd - before[1])
        writer.writerow([one.iso, one.pledges, rows.plain(one.amount_usd), change[0], rows.plain(change[1])])
        before = (one.pledges, one.amount_usd)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="counter-history.csv"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def speech(request: HttpRequest) -> HttpResponse:
    """/counter/speech/?as_of=: one page of figures, each with what it leaves out."""
    asked = Selection.from_query(request.GET)
    problem = next((p for p in asked.problems if p.name == "as_of"), None)
    as_of = None if problem else asked.as_of
    counted = counting.counter(as_of)
    context: dict[str, Any] = {
        "counter": counted,
        "as_of": as_of,
        "problem": problem,
        "gone": gone(as_of),
        "log_size": log.size(),
        "covered_only": counted.countries_reached - counted.countries_named,
        "natures": split(counted.by_nature, MONEY_NATURE_NAMES),
        "instruments": split(counted.by_instrument, INSTRUMENT_NAMES),
        "as_of_query": f"?as_of={as_of.isoformat()}" if as_of else "",
        **least_developed(counted.as_of, as_of),
        "new_this_year": counting.counted(as_of).filter(published_at__year=counted.as_of.year).count(),
    }
    return render(request, "registry/speech.html", context)


def least_developed(today: date, as_of: date | None) -> dict[str, int]:
    """How many of the least developed countries of that day are reached."""
    group = places.members("ldc", today)
    rows_ = counting.counted(as_of).order_by().values("pk")
    reached = RevisionPlace.objects.filter(kind="country", code__in=group, revision__in=rows_).order_by()
    return {"ldcs": len(group), "ldcs_reached": reached.values("code").distinct().count()}


@require_safe
def builder(request: HttpRequest) -> HttpResponse:
    """/embed/: pick language, colours and size of the framed counter; see it; copy the line."""
    codes = [code for code, _name in settings.LANGUAGES]
    language = request.GET.get("language", "")
    theme, size = request.GET.get("theme", ""), request.GET.get("size", "")
    language = language if language in codes else (get_language() or settings.LANGUAGE_CODE)
    theme, size = theme if theme in THEMES else "", size if size in SIZES else "m"
    width, height = FRAMES[size]
    with translation.override(language):
        path = reverse("registry:embed_counter")
    query = "&".join(f"{name}={value}" for name, value in (("theme", theme), ("size", size)) if value)
    context = {
        "languages": [(code, native_name(code), code == language) for code in codes],
        "themes": [(code, name, code == theme) for code, name in THEME_NAMES.items()],
        "sizes": [(code, name, code == size, *FRAMES[code]) for code, name in SIZE_NAMES.items()],
        "path": f"{path}?{query}",
        "width": width,
        "height": height,
    }
    response = render(request, "registry/embed_builder.html", context)
    response.frames_itself = True  # type: ignore[attr-defined]
    return response
