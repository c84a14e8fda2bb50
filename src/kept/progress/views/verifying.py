"""A verifier's page, by a link of their own: the report, its evidence, and what they say of interest, scope and findings."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from kept.base.lifecycle import Refused
from kept.pledges.reading import Unreadable, read_figure
from kept.progress import actions
from kept.progress.models import Verification, VerificationOutcome, VerificationState
from kept.progress.presenting import answers_of, number
from kept.progress.views.answering import handed_out

TYPED = ("interest", "scope", "statement", "outcome", "has_interest")


def _found(token: str) -> Verification:
    related = ("report", "report__pledge", "report__pledge__current", "report__round")
    found = Verification.objects.select_related(*related).filter(token=token[:64]).first()
    if found is None:
        raise Http404
    return found


@never_cache
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Look, and say what was found. Opening the page changes nothing."""
    found = _found(token)
    language, refused = get_language() or "en", ""
    values = list(found.report.values.exclude(value=None))
    if request.method == "POST":
        data = request.POST
        try:
            if data.get("do") == "decline":
                actions.decline_verification(found, at=timezone.now())
            else:
                figures = {}
                for row in values:
                    text = read_figure(data.get(f"found-{row.position}", ""), language)[0]
                    if text:
                        figures[row.name] = Decimal(text)
                actions.verify(
                    found, has_interest=data.get("has_interest") == "yes", interest=data.get("interest", "")[:2000],
                    scope=data.get("scope", "")[:4000], outcome=data.get("outcome", ""), figures=figures,
                    statement=data.get("statement", "")[:4000], at=timezone.now(),
                )  # fmt: skip
            found = _found(token)
        except (Refused, Unreadable) as refusal:
            refused = str(refusal.message)
    rows = [
        {"row": row, "value": number(row.value, language), "typed": request.POST.get(f"found-{row.position}", "")}
        for row in values
    ]
    good = found.state == VerificationState.ASKED and found.expires_at > timezone.now()
    context = {
        "verification": found, "report": found.report, "pledge": found.report.pledge, "rows": rows, "good": good,
        "answers": answers_of(found.report, language), "files": found.report.evidence.filter(removed_at=None),
        "refused": refused, "outcomes": VerificationOutcome.choices,
        "typed": {name: request.POST.get(name, "") for name in TYPED},
    }  # fmt: skip
    response = render(request, "progress/report/verify.html", context, status=422 if refused else 200)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
def evidence(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A file of the report, for its verifier."""
    found = _found(token)
    file = found.report.evidence.filter(pk=pk, removed_at=None).exclude(file="").first()
    if file is None or found.expires_at <= timezone.now():
        raise Http404
    return handed_out(file, public=False)
