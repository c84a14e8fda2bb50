"""One import: how far it is, what would go in, what went in; imported, undone, thrown away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import formats, places
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.pledges import import_queries as queries
from kept.pledges.actions import importing
from kept.pledges.desk.forms import text
from kept.pledges.desk.imports.telling import steps_of, told
from kept.pledges.models import AT_WORK, BatchState, ImportBatch

A_PAGE = 50
HOW = (
    ("review", gettext_lazy("To review: they lie on the desk until somebody publishes them")),
    ("publish", gettext_lazy("Publish at once: everybody can read them")),
)


class StartForm(forms.Form):
    """How checked rows go in."""

    how = forms.ChoiceField(label=gettext_lazy("What happens with them"), choices=HOW, initial="review",
                            widget=forms.RadioSelect)  # fmt: skip
    update = forms.BooleanField(
        label=gettext_lazy("Take over what changed"), required=False,
        help_text=gettext_lazy("A published pledge gets a revision; its former text stays readable."),
    )  # fmt: skip


class UndoForm(forms.Form):
    """Why an import is undone."""

    reason = text(
        gettext_lazy("Reason"), rows=3,
        help_text=gettext_lazy("Kept with the decision. With pledges that are published already, readers see it."),
    )  # fmt: skip


def find(pk: int) -> ImportBatch:
    """Raises Http404."""
    return get_object_or_404(ImportBatch.objects.select_related("made_by", "asked_by"), pk=pk)


@for_the_desk
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The import as it stands. While the worker has it, the page asks again by itself."""
    found = find(pk)
    if found.state in AT_WORK and not importing.is_left(found, timezone.now()):
        return _at_work(request, found)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state == BatchState.UPLOADED:
        return redirect("pledges:desk_import_columns", found.pk)
    return render(request, "pledges/desk/imports/batch.html", _context(found))


def _at_work(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    whole = queries.work_of(found)
    words = {"done": formats.format_number(found.rows_done, get_language() or "en"),
             "all": formats.format_number(whole, get_language() or "en")}  # fmt: skip
    saying = {
        BatchState.CHECKING: _("%(done)s of %(all)s rows checked"),
        BatchState.RUNNING: _("%(done)s of %(all)s rows imported"),
        BatchState.UNDOING: _("%(done)s of %(all)s pledges undone"),
    }[BatchState(found.state)]
    context = {
        "batch": found, "whole": whole, "words": saying % words, "begun": found.lease_until is not None,
        "history": told(found), **steps_of(found),
    }  # fmt: skip
    return render(request, "pledges/desk/imports/at_work.html", context)


def _context(found: ImportBatch, form: StartForm | None = None) -> dict[str, Any]:
    language = get_language() or "en"
    away, withdrawn = importing.undone_means(found)
    sample = [
        {**row, "where": formats.format_list([places.name(code, language) for code in row["targets"]], language)}
        for row in found.found.get("sample", ())
    ]
    return {
        "batch": found,
        "form": form or StartForm(initial={"how": "review"}),
        "sample": sample,
        "alike": sum(bool(one["alike"]) for one in found.found.get("new", ())),
        "open": queries.open_rows(found),
        "changed": queries.changed_rows(found).count(),
        "made": away + withdrawn,
        "left": importing.is_left(found, timezone.now()),
        "history": told(found),
        **steps_of(found),
    }


@require_POST
@for_the_desk
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Look every row up once more."""
    found = find(pk)
    tried(request, lambda: importing.ask_check(found, by=request.user, at=timezone.now()))
    return redirect("pledges:desk_import", pk)


@require_POST
@for_the_desk
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was checked; go on with what stopped."""
    found, form = find(pk), StartForm(request.POST)
    if not form.is_valid():
        return render(request, "pledges/desk/imports/batch.html", _context(found, form), status=422)
    chosen = {"publish": form.cleaned_data["how"] == "publish", "update": form.cleaned_data["update"]}
    tried(request, lambda: importing.ask_import(found, by=request.user, at=timezone.now(), **chosen))
    return redirect("pledges:desk_import", pk)


@for_the_desk
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The page says what an undo means and asks why; its button does it."""
    found = find(pk)
    form = UndoForm(request.POST if request.method == "POST" else None)

    def ask() -> None:
        importing.ask_undo(found, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and attempt(request, form, ask, _("The import is being undone.")):
        return redirect("pledges:desk_import", pk)
    away, withdrawn = importing.undone_means(found)
    context = {"batch": found, "form": form, "away": away, "withdrawn": withdrawn, **steps_of(found)}
    return render(request, "pledges/desk/imports/undo.html", context, status=422 if form.errors else 200)


@for_the_desk
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an uploaded file away: the page asks, its button does it."""
    found = find(pk)
    if request.method == "POST":
        if tried(request, lambda: importing.forget_batch(found, by=request.user, at=timezone.now())):
            messages.success(request, _("The file is thrown away. Nothing of it was imported."))
            return redirect("pledges:desk_imports")
        return redirect("pledges:desk_import", pk)
    return render(request, "pledges/desk/imports/forget.html", {"batch": found})


@for_the_desk
def pledges(request: HttpRequest, pk: int) -> HttpResponse:
    """The pledges that came in with it."""
    found = find(pk)
    page = Paginator(queries.pledges_of(found), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "pledges/desk/imports/pledges.html", {"batch": found, "page": page, **steps_of(found)})
