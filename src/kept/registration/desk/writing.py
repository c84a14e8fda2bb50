"""The desk's mail to those who stand in the list as it is narrowed down."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.meetings.forms import Text, TextsForm
from kept.registration import actions, queries
from kept.registration.actions.writing import WRITTEN_TO
from kept.registration.desk.registrations import meeting_of


class LetterForm(TextsForm):
    """A mail in six languages."""

    texts = (
        Text("subjects", gettext_lazy("Subject"), needed=True, limit=150),
        Text("bodies", gettext_lazy("Text"), long=True, needed=True, limit=5000,
             help=gettext_lazy("Each gets it in their language where it is written in it, else in English. The link to their own "
                               "registration stands below.")),
    )  # fmt: skip


@for_the_desk
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/write/, with the names of the list's filters."""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    asked = queries.asked_of_the_list(request.GET)
    rows = (
        queries.registrations_found(meeting, **asked).filter(state__in=WRITTEN_TO).select_related("person", "meeting")
    )
    form = LetterForm(request.POST if request.method == "POST" else None, meeting=meeting)

    def send() -> Any:
        return actions.write_to(
            meeting, rows, subjects=form.in_languages("subjects"), texts=form.in_languages("bodies"), by=request.user,
            at=timezone.now(),
        )  # fmt: skip

    back_url = f"{reverse('registration:desk_registrations', args=[slug])}?{urlencode(asked)}"
    if form.is_bound and attempt(request, form, send, _("The mails are in the outbox and leave one after the other.")):
        return redirect(back_url)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "groups": form.groups(), "number": rows.count(),
        "back_url": back_url,
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/write.html", context, status=status)
