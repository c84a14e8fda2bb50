"""What the team types when it sets up a meeting's registration: window, categories, pools, questions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base.formats import format_date
from kept.base.languages import LANGUAGES
from kept.base.widgets import MultiSelect, PickOne
from kept.meetings.forms import InstantField, Text, TextsForm, whole
from kept.meetings.models import Room, in_language
from kept.meetings.part_forms import rooms_of
from kept.registration.actions.asking import answers_of
from kept.registration.models import Approval, Category, Mode, Question, QuestionKind, Quota

MOST_SEATS, MOST_SESSIONS = 100_000, 300
COLOURS = (
    ("green", _("green")), ("ink", _("black")), ("ochre", _("ochre")), ("blue", _("blue")), ("violet", _("violet")),
    ("red", _("red")), ("grey", _("grey")),
)  # fmt: skip


class WindowForm(TextsForm):
    """Until when one may register."""

    registration_until = InstantField(
        label=_("Registration until"), required=False,
        help_text=_("On the meeting's clock. Empty: until it is closed here, or the meeting begins."),
    )  # fmt: skip


class CategoryForm(TextsForm):
    """A kind of participant."""

    code = forms.SlugField(
        label=_("Short name"), max_length=40, required=False,
        help_text=_("For files and addresses; it stays. Empty: made of the name."),
    )  # fmt: skip
    modes = forms.MultipleChoiceField(
        label=_("Ways of taking part"), choices=Mode.choices, widget=MultiSelect(folded=False)
    )
    pools = forms.MultipleChoiceField(
        label=_("Pools that its seats come from"), widget=MultiSelect(folded=False),
        help_text=_("Several categories may share one. Who takes part needs a seat in each pool of their way."),
    )  # fmt: skip
    parts = forms.MultipleChoiceField(
        label=_("Days and sessions to choose from"), required=False, widget=MultiSelect(folded=False),
        help_text=_("Pools of a day or of a session. Who takes part ticks those that they want, beside their seat of the meeting."),
    )  # fmt: skip
    approval = forms.ChoiceField(
        label=_("Who says yes before somebody gets a seat"), choices=Approval.choices, widget=PickOne(folded=False)
    )
    priority = forms.IntegerField(
        label=_("Place on the waiting list"), min_value=0, max_value=99,
        help_text=_("The lower the number, the earlier. Equal numbers: who came first."),
    )  # fmt: skip
    protocol = forms.BooleanField(
        label=_("May sit on the seats kept for heads of delegations and speakers"), required=False
    )
    by_invitation = forms.BooleanField(label=_("Only by invitation"), required=False)
    needs_proof = forms.BooleanField(
        label=_("A proof is looked at"), required=False, help_text=_("A press card, a letter: at the entrance.")
    )
    for_minors = forms.BooleanField(
        label=_("Under age may be in it"), required=False,
        help_text=_(
            "Age is asked, and under 18 a guardian agrees first. Nobody of it stands on a list of participants."
        ),
    )  # fmt: skip
    badge_colour = forms.ChoiceField(label=_("Colour of the badge"), choices=COLOURS)
    position = whole(_("Place in the list"), 999)
    texts = (
        Text("names", _("Name"), needed=True, limit=120),
        Text("abouts", _("For whom it is"), limit=300, help=_("Stands under the name where people choose.")),
    )

    def fit(self) -> None:
        language, every = get_language() or "en", list(Quota.objects.filter(meeting=self.meeting))
        self.pools = {str(pool.pk): pool for pool in every if pool.is_main}
        self.part_pools = {str(pool.pk): pool for pool in every if pool.is_part}
        drawn = [str(pk) for pk in self.row.quotas.values_list("pk", flat=True)] if self.row.pk else []
        for name, pools in (("pools", self.pools), ("parts", self.part_pools)):
            self.fields[name].choices = [
                (key, _("%(name)s, %(way)s") % {"name": pool.name_in(language), "way": pool.get_mode_display()})
                for key, pool in pools.items()
            ]
            if self.row.pk:
                self.initial[name] = drawn
        if not self.part_pools:
            del self.fields["parts"]
        if self.row.pk:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        """Fields of the category, with `pools` (of the form's) and, of a new one, `code`."""
        said = dict(self.cleaned_data)
        found = {name: said[name] for name in self.base_fields if name not in ("code", "pools", "parts")}
        found |= {text.name: self.in_languages(text.name) for text in self.texts}
        found["position"] = found["position"] or 0
        return found

    @property
    def chosen(self) -> list[Quota]:
        """The pools that were ticked, of the meeting and of its parts; those of an event, which have no box, stay."""
        others = [pool for pool in self.row.quotas.all() if pool.linked_event_id] if self.row.pk else []
        parts = [self.part_pools[key] for key in self.cleaned_data.get("parts", [])]
        return [self.pools[key] for key in self.cleaned_data["pools"]] + parts + others

    @property
    def short_name(self) -> str:
        return self.cleaned_data["code"] or slugify(self.cleaned_data["names_en"])[:40]


class SeatsForm(TextsForm):
    """A pool of seats."""

    mode = forms.ChoiceField(
        label=_("Seats for whoever takes part"), choices=Mode.choices, widget=PickOne(folded=False)
    )
    part = forms.ChoiceField(
        label=_("For"), required=False,
        help_text=_("A day or a session with seats of its own is chosen on the form, beside the seat of the meeting. It stays."),
    )  # fmt: skip
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False)
    bookable = whole(
        _("Seats that may be booked"), MOST_SEATS,
        help_text=_("Leave it empty where there is no limit. More seats are offered at once; fewer take nobody's seat away."),
    )  # fmt: skip
    protocol_reserve = whole(_("Of these, kept for heads of delegations and speakers"), MOST_SEATS)
    fire_limit = whole(
        _("Fire limit"), MOST_SEATS,
        help_text=_("So many may be in the room at once. A door that is set up begins with it, and lets nobody more in."),
    )  # fmt: skip
    position = whole(_("Place in the list"), 999)
    texts = (Text("names", _("Name"), needed=True, limit=120),)

    def fit(self) -> None:
        self.fields["room"].queryset = rooms_of(self.meeting)
        language = get_language() or "en"
        self.fields["room"].empty_label = _("No room")
        self.fields["room"].label_from_instance = lambda room: in_language(room.names, language)
        self.fields["part"].choices = self._parts(language)
        if self.row.pk:
            del self.fields["mode"], self.fields["part"]

    def _parts(self, language: str) -> list[tuple[str, Any]]:
        """The meeting itself, one of its days where it lasts several, one of its sessions."""
        assert self.meeting is not None
        days = self.meeting.local_days()
        found: list[tuple[str, Any]] = [("", _("the whole meeting"))]
        if len(days) > 1:
            found.append((str(_("A day")), [(f"day:{day}", format_date(day, language)) for day in days]))
        sessions = self.meeting.sessions.all()[:MOST_SESSIONS]
        if sessions:
            found.append(
                (str(_("A session")), [(f"session:{one.pk}", in_language(one.titles, language)) for one in sessions])
            )
        return found

    def values(self) -> dict[str, Any]:
        found = {name: self.cleaned_data[name] for name in self.fields if name in self.base_fields}
        kind, _colon, value = found.pop("part", "").partition(":")
        if kind:
            found["day" if kind == "day" else "session_id"] = date.fromisoformat(value) if kind == "day" else int(value)
        found |= {"names": self.in_languages("names")}
        for name in ("protocol_reserve", "position"):
            found[name] = found[name] or 0
        return found


