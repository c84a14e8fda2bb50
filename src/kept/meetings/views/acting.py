"""Who acts for a speaker: named and taken back on the speaker's own page; and the door by an assistant's link."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.base.desk_settings import attempt
from kept.meetings.actions import acting
from kept.meetings.models import Assistant
from kept.meetings.notices import ASSIST
from kept.meetings.permissions import may_name_assistants
from kept.meetings.speaker_forms import AssistantForm
from kept.meetings.views.speakers import assistant_of, holder_of, open_page, private_page
from kept.people import links
from kept.people.links import LinkPage
from kept.people.models import Link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assistants(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/speaking/<token>/assistants/: not for assistants themselves."""
    here = holder_of(token)
    if not may_name_assistants(here.by, here.profile):
        raise Http404
    now = timezone.now()
    named = Assistant.objects.filter(meeting=here.meeting, profile=here.profile, revoked_at=None)
    if (verb := request.POST.get("verb")) in ("revoke", "send_copies", "stop_copies"):
        pk = request.POST.get("pk", "")
        one = get_object_or_404(named, pk=int(pk[:18]) if pk.isascii() and pk.isdigit() else 0)
        if verb == "revoke":
            acting.revoke_assistant(one, by=here.by, at=now)
            messages.success(request, _("Their link answers no more."))
        else:
            acting.send_copies(one, verb == "send_copies", by=here.by, at=now)
            messages.success(request, _("Saved."))
        return redirect(request.path)
    form = AssistantForm(request.POST if request.method == "POST" else None, initial={"language": get_language()})
    if request.method == "POST" and attempt(
        request, form,
        lambda: acting.name_assistant(here.meeting, here.profile, **form.cleaned_data, by=here.by, at=now),
        _("They get a personal link by mail."),
    ):  # fmt: skip
        return redirect(request.path)
    context = {"here": here, "name": here.meeting.name_in(get_language() or "en"), "form": form, "named": named}
    return private_page(request, "meetings/assistants.html", context)


def describe(link: Link, request: HttpRequest) -> LinkPage:
    """Behind an assistant's link: for whom they act; one button opens that page."""
    assistant = assistant_of(link)
    return LinkPage(
        title=assistant.meeting.name_in(get_language() or "en"),
        text=[_("You act for %(name)s.") % {"name": assistant.profile.name}], button=_("Open their page"),
    )  # fmt: skip


links.register(ASSIST, describe=describe, act=open_page)
