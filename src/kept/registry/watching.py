"""Telling of new pledges: which of those that became public lately a saved search finds, each told once.

The same search answers that answers the page. What a search was told of is one number, the last `NewPledge` it has seen:
the mail and that number are written in one transaction, so that none is told twice and none is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import mail
from kept.base.events import listens
from kept.base.mail import address
from kept.people.links import link_address
from kept.pledges.models import Pledge, Revision
from kept.registry import listing, search
from kept.registry.actions.searching import selection_of, stop_link, watched
from kept.registry.models import Frequency, NewPledge, SavedSearch, SearchState
from kept.registry.selection import Selection

SETTLES = timedelta(seconds=20)  # until every worker's index has seen what became public
PAUSES = {
    Frequency.AT_ONCE: timedelta(minutes=10),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}
SHOWN = 20  # pledges in one mail; of the rest it says how many
KEPT = timedelta(days=40)  # longer than any search waits


@listens("pledge.published")
def note_new(*, pledge: Pledge, at: datetime, **_more: Any) -> None:
    """A pledge became public by somebody's decision: written down in that transaction, to be told."""
    NewPledge.objects.get_or_create(pledge=pledge, former=None, defaults={"at": at})


@listens("pledge.revised")
def note_revised(*, pledge: Pledge, revision: Revision, at: datetime, **_more: Any) -> None:
    """A public pledge got another text: it may be found where it was not before."""
    former = Revision.objects.filter(pledge=pledge, n__lt=revision.n).order_by("-n").first()
    if former is not None:
        NewPledge.objects.create(pledge=pledge, former=former, at=at)


def tell_due(now: datetime, *, most: int = 500) -> int:
    """Queue a mail for every search that is due and finds something new; returns how many. Safe to run twice."""
    settled = NewPledge.objects.filter(at__lte=now - SETTLES).aggregate(last=Max("pk"))["last"]
    if settled is None:
        return 0
    due = SavedSearch.objects.filter(state=SearchState.ACTIVE, due_at__lte=now, told_until__lt=settled)
    return sum(tell(saved, settled, now) for saved in due.order_by("due_at", "pk")[:most])


def tell(saved: SavedSearch, until: int, now: datetime) -> int:
    """One search, up to a new pledge: 1 where there was something to tell."""
    fresh = NewPledge.objects.filter(pk__gt=saved.told_until, pk__lte=until)
    keys = matching(selection_of(saved), list(fresh.order_by("pk").values_list("pledge_id", "former_id")))
    with transaction.atomic():
        current = SavedSearch.objects.select_for_update().get(pk=saved.pk)
        if current.state != SearchState.ACTIVE or current.told_until != saved.told_until:
            return 0  # paused, ended or told meanwhile
        current.told_until = until
        if keys:
            _queue(current, keys, until, now)
            current.told_at, current.due_at = now, now + PAUSES[Frequency(current.frequency)]
            current.told_count += len(keys)
        current.save(update_fields=["told_until", "told_at", "due_at", "told_count"])
    return int(bool(keys))


def matching(selection: Selection, fresh: Sequence[tuple[int, int | None]]) -> list[int]:
    """The public revisions that a selection finds now and did not find before, newest first.

    `fresh`: (pledge, the text that was valid until then), in their order; a pledge may come more than once.
    """
    selection = watched(selection)
    before: dict[int, int | None] = {}
    for pledge, former in fresh:
        before.setdefault(pledge, former)
    texts = [former for former in before.values() if former is not None]
    found_before = set(
        search.rows(selection, of=Revision.objects.filter(pk__in=texts)).values_list("pledge", flat=True)
    )
    new = [pledge for pledge in before if pledge not in found_before]
    public = dict(Revision.objects.public().filter(pledge__in=new).values_list("pk", "published_at"))
    if not public or selection.problems:
        return []
    return sorted(search.among(selection, list(public)), key=lambda key: (public[key], key), reverse=True)


def _queue(saved: SavedSearch, keys: list[int], until: int, now: datetime) -> None:
    """The mail, in the reader's language."""
    with translation.override(saved.language):
        lines = listing.lines(keys[:SHOWN], saved.language)
        told = [(line.view.wording.title, line.who, settings.KEPT_BASE_URL + line.url) for line in lines]
    selection = selection_of(saved)
    page = settings.KEPT_BASE_URL + address(saved.language, "/pledges/") + selection.to_query()
    mail.queue(
        "registry/search_found", to=saved.email, person=saved.person, language=saved.language, at=now,
        key=f"search:{saved.pk}:{until}", subject=("search", saved.pk),
        context={
            "search": in_words(selection, saved.language),
            "count": len(keys),
            "lines": told,
            "more": max(0, len(keys) - SHOWN),
            "action": gettext_lazy("See them in the registry"),
            "action_url": page,
            "stop_url": link_address(stop_link(saved, now), language=saved.language),
        },
    )  # fmt: skip


def in_words(selection: Selection, language: str) -> str:
    """A selection as one line: “schools” · Burundi · Adoption. All pledges where nothing is chosen."""
    with translation.override(language):
        parts = [f"“{selection.q}”"] if selection.q else []
        parts += [chip["label"] for chip in listing.chips(selection, language)]
        return " · ".join(parts) or _("All pledges")


def tidy(now: datetime) -> None:
    """The worker's duty: addresses that never said yes, and new pledges that are new no more."""
    from kept.registry.actions.searching import DAYS

    SavedSearch.objects.filter(state=SearchState.WAITING, made_at__lt=now - timedelta(days=DAYS)).delete()
    SavedSearch.objects.filter(state=SearchState.ENDED, made_at__lt=now - timedelta(days=30)).delete()
    last = NewPledge.objects.aggregate(last=Max("pk"))["last"]
    NewPledge.objects.filter(at__lt=now - KEPT).exclude(pk=last).delete()
