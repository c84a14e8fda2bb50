"""Remarks on the desk: the list by state, one of them, what the secretariat does with it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base import history
from kept.base.desk import for_the_desk
from kept.people.views.pages import attempt
from kept.registry import actions
from kept.registry.forms import WordsForm
from kept.registry.lifecycle import REMARK
from kept.registry.models import Remark, RemarkState

A_PAGE = 50
SHOWN = [state for state in RemarkState if state != RemarkState.UNCONFIRMED]
VERBS = ("pass_on", "answer", "show", "correct", "close", "reopen")
DONE = {
    "pass_on": gettext_lazy("Its owner got a mail."),
    "answer": gettext_lazy("Your answer is sent."),
    "show": gettext_lazy("Saved."),
    "correct": gettext_lazy("Noted as corrected. Who made the remark gets a mail."),
    "close": gettext_lazy("Closed."),
    "reopen": gettext_lazy("It is new again."),
}
WHAT = {
    "confirm": gettext_lazy("Confirmed by its author"),
    "pass_on": gettext_lazy("Passed on to the owner"),
    "answer": gettext_lazy("Answered"),
    "show": gettext_lazy("The note on the page was changed"),
    "reply": gettext_lazy("The owner's word was changed"),
    "begin_correction": gettext_lazy("A correction was begun"),
    "correct": gettext_lazy("Corrected"),
    "close": gettext_lazy("Closed"),
    "reopen": gettext_lazy("Opened again"),
}


def waiting() -> int:
    """Remarks that nobody of the secretariat has decided on."""
    return Remark.objects.filter(state=RemarkState.NEW).count()


@for_the_desk
def remarks(request: HttpRequest) -> HttpResponse:
    """The list: new ones first asked for."""
    shown = request.GET.get("state", RemarkState.NEW)
    if shown not in SHOWN:
        raise Http404
    counts = dict(Remark.objects.order_by().values_list("state").annotate(Count("pk")))
    tabs = [{"name": s.label, "url": f"?state={s}", "current": s == shown, "count": counts.get(s, 0)} for s in SHOWN]
    rows = Remark.objects.filter(state=shown).select_related("pledge", "organisation")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/desk/remarks.html", {"page": page, "tabs": tabs})


def found_remark(pk: int) -> Remark:
    found = Remark.objects.select_related("pledge", "organisation", "correction").exclude(state=RemarkState.UNCONFIRMED)
    return get_object_or_404(found, pk=pk)


@for_the_desk
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """One remark, what was done with it, what can be done."""
    here = found_remark(pk)
    entries = history.of("remark", here.pk).order_by("-at", "-id")
    told = [
        {
            "at": e.at,
            "title": WHAT.get(e.verb, e.verb),
            "text": e.reason or (e.by_name and _("By %(name)s") % {"name": e.by_name}),
        }
        for e in entries
    ]
    possible = REMARK.possible(here, state=here.state, by=request.user)
    return render(request, "registry/desk/remark.html", {"remark": here, "history": told, "possible": possible})


@require_POST
@for_the_desk
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one of VERBS."""
    here, now, by = found_remark(pk), timezone.now(), request.user
    form = WordsForm(request.POST)
    words = form.cleaned_data if form.is_valid() else {"text": "", "number": None}
    text, number = words.get("text") or "", words.get("number") or 0
    acts = {
        "pass_on": lambda: actions.pass_on_remark(here, by=by, at=now, note=text),
        "answer": lambda: actions.answer_remark(here, text, by=by, at=now),
        "show": lambda: actions.show_remark(here, text, by=by, at=now),
        "correct": lambda: actions.name_correction(here, number, by=by, at=now),
        "close": lambda: actions.close_remark(here, by=by, at=now, reason=text),
        "reopen": lambda: actions.reopen_remark(here, by=by, at=now),
    }
    attempt(request, acts[verb], DONE[verb])
    return redirect("registry:desk_remark", pk)
