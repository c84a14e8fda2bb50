"""What guards, caterers and protocol read: for each the least that their work needs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Q

from kept.base import places
from kept.meetings.models import Meeting
from kept.registration import admission, guests
from kept.registration.models import ENTERS, CheckInList, Mode, Registration
from kept.registration.protocol import in_protocol_order, state_of

MOST = 5000


def expected(meeting: Meeting) -> Any:
    """Who may come into the room, and is not to be kept out."""
    rows = Registration.objects.filter(meeting=meeting, erased_at=None, state__in=ENTERS, mode=Mode.IN_PERSON)
    return guests.with_what_matters(rows).filter(is_barred=False).order_by("family_name", "given_name", "pk")


def for_guards(meeting: Meeting) -> list[tuple[str, str, str]]:
    """(name, name in its own script, kind of document where one was seen at the desk): nothing more, in the order of names."""
    found = []
    for one in expected(meeting)[:MOST]:
        walk_in = getattr(one, "walk_in", None)
        if walk_in is None or not walk_in.is_provisional:
            found.append(
                (one.badge_name or one.name, one.name_native, walk_in.get_document_display() if walk_in else "")
            )
    return found


def for_catering(meeting: Meeting) -> tuple[int, list[tuple[str, int]]]:
    """(how many are expected, [(what somebody does not eat, how many)]): the most first; nobody's name."""
    said = [one.strip() for one in expected(meeting).values_list("diet", flat=True)]
    words = {one.casefold(): one for one in reversed(said) if one}
    counted = Counter(one.casefold() for one in said if one)
    return len(said), [(words[key], n) for key, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def for_protocol(meeting: Meeting, language: str) -> list[tuple[str, str, str, str, datetime | None]]:
    """(name, state, for whom, as what, when they arrived) of who has protocol and of heads of delegations.

    States stand first, in the order of the language that the meeting chose.
    """
    rows = (
        expected(meeting).filter(is_minor=False).filter(Q(category__protocol=True) | Q(heads__isnull=False)).distinct()
    )
    entrance = CheckInList.objects.filter(meeting=meeting, is_entrance=True).first()
    book = admission.fold(guests.passages(entrance)) if entrance else {}
    found = []
    for one in in_protocol_order(rows.select_related("category", "organisation")[:MOST], meeting):
        presence = book.get(one.pk)
        organisation = one.organisation.name_in(language) if one.organisation else one.organisation_name
        state = places.name(code, language) if (code := state_of(one)) else ""
        as_what = one.title or one.category.name_in(language)
        arrived = presence.first_in if presence else None
        found.append((one.badge_name or one.name, state, organisation, as_what, arrived))
    return found
