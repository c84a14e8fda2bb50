"""The desk's pages of one person: words and picture written for them, who acts for them, two profiles that are one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.meetings.actions import acting, one_person
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.models import Meeting, Profile, ProfileMerge
from kept.meetings.readiness import Person, people_at
from kept.meetings.speaker_forms import AssistantForm
from kept.meetings.views.speakers import MAKERS, STEPS, Holder, plain_of

EDITED = ("words", "picture", "practical")  # nobody signs for somebody else
MOST = 20  # people who are offered as perhaps the same


def person_of(slug: str, pk: int) -> tuple[Meeting, Person]:
    meeting = meeting_of(slug)
    people = people_at(meeting, get_object_or_404(Profile, pk=pk, merged_into=None))
    if not people:
        raise Http404
    return meeting, people[0]


def form_page(request: HttpRequest, meeting: Meeting, pk: int, form: Any, title: Any, **more: Any) -> HttpResponse:
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "form": form, "title": title,
        "groups": form.groups() if hasattr(form, "groups") else [], "plain": plain_of(form),
        "back_url": reverse("meetings:desk_speaker", args=[meeting.slug, pk]),
    }  # fmt: skip
    return render(request, "meetings/desk/form.html", context | more)


@for_the_desk
def edit(request: HttpRequest, slug: str, pk: int, step: str) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/edit/<step>/: as the speaker writes it, by the team for them."""
    meeting, person = person_of(slug, pk)
    if step not in EDITED:
        raise Http404
    posted = request.method == "POST"
    here = Holder("", meeting, person, request.user)
    form, save = MAKERS[step](here, request.POST if posted else None, request.FILES if posted else None)
    if posted and attempt(request, form, save, _("Saved.")):
        return redirect("meetings:desk_speaker", slug, pk)
    return form_page(request, meeting, pk, form, STEPS[step], has_files=step == "picture")


@for_the_desk
def assistants(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/assistants/: somebody who acts for the speaker; taken back on the speaker's page."""
    meeting, person = person_of(slug, pk)
    posted = request.method == "POST"
    form = AssistantForm(request.POST if posted else None, initial={"language": person.row.language})
    if posted and attempt(
        request, form,
        lambda: acting.name_assistant(
            meeting, person.profile, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        _("They get a personal link by mail."),
    ):  # fmt: skip
        return redirect("meetings:desk_speaker", slug, pk)
    return form_page(request, meeting, pk, form, _("Somebody who acts for them"))


class MergeForm(forms.Form):
    """Who is the same person, and why."""

    other = forms.ModelChoiceField(
        label=gettext_lazy("The other profile"), queryset=Profile.objects.none(), widget=forms.RadioSelect,
        empty_label=None,
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Why they are one person"), max_length=500)

    def __init__(self, data: Any = None, *, found: Any, language: str) -> None:
        super().__init__(data)
        field = self.fields["other"]
        field.queryset = found  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: described(one, language)  # type: ignore[attr-defined]


def described(one: Profile, language: str) -> str:
    """A profile in one line: name, title, organisation, address."""
    private = getattr(one, "private", None)
    parts = [one.name, one.title_in(language), one.organisation_in(language), private.email if private else ""]
    return " · ".join(part for part in parts if part)


def perhaps_the_same(profile: Profile, words: str) -> Any:
    """Profiles that share a name with this one, or have these words in theirs; the most used first, MOST of them."""
    others = Profile.objects.filter(merged_into=None).exclude(pk=profile.pk)
    if words:
        wanted = Q()
        for word in words.split()[:5]:
            wanted &= Q(name__icontains=word) | Q(name_native__icontains=word) | Q(private__email__iexact=word)
    else:
        family = profile.family_name or profile.name.rpartition(" ")[2]
        wanted = Q(name__icontains=family) | Q(family_name__iexact=family) | Q(name__iexact=profile.name)
        if profile.name_native:
            wanted |= Q(name_native=profile.name_native)
    found = others.filter(wanted).annotate(places=Count("roles")).order_by("-places", "pk").values_list("pk", flat=True)
    return (
        Profile.objects.filter(pk__in=list(found[:MOST]))
        .select_related("organisation", "private")
        .order_by("name", "pk")
    )


@for_the_desk
def merge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/merge/: another profile becomes this one; `?q=` looks for it."""
    meeting, person = person_of(slug, pk)
    language, words = get_language() or "en", request.GET.get("q", "").strip()[:100]
    found = perhaps_the_same(person.profile, words)
    form = MergeForm(request.POST if request.method == "POST" else None, found=found, language=language)

    def save() -> ProfileMerge:
        given = form.cleaned_data
        return one_person.merge_profiles(given["other"], into=person.profile, reason=given["reason"], by=request.user,
                                         at=timezone.now())  # fmt: skip

    if request.method == "POST" and attempt(request, form, save, _("They are one person now. You can undo it.")):
        return redirect("meetings:desk_speaker", slug, pk)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "profile": person.profile, "form": form, "q": words,
        "found": bool(found), "back_url": reverse("meetings:desk_speaker", args=[slug, pk]),
    }  # fmt: skip
    return render(request, "meetings/desk/merge.html", context)


@for_the_desk
def undo(request: HttpRequest, slug: str, pk: int, merge: int) -> HttpResponse:
    """/desk/meetings/<slug>/speakers/<pk>/merge/<merge>/undo/: they are two after all, with a reason."""
    meeting, person = person_of(slug, pk)
    row = get_object_or_404(ProfileMerge, pk=merge, into=person.profile, undone_at=None)
    posted = request.method == "POST"
    form = UndoForm(request.POST if posted else None)
    if posted and attempt(
        request, form,
        lambda: one_person.undo_profile_merge(
            row, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        ),
        _("They are two people again."),
    ):  # fmt: skip
        if people_at(meeting, person.profile):
            return redirect("meetings:desk_speaker", slug, pk)
        messages.info(request, _("All places at this meeting were the other's."))
        return redirect("meetings:desk_speakers", slug)
    return form_page(request, meeting, pk, form, _("%(name)s is another person") % {"name": row.gone.name})


class UndoForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why they are not one person"), max_length=500)
