"""A list for somebody outside the system, by its link: read, and printed, until its day."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kept.registration import actions, outside, screen
from kept.registration.models import ListKind
from kept.registration.views.register import private


@never_cache
@require_safe
def outside_list(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/list/<token>/"""
    made = actions.open_list(token, timezone.now())
    if made is None:
        raise Http404("There is no such list.")
    meeting, language = made.meeting, get_language() or "en"
    context = {"list": made, "meeting": meeting, "name": meeting.name_in(language), "now": timezone.now()}
    if made.kind == ListKind.SCREEN:
        context |= {"greetings": screen.greetings(meeting, timezone.now()), "welcomes": screen.welcomes()}
        return private(render(request, "registration/screen.html", context))
    if made.kind == ListKind.GUARDS:
        context["guards"] = outside.for_guards(meeting)
    elif made.kind == ListKind.CATERING:
        context["expected"], context["diets"] = outside.for_catering(meeting)
    else:
        context["protocol"] = outside.for_protocol(meeting, language)
    return private(render(request, "registration/outside_list.html", context))
