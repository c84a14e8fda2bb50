"""The list of participants for other confirmed participants, and what one shows of oneself there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kept.base import places
from kept.base.formats import format_list
from kept.base.lifecycle import NotAllowed, Refused
from kept.base.widgets import MultiSelect
from kept.registration import actions, participants
from kept.registration.forms import LANGUAGE_CHOICES
from kept.registration.models import Registration
from kept.registration.views.register import held, private

A_PAGE = 50
NATIVE = dict(LANGUAGE_CHOICES)


class ShownForm(forms.Form):
    """Whether one stands on the list, and with what beside the name; each chosen by itself."""

    listed = forms.BooleanField(
        required=False, label=gettext_lazy("Other confirmed participants of this meeting may read my name on its list.")
    )
    shown = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("And beside my name"), widget=MultiSelect(folded=False),
        choices=list(participants.SHOWABLE.items()), help_text=gettext_lazy("Only what you tick stands there."),
    )  # fmt: skip
    mark_required = False

    @property
    def text(self) -> str:
        """What was agreed to, as it was shown."""
        ticked = [str(participants.SHOWABLE[key]) for key in self.cleaned_data["shown"]]
        language = get_language() or "en"
        return " ".join(
            [str(self.fields["listed"].label), format_list([pgettext("of a person", "Name"), *ticked], language)]
        )


def reader(request: HttpRequest, token: str) -> tuple[Registration, Any, Any]:
    """Who reads the list, by their personal link. Raises Http404 for whoever is not confirmed, and when it is over."""
    registration, link, by = held(request, token)
    if not participants.may_read_list(registration, timezone.now()):
        raise Http404("There is no list.")
    return registration, link, by


@never_cache
@require_safe
def people(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/participants/"""
    registration, link, _by = reader(request, token)
    meeting, language = registration.meeting, get_language() or "en"
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(participants.listed(meeting, words), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "token": link.token, "meeting": meeting, "meeting_name": meeting.name_in(language), "q": words, "page": page,
        "lines": [line_of(one, language) for one in page.object_list], "registration": registration,
        "may_be_listed": participants.may_be_listed(registration),
    }  # fmt: skip
    return private(render(request, "registration/participants.html", context))


def line_of(one: Registration, language: str) -> dict[str, Any]:
    """What others see of somebody: what they chose, and nothing else."""
    chosen = set(one.shown)
    organisation = one.organisation.name_in(language) if one.organisation else one.organisation_name
    spoken = format_list([NATIVE.get(code, code) for code in one.languages], language)
    country = places.name(one.country, language) if one.country else ""
    facts = (("title", one.title), ("organisation", organisation), ("country", country))
    return {
        "name": one.name,
        "facts": [value for key, value in facts if value and key in chosen],
        "languages": spoken if "languages" in chosen else "",
        "email": one.email if "email" in chosen else "",
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """/meetings/registration/<token>/participants/me/: what one shows of oneself."""
    registration, link, by = reader(request, token)
    if not participants.may_be_listed(registration):
        raise Http404("Nobody under 18 is listed.")
    initial = {"listed": registration.listed, "shown": registration.shown or participants.USUALLY_SHOWN}
    form = ShownForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.show(
                registration, said["shown"], listed=said["listed"], text=form.text, language=get_language() or "en",
                by=by, at=timezone.now(),
            )  # fmt: skip
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Saved."))
            return private(redirect("registration:participants", link.token))
    context = {
        "token": link.token, "meeting": registration.meeting, "form": form,
        "meeting_name": registration.meeting.name_in(get_language() or "en"),
    }  # fmt: skip
    return private(render(request, "registration/shown.html", context, status=422 if form.errors else 200))
