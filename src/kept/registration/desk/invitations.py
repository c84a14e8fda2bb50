"""The desk's invitations: personal links to register in a category, sent by mail, taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.formats import format_number
from kept.base.widgets import PickOne
from kept.meetings.models import Meeting
from kept.people import links
from kept.people.models import Link
from kept.registration import actions
from kept.registration.addresses import INVITE
from kept.registration.desk.registrations import meeting_of
from kept.registration.forms import LANGUAGE_CHOICES
from kept.registration.models import LIVE, Category, Registration, State

LIST = "registration:desk_invitations"
AT_ONCE = 200  # addresses that are invited with one button


class InviteForm(forms.Form):
    """Whom, as what, in which language."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), widget=PickOne(folded=False))
    language = forms.ChoiceField(label=gettext_lazy("Language of the invitation"), choices=LANGUAGE_CHOICES)
    addresses = forms.CharField(
        label=gettext_lazy("Mail addresses"), max_length=20_000, help_text=gettext_lazy("One a line, at most 200."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, categories: list[Category]) -> None:
        language = get_language() or "en"
        super().__init__(data, initial={"language": language})
        self.categories = {one.code: one for one in categories}
        self.fields["category"].choices = [(one.code, one.name_in(language)) for one in categories]

    def clean_addresses(self) -> list[str]:
        found = self.cleaned_data["addresses"].split()
        if len(found) > AT_ONCE:
            raise ValidationError(_("These are too many at once. Send them in parts."))
        for address in found:
            try:
                validate_email(address)
            except ValidationError as wrong:
                raise ValidationError(_("“%(address)s” is no mail address.") % {"address": address[:100]}) from wrong
        return found


@for_the_desk
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/invitations/"""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    categories = list(meeting.categories.filter(closed_at=None).select_related("meeting"))
    form = InviteForm(request.POST if request.method == "POST" else None, categories=categories)
    made: list[Link] = []

    def send() -> None:
        said = form.cleaned_data
        made.extend(actions.invite(form.categories[said["category"]], said["addresses"], language=said["language"],
                                   by=request.user, at=timezone.now()))  # fmt: skip

    if form.is_bound and attempt(request, form, send, _("The invitations are on their way.")):
        passed = len(dict.fromkeys(form.cleaned_data["addresses"])) - len(made)
        if passed:
            messages.info(request, _("Passed over, because they are registered or invited already: %(n)s")
                          % {"n": format_number(passed, language)})  # fmt: skip
        return redirect(LIST, slug)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "lines": lines_of(meeting, language),
        "has_categories": bool(categories),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/invitations.html", context, status=status)


def lines_of(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """The last 500 invitations, the newest first, with what came of each; three queries."""
    now = timezone.now()
    names = {str(one.pk): one.name_in(language) for one in meeting.categories.all()}
    rows = Link.objects.filter(purpose=INVITE, subject__in=names).order_by("-made_at", "-pk")[:500]
    registered = dict(
        Registration.objects.filter(meeting=meeting, state__in=[*LIVE, State.DRAFT], invited_by_link=True)
        .order_by("pk").values_list("email", "state")
    )  # fmt: skip
    words = {links.REVOKED: _("taken back"), links.EXPIRED: _("expired"), links.GOOD: _("not used yet")}
    return [
        {
            "row": row,
            "category": names[row.subject],
            "state": State(registered[row.email]).label if row.email in registered else words[links.state(row, now)],
            "good": links.state(row, now) == links.GOOD and row.email not in registered,
        }
        for row in rows
    ]


@for_the_desk
@require_POST
def take_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """An invitation is void."""
    meeting = meeting_of(request, slug)
    mine = {str(one.pk): one for one in meeting.categories.select_related("meeting")}
    link = get_object_or_404(Link, purpose=INVITE, subject__in=mine, pk=pk)
    actions.take_invitation_back(link, mine[link.subject], by=request.user, at=timezone.now())
    messages.success(request, _("The invitation is taken back."))
    return redirect(LIST, slug)
