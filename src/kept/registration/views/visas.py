"""The letter in support of a visa: asked for on one's own page, taken as PDF, checked by anybody who has its code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, visas
from kept.registration.models import Registration, VisaLetter, VisaRequest, VisaState
from kept.registration.passports import passport_of
from kept.registration.privacy import days_of_passports, until
from kept.registration.views.register import held, private
from kept.registration.visa_forms import PassportForm


def request_of(registration: Registration) -> VisaRequest | None:
    return VisaRequest.objects.select_related("registration__meeting").filter(registration=registration).first()


def panel(registration: Registration, at: Any) -> dict[str, Any] | None:
    """What one's own page says of the letter; None where there is nothing to say."""
    found = request_of(registration)
    may = visas.may_ask_now(registration, at)
    if found is None and not may:
        return None
    return {"request": found, "may": may, "letter": to_take(registration, found), "wanted": registration.needs_visa}


def good_letter(registration: Registration) -> VisaLetter | None:
    """The one that is not void, with the registration as it was read."""
    letter = VisaLetter.objects.filter(registration=registration, void_at=None).first()
    if letter is not None:
        letter.registration = registration
    return letter


def to_take(registration: Registration, found: VisaRequest | None) -> VisaLetter | None:
    """The letter as long as it can still be set: once the passport's data are erased its number alone is left."""
    return good_letter(registration) if found is not None and found.sealed else None


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/visa/: what is needed for the letter; how it stands; who looked at it."""
    registration, link, by = held(request, token)
    at, found = timezone.now(), request_of(registration)
    may = visas.may_ask_now(registration, at)
    if found is None and not may:
        raise Http404("No letter may be asked for.")
    known = passport_of(found) if found else None
    language = get_language() or "en"
    form = PassportForm(
        request.POST or None, registration=registration, known=known,
        language=found.language if found else language, today=at.astimezone(registration.meeting.zone).date(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_for_letter(registration, form.passport, language=form.cleaned_data["language"], by=by, at=at)
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("The visa desk has your request. You get a mail when the letter is ready."))
            return private(redirect("registration:visa", link.token))
    context = {
        "registration": registration, "token": link.token, "meeting": registration.meeting,
        "meeting_name": registration.meeting.name_in(language), "form": form, "request_made": found, "may": may,
        "letter": to_take(registration, found), "known": visas.facts_of(known, language) if known else [],
        "looks": history.of("registration", registration.pk).filter(verb="look_at_passport"),
        "until": until(registration.meeting, days_of_passports(registration.meeting)),
    }  # fmt: skip
    return private(render(request, "registration/visa.html", context, status=422 if form.errors else 200))


def paper_of(registration: Registration, *, at: Any) -> HttpResponse:
    """The letter that is good, in its language. Raises Refused where there is none, or its data are erased."""
    found, letter = request_of(registration), good_letter(registration)
    passport = passport_of(found) if found and found.state == VisaState.ISSUED else None
    if found is None or letter is None or passport is None:
        raise Refused(_("There is no letter any more, or the data that stand on it are erased."))
    body = visas.pdf(letter, passport, language=found.language, at=at)
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="visa-letter-{letter.number.replace("/", "-")}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return private(response)


@never_cache
@require_POST
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/visa/letter/: one's own letter."""
    registration, link, _by = held(request, token)
    try:
        return paper_of(registration, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return private(redirect("registration:own", link.token))


@never_cache
@require_POST
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Take the request back: what was given is erased."""
    registration, link, by = held(request, token)
    try:
        actions.take_request_back(registration, by=by, at=timezone.now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Your passport's data are erased at once. A letter that was issued is void."))
    return private(redirect("registration:own", link.token))


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """/meetings/visa-letter/<code>/: its number and whether it is good; nothing about anybody."""
    rows = VisaLetter.objects.select_related("registration__meeting")
    found = rows.filter(code=code.lower()).first() if len(code) <= 20 else None
    standing = visas.standing(found, timezone.now()) if found else None
    context = {"number": found.number if found else "", "standing": standing}
    return private(render(request, "registration/visa_check.html", context, status=200 if found else 404))
