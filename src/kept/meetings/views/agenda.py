"""My agenda: the sessions that somebody with an account has chosen; without one it lives in the browser."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.base.formats import format_number
from kept.meetings.actions.agenda import choose_sessions, drop_sessions, new_feed
from kept.meetings.models import AgendaFeed, AgendaItem, Session
from kept.meetings.views.frame import Frame, frame
from kept.registry.rows import absolute


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agenda(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/agenda/: what I chose; `?add=<code>` asks whether to add one more."""
    here = frame(request, slug)
    if request.method == "POST":
        return change(here)
    chosen = set(
        AgendaItem.objects.filter(person=request.user, session__meeting=here.meeting).values_list(
            "session__code", flat=True
        )
    )
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"sessions": sorted(chosen)})
    whole = here.programme()
    feed = AgendaFeed.objects.filter(person=request.user, meeting=here.meeting).first()
    wanted = Session.objects.public().filter(meeting=here.meeting, code=request.GET.get("add", "")).first()
    context = here.context(
        "agenda",
        programme=whole.of([item for item in whole.items if item.code in chosen]) if whole else None,
        codes=sorted(chosen),
        wanted=wanted if wanted and wanted.code not in chosen else None,
        wanted_title=wanted.title_in(here.language) if wanted else "",
        feed_url=absolute("meeting_files:agenda", feed.token) if feed else "",
    )
    return here.render("meetings/agenda.html", context)


def change(here: Frame) -> HttpResponse:
    """Add, drop, take over from the browser, or make a new address for the calendar."""
    request, meeting, now = here.request, here.meeting, timezone.now()
    codes = request.POST.getlist("session")
    verb = request.POST.get("verb", "")
    if verb == "add":
        count = choose_sessions(meeting, codes, by=request.user, at=now)
        said = ngettext("%(n)s session added to your agenda.", "%(n)s sessions added to your agenda.", count)
    elif verb == "drop":
        count = drop_sessions(meeting, codes, by=request.user)
        said = ngettext("%(n)s session taken out of your agenda.", "%(n)s sessions taken out of your agenda.", count)
    else:
        new_feed(meeting, by=request.user, at=now)
        count, said = 0, _("Your agenda has a new address for your calendar. The former one answers no more.")
    if request.headers.get("Accept") == "application/json":
        chosen = AgendaItem.objects.filter(person=request.user, session__meeting=meeting)
        return JsonResponse({"sessions": sorted(chosen.values_list("session__code", flat=True))})
    messages.success(request, said % {"n": format_number(count, here.language)} if "%(n)s" in said else said)
    return redirect("meetings:agenda", meeting.slug)
