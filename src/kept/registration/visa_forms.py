"""What is typed for a letter in support of a visa: by its owner, by the visa desk, by whoever sets the desk up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.forms import place_choices
from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect, PickOne
from kept.meetings.forms import InstantField, TextsForm, day
from kept.people.models import Person
from kept.registration.models import MOST_DAYS, Registration
from kept.registration.passports import Passport

OLDEST = date(1900, 1, 1)


class PassportForm(forms.Form):
    """A passport, as it is. Nothing of it is kept by the browser."""

    name = forms.CharField(
        label=_("Name as in the passport"), max_length=240,
        help_text=_("All of it, in Latin letters, as in the lines at the foot of the page with the picture."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    nationality = forms.ChoiceField(label=_("Nationality"), widget=PickOne())
    born = day(_("Date of birth"))
    number = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 /.-]{3,23}$", label=_("Passport number"), max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        error_messages={"invalid": _("A passport number has 4 to 24 letters and figures.")},
    )  # fmt: skip
    issued = day(_("Passport issued on"))
    expires = day(
        _("Passport valid until"), help_text=_("Many countries ask that it is good for six months after the journey.")
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=[(one.code, one.native_name) for one in LANGUAGES],
        help_text=_("One that the office which gives the visa reads."),
    )  # fmt: skip
    mark_required = False

    def __init__(
        self, data: Any = None, *, registration: Registration, known: Passport | None, language: str, today: date
    ) -> None:
        initial: dict[str, Any] = {"language": language, "name": registration.name}
        if known is not None:
            initial |= {
                name: getattr(known, name) for name in ("name", "number", "nationality", "born", "issued", "expires")
            }
        super().__init__(data, initial=initial)
        self.today, self.meeting = today, registration.meeting
        self.fields["nationality"].choices = place_choices(one.alpha3 for one in places.all_countries())

    def clean_born(self) -> date:
        born = self.cleaned_data["born"]
        if not OLDEST <= born < self.today:
            raise forms.ValidationError(_("Look at the date of birth again."))
        return born

    def clean_issued(self) -> date:
        issued = self.cleaned_data["issued"]
        if not OLDEST <= issued <= self.today:
            raise forms.ValidationError(_("A passport is issued before today."))
        return issued

    def clean_expires(self) -> date:
        expires = self.cleaned_data["expires"]
        if expires < self.meeting.ends_on:
            raise forms.ValidationError(
                _("This passport is not valid any more when the meeting ends. Get a new one first.")
            )
        return expires

    @property
    def passport(self) -> Passport:
        said = self.cleaned_data
        return Passport(
            name=said["name"], number=said["number"].upper(), nationality=said["nationality"], born=said["born"],
            issued=said["issued"], expires=said["expires"],
        )  # fmt: skip


class VisaDeskForm(TextsForm):
    """Whether and until when a meeting gives letters, who signs, who sits at the desk."""

    letters_until = InstantField(
        label=_("Support letters for visas until"), required=False,
        help_text=_("On the meeting's clock: the last moment at which one may ask. Empty: this meeting gives no letters."),
    )  # fmt: skip
    signed_by = forms.CharField(label=_("Who signs the letters"), max_length=120, required=False)
    signed_as = forms.CharField(label=_("As what"), max_length=200, required=False)
    officers = forms.MultipleChoiceField(
        label=_("Who sits at the visa desk"), required=False, widget=MultiSelect(folded=False),
        help_text=_("These people alone see passport data, and each look is written down."),
    )  # fmt: skip
    erase_after_days = forms.IntegerField(
        label=_("Days after the meeting until passport data are erased"), min_value=1, max_value=MOST_DAYS
    )

    def fit(self) -> None:
        assert self.meeting is not None
        if self.meeting.letters_until:
            self.initial["letters_until"] = self.shown("letters_until", self.meeting.letters_until)
        self.people = {
            str(one.pk): one for one in Person.objects.filter(is_staff=True, is_active=True).order_by("name")
        }
        self.fields["officers"].choices = [(key, str(one)) for key, one in self.people.items()]
        sits = self.meeting.visa_officers.values_list("person", flat=True)
        self.initial["officers"] = [str(pk) for pk in sits]

    @property
    def chosen(self) -> list[Person]:
        return [self.people[key] for key in self.cleaned_data["officers"]]
