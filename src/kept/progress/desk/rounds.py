"""Rounds on the desk: the plan, whom it asked, who answered, who is late, whom nobody can reach; one gesture for each."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.reading import Unreadable, read_mail
from kept.progress import actions, queries
from kept.progress.actions.asking import pledges_of
from kept.progress.desk.forms import MOST_QUESTIONS, QuestionForm, RoundForm
from kept.progress.lifecycle import ROUND
from kept.progress.models import Asked, Round, RoundState

PAGE = 50


@for_the_desk
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds, the newest first, with how many answered."""
    language, today = get_language() or "en", timezone.now().date()
    lines: list[dict[str, Any]] = []
    for found in Round.objects.all()[:40]:
        url = reverse("progress:desk_round", args=[found.slug])
        lines.append(
            {"round": found, "name": found.name_in(language), "counts": queries.counts_of(found, today), "url": url}
        )
    for line in lines:
        line["share"] = line["counts"]["answered"] / line["counts"]["all"] if line["counts"]["all"] else None
    return render(request, "progress/desk/rounds.html", {"lines": lines})


@for_the_desk
def new_round(request: HttpRequest) -> HttpResponse:
    """Plan a round."""
    form = RoundForm(request.POST or None, language=get_language() or "en")
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_round(form.cleaned_data["slug"], form.values(), by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return redirect("progress:desk_round", made.slug)
    return render(request, "progress/desk/round_form.html", {"form": form}, status=422 if form.errors else 200)


@for_the_desk
def edit_round(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the plan; of an open round only what does not change whom it asked for what."""
    found = get_object_or_404(Round, slug=slug)
    form = RoundForm(request.POST or None, language=get_language() or "en", round_=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_round(found, form.values(), by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("progress:desk_round", slug)
    context = {"form": form, "round": found}
    return render(request, "progress/desk/round_form.html", context, status=422 if form.errors else 200)


@for_the_desk
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a question, or take one away."""
    found = get_object_or_404(Round, slug=slug)
    fields = ("key", "kind", "words", "choices", "required", "public")
    kept = list(found.questions.values(*fields))
    form = QuestionForm(None if "remove" in request.POST else request.POST or None)
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                left = [q for q in kept if q["key"] != request.POST["remove"]]
                actions.set_questions(found, left, by=request.user, at=timezone.now())
                return redirect("progress:desk_round", slug)
            if form.is_valid():
                made = form.question()
                if any(q["key"] == made["key"] for q in kept) or len(kept) >= MOST_QUESTIONS:
                    raise Refused(_("There is a question of this short name already, or there are too many."))
                actions.set_questions(found, [*kept, made], by=request.user, at=timezone.now())
                return redirect("progress:desk_round", slug)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
    context = {"form": form, "round": found}
    return render(request, "progress/desk/question.html", context, status=422 if form.errors else 200)


TABS = (
    ("", gettext_lazy("All")), ("waiting", gettext_lazy("Not answered")), ("late", gettext_lazy("Late")),
    ("writing", gettext_lazy("Being written")),
    ("answered", gettext_lazy("Answered")), ("unreachable", gettext_lazy("Nobody there")),
)  # fmt: skip


@for_the_desk
def round_(request: HttpRequest, slug: str) -> HttpResponse:
    """One round: its plan and its moves; whom it asked, by who answered."""
    found = get_object_or_404(Round, slug=slug)
    language, today = get_language() or "en", timezone.now().date()
    state = request.GET.get("show", "")
    if state not in (*queries.STATES, ""):
        raise Http404
    asked = queries.asked_in(found, state, today)
    page = Paginator(asked.order_by("due", "pledge__number"), PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.with_people(page.object_list)
    base = reverse("progress:desk_round", args=[slug])
    counts = queries.counts_of(found, today)
    context = {
        "round": found, "name": found.name_in(language), "counts": counts, "page": page,
        "lines": [_line(a, today) for a in page.object_list], "questions": found.questions.all(),
        "moves": ROUND.possible(found, state=found.state, by=request.user), "today": today,
        "share": counts["answered"] / counts["all"] if counts["all"] else None,
        "would_ask": pledges_of(found).count() if found.state == RoundState.DRAFT else None,
        "tabs": [
            {"name": name, "url": f"{base}?show={key}" if key else base,
             "current": key == state,
             "count": counts.get(key or "all")}
            for key, name in TABS
        ],
        "sample": (sample := getattr(found, "sample", None)),
        "drawn": queries.drawn_of(sample) if sample is not None else [],
    }  # fmt: skip
    return render(request, "progress/desk/round.html", context)


def _line(asked: Asked, today: date) -> dict[str, Any]:
    letters = list(asked.letters.all())
    report = next(iter(asked.reports.all()), None)
    return {
        "asked": asked, "letters": letters, "report": report, "late": asked.answered_at is None and asked.due < today,
        "reminded": max((letter.reminded for letter in letters), default=0),
        "bounced": any(letter.bounced_at for letter in letters),
        "url": reverse("progress:desk_report", args=[report.key]) if report and report.submitted_at else "",
    }  # fmt: skip


@for_the_desk
@require_POST
def move_round(request: HttpRequest, slug: str) -> HttpResponse:
    """Open, close, reopen, publish; draw a sample."""
    found, now = get_object_or_404(Round, slug=slug), timezone.now()
    verb, reason = request.POST.get("move", ""), request.POST.get("reason", "")
    try:
        if verb == "open":
            actions.open_round(found, by=request.user, at=now)
            messages.success(request, _("The round is open. Everybody is asked within the next minutes."))
        elif verb == "close":
            actions.close_round(found, by=request.user, at=now)
        elif verb == "reopen":
            actions.reopen_round(found, by=request.user, at=now, reason=reason)
        elif verb == "publish":
            actions.publish_round(found, by=request.user, at=now)
            messages.success(request, _("The findings are published."))
        elif verb == "sample":
            size = request.POST.get("size", "")
            size_ = int(size) if size.isascii() and size.isdigit() and len(size) < 7 else 0
            actions.draw_sample(found, seed=request.POST.get("seed", "")[:64], size=size_, by=request.user, at=now)
        else:
            raise Http404
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("progress:desk_round", slug)


@for_the_desk
def asked(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One question: remind, give more time, hand to another person."""
    found = get_object_or_404(Asked.objects.select_related("pledge", "round", "organisation"), pk=pk, round__slug=slug)
    if request.method == "POST":
        try:
            messages.success(request, _gesture(request, found))
        except NotAllowed:
            raise
        except (Refused, Unreadable) as refusal:
            messages.error(request, str(refusal.message))
        return redirect(reverse("progress:desk_asked", args=[slug, pk]))
    context = {
        "asked": found, "round": found.round, "pledge": found.pledge, "notice": getattr(found, "notice", None),
        "letters": found.letters.prefetch_related("reminders"), "name": found.round.name_in(get_language() or "en"),
        "reports": found.reports.order_by("-pk"),
    }  # fmt: skip
    return render(request, "progress/desk/asked.html", context)


def _gesture(request: HttpRequest, found: Asked) -> str:
    now, data = timezone.now(), request.POST
    verb = data.get("do", "")
    if verb == "remind":
        actions.remind_now(found, by=request.user, at=now)
        return _("Reminded.")
    if verb == "extend":
        try:
            until = date.fromisoformat(data.get("until", ""))
        except ValueError:
            raise Refused(_("Write the day as it is offered.")) from None
        actions.extend(found, until, by=request.user, at=now, reason=data.get("reason", "")[:2000])
        return _("They have more time.")
    if verb == "hand_over":
        email = read_mail(data.get("email", ""))
        if not email:
            raise Refused(_("Write the mail address of the person who should answer."))
        actions.hand_over(found, email=email, name=data.get("name", "")[:200], by=request.user, at=now)
        return _("The question was handed over. They get a link of their own.")
    raise Http404
