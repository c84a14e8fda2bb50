"""Has this been promised before? Similar pledges among those a person may know of, with the reasons.

Compared with what is published, with one's own drafts, and for the secretariat with what waits for review; never
with somebody else's unpublished pledge. The score is deterministic, from 0 to 1. A fixed number of queries, each
bounded, whatever the size of the registry: what is looked at has the same lead, or the same places and a word of
the title, or the same amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from kept.base import formats, places
from kept.people.permissions import is_secretariat, roles_of
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, RevisionPlace, Status
from kept.pledges.record import fold

MOST_LOOKED_AT = 300  # of each way to be a candidate
MOST_PLACES = 8  # a pledge for forty countries is looked for in some of them
LEAST = 0.35  # below that two pledges only belong to the same world
ENOUGH_TITLE = 0.3  # from here on, the rest counts in full
WEIGHTS = {"title": 0.60, "lead": 0.15, "places": 0.15, "amount": 0.10}
OPEN = (Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.ACCEPTED)


@dataclass(frozen=True)
class LookAlike:
    """A pledge that resembles another: `score` from 0 to 1, `reasons` as sentences of the reader's language."""

    pledge: Pledge
    score: float
    reasons: tuple[str, ...]
    title: str = ""
    language: str = ""

    @property
    def percent(self) -> int:
        return round(self.score * 100)


@dataclass(frozen=True)
class Traits:
    """What two pledges are compared by."""

    title: str  # folded
    tokens: frozenset[str]
    lead: int | None
    places: frozenset[str]
    amount: Decimal | None
    currency: str


def lookalikes_for(pledge: Pledge, *, viewer: Any, most: int = 5, at_least: float = LEAST) -> list[LookAlike]:
    """The pledges that resemble this one most, as far as `viewer` may know of them; the most similar first.

    `viewer=None` compares with what is published alone. At most seven queries.
    """
    text = pledge.text
    if text is None:
        return []
    content = PledgeContent.from_json(text.content)
    mine = traits(content)
    if not mine.tokens:
        return []
    found = [*_published(mine, pledge), *_unpublished(pledge, viewer)]
    compared = [_compare(mine, other, their) for other, their in found]
    alike = [one for one in compared if one.score >= at_least]
    return sorted(alike, key=lambda one: (-one.score, one.pledge.pk))[:most]


def traits(content: PledgeContent) -> Traits:
    """What a content is compared by."""
    title = fold(content.title)
    return Traits(
        title=title,
        tokens=_tokens(title),
        lead=content.lead,
        places=frozenset(content.targets),
        amount=content.amount_value,
        currency=content.currency,
    )


def score(mine: Traits, theirs: Traits) -> tuple[float, dict[str, float]]:
    """How alike two pledges are, from 0 to 1, and the parts of it. What neither of them says does not count."""
    parts = {"title": _titles(mine, theirs)}
    if mine.lead and theirs.lead:
        parts["lead"] = float(mine.lead == theirs.lead)
    if mine.places and theirs.places:
        parts["places"] = len(mine.places & theirs.places) / len(mine.places | theirs.places)
    if mine.amount is not None and theirs.amount is not None:
        parts["amount"] = float((mine.amount, mine.currency) == (theirs.amount, theirs.currency))
    weight = sum(WEIGHTS[name] for name in parts)
    around = sum(WEIGHTS[name] * value for name, value in parts.items() if name != "title")
    # One organisation promises many things for one place: that alone makes no two of them alike.
    if not parts.get("amount"):
        around *= min(1.0, parts["title"] / ENOUGH_TITLE)
    return (WEIGHTS["title"] * parts["title"] + around) / weight, parts


def _titles(mine: Traits, theirs: Traits) -> float:
    """Between how many words are shared (Dice) and how alike the letters are: both, in equal parts.

    Any two sentences share half of their letters: likeness of letters counts from there on.
    """
    if not mine.tokens or not theirs.tokens:
        return 0.0
    shared = 2 * len(mine.tokens & theirs.tokens) / (len(mine.tokens) + len(theirs.tokens))
    letters = max(0.0, fuzz.token_sort_ratio(mine.title, theirs.title) / 50 - 1)
    return (shared + letters) / 2


