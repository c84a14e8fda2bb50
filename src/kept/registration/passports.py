"""The data of a passport: sealed in the database, in clear only in the hands of their owner and of the visa desk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date

from kept.base.sealing import CannotOpen, seal, unseal
from kept.registration.models import Registration, VisaRequest

PURPOSE = "passport data"


@dataclass(frozen=True, slots=True)
class Passport:
    """As it stands in the passport. `nationality`: ISO 3166-1 alpha-3."""

    name: str
    number: str
    nationality: str
    born: date
    issued: date
    expires: date

    def as_json(self) -> dict[str, str]:
        return {field: str(value) for field, value in asdict(self).items()}


def sealed(passport: Passport, registration: Registration) -> bytes:
    """Unreadable without this installation's key, and good for this registration alone."""
    return seal(json.dumps(passport.as_json(), ensure_ascii=False), purpose=PURPOSE, about=registration.key)


def passport_of(request: VisaRequest) -> Passport | None:
    """What was given; None where it is erased, or was sealed with a key that is not here any more."""
    if not request.sealed:
        return None
    try:
        told = json.loads(unseal(request.sealed, purpose=PURPOSE, about=request.registration.key))
    except CannotOpen:
        return None
    days = {name: date.fromisoformat(told.pop(name)) for name in ("born", "issued", "expires")}
    return Passport(**told, **days)
