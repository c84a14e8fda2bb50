"""How it was, by a participant's own link: answered, changed, taken back, until it closes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions
from kept.registration.feedback_forms import ReplyForm
from kept.registration.models import Feedback, Registration
from kept.registration.views.register import held, private


def feedback_of(registration: Registration) -> Feedback | None:
    """What this participant is asked, open or closed; None where nothing is asked of them."""
    feedback = Feedback.objects.filter(meeting=registration.meeting_id).select_related("meeting").first()
    return feedback if feedback is not None and actions.was_there(registration) else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/feedback/"""
    registration, link, by = held(request, token)
    asked, at = feedback_of(registration), timezone.now()
    if asked is None or at < asked.meeting.ends_at:
        raise Http404("Nothing is asked.")
    kept = asked.replies.filter(registration=registration).first()
    form = ReplyForm(
        request.POST if request.method == "POST" else None, questions=list(asked.questions.all()),
        answers=kept.answers if kept else {},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.reply(registration, form.cleaned_data, by=by, at=at)
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(
                request,
                _("Thank you. You may change it until it closes.") if made else _("Your answers are taken back."),
            )
            return private(redirect("registration:feedback", link.token))
    context = {
        "registration": registration, "token": link.token, "meeting": asked.meeting, "feedback": asked, "form": form,
        "meeting_name": asked.meeting.name_in(get_language() or "en"), "is_open": asked.is_open(at), "answered": kept,
    }  # fmt: skip
    return private(render(request, "registration/feedback.html", context, status=422 if form.errors else 200))
