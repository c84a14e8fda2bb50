"""Sessions written, delayed and cancelled on the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.formats import format_list, format_number
from kept.meetings import actions, clashing, forms
from kept.meetings.actions.delaying import Delay, delay_session
from kept.meetings.actions.ground import ChangedMeanwhile
from kept.meetings.actions.protocol import order_states
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.desk.programme import session_of
from kept.meetings.desk.programme_forms import DelayForm, SessionForm
from kept.meetings.desk.speakers import role_line
from kept.meetings.models import Meeting, Session, SessionKind


@for_the_desk
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/new/: another session, parked."""
    found = meeting_of(slug)
    posted = request.method == "POST"
    kind = request.GET.get("kind", "")
    row = Session(meeting=found, kind=kind if kind in SessionKind.values else SessionKind.PANEL)
    form = SessionForm(request.POST if posted else None, row=row, meeting=found)

    def save() -> Session:
        return actions.add_session(found, form.values(), by=request.user, at=timezone.now())

    if posted and attempt(request, form, save, _("The session is parked. Give it a place.")):
        return redirect("meetings:desk_programme", slug)
    return page(request, found, form, _("New session"))


@for_the_desk
def session(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/<code>/: what it says. Who is second is told what the first wrote."""
    found = meeting_of(slug)
    row = session_of(found, code)
    posted = request.method == "POST"
    form = SessionForm(request.POST if posted else None, row=row, meeting=found)
    given = request.POST.get("seen", "")
    at_first = int(given) if given.isdecimal() and len(given) < 9 else row.version
    theirs: list[dict[str, Any]] = []

    def save() -> Session:
        try:
            return actions.change_session(row, form.values(), by=request.user, at=timezone.now(), seen=at_first)
        except ChangedMeanwhile:
            theirs.extend(differing(form, row))
            raise

    if posted and attempt(request, form, save, _("Saved.")):
        return redirect("meetings:desk_session", slug, code)
    more = {
        "session": row,
        "seen": row.version if theirs or not posted else at_first,
        "theirs": theirs,
        "may_delay": row.cancelled_at is None and bool(row.first_released_at),
        "people": people_in(row),
        "states": states_in(row),
        "may_add": row.cancelled_at is None and row.kind not in (SessionKind.BREAK, SessionKind.BLOCKER),
    }
    return page(request, found, form, row.title_in(get_language() or "en") or row.code, **more)


def states_in(row: Session) -> int:
    """How many different states are spoken for in it."""
    countries = row.roles.counting().exclude(profile__country="").values_list("profile__country", flat=True)
    return len(set(countries))


@for_the_desk
@require_POST
def states(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/<code>/states/: those who speak for states, in the order of the meeting's language."""
    row = get_object_or_404(Session.objects.select_related("meeting"), meeting__slug=slug, code=code)
    moved = order_states(row, by=request.user, at=timezone.now())
    messages.success(request, _("The states stand in order now.") if moved else _("The states stood in order already."))
    return redirect("meetings:desk_session", slug, code)


def people_in(row: Session) -> list[dict[str, Any]]:
    """Who has a place in it, in the order of protocol, also who said no: `speakers.role_line` with name and address."""
    language = get_language() or "en"
    roles = row.roles.select_related("session", "profile", "substitute_for__profile")
    return [
        role_line(role, language)
        | {"name": role.profile.name, "url": reverse("meetings:desk_speaker", args=[row.meeting.slug, role.profile_id])}
        for role in roles
    ]


def differing(form: SessionForm, row: Session) -> list[dict[str, Any]]:
    """What stands there now and is not what this person typed: [{"name", "now"}]."""
    found = []
    for bound in form:
        name = bound.name
        text = next((t for t in form.texts if name.startswith(f"{t.name}_")), None)
        now = (
            (getattr(row, text.name) or {}).get(name.removeprefix(f"{text.name}_"), "") if text else getattr(row, name)
        )
        if now != form.cleaned_data.get(name):
            label = f"{text.legend} ({bound.label})" if text else bound.label
            shown = (
                format_list(
                    [one["name"] or one["url"] if isinstance(one, dict) else str(one) for one in now],
                    get_language() or "en",
                )
                if isinstance(now, list)
                else now
            )
            found.append({"name": label, "now": {True: _("yes"), False: _("no")}.get(shown, shown)})
    return found


def page(request: HttpRequest, found: Meeting, form: Any, title: Any, **more: Any) -> HttpResponse:
    context = {
        "meeting": found,
        "name": found.name_in(get_language() or "en"),
        "form": form,
        "groups": form.groups() if hasattr(form, "groups") else [],
        "plain": form.plain() if hasattr(form, "plain") else list(form),
        "title": title,
        "back_url": reverse("meetings:desk_programme", args=[found.slug]),
        **more,
    }
    return render(request, "meetings/desk/session.html", context)


@for_the_desk
def delay(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/<code>/delay/: it and what follows in its room begin later, at once."""
    found = meeting_of(slug)
    row = session_of(found, code)
    posted = request.method == "POST"
    form = DelayForm(request.POST if posted else None)
    done: list[Delay] = []

    def act() -> None:
        done.append(delay_session(row, form.cleaned_data["minutes"], by=request.user, at=timezone.now()))

    if posted and attempt(request, form, act, _("Visitors see it now.")):
        say(request, found, done[0])
        return redirect("meetings:desk_programme", slug)
    return page(
        request, found, form, _("Delay “%(title)s” and what follows in its room")
        % {"title": row.title_in(get_language() or "en")}, button=_("Delay"),
    )  # fmt: skip


def say(request: HttpRequest, found: Meeting, done: Delay) -> None:
    """What a delay moved, where it stopped, and what does not fit now."""
    language = get_language() or "en"
    number = len(done.moved)
    messages.success(
        request,
        ngettext("%(n)s session begins later.", "%(n)s sessions begin later.", number)
        % {"n": format_number(number, language)},
    )
    if done.stopped_at:
        messages.warning(request, _("“%(title)s” keeps its hour.") % {"title": done.stopped_at.title_in(language)})
    titles = {one.code: one.title_in(language) for one in found.sessions.all()}
    for one in done.warnings:
        messages.warning(request, clashing.sentence(one.conflict, titles))


@for_the_desk
def cancel(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/<code>/cancel/: it does not take place, with the reason that visitors read."""
    found = meeting_of(slug)
    row = session_of(found, code)
    posted = request.method == "POST"
    form = forms.ReasonForm(request.POST if posted else None)

    def act() -> Session:
        return actions.cancel_session(row, by=request.user, at=timezone.now(), reason=form.in_languages("reason"))

    if posted and attempt(request, form, act, _("The session is cancelled.")):
        return redirect("meetings:desk_programme", slug)
    title = _("Cancel “%(title)s”") % {"title": row.title_in(get_language() or "en")}
    return page(request, found, form, title, button=_("Cancel the session"), danger=True)
