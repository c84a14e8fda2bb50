"""What the columns of a file are: recognised, shown with some of their values, said by hand, or by a mapping."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.base.languages import LANGUAGES
from kept.base.lifecycle import NotAllowed, Refused
from kept.base.money import CURRENCIES
from kept.pledges.actions import importing
from kept.pledges.desk.imports.batch import find
from kept.pledges.desk.imports.lists import toml
from kept.pledges.desk.imports.telling import steps_of
from kept.pledges.importing import ASSIGNABLE, guess_mapping, load_mapping, mapping_from_columns, shipped_mappings
from kept.pledges.importing.by_hand import ByHand, makes_terms, with_words, words_of
from kept.pledges.importing.cells import text_of, tidy
from kept.pledges.importing.guessing import Guess, cells_of
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import read as read_mapping
from kept.pledges.importing.sources import Layout, Source, UnusableFile
from kept.pledges.models import ImportBatch, ImportMapping

SAMPLES = 3  # values that are shown of each column
LONGEST = 90  # characters of one of them
MOST = 400  # columns that can be mapped by hand; wider files want a mapping
GROUPS = (
    (gettext_lazy("The row"), ("id", "source_name", "source_url", "language")),
    (gettext_lazy("Who"), ("lead.name", "lead.type", "lead.country", "lead.website", "lead.abbreviation", "partners.name")),
    (gettext_lazy("What"), ("title", "summary", "description", "focus_areas", "kinds", "beneficiaries", "targets", "sdgs",
                            "people_expected", "links.url")),
    (gettext_lazy("Money"), ("amount", "currency", "amount_usd", "money_nature", "instrument", "source_stage")),
    (gettext_lazy("When"), ("start", "end", "period", "announced", "occasion", "published")),
    (gettext_lazy("What is measured"), ("indicators.name", "indicators.unit", "indicators.baseline", "indicators.target")),
)  # fmt: skip
ENCODINGS = (
    ("", gettext_lazy("find it out")), ("utf-8", "UTF-8"), ("windows-1252", "Windows-1252"), ("windows-1251", "Windows-1251"),
    ("windows-1256", "Windows-1256"), ("iso-8859-6", "ISO 8859-6"), ("gb18030", "GB 18030"), ("koi8-r", "KOI8-R"),
    ("mac-roman", "Mac Roman"),
)  # fmt: skip
DELIMITERS = (
    ("", gettext_lazy("find it out")), (",", gettext_lazy("comma")), (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")), ("|", gettext_lazy("vertical line")),
)  # fmt: skip
SEPARATORS = (
    ("", gettext_lazy("semicolon, vertical line or a new line")), (",", gettext_lazy("comma")), ("/", gettext_lazy("slash")),
    ("no", gettext_lazy("nothing: a cell holds one value")),
)  # fmt: skip
ORDERS = (
    ("auto", gettext_lazy("refuse the row, where it could be both")), ("day first", gettext_lazy("3 April: days come first")),
    ("month first", gettext_lazy("March 4: months come first")),
)  # fmt: skip
DECIMALS = (
    ("auto", gettext_lazy("both are one thousand five hundred")), (",", gettext_lazy("1,500 is one and a half")),
    (".", gettext_lazy("1.500 is one and a half")),
)  # fmt: skip


class LayoutForm(forms.Form):
    """Which table of the file is meant. It stands in the address, so that every reading can be looked at again."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_row = forms.IntegerField(
        label=gettext_lazy("Row with the names of the columns"), required=False, min_value=0, max_value=1000,
        help_text=gettext_lazy("As the spreadsheet counts. 0: there is none. Empty: find it out."),
    )  # fmt: skip
    encoding = forms.ChoiceField(
        label=gettext_lazy("How letters are written"), choices=ENCODINGS, required=False,
        help_text=gettext_lazy("Change it where accents, Cyrillic or Arabic look wrong below."),
    )  # fmt: skip
    delimiter = forms.ChoiceField(
        label=gettext_lazy("What stands between two cells"), choices=DELIMITERS, required=False
    )

    def __init__(self, data: Any, source: Source | None, kind: str) -> None:
        super().__init__(data)
        if source is not None:
            self.fields["sheet"].choices = [("", _("the one that looks like a list")), *((n, n) for n in source.sheets)]  # type: ignore[attr-defined]
        not_here = {"csv": ("sheet",), "json": tuple(self.fields)}.get(kind, ("encoding", "delimiter"))
        if source is not None and len(source.sheets) < 2:
            not_here = (*not_here, "sheet")
        for name in set(not_here):
            del self.fields[name]


