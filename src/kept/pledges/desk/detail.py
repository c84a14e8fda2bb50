"""What the screen of one pledge shows: the text, what to look at before it goes out, and everything around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base import formats, history
from kept.base.languages import LANGUAGES, native_name
from kept.base.models import HistoryEntry
from kept.people.models import Person
from kept.pledges import desk_queries as queries
from kept.pledges import rules, smart, typed
from kept.pledges.actions.correcting import is_redacted
from kept.pledges.actions.deciding import text_mark
from kept.pledges.actions.reviewing import call_back_minutes
from kept.pledges.attachments import ENDINGS, LETTERS
from kept.pledges.checklist import before_it_goes_out
from kept.pledges.content import PledgeContent
from kept.pledges.desk.tasks import nearest, noted_as
from kept.pledges.differences import field_differences
from kept.pledges.happened import sentence, told
from kept.pledges.lifecycle import PLEDGE, REVISION
from kept.pledges.models import Hold, PartnershipState, Pledge, Revision, Status, TextStatus
from kept.pledges.permissions import may_review_pledge
from kept.pledges.presenting import address, present
from kept.pledges.translations import languages_to_ask

LETTER_TYPES = ",".join(sorted(ENDINGS[each] for each in LETTERS))
OPENINGS = (
    gettext_lazy("How will one see that it is kept? Please add an indicator with a target."),
    gettext_lazy("By when? Please add the day on which the promise ends."),
    gettext_lazy("Where do you stand today? Please add the baseline of the indicator."),
    gettext_lazy("Is this money new, or was it announced before?"),
    gettext_lazy("Please say in one sentence what will be different for people."),
)


@dataclass(frozen=True)
class Talk:
    """One message of the conversation, as the screen shows it."""

    who: str
    at: datetime
    text: str
    ours: bool
    internal: bool
    by_mail: bool


def detail_of(request: HttpRequest, pledge: Pledge, queue: dict[str, Any]) -> dict[str, Any]:
    """The context of one pledge's screen; `queue` is that of the list beside it. About 15 queries."""
    language, now = get_language() or "en", timezone.now()
    text = pledge.text
    content = PledgeContent.from_json(text.content if text else {})
    view = present(pledge, text, language) if text else None
    alike = _nearest(pledge, request.user)
    known = replace(
        queries.known_of([pledge])[pledge.pk],
        nearest=alike[0] if alike else {},
        looked=True,
        money=view.money if view else None,
    )
    entries = list(history.of("pledge", pledge.pk))
    others, others_count = queries.others_of(pledge)
    undecided = _is_undecided(pledge)
    lines = queue.get("lines", [])
    for line in lines:
        line.selected = line.pledge.pk == pledge.pk
    return {
        "pledge": pledge,
        "text": text,
        "view": view,
        "redacted": pledge.current is not None and text is pledge.current and is_redacted(pledge.current),
        "undecided": undecided,
        "checks": before_it_goes_out(pledge, content, language, known) if undecided else [],
        "problems": _problems(content, text) if undecided else [],
        "smart": smart.score(content),
        "alike": alike,
        "differences": _differences(pledge, content, entries, language),
        "talk": _talk(pledge, request.user),
        "told": told(entries, language),
        "others": others,
        "others_count": others_count,
        "letters": list(pledge.attachments.filter(is_letter=True, removed_at=None)),
        "languages": LANGUAGES,
        "letter_types": LETTER_TYPES,
        "silent_partners": _silent(pledge, language) if undecided or pledge.is_public else [],
        "lookers": queries.lookers([pledge.pk], request.user, now).get(pledge.pk, []),
        "moves": _moves(pledge, request.user),
        "own": not may_review_pledge(request.user, pledge),
        "seen": text_mark(pledge),
        "until": queries.until(pledge, language),
        "minutes": call_back_minutes(),
        "openings": OPENINGS,
        "colleagues": colleagues(pledge),
        "in_public": address("registry:pledge", pledge.reference) if pledge.is_public else "",
        "preview": address("pledges:preview", pledge.key),
        "writing": _writing(pledge),
        "content_occasion": content.occasion,
        "translations": _translations(pledge),
        "languages_to_ask": languages_to_ask(pledge) if pledge.is_public else [],
        "position": position(entries, language),
    }


