"""The page of one registration under its personal link: how it stands, what is next, what one may do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kept.base.lifecycle import NotAllowed, Refused
from kept.people.views.pages import signed_in
from kept.registration import actions, queries, rules
from kept.registration.addresses import known_link, own_link
from kept.registration.certificates import is_due
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import ENTERS, Mode, Registration, State
from kept.registration.participants import may_read_list
from kept.registration.permissions import Holder, may_enter_live
from kept.registration.presence import minutes
from kept.registration.privacy import rows_of
from kept.registration.purposes import address_of
from kept.registration.views import visas
from kept.registration.views.feedback import feedback_of
from kept.registration.views.register import held, names_of_steps, order_of, private, said_of, step_address


@never_cache
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/"""
    registration, link, by = held(request, token)
    if registration.state == State.DRAFT:
        return private(redirect(step_address(link, "who")))
    return private(render(request, "registration/own.html", context_of(registration, link, by)))


def context_of(registration: Registration, link: Any, by: Any) -> dict[str, Any]:
    seat = queries.main_seat(registration)
    other = Mode.REMOTE if registration.mode == Mode.IN_PERSON else Mode.IN_PERSON
    at, meeting, language = timezone.now(), registration.meeting, get_language() or "en"
    seats = queries.seats_of(registration, at)
    line = next((one for one in seats if one["main"] and one["place"]), None)
    moves = REGISTRATION.possible(registration, state=registration.state, by=by)
    return {
        "registration": registration,
        "token": link.token,
        "meeting": meeting,
        "meeting_name": meeting.name_in(language),
        "category": registration.category.name_in(language),
        "seat": seat,
        "place": line["place"] if line else None,
        "online_meanwhile": registration.mode == Mode.IN_PERSON and queries.holds_online(registration),
        "may_switch": "switch" in moves and other in registration.category.modes,
        "other_mode": other,
        "moves": moves,
        "said": said_of(registration),
        "kept": rows_of(registration),
        "over": at >= meeting.ends_at,
        "unanswered": _unanswered(registration) if registration.is_live and at < meeting.ends_at else "",
        "online_for": _time_online(registration) if at >= meeting.ends_at else None,
        "parts": [{"name": one["quota"].name_in(language), **one} for one in queries.parts_of(registration, seats)],
        "visa": visas.panel(registration, at),
        "has_certificate": is_due(registration, at),
        "may_say_how_it_was": _is_asked(registration, at),
        "may_join": at < meeting.ends_at and may_enter_live(Holder(registration.pk), meeting),
        "may_read_list": may_read_list(registration, at),
        "has_card": registration.state in ENTERS and registration.mode == Mode.IN_PERSON,
        "steps": [(names_of_steps()[one], step_address(link, one)) for one in order_of(registration) if one != "check"],
    }


def _unanswered(registration: Registration) -> str:
    """The step with a question that has to be answered and is not: of whoever was registered by others, or is asked anew."""
    lacks = rules.missing(registration)
    if "parts" in lacks:
        return "part"
    return "questions" if any(name.startswith("question:") for name in lacks) else ""


def _time_online(registration: Registration) -> int | None:
    """Whole minutes online, for their own eyes; None where they were not, or where no window told."""
    spans = registration.presences.values_list("began_at", "seen_at")
    return minutes(spans, actions.opens_at(registration.meeting), registration.meeting.ends_at)


def _is_asked(registration: Registration, at: Any) -> bool:
    """The meeting asks how it was, and still takes answers."""
    feedback = feedback_of(registration) if at >= registration.meeting.ends_at else None
    return feedback is not None and feedback.is_open(at)


@never_cache
@require_POST
def move(request: HttpRequest, token: str, move: str) -> HttpResponse:
    """Take or leave the offered seat, switch, cancel."""
    registration, link, by = held(request, token)
    at = timezone.now()
    acts = {
        "accept": lambda: actions.accept_offer(registration, by=by, at=at),
        "leave": lambda: actions.leave_offer(registration, by=by, at=at),
        "cancel": lambda: actions.cancel(registration, by=by, at=at),
        "switch": lambda: actions.switch(registration, request.POST.get("mode", ""), by=by, at=at),
    }
    if move not in acts:
        raise Http404("There is no such move.")
    try:
        acts[move]()
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return private(redirect(address_of(link)))


@never_cache
@require_POST
def part(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Take or leave the offered seat of a day or session."""
    registration, link, by = held(request, token)
    quota = registration.parts.filter(pk=pk).first()
    if quota is None:
        raise Http404("There is no such offer.")
    try:
        actions.answer_part(registration, quota, take=request.POST.get("do") == "take", by=by, at=timezone.now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return private(redirect(address_of(link)))


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """/my/registrations/: those of an account."""
    language, at = get_language() or "en", timezone.now()
    rows = [
        {
            "name": one.meeting.name_in(language),
            "state": one.get_state_display(),
            "mode": one.get_mode_display(),
            "meeting": one.meeting,
            "key": one.key,
            "url": address_of(link) if (link := known_link(one, at=at)) else "",
        }
        for one in queries.mine(request.user)
    ]
    return render(request, "registration/mine.html", {"rows": rows})


@signed_in
@require_POST
def open_mine(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one's own registration, where no link was made for it yet."""
    found = Registration.objects.filter(key=key, person=request.user, erased_at=None).select_related("meeting").first()
    if found is None:
        raise Http404("There is no such registration.")
    return redirect(address_of(own_link(found, at=timezone.now())))
