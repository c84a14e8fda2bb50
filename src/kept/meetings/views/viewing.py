"""What a moderator, interpreter or captioner sees of a session before it begins, by a personal link."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.meetings.actions.embargo import look
from kept.meetings.models import Document, SessionPledge, SessionViewer, ViewerFunction
from kept.meetings.views.lines import document_lines
from kept.pledges.content import PledgeContent


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def viewing(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/viewing/<token>/: GET asks for one click (scanners of mail open links); the click shows, and is kept."""
    viewer = SessionViewer.objects.select_related("session__meeting").filter(token=token, revoked_at=None).first()
    if viewer is None:
        raise Http404("This link answers no more.")
    language = get_language() or "en"
    context: dict[str, Any] = {
        "viewer": viewer,
        "function": ViewerFunction(viewer.function).label,
        "title": viewer.session.title_in(language),
        "meeting": viewer.session.meeting.name_in(language),
        "shown": request.method == "POST",
    }
    if request.method == "POST":
        early = Document.objects.filter(session=viewer.session, removed_at=None)
        context |= {
            "pledges": [pledge_line(link) for link in look(viewer, at=timezone.now())],
            "documents": document_lines(early, language, by_token=viewer.token),
        }
    response = render(request, "meetings/viewing.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def pledge_line(link: SessionPledge) -> dict[str, Any]:
    """A pledge with the words that will be read out."""
    text = link.pledge.text
    content = PledgeContent.from_json(text.content) if text else PledgeContent()
    return {
        "title": content.title or link.pledge.title,
        "summary": content.summary,
        "description": content.description,
        "language": content.language,
        "lead": link.pledge.lead.name if link.pledge.lead else "",
        "reference": link.pledge.reference,
        "waits": not link.pledge.is_public,
    }
