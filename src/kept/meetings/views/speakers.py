"""A speaker's own pages, by a personal link and without an account: yes or no, what is shown, what the team must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kept.base.context import address_in
from kept.base.desk_settings import attempt
from kept.base.formats import format_datetime
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings import privacy, queries, speaker_forms, trail
from kept.meetings.actions import speaking as acts
from kept.meetings.models import Assistant, Meeting, Profile, RoleKind, RoleState, SessionRole
from kept.meetings.notices import ASSIST, SPEAK
from kept.meetings.permissions import SpeakerByLink, may_name_assistants, may_sign
from kept.meetings.readiness import Person, people_at
from kept.meetings.views.files import picture_of
from kept.meetings.zones import clock_of, span
from kept.people import links
from kept.people.links import LinkPage
from kept.people.models import Link

STEPS = {
    "words": gettext_lazy("Name, title, biography"),
    "picture": gettext_lazy("Picture"),
    "practical": gettext_lazy("What the team needs to know"),
    "release": gettext_lazy("Recording and photographs"),
}

SERVING_STEPS = ("practical", "release")  # of who interprets or captions: nothing of them is shown


@dataclass
class Holder:
    """What a good personal link opens."""

    token: str
    meeting: Meeting
    person: Person
    by: Any  # SpeakerByLink; on the desk the account

    @property
    def profile(self) -> Profile:
        return self.person.profile

    @property
    def home(self) -> str:
        return reverse("meetings:speaking", args=[self.token])


def subject_of(link: Link) -> tuple[Meeting, Person]:
    """Whom a link is for, and where they speak. Raises Http404 for who has no place there any more."""
    meeting_id, _dash, profile_id = link.subject.partition("-")
    meeting = Meeting.objects.filter(pk=meeting_id).first()
    profile = Profile.objects.filter(pk=profile_id).first()
    return found_at(meeting, profile)


def found_at(meeting: Meeting | None, profile: Profile | None) -> tuple[Meeting, Person]:
    """Somebody at a meeting, under the profile that stands for them now. Raises Http404."""
    people = people_at(meeting, profile.root) if meeting and profile else []
    if not people or meeting is None:
        raise Http404("Nobody is asked here any more.")
    return meeting, people[0]


def assistant_of(link: Link) -> Assistant:
    """Whose link of an assistant this is. Raises Http404."""
    found = Assistant.objects.filter(pk=link.subject, revoked_at=None).select_related("meeting", "profile").first()
    if found is None:
        raise Http404("This link answers no more.")
    return found


def holder_of(token: str) -> Holder:
    """Whoever holds a link that is good now, or acts for them by one. Raises Http404."""
    link = Link.objects.filter(token=token, purpose__in=[SPEAK, ASSIST]).first()
    if link is None or links.state(link, timezone.now()) != links.GOOD:
        raise Http404("This link answers no more.")
    if link.purpose == ASSIST:
        one = assistant_of(link)
        meeting, person = found_at(one.meeting, one.profile)
        return Holder(token, meeting, person, SpeakerByLink(person.profile.pk, (one.pk, one.name)))
    meeting, person = subject_of(link)
    return Holder(token, meeting, person, SpeakerByLink(person.profile.pk))


def private_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page whose address is the key: no other site learns it, no search machine keeps it."""
    response = render(request, template, context)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def speaking(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/speaking/<token>/: yes or no to each session, what is still needed, who sees what."""
    here = holder_of(token)
    if request.method == "POST":
        try:
            act(request, here)
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        return redirect(here.home)
    language = get_language() or "en"
    person = here.person
    gaps = set(person.missing)
    names = {key: str(name) for key, name in privacy.NAMES.items()}
    lacks = {
        "words": {names["Profile.titles"], names["Profile.biographies"]} & gaps,
        "picture": {names["Profile.picture"]} & gaps,
        "practical": {names["ProfilePrivate.phone"], names["Speaking.stand_in_name"]} & gaps,
        "connection": {names["ConnectionTest"]} & gaps,
        "release": {names["RecordingRelease"]} & gaps,
        "presentation": {names["Presentation"]} & gaps,
    }
    steps = {key: name for key, name in STEPS.items() if not person.serves or key in SERVING_STEPS}
    if not person.serves:
        steps["presentation"] = privacy.NAMES["Presentation"]
    if person.remote:
        steps["connection"] = privacy.NAMES["ConnectionTest"]
    context = {
        "here": here, "profile": here.profile, "name": here.meeting.name_in(language), "serves": person.serves,
        "lines": lines_of(here, language),
        "steps": [{"name": name, "url": reverse("meetings:speaking_step", args=[token, key]), "missing": lacks[key]}
                  for key, name in steps.items()],
        "seen": [(who.label, privacy.seen_by(who)) for who in privacy.Who
                 if not person.serves or who == privacy.Who.TEAM],
        "public_url": reverse("meetings:speaker", args=[here.profile.slug]),
        "comes": person.comes, "acts": here.by.assistant,
        "may_name": may_name_assistants(here.by, here.profile),
        "assistants": here.profile.assistants.filter(meeting=here.meeting, revoked_at=None),
        "deeds": trail.deeds(person, language, for_the_team=False),
    }  # fmt: skip
    return private_page(request, "meetings/speaking.html", context)


def lines_of(here: Holder, language: str) -> list[dict[str, Any]]:
    """Every place somebody has or had: which session, when as far as it is released, what was answered."""
    version = queries.shown_version(here.meeting)
    slots = {slot.session_id: slot for slot in version.slots.all()} if version else {}
    clock = clock_of(here.meeting, language)
    found = []
    for role in here.person.roles:
        slot = slots.get(role.session_id)
        when = span(slot.starts_at, slot.ends_at, clock) if slot and slot.starts_at else ""
        found.append({
            "pk": role.pk, "title": role.session.title_in(language), "when": when, "state": role.state,
            "words": RoleState(role.state).label, "as_what": RoleKind(role.kind).label,
            "may_confirm": role.state in (RoleState.PLANNED, RoleState.INVITED, RoleState.DECLINED),
            "viewing": viewing_of(here, role),
            "may_decline": role.state in (RoleState.INVITED, RoleState.CONFIRMED),
        })  # fmt: skip
    return found


def viewing_of(here: Holder, role: SessionRole) -> list[str]:
    """Where somebody sees what waits in a session; what is not public yet is not for who acts for them."""
    if here.by.assistant:
        return []
    return [reverse("meetings:viewing", args=[one.token]) for one in role.viewings.all() if not one.revoked_at]


def act(request: HttpRequest, here: Holder) -> None:
    """Do what a button of the page asks for. Raises Http404 for what it does not know, and what the actions raise."""
    verb, now = request.POST.get("verb", ""), timezone.now()
    if verb in ("confirm", "decline"):
        role = role_of(here, request.POST.get("role", ""))
        if verb == "confirm":
            acts.confirm_role(role, by=here.by, at=now)
            messages.success(request, _("Thank you. The team knows that you come."))
        else:
            acts.decline_role(role, by=here.by, at=now)
            messages.success(request, _("The team knows that you cannot come."))
    elif verb == "show":
        acts.release_profile(here.profile, by=here.by, at=now)
    elif verb == "hide":
        acts.hide_profile(here.profile, by=here.by, at=now)
    else:
        raise Http404


def role_of(here: Holder, pk: str) -> SessionRole:
    for role in here.person.roles:
        if str(role.pk) == pk:
            return role
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """/meetings/speaking/<token>/<step>/"""
    here = holder_of(token)
    if step not in STEPS:
        raise Http404
    posted = request.method == "POST"
    if posted and step == "release" and request.POST.get("verb") == "revoke":
        acts.revoke_release(here.meeting, here.profile, by=here.by, at=timezone.now())
        messages.success(request, _("Taken back. From now on nothing new is made of it."))
        return redirect(here.home)
    if posted and step == "release" and not may_sign(here.by, here.profile):
        raise Http404("Nobody signs for somebody else.")
    form, save = MAKERS[step](here, request.POST if posted else None, request.FILES if posted else None)
    if posted and attempt(request, form, save, _("Saved.")):
        return redirect(here.home)
    language = get_language() or "en"
    release = here.person.release
    context = {
        "here": here, "title": STEPS[step], "step": step, "form": form, "name": here.meeting.name_in(language),
        "groups": groups_of(form, language), "plain": plain_of(form),
        "has_files": step == "picture",
        "picture": reverse("meeting_files:speaking_picture", args=[token]) if here.profile.picture else "",
        "public": step in ("words", "picture"), "release": release,
        "signed": format_datetime(release.signed_at, language, here.meeting.zone) if release else "",
        "version": acts.TEXT_VERSION, "acts": here.by.assistant,
    }  # fmt: skip
    return private_page(request, "meetings/speaking_step.html", context)


def groups_of(form: Any, language: str) -> list[dict[str, Any]]:
    """Texts in languages: that of the page and English at once, the others folded."""
    groups = form.groups() if hasattr(form, "groups") else []
    for group in groups:
        first = {f"{group['text'].name}_{code}" for code in (language, "en")}
        group["first"] = [bound for bound in group["fields"] if bound.name in first]
        group["rest"] = [bound for bound in group["fields"] if bound.name not in first]
    return groups


def plain_of(form: Any) -> list[Any]:
    return form.plain() if hasattr(form, "plain") else [form[name] for name in form.fields]


def words_step(here: Holder, data: Any, files: Any) -> Any:
    form = speaker_forms.WordsForm(data, row=here.profile)
    return form, lambda: acts.save_profile(here.profile, form.values(), by=here.by, at=timezone.now())


def picture_step(here: Holder, data: Any, files: Any) -> Any:
    form = speaker_forms.FaceForm(data, files, profile=here.profile)

    def save() -> Profile:
        given = form.cleaned_data
        return acts.save_picture(
            here.profile, given["file_picture"], focal=(given["focal_x"], given["focal_y"]),
            credit=given["picture_credit"], by=here.by, at=timezone.now(),
        )  # fmt: skip

    return form, save


def practical_step(here: Holder, data: Any, files: Any) -> Any:
    person = here.person
    form = speaker_forms.PracticalForm(data, private=person.private, row=person.row, language=get_language() or "en")

    def save() -> None:
        given, now = form.cleaned_data, timezone.now()
        private = {name: given[name] for name in ("phone", "rank", "access_needs", "travel_needs")}
        acts.save_private(here.profile, private, by=here.by, at=now)
        acts.save_profile(here.profile, {"languages": given["languages"]}, by=here.by, at=now)
        acts.save_practical(
            here.meeting, here.profile, stand_in=(given["stand_in_name"], given["stand_in_phone"]),
            language=given["language"], hours=form.hours(), by=here.by, at=now,
        )  # fmt: skip

    return form, save


def release_step(here: Holder, data: Any, files: Any) -> Any:
    form = speaker_forms.SignForm(data)

    def save() -> None:
        given = form.cleaned_data
        acts.sign_release(
            here.meeting, here.profile, text=form.text(), language=get_language() or "en",
            recording=given["recording"], photographs=given["photographs"], signed_name=given["signed_name"],
            by=here.by, at=timezone.now(),
        )  # fmt: skip

    return form, save


MAKERS = {"words": words_step, "picture": picture_step, "practical": practical_step, "release": release_step}


@require_safe
def picture(request: HttpRequest, token: str) -> FileResponse:
    """A speaker's picture for themselves, before anybody else sees it."""
    response = picture_of(holder_of(token).profile.picture, None)
    response["Cache-Control"] = "private, no-store"
    return response


def describe(link: Link, request: HttpRequest) -> LinkPage:
    """Behind the link in a mail: where somebody is asked to speak; one button opens their page."""
    meeting, person = subject_of(link)
    return LinkPage(
        title=meeting.name_in(get_language() or "en"), text=[person.profile.name], button=_("Open your page")
    )


def open_page(link: Link, request: HttpRequest, at: Any) -> str:
    holder_of(link.token)
    return address_in(reverse("meetings:speaking", args=[link.token]), get_language() or "en")


links.register(SPEAK, describe=describe, act=open_page)
