"""The link of a guardian: what they agree to, and the one button. It opens nothing else of the registration."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kept.base.formats import format_datetime
from kept.base.lifecycle import WrongState
from kept.meetings.models import in_language
from kept.people import links
from kept.people.links import LinkPage
from kept.people.models import Link
from kept.registration import actions
from kept.registration.addresses import GUARDIAN
from kept.registration.models import Registration, State


def minor_of(link: Link) -> Registration:
    """Whose guardian a link is for. Raises WrongState where another guardian is named by now, or nothing waits for one."""
    rows = Registration.objects.select_related("meeting", "category")
    registration = rows.filter(key=link.subject, erased_at=None, state=State.PENDING_GUARDIAN).first()
    if registration is None or registration.guardian_email.casefold() != link.email.casefold():
        raise WrongState(_("What it was for has changed or ended."))
    return registration


def describe(link: Link, request: HttpRequest) -> LinkPage:
    """Who wants to take part in what, and what a guardian agrees to; one button."""
    registration, language = minor_of(link), get_language() or "en"
    meeting = registration.meeting
    facts = [
        (_("Meeting"), meeting.name_in(language)),
        (_("Begins"), format_datetime(meeting.starts_at, language, meeting.time_zone)),
        (_("Place"), in_language(meeting.venues, language)),
        (pgettext("of a person", "Name"), registration.name),
        (_("Takes part"), registration.get_mode_display()),
    ]
    return LinkPage(
        title=_("Do you agree?"),
        text=[
            text_of(registration),
            _("Do you not agree? Then do nothing: without your yes nobody under 18 takes part."),
        ],
        facts=[(label, value) for label, value in facts if value],
        button=_("Yes, I agree"),
    )


def text_of(registration: Registration) -> str:
    """What a guardian agrees to, in the language of the page."""
    return _(
        "I, %(guardian)s, am responsible for %(name)s, who is under 18. I agree that they take part in this meeting, and that "
        "what they wrote is used to hold it. Nobody under 18 stands on a list of participants."
    ) % {"guardian": registration.guardian_name, "name": registration.name}


def agree(link: Link, request: HttpRequest, at: datetime) -> HttpResponse:
    """They agree: on to an approver or to a seat."""
    registration = minor_of(link)
    actions.guardian_agrees(registration, text=text_of(registration), language=get_language() or "en", at=at)
    context = {"registration": registration, "meeting_name": registration.meeting.name_in(get_language() or "en")}
    return render(request, "registration/guardian.html", context)


links.register(GUARDIAN, describe=describe, act=agree)
