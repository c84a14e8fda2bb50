"""What a confirmed registration leads to: a file for the calendar, a card with the code for the entrance, the way in online."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kept.base.lifecycle import Refused
from kept.base.paper import qr
from kept.meetings.calendars import meeting_entry, written
from kept.registration import actions
from kept.registration.models import ENTERS, Mode, Registration
from kept.registration.permissions import Holder, may_enter_live
from kept.registration.views.register import held, private


def code_of(registration: Registration) -> str:
    """The square code that the entrance reads, as SVG: the key of the registration and nothing about the person."""
    return mark_safe(qr(f"KEPT:{registration.key.upper()}", border=2))  # noqa: S308  (our own drawing)


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/meeting.ics"""
    registration, _link, _by = held(request, token)
    meeting, language = registration.meeting, get_language() or "en"
    body = written(
        [meeting_entry(meeting, language)], name=meeting.name_in(language), zone=meeting.time_zone, source=""
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{meeting.slug}.ics"'
    return private(response)


@never_cache
@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/card/: as large as a bank card, to be printed or shown."""
    registration, link, _by = held(request, token)
    if registration.state not in ENTERS or registration.mode != Mode.IN_PERSON:
        raise Http404("There is no card.")
    language = get_language() or "en"
    context = {
        "registration": registration, "token": link.token, "meeting": registration.meeting,
        "meeting_name": registration.meeting.name_in(language), "code": code_of(registration),
        "category": registration.category.name_in(language),
        "organisation": registration.organisation.name_in(language) if registration.organisation
        else registration.organisation_name,
    }  # fmt: skip
    return private(render(request, "registration/card.html", context))


@never_cache
@require_POST
def here(request: HttpRequest, token: str, stream: str) -> HttpResponse:
    """/meetings/registration/<token>/join/<stream>/here/: the window is there, once a minute; another page where it is not.

    With `back` a person pressed the button, whose browser runs no script: they get the page again.
    """
    registration, link, by = held(request, token)
    stays = actions.stay(registration, stream, by=by, at=timezone.now())
    if "back" in request.POST:
        if stays:
            messages.success(request, _("Your time is counted up to now."))
        return private(redirect("registration:joined", link.token, stream))
    answer = HttpResponse(status=204)
    if not stays:
        answer = HttpResponse(status=200, headers={"HX-Refresh": "true"})
    return private(answer)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str, stream: str = "") -> HttpResponse:
    """/meetings/registration/<token>/join/: one button; …/join/<stream>/: in, as long as no other window is."""
    registration, link, by = held(request, token)
    meeting, at = registration.meeting, timezone.now()
    if not may_enter_live(Holder(registration.pk), meeting):
        raise Http404("There is no way in.")
    if request.method == "POST":
        try:
            presence = actions.join(registration, by=by, at=at)
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return private(redirect("registration:join", link.token))
        return private(redirect(reverse("registration:joined", args=[link.token, presence.stream])))
    presence = registration.presences.filter(stream=stream).first() if stream else None
    if stream and presence is None:
        raise Http404("There is no such window.")
    opens = actions.opens_at(meeting)
    context = {
        "registration": registration, "token": link.token, "meeting": meeting,
        "meeting_name": meeting.name_in(get_language() or "en"), "presence": presence,
        "phase": "before" if at < opens else "over" if at >= meeting.ends_at else "open", "opens": opens,
        "own_zone": registration.time_zone if registration.time_zone != meeting.time_zone else "",
    }  # fmt: skip
    return private(render(request, "registration/join.html", context))
