"""A speaker's presentation, by the personal link: handed in with versions, or the word that there is none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kept.base.desk_settings import attempt
from kept.base.formats import format_datetime, format_number
from kept.base.lifecycle import Refused
from kept.meetings import notices
from kept.meetings.actions import presentations as acts
from kept.meetings.models import Meeting, Presentation, SessionRole
from kept.meetings.speaker_forms import PresentationForm
from kept.meetings.views.files import handed_out
from kept.meetings.views.speakers import Holder, holder_of, private_page
from kept.pledges.presenting.words import size_text


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def presentation(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/speaking/<token>/presentation/"""
    here = holder_of(token)
    roles = places_of(here)
    if not roles:
        raise Http404("Nobody is asked for a presentation here.")
    language = get_language() or "en"
    if request.POST.get("verb") == "nothing":
        say_nothing(request, here, roles)
        return redirect(here.home)
    posted = request.method == "POST"
    names = [(role.pk, role.session.title_in(language) or role.session.code) for role in roles]
    form = PresentationForm(request.POST if posted else None, request.FILES if posted else None, roles=names,
                            language=language)  # fmt: skip

    def save() -> Presentation:
        role = next(one for one in roles if str(one.pk) == form.cleaned_data["role"])
        return acts.hand_in(role, form.cleaned_data["file"], **form.values(), by=here.by, at=timezone.now())

    if posted and attempt(request, form, save, _("Handed in. The team sees it.")):
        return redirect(request.path)
    until = here.meeting.presentations_until
    context = {
        "here": here, "name": here.meeting.name_in(language), "form": form,
        "until": notices.until_of(here.meeting, language), "late": bool(until and timezone.now() > until),
        "places": [
            {
                "pk": role.pk, "title": role.session.title_in(language), "nothing": role.shows_nothing,
                "versions": [
                    version_line(one, here.meeting, language)
                    | {"url": reverse("meeting_files:own_presentation", args=[token, one.pk])}
                    for one in role.presentations.all()
                ],
            }
            for role in roles
        ],
    }  # fmt: skip
    return private_page(request, "meetings/presentation.html", context)


def places_of(here: Holder) -> list[SessionRole]:
    """Where somebody speaks and may show something."""
    return [
        role for role in here.person.roles
        if role.state in notices.ASKED and not role.serves and role.session.cancelled_at is None
    ]  # fmt: skip


def version_line(one: Presentation, meeting: Meeting, language: str) -> dict[str, Any]:
    """A version as the speaker and the team read of it."""
    return {
        "pk": one.pk, "version_words": _("version %(n)s") % {"n": format_number(one.version, language)},
        "title": one.title, "name": one.name, "language": one.language,
        "size": size_text(one.size, language), "at": format_datetime(one.added_at, language, meeting.time_zone),
        "late": one.late, "remark": one.remark, "may_be_public": one.may_be_public,
        "taken": format_datetime(one.taken_at, language, meeting.time_zone) if one.taken_at else "",
    }  # fmt: skip


def say_nothing(request: HttpRequest, here: Holder, roles: list[SessionRole]) -> None:
    role = next((one for one in roles if str(one.pk) == request.POST.get("role", "")), None)
    if role is None:
        raise Http404
    try:
        acts.show_nothing(role, by=here.by, at=timezone.now())
        messages.success(request, _("The team knows that you show nothing."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))


@require_safe
def own_file(request: HttpRequest, token: str, pk: int) -> FileResponse:
    """/meetings/speaking/<token>/presentation/<pk>: what somebody handed in, for themselves."""
    here = holder_of(token)
    return file_of(
        get_object_or_404(Presentation, pk=pk, role__profile=here.profile, role__session__meeting=here.meeting)
    )


def file_of(found: Presentation) -> FileResponse:
    return handed_out(found.file, found.media_type, public=False, name=found.name)
