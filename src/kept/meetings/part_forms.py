"""What the team types about what belongs to a meeting: rooms, days, hours, partners, events, figures, documents, pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect
from kept.meetings.forms import InstantField, Text, TextsForm, day, examined_picture, hour, picture, whole
from kept.meetings.models import DocumentKind, LinkedKind, Meeting, PartnerRole, Room, ServiceHours
from kept.meetings.models.meeting import EQUIPMENT
from kept.pledges.attachments import Examined, FileRefused, examine


class RoomForm(TextsForm):
    position = whole(_("Place in the list"), 999)
    capacity = whole(_("Chairs"), 100_000)
    fire_limit = whole(_("Fire limit"), 100_000, help_text=_("Nobody more is let in at the door."))
    equipment = forms.MultipleChoiceField(
        label=_("Equipment"), choices=list(EQUIPMENT.items()), widget=MultiSelect(), required=False
    )
    texts = (
        Text("names", _("Name"), needed=True),
        Text("ways", _("How to find it"), limit=300),
    )


class DayForm(TextsForm):
    day = day(_("Day"))
    opens = hour(_("Doors open at"))
    closes = hour(_("Doors close at"))
    texts = (Text("names", _("Name of the day")),)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("opens") and values.get("closes") and values["closes"] <= values["opens"]:
            self.add_error("closes", _("Doors close after they open."))
        return values


class HoursForm(TextsForm):
    kind = forms.ChoiceField(label=_("Who works"), choices=ServiceHours.Kind.choices, widget=forms.RadioSelect)
    day = day(_("Day"))
    starts = hour(_("From"))
    ends = hour(_("Until"))
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False,
                                  help_text=_("Empty: all rooms."))  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=[(one.code, one.native_name) for one in LANGUAGES], widget=MultiSelect(),
        required=False,
    )  # fmt: skip

    def fit(self) -> None:
        self.fields["room"].queryset = rooms_of(self.meeting)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("starts") and values.get("ends") and values["ends"] <= values["starts"]:
            self.add_error("ends", _("It ends after it begins."))
        return values


def rooms_of(meeting: Meeting | None) -> Any:
    return Room.objects.filter(meeting=meeting, removed_at=None)


class PartnerForm(TextsForm):
    role = forms.ChoiceField(label=_("As what"), choices=PartnerRole.choices)
    website = forms.URLField(label=_("Web site"), max_length=300, required=False, assume_scheme="https")
    position = whole(_("Place in the list"), 999)
    file_logo = picture(_("Logo"))
    texts = (Text("names", _("Name"), needed=True),)

    def clean_file_logo(self) -> Examined | None:
        return examined_picture(self.cleaned_data["file_logo"])


class LinkedForm(TextsForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=LinkedKind.choices)
    starts_on = day(_("Day"))
    starts = hour(_("Begins at"), required=False)
    ends_on = day(_("Last day"), required=False)
    ends = hour(_("Ends at"), required=False, help_text=_("Empty: the end is not said."))
    by_invitation = forms.BooleanField(label=_("By invitation only"), required=False)
    capacity = whole(_("How many can come"), 100_000)
    reply_until = InstantField(label=_("Reply until"), required=False)
    url = forms.URLField(label=_("Its own page"), max_length=300, required=False, assume_scheme="https")
    texts = (
        Text("names", _("Name"), needed=True),
        Text("abouts", _("About it"), long=True, limit=2000),
        Text("venues", _("Where")),
    )


class FigureForm(TextsForm):
    name = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Such as registered, remote, countries."))
    number = whole(_("Number"), 2_000_000_000, help_text=_("Empty where it is known in words only."))
    at_least = forms.BooleanField(label=_("Over: at least this many"), required=False)
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("Who says so, and where. Readers see it."))
    source_url = forms.URLField(label=_("Its address"), max_length=300, required=False, assume_scheme="https")
    position = whole(_("Place in the list"), 999)
    texts = (Text("words", _("What it counts, or what is known in words"), needed=True, limit=300),)


class DocumentForm(TextsForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices)
    symbol = forms.CharField(label=_("Symbol"), max_length=60, required=False, help_text=_("Such as AM/2026/INF/2."))
    public_from = InstantField(
        label=_("Public from"), required=False, help_text=_("On the meeting's clock. Empty: not public.")
    )
    position = whole(_("Place in the list"), 999)
    file_upload = forms.FileField(label=_("File"), required=False, help_text=_("A new version, in the language below."))
    file_language = forms.ChoiceField(
        label=_("Language of the file"), choices=[(one.code, one.native_name) for one in LANGUAGES], required=False
    )
    texts = (Text("titles", _("Title"), needed=True, limit=300),)

    def clean_file_upload(self) -> Examined | None:
        upload = self.cleaned_data["file_upload"]
        if not upload:
            return None
        try:
            return examine(upload)
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal


class PictureForm(TextsForm):
    credit = forms.CharField(label=_("Credit"), max_length=200, required=False)
    position = whole(_("Place in the list"), 999)
    file_picture = picture(_("Picture"))
    texts = (
        Text("alts", _("The picture in words"), needed=True, limit=300, help=_("For those who cannot see it.")),
        Text("captions", _("Caption"), limit=300),
    )

    def clean_file_picture(self) -> Examined | None:
        found = examined_picture(self.cleaned_data["file_picture"])
        if found is None and self.row.pk is None:
            raise forms.ValidationError(_("Choose a picture."))
        return found
