"""The desk's feedback of a meeting: what is asked, how many answered, and, once it is closed, what they said."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.base.formats import format_number
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting, in_language
from kept.registration import actions, charts
from kept.registration.actions.hearing import morning_after, values_of
from kept.registration.desk.registrations import meeting_of
from kept.registration.feedback import GOOD, LEAST, WORDS_OF_SCALE, Asked, Reply, Result, results
from kept.registration.feedback_forms import EndForm, FeedbackQuestionForm, choices_of
from kept.registration.models import Feedback, FeedbackKind, FeedbackQuestion, Mode
from kept.registry.implementing import Chart

PAGE = "registration:desk_feedback"
LOOKS = {"5": "kept", "4": "going", "3": "unjudged", "2": "late", "1": "ended"}


@for_the_desk
def feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/feedback/"""
    meeting, at = meeting_of(request, slug), timezone.now()
    asked = Feedback.objects.filter(meeting=meeting).select_related("meeting").first()
    does = request.POST.get("do", "") if request.method == "POST" else ""
    end = EndForm(request.POST if does == "end" else None, row=asked, meeting=meeting) if asked else None
    acts: dict[str, Any] = {"ask": lambda: actions.ask_for_feedback(meeting, by=request.user, at=at)}
    if asked is not None:
        acts["close"] = lambda: actions.close_feedback(asked, by=request.user, at=at)
    if does == "end" and end is not None:
        if attempt(
            request, end, lambda: actions.change_end(asked, **end.values(), by=request.user, at=at), _("Saved.")
        ):
            return redirect(PAGE, slug)
    elif does in acts:
        tried(request, acts[does], _("Saved."))
        return redirect(PAGE, slug)
    return _drawn(request, meeting, asked, end)


def _drawn(request: HttpRequest, meeting: Meeting, asked: Feedback | None, end: EndForm | None) -> HttpResponse:
    language, at = get_language() or "en", timezone.now()
    questions = list(asked.questions.all()) if asked else []
    context: dict[str, Any] = {
        "meeting": meeting, "name": meeting.name_in(language), "feedback": asked, "end": end, "now": at,
        "over": at >= meeting.ends_at, "mails_at": morning_after(meeting), "least": LEAST,
        "lines": [
            {"row": one, "words": in_language(one.texts, language),
             "url": reverse("registration:desk_feedback_question", args=[meeting.slug, one.code])}
            for one in questions
        ],
        "answered": asked.replies.count() if asked else 0,
    }  # fmt: skip
    if asked is not None and asked.closed_at is not None:
        found = results_of(asked, questions)
        context["charts"] = drawn(questions, found, language)
        context["words"] = words_of(questions, found, language)
        context["hidden"] = [in_language(q.texts, language) for q, r in zip(questions, found, strict=True) if r.hidden]
    status = 422 if end is not None and end.is_bound and end.errors else 200
    return render(request, "registration/desk/feedback.html", context, status=status)


def results_of(asked: Feedback, questions: list[FeedbackQuestion]) -> list[Result]:
    """What may be shown of the answers; one query."""
    plain = [Asked(one.code, one.kind, values_of(one)) for one in questions]
    return results(plain, [Reply(mode, answers) for mode, answers in asked.replies.values_list("mode", "answers")])


def drawn(questions: list[FeedbackQuestion], found: list[Result], language: str) -> list[Chart]:
    """A chart for each question that is answered by choosing, where enough answered."""
    makers = {FeedbackKind.SCALE: _scale, FeedbackKind.CHOICE: _choice}
    return [
        makers[FeedbackKind(question.kind)](question, result, language)
        for question, result in zip(questions, found, strict=True)
        if not result.hidden and question.kind in makers
    ]


def words_of(
    questions: list[FeedbackQuestion], found: list[Result], language: str
) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (in_language(question.texts, language), result.words)
        for question, result in zip(questions, found, strict=True) if result.words
    ]  # fmt: skip


