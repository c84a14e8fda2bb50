"""What words of the file mean that no list knows: said once, it holds for all rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base import places
from kept.base.desk import for_the_desk
from kept.base.languages import LANGUAGES
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.models import EntityType
from kept.pledges import taxonomies
from kept.pledges.actions import importing
from kept.pledges.desk.imports.batch import find
from kept.pledges.desk.imports.telling import steps_of
from kept.pledges.importing import CellError, values
from kept.pledges.importing.by_hand import TERMS, makes_terms
from kept.pledges.importing.guessing import ASSIGNABLE
from kept.pledges.models import ImportBatch
from kept.pledges.presenting.words import INSTRUMENT_NAMES, MONEY_NATURE_NAMES
from kept.pledges.taxonomies import FIELDS

NOTHING = "-"  # "leave it out", in a select and in a field for places
A_PAGE = 60
PLACES = ("targets", "lead.country")


class WordsForm(forms.Form):
    """A control for each unknown word: a select of the list's values, or a field in which places are typed."""

    def __init__(self, data: Any, words: list[dict[str, Any]], mapping: dict[str, Any]) -> None:
        super().__init__(data)
        self.words = words
        for place, one in enumerate(words):
            self.fields[f"word_{place}"] = _control(one)
        made = makes_terms(mapping)
        for field in dict.fromkeys(one["field"] for one in words if one["field"] in TERMS):
            self.fields[f"new_{field}"] = forms.BooleanField(
                label=_("Make all other words new values of this list"), required=False, initial=field in made
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for place, one in enumerate(self.words):
            typed = given.get(f"word_{place}", "")
            if typed and typed != NOTHING and one["field"] in PLACES:
                try:
                    _place(one["field"], typed)
                except CellError as error:
                    self.add_error(f"word_{place}", error.message)
        return given

    def meant(self) -> dict[str, dict[str, str]]:
        """{field: {word: meaning}}, "" for nothing, as `teach` takes it."""
        found: dict[str, dict[str, str]] = {}
        for place, one in enumerate(self.words):
            typed = self.cleaned_data.get(f"word_{place}", "")
            if typed:
                found.setdefault(one["field"], {})[one["word"]] = "" if typed == NOTHING else typed
        return found

    def new_terms(self) -> dict[str, bool]:
        """{"focus_areas": True} of the lists that are on the page."""
        return {field: self.cleaned_data[f"new_{field}"] for field in TERMS if f"new_{field}" in self.cleaned_data}

    def groups(self) -> Iterator[dict[str, Any]]:
        """By field, for the template."""
        for field in dict.fromkeys(one["field"] for one in self.words):
            lines = [
                {**one, "control": self[f"word_{place}"]}
                for place, one in enumerate(self.words)
                if one["field"] == field
            ]
            new = f"new_{field}"
            yield {"title": ASSIGNABLE.get(field, field), "lines": lines, "places": field in PLACES,
                   "new": self[new] if new in self.fields else None}  # fmt: skip


def _control(one: dict[str, Any]) -> forms.Field:
    if one["field"] in PLACES:
        widget = forms.TextInput(attrs={"list": "places", "autocomplete": "off"})
        return forms.CharField(label=one["word"], required=False, max_length=300, widget=widget)
    choices = [("", _("nothing yet: the row is refused")), (NOTHING, _("leave it out")), *_choices(one["field"])]
    return forms.ChoiceField(label=one["word"], required=False, choices=choices)


def _choices(field: str) -> list[tuple[str, Any]]:
    language = get_language() or "en"
    if field in TERMS:
        return [(term.slug, term.name_in(language)) for term in taxonomies.terms(FIELDS[field])]
    return {
        "lead.type": list(EntityType.choices),
        "money_nature": list(MONEY_NATURE_NAMES.items()),
        "instrument": list(INSTRUMENT_NAMES.items()),
        "language": [(one.code, one.native_name) for one in LANGUAGES],
    }.get(field, [])


def _place(field: str, typed: str) -> None:
    """Raises CellError where it names no place that we know."""
    if field == "targets":
        values.targets([typed])
    else:
        values.country(typed)


def known_places() -> list[str]:
    """What is offered while a place is typed: countries, regions and groups in the reader's language."""
    language = get_language() or "en"
    countries = [one.alpha3 for one in places.all_countries(former=True)]
    codes = dict.fromkeys([*countries, *places.regions(), *places.itu_regions(), *places.groups()])
    return [places.name(code, language) for code in places.sorted_by_name(codes, language)]


@for_the_desk
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """The unknown words, those of the most rows first."""
    batch = find(pk)
    unknown = batch.found.get("words", [])
    if batch.state not in importing.NOT_YET or not unknown:
        return redirect("pledges:desk_import", pk)
    shown = sorted(unknown[:A_PAGE], key=lambda one: (one["field"], -one["rows"]))
    form = WordsForm(request.POST if request.method == "POST" else None, shown, batch.mapping)
    if request.method == "POST" and form.is_valid() and _taught(request, batch, form):
        return redirect("pledges:desk_import", pk)
    context = {
        "batch": batch, "form": form, "groups": list(form.groups()), "more": len(unknown) - len(shown),
        "places": known_places() if any(one["field"] in PLACES for one in shown) else [], **steps_of(batch),
    }  # fmt: skip
    return render(request, "pledges/desk/imports/words.html", context, status=422 if form.errors else 200)


def _taught(request: HttpRequest, batch: ImportBatch, form: WordsForm) -> bool:
    at = timezone.now()
    try:
        importing.teach(batch, form.meant(), new_terms=form.new_terms(), by=request.user, at=at)
        importing.ask_check(batch, by=request.user, at=at)
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("Understood. All rows are checked again."))
    return True
