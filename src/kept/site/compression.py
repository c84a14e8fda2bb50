"""HTML that is the same for all its readers goes out compressed; what belongs to one person does not.

An attacker who can put words into a page and sees its compressed length can guess secrets in it (BREACH). A reader's
page holds none: it comes without a session, sets no cookie, has no token in a form.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from kept.base import packing


class CompressForReaders(GZipMiddleware):
    """brotli (base/packing.py), or Django's gzip, for requests without a session and answers without a cookie."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        personal = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        if personal or not _text(response):
            return response
        if packing.coding_for(request) != "br" or response.streaming or response.has_header("Content-Encoding"):
            return super().process_response(request, response)
        if len(response.content) < packing.LEAST:
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = packing.packed(response.content, "br")
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        # The same page in another coding is the same only in meaning: its mark becomes a weak one, as with gzip.
        if response.get("ETag", "").startswith('"'):
            response.headers["ETag"] = "W/" + response.headers["ETag"]
        return response


def _text(response: HttpResponse) -> bool:
    """Whether it is worth it: pictures and spreadsheets are compressed already."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
