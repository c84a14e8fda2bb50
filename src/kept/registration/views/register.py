"""From "register" to what was sent: the page where one begins, the steps under the personal link."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kept.base import places
from kept.base.formats import format_date, format_list
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings.views.frame import frame
from kept.people import links
from kept.people.models import Link
from kept.registration import actions, consents, notices, queries, rules
from kept.registration.addresses import OWN, own_link
from kept.registration.forms import (
    LANGUAGE_CHOICES,
    OF_MINORS,
    BeginForm,
    ConsentForm,
    PartForm,
    QuestionsForm,
    WhoForm,
)
from kept.registration.models import Registration, State
from kept.registration.permissions import Holder, may_edit_registration
from kept.registration.privacy import rows_of
from kept.registration.purposes import address_of, registration_of

NATIVE = dict(LANGUAGE_CHOICES)
STEPS = ("who", "part", "questions", "consents", "check")
TYPED = ("who", "part", "questions")  # kept while they are typed; what is agreed to, by its button alone


def names_of_steps() -> dict[str, Any]:
    return {
        "who": pgettext("a step", "You"),
        "part": _("Taking part"),
        "questions": _("Questions"),
        "consents": _("What you agree to"),
        "check": _("Check and send"),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """/meetings/<slug>/register/: for whom it is, what is left, and the first three answers."""
    here = frame(request, slug)
    account = request.user if request.user.is_authenticated else None
    categories = queries.open_categories(here.meeting)
    modes = sorted({mode for one in categories for mode in one.modes}, reverse=False)
    form = BeginForm(request.POST or None, categories=categories, modes=modes, account=account)
    is_open = actions.may_register_now(here.meeting, here.at)
    if request.method == "POST" and is_open and form.is_valid():
        registration = _begin(request, here.meeting, form, account)
        if registration is not None:
            return redirect(step_address(own_link(registration, at=timezone.now()), "who"))
    pools = queries.pools_shown(here.meeting, here.language)
    context = here.context(
        "register", form=form, is_open=is_open, categories=[(one, one.name_in(here.language)) for one in categories],
        pools=pools, reserve=any(pool["reserve"] for pool in pools),
    )  # fmt: skip
    return render(request, "registration/register.html", context, status=200 if not form.errors else 422)


def _begin(request: HttpRequest, meeting: Any, form: BeginForm, account: Any) -> Registration | None:
    said, language = form.cleaned_data, get_language() or "en"
    values: dict[str, Any] = {"language": language}
    if account is not None and account.email.casefold() == said["email"].casefold():
        values |= known_of(account)
    try:
        return actions.start(
            meeting, form.categories[said["category"]], email=said["email"], mode=said["mode"], by=account,
            at=timezone.now(), values=values,
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None


def known_of(account: Any) -> dict[str, Any]:
    """What an account says already: the name, the organisation it speaks or writes for."""
    given, _space, family = account.name.rpartition(" ")
    known: dict[str, Any] = {"given_name": given or "", "family_name": family, "language": account.language}
    membership = account.memberships.active().select_related("organisation").first()
    if membership is not None:
        organisation = membership.organisation.root
        known |= {
            "organisation": organisation,
            "entity_type": organisation.entity_type,
            "country": organisation.country,
        }
    return known


def held(request: HttpRequest, token: str) -> tuple[Registration, Link, Any]:
    """The registration of a personal link, and who asks: its account where it is signed in, else the link's holder.

    Raises Http404 for a link that is not good any more.
    """
    link = Link.objects.filter(token=token, purpose=OWN).first()
    if link is None or links.state(link, timezone.now()) != links.GOOD:
        raise Http404("There is no such registration.")
    try:
        registration = registration_of(link)
    except Refused as refusal:
        raise Http404("There is no such registration.") from refusal
    by = request.user if request.user.is_authenticated and request.user.pk == registration.person_id else None
    return registration, link, by or Holder(registration.pk)


def step_address(link: Link, step: str) -> str:
    return reverse("registration:step", args=[link.token, step])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    """One step of the form, saved when one goes on or back."""
    registration, link, by = held(request, token)
    if step not in STEPS or not may_edit_registration(by, registration):
        raise Http404("There is no such step.")
    if registration.state != State.DRAFT and (step == "check" or not registration.is_live):
        return private(redirect(address_of(link)))
    if request.method != "POST":
        return private(_drawn(request, registration, link, step, form_of(registration, step)))
    if step == "check":
        return private(_send(request, registration, link, by))
    form, kept = _taken(request, registration, by, step)
    if kept:
        registration.refresh_from_db()
        more = step == "questions" and {q.code for q in rules.asked(registration, answers_of(registration))}
        if more and not more <= set(form.fields):  # an answer leads to further questions
            return private(redirect(step_address(link, step)))
        return private(redirect(onward(registration, link, step, request.POST.get("go", "next"))))
    return private(_drawn(request, registration, link, step, form))


def _taken(request: HttpRequest, registration: Registration, by: Any, step: str) -> tuple[Any, bool]:
    """(the form as it was sent, whether it is kept).

    What this window typed may be kept in the background while its button is pressed (`autosave.py`): then once more.
    """
    for again in (step in TYPED and not request.POST.get("version"), False):
        form, save = _form(request, registration, by, step)
        if not form.is_valid():
            break
        try:
            if changed_elsewhere(form, registration, request.POST):
                raise actions.ChangedMeanwhile(_("This was changed in another window. Look at what is there now."))
            save()
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            if again and isinstance(refusal, actions.ChangedMeanwhile):
                registration.refresh_from_db()
                continue
            form.add_error(None, str(refusal.message))
            break
        return form, True
    return form, False


def _drawn(request: HttpRequest, registration: Registration, link: Link, step: str, form: Any) -> HttpResponse:
    order, names = order_of(registration), names_of_steps()
    context = {
        "registration": registration,
        "meeting_name": registration.meeting.name_in(get_language() or "en"),
        "form": form,
        "step": step,
        "question": names[step],
        "rows": [(bound, mark_of(form, bound.name)) for bound in form] if form is not None and step in TYPED else [],
        "typed": step in TYPED and registration.state == State.DRAFT,
        "token": link.token,
        "store": f"registration-{registration.key}",
        "steps": [(names[one], step_address(link, one)) for one in order],
        "number": order.index(step) + 1,
        "said": said_of(registration) if step == "check" else [],
        "kept": rows_of(registration) if step == "check" else [],
        "missing": [(name, step_address(link, STEP_OF.get(name, "questions"))) for name in rules.missing(registration)]
        if step == "check" else [],
    }  # fmt: skip
    return render(request, "registration/step.html", context, status=422 if form is not None and form.errors else 200)


STEP_OF = {name: "who" for name in ("given_name", "family_name", "country", "organisation", *OF_MINORS)} | {
    "parts": "part"
}


def order_of(registration: Registration) -> list[str]:
    """The steps that this registration has: without a question that applies there is no step for them."""
    asks = bool(rules.asked(registration, answers_of(registration)))
    return [step for step in STEPS if step != "questions" or asks]


def onward(registration: Registration, link: Link, step: str, go: str) -> str:
    """Where one goes after a step: on, back, or to the page of a registration that was sent already."""
    if registration.state != State.DRAFT:
        return address_of(link)
    order = order_of(registration)
    place = order.index(step) if step in order else 0
    place += -1 if go == "back" else 1
    return step_address(link, order[max(0, min(place, len(order) - 1))])


def answers_of(registration: Registration) -> dict[str, Any]:
    return dict(registration.answers.values_list("question__code", "value"))


def _form(request: HttpRequest, registration: Registration, by: Any, step: str) -> tuple[Any, Callable[[], Any]]:
    """(the form of a step, what saves it)."""
    data, at = request.POST or None, timezone.now()
    version = _version(request, registration)
    keep = lambda values: actions.save_draft(registration, values, version=version, by=by, at=at)  # noqa: E731
    form = form_of(registration, step, data)
    saves: dict[str, Callable[[], Any]] = {
        "who": lambda: keep(who(form.cleaned_data, registration)),
        "part": lambda: _keep_part(form, keep, by=by, at=at),
        "questions": lambda: actions.answer(registration, form.values, version=version, by=by, at=at),
        "consents": lambda: actions.agree(
            registration, form.agreed, language=get_language() or "en", version=version, by=by, at=at
        ),
    }
    return form, saves.get(step, lambda: None)


def form_of(registration: Registration, step: str, data: Any = None) -> Any:
    """The form of a step with what is kept, and what was typed where something was; None where a step has none."""
    if step == "who":
        return WhoForm(data, registration=registration)
    if step == "part":
        return PartForm(data, registration=registration, parts=queries.parts_offered_to(registration))
    if step == "questions":
        answers = answers_of(registration)
        return QuestionsForm(data, questions=rules.asked(registration, answers), answers=answers)
    if step == "consents":
        given = set(registration.consents.filter(revoked_at=None).values_list("kind", flat=True))
        return ConsentForm(data, registration=registration, given=given)
    return None


def changed_elsewhere(form: Any, registration: Registration, posted: Any) -> bool:
    """Whether another window changed a field since this one was drawn (its mark is another), to something else than is typed here.

    What this window itself kept a moment ago is no change, whatever its mark.
    """
    for name in form.changed_data:
        seen = posted.get(f"seen-{name}")
        if not seen or seen == mark_of(form, name):
            continue
        kept = registration.organisation
        if name != "organisation_name" or kept is None:
            return True
        if queries.organisation_named(form[name].data or "", registration.person) != kept:
            return True
    return False


def mark_of(form: Any, name: str) -> str:
    """Names what is kept in a field, so that a window learns whether another one changed it."""
    kept = form.get_initial_for_field(form.fields[name], name)
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:12]


def _keep_part(form: PartForm, keep: Callable[[dict[str, Any]], Registration], *, by: Any, at: Any) -> None:
    """How somebody takes part, with the days and sessions that they choose."""
    with transaction.atomic():
        registration = keep(form.values())
        if form.chosen is not None:
            actions.choose_parts(registration, form.chosen, by=by, at=at)


def _version(request: HttpRequest, registration: Registration) -> int:
    """The version that the window shows which sends this; without one, the present."""
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else registration.version


def who(said: dict[str, Any], registration: Registration) -> dict[str, Any]:
    """What was typed, with the registry's organisation where it is one by its very name."""
    values = {name: value for name, value in said.items() if name != "organisation_name"}
    found = queries.organisation_named(said["organisation_name"], registration.person)
    return values | {"organisation": found, "organisation_name": "" if found else said["organisation_name"].strip()}


