"""What indicators count, for many pledges: given by the secretariat, so that figures of one definition may be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused
from kept.progress import queries
from kept.progress.models import Definition, IndicatorValue
from kept.progress.permissions import may_define

COLUMNS = ("names", "unit", "how", "counting", "baseline_year")
MEANING = ("unit", "counting", "baseline_year")  # of a definition that has figures these stay as they are


def define(slug: str, values: Mapping[str, Any], *, by: Any, at: datetime) -> Definition:
    """Make one; `values` as in COLUMNS. Raises NotAllowed, Refused."""
    _check(by)
    if not slug or slug == "new":  # the address of the form
        raise Refused(_("Write the English name with letters or numbers."))
    with transaction.atomic():
        if Definition.objects.filter(slug=slug).exists():
            raise Refused(_("There is a definition of this name already."))
        made = Definition.objects.create(slug=slug, made_at=at, **{name: values[name] for name in COLUMNS})
        history.record("definition", made.pk, "define", by=by, at=at, data=_data(made))
    return made


def change_definition(definition: Definition, values: Mapping[str, Any], *, by: Any, at: datetime) -> Definition:
    """Change the words; what it counts only while it has no figures. Raises NotAllowed, Refused."""
    _check(by)
    with transaction.atomic():
        found = Definition.objects.select_for_update().get(pk=definition.pk)
        differs = {name for name in COLUMNS if getattr(found, name) != values[name]}
        if differs & set(MEANING) and IndicatorValue.objects.filter(definition=found).exists():
            raise Refused(
                _(
                    "Figures were given to it. Its unit, way of counting and baseline year stay as they are; make another definition."
                )
            )
        if differs:
            was = _data(found)
            for name in differs:
                setattr(found, name, values[name])
            found.save(update_fields=sorted(differs))
            history.record("definition", found.pk, "change", by=by, at=at, data={"from": was, "to": _data(found)})
    return found


def give_definition(definition: Definition, names: Iterable[str], *, by: Any, at: datetime) -> int:
    """Say that indicators of these names count what it says; how many figures that are. Those of another unit or way of
    counting are none of them. Raises NotAllowed."""
    _check(by)
    return _move(queries.could_be_of(definition), definition, names, definition, "give", by=by, at=at)


def take_definition(definition: Definition, names: Iterable[str], *, by: Any, at: datetime) -> int:
    """Say that they do not. Raises NotAllowed."""
    _check(by)
    return _move(IndicatorValue.objects.filter(definition=definition), definition, names, None, "take", by=by, at=at)


def _move(
    rows: Any, about: Definition, names: Iterable[str], to: Definition | None, verb: str, *, by: Any, at: datetime
) -> int:
    chosen = sorted(set(names))
    with transaction.atomic():
        number = IndicatorValue.objects.filter(
            pk__in=list(rows.filter(name__in=chosen).values_list("pk", flat=True))
        ).update(definition=to)
        if number:
            history.record("definition", about.pk, verb, by=by, at=at, data={"names": chosen, "figures": number})
    return number


def _check(by: Any) -> None:
    if by is not None and not may_define(by):
        raise NotAllowed(_("You may not do this."))


def _data(definition: Definition) -> dict[str, Any]:
    return {name: getattr(definition, name) for name in COLUMNS}
