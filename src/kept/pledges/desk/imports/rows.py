"""Rows that were refused, put right on the screen or as a file; rows that changed, to be taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kept.base import formats
from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges import import_queries as queries
from kept.pledges.actions import import_correcting, importing
from kept.pledges.desk.imports.batch import find
from kept.pledges.desk.imports.lists import attachment
from kept.pledges.desk.imports.telling import column_of_file, steps_of
from kept.pledges.importing.mapping import MappingError
from kept.pledges.importing.reports import csv_lines
from kept.pledges.importing.sources import UnusableFile
from kept.pledges.labels import label
from kept.pledges.models import BatchState, ImportBatch, ImportRow

A_PAGE = 15
MOST_CELLS = 40  # of a row, that can be corrected on the screen
LONG = 60  # characters from which a cell is written into several lines
CORRECTABLE = (BatchState.CHECKED, BatchState.DONE)


@for_the_desk
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Each refused row with what is wrong; its cells can be changed here, and are read again."""
    batch = find(pk)
    if batch.state not in CORRECTABLE:
        return redirect("pledges:desk_import", pk)
    page = Paginator(queries.refused_rows(batch), A_PAGE).get_page(request.GET.get("page"))
    if request.method == "POST" and _corrected(request, batch):
        return redirect(request.get_full_path())
    context = {
        "batch": batch, "page": page, "lines": _lines(batch, page), "may_correct": bool(batch.file),
        "not_kept": max(0, batch.rows_refused - page.paginator.count), **steps_of(batch),
    }  # fmt: skip
    return render(request, "pledges/desk/imports/rows.html", context)


def _lines(batch: ImportBatch, page: Page) -> list[dict[str, Any]]:
    used = _used(batch)
    return [_line(row, used) for row in page.object_list]


def _used(batch: ImportBatch) -> set[str]:
    """Columns that the mapping reads: others need no correction."""
    try:
        return set(importing.mapping_of(batch).columns)
    except MappingError:
        return set()


def _line(row: ImportRow, used: set[str]) -> dict[str, Any]:
    """A row for the screen: what is wrong cell by cell, the row's other cells behind a fold."""
    names = list(row.cells)
    roots = {column.partition(".")[0].partition("[")[0] for column in used}
    reasons: dict[str, list[str]] = {}
    for problem in row.problems:
        reasons.setdefault(problem["column"] if problem["column"] in row.cells else "", []).append(problem["reason"])
    cells = [_cell(row, place, name, reasons.get(name, [])) for place, name in enumerate(names)]
    wrong = [cell for cell in cells if cell["reasons"]]
    others = [cell for cell in cells if not cell["reasons"] and (cell["name"] in used or cell["name"] in roots)]
    found = [(p["column"], p["value"]) for p in row.problems if p["column"] and p["column"] not in row.cells]
    return {"row": row, "wrong": wrong, "others": others[:MOST_CELLS], "reasons": reasons.get("", []), "inside": found,
            "open": not wrong}  # fmt: skip


def _cell(row: ImportRow, place: int, name: str, reasons: list[str]) -> dict[str, Any]:
    text = row.corrections.get(name, row.cells[name])
    return {"id": f"cell_{row.pk}_{place}", "name": column_of_file(name), "text": text, "reasons": reasons,
            "long": len(text) > LONG or "\n" in text, "was": row.cells[name] if name in row.corrections else ""}  # fmt: skip


def _corrected(request: HttpRequest, batch: ImportBatch) -> bool:
    """Read the rows of this page again with what was typed."""
    typed: dict[int, dict[str, str]] = {}
    ids = [int(said) for said in request.POST.getlist("row")[: A_PAGE * 4] if said.isascii() and said.isdecimal()]
    for row in queries.refused_rows(batch).filter(pk__in=[pk for pk in ids if pk < 2**31]):
        said = {name: request.POST.get(f"cell_{row.pk}_{place}") for place, name in enumerate(row.cells)}
        typed[row.pk] = {name: text.replace("\0", "") for name, text in said.items() if text is not None}
    try:
        outcomes = import_correcting.correct_rows(batch, typed, by=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return False
    except (UnusableFile, MappingError) as error:
        messages.error(request, error.message)
        return False
    good = sum(outcome.what != "refused" for outcome in outcomes)
    _say(request, good, len(outcomes) - good, batch.state == BatchState.DONE)
    return True


def _say(request: HttpRequest, good: int, bad: int, in_already: bool) -> None:
    language = get_language() or "en"
    if good and in_already:
        text = ngettext("%(count)s row went in.", "%(count)s rows went in.", good)
        messages.success(request, text % {"count": formats.format_number(good, language)})
    elif good:
        text = ngettext("%(count)s row is good now.", "%(count)s rows are good now.", good)
        messages.success(request, text % {"count": formats.format_number(good, language)})
    if bad:
        text = ngettext("%(count)s row is still refused.", "%(count)s rows are still refused.", bad)
        messages.error(request, text % {"count": formats.format_number(bad, language)})


@for_the_desk
def refused_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every refused row with its reason, as CSV: put right in a spreadsheet, uploaded like any other file."""
    batch = find(pk)
    if not batch.rows_refused:
        raise Http404
    kept = queries.refused_rows(batch)
    if batch.rows_refused > kept.count() and batch.file:
        report = import_correcting.refused_anew(batch, by=request.user)
    else:
        report = queries.report_of(batch)
    response = StreamingHttpResponse(csv_lines(report), content_type="text/csv; charset=utf-8")
    words = {"file": Path(batch.file_name).stem}
    response["Content-Disposition"] = attachment(_("refused rows of %(file)s") % words, "csv")
    return response


@for_the_desk
def changed(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that say something else than the pledge that is there; after the import they can be taken over."""
    batch = find(pk)
    if batch.state not in CORRECTABLE:
        return redirect("pledges:desk_import", pk)
    page = Paginator(queries.changed_rows(batch), A_PAGE * 2).get_page(request.GET.get("page"))
    if request.method == "POST" and _taken(request, batch):
        return redirect(request.get_full_path())
    lines = [
        {"row": row, "pledge": row.pledge,
         "differences": [{**one, "label": label(one["field"])} for one in row.problems if "field" in one]}
        for row in page.object_list
    ]  # fmt: skip
    may = batch.state == BatchState.DONE and bool(batch.file)
    context = {"batch": batch, "page": page, "lines": lines, "may_take": may, **steps_of(batch)}
    return render(request, "pledges/desk/imports/changed.html", context)


def _taken(request: HttpRequest, batch: ImportBatch) -> bool:
    ids = [int(said) for said in request.POST.getlist("row")[:200] if said.isascii() and said.isdecimal()]
    try:
        outcomes = import_correcting.take_over(
            batch, [pk for pk in ids if pk < 2**31], by=request.user, at=timezone.now()
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return False
    except (UnusableFile, MappingError) as error:
        messages.error(request, error.message)
        return False
    taken = sum(outcome.what == "updated" for outcome in outcomes)
    text = ngettext("%(count)s row is taken over.", "%(count)s rows are taken over.", taken)
    messages.success(request, text % {"count": formats.format_number(taken, get_language() or "en")})
    return True
