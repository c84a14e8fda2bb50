"""What the team types about a meeting and what belongs to it, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.forms import LanguageFields, place_choices
from kept.base.languages import LANGUAGES
from kept.base.widgets import PickOne
from kept.meetings.models import (
    AttendanceMode,
    Meeting,
    Series,
)
from kept.meetings.times import zone_names
from kept.pledges.attachments import PICTURES, Examined, FileRefused, examine

Label = str | Promise
RESERVED = {
    "speakers",
    "new",
    "documents",
    "agendas",
    "viewing",
    "speaking",
    "presentations",
    "registration",
    "invitation",
    "list",
    "certificate",
    "visa-letter",
}  # words that stand where a meeting's name would


@dataclass(frozen=True)
class Text:
    """A text in six languages: the field it is stored in, its legend, whether English is needed."""

    name: str
    legend: Label
    long: bool = False
    needed: bool = False
    limit: int = 200
    help: Label = ""


class TextsForm(LanguageFields):
    """A form with plain fields and texts in six languages, filled from a row and read back as its values."""

    texts: tuple[Text, ...] = ()

    def __init__(self, data: Any = None, files: Any = None, *, row: Any = None, meeting: Meeting | None = None) -> None:
        self.row, self.meeting = row, meeting or (row if isinstance(row, Meeting) else None)
        plain = [name for name in self.base_fields if hasattr(row, name)]
        super().__init__(data, files, initial={name: self.shown(name, getattr(row, name)) for name in plain})
        for text in self.texts:
            given = getattr(row, text.name, None) or {}
            self.add_languages(text.name, given=given, long=text.long, limit=text.limit,
                               needed=["en"] if text.needed else [])  # fmt: skip
        self.fit()

    def fit(self) -> None:
        """Choices that depend on the meeting; nothing here."""

    def shown(self, name: str, value: Any) -> Any:
        """A stored value as its field shows it: instants on the meeting's clock."""
        if isinstance(value, datetime) and self.meeting is not None:
            return value.astimezone(self.meeting.zone).replace(tzinfo=None)
        return getattr(value, "pk", value)

    def groups(self) -> list[dict[str, Any]]:
        """The texts with their six fields each, for the page."""
        return [{"text": text, "fields": self.of(text.name)} for text in self.texts]

    def plain(self) -> list[BoundField]:
        """The other fields, in their order."""
        own = {f"{text.name}_{language.code}" for text in self.texts for language in LANGUAGES}
        return [self[name] for name in self.fields if name not in own]

    def values(self) -> dict[str, Any]:
        """{field of the row: value} of what was typed."""
        found = {name: self.cleaned_data[name] for name in self.base_fields if not name.startswith("file_")}
        found |= {text.name: self.in_languages(text.name) for text in self.texts}
        for name, value in found.items():
            if isinstance(self.fields.get(name), InstantField) and value is not None:
                found[name] = value.replace(tzinfo=self.meeting.zone if self.meeting else None)
        return found


class InstantField(forms.DateTimeField):
    """A day and hour on the meeting's clock; made aware by `TextsForm.values`."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return super().clean(value)
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError as wrong:
            raise forms.ValidationError(_("Write a day and an hour.")) from wrong


def day(label: Label, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def hour(label: Label, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **more)


def whole(label: Label, most: int = 1_000_000, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False, **more)


def picture(label: Label) -> forms.FileField:
    return forms.FileField(label=label, required=False, help_text=_("PNG, JPEG or WebP, at most 10 MB."))


def examined_picture(upload: Any) -> Examined | None:
    """An uploaded picture, looked at and drawn anew. Raises ValidationError."""
    if not upload:
        return None
    try:
        found = examine(upload)
    except FileRefused as refusal:
        raise forms.ValidationError(str(refusal.message)) from refusal
    if found.media_type not in PICTURES:
        raise forms.ValidationError(_("This is no picture. Use PNG, JPEG or WebP."))
    return found


# The meeting itself ---------------------------------------------------------------------------------------------


class AboutForm(TextsForm):
    """What it is called and what it is for."""

    series = forms.ModelChoiceField(label=_("Series"), queryset=Series.objects.all(), required=False)
    number = whole(_("Which of its series"), 500, help_text=_("3 for the third."))
    mode = forms.ChoiceField(label=_("How one takes part"), choices=AttendanceMode.choices, widget=forms.RadioSelect)
    texts = (
        Text("names", _("Name"), needed=True),
        Text("ledes", _("What it is for, in a sentence or two"), long=True, limit=500),
        Text("abouts", _("More about it"), long=True, limit=8000),
        Text("stories", _("What it was like, afterwards"), long=True, limit=8000,
             help=_("Stands with the highlights once the meeting is over.")),
    )  # fmt: skip


class WhenForm(TextsForm):
    """Its days and hours, on the clock of its wall."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), widget=PickOne(), help_text=_("Of the place: Europe/Zurich for Geneva.")
    )
    starts_on = day(_("First day"))
    starts = hour(_("Begins at"), required=False, help_text=_("Leave both hours empty where only the days are known."))
    ends_on = day(_("Last day"))
    ends = hour(_("Ends at"), required=False)

    def fit(self) -> None:
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in sorted(zone_names())]


