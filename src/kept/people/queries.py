"""Reads that join several models for one screen: who may be shown to whom, the desk's lists, what waits for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from kept.base import history
from kept.base.models import HistoryEntry
from kept.people.models import Apart, Membership, MembershipState, Merge, Organisation, Person
from kept.people.naming import normalise
from kept.people.permissions import is_secretariat, roles_of
from kept.people.similar import Reason, doubles, similar_organisations

__all__ = ["Reason", "similar_organisations"]

FOUND = 10  # a picker shows so many
HELD_SECONDS = 600  # how long a list of possible doubles is kept in memory

_public: list[Callable[[], QuerySet]] = []


def register_public(ids: Callable[[], QuerySet]) -> None:
    """A later room says which organisations the public sees: `ids()` is a query of their ids (leads, partners)."""
    _public.append(ids)


def public_organisations() -> QuerySet[Organisation]:
    """Organisations that readers see: those that other rooms registered."""
    query = Q(pk__in=[])
    for ids in _public:
        query |= Q(pk__in=ids())
    return Organisation.objects.standing_alone().filter(query)


def visible_to(person: Any) -> QuerySet[Organisation]:
    """Organisations that may be named to this person: public, confirmed, their own; to the secretariat all."""
    standing = Organisation.objects.standing_alone()
    if is_secretariat(person):
        return standing
    query = Q(confirmed_at__isnull=False) | Q(pk__in=list(roles_of(person)))
    for ids in _public:
        query |= Q(pk__in=ids())
    return standing.filter(query)


def search_organisations(words: str, person: Any, most: int = FOUND) -> list[Organisation]:
    """What a picker offers for what was typed: every word occurs in one of its names; the best first."""
    text = normalise(words) if words.strip() else ""
    if len(text) < 2:
        return []
    found = visible_to(person).filter(_named(text) | Q(abbreviation__istartswith=words.strip())).distinct()
    rows = list(found.order_by("name")[: most * 5])

    def rank(row: Organisation) -> tuple:
        short = row.abbreviation.casefold() == words.strip().casefold()
        return (not (short or row.normalised == text), not row.normalised.startswith(text), row.name)

    return sorted(rows, key=rank)[:most]


def _named(text: str) -> Q:
    """Every word in its name, one of its other names, or the name of one that was merged into it."""
    name, other, merged = Q(), Q(), Q()
    for word in text.split():
        name &= Q(normalised__contains=word)
        other &= Q(other_names__normalised__contains=word)
        merged &= Q(merged__normalised__contains=word)
    return name | other | merged


# A person's own --------------------------------------------------------------------------------------


def memberships_of(person: Any) -> list[Membership]:
    """What a person belongs to or has asked to belong to, each with its organisation."""
    rows = Membership.objects.filter(person=person, state__in=[MembershipState.ACTIVE, MembershipState.ASKED])
    return list(rows.select_related("organisation", "organisation__merged_into").order_by("organisation__name"))


def requests_for(person: Any) -> list[Membership]:
    """Who asks to be let in where this person decides; the longest waiting first. Not the whole desk's for staff."""
    mine = [pk for pk, (role, deputy) in roles_of(person).items() if role == "focal_point" or deputy]
    rows = Membership.objects.filter(state=MembershipState.ASKED, organisation__in=mine)
    return list(rows.select_related("person", "organisation").order_by("asked_at"))


def members_of(organisation: Organisation) -> list[Membership]:
    """Members and those who ask, of the organisation and of those merged into it; who speaks for it first."""
    rows = Membership.objects.filter(
        organisation__in=organisation.family, state__in=[MembershipState.ACTIVE, MembershipState.ASKED]
    ).select_related("person", "organisation")
    strength = {"focal_point": 0, "contributor": 2, "viewer": 3}
    return sorted(rows, key=lambda row: (1 if row.is_deputy else strength[row.role], str(row.person).casefold()))


# The desk --------------------------------------------------------------------------------------------


def _speaking(organisation: str) -> Exists:
    return Exists(Membership.objects.speaking().filter(organisation=OuterRef(organisation)))


def _speaking_for_those_merged() -> Exists:
    """Members of what was merged into it, directly or by one step more, speak for it too."""
    gone = Q(organisation__merged_into=OuterRef("pk")) | Q(organisation__merged_into__merged_into=OuterRef("pk"))
    return Exists(Membership.objects.speaking().filter(gone))


def desk_organisations() -> QuerySet[Organisation]:
    """All organisations with what the desk's list shows; `speaks`: somebody speaks for it."""
    active = Membership.objects.active().filter(organisation=OuterRef("pk"))
    # Who only asked, and thought better of it, was never a member.
    was = Q(state=MembershipState.ACTIVE) | Q(state=MembershipState.ENDED, decided_at__isnull=False)
    return Organisation.objects.select_related("merged_into").annotate(
        members=Count("memberships", filter=Q(memberships__state=MembershipState.ACTIVE)),
        speaks=_speaking("pk"),
        speaks_merged=_speaking_for_those_merged(),
        had_members=Exists(Membership.objects.filter(was, organisation=OuterRef("pk"))),
        bounced=Exists(active.filter(person__bounced_at__isnull=False)),
        asking=Exists(Membership.objects.filter(organisation=OuterRef("pk"), state=MembershipState.ASKED)),
    )


def without_anybody(rows: QuerySet[Organisation], *, before: bool) -> QuerySet[Organisation]:
    """Those for which nobody speaks: any more (`before`: they had members), or yet."""
    standing = rows.filter(merged_into__isnull=True, speaks=False, speaks_merged=False)
    return standing.filter(had_members=before)


