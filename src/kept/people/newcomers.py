"""Many organisations that are about to be made at once (a file's): which of those that are there, or of each other, they may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from kept.people.models import Organisation
from kept.people.naming import normalise
from kept.people.similar import SHARED_HOSTS, SPELLING_AT_HOME, STRENGTH, Reason, differ_by_a_slip, initials

MOST = 3  # proposals for each
SPELLING = 84  # of 100, as in `similar`; a little less, because nobody has to answer


class Newcomer(NamedTuple):
    """An organisation that is not there yet. `country` alpha-3 or ""."""

    name: str
    abbreviation: str = ""
    domain: str = ""
    country: str = ""


Known = Organisation | Newcomer


def alike(newcomers: Sequence[Newcomer]) -> list[list[tuple[Known, Reason]]]:
    """For each newcomer whom it may be, the likeliest first: organisations that are there, and earlier newcomers.

    By web domain, abbreviation, initials ("ITU") and spelling; one read for all of them. Equal names are no matter here:
    they are the same organisation without being asked.
    """
    there: list[Known] = [*Organisation.objects.standing_alone(), *newcomers]
    first = len(there) - len(newcomers)
    names = [one.normalised if isinstance(one, Organisation) else normalise(one.name) for one in there]
    by_domain, by_short = defaultdict(list), defaultdict(list)
    for place, one in enumerate(there):
        if one.domain and one.domain not in SHARED_HOSTS:
            by_domain[one.domain].append(place)
        for short in {one.abbreviation.casefold(), initials(names[place])} - {""}:
            if 2 < len(short) <= 10:
                by_short[short].append(place)
    found = []
    for place, one in enumerate(there[first:], first):
        reasons: dict[int, Reason] = {}
        for other in by_domain.get(one.domain, ()) if one.domain else ():
            reasons.setdefault(other, Reason.DOMAIN)
        for short in {one.abbreviation.casefold(), names[place].replace(" ", "")} - {""}:
            for other in by_short.get(short, ()):
                reasons.setdefault(other, Reason.ABBREVIATION)
        for other in _spelt_like(place, names, there):
            reasons.setdefault(other, Reason.SPELLING)
        # Of two newcomers only the later one is asked about.
        near = [(there[other], reason) for other, reason in reasons.items() if other < place]
        near.sort(key=lambda pair: (isinstance(pair[0], Newcomer), STRENGTH[pair[1]], pair[0].country != one.country))
        found.append(near[:MOST])
    return found


def _spelt_like(place: int, names: list[str], there: Sequence[Known]) -> list[int]:
    near = process.extract(
        names[place], names[:place], scorer=fuzz.token_sort_ratio, score_cutoff=SPELLING_AT_HOME, limit=MOST * 3
    )
    here = there[place].country
    return [
        other
        for text, score, other in near
        if (score >= SPELLING or (here and there[other].country == here)) and differ_by_a_slip(names[place], text)
    ]
