"""Being told of new pledges: the page behind "Tell me of new ones", and a person's own searches."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kept.base.context import House
from kept.base.lifecycle import Refused
from kept.people.views.pages import attempt, signed_in
from kept.registry import actions, guard, listing
from kept.registry.actions.searching import selection_of, watched
from kept.registry.forms import FrequencyForm, WatchForm
from kept.registry.lifecycle import SEARCH
from kept.registry.models import Frequency, SavedSearch, SearchState
from kept.registry.permissions import may_keep_search
from kept.registry.selection import Selection
from kept.registry.watching import in_words

VERBS = ("pause", "resume", "end", "change")
WORDS = {"pause": gettext_lazy("Pause"), "resume": gettext_lazy("Resume"), "end": gettext_lazy("End it")}
DONE = {
    "pause": gettext_lazy("Paused."),
    "resume": gettext_lazy("You are told again."),
    "end": gettext_lazy("Ended. You get no more of these mails."),
    "change": gettext_lazy("Saved."),
}


@never_cache
def watch(request: HttpRequest) -> HttpResponse:
    """/pledges/watch/?country=BDI: how often, and to which address."""
    language, selection = get_language() or "en", Selection.from_query(request.GET)
    person = House(request).visitor
    form = WatchForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_a_machines:
        return redirect("registry:search_asked")
    if request.method == "POST" and not guard.lets_pass(request):
        form.add_error(None, _("Too often. Wait some minutes, then send it again."))
    elif request.method == "POST" and form.is_valid():
        try:
            actions.save_search(
                selection, at=timezone.now(), frequency=form.cleaned_data["frequency"], by=person,
                email=form.cleaned_data.get("email", ""), language=language,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("registry:my_searches" if person else "registry:search_asked")
    asked = watched(selection)
    context = {
        "form": form,
        "selection": selection,
        "words": in_words(asked, language),
        "back": listing.address(asked),
        "feed_query": asked.to_query(),
    }
    return render(request, "registry/watch.html", context, status=422 if form.errors else 200)


def asked(request: HttpRequest) -> HttpResponse:
    """Look into your mail."""
    return render(request, "registry/told.html", {"which": "search_asked"})


def confirmed(request: HttpRequest) -> HttpResponse:
    """The address said yes."""
    return render(request, "registry/told.html", {"which": "search_confirmed"})


@signed_in
def searches(request: HttpRequest) -> HttpResponse:
    """/my/searches/"""
    found = SavedSearch.objects.filter(person=request.user).exclude(state=SearchState.ENDED)[:100]
    rows = [_line(saved, request.user, get_language() or "en") for saved in found]
    return render(request, "registry/searches.html", {"rows": rows, "frequencies": Frequency.choices})


def _line(saved: SavedSearch, person: Any, language: str) -> dict[str, Any]:
    selection = selection_of(saved)
    possible = SEARCH.possible(saved, state=saved.state, by=person)
    return {
        "saved": saved,
        "words": in_words(selection, language),
        "url": listing.address(selection.with_()),
        "broken": bool(selection.problems),
        "verbs": [(name, WORDS[name]) for name in WORDS if name in possible],
    }


@require_POST
@signed_in
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, end a search, or change how often."""
    saved = get_object_or_404(SavedSearch, pk=pk)
    if not may_keep_search(request.user, saved):
        raise Http404
    now = timezone.now()
    if verb == "change":
        form = FrequencyForm(request.POST)
        if form.is_valid():
            chosen = form.cleaned_data["frequency"]
            attempt(request, lambda: actions.change_search(saved, chosen, by=request.user, at=now), DONE[verb])
    else:
        act = {"pause": actions.pause_search, "resume": actions.resume_search, "end": actions.end_search}[verb]
        attempt(request, lambda: act(saved, by=request.user, at=now), DONE[verb])
    return redirect("registry:my_searches")
