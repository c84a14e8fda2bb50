"""What people type about themselves and their organisations, and how it is refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.formats import format_date
from kept.base.forms import LanguageFields, place_choices
from kept.base.languages import LANGUAGES
from kept.base.widgets import PickOne
from kept.people.models import EntityType, Organisation, Role
from kept.people.naming import normalise

LANGUAGE_CHOICES = [(language.code, language.native_name) for language in LANGUAGES]
MOST_WORDS = 2000  # characters of a message or a reason


class SignUpFields(forms.Form):
    """What an account asks beside the mail address. Used by allauth's sign-up (ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request: Any, user: Any) -> None:
        """Called by allauth once the account is made."""
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])


class AccountForm(forms.Form):
    """One's own name, and the language of mails."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of our mails to you"), choices=LANGUAGE_CHOICES)


class OrganisationForm(LanguageFields):
    """What an organisation is."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=300, help_text=_("The full, official name."))
    abbreviation = forms.CharField(label=_("Abbreviation"), max_length=40, required=False)
    country = forms.ChoiceField(label=_("Country in which it sits"), widget=PickOne())
    entity_type = forms.ChoiceField(label=_("Kind of organisation"), widget=PickOne(folded=False))
    website = forms.URLField(
        label=_("Web site"), max_length=300, required=False, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url", "dir": "ltr"}),
    )  # fmt: skip
    description = forms.CharField(
        label=_("What it does"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, organisation: Organisation | None = None) -> None:
        names = organisation.names if organisation else {}
        plain = ("name", "abbreviation", "country", "entity_type", "website", "description")
        initial = {field: getattr(organisation, field) for field in plain} if organisation else {}
        super().__init__(data, initial=initial)
        self.fields["country"].choices = place_choices(one.alpha3 for one in places.all_countries())
        self.fields["entity_type"].choices = EntityType.choices
        self.add_languages("names", given=names, limit=300)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if len(normalise(name)) < 2 or not any(sign.isalpha() for sign in name):
            raise forms.ValidationError(_("Write the name in letters."), code="no_name")
        return name

    @property
    def values(self) -> dict[str, Any]:
        """What `actions.found_organisation` and `change_organisation` take."""
        plain = ("name", "abbreviation", "country", "entity_type", "website", "description")
        return {field: self.cleaned_data[field] for field in plain} | {"names": self.in_languages("names")}


class JoinForm(forms.Form):
    """Words to those who decide."""

    message = forms.CharField(
        label=_("A word to those who decide"), required=False, max_length=MOST_WORDS,
        help_text=_("For example: your post, and who knows you there."), widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class InviteForm(forms.Form):
    """A colleague is invited by mail."""

    email = forms.EmailField(label=_("Mail address of your colleague"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CONTRIBUTOR)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=LANGUAGE_CHOICES)


class RoleForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class ReasonForm(forms.Form):
    """Why: kept with the decision."""

    reason = forms.CharField(
        label=_("Why"), max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reason is kept with the decision."),
    )  # fmt: skip


class MergeForm(ReasonForm):
    """Which of two stays."""

    stays = forms.TypedChoiceField(label=_("Which one stays"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, data: Any, one: Organisation, other: Organisation) -> None:
        super().__init__(data, initial={"stays": one.pk})
        self.fields["stays"].choices = [(row.pk, _told_apart(row)) for row in (one, other)]
        self.order_fields(["stays", "reason"])


def _told_apart(organisation: Organisation) -> str:
    """Its name with the day on which it was entered: two that are merged often have one name."""
    day = format_date(organisation.created_at.date(), get_language() or "en")
    return gettext("%(name)s (entered on %(day)s)") % {"name": organisation.name, "day": day}
