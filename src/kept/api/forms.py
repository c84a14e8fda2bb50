"""What people choose for their programs: a token's name and powers, an address that is told of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.api.scopes import SCOPES
from kept.base import webhooks
from kept.base.widgets import MultiSelect, PickOne


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=100, help_text=_("So that you know it again: “Our web site”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may the program do?"),
        choices=list(SCOPES.items()),
        widget=MultiSelect(folded=False),
        help_text=_("Never more than you may do yourself."),
    )
    days = forms.TypedChoiceField(
        label=_("How long is it good?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        initial=90,
        widget=PickOne(folded=False),
    )


class WebhookForm(forms.Form):
    """A new address that is told."""

    url = forms.CharField(
        label=_("Web address of your program"),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "dir": "ltr", "autocomplete": "off"}),
        help_text=_("It has to begin with https:// and to lie in the open internet."),
    )
    types = forms.MultipleChoiceField(
        label=_("What is it told?"), required=False, widget=MultiSelect(folded=False),
        help_text=_("Choose nothing to be told everything, later kinds too."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].choices = [  # type: ignore[attr-defined]
            (kind.type, f"{kind.type}: {kind.meaning}") for kind in webhooks.kinds().values()
        ]
