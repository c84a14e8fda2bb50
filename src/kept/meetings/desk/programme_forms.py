"""What the team types in the editor of a programme, and how it is refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect
from kept.meetings.forms import Text, TextsForm, hour
from kept.meetings.models import Room, SessionKind
from kept.meetings.models.programme import SIGNED

TONGUES = [(one.code, one.native_name) for one in LANGUAGES]


def tongues(label: Any, choices: Any = TONGUES) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, widget=MultiSelect(), required=False)


class LinksField(forms.CharField):
    """Links of a session, one a line: its words, then its address. Kept as [{"name", "url"}]."""

    widget = forms.Textarea(attrs={"rows": 3})
    most = 20

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{one['name']} {one['url']}".strip() for one in value)
        return value

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > self.most:
            raise forms.ValidationError(_("That is more than can be read. Leave some out."))
        return [self.link(line) for line in lines]

    def link(self, line: str) -> dict[str, str]:
        words, _space, url = line.rpartition(" ")
        try:
            return {
                "name": words.strip()[:200],
                "url": forms.URLField(max_length=300, assume_scheme="https").clean(url),
            }
        except forms.ValidationError as wrong:
            raise forms.ValidationError(
                _("Write an address at the end of each line: %(line)s"), params={"line": line[:80]}
            ) from wrong


class SessionForm(TextsForm):
    """What an item of the programme says."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SessionKind.choices)
    minutes = forms.IntegerField(label=_("How long, in minutes"), min_value=1, max_value=1440)
    languages = tongues(_("Spoken on the floor"))
    interpretation = tongues(_("Interpretation into"))
    captions = tongues(_("Captions in"))
    sign_languages = tongues(_("Sign languages"), list(SIGNED.items()))
    anchored = forms.BooleanField(label=_("Its hour is kept when the ones before it run late"), required=False)
    open_to_all = forms.BooleanField(label=_("May be followed without registration"), required=False)
    recording_url = forms.URLField(label=_("Recording"), max_length=300, required=False, assume_scheme="https")
    links = LinksField(
        label=_("Links"), required=False, max_length=8000, help_text=_("One a line: what it is, then its address.")
    )
    note = forms.CharField(
        label=_("Note of the team"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Never public."),
    )  # fmt: skip
    texts = (
        Text("titles", _("Title"), needed=True, limit=300),
        Text("abstracts", _("In a sentence or two"), long=True, limit=600),
        Text("descriptions", _("More about it"), long=True, limit=8000),
    )


class PlaceForm(forms.Form):
    """Where and when a session stands. `was`: where the person saw it (a line of `programme.token`)."""

    room = forms.ChoiceField(label=_("Room"), required=False)
    day = forms.ChoiceField(label=_("Day"))
    start = hour(_("Begins at"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440, required=False)
    was = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rooms: list[Room], days: list[tuple[str, str]], language: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rooms = {str(room.pk): room for room in rooms}
        named = [(key, room.name_in(language)) for key, room in self.rooms.items()]
        self.fields["room"].choices = [("", _("no room")), *named]
        self.fields["day"].choices = days

    def clean_room(self) -> Room | None:
        return self.rooms.get(self.cleaned_data["room"])


class ReleaseForm(TextsForm):
    """What visitors are told about a release."""

    texts = (Text("comments", _("What visitors are told"), limit=500, help=_("Empty: only what changed.")),)


class WaiverForm(forms.Form):
    """Who says that something that does not fit may stand, and why."""

    name = forms.CharField(label=_("Who decided it"), max_length=200)
    reason = forms.CharField(label=_("Why"), max_length=500)


class DelayForm(forms.Form):
    """How much later."""

    minutes = forms.IntegerField(label=_("Minutes later"), min_value=1, max_value=240, initial=10)
