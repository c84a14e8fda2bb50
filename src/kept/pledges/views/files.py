"""A file beside a pledge, handed out as a download: the public's with a public pledge, a draft's to its people."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from kept.people.permissions import is_secretariat
from kept.pledges.attachments import is_public
from kept.pledges.models import Attachment
from kept.pledges.permissions import may_see_draft
from kept.pledges.views.access import pledge_at, visitor

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def attachment(request: HttpRequest, address: str, pk: int) -> HttpResponse:
    """The file, never shown in the page's own origin: as an attachment, in a sandbox, as what it is."""
    pledge = pledge_at(address)
    found = Attachment.objects.filter(pk=pk, pledge=pledge, removed_at=None).first() if pledge else None
    if pledge is None or found is None:
        raise Http404
    public = is_public(found, pledge)
    if not public:
        person = visitor(request)
        if person is None or not may_see_draft(person, pledge) or (found.is_letter and not is_secretariat(person)):
            raise Http404
    try:
        file = found.file.open("rb")
    except OSError as gone:
        raise Http404 from gone
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.media_type)
    response["Content-Length"] = found.size
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response
