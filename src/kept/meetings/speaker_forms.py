"""What a speaker, or the team for them, types: name and words, picture, practical things, what is signed."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.formats import format_weekday
from kept.base.forms import place_choices
from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect, PickOne
from kept.meetings import slides
from kept.meetings.forms import Text, TextsForm, examined_picture, hour, picture
from kept.meetings.models import Meeting, Profile, ProfilePrivate, RoleKind, Session, Speaking
from kept.meetings.privacy import NAMES
from kept.pledges.attachments import Examined, FileRefused

TONGUES = [(one.code, one.native_name) for one in LANGUAGES]
MOST_DAYS = 14  # of a meeting for which hours are asked


def line(where: str, limit: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=NAMES[where], max_length=limit, required=more.pop("required", False), **more)


def lines(where: str) -> forms.CharField:
    return forms.CharField(label=NAMES[where], max_length=2000, required=False, widget=forms.Textarea({"rows": 3}))


def serving_languages() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Works into"), choices=TONGUES, widget=MultiSelect(), required=False,
        help_text=_("Only for interpreters and captioners."),
    )  # fmt: skip


class WordsForm(TextsForm):
    """Name, title, biography."""

    name = line("Profile.name", required=True, help_text=_("As it stands in the programme."))
    name_native = line("Profile.name_native")
    name_spoken = line("Profile.name_spoken", help_text=_("For who announces you and for the interpreters."))
    given_name = forms.CharField(label=_("Given name"), max_length=120, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=120, required=False)
    form_of_address = line("Profile.form_of_address", 80, help_text=_("Such as H.E. Ms."))
    organisation_name = line("Profile.organisation_name", 300)
    country = forms.ChoiceField(label=NAMES["Profile.country"], widget=PickOne(), required=False,
                                help_text=_("Empty if you speak for no state."))  # fmt: skip
    texts = (
        Text("titles", NAMES["Profile.titles"], limit=200),
        Text("biographies", NAMES["Profile.biographies"], long=True, limit=3000),
    )

    def fit(self) -> None:
        codes = [one.alpha3 for one in places.all_countries()]
        self.fields["country"].choices = [("", ""), *place_choices(codes)]  # type: ignore[attr-defined]


class FaceForm(forms.Form):
    """A picture, and what of it stays when it is cropped to a square."""

    file_picture = picture(NAMES["Profile.picture"])
    focal_x = forms.IntegerField(label=_("Your face: percent from the left"), min_value=0, max_value=100)
    focal_y = forms.IntegerField(label=_("Your face: percent from the top"), min_value=0, max_value=100,
                                 help_text=_("The picture becomes a square around this point."))  # fmt: skip
    picture_credit = line("Profile.picture_credit")

    def __init__(self, data: Any = None, files: Any = None, *, profile: Profile) -> None:
        given = {name: getattr(profile, name) for name in ("focal_x", "focal_y", "picture_credit")}
        super().__init__(data, files, initial=given)

    def clean_file_picture(self) -> Examined | None:
        return examined_picture(self.cleaned_data["file_picture"])


class PracticalForm(forms.Form):
    """What the team needs to know, and nobody else."""

    phone = line("ProfilePrivate.phone", 60, help_text=_("Only for the day, when nothing else works."))
    rank = line("ProfilePrivate.rank", 120, help_text=_("For the order of protocol."))
    languages = forms.MultipleChoiceField(
        label=NAMES["Profile.languages"], choices=TONGUES, widget=MultiSelect(), required=False
    )
    access_needs = lines("ProfilePrivate.access_needs")
    travel_needs = lines("ProfilePrivate.travel_needs")
    stand_in_name = line("Speaking.stand_in_name")
    stand_in_phone = line("Speaking.stand_in_phone", 60)
    language = forms.ChoiceField(label=_("Language of our mails to you"), choices=TONGUES)

    def __init__(self, data: Any = None, files: Any = None, *, private: ProfilePrivate, row: Speaking,
                 language: str) -> None:  # fmt: skip
        self.meeting: Meeting = row.meeting
        given: dict[str, Any] = {n: getattr(private, n) for n in ("phone", "rank", "access_needs", "travel_needs")}
        given |= {n: getattr(row, n) for n in ("stand_in_name", "stand_in_phone", "language")}
        given["languages"] = row.profile.languages
        known = {a.day: a for a in row.meeting.availabilities.filter(profile=row.profile)}
        super().__init__(data, files, initial=given)
        for day in self.days():
            words = {"day": format_weekday(day, language)}
            row_ = known.get(day)
            self.fields[f"from_{day}"] = hour(gettext("%(day)s: from") % words, required=False,
                                              initial=row_.starts if row_ else None)  # fmt: skip
            self.fields[f"until_{day}"] = hour(gettext("%(day)s: until") % words, required=False,
                                               initial=row_.ends if row_ else None)  # fmt: skip

    def days(self) -> list[date]:
        number = min((self.meeting.ends_on - self.meeting.starts_on).days + 1, MOST_DAYS)
        return [self.meeting.starts_on + timedelta(days=n) for n in range(number)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for day in self.days():
            starts, ends = values.get(f"from_{day}"), values.get(f"until_{day}")
            if (starts is None) != (ends is None) or (starts and ends and ends <= starts):
                self.add_error(f"until_{day}", gettext("Write both hours, the earlier one first."))
        return values

    def hours(self) -> list[tuple[date, time, time]]:
        """(day, from, until) of what was written."""
        found = [(day, self.cleaned_data[f"from_{day}"], self.cleaned_data[f"until_{day}"]) for day in self.days()]
        return [one for one in found if one[1]]


class PresentationForm(forms.Form):
    """What somebody shows in a session."""

    role = forms.ChoiceField(label=_("Session"))
    title = forms.CharField(label=_("Title of the presentation"), max_length=200)
    language = forms.ChoiceField(label=_("Language of the presentation"), choices=TONGUES)
    file = forms.FileField(
        label=NAMES["Presentation"], widget=forms.FileInput({"accept": slides.ACCEPT}),
        help_text=_("PDF, PowerPoint (.pptx) or OpenDocument (.odp), at most 50 MB."),
    )  # fmt: skip
    remark = forms.CharField(label=_("What the technicians must know"), max_length=300, required=False,
                             help_text=_("Such as: page 4 has sound."))  # fmt: skip
    may_be_public = forms.BooleanField(
        label=_("Readers may have it when the presentations of the session are released."), required=False
    )

    def __init__(self, data: Any = None, files: Any = None, *, roles: list[tuple[int, str]], language: str) -> None:
        super().__init__(data, files, initial={"language": language})
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        if len(roles) == 1:
            self.fields["role"].initial, self.fields["role"].widget = roles[0][0], forms.HiddenInput()

    def clean_file(self) -> Examined:
        try:
            return slides.examined_slides(self.cleaned_data["file"])
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal

    def values(self) -> dict[str, Any]:
        """What `presentations.hand_in` takes beside the file."""
        return {name: self.cleaned_data[name] for name in ("title", "language", "remark", "may_be_public")}


class SignForm(forms.Form):
    """What a person agrees to, each apart, with their name below."""

    recording = forms.BooleanField(
        label=_("I agree that my words and my picture are recorded, shown live, interpreted and kept."), required=False
    )
    photographs = forms.BooleanField(
        label=_("I agree that photographs of me at this meeting are published with my name."), required=False
    )
    signed_name = forms.CharField(label=_("Your name, as a signature"), max_length=200)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not (values.get("recording") or values.get("photographs")):
            self.add_error(None, gettext("Tick what you agree to. Sign nothing if you agree to neither."))
        return values

    def text(self) -> str:
        """The words that were ticked, as they were read."""
        return "\n".join(str(self.fields[n].label) for n in ("recording", "photographs") if self.cleaned_data[n])


class SpeakerForm(forms.Form):
    """Somebody planned for a session."""

    session = forms.ModelChoiceField(label=_("Session"), queryset=Session.objects.none())
    kind = forms.ChoiceField(label=_("As what"), choices=RoleKind.choices, initial=RoleKind.PANELLIST)
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"), required=False,
                             help_text=_("Empty for somebody whose profile the team keeps."))  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the mail"), choices=TONGUES)
    remote = forms.BooleanField(label=_("Speaks from afar"), required=False)
    languages = serving_languages()

    def __init__(self, data: Any = None, *, meeting: Meeting, language: str, session: Session | None = None) -> None:
        super().__init__(data, initial={"session": session})
        field = self.fields["session"]
        field.queryset = meeting.sessions.exclude(kind__in=["break", "blocker"]).filter(cancelled_at=None)  # type: ignore[attr-defined]
        field.label_from_instance = lambda session: session.title_in(language) or session.code  # type: ignore[attr-defined]


class SubstituteForm(forms.Form):
    """Who speaks instead."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"), required=False,
                             help_text=_("Empty for somebody whose profile the team keeps."))  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the mail"), choices=TONGUES)


class AssistantForm(forms.Form):
    """Who acts for a speaker."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=TONGUES)
    copies = forms.BooleanField(
        label=_("Gets copies of the speaker's mails"), required=False,
        help_text=_("Of the invitation, reminders and changes of the programme, with their own link in them."),
    )  # fmt: skip


class PlaceInSessionForm(TextsForm):
    """What protocol wants of one place in a session."""

    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999)
    organisation_name = line("Profile.organisation_name", 300, help_text=_("Empty: as in the profile."))
    remote = forms.BooleanField(label=_("Speaks from afar"), required=False)
    languages = serving_languages()
    texts = (Text("titles", _("Title as on that day"), limit=200, help=_("Empty: as in the profile.")),)
