"""/progress/: what became of the promises, and each of its charts as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import formats, paper
from kept.base.installation import installation
from kept.progress import filters, queries
from kept.progress.models import Definition, Round
from kept.registry import guard, implementing, listing, outcome, overdue, rounds, rows, search
from kept.registry import picture as drawing
from kept.registry.selection import Selection

SUMS = ("money", "people")
KEYS = (*filters.NAMES, *outcome.CROSSED, *rounds.TITLES, overdue.KEY, *SUMS)
NOT_OFFERED = {"status", *filters.NAMES}  # the charts themselves are about these


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """/progress/?<the registry's filters>"""
    language = get_language() or "en"
    selection = Selection.from_query(request.GET)
    asked = implementing.Asked(selection, language)
    counted = asked.counted
    charts = [] if selection.problems else _charts(asked)
    numbers = {} if selection.problems else search.facet_numbers(counted)
    here = _here()
    context: dict[str, Any] = {
        "selection": selection,
        "charts": charts,
        "pledges": asked.pledges if charts else 0,
        "rows_url": listing.address(counted.with_(view="", measure="")),
        "sums": implementing.sums(asked) if charts else [],
        "facets": [
            {**one, "values": [{**value, "url": here(value["url"])} for value in one["values"]]}
            for one in listing.filters(selection, numbers, language)
            if one["name"] not in NOT_OFFERED
        ],
        "chips": [{**chip, "url": here(chip["url"])} for chip in listing.chips(selection, language)],
        "query": selection.with_(view="", measure="").to_query(),
        "hidden": selection.with_(view="", measure="", as_of=None).pairs(),
        "now_query": selection.with_(view="", measure="", as_of=None).to_query(),
        "today": datetime.now(UTC).date(),
        "counts_something": Definition.objects.exists(),
    }
    return render(request, "registry/implementation.html", context)


def _charts(asked: implementing.Asked) -> list[implementing.Chart]:
    """Where the pledges stand, how that changed from round to round, who owes reports, and in which lines of them."""
    found = implementing.charts(asked)
    if not found:
        return []
    named = overdue.chart(asked)
    return [*found[:1], *rounds.charts(asked, rounds.published()), *([named] if named else []), *found[1:]]


def _round(slug: str) -> Round:
    """A round whose findings are public; one that is not answers 404."""
    found = rounds.public().filter(slug=slug).first()
    if found is None:
        raise Http404("No such round has published its findings.")
    return found


@require_safe
def round_(request: HttpRequest, slug: str) -> HttpResponse:
    """/progress/rounds/<slug>/: what a round published, frozen, with the log's checkpoint of that moment."""
    found, language = _round(slug), get_language() or "en"
    context = {
        "round": found,
        "name": found.name_in(language),
        "day": rounds.day_of(found),
        "charts": rounds.frozen(found, language),
        "facts": rounds.facts(found, language),
        "sums": rounds.frozen_sums(found, language),
        "kinds": rounds.frozen_kinds(found),
        "indicators": rounds.frozen_indicators(found, language),
        "log_size": rounds.size_of_log(found),
        "sample": (sample := getattr(found, "sample", None)),
        "drawn": queries.drawn_of(sample) if sample is not None else [],
    }
    return render(request, "registry/round.html", context)


@require_safe
def round_file(request: HttpRequest, slug: str, key: str, ending: str) -> HttpResponse:
    """/progress/rounds/<slug>/<chart>.csv, .svg, .png: a chart of what a round published."""
    found = _round(slug)
    with translation.override("en" if ending == "csv" else get_language() or "en"):
        language = get_language() or "en"
        frozen = (*rounds.frozen(found, language), *rounds.frozen_sums(found, language))
        chart = next((one for one in frozen if one.key == key), None)
        if chart is None:
            raise Http404("The round published no such chart.")
        if ending == "csv":
            return _written(chart)
        return _drawn(request, chart, implementing.Asked(Selection(as_of=rounds.day_of(found)), language), ending)


