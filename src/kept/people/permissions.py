"""Who may do what with accounts and organisations, as predicates with names. Asked by actions, templates, API."""

from __future__ import annotations

from typing import Any

from kept.base.installation import installation
from kept.people.models import Membership, MembershipState, Organisation, Person, Role


def is_secretariat(person: Any) -> bool:
    """Works for the secretariat: may see and decide everything on the desk.

    Not while a second factor is owed (`people.signin.SecondFactorOwed` marks the person for a request).
    """
    return bool(
        person
        and person.is_authenticated
        and person.is_active
        and person.is_staff
        and not getattr(person, "second_factor_owed", False)
    )


def second_factor_is_owed(person: Any) -> bool:
    """Staff that can be signed in with a mail alone, outside the demonstration."""
    if not (person.is_authenticated and person.is_staff) or installation().demonstration:
        return False
    return not has_second_factor(person)


def has_second_factor(person: Any) -> bool:
    """Has an authenticator app or a passkey (recovery codes alone do not count)."""
    return person.authenticator_set.filter(type__in=["totp", "webauthn"]).exists()


def roles_of(person: Any) -> dict[int, tuple[str, bool]]:
    """{organisation id: (role, is deputy)} of a person's active memberships; read once per request.

    Through merges: a member of one that was merged speaks for the one that stays, and a member of that one for
    the pledges that the others made. Of several roles the strongest counts.
    """
    if not (person and person.is_authenticated and person.is_active):
        return {}
    held = getattr(person, "_roles", None)
    if held is None:
        rows = Membership.objects.filter(person=person, state=MembershipState.ACTIVE)
        own = {row.organisation_id: (row.role, row.is_deputy) for row in rows}
        held = {}
        ends = _roots(set(own))
        for pk, role in own.items():
            held[ends[pk]] = _stronger(held.get(ends[pk]), role)
        for pk, end in _gone_into(set(held)).items():
            held[pk] = held[end]
        person._roles = held
    return held


def _roots(ids: set[int]) -> dict[int, int]:
    """{organisation: the one it lives on as}; merges form chains and no circles."""
    ends = {pk: pk for pk in ids}
    moving = ids
    while moving:
        steps = Organisation.objects.filter(pk__in=moving, merged_into__isnull=False)
        onward = {pk: into for pk, into in steps.values_list("pk", "merged_into") if into is not None}
        ends = {pk: onward.get(end, end) for pk, end in ends.items()}
        moving = set(onward.values())
    return ends


def _gone_into(ids: set[int]) -> dict[int, int]:
    """{organisation that was merged away: the one of `ids` it lives on as}."""
    found: dict[int, int] = {}
    layer = {pk: pk for pk in ids}
    while layer:
        rows = Organisation.objects.filter(merged_into__in=list(layer)).values_list("pk", "merged_into")
        layer = {pk: layer[into] for pk, into in rows if into is not None}
        found |= layer
    return found


_STRENGTH = {Role.FOCAL_POINT: 3, Role.CONTRIBUTOR: 2, Role.VIEWER: 1}


def _stronger(one: tuple[str, bool] | None, other: tuple[str, bool]) -> tuple[str, bool]:
    if one is None:
        return other
    return max(one[0], other[0], key=lambda role: _STRENGTH[Role(role)]), one[1] or other[1]


def forget_roles(person: Person) -> None:
    """After a change of memberships: read them anew."""
    person.__dict__.pop("_roles", None)


def _role(person: Any, organisation: Organisation | int | None) -> tuple[str, bool] | None:
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    return roles_of(person).get(key) if key else None


def belongs_to(person: Any, organisation: Organisation | int | None) -> bool:
    """Is a member of it, in any role."""
    return _role(person, organisation) is not None


def writes_for(person: Any, organisation: Organisation | int | None) -> bool:
    """May write drafts for it: focal point, deputy, contributor."""
    role = _role(person, organisation)
    return bool(role and (role[0] in {Role.FOCAL_POINT, Role.CONTRIBUTOR} or role[1]))


def speaks_for(person: Any, organisation: Organisation | int | None) -> bool:
    """May send, revise and take back in its name: a focal point or the deputy."""
    role = _role(person, organisation)
    return bool(role and (role[0] == Role.FOCAL_POINT or role[1]))


def may_found_organisation(person: Any, organisation: Organisation | None = None) -> bool:
    """Anybody with an account; the secretariat looks at it afterwards."""
    return bool(person and person.is_authenticated and person.is_active)


def may_see_organisation(person: Any, organisation: Organisation) -> bool:
    """Its inner page with members and requests: its members and the secretariat."""
    return is_secretariat(person) or belongs_to(person, organisation)


def may_manage_organisation(person: Any, organisation: Organisation) -> bool:
    """May change its description and let people in: its focal points and the secretariat."""
    return is_secretariat(person) or speaks_for(person, organisation)


def may_decide_membership(person: Any, membership: Membership) -> bool:
    """Lets in, refuses, changes a role, ends a membership: who manages the organisation."""
    return may_manage_organisation(person, membership.organisation)


def may_leave(person: Any, membership: Membership) -> bool:
    return bool(person and person.is_authenticated and membership.person_id == person.pk)


def may_end_membership(person: Any, membership: Membership) -> bool:
    """Oneself, or who manages the organisation."""
    return may_leave(person, membership) or may_decide_membership(person, membership)


def may_confirm_organisation(person: Any, organisation: Organisation | None = None) -> bool:
    return is_secretariat(person)


def may_merge_organisations(person: Any, organisation: Organisation | None = None) -> bool:
    return is_secretariat(person)


def may_manage_people(person: Any, other: Any = None) -> bool:
    """Closes and opens accounts, gives and takes the right to the desk: the secretariat."""
    return is_secretariat(person)