def _send(request: HttpRequest, registration: Registration, link: Link, by: Any) -> HttpResponse:
    try:
        actions.submit(registration, by=by, at=timezone.now())
    except actions.RegisteredAlready:
        # Whoever asks does not learn that the address is registered: its owner gets their link again.
        if known := queries.live_of(registration.meeting, registration.email):
            notices.tell_again(known, at=timezone.now())
        return redirect(reverse("registration:sent", args=[link.token]))
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect(step_address(link, "check"))
    registration.refresh_from_db()
    if registration.state == State.SUBMITTED:
        return redirect(reverse("registration:sent", args=[link.token]))
    return redirect(address_of(link))


@never_cache
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Look into your mail: one click there makes it count."""
    registration, _link, _by = held(request, token)
    name = registration.meeting.name_in(get_language() or "en")
    return private(render(request, "registration/sent.html", {"registration": registration, "meeting_name": name}))


def said_of(registration: Registration) -> list[dict[str, Any]]:
    """What was answered, as facts to be checked, with the step in which it is changed."""
    language = get_language() or "en"
    organisation = (
        registration.organisation.name_in(language) if registration.organisation else registration.organisation_name
    )
    parts = [
        pool.name_in(language)
        for pool in registration.parts.filter(mode=registration.mode).order_by(*queries.DAYS_FIRST)
    ]
    facts = [
        (pgettext("of a person", "Name"), registration.name),
        (_("Name in its own script"), registration.name_native),
        (_("Organisation"), organisation),
        (_("Your title there"), registration.title),
        (_("Country that you represent"), places.name(registration.country, language) if registration.country else ""),
        (_("Category"), registration.category.name_in(language)),
        (_("Takes part"), registration.get_mode_display()),
        (_("Days and sessions"), format_list(parts, language)),
        (_("Your mail address"), registration.email),
        (_("Kind of organisation"), registration.get_entity_type_display()),
        (
            _("Languages in which you follow"),
            format_list([NATIVE.get(one, one) for one in registration.languages], language),
        ),
        (_("What you need so that you can take part"), registration.accessibility),
        (_("What you do not eat"), registration.diet),
        (_("I need a visa to come"), _("yes") if registration.needs_visa else ""),
        (_("Your time zone"), registration.time_zone),
        (_("Date of birth"), format_date(registration.birth_date, language) if registration.birth_date else ""),
        (_("Who is responsible for you"), registration.guardian_name),
        (_("Their mail address"), registration.guardian_email),
        (_("Your table or seat"), registration.place),
    ]
    for row in registration.answers.select_related("question"):
        facts.append(
            (row.question.texts.get(language) or row.question.texts.get("en", ""), spoken(row.question, row.value))
        )
    agreed = {one.kind for one in consents.CONSENTS} & set(
        registration.consents.filter(revoked_at=None).values_list("kind", flat=True)
    )
    facts.append((_("What you agree to"), " ".join(str(one.text) for one in consents.CONSENTS if one.kind in agreed)))
    return [{"term": label, "value": value} for label, value in facts if value]


def spoken(question: Any, value: Any) -> str:
    """An answer in words."""
    language = get_language() or "en"
    names = {one["value"]: one["names"].get(language) or one["names"].get("en", "") for one in question.options}
    names |= {"yes": _("yes"), "no": _("no")} if question.kind == "yes_no" else {}
    if isinstance(value, list):
        return format_list([names.get(one, str(one)) for one in value], language)
    return str(names.get(value, value))


def private(response: HttpResponse) -> HttpResponse:
    """The address is the key: no other site learns it from the browser."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
