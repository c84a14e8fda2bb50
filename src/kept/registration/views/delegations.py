"""What a focal point sees of those who register for their organisation: who waits for a yes, who comes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kept.base.lifecycle import NotAllowed, Refused
from kept.people.views.pages import signed_in
from kept.registration import actions, queries
from kept.registration.forms import ReasonForm
from kept.registration.models import Registration, State
from kept.registration.permissions import may_approve_for_organisation
from kept.registration.views import sending


@signed_in
@require_safe
def delegations(request: HttpRequest) -> HttpResponse:
    """/my/delegations/"""
    language = get_language() or "en"
    if not queries.represented_by(request.user):
        raise Http404("Speaks for nobody.")
    waiting = [_line(one, language) for one in queries.waiting_for(request.user)[:200]]
    coming = [_line(one, language) for one in queries.coming_for(request.user, timezone.now())[:500]]
    sendable = [
        (meeting.name_in(language), one.name_in(language), meeting.slug, one.slug)
        for meeting, one in sending.sendable(request.user, timezone.now())
    ]
    context = {"waiting": waiting, "coming": coming, "sendable": sendable}
    return render(request, "registration/delegations.html", context)


def _line(one: Registration, language: str) -> dict[str, Any]:
    return {
        "row": one,
        "name": one.name,
        "organisation": one.organisation.name_in(language) if one.organisation else "",
        "meeting": one.meeting.name_in(language),
        "category": one.category.name_in(language),
        "reason": ReasonForm(auto_id=f"{one.key}-%s"),
        "dialog": f"refuse-{one.key}",
    }


@signed_in
@require_safe
def asked(request: HttpRequest, key: str) -> HttpResponse:
    """/my/delegations/<key>/: one who waits for a yes, with its button: where the mail leads."""
    found, language = _asked(request, key), get_language() or "en"
    if found.state in (State.DRAFT, State.SUBMITTED):
        raise Http404("Nobody is asked about it yet.")
    since = found.asked_approval_at
    context = _line(found, language) | {
        "waits": found.state == State.PENDING_FOCAL_POINT,
        "until": since + actions.FOCAL_POINT_HAS if since else None,
    }
    return render(request, "registration/delegation_asked.html", context)


def _asked(request: HttpRequest, key: str) -> Registration:
    """Somebody who is registered for an organisation that the person speaks for. Raises Http404."""
    found = (
        Registration.objects.filter(key=key, erased_at=None)
        .select_related("organisation", "meeting", "category")
        .first()
    )
    if found is None or not may_approve_for_organisation(request.user, found):
        raise Http404("There is no such registration.")
    return found


@signed_in
@require_POST
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """One of ours: the secretariat is asked next."""
    return _do(request, lambda at: actions.approve_for_organisation(_asked(request, key), by=request.user, at=at),
               _("Confirmed. The secretariat decides next."))  # fmt: skip


@signed_in
@require_POST
def refuse(request: HttpRequest, key: str) -> HttpResponse:
    """Not ours, with the reason that the person reads."""
    reason = ReasonForm(request.POST).said
    return _do(
        request, lambda at: actions.refuse_for_organisation(_asked(request, key), by=request.user, at=at, reason=reason),
        _("Refused. The person was told why."),
    )  # fmt: skip


def _do(request: HttpRequest, act: Any, done: str) -> HttpResponse:
    try:
        act(timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done)
    return redirect("registration:delegations")
