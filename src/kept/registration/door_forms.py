"""What is typed at the desk of the entrance: doors, phones, people who come without a registration, reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.forms import place_choices
from kept.meetings.models import Meeting
from kept.registration.badges import FORMATS
from kept.registration.forms import LANGUAGE_CHOICES
from kept.registration.models import CheckInList, Credential, DocumentKind, Gate, ListKind, Registration


class LimitForm(forms.Form):
    """How many may be in there at most."""

    fire_limit = forms.IntegerField(
        label=_("Fire limit"), required=False, min_value=0, max_value=1_000_000,
        help_text=_("How many people may be in there at once. Nobody can go beyond it at the door."),
    )  # fmt: skip
    mark_required = False


class RoomForm(LimitForm):
    """A session whose room is counted by itself."""

    session = forms.ChoiceField(label=_("Session"))
    field_order = ("session", "fire_limit")

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data)
        language = get_language() or "en"
        counted = set(meeting.check_in_lists.values_list("session_id", flat=True))
        self.sessions = {str(one.pk): one for one in meeting.sessions.order_by("pk") if one.pk not in counted}
        self.fields["session"].choices = [(key, one.title_in(language)) for key, one in self.sessions.items()]

    @property
    def chosen(self) -> Any:
        return self.sessions[self.cleaned_data["session"]]


class GateForm(forms.Form):
    """One more door of the same hall."""

    name = forms.CharField(label=_("Name of the door"), max_length=80)
    mark_required = False


def _choose_gate(field: Any, gates: dict[str, Gate], language: str) -> None:
    """Nobody is asked where there is one door."""
    field.choices = [(key, gate.name_in(language)) for key, gate in gates.items()]
    if len(gates) == 1:
        field.widget, field.initial = forms.HiddenInput(), next(iter(gates))


class PhoneForm(forms.Form):
    """A phone for a gate."""

    gate = forms.ChoiceField(label=_("Door"))
    label = forms.CharField(
        label=_("Who has the phone"),
        max_length=80,
        help_text=_("As you will look for it in this list: “Ines, left side”."),
    )
    mark_required = False

    def __init__(self, data: Any = None, *, counted: CheckInList) -> None:
        super().__init__(data)
        language = get_language() or "en"
        self.gates = {str(one.pk): one for one in counted.gates.filter(closed_at=None)}
        _choose_gate(self.fields["gate"], self.gates, language)

    @property
    def chosen(self) -> Gate:
        return self.gates[self.cleaned_data["gate"]]


class AdmitForm(forms.Form):
    """Let somebody in at the desk, or note that they went out."""

    gate = forms.ChoiceField(label=_("Door"))
    mark_required = False

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data)
        language = get_language() or "en"
        rows = Gate.objects.filter(list__meeting=meeting, closed_at=None).select_related("list__meeting")
        self.gates = {
            str(one.pk): one for one in rows.order_by("-list__is_entrance", "list__position", "position", "pk")
        }
        _choose_gate(self.fields["gate"], self.gates, language)

    @property
    def chosen(self) -> Gate:
        return self.gates[self.cleaned_data["gate"]]


class ForceForm(AdmitForm):
    """Let somebody in against a refusal."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class WalkInForm(forms.Form):
    """Somebody who registers at the desk."""

    category = forms.ChoiceField(label=_("Category"))
    given_name = forms.CharField(label=_("Given name"), max_length=120)
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    name_native = forms.CharField(label=_("Name in its own script"), max_length=200, required=False)
    organisation_name = forms.CharField(label=_("Organisation"), max_length=300)
    country = forms.ChoiceField(label=_("Country that they represent"))
    email = forms.EmailField(label=_("Mail address"), max_length=254)

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data)
        language = get_language() or "en"
        rows = meeting.categories.filter(closed_at=None)
        self.categories = {str(one.pk): one for one in rows if "in_person" in one.modes}
        self.fields["category"].choices = [(key, one.name_in(language)) for key, one in self.categories.items()]
        self.fields["country"].choices = [("", "")] + place_choices(one.alpha3 for one in places.all_countries())

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("category", "email")}


class DocumentForm(forms.Form):
    """Which document was seen. Its kind is kept, no number and no copy."""

    document = forms.ChoiceField(label=_("Document that you have seen"), choices=DocumentKind.choices)
    mark_required = False


class ProofForm(forms.Form):
    """A press card or the like that was seen."""

    kind = forms.ChoiceField(label=_("Proof"), choices=Credential._meta.get_field("kind").choices)
    issuer = forms.CharField(label=_("Given by"), max_length=200, required=False)
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    mark_required = False


class BarForm(forms.Form):
    """Why somebody is not to be let in."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by the officers alone. Phones at the doors never get it."),
    )  # fmt: skip
    mark_required = False


class BarNameForm(BarForm):
    """Somebody who is not registered and not to be let in."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=240)
    field_order = ("name", "reason")


class PlaceForm(forms.Form):
    """At which table or on which seat somebody sits."""

    place = forms.CharField(
        label=_("Table or seat"), max_length=60, required=False,
        help_text=_("They read it on their page, and on the screen at the entrance if they agree to be greeted."),
    )  # fmt: skip
    mark_required = False

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        super().__init__(data, initial={"place": registration.place})


class NamesForm(forms.Form):
    """Names as they are to stand on the badge."""

    given_name = forms.CharField(label=_("Given name"), max_length=120, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=120)
    name_native = forms.CharField(label=_("Name in its own script"), max_length=200, required=False)
    badge_name = forms.CharField(
        label=_("Name on the badge"), max_length=200, required=False, help_text=_("Only where it is to be another one.")
    )
    organisation_name = forms.CharField(label=_("Organisation"), max_length=300, required=False)
    mark_required = False

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        super().__init__(data, initial={name: getattr(registration, name) for name in self.base_fields})
        if registration.organisation_id:  # its name is the registry's
            del self.fields["organisation_name"]


class BadgeForm(forms.Form):
    """In which size and language badges are printed."""

    form = forms.ChoiceField(
        label=pgettext_lazy("a badge", "Size"), choices=[(key, one.name) for key, one in FORMATS.items()]
    )
    language = forms.ChoiceField(label=_("Language of category and country"), choices=LANGUAGE_CHOICES)
    again = forms.BooleanField(required=False, widget=forms.HiddenInput())
    mark_required = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"language": get_language() or "en"})


class BadgesForm(BadgeForm):
    """Badges of many."""

    category = forms.ChoiceField(label=_("Category"), required=False)
    again = forms.BooleanField(label=_("Also for those who have one already"), required=False)
    field_order = ("category", "form", "language", "again")

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data)
        language = get_language() or "en"
        rows = [(str(one.pk), one.name_in(language)) for one in meeting.categories.all() if "in_person" in one.modes]
        self.fields["category"].choices = [("", _("All categories")), *rows]


class PlatesForm(forms.Form):
    """Nameplates for those of a category."""

    category = forms.ChoiceField(label=_("Category"))
    mark_required = False

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data, auto_id="plates-%s")
        language = get_language() or "en"
        rows = [one for one in meeting.categories.all() if "in_person" in one.modes]
        self.fields["category"].choices = [(str(one.pk), one.name_in(language)) for one in rows]


class ListForm(forms.Form):
    """A list for somebody outside the system."""

    kind = forms.ChoiceField(label=_("Which list"), choices=ListKind.choices)
    label = forms.CharField(label=pgettext_lazy("a list", "For whom"), max_length=120)
    mark_required = False
