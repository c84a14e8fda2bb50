"""Objections, decided by somebody else than before; money that may stand in two places; lists of other registries."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.importing.readers import UnusableFile
from kept.progress import actions
from kept.progress.actions.other_registries import Imported
from kept.progress.models import Appeal, AppealState, OtherRegistry, SameMoney, SameMoneyState
from kept.progress.permissions import may_decide_appeal
from kept.progress.queries import entries_of

PAGE = 40
LARGEST = 20 * 2**20
WHY = {
    "same_amount": gettext_lazy("the same amount"),
    "same_lead": gettext_lazy("the same organisation"),
    "same_words": gettext_lazy("nearly the same words"),
    "near_amount": gettext_lazy("nearly the same amount in US dollars"),
    "same_year": gettext_lazy("the same year"),
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
    tried(
        request,
        lambda: actions.decide_appeal(
            found, uphold=request.POST.get("decision") == "uphold", by=request.user, at=timezone.now(),
            reason=request.POST.get("reason", "")[:5000],
        ),
        _("Decided. The reason stands with the pledge."),
    )  # fmt: skip
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
    there = entries_of(waiting.object_list)
    for flag in waiting.object_list:
        flag.because = [WHY.get(code, code) for code in flag.why]
        flag.there = there.get((flag.registry, flag.registry_id))
    decided = flags.exclude(state=SameMoneyState.OPEN).order_by("-decided_at")[:PAGE]
    return render(request, "progress/desk/same_money.html", {"page": waiting, "decided": decided})


@for_the_desk
@require_POST
def decide_same_money(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether it is the same money, and which pledge counts."""
    flag = get_object_or_404(SameMoney.objects.select_related("pledge", "other"), pk=pk)
    chosen = request.POST.get("counts", "")
    there = chosen == "there"
    counts = next((p for p in (flag.pledge, flag.other) if p is not None and str(p.pk) == chosen), None)
    tried(
        request,
        lambda: actions.decide_same_money(
            flag, same=request.POST.get("decision") == "same", counts=counts, there=there, by=request.user,
            at=timezone.now(), reason=request.POST.get("reason", "")[:2000],
        ),
        _("Decided."),
    )  # fmt: skip
    return redirect("progress:desk_same_money")


@for_the_desk
def other_registries(request: HttpRequest) -> HttpResponse:
    """Lists of other registries; POST reads one."""
    result = _imported(request) if request.method == "POST" else None
    lists = OtherRegistry.objects.annotate(number=Count("entries"))
    name = request.POST.get("name", "")[:200] if result is None or result.wrong else ""
    context = {"lists": lists, "result": result, "name": name, "url": request.POST.get("url", "")[:500] if name else ""}
    return render(
        request, "progress/desk/other_registries.html", context, status=422 if result and result.wrong else 200
    )


def _imported(request: HttpRequest) -> Imported | None:
    file = request.FILES.get("list")
    if file is None or file.size > LARGEST:
        messages.error(request, _("Choose a file, at most 20 MB."))
        return None
    with tempfile.TemporaryDirectory(prefix="kept-list-") as folder:
        path = Path(folder) / "list"
        with path.open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
        try:
            return actions.import_list(
                request.POST.get("name", ""), request.POST.get("url", ""), path, file.name or "", by=request.user,
                at=timezone.now(), language=get_language() or "en",
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        except UnusableFile as refusal:
            messages.error(request, str(refusal))
    return None
