"""The desk's settings: the coalition, exchange rates, names of places, groups of countries."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base import actions, entered, formats, history, places
from kept.base.desk import for_the_desk
from kept.base.forms import GroupChangeForm, PlaceForm, PlaceNamesForm, RateForm, SettingsForm
from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import GroupChange, HistoryEntry, Installation, Rate

SHOWN = 20  # entries of history below a settings page


def refusal_of(act: Callable[[], Any]) -> str | None:
    """Do `act`; in words why it is refused, None where it was done. Raises NotAllowed: that is nobody's to read."""
    try:
        act()
    except NotAllowed:
        raise
    except Refused as refusal:
        return str(refusal.message)
    return None


def attempt(request: HttpRequest, form: forms.Form, act: Callable[[], Any], done: str) -> bool:
    """Do `act` where the form is valid; say `done`, or put the refusal beside the form. True where it was done."""
    if not form.is_valid():
        return False
    if (why := refusal_of(act)) is not None:
        form.add_error(None, why)
        return False
    messages.success(request, done)
    return True


def tried(request: HttpRequest, act: Callable[[], Any], done: str = "") -> bool:
    """Do `act` and say `done`, or say why it is refused, where no form stands. True where it was done."""
    if (why := refusal_of(act)) is not None:
        messages.error(request, why)
        return False
    if done:
        messages.success(request, done)
    return True


@for_the_desk
def coalition(request: HttpRequest) -> HttpResponse:
    """Names, contact, licence, digits, minutes of calling back."""
    row, _made = Installation.objects.get_or_create(pk=1)
    form = SettingsForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and attempt(
        request, form, lambda: actions.change_settings(form.values(), by=request.user, at=timezone.now()), _("Saved.")
    ):
        return redirect("base:desk_settings")
    context = {"form": form, "names": form.of("name"), "abouts": form.of("about"), "history": told("installation")}
    return render(request, "base/desk/coalition.html", context)


@for_the_desk
def rates(request: HttpRequest) -> HttpResponse:
    """Rates that were entered with their source, and one more."""
    form = RateForm(request.POST if request.method == "POST" else None, initial={"day": timezone.now().date()})

    def enter() -> Any:
        given = form.cleaned_data
        return actions.enter_rate(
            given["currency"], given["day"], given["usd_per_unit"], given["source"], by=request.user, at=timezone.now()
        )

    if request.method == "POST" and attempt(request, form, enter, _("The rate is entered.")):
        return redirect("base:desk_rates")
    rows = Rate.objects.select_related("entered_by").order_by("-day", "currency")[:200]
    lines = [{"rate": rate, "units": _units_for_a_dollar(rate.usd_per_unit)} for rate in rows]
    return render(request, "base/desk/rates.html", {"form": form, "lines": lines, "history": told("rates")})


def _units_for_a_dollar(usd_per_unit: Decimal) -> Decimal:
    units = 1 / usd_per_unit
    digits = 2 if units >= 100 else 4 if units >= 1 else 8
    return units.quantize(Decimal(1).scaleb(-digits))


@for_the_desk
def remove_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entered rate away: the page asks, its button does it."""
    rate = get_object_or_404(Rate, pk=pk)
    if request.method == "POST":
        actions.remove_rate(rate, by=request.user, at=timezone.now())
        messages.success(request, _("The rate is removed. What was converted with it stays as it is."))
        return redirect("base:desk_rates")
    return render(request, "base/desk/remove_rate.html", {"rate": rate})


@for_the_desk
def place_names(request: HttpRequest) -> HttpResponse:
    """The places that this installation names otherwise than the United Nations, and a way to one more."""
    form = PlaceForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("base:desk_place", form.cleaned_data["code"])
    language = get_language() or "en"
    own: dict[str, list[str]] = {}
    for (code, _tongue), name in sorted(entered.place_names().items()):
        own.setdefault(code, []).append(name)
    lines = [
        {"code": code, "un": places.name(code, language, {}), "own": formats.format_list(names, language)}
        for code, names in own.items()
    ]
    return render(request, "base/desk/places.html", {"form": form, "lines": lines, "history": told("places")})


@for_the_desk
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place's names in six languages, beside the United Nations'."""
    if places.kind_of(code) is None:
        raise Http404
    form = PlaceNamesForm(request.POST if request.method == "POST" else None, code=code)
    if request.method == "POST" and attempt(
        request, form, lambda: actions.name_place(code, form.values(), by=request.user, at=timezone.now()), _("Saved.")
    ):
        return redirect("base:desk_places")
    called = places.name(code, get_language() or "en", {})
    return render(request, "base/desk/place.html", {"form": form, "names": form.of("name"), "called": called})