class MoveForm(WhenForm):
    """Another day for a meeting that was announced, with the reason that visitors read."""

    texts = (Text("reason", _("Why it moves"), needed=True, limit=300, help=_("Visitors read it.")),)


class PlaceForm(TextsForm):
    """Where it is."""

    address = forms.CharField(label=_("Address"), max_length=300, required=False,
                              help_text=_("As it stands on letters there."))  # fmt: skip
    country = forms.ChoiceField(label=_("Country"), widget=PickOne(), required=False)
    latitude = forms.DecimalField(label=_("Latitude"), min_value=-90, max_value=90, decimal_places=5, required=False)
    longitude = forms.DecimalField(label=_("Longitude"), min_value=-180, max_value=180, decimal_places=5,
                                   required=False)  # fmt: skip
    file_map = picture(_("Map or plan"))
    texts = (
        Text("venues", _("House and room")),
        Text("cities", _("City"), help=_("Times are called after it.")),
        Text("map_alts", _("The map in words"), limit=300, help=_("For those who cannot see it.")),
    )

    def fit(self) -> None:
        codes = [one.alpha3 for one in places.all_countries()]
        self.fields["country"].choices = [("", ""), *place_choices(codes)]

    def clean_file_map(self) -> Examined | None:
        return examined_picture(self.cleaned_data["file_map"])


class PracticalForm(TextsForm):
    """What one should know before one comes."""

    contact_email = forms.EmailField(label=_("Mail address for questions"), required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    registration_until = InstantField(label=_("Registration until"), required=False)
    letters_until = InstantField(label=_("Support letters for visas until"), required=False)
    presentations_until = InstantField(
        label=_("Presentations until"),
        required=False,
        help_text=_("Speakers hand in what they show. Empty: nobody is asked."),
    )
    state_order = forms.ChoiceField(
        label=_("States are listed by the order of"), choices=[(one.code, one.native_name) for one in LANGUAGES]
    )
    texts = (
        Text("travels", _("How to get there"), long=True, limit=4000),
        Text("accesses", _("Accessibility of the building"), long=True, limit=4000),
        Text("practicals", _("Everything else one should know"), long=True, limit=8000),
    )


SECTIONS: dict[str, type[TextsForm]] = {
    "about": AboutForm,
    "when": WhenForm,
    "place": PlaceForm,
    "practical": PracticalForm,
}


class NewMeetingForm(WhenForm):
    """The least that a meeting is begun with."""

    slug = forms.SlugField(
        label=_("Last part of its address"), max_length=80, required=False,
        help_text=_("It stays for ever. Empty: made of the name."),
    )  # fmt: skip
    texts = (Text("names", _("Name"), needed=True),)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        slug = values.get("slug") or slugify(values.get("names_en", ""))[:80]
        if not slug and "names_en" in values:
            self.add_error("slug", _("Write letters a to z, digits and dashes."))
        elif slug in RESERVED:
            self.add_error("slug", _("This word is taken by the house. Choose another."))
        values["slug"] = slug
        return values


class CopyForm(forms.Form):
    """The next meeting, begun from this one."""

    slug = forms.SlugField(label=_("Last part of its address"), max_length=80, help_text=_("It stays for ever."))
    starts_on = day(_("First day"), help_text=_("Everything keeps its distance from the first day."))

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if slug in RESERVED:
            raise forms.ValidationError(_("This word is taken by the house. Choose another."))
        return slug


class ReasonForm(TextsForm):
    """Why a meeting is moved or cancelled; visitors read it."""

    texts = (Text("reason", _("Why"), needed=True, limit=300, help=_("Visitors read it.")),)


def uploads_of(form: TextsForm) -> Mapping[str, Any]:
    """{name of the field: examined file} of what was uploaded with a form."""
    names = [name for name in form.base_fields if name.startswith("file_")]
    return {name: form.cleaned_data[name] for name in names if form.cleaned_data.get(name)}
