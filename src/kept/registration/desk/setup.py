"""The desk's set-up of a meeting's registration: when one may register, as what, on which seats, what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.formats import format_date, format_list, format_number
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings import actions as meetings
from kept.meetings.lifecycle import MEETING
from kept.meetings.models import Meeting, in_language
from kept.registration import actions
from kept.registration.desk.registrations import meeting_of
from kept.registration.models import LIVE, Category, Mode, Question, Quota
from kept.registration.setup_forms import CategoryForm, QuestionForm, SeatsForm, WindowForm

HUB = "registration:desk_setup"


@for_the_desk
def setup(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/"""
    return hub(request, meeting_of(request, slug))


def hub(request: HttpRequest, meeting: Meeting, window: WindowForm | None = None) -> HttpResponse:
    language, now = get_language() or "en", timezone.now()
    moves = MEETING.possible(meeting, state=meeting.status, by=request.user)
    questions = Question.objects.filter(meeting=meeting).annotate(answered=Count("answers"))
    context = {
        "meeting": meeting,
        "name": meeting.name_in(language),
        "is_open": actions.may_register_now(meeting, now),
        "ended": meeting.registration_until is not None and now >= meeting.registration_until,
        "moves": {name for name in ("open_registration", "close_registration") if name in moves},
        "window": window or WindowForm(row=meeting, meeting=meeting),
        "categories": categories_of(meeting, language),
        "pools": [_pool_line(meeting, one, language) for one in meeting.quotas.select_related("linked_event", "session")],
        "questions": [_question_line(meeting, one, language) for one in questions.filter(replaced_at=None)],
        "no_more": [_question_line(meeting, one, language) for one in _no_more(questions)],
    }  # fmt: skip
    return render(request, "registration/desk/setup.html", context)


def _no_more(questions: Any) -> list[Question]:
    """The last version of each question that is asked no more."""
    asked = set(questions.filter(replaced_at=None).values_list("code", flat=True))
    last = {one.code: one for one in questions.exclude(code__in=asked).order_by("version")}
    return list(last.values())


