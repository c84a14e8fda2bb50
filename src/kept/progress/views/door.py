"""The two ways to a report: signed in, under /my/reports/, or by the link of a letter, under /report/<token>/.

A link opens nothing but its own pledges' reports; opening it changes nothing (scanners open links). What is not theirs is not
there (404).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from kept.base.lifecycle import NotAllowed
from kept.progress.models import Asked, Letter, Report, ReportState
from kept.progress.permissions import may_see_report, may_write_report
from kept.progress.queries import waiting_of

View = Callable[..., HttpResponse]
CLOSED = (ReportState.DISCARDED, ReportState.REFUSED)


@dataclass
class Door:
    """Who came in, and how their addresses begin."""

    by: Any  # a person or a letter
    language: str
    letter: Letter | None = None

    def url(self, name: str, *args: Any) -> str:
        """The address of one of this room's pages for whoever came in this way."""
        if self.letter is not None:
            return reverse(f"progress:{name}", args=[self.letter.token, *args])
        return reverse(f"progress:my_{name}", args=args)

    @property
    def questions(self) -> list[Asked]:
        """What this person is asked about, unanswered first."""
        if self.letter is None:
            return list(waiting_of(self.by))
        found = self.letter.asked.select_related("pledge", "round")
        return sorted(found, key=lambda a: (a.answered_at is not None, a.due, a.pledge.number or 0))


def door(view: View) -> View:
    """Lets in who is signed in, or holds a good link; hands the view a Door in place of the token."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str = "", **kwargs: Any) -> HttpResponse:
        language = get_language() or "en"
        if token:
            letter = Letter.objects.select_related("round", "person").filter(token=token[:64]).first()
            if letter is None:
                raise Http404
            if not letter.is_good(timezone.now()):
                from django.shortcuts import render

                return render(request, "progress/report/expired.html", {"letter": letter}, status=410)
            come_in = Door(letter, language, letter)
        elif request.user.is_authenticated:
            come_in = Door(request.user, language)
        else:
            return redirect_to_login(request.get_full_path())
        try:
            response = view(request, come_in, **kwargs)
        except NotAllowed as refusal:
            raise Http404 from refusal
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(guarded)


def asked_about(come_in: Door, reference: str) -> Asked:
    """The newest question about a pledge that this person may see. Raises Http404."""
    number = reference.removeprefix("P-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    found = Asked.objects.select_related(
        "pledge", "pledge__current", "pledge__lead", "round", "notice", "organisation"
    ).filter(pledge__number=int(number))
    if come_in.letter is not None:
        found = found.filter(about__letter=come_in.letter)
    asked = found.order_by("-round__period_end", "-pk").first()
    if asked is None or not may_see_report(come_in.by, report_of(asked, come_in)):
        raise Http404
    return asked


def report_of(asked: Asked, come_in: Door) -> Report:
    """The report on a question: the one there is, else a new one that is not saved."""
    related = ("pledge", "pledge__current", "pledge__lead", "round", "asked")
    found = Report.objects.select_related(*related).filter(asked=asked).exclude(state__in=CLOSED)
    report = found.order_by("-pk").first()
    if report is not None:
        return report
    from kept.progress.known import starting_content

    content = starting_content(asked.pledge, come_in.language)
    return Report(
        pledge=asked.pledge, asked=asked, round=asked.round, organisation=asked.pledge.lead,
        period_start=asked.round.period_start, period_end=asked.round.period_end, content=content.to_json(),
    )  # fmt: skip


def may_write(come_in: Door, report: Report) -> bool:
    """May whoever came in write in it now?"""
    return report.is_open and may_write_report(come_in.by, report)
