"""Translations, written side by side: the secretariat on its desk, an organisation's people on their own pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.difference import Piece, word_difference
from kept.base.languages import LANGUAGES, native_name
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.permissions import roles_of, writes_for
from kept.pledges import actions
from kept.pledges.content import PledgeContent
from kept.pledges.desk.queue import find
from kept.pledges.labels import label
from kept.pledges.models import Pledge, Revision, Translation, TranslationState
from kept.pledges.permissions import may_check_translation, may_see_pledge, may_translate_pledge
from kept.pledges.rules import LIMITS
from kept.pledges.translations import TEXTS, is_outdated, open_translations

LONGEST = {"title": 300, "summary": LIMITS["summary"] * 2, "description": LIMITS["description"] * 2}


@dataclass(frozen=True)
class Pair:
    """One text: the original, what is written so far, and what changed since an earlier translation."""

    name: str
    label: str
    original: str
    text: str
    longest: int
    changed: tuple[Piece, ...]


@for_the_desk
def waiting(request: HttpRequest) -> HttpResponse:
    """What was asked for, is being written, or waits for somebody to check it."""
    rows = _named(open_translations()[:200])
    return render(request, "pledges/desk/translations.html", {"rows": rows, "frame": "desk"})


@for_the_desk
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk's page of one translation."""
    return _write(request, pk, "desk")


@never_cache
@login_required
def my_translation(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page for the people of the organisation that made the pledge."""
    try:
        return _write(request, pk, "my")
    except NotAllowed as refusal:
        raise Http404 from refusal


@never_cache
@login_required
def my_translations(request: HttpRequest) -> HttpResponse:
    """The translations of one's own organisations' pledges that are not finished, and asking for one more."""
    own = [pk for pk in roles_of(request.user) if writes_for(request.user, pk)]
    pledges = Pledge.objects.public().filter(lead__in=own).order_by("-number")[:200]
    context = {
        "rows": _named(open_translations().filter(pledge__lead__in=own)[:200]),
        "frame": "my",
        "pledges": pledges,
        "languages": LANGUAGES,
    }
    return render(request, "pledges/my_translations.html", context)


def _named(rows: Iterable[Translation]) -> list[Translation]:
    """The rows, each with what its language calls itself."""
    rows = list(rows)
    for row in rows:
        row.language_name = native_name(row.language)
    return rows


@never_cache
@login_required
@require_POST
def ask(request: HttpRequest, address: str = "") -> HttpResponse:
    """Ask for a translation, and go to it. The pledge stands in the address, or was chosen in the form."""
    pledge = find(address or request.POST.get("pledge", ""))
    if not may_see_pledge(request.user, pledge):
        raise Http404
    try:
        made = actions.ask_translation(pledge, request.POST.get("language", ""), by=request.user, at=timezone.now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        back = request.POST.get("back", "")
        return redirect(back if _is_here(back) else "pledges:my_translations")
    return redirect(_page("desk" if request.user.is_staff else "my"), made.pk)


def _is_here(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


def _page(frame: str) -> str:
    return "pledges:desk_translate" if frame == "desk" else "pledges:my_translation"


def _write(request: HttpRequest, pk: int, frame: str) -> HttpResponse:
    found = Translation.objects.select_related("pledge", "pledge__current", "written_by", "checked_by")
    translation = get_object_or_404(found, pk=pk)
    if not may_translate_pledge(request.user, translation.pledge):
        raise NotAllowed
    refusal, status = "", 200
    if request.method == "POST":
        try:
            done = _act(request, translation)
        except NotAllowed:
            raise
        except Refused as refused:
            refusal, status = str(refused.message), 409
            translation.refresh_from_db()
        else:
            messages.success(request, done)
            if not Translation.objects.filter(pk=pk).exists():
                return redirect("pledges:desk_translations" if frame == "desk" else "pledges:my_translations")
            return redirect(_page(frame), pk)
    context = _context(request, translation) | {"refusal": refusal, "frame": frame}
    name = "pledges/desk/translate.html" if frame == "desk" else "pledges/my_translate.html"
    return render(request, name, context, status=status)


def _act(request: HttpRequest, translation: Translation) -> str:
    """Do what the button says; returns what was done, in words. Raises as the actions do."""
    by, at, given = request.user, timezone.now(), request.POST
    do = given.get("do", "save")
    if do in {"save", "finish"} and "title" in given:
        texts = {name: given.get(name, "")[: LONGEST[name]] for name in TEXTS}
        translation = actions.save_translation(translation, **texts, by=by, at=at, seen=given.get("seen", ""))
    if do == "finish":
        actions.finish_translation(translation, by=by, at=at)
        return _("It is written. Now somebody else checks it.")
    if do == "publish":
        actions.publish_translation(translation, by=by, at=at)
        return _("The translation is published.")
    if do == "back":
        actions.send_translation_back(translation, by=by, at=at, reason=given.get("reason", ""))
        return _("The translation is sent back, with your reason.")
    if do == "cancel":
        actions.cancel_translation(translation, by=by, at=at)
        return _("Nobody is asked for this translation any more.")
    return _("Saved.")


def _context(request: HttpRequest, translation: Translation) -> dict[str, Any]:
    source = Revision.objects.get(pledge=translation.pledge_id, n=translation.n)
    content = PledgeContent.from_json(source.content)
    is_open = translation.state in {TranslationState.ASKED, TranslationState.DRAFT}
    typed = request.POST if request.method == "POST" and "title" in request.POST and is_open else {}
    return {
        "translation": translation,
        "pledge": translation.pledge,
        "source": source,
        "original_language": content.language,
        "original_language_name": native_name(content.language),
        "language_name": native_name(translation.language),
        "pairs": [
            Pair(
                name=name,
                label=label(name),
                original=getattr(content, name),
                text=typed.get(name, getattr(translation, name)),
                longest=LONGEST[name],
                changed=changed,
            )
            for name, changed in _changed_since(translation, content).items()
            if getattr(content, name) or getattr(translation, name)
        ],
        "is_open": is_open,
        "is_written": translation.state == TranslationState.WRITTEN,
        "is_published": translation.state == TranslationState.PUBLISHED,
        "outdated": is_outdated(translation),
        "may_check": may_check_translation(request.user, translation),
        "seen": translation.changed_at.isoformat(),
    }


def _changed_since(translation: Translation, content: PledgeContent) -> dict[str, tuple[Piece, ...]]:
    """What changed in the original since the text that was translated last; nothing where this is the first."""
    former = (
        Translation.objects.filter(pledge=translation.pledge_id, language=translation.language, n__lt=translation.n)
        .order_by("-n")
        .first()
    )
    source = Revision.objects.filter(pledge=translation.pledge_id, n=former.n).first() if former else None
    if source is None:
        return dict.fromkeys(TEXTS, ())
    before = PledgeContent.from_json(source.content)
    pairs = {name: (getattr(before, name), getattr(content, name)) for name in TEXTS}
    return {name: tuple(word_difference(*pair)) if pair[0] != pair[1] else () for name, pair in pairs.items()}
