"""The page where somebody says whether they come to an event beside a meeting, under their personal link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.calendars import linked_entry, written
from kept.meetings.models import in_language
from kept.people import links
from kept.people.models import Link
from kept.registration import actions
from kept.registration.actions.hosting import OFF
from kept.registration.guest_lists import hours_of
from kept.registration.hosting_forms import BOTH, NO, ReplyForm
from kept.registration.hosting_notices import EVENT, place_of, when_of
from kept.registration.lifecycle import INVITATION
from kept.registration.models import PLACED, EventInvitation, Reply
from kept.registration.permissions import Invited
from kept.registration.views.register import private


def held_invitation(token: str) -> EventInvitation:
    """The invitation of a good personal link. Raises Http404."""
    link = Link.objects.filter(purpose=EVENT, token=token).first()
    if link is None or links.state(link, timezone.now()) != links.GOOD:
        raise Http404("There is no such invitation.")
    rows = EventInvitation.objects.select_related("event__meeting").filter(pk=link.subject, erased_at=None)
    found = rows.exclude(state=Reply.TAKEN_BACK).first()
    if found is None:
        raise Http404("There is no such invitation.")
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/invitation/<token>/"""
    one = held_invitation(token)
    form = ReplyForm(request.POST if request.method == "POST" else None, invitation=one, event=one.event)
    if form.is_bound and form.is_valid():
        try:
            _answer(one, form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Thank you. Your answer is kept; you may change it here."))
            return private(redirect("registration:event_reply", token))
    status = 422 if form.is_bound and form.errors else 200
    return private(render(request, "registration/event_reply.html", _context(one, token, form), status=status))


def _answer(one: EventInvitation, said: dict[str, Any]) -> None:
    by, at = Invited(one.pk), timezone.now()
    if said["answer"] == NO:
        if one.state != Reply.DECLINED:
            actions.say_no(one, by=by, at=at)
        return
    actions.say_yes(one, brings=said["answer"] == BOTH, companion=said.get("companion", ""), needs=said["needs"],
                    by=by, at=at)  # fmt: skip


def _context(one: EventInvitation, token: str, form: ReplyForm) -> dict[str, Any]:
    event, language, at = one.event, get_language() or "en", timezone.now()
    starts_at = hours_of(event)[0]
    closed = event.reply_until is not None and at > event.reply_until
    counted = one.state in (*PLACED, Reply.WAITS)
    return {
        "invitation": one, "token": token, "form": form, "event": event, "meeting": event.meeting,
        "event_name": event.name_in(language), "meeting_name": event.meeting.name_in(language),
        "when": when_of(event, language), "place": place_of(event, language),
        "about": in_language(event.abouts, language), "off": event.meeting.status in OFF,
        "over": at >= starts_at, "closed": closed, "may_answer": not closed or counted,
        "moves": INVITATION.possible(one, state=one.state, by=Invited(one.pk)),
    }  # fmt: skip


@never_cache
@require_http_methods(["POST"])
def take(request: HttpRequest, token: str) -> HttpResponse:
    """The offered place is theirs."""
    one = held_invitation(token)
    try:
        actions.take_offer(one, by=Invited(one.pk), at=timezone.now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return private(redirect("registration:event_reply", token))


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/invitation/<token>/event.ics, of who comes."""
    one = held_invitation(token)
    if one.state != Reply.COMES:
        raise Http404("There is nothing to note yet.")
    event, language = one.event, get_language() or "en"
    name = event.name_in(language)
    entry = linked_entry(event.meeting, event, language)
    if event.session_id:  # the programme says when
        starts_at, ends_at = hours_of(event)
        zone = event.meeting.zone
        entry = replace(entry, start=starts_at.astimezone(zone), end=ends_at.astimezone(zone) if ends_at else None)
    body = written([entry], name=name, zone=event.meeting.time_zone, source="")
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="event.ics"'
    return private(response)
