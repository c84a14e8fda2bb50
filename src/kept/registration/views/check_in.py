"""The page for phones at the doors: the same for everybody and empty; what it shows comes by the token of a phone."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base.context import House
from kept.base.formats import numbering
from kept.base.languages import bcp47
from kept.registration.admission import AT_THE_DESK_ONLY, NEVER_FORCED, REFUSALS

SCRIPTS = Path(__file__).resolve().parent.parent / "static/registration"
STYLES = Path(__file__).resolve().parents[2] / "base/static/base"
FACES = ("kept-sans-latin", "kept-serif-latin")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """/check-in/: the only page that asks for a camera. The link's token stands behind its # and comes to no server."""
    language = get_language() or "en"
    context = {
        "refusals": REFUSALS.items(), "never": " ".join(sorted(NEVER_FORCED | AT_THE_DESK_ONLY)),
        "locale": f"{bcp47(language)}-u-nu-{numbering(language)}",  # with the digits that the house shows
    }  # fmt: skip
    response = render(request, "registration/check_in.html", context)
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=(), interest-cohort=()"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """/check-in/check-in.webmanifest: so that a phone takes the page among its programs."""
    house, address = House(request), reverse("registration:check_in")
    told = {
        "id": address, "start_url": address, "scope": address, "display": "standalone", "orientation": "portrait",
        "name": _("Check-in"), "short_name": _("Check-in"), "lang": house.language, "dir": house.direction,
        "background_color": "#fbfaf6", "theme_color": "#fbfaf6",
        "icons": [
            {"src": static("base/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("base/touch-icon.png"), "sizes": "180x180", "type": "image/png"},
        ],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """/check-in/worker.js: the script that keeps the page on the phone; another text where anything of it changed."""
    language = get_language() or "en"
    faces = [*FACES, "kept-sans-cyrillic", "kept-serif-cyrillic"] if language == "ru" else list(FACES)
    said = {"VERSION": f"{language}/{version()}", "PAGE": reverse("registration:check_in"), "FACES": faces}
    above = "".join(f"const {name} = {value!r};\n" for name, value in said.items())
    response = HttpResponse(above + (SCRIPTS / "worker.js").read_text(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def version() -> str:
    """Of everything that the worker keeps besides the page itself."""
    files = [*sorted(SCRIPTS.glob("*.js")), *sorted(STYLES.glob("*.css"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
