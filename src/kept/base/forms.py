"""What the secretariat types about its installation, and how it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import is_currency
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import entered, places
from kept.base.languages import LANGUAGES, native_name
from kept.base.models import Installation
from kept.base.money import AmountError, parse_decimal
from kept.base.widgets import PickOne

MOST_MINUTES = 24 * 60
LICENCES = ("CC BY 4.0", "CC BY-SA 4.0", "CC0 1.0", "ODC-BY 1.0", "ODbL 1.0")


class LanguageFields(forms.Form):
    """A form with a text in each language: fields `<name>_<language>`, read again with `in_languages`."""

    def add_languages(
        self, name: str, *, given: Mapping[str, str], long: bool = False, needed: Iterable[str] = (), limit: int = 200
    ) -> None:
        """Add one field for each of the six languages, labelled with what the language calls itself."""
        for language in LANGUAGES:
            attributes = {"lang": language.bcp47, "dir": language.direction}
            widget = forms.Textarea(attrs={**attributes, "rows": 3}) if long else forms.TextInput(attrs=attributes)
            self.fields[f"{name}_{language.code}"] = forms.CharField(
                label=native_name(language.code),
                initial=given.get(language.code, ""),
                required=language.code in needed,
                max_length=limit,
                widget=widget,
            )

    def of(self, name: str) -> list[forms.BoundField]:
        """The six fields of one text, to be shown together."""
        return [self[f"{name}_{language.code}"] for language in LANGUAGES]

    def in_languages(self, name: str) -> dict[str, str]:
        """{language: text} of what was typed; empty ones left out."""
        typed = {language.code: self.cleaned_data.get(f"{name}_{language.code}", "") for language in LANGUAGES}
        return {code: text.strip() for code, text in typed.items() if text.strip()}


class SettingsForm(LanguageFields):
    """The coalition's names, contact, licence, digits, minutes of calling back."""

    short_name = forms.CharField(
        label=_("Short name"), max_length=40, required=False, help_text=_("For small places: the head of a phone.")
    )
    contact_email = forms.EmailField(
        label=_("Mail address of the secretariat"), required=False, help_text=_("Readers see it at the foot of pages.")
    )
    data_licence = forms.ChoiceField(label=_("Licence of the data"))
    call_back_minutes = forms.IntegerField(
        label=_("Minutes in which a publication can be called back"),
        min_value=0,
        max_value=MOST_MINUTES,
        required=False,
        help_text=_("0 publishes at once. Empty: as it was set up on the server."),
    )
    arabic_digits = forms.ChoiceField(
        label=_("Digits on Arabic pages"),
        choices=Installation._meta.get_field("arabic_digits").choices,
        widget=forms.RadioSelect,
        help_text=_("Both are understood when somebody types them."),
    )
    names_overdue = forms.BooleanField(
        label=_("Name the organisations that owe most reports"),
        required=False,
        help_text=_("On the page of the progress, ten of them. Otherwise nobody is named there."),
    )

    PLAIN = ("short_name", "contact_email", "data_licence", "call_back_minutes", "arabic_digits", "names_overdue")

    def __init__(self, data: Any = None, *, row: Installation) -> None:
        super().__init__(data, initial={name: getattr(row, name) for name in self.PLAIN})
        licences = dict.fromkeys((row.data_licence, *LICENCES))
        self.fields["data_licence"].choices = [(name, name) for name in licences]
        self.add_languages("name", given={"en": row.name, **row.names}, needed=["en"])
        self.add_languages("about", given=row.about, long=True, limit=1000)

    def values(self) -> dict[str, Any]:
        """What `actions.change_settings` takes."""
        names = self.in_languages("name")
        return {
            "name": names.pop("en"),
            "names": names,
            "about": self.in_languages("about"),
            **{name: self.cleaned_data[name] for name in self.PLAIN},
        }


class RateForm(forms.Form):
    """A rate as people know it: what one unit is in dollars, or how many units make one dollar."""

    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters: BIF."))
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It serves that day and the ten days after it."),
    )
    direction = forms.ChoiceField(
        label=_("The rate says"),
        choices=[
            ("per_dollar", _("how many units make one US dollar")),
            ("per_unit", _("how many US dollars one unit is")),
        ],
        widget=forms.RadioSelect,
        initial="per_dollar",
    )
    rate = forms.CharField(label=_("Rate"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Who publishes this rate, and where. Readers see it.")
    )

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper()
        if not is_currency(code):
            raise forms.ValidationError(_("There is no such currency. Write its three letters."))
        if code == "USD":
            raise forms.ValidationError(_("US dollars need no rate."))
        return code

    def clean_day(self) -> date:
        from django.utils import timezone

        day = self.cleaned_data["day"]
        if day > timezone.now().date():
            raise forms.ValidationError(_("This day lies in the future."))
        return day

    def clean_rate(self) -> Decimal:
        try:
            rate = parse_decimal(self.cleaned_data["rate"])
        except AmountError as error:
            raise forms.ValidationError(_("Write a number.")) from error
        if rate <= 0:
            raise forms.ValidationError(_("A rate is more than zero."))
        return rate

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        rate = values.get("rate")
        if rate:
            per_unit = rate if values.get("direction") == "per_unit" else 1 / rate
            values["usd_per_unit"] = per_unit.quantize(Decimal("0.000000000001"), ROUND_HALF_EVEN)
            if not 0 < values["usd_per_unit"] < Decimal("1e12"):
                self.add_error("rate", _("This rate cannot be right. Check the number of zeros."))
        return values


def place_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their names in the language of the page, in its order."""
    language = get_language() or "en"
    return [(code, places.name(code, language)) for code in places.sorted_by_name(codes, language)]


class PlaceForm(forms.Form):
    """Which place is to be named."""

    code = forms.ChoiceField(label=_("Country, region or group"), widget=PickOne())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        countries = [one.alpha3 for one in places.all_countries(former=True)]
        self.fields["code"].choices = [
            (_("Countries"), place_choices(countries)),
            (_("Regions"), place_choices([*places.regions(), *places.itu_regions()])),
            (_("Groups"), place_choices(places.groups())),
        ]
        self.fields["code"].widget.also = {code: code for code in countries}


class PlaceNamesForm(LanguageFields):
    """The installation's own names of one place; an empty one leaves the United Nations'."""

    def __init__(self, data: Any = None, *, code: str) -> None:
        super().__init__(data)
        own = entered.place_names()
        given = {tongue: name for (place, tongue), name in own.items() if place == code}
        self.add_languages("name", given=given)
        for language in LANGUAGES:
            field = self.fields[f"name_{language.code}"]
            field.help_text = places.name(code, language.code, {})

    def values(self) -> dict[str, str]:
        """{language: name}, empty ones too: they go back."""
        return {language.code: self.cleaned_data[f"name_{language.code}"] for language in LANGUAGES}


class GroupChangeForm(forms.Form):
    """A country that joins or leaves a group on a day."""

    group = forms.ChoiceField(label=_("Group"))
    country = forms.ChoiceField(label=_("Country"), widget=PickOne())
    joins = forms.TypedChoiceField(
        label=_("What happens"),
        choices=[("yes", _("The country joins")), ("no", _("The country leaves"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    day = forms.DateField(
        label=_("From which day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day on which it is so."),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("The decision, such as a resolution of the General Assembly.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["group"].choices = place_choices(places.groups())
        countries = [one.alpha3 for one in places.all_countries()]
        self.fields["country"].choices = place_choices(countries)
        self.fields["country"].widget.also = {code: code for code in countries}