def _scale(question: FeedbackQuestion, result: Result, language: str) -> Chart:
    good = sum(result.counts[value] for value in GOOD)
    sentence = ngettext(
        "%(good)s of %(n)s answer says “good” or “very good”.",
        "%(good)s of %(n)s answers say “good” or “very good”.", result.answered,
    ) % {"good": format_number(good, language), "n": format_number(result.answered, language)}  # fmt: skip
    heads = [(LOOKS[value], str(words)) for value, words in WORDS_OF_SCALE]
    rows = [("all", _("All who answered"), list(result.counts.values()))]
    rows += [(way, str(Mode(way).label), list(counts.values())) for way, counts in result.by_way.items()]
    return charts.crossed(question.code, in_language(question.texts, language), sentence, heads, rows)


def _choice(question: FeedbackQuestion, result: Result, language: str) -> Chart:
    names = {value: str(words) for value, words in choices_of(question, language)}
    most = max(result.counts, key=lambda value: result.counts[value])
    sentence = _("Most often said: “%(what)s”, by %(most)s of %(n)s.") % {
        "what": names[most], "most": format_number(result.counts[most], language),
        "n": format_number(result.answered, language),
    }  # fmt: skip
    counts = [(value, names[value], n) for value, n in result.counts.items()]
    return charts.shared(question.code, in_language(question.texts, language), sentence, counts)


def _closed(request: HttpRequest, slug: str) -> tuple[Meeting, list[FeedbackQuestion], list[Result]]:
    meeting = meeting_of(request, slug)
    asked = get_object_or_404(Feedback, meeting=meeting, closed_at__isnull=False)
    questions = list(asked.questions.all())
    return meeting, questions, results_of(asked, questions)


@for_the_desk
@require_safe
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/feedback/feedback.csv"""
    meeting, questions, found = _closed(request, slug)
    return charts.as_csv(drawn(questions, found, get_language() or "en"), f"{meeting.slug}-feedback")


@for_the_desk
@require_safe
def picture(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/feedback/<question>.svg"""
    meeting, questions, found = _closed(request, slug)
    language = get_language() or "en"
    chart = next((one for one in drawn(questions, found, language) if one.key == code), None)
    if chart is None:
        raise Http404("There is no such chart.")
    return charts.as_picture(
        chart, language, at=timezone.now(), about=meeting.name_in(language), path=reverse(PAGE, args=[slug])
    )


# Questions --------------------------------------------------------------------------------------------------------


@for_the_desk
def question(request: HttpRequest, slug: str, code: str = "") -> HttpResponse:
    """/desk/meetings/<slug>/feedback/questions/<code>/, …/new/: its words in six languages, as long as nobody answered."""
    meeting, at = meeting_of(request, slug), timezone.now()
    asked = get_object_or_404(Feedback.objects.select_related("meeting"), meeting=meeting)
    row = get_object_or_404(FeedbackQuestion, feedback=asked, code=code) if code else None
    if row is not None and request.POST.get("do") == "drop":
        tried(request, lambda: actions.drop_question(row, by=request.user, at=at), _("Saved."))
        return redirect(PAGE, slug)
    form = FeedbackQuestionForm(
        request.POST if request.method == "POST" else None, meeting=meeting,
        row=row or FeedbackQuestion(feedback=asked, position=asked.questions.count()),
    )  # fmt: skip

    def save() -> FeedbackQuestion:
        if row is None and asked.questions.filter(code=form.short_name).exists():
            raise Refused(_("There is a question of this short name already."))
        return actions.set_question(asked, form.short_name, form.values(), by=request.user, at=at)

    if request.method == "POST" and attempt(request, form, save, _("Saved.")):
        return redirect(PAGE, slug)
    language = get_language() or "en"
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "question": row, "groups": form.groups(),
        "plain": form.plain(), "title": in_language(row.texts, language) if row else _("A new question"),
    }  # fmt: skip
    return render(request, "registration/desk/feedback_question.html", context, status=422 if form.errors else 200)
