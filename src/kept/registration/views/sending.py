"""A focal point's delegation at one meeting: who comes, the head, somebody more, many by a spreadsheet, a substitute."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kept.base.formats import format_number
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting
from kept.people.models import Organisation
from kept.people.views.pages import signed_in
from kept.pledges.importing.readers import UnusableFile
from kept.registration import actions, delegation_sheet, queries
from kept.registration.actions.ground import SEATED_STATES
from kept.registration.delegation_forms import PersonForm
from kept.registration.forms import ReasonForm
from kept.registration.models import LIVE, Category, Delegation, Registration
from kept.registration.permissions import may_run_registration, may_send_delegation

LARGEST = 2 * 2**20  # bytes of a spreadsheet
PAGE = "registration:delegation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def delegation_of(request: HttpRequest, slug: str, organisation: str) -> Delegation:
    """The delegation of an address, made at first use by whoever may send it. Raises Http404."""
    meeting = Meeting.objects.filter(slug=slug).first()
    found = Organisation.objects.filter(slug=organisation).first()
    if meeting is None or found is None or not (meeting.is_public or may_run_registration(request.user)):
        raise Http404("There is no such delegation.")
    there = Delegation.objects.filter(meeting=meeting, organisation=found.root).select_related(
        "meeting", "organisation", "head"
    )
    delegation = there.first() or Delegation(meeting=meeting, organisation=found.root)
    if not may_send_delegation(request.user, delegation):
        raise Http404("There is no such delegation.")
    return delegation


def _there(delegation: Delegation) -> Delegation:
    return delegation if delegation.pk else actions.delegation_of(delegation.meeting, delegation.organisation)


def categories_for(request: HttpRequest, meeting: Meeting) -> list[Category]:
    """As what they may register others: what is open, and what is by invitation for the secretariat."""
    rows = meeting.categories.filter(closed_at=None)
    return [one for one in rows if not one.by_invitation or may_run_registration(request.user)]


def _context(request: HttpRequest, delegation: Delegation, **more: Any) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "delegation": delegation,
        "meeting": delegation.meeting,
        "meeting_name": delegation.meeting.name_in(language),
        "organisation": delegation.organisation,
        "organisation_name": delegation.organisation.name_in(language),
        "taken": actions.places_of(delegation) if delegation.pk else 0,
        **more,
    }


@signed_in
@require_safe
def delegation(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """/my/delegations/<meeting>/of/<organisation>/"""
    found, language = delegation_of(request, slug, organisation), get_language() or "en"
    rows = Registration.objects.none()
    if found.pk:
        rows = found.registrations.filter(state__in=LIVE, erased_at=None).select_related("category", "substitute_for")
    people = [
        {
            "row": one,
            "category": one.category.name_in(language),
            "is_head": one.pk == found.head_id,
            "instead": one.substitute_for.name if one.substitute_for and one.state == "submitted" else "",
            "may_hand_over": one.state in SEATED_STATES,
            "reason": ReasonForm(auto_id=f"{one.key}-%s"),
            "dialog": f"withdraw-{one.key}",
        }
        for one in rows.order_by("family_name", "given_name", "pk")[:1000]
    ]
    is_open = actions.may_register_now(found.meeting, timezone.now()) or may_run_registration(request.user)
    return render(request, "registration/delegation.html", _context(request, found, people=people, is_open=is_open))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """Somebody more."""
    found = delegation_of(request, slug, organisation)
    data = request.POST if request.method == "POST" else None
    form = PersonForm(data, delegation=found, categories=categories_for(request, found.meeting))

    def act(at: Any) -> Registration:
        said = form.cleaned_data
        sent = actions.Sent(form.categories[said["category"]], said["mode"], said["email"], form.values())
        return actions.register_for(_there(found), sent, by=request.user, at=at)

    return _person(request, found, form, act, _("Register somebody"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def substitute(request: HttpRequest, slug: str, organisation: str, key: str) -> HttpResponse:
    """Somebody who comes instead."""
    found = delegation_of(request, slug, organisation)
    former = member_of(found, key)
    form = PersonForm(request.POST if request.method == "POST" else None, delegation=found, categories=None)
    return _person(
        request, found, form,
        lambda at: actions.substitute(
            former, email=form.cleaned_data["email"], values=form.values(), by=request.user, at=at
        ),
        _("Somebody comes instead of %(name)s") % {"name": former.name}, former=former,
    )  # fmt: skip


def _person(request: HttpRequest, found: Delegation, form: PersonForm, act: Callable[[Any], Registration], title: str,
            **more: Any) -> HttpResponse:  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            made = act(timezone.now())
        except Refused as refusal:
            if isinstance(refusal, NotAllowed):
                raise
            form.add_error(None, str(refusal.message))
        else:
            messages.success(
                request, _("%(name)s gets a mail, and is registered when they say yes.") % {"name": made.name}
            )
            return redirect(PAGE, found.meeting.slug, found.organisation.slug)
    status = 422 if form.is_bound and form.errors else 200
    context = _context(request, found, form=form, title=title, **more)
    return render(request, "registration/delegation_person.html", context, status=status)


def member_of(found: Delegation, key: str) -> Registration:
    """Somebody of a delegation. Raises Http404."""
    rows = Registration.objects.filter(delegation=found.pk, key=key, erased_at=None) if found.pk else None
    member = (
        rows.select_related("delegation", "category", "meeting", "organisation").first() if rows is not None else None
    )
    if member is None:
        raise Http404("There is nobody of this key.")
    return member


@signed_in
@require_POST
def head(request: HttpRequest, slug: str, organisation: str, key: str) -> HttpResponse:
    """Who leads it."""
    found = delegation_of(request, slug, organisation)
    member = member_of(found, key)
    return _done(request, found, lambda at: actions.make_head(found, member, by=request.user, at=at),
                 _("%(name)s leads the delegation.") % {"name": member.name})  # fmt: skip


@signed_in
@require_POST
def withdraw(request: HttpRequest, slug: str, organisation: str, key: str) -> HttpResponse:
    """Takes somebody back, with the reason that they read."""
    found = delegation_of(request, slug, organisation)
    member, reason = member_of(found, key), ReasonForm(request.POST).said
    return _done(request, found, lambda at: actions.withdraw(member, by=request.user, at=at, reason=reason),
                 _("%(name)s is taken back, and was told why.") % {"name": member.name})  # fmt: skip


def _done(request: HttpRequest, found: Delegation, act: Callable[[Any], Any], words: str) -> HttpResponse:
    try:
        act(timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, words)
    return redirect(PAGE, found.meeting.slug, found.organisation.slug)


# Many, by a spreadsheet -------------------------------------------------------------------------------------------


@signed_in
@require_safe
def download(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """The empty spreadsheet."""
    found = delegation_of(request, slug, organisation)
    body = delegation_sheet.written(categories_for(request, found.meeting), get_language() or "en")
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="delegation-{slugify(found.organisation.slug)}.xlsx"'
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """All who stand in a spreadsheet, or nobody: what is wrong is shown with row, column and what to do."""
    found = delegation_of(request, slug, organisation)
    made, wrong = taken_in(
        request, found, categories_for(request, found.meeting),
        lambda people: actions.register_many(_there(found), people, by=request.user, at=timezone.now()),
    )  # fmt: skip
    if made:
        return redirect(PAGE, slug, found.organisation.slug)
    context = _context(
        request, found, wrong=wrong, back_url=reverse(PAGE, args=[slug, organisation]),
        sheet_url=reverse("registration:delegation_sheet", args=[slug, organisation]),
    )  # fmt: skip
    return render(request, "registration/delegation_many.html", context, status=422 if wrong else 200)


def taken_in(
    request: HttpRequest, sender: Delegation | delegation_sheet.Senders, categories: list[Category],
    register: Callable[[list[actions.Sent]], list[Registration]],
) -> tuple[list[Registration], list[delegation_sheet.Wrong]]:  # fmt: skip
    """Register who stands in the spreadsheet that was sent, where one was: (who was registered, what is to be put right)."""
    file = request.FILES.get("spreadsheet")
    if request.method != "POST":
        return [], []
    if file is None or file.size > LARGEST:
        messages.error(request, _("Choose the file that you filled in, at most 2 MB."))
        return [], []
    language = get_language() or "en"
    try:
        sheet = _read(file, sender, categories, language)
        made = register(sheet.people) if not sheet.wrong else []
    except UnusableFile as refusal:
        messages.error(request, str(refusal))
        return [], []
    except actions.RowRefused as refusal:
        return [], [delegation_sheet.Wrong(refusal.row, "", "", str(refusal.message))]
    if made:
        words = _("People who get a mail: %(n)s. Each is registered when they say yes.")
        messages.success(request, words % {"n": format_number(len(made), language)})
    return made, sheet.wrong


def _read(file: Any, sender: Delegation | delegation_sheet.Senders, categories: list[Category],
          language: str) -> delegation_sheet.Sheet:  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kept-delegation-") as folder:
        path = Path(folder) / "delegation"
        with path.open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
        return delegation_sheet.read(path, file.name or "", sender, categories, language=language)


def sendable(person: Any, at: Any) -> list[tuple[Meeting, Organisation]]:
    """The meetings that are open for registration, with each organisation that a person speaks for."""
    meetings = [
        one for one in Meeting.objects.filter(ends_at__gt=at).order_by("starts_at") if actions.may_register_now(one, at)
    ]
    rows = Organisation.objects.filter(pk__in=queries.represented_by(person)).order_by("name")
    return [(meeting, one) for meeting in meetings for one in rows if meeting.categories.exists()]
