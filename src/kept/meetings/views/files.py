"""Files of meetings, handed out as what they are: documents as downloads, pictures as pictures."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from kept.base.context import House
from kept.meetings import queries
from kept.meetings.models import Document, DocumentFile, Meeting, Partner, Picture, Profile, SessionViewer
from kept.meetings.permissions import may_run_meeting, may_see_meeting

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def document(request: HttpRequest, pk: int, language: str, version: int) -> FileResponse:
    """A document's file: everybody's once it is public, the secretariat's before."""
    files = DocumentFile.objects.select_related("document__meeting", "document__session")
    found = files.filter(document=pk, language=language, version=version, document__removed_at=None).first()
    visitor = House(request).visitor
    if found is None:
        raise Http404
    owner = found.document
    session_known = owner.session is None or owner.session.first_released_at is not None
    public = owner.meeting.is_public and owner.is_public(timezone.now()) and session_known
    if not public and not may_run_meeting(visitor, owner.meeting) and not is_for_viewer(request, owner):
        raise Http404
    response = handed_out(found.file, found.media_type, public=public, name=found.name)
    response["Content-Length"] = found.size
    return response


def is_for_viewer(request: HttpRequest, document: Document) -> bool:
    """Interpreters and the like get the documents of their session before everybody else, by their link."""
    token = request.GET.get("viewer", "")
    viewers = SessionViewer.objects.filter(token=token, session=document.session_id, revoked_at=None)
    return bool(token and document.session_id and viewers.exists())


@require_safe
def map_picture(request: HttpRequest, slug: str) -> FileResponse:
    meeting = visible(request, slug)
    return picture_of(meeting.map_file, meeting)


@require_safe
def logo(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    meeting = visible(request, slug)
    partner = Partner.objects.filter(pk=pk, meeting=meeting).first()
    return picture_of(partner.logo if partner else None, meeting)


@require_safe
def picture(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    meeting = visible(request, slug)
    found = Picture.objects.filter(pk=pk, meeting=meeting).first()
    return picture_of(found.file if found else None, meeting)


@require_safe
def face(request: HttpRequest, slug: str) -> FileResponse:
    """The picture of somebody who is shown in public."""
    profile = Profile.objects.public().filter(slug=slug).first()
    return picture_of(profile.picture if profile else None, None)


def visible(request: HttpRequest, slug: str) -> Meeting:
    """The meeting of an address, if this visitor may see it. Raises Http404."""
    meeting = queries.meeting_at(slug)
    if meeting is None or not may_see_meeting(House(request).visitor, meeting):
        raise Http404
    return meeting


def picture_of(file: Any, meeting: Meeting | None) -> FileResponse:
    """A picture that was drawn anew when it came in (kept.pledges.attachments.redrawn). Raises Http404."""
    if not file:
        raise Http404
    ending = file.name.rpartition(".")[2].lower()
    kinds = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
    if ending not in kinds:
        raise Http404
    return handed_out(file, kinds[ending], public=meeting is None or meeting.is_public)


def handed_out(file: Any, media_type: str, *, public: bool, name: str = "") -> FileResponse:
    try:
        opened = file.open("rb")
    except OSError as gone:
        raise Http404 from gone
    response = FileResponse(opened, as_attachment=bool(name), filename=name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response
