"""What is put right in the open: a pledge taken from the registry, a rate, a text that the law forbids."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kept.base import formats
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.lifecycle import Refused
from kept.pledges import actions
from kept.pledges import desk_queries as queries
from kept.pledges.actions.correcting import is_redacted
from kept.pledges.content import PledgeContent
from kept.pledges.desk.forms import ReasonForm, RedactForm, text
from kept.pledges.desk.queue import find
from kept.pledges.models import Pledge, Revision, Status
from kept.pledges.permissions import may_correct_pledge, may_delist_pledge
from kept.pledges.record import converted, pledge_day

MOST = 200  # amounts on one page


@for_the_desk
def delist(request: HttpRequest, address: str) -> HttpResponse:
    """Take a pledge that breaks the rules from the registry, in the open: the page asks for the reason."""
    pledge = find(address)
    if not may_delist_pledge(request.user, pledge) or not pledge.is_public:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> Pledge:
        reason = form.cleaned_data["reason"]
        return actions.withdraw(pledge, by=request.user, at=timezone.now(), reason=reason, delist=True)

    if request.method == "POST" and attempt(request, form, act, _("The pledge is taken from the registry.")):
        return redirect("pledges:desk_pledge", pledge.address)
    return render(request, "pledges/desk/delist.html", {"pledge": pledge, "form": form, "gone": _gone(pledge)})


def _gone(pledge: Pledge) -> bool:
    return pledge.status != Status.PUBLISHED


class WhyForm(Form):
    """Why a figure is converted anew; empty says "corrected exchange rate"."""

    reason = text(
        gettext_lazy("Reason"),
        help_text=gettext_lazy("Readers see it. Empty: corrected exchange rate."),
        rows=2,
        required=False,
    )


@for_the_desk
def correct_rate(request: HttpRequest, address: str) -> HttpResponse:
    """Convert a published amount anew, at the rate that is known for its day now: both figures are shown first."""
    pledge = find(address)
    if not may_correct_pledge(request.user, pledge) or not pledge.is_public:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)

    def act() -> Pledge:
        reason = form.cleaned_data["reason"]
        return actions.correct_rate(pledge, by=request.user, at=timezone.now(), reason=reason)

    if request.method == "POST" and attempt(request, form, act, _("The amount is converted anew.")):
        return redirect("pledges:desk_pledge", pledge.address)
    content = PledgeContent.from_json(pledge.current.content).with_(amount_usd="")
    day, year = pledge_day(content, pledge.published_at)
    context = {"pledge": pledge, "form": form, "now": converted(content, day, year), "day": day, "content": content}
    return render(request, "pledges/desk/correct_rate.html", context)


@for_the_desk
def redact(request: HttpRequest, address: str, n: int) -> HttpResponse:
    """Remove the text of one revision by law: what may stay is written here, and the page says that it is for good."""
    pledge = find(address)
    revision = pledge.revisions.filter(n=n).first()
    if not may_correct_pledge(request.user, pledge) or revision is None or is_redacted(revision):
        raise Http404
    replaces = revision.pk == pledge.current_id
    content = PledgeContent.from_json(revision.content)
    given = {name: getattr(content, name) for name in ("title", "summary", "description")}
    form = RedactForm(request.POST if request.method == "POST" else None, replaces=replaces, initial=given)

    def act() -> Pledge:
        values = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        return actions.redact(pledge, n, by=request.user, at=timezone.now(), **values)

    if request.method == "POST" and attempt(request, form, act, _("The text is removed.")):
        return redirect("pledges:desk_pledge", pledge.address)
    context = {"pledge": pledge, "revision": revision, "form": form, "replaces": replaces}
    return render(request, "pledges/desk/redact.html", context)


@for_the_desk
def not_converted(request: HttpRequest) -> HttpResponse:
    """Published amounts that stand outside the sum: no rate was known; and the button for those that have one now."""
    rows = [_Amount(revision, *_known_now(revision)) for revision in queries.not_converted()[:MOST]]
    if request.method == "POST":
        done, left = 0, 0
        for row in rows:
            if row.usd is None:
                continue
            try:
                actions.correct_rate(row.revision.pledge, by=request.user, at=timezone.now())
                done += 1
            except Refused:
                left += 1
        said = ngettext("%(count)s amount is converted.", "%(count)s amounts are converted.", done)
        messages.success(request, said % {"count": formats.format_number(done, get_language() or "en")})
        if left:
            messages.warning(request, _("Some could not be converted: a colleague has to, or somebody was quicker."))
        return redirect("pledges:desk_not_converted")
    context = {
        "rows": rows,
        "ready": sum(row.usd is not None for row in rows),
        "count": queries.not_converted().count(),
    }
    return render(request, "pledges/desk/not_converted.html", context)


@dataclass(frozen=True)
class _Amount:
    """One published amount without dollars; `usd` is what it would be at the rate that is known now."""

    revision: Revision
    usd: Decimal | None
    source: str


def _known_now(revision: Revision) -> tuple[Decimal | None, str]:
    content = PledgeContent.from_json(revision.content).with_(amount_usd="")
    day, year = pledge_day(content, revision.published_at)
    found = converted(content, day, year)
    return found.amount_usd, found.source