ORGANISATION_FILTERS: dict[str, Callable[[QuerySet[Organisation]], QuerySet[Organisation]]] = {
    "unconfirmed": lambda rows: rows.filter(confirmed_at__isnull=True),
    "asking": lambda rows: rows.filter(asking=True),
    "nobody": lambda rows: without_anybody(rows, before=True),
    "nobody_yet": lambda rows: without_anybody(rows, before=False),
    "bounced": lambda rows: rows.filter(bounced=True),
    "doubles": lambda rows: rows.filter(pk__in=list(held_doubles())),
    "merged": lambda rows: rows.filter(merged_into__isnull=False),
}


def organisations_filtered(shown: str, words: str) -> QuerySet[Organisation]:
    """The desk's list: `shown` is a key of `ORGANISATION_FILTERS` (empty: all that stand alone), `words` as typed."""
    rows = desk_organisations()
    if shown != "merged":
        rows = rows.filter(merged_into__isnull=True)
    if shown:
        rows = ORGANISATION_FILTERS[shown](rows)
    text = normalise(words) if words.strip() else ""
    if text:
        named = Organisation.objects.filter(_named(text) | Q(abbreviation__icontains=words.strip()))
        rows = rows.filter(pk__in=named.values("pk"))
    return rows


ORGANISATION_SORTS = {
    "name": [Lower("name"), "pk"],
    "-name": [Lower("name").desc(), "-pk"],
    "newest": ["-created_at", "-pk"],
    "-newest": ["created_at", "pk"],
    "country": ["country", Lower("name"), "pk"],
    "-country": ["-country", Lower("name"), "pk"],
    "members": ["-members", Lower("name"), "pk"],
}


def organisation_counts() -> dict[str, int]:
    """{filter: how many}, for the tabs of the desk's list."""
    return {shown: organisations_filtered(shown, "").count() for shown in ("", *ORGANISATION_FILTERS)}


def waiting_organisations() -> int:
    """What the desk's menu counts: founded and not confirmed, left without anybody, asked where nobody is there."""
    rows = desk_organisations().filter(merged_into__isnull=True)
    founded = rows.filter(confirmed_at__isnull=True, created_by__isnull=False, created_by__is_staff=False)
    unheard = rows.filter(asking=True, speaks=False, speaks_merged=False)
    ids = set(founded.values_list("pk", flat=True)) | set(unheard.values_list("pk", flat=True))
    return len(ids | set(without_anybody(rows, before=True).values_list("pk", flat=True)))


def held_doubles() -> dict[int, dict[int, Reason]]:
    """Possible doubles, kept in memory until an organisation changes (or ten minutes have gone)."""
    state = Organisation.objects.aggregate(n=Count("pk"), last=Max("pk"), merged=Count("merged_into"))
    entries = HistoryEntry.objects.filter(subject_kind="organisation").aggregate(last=Max("pk"))
    key = "doubles-{n}-{last}-{merged}-{entry}-{apart}".format(
        **state, entry=entries["last"], apart=Apart.objects.count()
    )
    held = cache.get(key)
    if held is None:
        held = doubles()
        cache.set(key, held, HELD_SECONDS)
    return held


def doubles_of(organisation: Organisation) -> list[tuple[Organisation, Reason]]:
    """What may be the same as this one, each with why; pairs that were kept apart are left out."""
    pairs = Apart.objects.filter(Q(one=organisation) | Q(other=organisation)).values_list("one", "other")
    apart = {pk for pair in pairs for pk in pair}
    like = similar_organisations(
        organisation.name,
        abbreviation=organisation.abbreviation,
        website=organisation.website,
        names=[each.name for each in organisation.other_names.all()],
        country=organisation.country,
        besides=organisation.pk,
    )
    return [(other, reason) for other, reason in like if other.pk not in apart]


def merges_of(organisation: Organisation) -> list[Merge]:
    """Merges that stand: it went into another, or others went into it."""
    rows = Merge.objects.filter(Q(gone=organisation) | Q(stays=organisation), undone_at__isnull=True)
    return list(rows.select_related("gone", "stays", "by").order_by("at"))


def history_of(kind: str, subject_id: int, most: int = 50) -> list[HistoryEntry]:
    """The newest entries of a history, newest first."""
    return list(history.of(kind, subject_id).order_by("-at", "-id")[:most])


PEOPLE_FILTERS = ("desk", "bounced", "closed", "alone")
PEOPLE_SORTS = {
    "name": [Lower("name"), "email"],
    "-name": [Lower("name").desc(), "-email"],
    "newest": ["-date_joined", "-pk"],
    "-newest": ["date_joined", "pk"],
    "last_here": [F("last_login").desc(nulls_last=True), "pk"],
    "-last_here": [F("last_login").asc(nulls_first=True), "pk"],
}


def people_filtered(shown: str, words: str) -> QuerySet[Person]:
    """The desk's list of accounts; `shown` is one of PEOPLE_FILTERS (empty: all that are open)."""
    active = Q(memberships__state=MembershipState.ACTIVE)
    rows = Person.objects.annotate(belongs=Count("memberships", filter=active))
    rows = rows.filter(is_active=shown != "closed")
    if shown == "desk":
        rows = rows.filter(is_staff=True)
    elif shown == "bounced":
        rows = rows.filter(bounced_at__isnull=False)
    elif shown == "alone":
        rows = rows.filter(belongs=0, is_staff=False)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return rows


def people_counts() -> dict[str, int]:
    """{filter: how many accounts}."""
    return {shown: people_filtered(shown, "").count() for shown in ("", *PEOPLE_FILTERS)}