@for_the_desk
def groups(request: HttpRequest) -> HttpResponse:
    """Changes of groups that were entered beside the packaged list, and one more."""
    form = GroupChangeForm(request.POST if request.method == "POST" else None)

    def enter() -> Any:
        return actions.enter_group_change(**form.cleaned_data, by=request.user, at=timezone.now())

    if request.method == "POST" and attempt(request, form, enter, _("The change is entered.")):
        return redirect("base:desk_groups")
    language, today = get_language() or "en", timezone.now().date()
    context = {
        "form": form,
        "changes": [_named(change, language) for change in GroupChange.objects.order_by("-day")],
        "groups": [
            {"name": places.name(code, language), "members": len(places.members(code, today)),
             "coming": _coming(code, language, today)}
            for code in places.groups()
        ],
        "today": today,
        "history": told("groups"),
    }  # fmt: skip
    return render(request, "base/desk/groups.html", context)


def _named(change: GroupChange, language: str) -> dict[str, Any]:
    return {
        "change": change,
        "group": places.name(change.group, language),
        "country": places.name(change.country, language),
    }


def _coming(code: str, language: str, today: Any) -> list:
    explanation = places.explain(code, language, today)
    return list(explanation.changes) if explanation else []


@for_the_desk
def remove_group_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entered change of a group away: the page asks, its button does it."""
    change = get_object_or_404(GroupChange, pk=pk)
    if request.method == "POST":
        actions.remove_group_change(change, by=request.user, at=timezone.now())
        messages.success(request, _("The change is removed."))
        return redirect("base:desk_groups")
    return render(request, "base/desk/remove_group_change.html", _named(change, get_language() or "en"))


# History, in words -----------------------------------------------------------------------------------


def told(kind: str) -> list[dict[str, Any]]:
    """The last changes of one kind of setting, newest first, for the timeline."""
    entries = history.of(kind, 1).order_by("-at", "-id")[:SHOWN]
    return [
        {"at": entry.at.date(), "title": _sentence(entry), "text": entry.data.get("source", "")} for entry in entries
    ]


def _sentence(entry: HistoryEntry) -> str:
    language = get_language() or "en"
    data, who = entry.data, {"who": entry.by_name}
    if entry.verb == "change_settings":
        words = formats.format_list([str(setting_name(name)) for name in data.get("to", {})], language)
        return _("%(who)s changed: %(what)s.") % {**who, "what": words}
    if entry.verb in {"enter_rate", "remove_rate"}:
        named = {**who, "currency": data["currency"], "day": formats.format_date(data["day"], language)}
        if entry.verb == "enter_rate":
            return _("%(who)s entered a rate for %(currency)s of %(day)s.") % named
        return _("%(who)s removed the rate for %(currency)s of %(day)s.") % named
    if entry.verb == "name_place":
        return _("%(who)s changed the names of %(place)s.") % {**who, "place": places.name(data["code"], language, {})}
    named = {
        **who,
        "country": places.name(data["country"], language),
        "group": places.name(data["group"], language),
        "day": formats.format_date(data["day"], language),
    }
    if entry.verb == "remove_group_change":
        return _("%(who)s removed the change of %(country)s in %(group)s on %(day)s.") % named
    if data["joins"]:
        return _("%(who)s entered that %(country)s joins %(group)s on %(day)s.") % named
    return _("%(who)s entered that %(country)s leaves %(group)s on %(day)s.") % named


def setting_name(name: str) -> Any:
    """What a setting is called on the screen."""
    return {
        "name": _("name of the coalition"),
        "names": _("name in other languages"),
        "short_name": _("short name"),
        "about": _("what the coalition is"),
        "contact_email": _("mail address of the secretariat"),
        "arabic_digits": _("digits on Arabic pages"),
        "call_back_minutes": _("minutes of calling back"),
        "data_licence": _("licence of the data"),
        "names_overdue": _("whether those who owe most reports are named"),
    }.get(name, name)
