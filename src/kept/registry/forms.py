"""What readers type: a search to be told of, a remark. Both guard against machines without asking third parties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.base.widgets import PickOne
from kept.registry.actions.remarking import LONGEST
from kept.registry.models import Frequency


class ForPeople(forms.Form):
    """A form that strangers may send. `website` is a field that no person sees and machines fill in."""

    website = forms.CharField(required=False, max_length=200)

    @property
    def is_a_machines(self) -> bool:
        """Whether the trap was filled in: the sender is told that all is well, and nothing is kept."""
        return bool(self.data.get("website"))


class WatchForm(ForPeople):
    """Tell me of new ones."""

    frequency = forms.ChoiceField(
        label=_("How often?"), choices=Frequency.choices, initial=Frequency.DAILY, widget=PickOne(folded=False)
    )
    email = forms.EmailField(
        label=_("Your mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("For these mails alone. You confirm it by a link, and end them with one click."),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person is not None:
            del self.fields["email"]


class RemarkForm(ForPeople):
    """Something is wrong here."""

    text = forms.CharField(
        label=_("What is wrong, and how do you know?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A link to a source helps most."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Your name"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("You confirm it by a link. The answer goes there. Only the secretariat sees it."),
    )  # fmt: skip


class FrequencyForm(forms.Form):
    """How often one is told."""

    frequency = forms.ChoiceField(choices=Frequency.choices)


class WordsForm(forms.Form):
    """A text of a person who handles a remark."""

    text = forms.CharField(required=False, max_length=LONGEST)
    number = forms.IntegerField(required=False, min_value=1, max_value=99_999)
