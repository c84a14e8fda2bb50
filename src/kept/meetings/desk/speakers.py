"""The desk's speakers of a meeting: who was asked, who said what, what is missing; invited and reminded by held mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt, tried
from kept.base.formats import format_list, format_number
from kept.base.languages import bcp47, direction, native_name
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings import notices, privacy, trail
from kept.meetings.actions import acting, inviting
from kept.meetings.actions import speaking as acts
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.lifecycle import ROLE
from kept.meetings.models import Availability, Meeting, Profile, RoleKind, RoleState, SessionRole
from kept.meetings.readiness import Person, people_at
from kept.meetings.speaker_forms import PlaceInSessionForm, SpeakerForm, SubstituteForm
from kept.meetings.views.connection import result
from kept.meetings.views.speakers import STEPS

VERBS: dict[str, tuple[Any, Callable[..., SessionRole]]] = {
    # A place of somebody, decided on the desk: words of the button, action.
    "confirm": (gettext_lazy("Said yes"), acts.confirm_role),
    "decline": (gettext_lazy("Said no"), acts.decline_role),
    "withdraw": (gettext_lazy("Take out of the session"), acts.withdraw_role),
}
TONES = {RoleState.CONFIRMED: "kept", RoleState.INVITED: "late", RoleState.DECLINED: "broken"}


@for_the_desk
def speakers(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/: everybody, and a mail to those who are ticked."""
    meeting = meeting_of(slug)
    language = get_language() or "en"
    people = people_at(meeting)
    if request.method == "POST":
        write_to(request, meeting, people)
        return redirect("meetings:desk_speakers", slug)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "lines": [line(p, language) for p in people],
        "waiting": sum(p.waits for p in people), "coming": sum(p.comes for p in people),
    }  # fmt: skip
    return render(request, "meetings/desk/speakers.html", context)


def line(person: Person, language: str) -> dict[str, Any]:
    return {
        "pk": person.profile.pk,
        "name": person.profile.name,
        "url": reverse("meetings:desk_speaker", args=[person.row.meeting.slug, person.profile.pk]),
        "roles": [role_line(role, language) for role in person.roles],
        "missing": person.missing if person.comes or person.waits else [],
        "asked": person.row.reminded_at or person.row.invited_at,
        "mail": notices.address_to(person.profile),
        "serves": person.serves,
        "shown": person.profile.released_at is not None,
    }


def role_line(role: SessionRole, language: str) -> dict[str, Any]:
    state = RoleState(role.state)
    return {
        "pk": role.pk, "session": role.session.title_in(language) or role.session.code,
        "kind": RoleKind(role.kind).label, "state": state.label, "tone": TONES.get(state, ""), "remote": role.remote,
        "languages": format_list([native_name(code) for code in role.languages], language, "unit"),
        "before": role.substitute_for.profile.name if role.substitute_for else "",
    }  # fmt: skip


def write_to(request: HttpRequest, meeting: Meeting, people: list[Person]) -> None:
    """Write the mails that a button asks for to everybody who is ticked; they wait in the outbox."""
    verb, chosen = request.POST.get("verb", ""), set(request.POST.getlist("who"))
    if verb not in ("invite", "remind"):
        raise Http404
    written, now = 0, timezone.now()
    for person in people:
        if str(person.profile.pk) not in chosen:
            continue
        try:
            act = inviting.invite if verb == "invite" else inviting.remind
            written += bool(act(meeting, person.profile, by=request.user, at=now))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
    n = format_number(written, get_language() or "en")
    words = ngettext("%(n)s mail waits in the outbox.", "%(n)s mails wait in the outbox.", written) % {"n": n}
    messages.success(request, words) if written else messages.info(request, _("Nobody of those has to be written to."))


@for_the_desk
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/new/; with `?session=<code>` for that session, and back to it."""
    meeting = meeting_of(slug)
    language = get_language() or "en"
    asked = meeting.sessions.filter(code=request.GET.get("session", "")).first()
    form = SpeakerForm(
        request.POST if request.method == "POST" else None, meeting=meeting, language=language, session=asked
    )
    back = (
        reverse("meetings:desk_session", args=[slug, asked.code])
        if asked
        else reverse("meetings:desk_speakers", args=[slug])
    )

    def save() -> SessionRole:
        given = dict(form.cleaned_data)
        return inviting.enter_speaker(
            given.pop("session"), given.pop("kind"), **given, by=request.user, at=timezone.now()
        )

    if request.method == "POST" and attempt(request, form, save, _("Saved.")):
        return redirect(back)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "form": form, "groups": [],
        "plain": [form[name] for name in form.fields], "title": _("Add a speaker"),
        "back_url": back,
    }  # fmt: skip
    return render(request, "meetings/desk/form.html", context)


@for_the_desk
def speaker(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/: what the team knows of somebody, their places, the mails as they would be."""
    meeting = meeting_of(slug)
    profile = get_object_or_404(Profile.objects.select_related("person"), pk=pk)
    if profile.merged_into_id:
        return redirect("meetings:desk_speaker", slug, profile.root.pk)
    people = people_at(meeting, profile)
    if not people:
        raise Http404
    person, language = people[0], get_language() or "en"
    if request.method == "POST":
        decide(request, meeting, person)
        return redirect("meetings:desk_speaker", slug, pk)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "profile": profile, "missing": person.missing,
        "test": result(person.test, meeting, language) if person.test else None, "remote": person.remote,
        "edits": [(reverse("meetings:desk_speaker_edit", args=[slug, pk, key]), name) for key, name in STEPS.items()
                  if key != "release"],
        "assistants": profile.assistants.filter(meeting=meeting, revoked_at=None),
        "merges": profile.merges.select_related("gone"), "deeds": trail.deeds(person, language, for_the_team=True),
        "serves": person.serves, "facts": facts_of(person), "release": person.release,
        "roles": [
            role_line(role, language)
            | {"moves": moves_of(role, request.user), "may_replace": role.state != RoleState.REPLACED}
            for role in person.roles
        ],
        "mails": [
            dict(zip(("subject", "text"), notices.preview(kind, meeting, profile, person.row.language), strict=True))
            for kind in (notices.INVITATION, notices.REMINDER)
        ],
        "mail_language": bcp47(person.row.language),
        "mail_direction": direction(person.row.language),
    }  # fmt: skip
    return render(request, "meetings/desk/speaker.html", context)