class QuestionForm(TextsForm):
    """A question of the organiser, in six languages."""

    code = forms.SlugField(
        label=_("Short name"), max_length=40, required=False,
        help_text=_("For files and addresses; it stays. Empty: made of the name."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("It is answered by"), choices=QuestionKind.choices, widget=PickOne(folded=False))
    required = forms.BooleanField(label=_("Has to be answered"), required=False)
    for_categories = forms.MultipleChoiceField(
        label=_("Asked of"), required=False, widget=MultiSelect(folded=False), help_text=_("None ticked: of all.")
    )
    modes = forms.MultipleChoiceField(
        label=_("Asked of those who take part"), required=False, choices=Mode.choices, widget=MultiSelect(folded=False),
        help_text=_("None ticked: of all."),
    )  # fmt: skip
    hangs_on = forms.MultipleChoiceField(
        label=_("Asked only after one of these answers"), required=False, widget=MultiSelect(folded=False),
        help_text=_("Answers to one other question. None ticked: always asked."),
    )  # fmt: skip
    erase_after_days = forms.IntegerField(
        label=_("Days after the meeting until the answers are erased"), min_value=1, max_value=3650
    )
    position = whole(_("Place in the list"), 999)
    texts = (
        Text("texts", _("The question"), needed=True, limit=300),
        Text("helps", _("What helps to answer it"), limit=300),
        Text("lines", _("Answers to choose from"), long=True, limit=2000,
             help=_("For “one of several” and “several of several”: one answer a line, in each language in the same order.")),
    )  # fmt: skip

    def fit(self) -> None:
        language = get_language() or "en"
        for one in LANGUAGES:
            said = [option["names"].get(one.code, "") for option in self.row.options]
            self.initial[f"lines_{one.code}"] = "\n".join(said) if any(said) else ""
        self.fields["for_categories"].choices = [
            (str(one.pk), one.name_in(language)) for one in self.meeting.categories.all()
        ]
        asked = Question.objects.filter(meeting=self.meeting, replaced_at=None).exclude(code=self.row.code)
        groups = [(in_language(one.texts, language), answers_to_tick(one, language)) for one in asked]
        self.fields["hangs_on"].choices = [(title, answers) for title, answers in groups if answers]
        if not self.fields["hangs_on"].choices:
            del self.fields["hangs_on"]
        if self.row.pk:
            del self.fields["code"]
            self.initial["for_categories"] = [str(pk) for pk in self.row.categories.values_list("pk", flat=True)]
            hangs = self.row.condition
            self.initial["hangs_on"] = [f"{hangs['code']}={value}" for value in hangs.get("values", [])]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if len({one.partition("=")[0] for one in said.get("hangs_on", [])}) > 1:
            self.add_error("hangs_on", _("Tick answers to one question only."))
        english = _lines(said.get("lines_en", ""))
        for one in LANGUAGES:
            lines = _lines(said.get(f"lines_{one.code}", ""))
            if lines and len(lines) != len(english):
                self.add_error(f"lines_{one.code}", _("Write as many lines here as in English."))
        return said

    def values(self) -> dict[str, Any]:
        """Fields of the question but its code and its categories."""
        said = self.cleaned_data
        plain = ("kind", "required", "modes", "erase_after_days")
        found = {name: said[name] for name in plain} | {"position": said["position"] or 0}
        found |= {"texts": self.in_languages("texts"), "helps": self.in_languages("helps"), "options": self.options()}
        ticked = [one.partition("=") for one in said.get("hangs_on", [])]
        found["condition"] = {"code": ticked[0][0], "values": [value for _code, _is, value in ticked]} if ticked else {}
        return found

    def options(self) -> list[dict[str, Any]]:
        """[{"value", "names"}] of the lines. An answer that keeps its English words keeps its value; others get a new one."""
        if self.cleaned_data["kind"] not in (QuestionKind.CHOICE, QuestionKind.CHOICES):
            return []
        known = {option["names"].get("en", ""): option["value"] for option in self.row.options}
        lines = {one.code: _lines(self.cleaned_data.get(f"lines_{one.code}", "")) for one in LANGUAGES}
        found: list[dict[str, Any]] = []
        for n, english in enumerate(lines["en"]):
            value = known.get(english) or slugify(english)[:40] or "answer"
            taken = {option["value"] for option in found} | (set(known.values()) - {known.get(english)})
            plain, count = value, 2
            while value in taken:
                value, count = f"{plain}-{count}", count + 1
            names = {code: said[n] for code, said in lines.items() if n < len(said)}
            found.append({"value": value, "names": names})
        return found

    @property
    def short_name(self) -> str:
        return self.row.code or self.cleaned_data["code"] or slugify(self.cleaned_data["texts_en"])[:40].strip("-")

    @property
    def categories(self) -> list[Category]:
        return list(self.meeting.categories.filter(pk__in=self.cleaned_data["for_categories"]))


def answers_to_tick(question: Question, language: str) -> list[tuple[str, str]]:
    """[("code=value", words)] of the answers that another question may hang on."""
    names = {one["value"]: in_language(one["names"], language) for one in question.options}
    names |= {"yes": _("yes"), "no": _("no")} if question.kind == QuestionKind.YES_NO else {}
    return [(f"{question.code}={value}", names[value]) for value in answers_of(question)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
