"""What the secretariat types: a round's plan, its questions in six languages, decisions."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kept.base.languages import native_name
from kept.people.models import EntityType
from kept.pledges.models import Taxonomy, Term
from kept.progress.actions.rounds import PLAN
from kept.progress.models import Round, RoundQuestion

MOST_QUESTIONS = 20


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RoundForm(forms.Form):
    """The plan of a round. Names and introduction in the languages of the installation."""

    mark_required = False
    slug = forms.SlugField(label=_("Address"), max_length=60, help_text=_("For example 2026. It does not change."))
    period_start = forms.DateField(label=_("The period begins"), widget=day_input())
    period_end = forms.DateField(label=_("The period ends"), widget=day_input())
    deadline = forms.DateField(label=_("Answers are due by"), widget=day_input())
    publishes_on = forms.DateField(
        label=_("The findings are published on"), widget=day_input(), required=False,
        help_text=_("Until that day nobody sees what the round found. Empty: each report is public once it is accepted."),
    )  # fmt: skip
    reminders = forms.CharField(
        label=_("Reminders, in days from the deadline"), initial=", ".join(str(d) for d in PLAN),
        help_text=_("-14, -3 are before it, 1, 14 after it. Each is sent once, to those who have not answered."),
    )  # fmt: skip
    years = forms.CharField(label=_("Only pledges published in these years"), required=False)
    entity_types = forms.MultipleChoiceField(
        label=_("Only these kinds of organisation"), choices=EntityType.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    focus_areas = forms.MultipleChoiceField(
        label=_("Only these focus areas"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, language: str, round_: Round | None = None, **kwargs: Any) -> None:
        initial = initial_of(round_) if round_ else {}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        terms = Term.objects.filter(taxonomy=Taxonomy.FOCUS, is_active=True)
        self.fields["focus_areas"].choices = [(t.slug, t.name_in(language)) for t in terms]  # type: ignore[attr-defined]
        for code, _name in settings.LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_("Name of the round"), max_length=120, required=code == settings.LANGUAGE_CODE,
                help_text=native_name(code), widget=forms.TextInput(attrs={"lang": code, "dir": "auto"}),
            )  # fmt: skip
            self.fields[f"introduction_{code}"] = forms.CharField(
                label=_("What the mail says first"), max_length=2000, required=False, help_text=native_name(code),
                widget=forms.Textarea(attrs={"rows": 2, "lang": code, "dir": "auto"}),
            )  # fmt: skip
        if round_ is not None:
            del self.fields["slug"]

    def clean_reminders(self) -> list[int]:
        try:
            found = {
                int(part)
                for part in re.split(r"[\s,;]+", self.cleaned_data["reminders"].replace("−", "-").strip())
                if part
            }
        except ValueError:
            raise forms.ValidationError(_("Write whole numbers, for example -14, -3, 1, 14.")) from None
        if len(found) > 12 or any(abs(offset) > 365 for offset in found):
            raise forms.ValidationError(_("At most twelve reminders, each within a year of the deadline."))
        return sorted(found)

    def clean_years(self) -> list[int]:
        parts = [part for part in re.split(r"[\s,;]+", self.cleaned_data["years"]) if part]
        if not all(part.isascii() and part.isdigit() and len(part) == 4 for part in parts):
            raise forms.ValidationError(_("Write years, for example 2023, 2024."))
        return sorted(int(part) for part in parts)

    def values(self) -> dict[str, Any]:
        """The columns of the round."""
        data = self.cleaned_data
        codes = [code for code, _name in settings.LANGUAGES]
        chosen = {name: data[name] for name in ("years", "entity_types", "focus_areas") if data.get(name)}
        return {
            "names": {code: data[f"name_{code}"] for code in codes if data[f"name_{code}"]},
            "introduction": {code: data[f"introduction_{code}"] for code in codes if data[f"introduction_{code}"]},
            "selection": chosen,
            **{n: data[n] for n in ("period_start", "period_end", "deadline", "publishes_on", "reminders")},
        }  # fmt: skip


def initial_of(round_: Round) -> dict[str, Any]:
    found: dict[str, Any] = {n: getattr(round_, n) for n in ("period_start", "period_end", "deadline", "publishes_on")}
    found["reminders"] = ", ".join(str(d) for d in round_.reminders)
    found |= {f"name_{code}": text for code, text in round_.names.items()}
    found |= {f"introduction_{code}": text for code, text in round_.introduction.items()}
    chosen = round_.selection or {}
    found["years"] = ", ".join(str(year) for year in chosen.get("years", []))
    return found | {name: chosen.get(name, []) for name in ("entity_types", "focus_areas")}


class QuestionForm(forms.Form):
    """One question of a round in the languages of the installation."""

    mark_required = False
    key = forms.SlugField(
        label=_("Short name"), max_length=40, help_text=_("It names the answer in files, for example roads.")
    )
    kind = forms.ChoiceField(label=_("Answered by"), choices=RoundQuestion.Kind.choices)
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line, only for one of several."),
    )  # fmt: skip
    required = forms.BooleanField(label=_("It has to be answered"), required=False)
    public = forms.BooleanField(label=_("Readers see the answers"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            self.fields[f"words_{code}"] = forms.CharField(
                label=_("Question"), max_length=500, required=code == settings.LANGUAGE_CODE, help_text=native_name(code),
                widget=forms.TextInput(attrs={"lang": code, "dir": "auto"}),
            )  # fmt: skip

    def question(self) -> dict[str, Any]:
        data = self.cleaned_data
        words = {code: data[f"words_{code}"] for code, _name in settings.LANGUAGES if data[f"words_{code}"]}
        lines = [line.strip() for line in data["choices"].splitlines() if line.strip()][:20]
        return {
            "key": data["key"], "kind": data["kind"], "words": words, "required": data["required"],
            "public": data["public"], "choices": [{"key": line[:80], "words": {"en": line}} for line in lines],
        }  # fmt: skip


def supported_of(data: Any, names: list[str]) -> dict[str, Decimal]:
    """Up to which value documents support each indicator, as typed on the desk. Raises pledges.reading.Unreadable."""
    from kept.pledges.reading import read_figure

    found = {}
    for n, name in enumerate(names):
        text = read_figure(data.get(f"supported-{n}", ""), "en")[0] if data.get(f"supported-{n}", "").strip() else ""
        if text:
            found[name] = Decimal(text)
    return found
