"""What participants type, step by step, and how it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from kept.base import places
from kept.base.formats import format_number
from kept.base.forms import place_choices
from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect, PickOne
from kept.meetings.times import zone_or_none
from kept.people.models import EntityType
from kept.registration.consents import that_apply
from kept.registration.minors import is_minor_on, may_change_guardian
from kept.registration.models import Category, Mode, Question, QuestionKind, Quota, Registration, State
from kept.registration.participants import may_be_listed
from kept.registration.seating import Pool, free_for

GENDERS = [
    ("", _("I do not say")),
    ("woman", _("woman")),
    ("man", _("man")),
    ("other", _("another")),
]
OF_MINORS = ("birth_date", "guardian_name", "guardian_email")
LANGUAGE_CHOICES = [(language.code, language.native_name) for language in LANGUAGES]


class BeginForm(forms.Form):
    """As what, in which way, under which address."""

    category = forms.ChoiceField(label=_("You take part as"), widget=PickOne(folded=False))
    mode = forms.ChoiceField(label=_("You take part"), widget=PickOne(folded=False), choices=Mode.choices)
    email = forms.EmailField(
        label=_("Your mail address"), max_length=254, help_text=_("We write to you there; it becomes your way back in."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )  # fmt: skip
    mark_required = False

    def __init__(self, data: Any = None, *, categories: list[Category], modes: list[str], account: Any = None) -> None:
        super().__init__(data)
        language = get_language() or "en"
        self.categories = {category.code: category for category in categories}
        choice = self.fields["category"]
        choice.choices = [(one.code, one.name_in(language)) for one in categories]
        choice.widget.notes = {one.code: one.abouts.get(language) or one.abouts.get("en", "") for one in categories}
        self.fields["mode"].choices = [(value, label) for value, label in Mode.choices if value in modes]
        if len(modes) == 1:
            self.fields["mode"].initial = modes[0]
        if account is not None:
            self.fields["email"].initial = account.email

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        category = self.categories.get(said.get("category", ""))
        if category is not None and said.get("mode") and said["mode"] not in category.modes:
            self.add_error("mode", _("In this category one cannot take part in that way."))
        return said


class WhoForm(forms.Form):
    """Who takes part, for whom."""

    given_name = forms.CharField(label=_("Given name"), max_length=120,
                                 widget=forms.TextInput(attrs={"autocomplete": "given-name"}))  # fmt: skip
    family_name = forms.CharField(label=_("Family name"), max_length=120,
                                  widget=forms.TextInput(attrs={"autocomplete": "family-name"}))  # fmt: skip
    name_native = forms.CharField(
        label=_("Name in its own script"), max_length=200, required=False,
        help_text=_("As it is to stand on your badge, where it is written in another script than the name above."),
    )  # fmt: skip
    organisation_name = forms.CharField(
        label=_("Organisation"), max_length=300, help_text=_("Its full name, or its abbreviation if we know it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    title = forms.CharField(label=_("Your title there"), max_length=200, required=False,
                            widget=forms.TextInput(attrs={"autocomplete": "organization-title"}))  # fmt: skip
    entity_type = forms.ChoiceField(label=_("Kind of organisation"), widget=PickOne(folded=False))
    country = forms.ChoiceField(label=_("Country that you represent"), widget=PickOne())
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        help_text=_("Under 18 a guardian has to agree. Erased thirty days after the meeting."),
    )  # fmt: skip
    guardian_name = forms.CharField(
        label=_("Who is responsible for you, if you are under 18"), max_length=200, required=False,
        help_text=_("A parent or guardian, by name."),
    )  # fmt: skip
    guardian_email = forms.EmailField(
        label=_("Their mail address"), max_length=254, required=False,
        help_text=_("They get a link of their own, and your registration goes on when they agree."),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    gender = forms.ChoiceField(
        label=_("Gender"),
        choices=GENDERS,
        required=False,
        widget=PickOne(folded=False),
        help_text=_("For statistics alone."),
    )

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        fields = ("given_name", "family_name", "name_native", "title", "entity_type", "country", "gender", *OF_MINORS)
        self.registration = registration
        initial = {name: getattr(registration, name) for name in fields}
        initial["organisation_name"] = (
            registration.organisation.name if registration.organisation else registration.organisation_name
        )
        super().__init__(data, initial=initial)
        self.fields["entity_type"].choices = EntityType.choices
        self.fields["country"].choices = place_choices(one.alpha3 for one in places.all_countries())
        for name in OF_MINORS:
            if not _is_asked(name, registration):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Under 18 is who is so on the first day; then a guardian is named, who is somebody else."""
        said = super().clean() or {}
        one = self.registration
        born = said.get("birth_date") if "birth_date" in self.fields else one.birth_date
        if born is None or "guardian_name" not in self.fields:
            return said
        if not date(1900, 1, 1) <= born <= one.meeting.starts_on:
            self.add_error("birth_date" if "birth_date" in self.fields else None, _("This is no date of birth."))
            return said
        if is_minor := is_minor_on(born, one.meeting.starts_on):
            for name in ("guardian_name", "guardian_email"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("Under 18 this is needed."))
            if said.get("guardian_email", "").casefold() == one.email.casefold():
                self.add_error("guardian_email", _("This is your own address. A guardian has another one."))
        else:
            said["guardian_name"] = said["guardian_email"] = ""
        if "birth_date" in self.fields:
            said["is_minor"] = is_minor
        return said


