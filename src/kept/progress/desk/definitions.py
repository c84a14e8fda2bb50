"""What indicators count: the list, one definition with its figures and what they make together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kept.base import formats
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.forms import LanguageFields
from kept.progress import actions, queries
from kept.progress.models import Definition
from kept.progress.statuses import Counting


class DefinitionForm(LanguageFields):
    """Names in the languages of the coalition; unit, way of counting, baseline year; how it is counted, in words."""

    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=60, help_text=gettext_lazy("As reports write it, for example “posts”.")
    )
    counting = forms.ChoiceField(label=gettext_lazy("Way of counting"), choices=Counting.choices)
    baseline_year = forms.IntegerField(
        label=gettext_lazy("Baseline year"), min_value=1900, max_value=2100, required=False,
        help_text=gettext_lazy("The year with which figures are compared. Empty where there is none."),
    )  # fmt: skip
    how = forms.CharField(
        label=gettext_lazy("How it is counted"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What belongs to it, and what is left out."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, definition: Definition | None) -> None:
        known = definition or Definition()
        super().__init__(
            data, initial={name: getattr(known, name) for name in ("unit", "counting", "baseline_year", "how")}
        )
        self.add_languages("name", given=known.names, needed=["en"], limit=120)

    def values(self) -> dict[str, Any]:
        plain = {name: self.cleaned_data[name] for name in ("unit", "counting", "baseline_year", "how")}
        return {"names": self.in_languages("name"), **plain}


@for_the_desk
def definitions(request: HttpRequest) -> HttpResponse:
    """The list: how many pledges report a figure of each, and what these make together."""
    language = get_language() or "en"
    rows = [
        {"definition": one, "name": one.name_in(language), "sum": queries.sum_of(one)}
        for one in Definition.objects.all()[:200]
    ]
    return render(request, "progress/desk/definitions.html", {"rows": rows})


@for_the_desk
def new_definition(request: HttpRequest) -> HttpResponse:
    """One more; its address is made of its English name."""
    form = DefinitionForm(request.POST if request.method == "POST" else None, definition=None)

    def save() -> Definition:
        return actions.define(
            slugify(form.cleaned_data["name_en"])[:60], form.values(), by=request.user, at=timezone.now()
        )

    if request.method == "POST" and attempt(request, form, save, _("Saved.")):
        return redirect("progress:desk_definition", slugify(form.cleaned_data["name_en"])[:60])
    return render(request, "progress/desk/definition.html", {"form": form, "names": form.of("name")})


@for_the_desk
def definition(request: HttpRequest, slug: str) -> HttpResponse:
    """Its words, the indicators that count it, those that might."""
    found = get_object_or_404(Definition, slug=slug)
    language = get_language() or "en"
    moves = {"give": actions.give_definition, "take": actions.take_definition}
    if request.method == "POST" and (move := moves.get(request.POST.get("do", ""))):
        number = move(found, request.POST.getlist("indicator")[:200], by=request.user, at=timezone.now())
        told = ngettext("%(count)s figure moved.", "%(count)s figures moved.", number)
        messages.success(request, told % {"count": formats.format_number(number, language)})
        return redirect("progress:desk_definition", slug)
    form = DefinitionForm(request.POST if request.method == "POST" else None, definition=found)

    def save() -> Definition:
        return actions.change_definition(found, form.values(), by=request.user, at=timezone.now())

    if request.method == "POST" and attempt(request, form, save, _("Saved.")):
        return redirect("progress:desk_definition", slug)
    context = {
        "form": form,
        "names": form.of("name"),
        "definition": found,
        "called": found.name_in(language),
        "sum": queries.sum_of(found),
        "has": queries.indicators_in(queries.of_definition(found)),
        "might": queries.indicators_in(queries.could_be_of(found)),
    }
    return render(request, "progress/desk/definition.html", context)
