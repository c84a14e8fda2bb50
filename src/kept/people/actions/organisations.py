"""Organisations: founded, described, confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.installation import installation
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import Installation
from kept.log.actions import open_head
from kept.people.models import Membership, MembershipState, Organisation, OtherName, Role
from kept.people.naming import domain_of, normalise, slug_for
from kept.people.permissions import (
    forget_roles,
    is_secretariat,
    may_confirm_organisation,
    may_found_organisation,
    may_manage_organisation,
)

CHANGEABLE = ("name", "names", "abbreviation", "entity_type", "country", "website", "description")
# What makes an organisation itself: whoever changes it without working here has it looked at again.
WHO_IT_IS = {"name", "country", "entity_type"}


def locked(organisation: Organisation) -> Organisation:
    """The organisation, read anew and locked for this transaction."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def found_organisation(values: Mapping[str, Any], *, by: Any, at: datetime, another: bool = False) -> Organisation:
    """Enter an organisation; who founds it becomes its focal point (staff enter it for others, and confirm it).

    `values`: of CHANGEABLE, `name` at least; `names` is {language: name}. `another`: the person has seen those that
    look like it and says that theirs is another one. Raises NotAllowed, and Refused (code "exists_already") for a
    name that is taken where nobody said so.
    """
    if not may_found_organisation(by):
        raise NotAllowed(_("You may not do this."))
    values = dict(values)
    values["name"] = " ".join(values["name"].split())
    normalised = normalise(values["name"])
    staff = is_secretariat(by)
    installation()  # makes the row on a new database
    with transaction.atomic():
        # One at a time: of two who found the same in one second, the second is asked.
        Installation.objects.select_for_update().get(pk=1)
        taken = Organisation.objects.standing_alone().filter(normalised=normalised)
        if not another and taken.exists():
            raise Refused(_("There is an organisation with this name already."), code="exists_already")
        organisation = Organisation.objects.create(
            **values,
            slug=free_slug(values["name"]),
            normalised=normalised,
            domain=domain_of(values.get("website", "")),
            created_at=at,
            created_by=by,
            confirmed_at=at if staff else None,
        )
        keep_other_names(organisation, values.get("names", {}).values(), source="names")
        history.record("organisation", organisation.pk, "found", by=by, at=at)
        if not staff:
            Membership.objects.create(
                person=by, organisation=organisation, role=Role.FOCAL_POINT, state=MembershipState.ACTIVE,
                asked_at=at, decided_at=at,
            )  # fmt: skip
            forget_roles(by)
        announce("organisation.founded", organisation=organisation, by=by, at=at)
    return organisation


def free_slug(name: str) -> str:
    """An address for this name that no organisation has (its look-alikes are asked for in one read)."""
    base = slug_for(name)
    return slug_for(name, set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True)))


def keep_other_names(organisation: Organisation, names: Any, *, source: str) -> None:
    """Note spellings under which it is found again; those it has already are left as they are."""
    for name in names:
        normalised = normalise(name)
        if normalised and normalised != organisation.normalised:
            OtherName.objects.get_or_create(
                organisation=organisation, normalised=normalised, defaults={"name": name[:300], "source": source}
            )


def note_other_name(organisation: Organisation, name: str, *, by: Any, at: datetime, source: str = "") -> None:
    """Say that a name means this organisation: it is found under it from now on. Raises NotAllowed."""
    with transaction.atomic():
        organisation = locked(organisation)
        if not is_secretariat(by):
            raise NotAllowed(_("You may not do this."))
        keep_other_names(organisation, [name], source=source)
        history.record("organisation", organisation.pk, "other_name", by=by, at=at, data={"name": name[:300]})


def change_organisation(
    organisation: Organisation, values: Mapping[str, Any], *, by: Any, at: datetime
) -> Organisation:
    """Change its description. Its address stays; a former name still finds it. Raises NotAllowed.

    Where a focal point changes name, country or kind, the secretariat is asked to look at it again.
    """
    if unknown := set(values) - set(CHANGEABLE):
        raise ValueError(f"no such fields: {sorted(unknown)}")
    with transaction.atomic():
        organisation = locked(organisation)
        if not may_manage_organisation(by, organisation):
            raise NotAllowed(_("You may not do this."))
        was = {name: getattr(organisation, name) for name in values if getattr(organisation, name) != values[name]}
        if not was:
            return organisation
        for name in was:
            setattr(organisation, name, values[name])
        organisation.name = " ".join(organisation.name.split())
        organisation.normalised = normalise(organisation.name)
        organisation.domain = domain_of(organisation.website)
        if WHO_IT_IS & set(was) and not is_secretariat(by):
            organisation.confirmed_at = None
        organisation.save()
        keep_other_names(organisation, organisation.names.values(), source="names")
        if "name" in was:
            keep_other_names(organisation, [was["name"]], source="former name")
        history.record("organisation", organisation.pk, "change", by=by, at=at, data={"from": was})
        changed(organisation, by=by, at=at)
    return organisation


def confirm_organisation(organisation: Organisation, *, by: Any, at: datetime) -> Organisation:
    """The secretariat has seen it: it is what it says. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        organisation = locked(organisation)
        if not may_confirm_organisation(by, organisation):
            raise NotAllowed(_("You may not do this."))
        if organisation.confirmed_at or organisation.merged_into_id:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        organisation.confirmed_at = at
        organisation.save(update_fields=["confirmed_at"])
        history.record("organisation", organisation.pk, "confirm", by=by, at=at)
        announce("organisation.confirmed", organisation=organisation, by=by, at=at)
    return organisation


def changed(organisation: Organisation, *, by: Any, at: datetime) -> None:
    """Public pages show it: tell the rooms, and give the change a number (last in the transaction)."""
    announce("organisation.changed", organisation=organisation, by=by, at=at)
    with open_head() as head:
        head.changed("organisation", organisation.slug)