def categories_of(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """The categories with what tells one from another, and how many are registered in each; two queries."""
    live = Count("registrations", filter=Q(registrations__state__in=LIVE), distinct=True)
    rows = meeting.categories.annotate(live=live).prefetch_related("quotas")
    return [_category_line(meeting, one, language) for one in rows]


def _category_line(meeting: Meeting, one: Any, language: str) -> dict[str, Any]:
    facts = [
        format_list([str(Mode(mode).label) for mode in one.modes], language),
        _("Yes from: %(who)s") % {"who": one.get_approval_display()},
        _("Place on the waiting list: %(place)s") % {"place": format_number(one.priority, language)},
        format_list([pool.name_in(language) for pool in one.quotas.all()], language),
    ]
    if one.protocol:
        facts.append(_("may sit on the reserve"))
    if one.by_invitation:
        facts.append(_("only by invitation"))
    return {
        "name": one.name_in(language),
        "facts": [fact for fact in facts if fact],
        "closed": one.closed_at,
        "live": one.live,
        "url": reverse("registration:desk_category", args=[meeting.slug, one.code]),
    }


def _pool_line(meeting: Meeting, one: Quota, language: str) -> dict[str, Any]:
    facts = [
        str(one.get_mode_display()),
        _("no limit") if one.bookable is None else _("Seats: %(n)s") % {"n": format_number(one.bookable, language)},
    ]
    for label, n in (
        (_("Kept back: %(n)s"), one.protocol_reserve), (_("Fire limit: %(n)s"), one.fire_limit),
        (_("Waiting: %(n)s"), one.waiting),
    ):  # fmt: skip
        if n:
            facts.append(label % {"n": format_number(n, language)})
    if one.day:
        facts.append(format_date(one.day, language))
    if one.session:
        facts.append(in_language(one.session.titles, language))
    if one.linked_event:
        facts.append(one.linked_event.name_in(language))
    return {
        "name": one.name_in(language),
        "facts": facts,
        "taken": one.taken,
        "url": reverse("registration:desk_seats", args=[meeting.slug, one.pk]),
    }


def _question_line(meeting: Meeting, one: Any, language: str) -> dict[str, Any]:
    facts = [str(one.get_kind_display()), _("has to be answered") if one.required else _("may be left out")]
    if one.version > 1:
        facts.append(_("Version %(n)s") % {"n": format_number(one.version, language)})
    if one.condition:
        facts.append(_("asked only after another answer"))
    return {
        "name": in_language(one.texts, language),
        "facts": facts,
        "answered": one.answered,
        "url": reverse("registration:desk_question", args=[meeting.slug, one.code]),
    }


# The window -----------------------------------------------------------------------------------------------------


@for_the_desk
@require_POST
def window(request: HttpRequest, slug: str) -> HttpResponse:
    """Until when; open, close."""
    meeting, at = meeting_of(request, slug), timezone.now()
    moves = {"open": meetings.open_registration, "close": meetings.close_registration}
    if (move := moves.get(request.POST.get("do", ""))) is not None:
        try:
            move(meeting, by=request.user, at=at)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        return redirect(HUB, slug)
    form = WindowForm(request.POST, row=meeting, meeting=meeting)
    if attempt(
        request, form, lambda: meetings.change_meeting(meeting, form.values(), by=request.user, at=at), _("Saved.")
    ):
        return redirect(HUB, slug)
    return hub(request, meeting, form)


# Categories, pools, questions -------------------------------------------------------------------------------------


def edited(
    request: HttpRequest, meeting: Meeting, form: Any, save: Callable[[], Any], title: str, **more: Any
) -> HttpResponse:
    """The page of one thing that is set up: its form, saved by the button; then back to the whole."""
    if form.is_bound and attempt(request, form, save, _("Saved.")):
        return redirect(HUB, meeting.slug)
    context = {
        "meeting": meeting,
        "name": meeting.name_in(get_language() or "en"),
        "form": form,
        "groups": form.groups(),
        "plain": form.plain(),
        "title": title,
        **more,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registration/desk/setup_form.html", context, status=status)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@for_the_desk
def new_category(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/categories/new/"""
    meeting = meeting_of(request, slug)
    row = Category(meeting=meeting, modes=[], position=meeting.categories.count())
    form = CategoryForm(_posted(request), row=row, meeting=meeting)
    return edited(
        request, meeting, form,
        lambda: actions.add_category(
            meeting, form.short_name, form.values(), pools=form.chosen, by=request.user, at=timezone.now()
        ),
        _("A new category"),
    )  # fmt: skip


@for_the_desk
def category(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/categories/<code>/: changed, closed, opened again."""
    meeting = meeting_of(request, slug)
    row = get_object_or_404(Category, meeting=meeting, code=code)
    if request.method == "POST" and request.POST.get("do") in ("close", "open"):
        closed = request.POST["do"] == "close"
        actions.close_category(row, closed=closed, by=request.user, at=timezone.now())
        messages.success(
            request, _("Nobody new comes into this category.") if closed else _("This category is open again.")
        )
        return redirect("registration:desk_category", slug, code)
    form = CategoryForm(_posted(request), row=row, meeting=meeting)
    return edited(
        request, meeting, form,
        lambda: actions.change_category(row, form.values(), pools=form.chosen, by=request.user, at=timezone.now()),
        row.name_in(get_language() or "en"), category=row,
    )  # fmt: skip


@for_the_desk
def new_seats(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/pools/new/"""
    meeting = meeting_of(request, slug)
    form = SeatsForm(_posted(request), row=Quota(meeting=meeting, position=meeting.quotas.count()), meeting=meeting)
    return edited(
        request, meeting, form,
        lambda: actions.add_pool(meeting, form.values(), by=request.user, at=timezone.now()), _("A new pool of seats"),
    )  # fmt: skip


@for_the_desk
def seats(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/pools/<pk>/"""
    meeting = meeting_of(request, slug)
    row = get_object_or_404(Quota, meeting=meeting, pk=pk)
    form = SeatsForm(_posted(request), row=row, meeting=meeting)
    return edited(
        request, meeting, form,
        lambda: actions.arrange_pool(row, form.values(), by=request.user, at=timezone.now()),
        row.name_in(get_language() or "en"), pool=row,
    )  # fmt: skip


@for_the_desk
def new_question(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/questions/new/"""
    meeting = meeting_of(request, slug)
    row = Question(meeting=meeting, position=Question.objects.filter(meeting=meeting, replaced_at=None).count())
    form = QuestionForm(_posted(request), row=row, meeting=meeting)

    def save() -> Any:
        if Question.objects.filter(meeting=meeting, code=form.short_name).exists():
            raise Refused(_("There is a question of this short name already."))
        return _ask(request, meeting, form)

    return edited(request, meeting, form, save, _("A new question"))


@for_the_desk
def question(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/setup/questions/<code>/: other words, asked no more, its versions."""
    meeting = meeting_of(request, slug)
    versions = list(
        Question.objects.filter(meeting=meeting, code=code).annotate(answered=Count("answers")).order_by("-version")
    )
    if not versions:
        raise Http404("There is no such question.")
    row = versions[0]
    if request.method == "POST" and request.POST.get("do") == "stop":
        try:
            actions.stop_asking(row, by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
            return redirect("registration:desk_question", slug, code)
        messages.success(request, _("This is asked no more. What was answered stays."))
        return redirect(HUB, slug)
    form = QuestionForm(_posted(request), row=row, meeting=meeting)
    language = get_language() or "en"
    earlier = [(one, in_language(one.texts, language)) for one in versions if one.replaced_at]
    return edited(request, meeting, form, lambda: _ask(request, meeting, form), in_language(row.texts, language),
                 question=row, earlier=earlier)  # fmt: skip


def _ask(request: HttpRequest, meeting: Meeting, form: QuestionForm) -> Question:
    return actions.ask(
        meeting, form.short_name, form.values(), categories=form.categories, by=request.user, at=timezone.now()
    )
