"""What is typed about an event by invitation: whom the team invites, what the invited answer."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base.widgets import PickOne
from kept.meetings.models import LinkedEvent
from kept.registration.actions.hosting import Guest
from kept.registration.forms import LANGUAGE_CHOICES
from kept.registration.models import EventInvitation

AT_ONCE = 300  # who are invited with one button
YES, BOTH, NO = "yes", "both", "no"


class GuestsForm(forms.Form):
    """Names and addresses, one a line, in whichever way an office keeps them."""

    guests = forms.CharField(
        label=gettext_lazy("Names and mail addresses"), max_length=40_000, required=False,
        help_text=gettext_lazy("One person a line, at most 300: a name and a mail address, for example “Ada Acorn ada@example.org”."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"), choices=LANGUAGE_CHOICES)
    may_bring = forms.BooleanField(label=gettext_lazy("Each may bring one more person"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"language": get_language() or "en"})

    def clean_guests(self) -> list[tuple[str, str]]:
        """[(name, address)]; the line that has no address is named."""
        lines = [line.strip() for line in self.cleaned_data["guests"].splitlines() if line.strip()]
        if not lines:
            raise ValidationError(_("Write at least one person."))
        if len(lines) > AT_ONCE:
            raise ValidationError(_("These are too many at once. Send them in parts."))
        return [_person(line) for line in lines]

    def people(self) -> list[Guest]:
        return [Guest(email, name, "", self.cleaned_data["language"]) for name, email in self.cleaned_data["guests"]]


def _person(line: str) -> tuple[str, str]:
    """(name, address) of "Ada Acorn <ada@example.org>", "Ada Acorn; ada@…", "ada@…, Ada Acorn". Raises ValidationError."""
    found = re.search(r"[^\s<>,;\"“”]+@[^\s<>,;\"“”]+", line)
    address = found.group().rstrip(".") if found else ""
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise ValidationError(_("There is no mail address in “%(line)s”.") % {"line": line[:100]}) from wrong
    name = " ".join((line[: found.start()] + " " + line[found.end() :]).split()) if found else ""
    return name.strip(' \t<>,;"“”')[:200], address


class ReplyForm(forms.Form):
    """Yes, yes with somebody, or no."""

    answer = forms.ChoiceField(label=gettext_lazy("Do you come?"), widget=PickOne(folded=False))
    companion = forms.CharField(label=gettext_lazy("Name of whom you bring"), max_length=200, required=False)
    needs = forms.CharField(
        label=gettext_lazy("What you do not eat, or need to take part"), max_length=500, required=False,
        help_text=gettext_lazy("Also of whom you bring. Only the team reads it."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, invitation: EventInvitation, event: LinkedEvent) -> None:
        said = BOTH if invitation.brings else YES if invitation.answered_at and invitation.state != "declined" else ""
        initial = {"answer": said, "companion": invitation.companion, "needs": invitation.needs}
        super().__init__(data, initial=initial)
        choices = [(YES, _("Yes, I come")), (BOTH, _("Yes, and I bring somebody")), (NO, _("No, I do not come"))]
        if not invitation.may_bring:
            choices = [choice for choice in choices if choice[0] != BOTH]
            del self.fields["companion"]
        self.fields["answer"].choices = choices