def _is_asked(name: str, registration: Registration) -> bool:
    """The date of birth until it is sent; the guardian until one has agreed."""
    if not registration.category.for_minors:
        return False
    return may_change_guardian(registration) if name != "birth_date" else registration.state == State.DRAFT


class PartForm(forms.Form):
    """How somebody takes part, and what they need for it."""

    language = forms.ChoiceField(label=_("Language of our mails to you"), choices=LANGUAGE_CHOICES)
    languages = forms.MultipleChoiceField(
        label=_("Languages in which you follow"),
        choices=LANGUAGE_CHOICES,
        required=False,
        widget=MultiSelect(folded=False),
    )
    accessibility = forms.CharField(
        label=_("What you need so that you can take part"), required=False, max_length=1000,
        help_text=_("Step-free ways, sign language, captions, an assistant: the team alone reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    diet = forms.CharField(
        label=_("What you do not eat"), required=False, max_length=300,
        help_text=_("The caterer gets numbers, no names."),
    )  # fmt: skip
    needs_visa = forms.BooleanField(label=_("I need a visa to come"), required=False)
    time_zone = forms.CharField(
        label=_("Your time zone"), required=False, max_length=60,
        help_text=_("As computers write it: Asia/Kathmandu. We tell you the time on your clock."),
        widget=forms.TextInput(attrs={"dir": "ltr", "data-time-zone": "", "autocomplete": "off"}),
    )  # fmt: skip

    parts = forms.MultipleChoiceField(
        label=_("Days and sessions"), required=False, widget=MultiSelect(folded=False),
        help_text=_("These have seats of their own. Where none is left you stand in line for one."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, registration: Registration, parts: list[Quota] | None = None) -> None:
        fields = ("language", "languages", "accessibility", "diet", "needs_visa", "time_zone")
        super().__init__(data, initial={name: getattr(registration, name) for name in fields})
        for name in ("diet", "needs_visa") if registration.mode == Mode.REMOTE else ("time_zone",):
            del self.fields[name]
        self.pools = {str(pool.pk): pool for pool in parts or []}
        if not self.pools:
            del self.fields["parts"]
            return
        self.fields["parts"].required = any(pool.day for pool in self.pools.values())
        self.fields["parts"].error_messages["required"] = _("Tick on which days you come.")
        language = get_language() or "en"
        self.fields["parts"].choices = [(key, pool.name_in(language)) for key, pool in self.pools.items()]
        self.fields["parts"].widget.notes = {key: left_in(pool, language) for key, pool in self.pools.items()}
        self.initial["parts"] = [str(pk) for pk in registration.parts.values_list("pk", flat=True)]

    def clean_parts(self) -> list[str]:
        """A day at least, where days have seats of their own."""
        chosen = self.cleaned_data["parts"]
        if any(pool.day for pool in self.pools.values()) and not any(self.pools[key].day for key in chosen):
            raise forms.ValidationError(_("Tick on which days you come."))
        return chosen

    @property
    def chosen(self) -> list[Quota] | None:
        """The days and sessions that were ticked; None where there are none to choose."""
        return [self.pools[key] for key in self.cleaned_data["parts"]] if self.pools else None

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "parts"}

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"].strip()
        if zone and zone_or_none(zone) is None:
            raise forms.ValidationError(
                _("There is no such time zone. Write it like Asia/Kathmandu, or leave it empty.")
            )
        return zone


def left_in(pool: Quota, language: str) -> str:
    """How many seats are left, in words; nothing where there is no limit."""
    left = free_for(Pool(pool.bookable, pool.protocol_reserve, pool.taken, pool.protocol_taken), False)
    if left is None:
        return ""
    if left == 0 or pool.waiting:
        return str(_("all seats taken"))
    return ngettext("%(n)s seat left", "%(n)s seats left", left) % {"n": format_number(left, language)}


class QuestionsForm(forms.Form):
    """The organiser's questions, as they are asked today."""

    def __init__(self, data: Any = None, *, questions: list[Question], answers: dict[str, Any]) -> None:
        super().__init__(data)
        language = get_language() or "en"
        self.questions = questions
        for question in questions:
            field = _field_of(question, language)
            field.initial = answers.get(question.code)
            self.fields[question.code] = field

    @property
    def values(self) -> dict[Question, Any]:
        """{question: answer} of what was answered."""
        said = {question: self.cleaned_data.get(question.code) for question in self.questions}
        return {question: value for question, value in said.items() if value not in (None, "", [])}


def _field_of(question: Question, language: str) -> forms.Field:
    said = lambda texts: texts.get(language) or texts.get("en", "")  # noqa: E731
    common = {"label": said(question.texts), "help_text": said(question.helps), "required": question.required}
    options = [(one["value"], said(one["names"])) for one in question.options]
    match question.kind:
        case QuestionKind.LONG:
            return forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **common)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(choices=options, widget=PickOne(folded=False), **common)
        case QuestionKind.CHOICES:
            return forms.MultipleChoiceField(choices=options, widget=MultiSelect(folded=False), **common)
        case QuestionKind.YES_NO:
            return forms.ChoiceField(
                choices=[("yes", _("yes")), ("no", _("no"))], widget=PickOne(folded=False), **common
            )
        case QuestionKind.NUMBER:
            return forms.IntegerField(min_value=0, max_value=1_000_000, **common)
    return forms.CharField(max_length=300, **common)


