"""The test of a connection: a page that tries camera, microphone and line, and the bytes that it times."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.base.desk_settings import attempt
from kept.base.formats import format_datetime, format_decimal
from kept.meetings import connection
from kept.meetings.actions.connecting import keep_test
from kept.meetings.models import ConnectionTest, Meeting
from kept.meetings.views.speakers import holder_of, private_page

ALLOWED = "camera=(self), microphone=(self), geolocation=(), interest-cohort=()"  # on this page alone
LARGEST = 4 * 2**20  # bytes that are sent or taken at once
TONES = {connection.Verdict.GOOD: "kept", connection.Verdict.POOR: "broken", connection.Verdict.ENOUGH: "late"}


class ConnectionForm(forms.Form):
    """What was found: the devices as the person confirms them, the figures as the page's script measured them."""

    camera = forms.ChoiceField(
        label=gettext_lazy("Do you see yourself?"), widget=forms.RadioSelect,
        choices=[("works", gettext_lazy("yes")), ("fails", gettext_lazy("no")), ("unknown", gettext_lazy("not tried"))],
    )  # fmt: skip
    microphone = forms.ChoiceField(
        label=gettext_lazy("Does the bar move when you speak?"), widget=forms.RadioSelect,
        choices=[("works", gettext_lazy("yes")), ("fails", gettext_lazy("no")), ("unknown", gettext_lazy("not tried"))],
    )  # fmt: skip
    down = forms.IntegerField(min_value=0, max_value=connection.FASTEST, required=False, widget=forms.HiddenInput)
    up = forms.IntegerField(min_value=0, max_value=connection.FASTEST, required=False, widget=forms.HiddenInput)
    trip = forms.IntegerField(min_value=0, max_value=connection.LONGEST, required=False, widget=forms.HiddenInput)

    def measured(self) -> connection.Measured:
        return connection.Measured(**self.cleaned_data)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connection_test(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/speaking/<token>/connection/"""
    here = holder_of(token)
    if not here.person.remote:
        raise Http404("Nobody speaks from afar here.")
    posted = request.method == "POST"
    form = ConnectionForm(request.POST if posted else None, initial={"camera": "unknown", "microphone": "unknown"})

    def save() -> ConnectionTest:
        browser = request.headers.get("User-Agent", "")
        return keep_test(here.meeting, here.profile, form.measured(), browser=browser, by=here.by, at=timezone.now())

    if posted and attempt(request, form, save, _("Kept. The team sees the result.")):
        return redirect(request.path)
    language = get_language() or "en"
    last = ConnectionTest.objects.filter(meeting=here.meeting, profile=here.profile).first()
    context = {
        "here": here, "name": here.meeting.name_in(language), "form": form,
        "last": result(last, here.meeting, language) if last else None,
        "data_url": reverse("meeting_files:connection_data", args=[token]),
    }  # fmt: skip
    response = private_page(request, "meetings/connection.html", context)
    response["Permissions-Policy"] = ALLOWED
    return response


def result(test: ConnectionTest, meeting: Meeting, language: str) -> dict[str, Any]:
    """A test as lines of a page, for the speaker and for the team."""
    verdict = connection.overall(test.measured)
    lines = []
    for one in connection.findings(test.measured):
        figure = ""
        if one.figure:
            number, unit = one.figure
            figure = f"{format_decimal(number, language, 1 if unit == 'Mbit/s' else 0)} {unit}"
        lines.append(
            {"name": one.name, "figure": figure, "words": one.verdict.label, "tone": TONES.get(one.verdict, "")}
        )
    return {
        "at": format_datetime(test.at, language, meeting.time_zone), "words": verdict.label,
        "tone": TONES.get(verdict, ""), "lines": lines, "poor": verdict == connection.Verdict.POOR,
    }  # fmt: skip


@cache
def noise() -> bytes:
    """Bytes that nothing on the way can press together; made once."""
    return secrets.token_bytes(LARGEST)


@never_cache
@require_http_methods(["GET", "POST"])
def data(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/speaking/<token>/connection/data: `?n=` bytes to be timed; what is posted is counted and forgotten."""
    if not holder_of(token).person.remote:
        raise Http404
    if request.method == "POST":
        taken = 0
        while taken <= LARGEST and (piece := request.read(65_536)):
            taken += len(piece)
        return JsonResponse({"bytes": taken}, status=200 if taken <= LARGEST else 413)
    asked = request.GET.get("n", "1")
    size = min(int(asked[:9]), LARGEST) if asked.isascii() and asked.isdigit() else 1
    return HttpResponse(
        noise()[:size], content_type="application/octet-stream", headers={"Content-Encoding": "identity"}
    )
