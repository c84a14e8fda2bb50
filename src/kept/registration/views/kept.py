"""What is kept of a participant: shown before they send it and afterwards, given to them, taken out where they ask."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kept.base import history
from kept.registration import actions
from kept.registration.models import FeedbackReply, Registration, VisaRequest
from kept.registration.passports import passport_of
from kept.registration.views.register import held, private


@never_cache
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/data.json: all that is kept, to take away."""
    registration, _link, _by = held(request, token)
    answer = JsonResponse(everything(registration), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = 'attachment; filename="my-registration.json"'
    return private(answer)


def everything(registration: Registration) -> dict[str, Any]:
    """All rows that are about this person at this meeting, as plain values; others' names are not theirs."""
    told = {
        field.name: field.value_from_object(registration)
        for field in registration._meta.concrete_fields
        if not field.is_relation and field.name != "id"
    }
    told["category"] = registration.category.code
    told["organisation"] = registration.organisation.name if registration.organisation else None
    return {
        "meeting": registration.meeting.slug,
        "registration": told,
        "answers": [
            {
                "question": row.question.code,
                "version": row.question.version,
                "asked": row.question.texts,
                "answer": row.value,
            }
            for row in registration.answers.select_related("question")
        ],
        "consents": list(registration.consents.values("kind", "text", "language", "given_at", "revoked_at")),
        "days_and_sessions": [pool.names for pool in registration.parts.all()],
        "seats": list(
            registration.seats.values("state", "quota__names", "arrival", "claimed_at", "offered_until", "changed_at")
        ),
        "check_ins": list(registration.check_ins.values("entry", "outcome", "refusal", "at", "forced_by", "reason")),
        "online": list(registration.presences.values("began_at", "seen_at", "ended_at")),
        "feedback": list(FeedbackReply.objects.filter(registration=registration).values_list("answers", flat=True)),
        "visa": visa_of(registration),
        "notes": list(registration.notes.values("at", "text")),
    }


def visa_of(registration: Registration) -> dict[str, Any]:
    """What was given for a letter, in clear: it is theirs; the letters; who looked at it."""
    made = VisaRequest.objects.filter(registration=registration).select_related("registration").first()
    passport = passport_of(made) if made else None
    return {
        "state": made.state if made else None,
        "passport": passport.as_json() if passport else None,
        "letters": list(registration.visa_letters.values("number", "name", "issued_at", "void_at")),
        "looks": list(
            history.of("registration", registration.pk).filter(verb="look_at_passport").values("at", "by_name")
        ),
    }


@never_cache
@require_POST
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Forget me: what is held goes to others, the person goes, the figures stay."""
    registration, _link, by = held(request, token)
    slug = registration.meeting.slug
    actions.erase(registration, by=by, at=timezone.now())
    messages.success(request, _("What we knew of you is erased."))
    return redirect(reverse("meetings:meeting", args=[slug]))