BEFORE_OTHERS = ("listed", "greeted")  # not asked of somebody who never stands there


class ConsentForm(forms.Form):
    """What is agreed to, one by one."""

    mark_required = False

    def __init__(self, data: Any = None, *, registration: Registration, given: set[str]) -> None:
        super().__init__(data)
        shown = may_be_listed(registration)
        self.texts = {one.kind: one for one in that_apply(registration.mode) if shown or one.kind not in BEFORE_OTHERS}
        for kind, one in self.texts.items():
            self.fields[kind] = forms.BooleanField(label=one.text, required=one.required, initial=kind in given)
            if one.required:
                self.fields[kind].error_messages["required"] = _("Without this nobody can be registered.")

    @property
    def agreed(self) -> dict[str, str]:
        """{kind: the text as it was shown} of what was agreed to."""
        return {kind: str(one.text) for kind, one in self.texts.items() if self.cleaned_data.get(kind)}


class ReasonForm(forms.Form):
    """Why not; the person reads it."""

    reason = forms.CharField(
        label=_("Reason, told to the person"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    @property
    def said(self) -> str:
        """The reason; "" where there is none or it cannot be one. Whoever owes one is told by the action."""
        return self.cleaned_data["reason"] if self.is_valid() else ""


class UsualForm(forms.Form):
    """What the usual set begins with."""

    seats = forms.IntegerField(
        label=_("Seats that may be booked"), required=False, min_value=0, max_value=100_000,
        help_text=_("Leave it empty where there is no limit."),
    )  # fmt: skip
    reserve = forms.IntegerField(
        label=_("Of these, kept for heads of delegations and speakers"), required=False, min_value=0, max_value=100_000
    )

    def clean_reserve(self) -> int:
        return self.cleaned_data["reserve"] or 0


class PoolForm(forms.Form):
    """How many seats of a pool may be booked."""

    bookable = forms.IntegerField(
        label=_("Seats that may be booked"), required=False, min_value=0, max_value=100_000,
        help_text=_("Leave it empty where there is no limit. More seats are offered at once; fewer take nobody's seat away."),
    )  # fmt: skip
    protocol_reserve = forms.IntegerField(
        label=_("Of these, kept for heads of delegations and speakers"), required=False, min_value=0, max_value=100_000
    )

    def __init__(self, data: Any = None, *, quota: Quota) -> None:
        initial = {"bookable": quota.bookable, "protocol_reserve": quota.protocol_reserve}
        super().__init__(data, initial=initial, auto_id=f"pool-{quota.pk}-%s")

    def clean_protocol_reserve(self) -> int:
        return self.cleaned_data["protocol_reserve"] or 0
