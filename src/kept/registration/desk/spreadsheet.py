"""The desk's people of several organisations at once, by a spreadsheet: all of a file or nobody; each is asked by mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.base.desk import for_the_desk
from kept.registration import actions, delegation_sheet
from kept.registration.desk.registrations import meeting_of
from kept.registration.views.sending import XLSX, categories_for, taken_in

LIST = "registration:desk_registrations"


@for_the_desk
def many(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/spreadsheet/"""
    meeting = meeting_of(request, slug)
    made, wrong = taken_in(
        request, delegation_sheet.Senders(meeting, request.user), categories_for(request, meeting),
        lambda people: actions.register_of_several(meeting, people, by=request.user, at=timezone.now()),
    )  # fmt: skip
    if made:
        return redirect(LIST, slug)
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "wrong": wrong, "of_several": True,
        "back_url": reverse(LIST, args=[slug]), "sheet_url": reverse("registration:desk_empty_sheet", args=[slug]),
    }  # fmt: skip
    return render(request, "registration/desk/spreadsheet.html", context, status=422 if wrong else 200)


@for_the_desk
@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The empty spreadsheet, with a column for the organisation."""
    meeting = meeting_of(request, slug)
    body = delegation_sheet.written(
        categories_for(request, meeting), get_language() or "en", columns=delegation_sheet.OF_SEVERAL
    )
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="people-{meeting.slug}.xlsx"'
    return response
