""" "Something is wrong here": the reader's form, and the pages of the organisation that it is about."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kept.base.context import address_in
from kept.base.lifecycle import Refused
from kept.people.permissions import roles_of
from kept.people.views.pages import attempt, signed_in
from kept.registry import actions, guard
from kept.registry.actions.remarking import subject_of
from kept.registry.forms import RemarkForm, WordsForm
from kept.registry.lifecycle import REMARK
from kept.registry.models import Remark, RemarkState
from kept.registry.permissions import (
    may_answer_remark,
    may_correct_after_remark,
    may_reply_to_remark,
    may_see_remark,
)

OWNERS_VERBS = ("answer", "reply", "correct")


def page_of(raw: str) -> str:
    """The path that a remark is about, without its language: one of this site, or the first page."""
    path = raw.split("?")[0].split("#")[0][:300]
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return "/"
    return address_in(path, "en")


@never_cache
def wrong(request: HttpRequest) -> HttpResponse:
    """/wrong/?page=/pledges/P-00001/"""
    page = page_of(request.GET.get("page", "/"))
    form = RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_a_machines:
        return redirect("registry:remark_asked")
    if request.method == "POST" and not guard.lets_pass(request):
        form.add_error(None, _("Too often. Wait some minutes, then send it again."))
    elif request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("text", "email", "name")}
        try:
            actions.leave_remark(page, at=timezone.now(), language=get_language() or "en", **words)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("registry:remark_asked")
    pledge, organisation = subject_of(page)
    context = {"form": form, "page": page, "pledge": pledge, "organisation": organisation,
               "back": address_in(page, get_language() or "en")}  # fmt: skip
    return render(request, "registry/wrong.html", context, status=422 if form.errors else 200)


def asked(request: HttpRequest) -> HttpResponse:
    """Look into your mail."""
    return render(request, "registry/told.html", {"which": "remark_asked"})


def sent(request: HttpRequest) -> HttpResponse:
    """It is with the secretariat."""
    return render(request, "registry/told.html", {"which": "remark_sent"})


# Those whom it is about ----------------------------------------------------------------------------------------


@signed_in
def remarks(request: HttpRequest) -> HttpResponse:
    """/my/remarks/: what readers said about pledges of one's organisations."""
    mine = list(roles_of(request.user))
    found = Remark.objects.filter(organisation__in=mine).exclude(state=RemarkState.UNCONFIRMED)
    rows = found.select_related("pledge", "organisation")[:200]
    return render(request, "registry/my_remarks.html", {"rows": rows})


def found_remark(request: HttpRequest, pk: int) -> Remark:
    """The remark, if this person may see it; else 404."""
    remark = get_object_or_404(Remark.objects.select_related("pledge__current", "organisation", "correction"), pk=pk)
    if not may_see_remark(request.user, remark):
        raise Http404
    return remark


@signed_in
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """/my/remarks/<pk>/: what was said, and what one can do."""
    here = found_remark(request, pk)
    return render(request, "registry/my_remark.html", {"remark": here, **_possible(here, request.user)})


def _possible(here: Remark, person: Any) -> dict[str, bool]:
    open_still = here.state in REMARK.moves["correct"].sources
    return {
        "may_answer": may_answer_remark(person, here) and here.state in REMARK.moves["answer"].sources,
        "may_reply": may_reply_to_remark(person, here) and here.pledge_id is not None,
        "may_correct": open_still and may_correct_after_remark(person, here),
    }


@require_POST
@signed_in
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Answer it, have one's own word shown, begin the correction."""
    here, now, by = found_remark(request, pk), timezone.now(), request.user
    form = WordsForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if verb == "correct":
        begun = attempt(request, lambda: actions.begin_correction(here, by=by, at=now))
        if begun is not None and here.pledge is not None:
            return redirect(reverse("pledges:continue", args=[here.pledge.key]))
    elif verb == "reply":
        attempt(request, lambda: actions.reply_to_remark(here, text, by=by, at=now), _("Your word is kept."))
    else:
        attempt(request, lambda: actions.answer_remark(here, text, by=by, at=now), _("Your answer is sent."))
    return redirect("registry:my_remark", pk)
