"""The desk's lists of what belongs to a meeting: rooms, days, hours, partners, events, documents, figures, pictures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.formats import format_date, format_datetime, format_number
from kept.base.lifecycle import Refused
from kept.meetings import forms, part_forms
from kept.meetings.actions.parts import PARTS, remove_part, save_part
from kept.meetings.desk.meetings import PART_NAMES, meeting_of
from kept.meetings.models import Meeting, in_language

FORMS: dict[str, type[forms.TextsForm]] = {
    "rooms": part_forms.RoomForm, "days": part_forms.DayForm, "hours": part_forms.HoursForm, "partners": part_forms.PartnerForm,
    "events": part_forms.LinkedForm, "documents": part_forms.DocumentForm, "figures": part_forms.FigureForm,
    "pictures": part_forms.PictureForm,
}  # fmt: skip


def rows_of(found: Meeting, part: str) -> Any:
    rows = PARTS[part].objects.filter(meeting=found)
    return rows.filter(removed_at=None) if hasattr(PARTS[part], "removed_at") else rows


def known(part: str) -> str:
    if part not in PARTS:
        raise Http404
    return part


@for_the_desk
def parts(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """/desk/meetings/<slug>/parts/<part>/"""
    found = meeting_of(slug)
    language = get_language() or "en"
    rows = list(rows_of(found, known(part)))
    context = {
        "meeting": found,
        "name": found.name_in(language),
        "title": PART_NAMES[part],
        "part": part,
        "lines": [line(found, part, row, language) for row in rows],
        "new_url": reverse("meetings:desk_new_part", args=[slug, part]),
    }
    return render(request, "meetings/desk/parts.html", context)


def line(found: Meeting, part: str, row: Any, language: str) -> dict[str, Any]:
    """One row of a list: what it is called, and what tells it from the others."""
    names = getattr(row, "names", None) or getattr(row, "titles", None) or getattr(row, "words", None)
    names = names or getattr(row, "alts", None) or {}
    facts = []
    if getattr(row, "capacity", None):
        facts.append(format_number(row.capacity, language))
    if part in ("days", "hours"):
        facts.append(
            f"{row.opens if part == 'days' else row.starts:%H:%M} – {row.closes if part == 'days' else row.ends:%H:%M}"
        )
    if part == "events":
        facts.append(format_date(row.starts_on, language))
    if part == "documents":
        facts.append(
            format_datetime(row.public_from, language, found.time_zone) if row.public_from else _("not public")
        )
    if part == "figures" and row.number is not None:
        facts.append(format_number(row.number, language))
    called = in_language(names, language)
    if part in ("days", "hours"):
        called = called or format_date(row.day, language)
    return {
        "name": called or str(row),
        "facts": facts,
        "url": reverse("meetings:desk_part", args=[found.slug, part, row.pk]),
    }


@for_the_desk
def new_part(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """/desk/meetings/<slug>/parts/<part>/new/"""
    found = meeting_of(slug)
    row = PARTS[known(part)](meeting=found)
    if part in ("days", "hours"):
        row.day = found.starts_on
    if part == "events":
        row.starts_on = found.starts_on
    return _edit(request, found, part, row)


@for_the_desk
def part(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/parts/<part>/<pk>/"""
    found = meeting_of(slug)
    return _edit(request, found, part, get_object_or_404(rows_of(found, known(part)), pk=pk))


def _edit(request: HttpRequest, found: Meeting, part: str, row: Any) -> HttpResponse:
    posted = request.method == "POST"
    form = FORMS[part](request.POST if posted else None, request.FILES if posted else None, row=row, meeting=found)

    def save() -> Any:
        values, files = form.values(), forms.uploads_of(form)
        language = files.pop("file_language", "en") if part == "documents" else ""
        return save_part(found, part, row, values, files, language=language, by=request.user, at=timezone.now())

    if posted and attempt(request, form, save, _("Saved.")):
        return redirect("meetings:desk_parts", found.slug, part)
    context = {
        "meeting": found,
        "name": found.name_in(get_language() or "en"),
        "form": form,
        "groups": form.groups(),
        "plain": form.plain(),
        "title": PART_NAMES[part],
        "part": part,
        "back_url": reverse("meetings:desk_parts", args=[found.slug, part]),
        "remove_url": reverse("meetings:desk_remove_part", args=[found.slug, part, row.pk]) if row.pk else "",
        "has_files": any(name.startswith("file_") for name in form.fields),
        "files": row.files.all() if part == "documents" and row.pk else [],
    }
    return render(request, "meetings/desk/form.html", context)


@for_the_desk
def remove(request: HttpRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/parts/<part>/<pk>/remove/: asks; its button does it."""
    found = meeting_of(slug)
    row = get_object_or_404(rows_of(found, known(part)), pk=pk)
    if request.method == "POST":
        try:
            remove_part(found, part, row, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("meetings:desk_part", slug, part, pk)
        messages.success(request, _("Removed."))
        return redirect("meetings:desk_parts", slug, part)
    context = {
        "meeting": found,
        "name": found.name_in(get_language() or "en"),
        "title": PART_NAMES[part],
        "line": line(found, part, row, get_language() or "en"),
        "back_url": reverse("meetings:desk_part", args=[slug, part, pk]),
    }
    return render(request, "meetings/desk/remove.html", context)
