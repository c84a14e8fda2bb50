"""What `/_components/` shows: invented content in six languages, and a form in each of its states.

The texts are samples, not the interface: they stand in `data/component_samples.json`, not in `locale/`.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator

from kept.base.promise import STATES
from kept.base.widgets import MultiSelect, PickOne

SAMPLES = Path(__file__).parent / "data/component_samples.json"

COUNTRIES = [
    (
        "Africa",
        [
            ("BDI", "Burundi"),
            ("CIV", "Côte d'Ivoire"),
            ("KEN", "Kenya"),
            ("MWI", "Malawi"),
            ("RWA", "Rwanda"),
            ("STP", "Sao Tome and Principe"),
            ("UGA", "Uganda"),
        ],
    ),
    (
        "Asia",
        [("BGD", "Bangladesh"), ("LAO", "Lao People's Democratic Republic"), ("NPL", "Nepal"), ("TUR", "Türkiye")],
    ),
    ("Oceania", [("KIR", "Kiribati"), ("TUV", "Tuvalu")]),
]

ICONS = [
    "kept",
    "on_track",
    "late",
    "silent",
    "broken",
    "not_started",
    "partly",
    "unjudged",
    "withdrawn",
    "warning",
    "sealed",
    "chevron",
    "next",
    "cross",
    "menu",
    "theme",
    "search",
]
ERRORS = ("400", "403", "404", "429", "500")


class SampleForm(forms.Form):
    """Every kind of control, so that each is seen empty, filled and refused."""

    title = forms.CharField(max_length=120)
    summary = forms.CharField(widget=forms.Textarea, required=False)
    amount = forms.DecimalField(required=False)
    currency = forms.ChoiceField(choices=[("USD", "USD"), ("EUR", "EUR"), ("BDT", "BDT")])
    email = forms.EmailField(required=False)
    end = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    focus = forms.MultipleChoiceField(widget=MultiSelect, required=False)
    countries = forms.MultipleChoiceField(
        widget=MultiSelect(also={"TUR": "Turkey Türkei", "CIV": "Ivory Coast"}, notes={"BDI": "LDC"}), choices=COUNTRIES
    )
    country = forms.ChoiceField(widget=PickOne, choices=COUNTRIES, required=False)
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    paper = forms.FileField(required=False)
    agree = forms.BooleanField()

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, key in {
            "title": "label",
            "summary": "lede",
            "amount": "measure",
            "currency": "measure",
            "email": "owner",
            "end": "when",
            "focus": "words",
            "countries": "where",
            "country": "where",
            "kind": "words_2",
            "paper": "support",
            "agree": "sentence",
        }.items():
            self.fields[name].label = words[key]
        self.fields["title"].help_text = self.fields["countries"].help_text = words["help"]
        choices = [("access", words["words"]), ("adoption", words["words_2"]), ("value", words["words_3"])]
        self.fields["focus"].choices = self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.words = words

    def clean(self) -> dict[str, Any]:
        self.add_error("end", self.words["wrong"])
        return super().clean() or {}


def samples(language: str) -> dict[str, str]:
    """The sample texts of a language; English where it has none."""
    texts = json.loads(SAMPLES.read_text())
    return texts.get(language, texts["en"])


def catalogue(language: str) -> dict[str, Any]:
    """Everything that the page of components shows."""
    words = samples(language)
    chosen = {"title": words["title"], "countries": ["BDI", "NPL", "CIV"], "country": "KEN", "focus": ["access"]}
    return {
        "words": words,
        "states": [
            {"key": key, "promised": 212, "signed": 137, "delivered": 0 if state.family == "silent" else 81}
            for key, state in STATES.items()
        ],
        "empty_form": SampleForm(words=words, prefix="new"),
        "filled_form": SampleForm(words=words, prefix="old", initial=chosen),
        "wrong_form": SampleForm(
            {
                f"bad-{name}": value
                for name, value in {**chosen, "title": "", "email": "@", "end": "2026-01-01"}.items()
            },
            words=words,
            prefix="bad",
        ),
        "facet": [
            {"label": words["words"], "count": 4, "url": "?a", "selected": False},
            {"label": words["words_2"], "count": 31, "url": "?b", "selected": True},
            {"label": words["words_3"], "count": 6, "url": "?c", "selected": False},
            {"label": words["words_4"], "count": 0, "url": "?d", "selected": False},
        ],
        "long_facet": [
            {"label": name, "count": 40 - 3 * place, "url": f"?country={code}", "selected": place == 9}
            for place, (code, name) in enumerate(pair for _region, pairs in COUNTRIES for pair in pairs)
        ],
        "facts": [
            {"term": words["where"], "value": "Bangladesh", "note": words["words_4"], "url": "#"},
            {"term": words["when"], "value": words["measure"]},
            {"term": words["label"], "value": words["short"], "note": words["note"]},
        ],
        "entries": [
            {
                "at": date(2024, 3, 21),
                "title": words["measure"],
                "text": words["support"],
                "links": [{"name": words["words"], "url": "#"}],
            },
            {"at": date(2023, 5, 3), "title": words["words_2"], "text": words["after"]},
            {"at": "2022-06", "title": words["words_3"]},
        ],
        "tabs": [
            {"name": words["words"], "url": "#", "current": True},
            {"name": words["words_2"], "url": "#", "count": 31},
            {"name": words["words_3"], "url": "#"},
        ],
        "keys": [("P", words["words"]), ("C", words["words_2"]), ("J", words["words_3"])],
        "steps": [words["label"], (words["where"], "#"), words["when"], words["words"]],
        "pages": sample_page(),
        "amount": Decimal("36780000000"),
        "share": Decimal("0.52"),
        "rows": [
            (Decimal(12_000_000), 81, "on_track"),
            (Decimal(3_400_000), 12, "late"),
            (Decimal(890_000), 212, "kept"),
        ],
        "day": date(2022, 6, 14),
        "icons": ICONS,
        "errors": ERRORS,
    }


def sample_page(number: int = 3) -> Page:
    """A page in the middle of many."""
    return Paginator(range(412), 20).page(number)
