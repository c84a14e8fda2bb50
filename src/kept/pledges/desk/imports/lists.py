"""The list of imports, with the way in: a file is uploaded here. And the mappings that were saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.pledges import import_queries as queries
from kept.pledges.actions import importing
from kept.pledges.desk.imports.telling import state_in_words
from kept.pledges.importing import shipped_mappings
from kept.pledges.importing.mapping_writing import to_toml
from kept.pledges.models import ImportBatch, ImportMapping

A_PAGE = 30


class UploadForm(forms.Form):
    """A file, as an office has it."""

    file = forms.FileField(
        label=gettext_lazy("A list of pledges"), allow_empty_file=True, max_length=300,
        help_text=gettext_lazy("CSV, Excel, OpenDocument or JSON, as you have it. At most 50 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,.json,.jsonl"}),
    )  # fmt: skip


@for_the_desk
def imports(request: HttpRequest) -> HttpResponse:
    """Upload a file; below, what came in so far, the newest first."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    made: list[ImportBatch] = []

    def receive() -> None:
        made.append(importing.receive_file(form.cleaned_data["file"], by=request.user, at=timezone.now()))

    if request.method == "POST" and attempt(request, form, receive, _("The file is here. Nothing was imported yet.")):
        _read_as_before(request, made[0])
        return redirect("pledges:desk_import", made[0].pk)
    page = Paginator(queries.batches(), A_PAGE).get_page(request.GET.get("page"))
    lines = [{"batch": batch, "words": state_in_words(batch)} for batch in page.object_list]
    context = {"form": form, "page": page, "lines": lines, "mappings": ImportMapping.objects.exists()}
    return render(request, "pledges/desk/imports/list.html", context, status=422 if form.errors else 200)


def _read_as_before(request: HttpRequest, batch: ImportBatch) -> None:
    """Rows that an import refused are read as they were then, and checked at once."""
    with importing.opened(batch) as source:
        mapping = queries.mapping_of_report(source) if source.is_report else None
    if mapping is not None:
        importing.choose_mapping(batch, mapping, by=request.user, at=timezone.now())
        importing.ask_check(batch, by=request.user, at=timezone.now())


@for_the_desk
def mappings(request: HttpRequest) -> HttpResponse:
    """Mappings that were saved, and those that come with Kept."""
    saved = ImportMapping.objects.select_related("made_by")
    return render(request, "pledges/desk/imports/mappings.html", {"saved": saved, "shipped": shipped_mappings()})


@for_the_desk
def mapping_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved mapping as a file."""
    found = get_object_or_404(ImportMapping, pk=pk)
    return toml(found.data, found.name)


@require_POST
@for_the_desk
def forget_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a saved mapping away."""
    importing.forget_mapping(get_object_or_404(ImportMapping, pk=pk), by=request.user, at=timezone.now())
    messages.success(request, _("The mapping is removed. What was imported with it stays as it is."))
    return redirect("pledges:desk_import_mappings")


def toml(data: dict[str, Any], name: str) -> HttpResponse:
    """A mapping as a file to keep."""
    response = HttpResponse(to_toml(data), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = attachment(name or "mapping", "toml")
    return response


def attachment(name: str, ending: str) -> str:
    """The header that has a browser save a file under a name that somebody typed."""
    from django.utils.http import content_disposition_header

    return content_disposition_header(True, f"{name.replace('/', '-')[:100]}.{ending}") or "attachment"
