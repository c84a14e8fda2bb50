"""How a pledge begins: for whom, from what, in which language."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base.languages import bcp47
from kept.base.widgets import PickOne
from kept.people.models import Organisation
from kept.people.permissions import roles_of, writes_for
from kept.pledges import taxonomies
from kept.pledges.content import PledgeContent
from kept.pledges.examples import content_of, examples
from kept.pledges.forms.choices import languages_to_choose
from kept.pledges.models import Pledge, Status

NOTHING = "nothing"
MOST_EARLIER = 8


class StartForm(forms.Form):
    """For which organisation, from nothing, an earlier pledge of it, or an example; in which language."""

    mark_required = False
    lead = forms.ChoiceField(label=gettext_lazy("For which organisation do you pledge?"), required=False)
    start = forms.ChoiceField(label=gettext_lazy("What do you want to start from?"))
    language = forms.ChoiceField(
        label=gettext_lazy("In which language will you write?"), widget=forms.Select,
        help_text=gettext_lazy("It can be translated later. Your own words always stay."),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Any, language: str, wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.reader = person, language
        self.organisations = own_organisations(person)
        self.earlier = earlier_pledges(person, wanted)
        self._offer_organisations()
        self._offer_beginnings(wanted)
        self.fields["language"].choices = languages_to_choose().options
        self.fields["language"].initial = bcp47(language)

    def _offer_organisations(self) -> None:
        rows = [(str(o.pk), o.name_in(self.reader)) for o in self.organisations]
        if not rows:
            del self.fields["lead"]
            return
        self.fields["lead"].choices = rows
        self.fields["lead"].widget = PickOne(choices=rows)
        self.fields["lead"].required = True
        self.fields["lead"].initial = rows[0][0]

    def _offer_beginnings(self, wanted: str) -> None:
        kinds = {term.slug: term.name_in(self.reader) for term in taxonomies.terms("kind")}
        rows: list = [(NOTHING, _("Nothing: an empty form"))]
        if self.earlier:
            rows.append((_("An earlier pledge of yours"), [(p.key, p.title) for p in self.earlier]))
        shown = [(f"example:{e.slug}", e.title) for e in examples(self.reader)]
        rows.append((_("An example (invented)"), shown))
        notes = {f"example:{e.slug}": ", ".join(kinds[k] for k in e.kinds if k in kinds) for e in examples(self.reader)}
        notes |= {p.key: p.reference or str(p.get_status_display()) for p in self.earlier}
        self.fields["start"].choices = rows
        self.fields["start"].widget = PickOne(choices=rows, notes=notes, folded=False)
        self.fields["start"].initial = wanted if wanted in {p.key for p in self.earlier} | set(notes) else NOTHING

    # What was chosen -----------------------------------------------------------------------------------

    @property
    def chosen_lead(self) -> Organisation | None:
        key = self.cleaned_data.get("lead", "")
        return next((o for o in self.organisations if str(o.pk) == key), None)

    @property
    def started_from(self) -> Pledge | None:
        return next((p for p in self.earlier if p.key == self.cleaned_data["start"]), None)

    def content(self, today: date) -> PledgeContent:
        """The text to begin with."""
        start = self.cleaned_data["start"]
        empty = PledgeContent(language=self.cleaned_data["language"])
        if start.startswith("example:"):
            return content_of(start.removeprefix("example:"), self.reader, today) or empty
        earlier = self.started_from
        return begun_from(earlier) if earlier else empty


def begun_from(pledge: Pledge) -> PledgeContent:
    """An earlier pledge's text as the beginning of a new one: without its days, its announcement, its files."""
    text = pledge.current or pledge.working
    content = PledgeContent.from_json(text.content) if text else PledgeContent()
    return content.with_(
        start="", end="", announced="", occasion="", attachments=(), amount_usd="", source_stage="", notes=(),
        source_reports=(), source=PledgeContent().source,
    )  # fmt: skip


def own_organisations(person: Any) -> list[Organisation]:
    """Those in whose name a person may write."""
    mine = [pk for pk in roles_of(person) if writes_for(person, pk)]
    return list(Organisation.objects.standing_alone().filter(pk__in=mine).order_by("name")) if mine else []


def earlier_pledges(person: Any, wanted: str = "") -> list[Pledge]:
    """The newest pledges of a person's organisations, and the one that the address names (`wanted`, its key)."""
    mine = [pk for pk in roles_of(person) if writes_for(person, pk)]
    if not mine:
        return []
    rows = Pledge.objects.filter(lead__in=mine).exclude(title="").exclude(status=Status.DISCARDED)
    rows = rows.select_related("current", "working").order_by("-pk")
    named = list(rows.filter(key=wanted)) if wanted else []
    return named + [p for p in rows[:MOST_EARLIER] if p not in named]