class ColumnsForm(forms.Form):
    """A select for each column, and what holds for all rows."""

    source = forms.CharField(
        label=gettext_lazy("Name of this list"), max_length=100,
        help_text=gettext_lazy("Rows are known again within it: give the next version of the list the same name."),
    )  # fmt: skip
    lead = forms.CharField(
        label=gettext_lazy("Who pledges, if no column says so"), max_length=300, required=False,
        help_text=gettext_lazy("For the list of one organisation: its name."),
    )  # fmt: skip
    currency = forms.ChoiceField(label=gettext_lazy("Amounts without a currency are in"), required=False)
    decimal = forms.ChoiceField(label=gettext_lazy("1,500 and 1.500"), choices=DECIMALS)
    dates = forms.ChoiceField(label=gettext_lazy("03/04/2023 means"), choices=ORDERS)
    separator = forms.ChoiceField(
        label=gettext_lazy("Between several values in a cell stands"), choices=SEPARATORS, required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the texts"))
    label = forms.CharField(
        label=gettext_lazy("Source that readers see"), max_length=200, required=False,
        help_text=gettext_lazy("For example: annual report 2023. Empty: none is shown."),
    )  # fmt: skip

    def __init__(self, data: Any, columns: list[str], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.columns = columns
        self.fields["currency"].choices = [("", _("no currency: such rows are refused")),  # type: ignore[attr-defined]
                                           *((code, code) for code in sorted(CURRENCIES))]  # fmt: skip
        self.fields["language"].choices = [(one.code, one.native_name) for one in LANGUAGES]  # type: ignore[attr-defined]
        grouped = [(group, [(name, capfirst(str(ASSIGNABLE[name]))) for name in names]) for group, names in GROUPS]
        for place, column in enumerate(columns[:MOST]):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=column, required=False, choices=[("", _("not imported")), *grouped]
            )

    def assigned(self) -> dict[str, str]:
        """{column: field} of those that are imported."""
        chosen = {column: self.cleaned_data.get(f"column_{n}", "") for n, column in enumerate(self.columns[:MOST])}
        return {column: target for column, target in chosen.items() if target}

    def mapping(self, layout: dict[str, Any], before: dict[str, Any]) -> Mapping:
        """The mapping that was put together; what was said about words of the file stays. Raises MappingError."""
        said = self.cleaned_data
        separator: Any = {"no": False}.get(said["separator"], said["separator"] or None)
        made = mapping_from_columns(
            self.assigned(), name=said["source"], lead=said["lead"], currency=said["currency"], language=said["language"],
            decimal="" if said["decimal"] == "auto" else said["decimal"],
            dates="" if said["dates"] == "auto" else said["dates"],
            separator=separator, label=said["label"], create=tuple(makes_terms(before)), file=layout or None,
        )  # fmt: skip
        return read_mapping(with_words(made.data, words_of(before)), name=said["source"])


@for_the_desk
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Each column with some values and a select, filled in where its name was recognised."""
    batch = find(pk)
    if batch.state not in importing.NOT_YET or not batch.file:
        return redirect("pledges:desk_import", pk)
    layout = _layout(request, batch)
    try:
        with importing.opened(batch, ByHand(_as_layout(layout))) as source:
            return _shown(request, batch, source, layout)
    except UnusableFile as error:
        form = LayoutForm({**layout}, None, "csv" if "encoding" in layout or "delimiter" in layout else "xlsx")
        context = {"batch": batch, "layout_form": form, "unusable": error.message, **steps_of(batch, 2)}
        return render(request, "pledges/desk/imports/columns.html", context, status=422)


def _layout(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The shape that the address says, else the one that was chosen before. Raises Http404 for nonsense."""
    names = ("sheet", "header_row", "encoding", "delimiter")
    if not any(name in request.GET for name in names):
        return dict(batch.mapping.get("file", {})) if batch.columns else {}
    said: dict[str, Any] = {name: request.GET.get(name, "") for name in names if request.GET.get(name, "") != ""}
    if "header_row" in said:
        if not said["header_row"].isascii() or not said["header_row"].isdecimal() or len(said["header_row"]) > 4:
            raise Http404
        said["header_row"] = min(int(said["header_row"]), 1000)
    if said.get("encoding", "") not in dict(ENCODINGS) or said.get("delimiter", "") not in dict(DELIMITERS):
        raise Http404
    return said


def _as_layout(said: dict[str, Any]) -> Layout:
    return Layout(**{name: value for name, value in said.items() if name in Layout.__dataclass_fields__})


def _shown(request: HttpRequest, batch: ImportBatch, source: Source, layout: dict[str, Any]) -> HttpResponse:
    guess = guess_mapping(source)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None, source.columns, _initial(batch, source, guess)
    )
    if request.method == "POST" and form.is_valid() and _chosen(request, batch, form, layout):
        return redirect("pledges:desk_import", batch.pk)
    rows = _values(source)
    lines = [
        {"field": form[f"column_{place}"], "name": column, "values": rows[place]}
        for place, column in enumerate(source.columns[:MOST])
    ]
    context = {
        "batch": batch, "form": form, "lines": lines, "source": source, "recognised": len(guess.recognised),
        "too_many": max(0, len(source.columns) - MOST),
        "options": [form[name] for name in ("decimal", "dates", "currency", "separator", "language", "lead", "label")],
        "layout_form": LayoutForm({name: value for name, value in layout.items()}, source, source.kind),
        "said_layout": bool(layout),
        "saved": ImportMapping.objects.all()[:200], "shipped": shipped_mappings(), **steps_of(batch, 2),
    }  # fmt: skip
    return render(request, "pledges/desk/imports/columns.html", context, status=422 if form.errors else 200)


