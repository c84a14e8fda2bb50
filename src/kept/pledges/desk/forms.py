"""What a colleague types on the desk, and how it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.base.languages import LANGUAGES
from kept.pledges.actions.correcting import DROPPABLE
from kept.pledges.actions.deciding import DECISIONS
from kept.pledges.rules import LIMITS

LONGEST = 5000  # characters of a reason, a note, an answer
MORNING = time(8, 0)  # UTC: when an embargo ends, where nobody says another hour


def text(label: Any, *, help_text: Any = "", rows: int = 4, required: bool = True) -> forms.CharField:
    """A field for a few sentences."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST, required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class DecisionForm(forms.Form):
    """One decision: which, on which text, until when, why. The action says what of it is owed."""

    decision = forms.ChoiceField(choices=[(name, name) for name in DECISIONS])
    seen = forms.CharField(max_length=100, required=False)
    reason = forms.CharField(max_length=LONGEST, required=False)
    hold = forms.ChoiceField(choices=[("date", ""), ("announcement", "")], required=False)
    day = forms.DateField(required=False)
    hour = forms.TimeField(required=False)
    announcement = forms.CharField(max_length=200, required=False)

    def action_values(self) -> dict[str, Any]:
        """Keywords of `actions.decide`, beside who and when."""
        given = self.cleaned_data
        values = {"seen": given["seen"], "reason": given["reason"]}
        if given["decision"] == "hold":
            if given["hold"] == "announcement":
                values["announcement"] = given["announcement"]
            elif given["day"]:
                values["publish_at"] = datetime.combine(given["day"], given["hour"] or MORNING, tzinfo=UTC)
        return values


class SayForm(forms.Form):
    """A message to the pledger, or a note that stays inside."""

    text = forms.CharField(max_length=LONGEST)
    internal = forms.BooleanField(required=False)


class ReasonForm(forms.Form):
    """Why something is done in the open."""

    reason = text(_("Reason"), help_text=_("Readers see it."))


class LinkForm(forms.Form):
    """Where a link to confirm is sent: to a pledge's owner, or to a partner (`organisation`)."""

    email = forms.EmailField(label=_("Mail address"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=[(x.code, x.native_name) for x in LANGUAGES])
    organisation = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RedactForm(forms.Form):
    """A text that the law forbids: why, and what may stand in its place."""

    reason = text(_("Reason"), help_text=_("Readers see it. Do not repeat here what has to go."))
    title = forms.CharField(label=_("Title that may stay"), max_length=LIMITS["title"], required=False)
    summary = text(_("Summary that may stay"), required=False)
    description = forms.CharField(
        label=_("Description that may stay"), max_length=LIMITS["description"], required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    drop = forms.MultipleChoiceField(
        label=_("Remove as well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(zip(DROPPABLE, (_("occasion"), _("indicators"), _("links"), _("files")), strict=True)),
    )
    sure = forms.BooleanField(label=_("I know that this cannot be undone."))

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replaces:
            self.fields["title"].required = True
        else:
            for name in ("title", "summary", "description", "drop"):
                del self.fields[name]


class AskTranslationForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = choices
