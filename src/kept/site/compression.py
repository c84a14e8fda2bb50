"""HTML that is the same for all its readers goes out compressed; what belongs to one person does not.

An attacker who can put words into a page and sees its compressed length can guess secrets in it (BREACH). A reader's
page holds none: it comes without a session, sets no cookie, has no token in a form.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware


class CompressForReaders(GZipMiddleware):
    """gzip for requests without a session and answers without a cookie."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        personal = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        if personal or not _text(response):
            return response
        return super().process_response(request, response)


def _text(response: HttpResponse) -> bool:
    """Whether it is worth it: pictures and spreadsheets are compressed already."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