def _initial(batch: ImportBatch, source: Source, guess: Guess) -> dict[str, Any]:
    """What was said before, else what is recognised."""
    data, stem = batch.mapping, Path(batch.file_name).stem[:100]
    if batch.columns:
        lead = data.get("lead", {}).get("name")
        amounts = data.get("amount") or [{}]
        initial = {
            "source": data.get("source", stem), "label": data.get("label", ""), "language": data.get("language", "en"),
            "decimal": data.get("decimal", "auto"), "dates": data.get("dates", "auto"),
            "separator": "no" if data.get("separator") is False else data.get("separator", ""),
            "lead": lead.get("always", "") if isinstance(lead, dict) else "",
            "currency": next((a["otherwise"] for a in amounts if a.get("otherwise")), ""),
        }  # fmt: skip
        chosen = batch.columns
    else:
        initial = {"source": stem, "language": "en", "decimal": "auto", "dates": "auto", **guess.options}
        chosen = guess.recognised
    return initial | {f"column_{n}": chosen.get(column, "") for n, column in enumerate(source.columns)}


def _values(source: Source) -> list[list[str]]:
    """Some different values of each column, shortened."""
    found: list[dict[str, None]] = [{} for _column in source.columns]
    for row in cells_of(source):
        for seen, cell in zip(found, row, strict=False):
            text = " ".join(text_of(tidy(cell)).split())
            if text and len(seen) < SAMPLES:
                seen[text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"] = None
    return [list(seen) for seen in found]


def _chosen(request: HttpRequest, batch: ImportBatch, form: ColumnsForm, layout: dict[str, Any]) -> bool:
    """Keep what was said and have the rows checked; False where it is refused, which the form then says."""
    at = timezone.now()
    try:
        mapping = form.mapping(layout, batch.mapping if batch.columns else {})
        importing.choose_mapping(batch, mapping, columns=form.assigned(), by=request.user, at=at)
        importing.ask_check(batch, by=request.user, at=at)
    except MappingError:
        missing = {"title", "summary", "description"} & set(form.assigned().values())
        if not missing:
            form.add_error(None, _("Choose the column that says what is promised: title, summary or description."))
        if "lead.name" not in form.assigned().values() and not form.cleaned_data["lead"]:
            form.add_error(None, _("Choose the column that says who pledges, or write the organisation's name below."))
        return False
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


@require_POST
@for_the_desk
def use_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file by a mapping: one that was saved, one that comes with Kept, or an uploaded TOML file."""
    batch, at = find(pk), timezone.now()
    try:
        mapping = _named(request)
        importing.choose_mapping(batch, mapping, by=request.user, at=at)
        importing.ask_check(batch, by=request.user, at=at)
    except MappingError as error:
        messages.error(request, error.message)
        return redirect("pledges:desk_import_columns", pk)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("pledges:desk_import_columns", pk)
    return redirect("pledges:desk_import", pk)


def _named(request: HttpRequest) -> Mapping:
    """Raises MappingError, Refused."""
    upload = request.FILES.get("toml")
    if upload is not None:
        if upload.size > 2**20:
            raise Refused(_("This is too long for a mapping."))
        name = Path(upload.name or "").stem[:100] or "mapping"
        try:
            return read_mapping(tomllib.loads(upload.read().decode("utf-8-sig")), name=name)
        except UnicodeDecodeError:
            raise MappingError(name, [_("It is not a text file in UTF-8.")]) from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise MappingError(name, [_("It is not written as TOML: %(why)s.") % {"why": error}]) from None
    kind, _colon, name = request.POST.get("mapping", "").partition(":")
    if kind == "saved" and name.isascii() and name.isdecimal() and len(name) < 10:
        saved = ImportMapping.objects.filter(pk=int(name)).first()
        if saved is not None:
            return read_mapping(saved.data, name=saved.name)
    if kind == "shipped" and name in shipped_mappings():
        return load_mapping(name)
    raise Refused(_("Choose a mapping, or a file with one."))


@require_POST
@for_the_desk
def save_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was said about the columns, for the next file of the same kind."""
    batch = find(pk)
    tried(
        request,
        lambda: importing.save_mapping(request.POST.get("name", ""), batch.mapping, by=request.user, at=timezone.now()),
        _("The mapping is kept. It is offered with the next file."),
    )
    return redirect("pledges:desk_import", pk)


@for_the_desk
def mapping_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said about the columns, as a TOML file."""
    batch = find(pk)
    if not batch.mapping:
        raise Http404
    return toml(batch.mapping, batch.mapping_name)
