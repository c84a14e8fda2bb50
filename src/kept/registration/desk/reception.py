"""The door of an event by invitation: found by name, ticked alone or with whom they bring, how many are inside."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kept.base.desk import for_the_desk
from kept.base.desk_settings import refusal_of
from kept.registration import actions, guest_lists
from kept.registration.desk.hosting import event_of
from kept.registration.hosting_notices import when_of
from kept.registration.models import EventInvitation

DOOR = "registration:desk_event_door"


@for_the_desk
@require_safe
def door(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/events/<pk>/door/"""
    found, language, q = event_of(request, slug, pk), get_language() or "en", request.GET.get("q", "").strip()[:200]
    lines = guest_lists.at_the_door(found, q)
    counts = guest_lists.counts_of(found)
    context = {
        "meeting": found.meeting, "name": found.meeting.name_in(language), "event": found, "title": found.name_in(language),
        "when": when_of(found, language), "q": q, "lines": lines, "counts": counts,
        "more": len(lines) >= guest_lists.AT_THE_DOOR,
    }  # fmt: skip
    return render(request, "registration/desk/event_door.html", context)


@for_the_desk
@require_POST
def do(request: HttpRequest, slug: str, pk: int, guest: int) -> HttpResponse:
    """One came, both came, or nobody did: the wrong line was ticked."""
    found = event_of(request, slug, pk)
    one = get_object_or_404(EventInvitation, event=found, pk=guest, erased_at=None)
    by, at = request.user, timezone.now()
    acts = {
        "one": lambda: actions.receive(one, 1, by=by, at=at),
        "two": lambda: actions.receive(one, 2, by=by, at=at),
        "nobody": lambda: actions.take_arrival_back(one, by=by, at=at),
    }
    page, does = reverse(DOOR, args=[slug, pk]), request.POST.get("do", "")
    if does not in acts:
        return redirect(page)
    if (why := refusal_of(acts[does])) is not None:
        messages.error(request, _("%(name)s: %(why)s") % {"name": one, "why": why})
        return redirect(f"{page}?{urlencode({'q': one.name or one.email})}")
    said = _("%(name)s: taken back") if does == "nobody" else _("%(name)s is in.")
    messages.success(request, said % {"name": one})
    return redirect(page)
