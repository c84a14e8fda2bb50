"""The desk's registrations of a meeting: the list with search and filters, yes and no to several, figures, pools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import places
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.formats import format_number
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.models import Meeting
from kept.people.models import EntityType
from kept.registration import actions, queries
from kept.registration.desk.several import AT_ONCE, SEVERAL, several
from kept.registration.forms import GENDERS, PoolForm, ReasonForm, UsualForm
from kept.registration.models import Mode, Quota, Registration, State
from kept.registration.permissions import may_run_registration

A_PAGE = 50


def meeting_of(request: HttpRequest, slug: str) -> Meeting:
    """The meeting of an address, for whoever runs its registration. Raises Http404."""
    meeting = get_object_or_404(Meeting, slug=slug)
    if not may_run_registration(request.user, meeting):
        raise Http404("There is no such meeting.")
    return meeting


@for_the_desk
def registrations(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/"""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    asked = queries.asked_of_the_list(request.GET)
    counts = queries.numbers(meeting)
    page = Paginator(queries.registrations_found(meeting, **asked), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "meeting": meeting,
        "name": meeting.name_in(language),
        "asked": asked,
        "tabs": _tabs(asked, counts, queries.by_state(queries.registrations_found(meeting, **asked | {"state": ""}))),
        "page": page,
        "lines": [_line(one, language) for one in page.object_list],
        "categories": [(one.code, one.name_in(language)) for one in meeting.categories.all()],
        "modes": Mode.choices,
        "kinds": EntityType.choices,
        "countries": _countries(meeting, language),
        "all_url": request.path,
        "narrowed": any(asked[name] for name in queries.LISTED_BY if name not in ("state", "sort")),
        "numbers": [(State(state).label, row["in_person"], row["remote"]) for state, row in counts.items()],
        "shares": _shares(meeting, language),
        "reason": ReasonForm(),
        "write_url": f"{reverse('registration:desk_write', args=[slug])}?{urlencode(asked)}",
        "sheet_url": f"{reverse('registration:desk_registrations_sheet', args=[slug])}?{urlencode(asked)}",
    }
    return render(request, "registration/desk/registrations.html", context)


def _address(asked: dict[str, str], **other: str) -> str:
    """The list as it is asked for, but for `other`."""
    said = {name: value for name, value in (asked | other).items() if value}
    return f"?{urlencode(said)}"


def _tabs(asked: dict[str, str], states: Iterable[str], found: dict[str, int]) -> list[dict[str, Any]]:
    """One for each state there is in the meeting, with how many the list would show of it, as it is narrowed."""
    return [
        {"name": name, "url": _address(asked, state=state), "current": state == asked["state"], "count": count}
        for state, name, count in (
            ("", _("All"), sum(found.values())),
            *((state, State(state).label, found.get(state, 0)) for state in states),
        )
    ]


def _countries(meeting: Meeting, language: str) -> list[tuple[str, str]]:
    """The countries that are represented, by name."""
    codes = Registration.objects.filter(meeting=meeting, erased_at=None).exclude(country="").order_by()
    return sorted(
        ((code, places.name(code, language)) for code in codes.values_list("country", flat=True).distinct()),
        key=lambda country: places.sort_key(country[1], language),
    )


def _line(one: Registration, language: str) -> dict[str, Any]:
    return {
        "row": one,
        "name": one.name or one.email,
        "organisation": one.organisation.name_in(language) if one.organisation else one.organisation_name,
        "country": places.name(one.country, language) if one.country else "",
        "category": one.category.name_in(language),
    }


def _shares(meeting: Meeting, language: str) -> list[tuple[str, list[tuple[str, int]]]]:
    """Who is confirmed, by kind of organisation, country and gender, the largest first."""
    kinds, genders = dict(EntityType.choices), dict(GENDERS)
    named = {
        "entity_type": (_("Kind of organisation"), lambda value: kinds.get(value)),
        "country": (_("Country"), lambda value: places.name(value, language) if value else None),
        "gender": (_("Gender"), lambda value: genders.get(value) if value else None),
    }
    shares = queries.confirmed_by(meeting, tuple(named))
    return [
        (title, [(str(word(value) or _("not said")), n) for value, n in shares[field][:12]])
        for field, (title, word) in named.items() if shares[field]
    ]  # fmt: skip


@for_the_desk
@require_POST
def decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Yes or no to the ticked ones; each is decided by itself, who could not be is named with the reason."""
    meeting, at, done = meeting_of(request, slug), timezone.now(), 0
    if request.POST.get("do") in SEVERAL:
        return several(request, meeting)
    picked = [key for key in request.POST.getlist("picked") if key.isascii() and key.isalnum()][:AT_ONCE]
    rejects, reason = request.POST.get("do") == "reject", ReasonForm(request.POST).said
    rows = list(Registration.objects.filter(meeting=meeting, key__in=picked).order_by("submitted_at", "pk"))
    for one in rows:
        try:
            if rejects:
                actions.reject(one, by=request.user, at=at, reason=reason)
            else:
                actions.approve(one, by=request.user, at=at)
            done += 1
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, _("%(name)s: %(why)s") % {"name": one.name or one.email, "why": refusal.message})
    if done:
        words = ngettext("%(n)s registration decided.", "%(n)s registrations decided.", done)
        messages.success(request, words % {"n": format_number(done, get_language() or "en")})
    if not rows:
        messages.error(request, _("Nobody is ticked."))
    return redirect("registration:desk_registrations", slug)


@for_the_desk
def pools(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/registrations/pools/: how many seats there are; the usual, to begin with."""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    posted = request.POST if request.method == "POST" else None
    usual = None if meeting.categories.exists() else UsualForm(posted)
    if posted is not None and usual is not None and attempt(
        request, usual, lambda: actions.set_up_usual(meeting, by=request.user, at=timezone.now(), **usual.cleaned_data),
        _("Saved."),
    ):  # fmt: skip
        return redirect("registration:desk_pools", slug)
    lines = [(quota, quota.name_in(language), PoolForm(quota=quota)) for quota in meeting.quotas.all()]
    context = {"meeting": meeting, "name": meeting.name_in(language), "usual": usual, "lines": lines}
    return render(request, "registration/desk/pools.html", context)


@for_the_desk
def pool(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One pool: how many may book, how many of these are kept for protocol."""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    quota = get_object_or_404(Quota, meeting=meeting, pk=pk)
    form = PoolForm(request.POST if request.method == "POST" else None, quota=quota)
    if request.method == "POST" and attempt(
        request, form, lambda: actions.change_pool(quota, by=request.user, at=timezone.now(), **form.cleaned_data),
        _("Saved."),
    ):  # fmt: skip
        return redirect("registration:desk_pools", slug)
    context = {"meeting": meeting, "name": meeting.name_in(language), "lines": [(quota, quota.name_in(language), form)]}
    return render(request, "registration/desk/pools.html", context)
