"""The visa desk: who asked, one of them with the passport after a look that is written down, the letter; how it is set up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import history
from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, visas
from kept.registration.desk.registrations import A_PAGE, meeting_of
from kept.registration.desk.setup import edited
from kept.registration.forms import ReasonForm
from kept.registration.lifecycle import VISA
from kept.registration.models import VisaDesk, VisaRequest, VisaState
from kept.registration.passports import Passport, passport_of
from kept.registration.permissions import may_work_at_visa_desk
from kept.registration.views.visas import good_letter, paper_of
from kept.registration.visa_forms import VisaDeskForm


@for_the_desk
def requests(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/visas/: who asked for a letter, the longest waiting first. No passport data."""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    rows = VisaRequest.objects.filter(registration__meeting=meeting, registration__erased_at=None)
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    counts = {state: found.get(state, 0) for state in VisaState}
    shown = request.GET.get("state", "")
    rows = rows.filter(state=shown) if shown else rows
    rows = rows.select_related("registration__category").prefetch_related("registration__visa_letters")
    page = Paginator(rows.order_by("asked_at", "pk"), A_PAGE).get_page(request.GET.get("page"))
    tabs = [{"name": _("All"), "url": request.path, "current": not shown, "count": sum(counts.values())}]
    tabs += [
        {"name": state.label, "url": f"?state={state}", "current": state == shown, "count": n}
        for state, n in counts.items()
    ]
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "page": page, "tabs": tabs,
        "lines": [_line(row, language) for row in page.object_list], "sits_here": may_work_at_visa_desk(request.user, meeting),
        "officers": [str(one.person) for one in meeting.visa_officers.select_related("person")],
        "open": visas.gives_letters(meeting, timezone.now()),
    }  # fmt: skip
    return render(request, "registration/desk/visas.html", context)


def _line(row: VisaRequest, language: str) -> dict[str, Any]:
    one = row.registration
    good = [letter.number for letter in one.visa_letters.all() if letter.void_at is None]
    return {
        "row": row,
        "one": one,
        "name": one.name or one.email,
        "category": one.category.name_in(language),
        "number": "".join(good),
    }


def _found(request: HttpRequest, slug: str, key: str) -> VisaRequest:
    """A request, for who sits at the visa desk of its meeting. Raises Http404."""
    meeting = meeting_of(request, slug)
    rows = VisaRequest.objects.filter(
        registration__meeting=meeting, registration__key=key, registration__erased_at=None
    )
    found = rows.select_related("registration__meeting", "registration__category", "registration__organisation").first()
    if found is None or not may_work_at_visa_desk(request.user, meeting):
        raise Http404("There is no such request.")
    return found


@for_the_desk
def visa(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """/desk/meetings/<slug>/visas/<key>/: one request; its passport stands there after a look alone."""
    return _drawn(request, _found(request, slug, key), None)


def _drawn(request: HttpRequest, found: VisaRequest, passport: Passport | None) -> HttpResponse:
    one, language = found.registration, get_language() or "en"
    context = {
        "meeting": one.meeting, "name": one.meeting.name_in(language), "one": one, "called": one.name or one.email,
        "category": one.category.name_in(language), "found": found, "letter_language": found.get_language_display(),
        "passport": visas.facts_of(passport, language) if passport else [],
        "moves": VISA.possible(found, state=found.state, by=request.user),
        "reason": ReasonForm(), "letter": good_letter(one), "has_data": bool(found.sealed),
        "unreadable": bool(found.sealed) and passport_of(found) is None,
        "looks": history.of("registration", one.pk).filter(verb="look_at_passport"), "says": visas.says(one, language),
    }  # fmt: skip
    return render(request, "registration/desk/visa.html", context)


@for_the_desk
@require_POST
def do(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Look, issue, send back, void; the paper, which is a look as well."""
    found, at, by = _found(request, slug, key), timezone.now(), request.user
    one, does, reason = found.registration, request.POST.get("do", ""), ReasonForm(request.POST).said
    acts = {
        "issue": lambda: actions.issue_letter(one, by=by, at=at),
        "return": lambda: actions.return_request(one, by=by, at=at, reason=reason),
        "void": lambda: actions.void_letter(one, by=by, at=at, reason=reason),
    }
    try:
        if does in ("look", "paper"):
            passport = actions.look_at_passport(one, by=by, at=at)
            if passport is None:
                raise Refused(_("The passport's data are erased, or cannot be read any more."))
            return paper_of(one, at=at) if does == "paper" else _drawn(request, found, passport)
        if does not in acts:
            raise Http404("There is no such move.")
        acts[does]()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Saved."))
    return redirect("registration:desk_visa", slug, key)


@for_the_desk
def setup(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/visas/"""
    meeting = meeting_of(request, slug)
    row = VisaDesk.objects.filter(meeting=meeting).first() or VisaDesk(meeting=meeting)
    form = VisaDeskForm(request.POST if request.method == "POST" else None, row=row, meeting=meeting)
    return edited(
        request, meeting, form,
        lambda: actions.arrange_visa_desk(
            meeting, form.values(), officers=form.chosen, by=request.user, at=timezone.now()
        ),
        _("Visa desk"),
    )  # fmt: skip
