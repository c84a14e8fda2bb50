"""Objections, decided by somebody else than before; and money that may stand in two places."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.progress import actions
from kept.progress.models import Appeal, AppealState, SameMoney, SameMoneyState
from kept.progress.permissions import may_decide_appeal

PAGE = 40
WHY = {
    "same_amount": gettext_lazy("the same amount"),
    "same_lead": gettext_lazy("the same organisation"),
    "same_words": gettext_lazy("nearly the same words"),
}


@for_the_desk
def appeals(request: HttpRequest) -> HttpResponse:
    """Those that wait first, then those that were decided."""
    found = Appeal.objects.select_related("pledge", "report", "decided_by", "decided_before_by")
    waiting = [(a, may_decide_appeal(request.user, a)) for a in found.filter(state=AppealState.OPEN)[:100]]
    page = Paginator(found.exclude(state=AppealState.OPEN), PAGE).get_page(request.GET.get("page"))
    return render(request, "progress/desk/appeals.html", {"waiting": waiting, "page": page})


@for_the_desk
@require_POST
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold or reject an objection, with the reason that readers see."""
    found = get_object_or_404(Appeal, pk=pk)
    try:
        actions.decide_appeal(found, uphold=request.POST.get("decision") == "uphold", by=request.user, at=timezone.now(),
                              reason=request.POST.get("reason", "")[:5000])  # fmt: skip
        messages.success(request, _("Decided. The reason stands with the pledge."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("progress:desk_appeals")


@for_the_desk
def same_money(request: HttpRequest) -> HttpResponse:
    """Pairs that look like the same money; POST looks for more."""
    if request.method == "POST":
        found = actions.look_for_same_money(at=timezone.now())
        messages.success(request, _("Looked through all pledges. New: %(count)s") % {"count": found})
        return redirect("progress:desk_same_money")
    both = [f"{which}{field}" for which in ("pledge", "other") for field in ("", "__current", "__lead")]
    flags = SameMoney.objects.select_related(*both, "counts")
    waiting = Paginator(flags.filter(state=SameMoneyState.OPEN), PAGE).get_page(request.GET.get("page"))
    for flag in waiting.object_list:
        flag.because = [WHY.get(code, code) for code in flag.why]
    decided = flags.exclude(state=SameMoneyState.OPEN).order_by("-decided_at")[:PAGE]
    return render(request, "progress/desk/same_money.html", {"page": waiting, "decided": decided})


@for_the_desk
@require_POST
def decide_same_money(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether it is the same money, and which pledge counts."""
    flag = get_object_or_404(SameMoney.objects.select_related("pledge", "other"), pk=pk)
    chosen = request.POST.get("counts", "")
    counts = next((p for p in (flag.pledge, flag.other) if p is not None and str(p.pk) == chosen), None)
    try:
        actions.decide_same_money(flag, same=request.POST.get("decision") == "same", counts=counts, by=request.user,
                                  at=timezone.now(), reason=request.POST.get("reason", "")[:2000])  # fmt: skip
        messages.success(request, _("Decided."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("progress:desk_same_money")