def _compare(mine: Traits, other: Revision, theirs: Traits) -> LookAlike:
    total, parts = score(mine, theirs)
    content = other.content
    return LookAlike(
        pledge=other.pledge,
        score=round(total, 4),
        reasons=tuple(_reasons(mine, theirs, parts)),
        title=content.get("title", ""),
        language=content.get("language", "en"),
    )


def _reasons(mine: Traits, theirs: Traits, parts: Mapping[str, float]) -> Iterable[str]:
    language = get_language() or "en"
    shared = len(mine.tokens & theirs.tokens)
    if mine.title == theirs.title:
        yield _("The title is the same.")
    elif shared:
        words = {"shared": formats.format_number(shared, language)}
        yield (
            ngettext("%(shared)s word of the title is the same.", "%(shared)s words of the title are the same.", shared)
            % words
        )
    if parts.get("lead"):
        yield _("The same organisation promises it.")
    if parts.get("places") == 1:
        yield _("It is for the same places.")
    elif parts.get("places"):
        names = [places.name(code, language) for code in sorted(mine.places & theirs.places)[:3]]
        yield _("Both are for %(places)s.") % {"places": formats.format_list(names, language)}
    if parts.get("amount"):
        yield _("The amount is the same.")


# --- whom to compare with ----------------------------------------------------------------------------


def _published(mine: Traits, pledge: Pledge) -> list[tuple[Revision, Traits]]:
    """Public pledges with the same lead, the same amount, or the same places and a word of the title."""
    public = Revision.objects.public().exclude(pledge=pledge.pk).order_by("-pledge")
    keys: dict[int, None] = {}
    for narrowed in _ways(mine, public):
        keys |= dict.fromkeys(narrowed.values_list("pk", flat=True)[:MOST_LOOKED_AT])
    rows = Revision.objects.filter(pk__in=keys).select_related("pledge").defer("search_text", "typed")
    return [(row, traits(PledgeContent.from_json(row.content))) for row in rows]


def _ways(mine: Traits, public: QuerySet[Revision]) -> Iterable[QuerySet[Revision]]:
    if mine.lead:
        yield public.filter(lead=mine.lead)
    telling = sorted(mine.tokens, key=lambda word: (-len(word), word))[:4]
    if mine.places and telling:
        words = reduce(or_, (Q(search_text__contains=word) for word in telling))
        somewhere = sorted(mine.places)[:MOST_PLACES]
        there = RevisionPlace.objects.filter(code__in=somewhere, named=True).values("revision")
        yield public.filter(words, pk__in=there)
    if mine.amount is not None:
        yield public.filter(amount=mine.amount, currency=mine.currency)


def _unpublished(pledge: Pledge, viewer: Any) -> list[tuple[Revision, Traits]]:
    """Drafts of the viewer's own organisations and hands; for the secretariat also what was sent to it."""
    if viewer is None or not viewer.is_authenticated:
        return []
    own = Q(lead__in=list(roles_of(viewer))) | Q(lead=None, created_by=viewer.pk or 0)
    if is_secretariat(viewer):
        own |= Q(status__in=[Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.ACCEPTED])
    known = Pledge.objects.filter(own, status__in=OPEN, working__isnull=False).exclude(pk=pledge.pk)
    rows = known.select_related("working").order_by("-pk")[:MOST_LOOKED_AT]
    found = []
    for row in rows:
        row.working.pledge = row
        found.append((row.working, traits(PledgeContent.from_json(row.working.content))))
    return found


# --- words -------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# Words that every title has, in the languages with spaces; they say nothing about likeness.
_SMALL_WORDS = (
    "the and for with from into all our one une des les aux par sur pour avec dans del los las por con para una "
    "que для при это все как из на по от во с в и к о у من في على الى إلى عن مع"
)
_SMALL = frozenset(_SMALL_WORDS.split())


def _tokens(title: str) -> frozenset[str]:
    """The telling words of a folded title; of writing without spaces each pair of neighbouring signs."""
    words = {
        word
        for word in _WORD.findall(_SIGNS.sub(" ", title))
        if word not in _SMALL and (len(word) > 2 or word.isdigit())
    }
    for run in _SIGNS.findall(title):
        words |= {run[i : i + 2] for i in range(max(1, len(run) - 1))}
    return frozenset(words)
