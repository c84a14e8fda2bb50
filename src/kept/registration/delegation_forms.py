"""What focal points type about the people they send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.forms import place_choices
from kept.base.widgets import PickOne
from kept.registration.forms import LANGUAGE_CHOICES
from kept.registration.models import Category, Delegation, Mode


class PersonForm(forms.Form):
    """Somebody who is registered by others; `categories` None where category and way are those of a place handed over."""

    given_name = forms.CharField(label=_("Given name"), max_length=120)
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    name_native = forms.CharField(
        label=_("Name in its own script"), max_length=200, required=False,
        help_text=_("As it is to stand on the badge, where it is written in another script than the name above."),
    )  # fmt: skip
    title = forms.CharField(label=pgettext_lazy("of a person", "Title"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr"}),
        help_text=_("Their own: they are asked there, and it becomes their way in."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"), widget=PickOne(folded=False))
    mode = forms.ChoiceField(label=_("Takes part"), choices=Mode.choices, widget=PickOne(folded=False))
    country = forms.ChoiceField(label=_("Country that they represent"), widget=PickOne())
    language = forms.ChoiceField(label=_("Language of our mails"), choices=LANGUAGE_CHOICES)

    def __init__(self, data: Any = None, *, delegation: Delegation, categories: list[Category] | None) -> None:
        language = get_language() or "en"
        super().__init__(data, initial={"language": language, "country": delegation.organisation.country})
        self.fields["country"].choices = place_choices(one.alpha3 for one in places.all_countries())
        self.categories = {one.code: one for one in categories or []}
        if categories is None:
            del self.fields["category"], self.fields["mode"]
        else:
            self.fields["category"].choices = [(one.code, one.name_in(language)) for one in categories]

    def values(self) -> dict[str, Any]:
        """Fields of the registration but its address, category and way."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("email", "category", "mode")}


class LimitForm(forms.Form):
    """How many of a delegation may come in person."""

    most = forms.IntegerField(
        label=_("How many may come in person"), required=False, min_value=0, max_value=10_000,
        help_text=_("Empty: no limit. Fewer take nobody's place away."),
    )  # fmt: skip


class NewLimitForm(LimitForm):
    """The same of an organisation that nobody registered for yet."""

    organisation = forms.CharField(
        label=_("Organisation"), max_length=300, help_text=_("Its full name, or its abbreviation if we know it.")
    )
    field_order = ("organisation", "most")
