"""What is asked after a meeting, as participants fill it in and as the team sets it up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base.languages import LANGUAGES
from kept.base.widgets import PickOne
from kept.meetings.forms import InstantField, Text, TextsForm, whole
from kept.meetings.models import in_language
from kept.registration.actions.hearing import MOST_WORDS
from kept.registration.feedback import WORDS_OF_SCALE
from kept.registration.models import FeedbackKind, FeedbackQuestion


class ReplyForm(forms.Form):
    """The questions about a meeting; each may be left out."""

    mark_required = False

    def __init__(self, data: Any = None, *, questions: list[FeedbackQuestion], answers: dict[str, str]) -> None:
        super().__init__(data)
        for question in questions:
            field = _field_of(question, get_language() or "en")
            field.initial = answers.get(question.code, "")
            self.fields[question.code] = field


def _field_of(question: FeedbackQuestion, language: str) -> forms.Field:
    label = in_language(question.texts, language)
    if question.kind == FeedbackKind.WORDS:
        return forms.CharField(
            label=label, required=False, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("The team reads these words as you wrote them. Leave out names, yours too."),
        )  # fmt: skip
    return forms.ChoiceField(
        label=label, required=False, choices=[*choices_of(question, language), ("", _("I do not say"))],
        widget=PickOne(folded=False),
    )  # fmt: skip


def choices_of(question: FeedbackQuestion, language: str) -> list[tuple[str, Any]]:
    """[(value, words)] that may be answered, in their order."""
    if question.kind == FeedbackKind.SCALE:
        return list(WORDS_OF_SCALE)
    return [(one["value"], in_language(one["names"], language)) for one in question.options]


class EndForm(TextsForm):
    """Until when one may answer."""

    closes_at = InstantField(label=_("Answers until"), help_text=_("On the meeting's clock."))


class FeedbackQuestionForm(TextsForm):
    """A question about a meeting, in six languages."""

    kind = forms.ChoiceField(label=_("It is answered by"), choices=FeedbackKind.choices, widget=PickOne(folded=False))
    position = whole(_("Place in the list"), 999)
    texts = (
        Text("texts", _("The question"), needed=True, limit=300),
        Text("lines", _("Answers to choose from"), long=True, limit=1000,
             help=_("For “one of several”: one answer a line, in each language in the same order.")),
    )  # fmt: skip

    def fit(self) -> None:
        for one in LANGUAGES:
            said = [option["names"].get(one.code, "") for option in self.row.options]
            self.initial[f"lines_{one.code}"] = "\n".join(said) if any(said) else ""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        english = _lines(said.get("lines_en", ""))
        for one in LANGUAGES:
            lines = _lines(said.get(f"lines_{one.code}", ""))
            if lines and len(lines) != len(english):
                self.add_error(f"lines_{one.code}", _("Write as many lines here as in English."))
        return said

    def values(self) -> dict[str, Any]:
        """Fields of the question but its code."""
        said = self.cleaned_data
        return {
            "kind": said["kind"], "position": said["position"] or 0, "texts": self.in_languages("texts"),
            "options": self._options() if said["kind"] == FeedbackKind.CHOICE else [],
        }  # fmt: skip

    def _options(self) -> list[dict[str, Any]]:
        lines = {one.code: _lines(self.cleaned_data.get(f"lines_{one.code}", "")) for one in LANGUAGES}
        return [
            {"value": str(n + 1), "names": {code: said[n] for code, said in lines.items() if said}}
            for n in range(len(lines["en"]))
        ]

    @property
    def short_name(self) -> str:
        return self.row.code or slugify(self.cleaned_data["texts_en"])[:40].strip("-") or "question"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
