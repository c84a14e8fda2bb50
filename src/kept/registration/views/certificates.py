"""The certificate of attendance: taken from one's own page or at the desk, checked by anybody who has its code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, certificates
from kept.registration.desk.doors import meeting_at_the_door
from kept.registration.desk.entrance import guest_of
from kept.registration.models import Certificate, Registration
from kept.registration.views.register import held, private


def file(registration: Registration, *, by: Any) -> HttpResponse:
    """The PDF; it is made anew each time, so a name that was put right is right. Raises NotAllowed, Refused."""
    at = timezone.now()
    made = actions.take_certificate(registration, by=by, at=at)
    response = HttpResponse(
        certificates.pdf(made, language=get_language() or "en", at=at), content_type="application/pdf"
    )
    response.headers["Content-Disposition"] = f'inline; filename="{registration.meeting.slug}-certificate.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return private(response)


@never_cache
@require_POST
def own(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/certificate/: one's own."""
    registration, link, by = held(request, token)
    try:
        return file(registration, by=by)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return private(redirect("registration:own", link.token))


@for_the_desk
@require_POST
def at_the_desk(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """/desk/meetings/<slug>/entrance/<key>/certificate/: for somebody who asks for it."""
    registration = guest_of(meeting_at_the_door(request, slug), key)
    try:
        return file(registration, by=request.user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("registration:desk_guest", slug, key)


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """/meetings/certificate/<code>/: whether a certificate is good, and what it says. For whoever has the paper."""
    rows = Certificate.objects.select_related("registration__meeting", "registration__organisation")
    made = rows.filter(code=code.lower(), registration__erased_at=None).first() if len(code) <= 16 else None
    good = made is not None and certificates.is_due(made.registration, timezone.now())
    facts = certificates.says(made.registration, get_language() or "en") if good else []
    context = {"good": good, "registration": made.registration if good else None, "facts": facts, "made": made}
    response = render(request, "registration/certificate.html", context, status=200 if good else 404)
    return private(response)
