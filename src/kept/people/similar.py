"""When a name that somebody types may be that of an organisation which is there already.

Equal after normalising, an abbreviation, a web domain, a name in another language: each is a reason with a word; a
similar spelling is the weakest. All are proposals to a person (Niger is not Nigeria).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from kept.people.models import Apart, Organisation, OtherName
from kept.people.naming import domain_of, normalise

SHOWN = 8
SPELLING = 87  # of 100: rapidfuzz's token_sort_ratio of the normalised names
SPELLING_AT_HOME = 80  # in the same country
SLIP = 60  # of 100: how near the words are that two names do not share ("health", "wealth": 83; "health", "energy": 17)
MOST_COMPARED = 1000  # beyond that only the newest that nobody has confirmed are compared with all by spelling
NEWEST_COMPARED = 200
MOST_IN_A_GROUP = 20  # a name that more than so many share says nothing ("Ministry of Health")
# Hosts of many: an equal one says nothing.
SHARED_HOSTS = {
    "facebook.com", "linkedin.com", "instagram.com", "x.com", "twitter.com", "youtube.com", "t.me", "wa.me",
    "google.com", "sites.google.com", "docs.google.com", "github.com", "github.io", "wordpress.com", "blogspot.com",
    "wixsite.com", "medium.com", "linktr.ee", "gov.uk", "europa.eu", "un.org", "wikipedia.org",
}  # fmt: skip


class Reason(models.TextChoices):
    """Why two may be one, the strongest first."""

    SAME_NAME = "same_name", _("The same name")
    OTHER_NAME = "other_name", _("The same name in another language, or a former one")
    DOMAIN = "domain", _("The same web site")
    ABBREVIATION = "abbreviation", _("The same abbreviation")
    SPELLING = "spelling", _("A similar name")


STRENGTH = {reason: rank for rank, reason in enumerate(Reason)}


def similar_organisations(
    name: str,
    *,
    abbreviation: str = "",
    website: str = "",
    names: Iterable[str] = (),
    country: str = "",
    among: QuerySet[Organisation] | None = None,
    besides: int | None = None,
) -> list[tuple[Organisation, Reason]]:
    """Organisations that may be the one somebody types, each with its strongest reason; the likeliest first, at most 8.

    `among`: those that may be shown to whoever types (`queries.visible_to`); all where None. The very same name is
    noticed among all: whoever types it knows it already. `besides`: the id of one that is left out (itself).
    """
    normalised = [normalise(each) for each in [name, *names] if each.strip()]
    standing = Organisation.objects.standing_alone()
    shown = (standing if among is None else among.standing_alone()).exclude(pk=besides)
    found: dict[int, Reason] = {}

    def note(rows: Iterable[int], reason: Reason) -> None:
        for pk in rows:
            if pk != besides and (pk not in found or STRENGTH[reason] < STRENGTH[found[pk]]):
                found[pk] = reason

    same = standing.filter(normalised__in=normalised).values_list("pk", flat=True)
    note(same[:SHOWN], Reason.SAME_NAME)
    others = shown.filter(Q(other_names__normalised__in=normalised) | Q(merged__normalised__in=normalised))
    note(others.values_list("pk", flat=True)[:SHOWN], Reason.OTHER_NAME)
    if (domain := domain_of(website)) and domain not in SHARED_HOSTS:
        note(shown.filter(domain=domain).values_list("pk", flat=True)[:SHOWN], Reason.DOMAIN)
    short = [each for each in {abbreviation.strip(), name.strip()} if 1 < len(each) <= 40]
    if short:
        query = Q()
        for each in short:
            query |= Q(abbreviation__iexact=each)
        if abbreviation.strip():
            query |= Q(normalised=normalise(abbreviation))
        note(shown.filter(query).values_list("pk", flat=True)[:SHOWN], Reason.ABBREVIATION)
    note(_spelt_like(normalised[:1], abbreviation, country, shown), Reason.SPELLING)
    rows = Organisation.objects.in_bulk(list(found))
    order = sorted(found, key=lambda pk: (STRENGTH[found[pk]], rows[pk].country != country, rows[pk].name))
    return [(rows[pk], found[pk]) for pk in order[:SHOWN]]


def _spelt_like(typed: list[str], abbreviation: str, country: str, shown: QuerySet[Organisation]) -> list[int]:
    """By spelling, and by initials ("ITU" is "international telecommunication union")."""
    if not typed:
        return []
    rows = list(shown.values_list("pk", "normalised", "country"))
    words = {pk: normalised for pk, normalised, _country in rows}
    at_home = {pk for pk, _normalised, sits in rows if country and sits == country}
    near = process.extract(
        typed[0], words, scorer=fuzz.token_sort_ratio, score_cutoff=SPELLING_AT_HOME, limit=SHOWN * 2
    )
    found = [
        pk for text, score, pk in near if (score >= SPELLING or pk in at_home) and differ_by_a_slip(typed[0], text)
    ]
    short_name = normalise(abbreviation).replace(" ", "") if abbreviation.strip() else typed[0]
    if 3 <= len(short_name) <= 8 and " " not in short_name:
        found += [pk for pk, normalised in words.items() if initials(normalised) == short_name]
    return found


def differ_by_a_slip(one: str, other: str) -> bool:
    """Whether what two names do not share is a word more, a word cut short, or a word spelt otherwise.

    "Ministry of Health, Kenya" and "Ministry of Heath, Kenya" may be one; "Ministry of Energy, Kenya" is another.
    """
    mine, theirs = one.split(), other.split()
    rest = " ".join(sorted(word for word in mine if word not in theirs))
    others = " ".join(sorted(word for word in theirs if word not in mine))
    return rest.startswith(others) or others.startswith(rest) or fuzz.ratio(rest, others) >= SLIP


def initials(normalised: str) -> str:
    """ "itu" of "international telecommunication union"."""
    small = {"of", "the", "and", "for", "de", "des", "du", "la", "le", "et", "del", "y", "da", "do"}
    return "".join(word[0] for word in normalised.split() if word not in small)


def doubles() -> dict[int, dict[int, Reason]]:
    """{organisation: {another that may be the same: why}} of all that stand alone; pairs kept apart are left out.

    Equal names, domains and abbreviations are found by the database; spelling is compared in memory (about a second for
    1,000 organisations; with more only the newest that nobody has confirmed are compared with all).
    """
    apart = set(Apart.objects.values_list("one", "other"))
    found: dict[int, dict[int, Reason]] = defaultdict(dict)
    for one, other, reason in _pairs(Organisation.objects.standing_alone()):
        pair = (min(one, other), max(one, other))
        if one != other and pair not in apart and other not in found[one]:
            found[one][other] = found[other][one] = reason
    return {pk: others for pk, others in found.items() if others}


def _pairs(standing: QuerySet[Organisation]) -> Iterator[tuple[int, int, Reason]]:
    """Every pair with something in common, the strongest reasons first; some pairs twice, or of one with itself."""
    rows = list(standing.order_by("pk").values_list("pk", "normalised", "country", "abbreviation", "confirmed_at"))
    by_name: dict[Any, list[int]] = defaultdict(list)
    by_abbreviation: dict[Any, list[int]] = defaultdict(list)
    for pk, normalised, country, abbreviation, _confirmed in rows:
        by_name[normalised].append(pk)
        if abbreviation.strip():
            by_abbreviation[abbreviation.casefold(), country].append(pk)
    yield from _within(by_name.values(), Reason.SAME_NAME)
    for pk, normalised in OtherName.objects.filter(organisation__in=standing).values_list("organisation", "normalised"):
        yield from ((pk, other, Reason.OTHER_NAME) for other in by_name.get(normalised, []))
    yield from _within(_equal_domains(standing), Reason.DOMAIN)
    yield from _within(by_abbreviation.values(), Reason.ABBREVIATION)
    yield from ((one, other, Reason.SPELLING) for one, other in _spelt_alike(rows))


def _within(groups: Iterable[list[int]], reason: Reason) -> Iterator[tuple[int, int, Reason]]:
    for group in groups:
        if len(group) <= MOST_IN_A_GROUP:
            yield from ((one, other, reason) for one, other in combinations(group, 2))


def _equal_domains(rows: QuerySet[Organisation]) -> Iterable[list[int]]:
    """Ids that share a web domain, group by group; hosts of many are no reason."""
    rows = rows.exclude(domain="").exclude(domain__in=SHARED_HOSTS)
    twice = rows.order_by().values("domain").annotate(n=Count("pk")).filter(n__gt=1).values_list("domain", flat=True)
    groups: dict[str, list[int]] = defaultdict(list)
    for pk, domain in rows.filter(domain__in=list(twice)).values_list("pk", "domain"):
        groups[domain].append(pk)
    return groups.values()


def _spelt_alike(rows: list[tuple[Any, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs with a similar spelling, each once or twice."""
    asked = rows if len(rows) <= MOST_COMPARED else [row for row in rows if row[4] is None][-NEWEST_COMPARED:]
    words = [row[1] for row in rows]
    for row in asked:
        near = process.extract(row[1], words, scorer=fuzz.token_sort_ratio, score_cutoff=SPELLING, limit=SHOWN)
        for text, _score, place in near:
            if differ_by_a_slip(row[1], text):
                yield row[0], rows[place][0]
