"""Who may do what with accounts and organisations, as predicates with names. Asked by actions, templates, API."""

from __future__ import annotations

from typing import Any

from kept.people.models import Membership, MembershipState, Organisation, Person, Role


def is_secretariat(person: Any) -> bool:
    """Works for the secretariat: may see and decide everything on the desk."""
    return bool(person and person.is_authenticated and person.is_active and person.is_staff)


def roles_of(person: Any) -> dict[int, tuple[str, bool]]:
    """{organisation id: (role, is deputy)} of a person's active memberships; read once per request."""
    if not (person and person.is_authenticated and person.is_active):
        return {}
    held = getattr(person, "_roles", None)
    if held is None:
        rows = Membership.objects.filter(person=person, state=MembershipState.ACTIVE)
        held = {m.organisation_id: (m.role, m.is_deputy) for m in rows}
        # A member of an organisation that was merged speaks for the one that stays.
        merged = Organisation.objects.filter(pk__in=list(held), merged_into__isnull=False)
        for pk, into in merged.values_list("pk", "merged_into"):
            held.setdefault(into, held[pk])
        # … and a member of that one for the pledges that the other made.
        gone = Organisation.objects.filter(merged_into__in=list(held))
        for pk, into in gone.values_list("pk", "merged_into"):
            held.setdefault(pk, held[into])
        person._roles = held
    return held


def forget_roles(person: Person) -> None:
    """After a change of memberships: read them anew."""
    person.__dict__.pop("_roles", None)


def belongs_to(person: Any, organisation: Organisation | int | None) -> bool:
    """Is a member of it, in any role."""
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    return key in roles_of(person)


def writes_for(person: Any, organisation: Organisation | int | None) -> bool:
    """May write drafts for it: focal point, deputy, contributor."""
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    role = roles_of(person).get(key) if key else None
    return bool(role and role[0] in {Role.FOCAL_POINT, Role.CONTRIBUTOR})


def speaks_for(person: Any, organisation: Organisation | int | None) -> bool:
    """May send, revise and take back in its name: a focal point or the deputy."""
    key = organisation.pk if isinstance(organisation, Organisation) else organisation
    role = roles_of(person).get(key) if key else None
    return bool(role and (role[0] == Role.FOCAL_POINT or role[1]))


def may_manage_organisation(person: Any, organisation: Organisation) -> bool:
    """May change its description and let people in: its focal points and the secretariat."""
    return is_secretariat(person) or speaks_for(person, organisation)


def may_merge_organisations(person: Any, organisation: Organisation | None = None) -> bool:
    return is_secretariat(person)
