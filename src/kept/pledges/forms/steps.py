"""The steps of the form and what each asks, one thing at a time. The last one asks nothing: it shows, and sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kept.pledges import reading
from kept.pledges.content import Indicator, Link, Partner
from kept.pledges.forms import choices
from kept.pledges.forms.fields import Field, Id, One, Organisations, Paragraphs, Parsed, Several, Table
from kept.pledges.forms.sheet import Sheet
from kept.pledges.forms.widgets import Column, OrganisationRows, Rows
from kept.pledges.models import PartnershipState
from kept.pledges.presenting import INSTRUMENT_NAMES, MONEY_NATURE_NAMES
from kept.pledges.rules import LIMITS


@dataclass(frozen=True)
class Step:
    """One page of the form: its part of the address, its question (the h1), its short name, its fields."""

    slug: str
    question: Any
    name: Any
    fields: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()  # letters of smart.py that are shown beside it


STEPS: tuple[Step, ...] = (
    Step(
        "who", _("Who promises, and what kind of promise is it?"), _("Who"),
        ("lead", "kinds", "focus_areas", "language"),
    ),
    Step(
        "what", _("What will you do, and by when?"), _("What"),
        ("title", "summary", "targets", "start", "end", "indicators", "description"),
        advice=("S", "M", "T"),
    ),
    Step(
        "money", _("With how much money, and for whom?"), _("Money and people"),
        ("amount", "currency", "money_nature", "instrument", "people_expected", "beneficiaries", "sdgs"),
        advice=("A", "R"),
    ),
    Step(
        "with", _("Who takes part, and whom may we ask?"), _("With whom"),
        ("partners", "links", "attachments", "occasion", "announced", "contact_name", "contact_email", "contact_phone"),
    ),
    Step("check", _("Check what you promise, and send it"), _("Check")),
)  # fmt: skip
BY_SLUG: Mapping[str, Step] = {step.slug: step for step in STEPS}
STEP_OF: Mapping[str, str] = {name: step.slug for step in STEPS for name in step.fields}


def number_of(step: Step) -> int:
    """Its place, from 1."""
    return STEPS.index(step) + 1


def step_of(field: str) -> str:
    """The step in which a field is put right; the last one for what has no field (consent)."""
    return STEP_OF.get(field, STEPS[-1].slug)


# --- fields ------------------------------------------------------------------------------------------

DATE_HELP = _("A year, a month or a day: 2027, June 2027, 30 June 2027.")


def _lead(sheet: Sheet) -> Field:
    offered = [(str(o.pk), o.name_in(sheet.language)) for o in sheet.own_organisations]
    now = sheet.organisations.get(sheet.content.lead or 0)
    if now is not None and str(now.pk) not in {key for key, _name in offered}:
        offered.append((str(now.pk), now.name_in(sheet.language)))
    return Id(
        choices.Choices(offered),
        label=_("Which organisation promises this?"),
        help_text=""
        if offered or sheet.lead_by_search
        else _("You do not write for an organisation yet. You can choose one later."),
        needed=bool(offered),
    )


def _kinds(sheet: Sheet) -> Field:
    return Several(
        choices.terms_to_choose("kind", sheet.language, sheet.content.kinds), folded=False,
        label=_("Kind of contribution"), help_text=_("What you give. Several are possible."), needed=True,
    )  # fmt: skip


def _focus(sheet: Sheet) -> Field:
    return Several(
        choices.terms_to_choose("focus", sheet.language, sheet.content.focus_areas), folded=False,
        label=_("Focus area"), help_text=_("What it is about. Several are possible."), needed=True,
    )  # fmt: skip


def _language(sheet: Sheet) -> Field:
    return One(
        choices.languages_to_choose(sheet.content.language), widget=forms.Select,
        label=_("Language in which you write"), help_text=_("It can be translated later. Your own words always stay."),
    )  # fmt: skip


def _written(sheet: Sheet, **attrs: Any) -> dict[str, Any]:
    """Attributes of a control that holds somebody's own words: its language, which may not be the page's."""
    return {"lang": sheet.content.language, "dir": "auto", **attrs}


def _counted(sheet: Sheet, name: str, **attrs: Any) -> dict[str, Any]:
    """The same, with the length that write.js counts to."""
    return _written(sheet, **attrs) | {"data-count": LIMITS[name]}


def _title(sheet: Sheet) -> Field:
    return Field(
        label=_("Title of the pledge"), help_text=_("One sentence that any reader understands."), needed=True,
        widget=forms.TextInput(attrs=_counted(sheet, "title", maxlength=LIMITS["title"] * 4)),
    )  # fmt: skip


def _summary(sheet: Sheet) -> Field:
    return Paragraphs(
        label=_("What do you promise?"), needed=True,
        help_text=_("Two or three sentences: what will be there, for whom, and what happens after the money ends."),
        widget=forms.Textarea(attrs=_counted(sheet, "summary", rows=3)),
    )  # fmt: skip


def _description(sheet: Sheet) -> Field:
    return Paragraphs(
        label=_("More about it"),
        help_text=_("If you want: why it is needed, how you will do it, with what. Readers see it below the rest."),
        widget=forms.Textarea(attrs=_written(sheet, rows=6)),
    )


def _targets(sheet: Sheet) -> Field:
    return Several(
        choices.places_to_choose(sheet.language, sheet.today, sheet.content.targets),
        label=_("Where does it happen?"), help_text=_("Countries, regions, groups of countries, or everywhere."),
        needed=True,
    )  # fmt: skip


def _day(label: Any, bound: str = "", help_text: Any = DATE_HELP) -> Callable[[Sheet], Field]:
    def made(sheet: Sheet) -> Field:
        return Parsed(
            lambda raw: reading.read_day(raw, sheet.language, bound),
            lambda value: reading.show_day(value, sheet.language),
            label=label, help_text=help_text, size="m",
            widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        )  # fmt: skip

    return made


INDICATOR_COLUMNS = (
    Column("name", _("What is counted"), help=_("Something that can be counted: schools, people, villages.")),
    Column("baseline", _("How many today"), "s"),
    Column("target", _("How many are promised"), "s"),
    Column("unit", _("Unit"), "s", help=_("Schools, people, km, %")),
    Column("by", _("By when"), "s"),
)


def _indicators(sheet: Sheet) -> Field:
    def figure(raw: str) -> tuple[str, str]:
        return reading.read_figure(raw, sheet.language)

    def made(cells: dict[str, Any]) -> Indicator:
        (baseline, one), (target, other) = cells["baseline"], cells["target"]
        unit = cells["unit"] or one or other
        return Indicator(cells["name"], unit, baseline, target, cells["by"])

    def shown(value: str) -> str:
        return reading.show_figure(value, sheet.language)

    columns = {
        "name": (reading.read_text, str),
        "baseline": (figure, shown),
        "target": (figure, shown),
        "unit": (reading.read_text, str),
        "by": (lambda raw: reading.read_day(raw, sheet.language, "end"), lambda v: reading.show_day(v, sheet.language)),
    }
    return IndicatorTable(
        columns, made,
        Rows(INDICATOR_COLUMNS, one=_("Indicator %(number)s"), add=_("Count something else too"),
             flag=_("The most important one: the bar shows it")),
        label=_("How will one see that it is done?"), help_text=_("Begin with the figure that matters most."),
    )  # fmt: skip


class IndicatorTable(Table):
    """Indicators; the one that was marked is the headline."""

    def read(self, raw: Any) -> tuple[Indicator, ...]:
        from dataclasses import replace

        rows = super().read(raw)
        marked = [bool(row.get("headline")) for row in self.filled(raw)]
        return tuple(replace(row, headline=mark) for row, mark in zip(rows, marked, strict=True))


LINK_COLUMNS = (
    Column("url", _("Web address"), kind="url"),
    Column("label", _("What one finds there")),
)


def _links(_sheet: Sheet) -> Field:
    columns = {"url": (reading.read_web, str), "label": (lambda raw: reading.read_text(raw)[:200], str)}
    return Table(
        columns, lambda cells: Link(**cells),
        Rows(LINK_COLUMNS, one=_("Link %(number)s"), add=_("Add another link")),
        label=_("Where can one read more?"), help_text=_("A page about it, the agreement, a press release."),
    )  # fmt: skip


def _partners(sheet: Sheet) -> Field:
    known = {pk: o.name_in(sheet.language) for pk, o in sheet.organisations.items() if pk != sheet.content.lead}
    said = {p.organisation_id: p.state for p in sheet.pledge.partnerships.all()}
    words = {PartnershipState.CONFIRMED: _("Has confirmed to take part"), PartnershipState.DECLINED: _("Said no")}
    states = {pk: words[state] for pk, state in said.items() if state in words}
    widget = OrganisationRows(
        (Column("part", _("What does it do?")),), one=_("Partner %(number)s"), known=known, states=states
    )
    return Organisations(
        lambda pk, part: Partner(pk, part), widget,
        label=_("Who promises this with you?"),
        help_text=_("Each partner is asked to confirm when you send the pledge. A joint pledge counts once."),
    )  # fmt: skip


def _amount(sheet: Sheet) -> Field:
    def read(raw: str) -> str:
        found = reading.read_amount(raw, sheet.language)
        return reading.decimal_text(found.amount) if found else ""

    return Parsed(
        read, lambda value: reading.show_amount(value, sheet.language),
        label=_("Amount"), help_text=_("Leave it empty if the pledge is not about money. You can write “2.5 million”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}), size="m",
    )  # fmt: skip


def _currency(sheet: Sheet) -> Field:
    return One(choices.currencies_to_choose(sheet.language), widget=forms.Select, label=_("Currency"), size="m")


def _of(names: Mapping[str, Any], label: Any, none: Any = "", help_text: Any = "") -> Callable[[Sheet], Field]:
    def made(_sheet: Sheet) -> Field:
        rows = [(key, _capital(str(name))) for key, name in names.items()]
        return One(choices.Choices([*rows, *([("", str(none))] if none else [])]), label=label, help_text=help_text)

    return made


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _people(sheet: Sheet) -> Field:
    return Parsed(
        lambda raw: reading.read_count(raw, sheet.language), lambda value: reading.show_count(value, sheet.language),
        label=_("How many people will benefit?"), help_text=_("Your estimate. Leave it empty if you cannot say."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}), size="m",
    )  # fmt: skip


def _beneficiaries(sheet: Sheet) -> Field:
    return Several(
        choices.terms_to_choose("beneficiary", sheet.language, sheet.content.beneficiaries), folded=False,
        label=_("For whom is it?"), help_text=_("Only whom it is made for. Several are possible."),
    )  # fmt: skip


def _sdgs(sheet: Sheet) -> Field:
    return Several(
        choices.goals_to_choose(sheet.language), label=_("Sustainable Development Goals"),
        help_text=_("Those that it serves most: a goal, or one of its targets."),
    )  # fmt: skip


def _occasion(sheet: Sheet) -> Field:
    return Field(
        label=_("Is it announced somewhere?"),
        widget=forms.TextInput(attrs=_written(sheet, maxlength=800)),
        help_text=_("The meeting or event, for example “Digital Development Forum, Kigali”. Leave it empty if not."),
    )


def _plain(label: Any, read: Callable[[str], Any], help_text: Any = "", **attrs: str) -> Callable[[Sheet], Field]:
    def made(_sheet: Sheet) -> Field:
        return Parsed(read, label=label, help_text=help_text, widget=_input(attrs))

    return made


def _input(attrs: Mapping[str, str]) -> forms.Widget:
    attrs = dict(attrs)
    widget = forms.TextInput()
    widget.input_type = attrs.pop("type", "text")
    widget.attrs = attrs
    return widget


MAKERS: Mapping[str, Callable[[Sheet], Field]] = {
    "lead": _lead,
    "kinds": _kinds,
    "focus_areas": _focus,
    "language": _language,
    "title": _title,
    "summary": _summary,
    "targets": _targets,
    "start": _day(_("Begins"), "start"),
    "end": _day(_("Done by"), "end"),
    "indicators": _indicators,
    "description": _description,
    "amount": _amount,
    "currency": _currency,
    "money_nature": _of(MONEY_NATURE_NAMES, _("What is the amount?")),
    "instrument": _of(INSTRUMENT_NAMES, _("In which form?"), none=_("Something else, or mixed")),
    "people_expected": _people,
    "beneficiaries": _beneficiaries,
    "sdgs": _sdgs,
    "partners": _partners,
    "links": _links,
    "occasion": _occasion,
    "announced": _day(_("On which day?")),
    "contact_name": _plain(
        _("Whom may the secretariat ask?"), lambda raw: reading.read_text(raw)[:200],
        _("Name. The contact is for the secretariat alone and is never published."), autocomplete="name",
    ),
    "contact_email": _plain(_("Mail address"), reading.read_mail, type="email", autocomplete="email"),
    "contact_phone": _plain(_("Telephone"), reading.read_telephone, type="tel", autocomplete="tel"),
}  # fmt: skip