def _here() -> Callable[[str], str]:
    """From an address of the registry to the same selection on this page."""
    there, here = reverse("registry:pledges"), reverse("registry:progress")
    return lambda url: url.replace(there, here, 1)


@require_safe
def table(request: HttpRequest, key: str) -> HttpResponse:
    """/progress/<chart>.csv: what the chart shows, with the address of the pledges behind each figure."""
    if key not in KEYS:
        raise Http404("There is no such chart.")
    selection = Selection.from_query(request.GET)
    if selection.problems:
        return HttpResponse("\r\n".join(f"{p.name}={p.shown}" for p in selection.problems), status=400,
                            content_type="text/plain; charset=utf-8")  # fmt: skip
    with translation.override("en"):
        asked = implementing.Asked(selection, "en")
        known = implementing.sums(asked) if key in SUMS else _charts(asked)
        return _written(next((one for one in known if one.key == key), None))


@require_safe
def picture(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """/progress/<chart>.svg, /progress/<chart>.png: the chart to take away, in the page's language."""
    selection, language = Selection.from_query(request.GET), get_language() or "en"
    if key not in KEYS or selection.problems:
        raise Http404("There is no such chart.")
    asked = implementing.Asked(selection, language)
    charts = [*_charts(asked), *implementing.sums(asked)]
    chart = next((one for one in charts if one.key == key), None)
    if chart is None or not asked.pledges:
        raise Http404("There are no pledges in this chart.")
    return _drawn(request, chart, asked, ending)


def _written(chart: implementing.Chart | implementing.Sums | None) -> HttpResponse:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if isinstance(chart, implementing.Sums):
        _sums(writer, chart)
    else:
        _rows(writer, chart)
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")


def _drawn(
    request: HttpRequest, chart: implementing.Chart | implementing.Sums, asked: implementing.Asked, ending: str
) -> HttpResponse:
    if ending == "png" and not guard.lets_draw(request):
        return HttpResponse(_("Too many pictures at once. Try again in a minute."), status=429, headers={"Retry-After": "60"},
                            content_type="text/plain; charset=utf-8")  # fmt: skip
    drawn = drawing.svg(chart, _source(asked), asked.language)
    body = paper.png(drawn) if ending == "png" else drawn.encode()
    kind = "image/png" if ending == "png" else "image/svg+xml"
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'inline; filename="{chart.key}.{ending}"'}
    )


def _source(asked: implementing.Asked) -> drawing.Said:
    day = asked.selection.as_of or datetime.now(UTC).date()
    source = ngettext(
        "%(name)s, %(on)s; shares are of all %(shown)s published pledge",
        "%(name)s, %(on)s; shares are of all %(shown)s published pledges",
        asked.pledges,
    ) % {
        "name": installation().display_name, "on": formats.format_date(day, asked.language),
        "shown": formats.format_number(asked.pledges, asked.language),
    }  # fmt: skip
    query = asked.selection.with_(view="", measure="").to_query()
    return drawing.Said(source, settings.KEPT_BASE_URL + reverse("registry:progress") + query)


def _rows(writer: Any, chart: implementing.Chart | None) -> None:
    heads = [look for look, _title in chart.heads] if chart else []
    writer.writerow(["value", "name", "pledges", *(heads or ["share_percent"]), "url"])
    for row in chart.rows if chart else ():
        figures = [piece.count for piece in row.pieces] if heads else [row.pieces[0].share]
        writer.writerow([row.value, row.name, row.count, *figures, settings.KEPT_BASE_URL + row.url])


def _sums(writer: Any, sums: implementing.Sums) -> None:
    writer.writerow(["name", "amount_usd" if sums.money else "people", "pledges", "url"])
    stage = ""
    for line in sums.lines:
        stage = stage if line.part else line.name
        amount = rows.plain(Decimal(line.amount)) if sums.money else line.amount
        name = f"{stage}: {line.name}" if line.part else line.name
        writer.writerow([name, amount, line.pledges, settings.KEPT_BASE_URL + line.url])