def _silent(pledge: Pledge, language: str) -> list[dict[str, Any]]:
    """The partners that were asked and have not answered."""
    asked = pledge.partnerships.filter(state=PartnershipState.ASKED).select_related("organisation")
    return [{"pk": one.organisation_id, "name": one.organisation.name_in(language)} for one in asked]


def _translations(pledge: Pledge) -> list[dict[str, Any]]:
    """The translations of a public pledge, each with what its language calls itself."""
    rows = pledge.translations.order_by("language", "-n") if pledge.is_public else []
    return [{"row": row, "language_name": native_name(row.language)} for row in rows]


def _is_undecided(pledge: Pledge) -> bool:
    """A text waits for the desk, or for its hour: the checklist is of use."""
    if pledge.status == Status.PUBLISHED:
        return pledge.working is not None and pledge.working.status == TextStatus.SUBMITTED
    return pledge.status in {Status.DRAFT, Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.ACCEPTED, Status.DECLINED}


def _problems(content: PledgeContent, text: Revision | None) -> list[str]:
    """What keeps it from being sent or published, in words."""
    found = [str(problem.message) for problem in rules.problems(content)]
    unread = text.typed if text else {}
    return found + [
        _("“%(typed)s” cannot be read. Write it in another way.") % {"typed": typed.in_words(name, value)[:60]}
        for name, value in unread.items()
    ]


def _moves(pledge: Pledge, person: Any) -> set[str]:
    """The names of what this person may do with it now."""
    moves = set(PLEDGE.possible(pledge, state=pledge.status, by=person))
    if pledge.status == Status.PUBLISHED and pledge.working is not None:
        moves |= set(REVISION.possible(pledge, state=pledge.working.status, by=person))
    if pledge.status == Status.ACCEPTED and pledge.hold == Hold.CALL_BACK:
        moves.add("going_out")
    return moves


def _nearest(pledge: Pledge, person: Any) -> list[dict[str, Any]]:
    """The published pledges (and its owner's others) that it resembles, the nearest first."""
    if not _is_undecided(pledge):
        return []
    return [
        {
            "pledge": found.pledge,
            **noted_as(found),
            "share": formats.format_percent(Decimal(found.percent) / 100, get_language() or "en"),
            "language": found.language,
            "reasons": found.reasons,
            "url": address("pledges:desk_pledge", found.pledge.address),
        }
        for found in nearest(pledge, viewer=person, most=3)
    ]


def _differences(pledge: Pledge, content: PledgeContent, entries: list[HistoryEntry], language: str) -> dict[str, Any]:
    """What changed against what readers see, or against what the desk last read."""
    if pledge.working is None:
        return {}
    if pledge.current is not None:
        former = PledgeContent.from_json(pledge.current.content)
        return {"against": "published", "fields": field_differences(former, content, language), "at": None}
    reviewed = [entry for entry in entries if "text" in entry.data]
    if not reviewed or pledge.status == Status.CHANGES_REQUESTED:
        return {}
    former = PledgeContent.from_json(reviewed[-1].data["text"])
    return {"against": "reviewed", "fields": field_differences(former, content, language), "at": reviewed[-1].at}


def _talk(pledge: Pledge, person: Any) -> list[Talk]:
    return [
        Talk(
            who=_("You") if message.by_id == person.pk else message.by_name,
            at=message.at,
            text=message.text,
            ours=message.from_secretariat,
            internal=message.internal,
            by_mail=message.by_mail,
        )
        for message in pledge.messages.all()
    ]


def colleagues(pledge: Pledge) -> list[Person]:
    """Who can be given this pledge: the secretariat's staff."""
    return list(Person.objects.filter(is_staff=True, is_active=True).order_by("name", "email")[:50])


def _writing(pledge: Pledge) -> str:
    """Where the secretariat writes in a pledge that it entered on behalf of its owner."""
    open_ones = {Status.DRAFT, Status.CHANGES_REQUESTED}
    return address("pledges:continue", pledge.key) if pledge.on_behalf and pledge.status in open_ones else ""


def position(entries: list[HistoryEntry], language: str) -> dict[str, Any]:
    """Where a pledge stands: who did what last (`words`), when (`at`), and the reason that was given."""
    for entry in sorted(entries, key=lambda each: (each.at, each.pk), reverse=True):
        if entry.to_state:
            return {"words": sentence(entry, language), "at": entry.at, "reason": entry.reason}
    return {}
