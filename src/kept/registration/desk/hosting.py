"""The desk's events by invitation: who is invited, what they said, how many places are left; the list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.base.formats import format_number
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import LinkedEvent
from kept.pledges.importing import harmless
from kept.registration import actions, guest_lists
from kept.registration.actions.hosting import Guest, places_left
from kept.registration.desk.registrations import A_PAGE, meeting_of
from kept.registration.hosting_forms import AT_ONCE, GuestsForm
from kept.registration.hosting_notices import when_of
from kept.registration.lifecycle import INVITATION
from kept.registration.models import PLACED, EventInvitation, Reply

EVENT = "registration:desk_event"


def event_of(request: HttpRequest, slug: str, pk: int) -> LinkedEvent:
    """An event of a meeting that is by invitation. Raises Http404."""
    rows = LinkedEvent.objects.select_related("meeting", "session")
    return get_object_or_404(rows, meeting=meeting_of(request, slug), pk=pk, by_invitation=True)


@for_the_desk
@require_safe
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/events/: those by invitation, with their numbers."""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    lines = []
    for event in meeting.linked_events.filter(by_invitation=True).select_related("session"):
        event.meeting = meeting
        lines.append({
            "name": event.name_in(language), "when": when_of(event, language), "event": event,
            "counts": guest_lists.counts_of(event), "url": reverse(EVENT, args=[slug, event.pk]),
        })  # fmt: skip
    context = {"meeting": meeting, "name": meeting.name_in(language), "lines": lines}
    return render(request, "registration/desk/events.html", context)


@for_the_desk
def event(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/events/<pk>/: the list of the invited, and people who are written down."""
    found = event_of(request, slug, pk)
    form = GuestsForm(request.POST if request.method == "POST" else None)
    made: list[EventInvitation] = []

    def send() -> None:
        made.extend(actions.invite_guests(found, form.people(), may_bring=form.cleaned_data["may_bring"],
                                          by=request.user, at=timezone.now()))  # fmt: skip

    if form.is_bound and attempt(request, form, send, _("The invitations are on their way.")):
        _say_passed(request, len({one.email.lower() for one in form.people()}) - len(made))
        return redirect(EVENT, slug, pk)
    return _drawn(request, found, form)


def _say_passed(request: HttpRequest, passed: int) -> None:
    if passed:
        messages.info(request, _("Passed over, because they are invited already: %(n)s")
                      % {"n": format_number(passed, get_language() or "en")})  # fmt: skip


def _drawn(request: HttpRequest, found: LinkedEvent, form: GuestsForm) -> HttpResponse:
    meeting, language, at = found.meeting, get_language() or "en", timezone.now()
    asked = request.GET.get("state", "")
    state = asked if asked in Reply.values else ""
    counts, here = guest_lists.counts_of(found), reverse(EVENT, args=[meeting.slug, found.pk])
    page = Paginator(guest_lists.rows_of(found, state), A_PAGE).get_page(request.GET.get("page"))
    line = guest_lists.places_in_line(found)
    lines = [
        {"row": one, "place": line.get(one.pk), "moves": INVITATION.possible(one, state=one.state, by=request.user)}
        for one in page.object_list
    ]
    tabs = [(_("all"), "", sum(counts[one] for one in Reply.values))]
    tabs += [(Reply(one).label, one, counts[one]) for one in Reply.values if counts[one]]
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "event": found, "title": found.name_in(language),
        "when": when_of(found, language), "form": form, "lines": lines, "page": page, "counts": counts, "left": places_left(found),
        "tabs": [{"name": label, "count": count, "url": f"{here}?state={one}" if one else here, "current": one == state}
                 for label, one, count in tabs],
        "edit_url": reverse("meetings:desk_part", args=[meeting.slug, "events", found.pk]),
        "open": found.reply_until is None or at <= found.reply_until,
        "to_remind": found.invitations.filter(state=Reply.INVITED, reminded_at=None, erased_at=None).count(),
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/event.html", context, status=status)


@for_the_desk
def choose(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/events/<pk>/choose/: ticked among the meeting's confirmed speakers and participants."""
    found, language = event_of(request, slug, pk), get_language() or "en"
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "among")}
    people = guest_lists.candidates(found, language, **asked)
    if request.method == "POST":
        picked = set(request.POST.getlist("picked")[:AT_ONCE])
        guests = [Guest(one.email, one.name, one.organisation, one.language) for one in people if one.key in picked]
        try:
            made = actions.invite_guests(found, guests, may_bring="may_bring" in request.POST, by=request.user,
                                         at=timezone.now())  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            if made:
                messages.success(request, _("The invitations are on their way."))
                return redirect(EVENT, slug, pk)
            messages.info(request, _("Nobody was ticked."))
    groups = [(guest_lists.SPEAKERS, _("Speakers"))]
    groups += [(one.code, one.name_in(language)) for one in found.meeting.categories.all()]
    context = {
        "meeting": found.meeting, "name": found.meeting.name_in(language), "event": found, "asked": asked,
        "title": found.name_in(language), "people": people, "groups": groups, "full": len(people) >= guest_lists.MOST,
    }  # fmt: skip
    return render(request, "registration/desk/event_choose.html", context)


@for_the_desk
@require_POST
def do(request: HttpRequest, slug: str, pk: int, guest: int) -> HttpResponse:
    """Answers for who telephoned, takes an invitation back."""
    found = event_of(request, slug, pk)
    one = get_object_or_404(EventInvitation, event=found, pk=guest, erased_at=None)
    by, at, what = request.user, timezone.now(), request.POST.get("do", "")
    acts = {
        "say_yes": lambda: actions.say_yes(
            one, brings=one.brings, companion=one.companion, needs=one.needs, by=by, at=at
        ),
        "say_no": lambda: actions.say_no(one, by=by, at=at),
        "take_back": lambda: actions.take_invitation_to_event_back(one, by=by, at=at),
    }
    if what in acts:
        tried(request, acts[what], _("Saved."))
    return redirect(EVENT, slug, pk)


@for_the_desk
@require_POST
def remind(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Everybody who has not answered, once more."""
    found = event_of(request, slug, pk)
    try:
        number = actions.remind_now(found, by=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Reminded: %(n)s") % {"n": format_number(number, get_language() or "en")})
    return redirect(EVENT, slug, pk)


@for_the_desk
@require_safe
def guests_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/events/<pk>/guests.csv: everybody who is invited, with what they said."""
    found = event_of(request, slug, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-guests.csv"'
    response.write("\ufeff")  # so that office programs read it as UTF-8
    writer = csv.writer(response)
    writer.writerow([pgettext("of a person", "Name"), _("Organisation"), _("Mail address"), _("Answer"), _("Brings"),
                     _("Places"), _("What they do not eat, or need"), _("Invited"), _("Answered"), _("Came")])  # fmt: skip
    for cells in _cells(found):
        writer.writerow([harmless(cell) for cell in cells])
    return response


def _cells(found: LinkedEvent) -> Iterator[list[str]]:
    def moment(value: Any) -> str:
        return value.astimezone(found.meeting.zone).isoformat(timespec="minutes") if value else ""

    for one in guest_lists.rows_of(found):
        companion = (one.companion or _("one more person")) if one.brings else ""
        places = str(one.places) if one.state in PLACED else "0"
        yield [one.name, one.organisation, one.email, str(one.get_state_display()), companion, places, one.needs,
               moment(one.invited_at), moment(one.answered_at), str(one.came)]  # fmt: skip