def moves_of(role: SessionRole, by: Any) -> list[tuple[str, Any]]:
    possible = ROLE.possible(role, state=role.state, by=by)
    return [(verb, words) for verb, (words, _act) in VERBS.items() if verb in possible]


def facts_of(person: Person) -> list[tuple[str, str]]:
    """What only the team sees of somebody, as far as it is known."""
    hours = Availability.objects.filter(meeting=person.row.meeting, profile=person.profile)
    rows = {"Profile": person.profile, "ProfilePrivate": person.private, "Speaking": person.row}
    found = []
    for one in privacy.TABLE:
        table, _dot, name = one.where.partition(".")
        if one.who == privacy.Who.TEAM and table in rows:
            value = getattr(rows[table], name)
            found.append((str(one.name), ", ".join(value) if isinstance(value, list) else str(value)))
    said = "; ".join(f"{h.day:%Y-%m-%d} {h.starts:%H:%M}–{h.ends:%H:%M}" for h in hours)
    found.append((str(privacy.NAMES["Availability"]), said))
    return [(name, value) for name, value in found if value]


def decide(request: HttpRequest, meeting: Meeting, person: Person) -> None:
    """Do what a button asks for with a place or with the link. Raises Http404, NotAllowed."""
    verb, now = request.POST.get("verb", ""), timezone.now()
    if verb == "close_link":
        inviting.close_link(meeting, person.profile, by=request.user, at=now)
        messages.success(request, _("The personal link answers no more."))
        return
    if verb in ("show", "hide") and person.profile.managed:
        act = acts.release_profile if verb == "show" else acts.hide_profile
        act(person.profile, by=request.user, at=now)
        return
    if verb in ("revoke_assistant", "send_copies", "stop_copies"):
        named = person.profile.assistants.filter(meeting=meeting, revoked_at=None)
        one = next((each for each in named if str(each.pk) == request.POST.get("pk", "")), None)
        if one is None:
            raise Http404
        if verb != "revoke_assistant":
            acting.send_copies(one, verb == "send_copies", by=request.user, at=now)
            messages.success(request, _("Saved."))
            return
        acting.revoke_assistant(one, by=request.user, at=now)
        messages.success(request, _("Their link answers no more."))
        return
    role = next((one for one in person.roles if str(one.pk) == request.POST.get("role", "")), None)
    if verb not in VERBS or role is None:
        raise Http404
    tried(request, lambda: VERBS[verb][1](role, by=request.user, at=now))


@for_the_desk
def place(request: HttpRequest, slug: str, pk: int, role: int, what: str) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/<role>/replace/ and …/protocol/"""
    meeting = meeting_of(slug)
    found = get_object_or_404(
        SessionRole.objects.select_related("session__meeting", "profile"), pk=role, profile=pk, session__meeting=meeting
    )
    data, now, by = request.POST if request.method == "POST" else None, timezone.now(), request.user
    forms: dict[str, tuple[Any, Any, Callable[[Any], SessionRole]]] = {
        "replace": (
            SubstituteForm(data), _("Somebody else speaks instead"),
            lambda form: inviting.substitute(found, **form.cleaned_data, by=by, at=now),
        ),
        "protocol": (
            PlaceInSessionForm(data, row=found), _("Order and title"),
            lambda form: acts.change_role(found, form.values(), by=by, at=now),
        ),
    }  # fmt: skip
    if what not in forms:
        raise Http404
    form, title, save = forms[what]
    if data is not None and attempt(request, form, lambda: save(form), _("Saved.")):
        return redirect("meetings:desk_speakers", slug)
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "form": form, "title": title,
        "groups": form.groups() if what == "protocol" else [],
        "plain": form.plain() if what == "protocol" else [form[name] for name in form.fields],
        "back_url": reverse("meetings:desk_speaker", args=[slug, pk]),
    }  # fmt: skip
    return render(request, "meetings/desk/form.html", context)
