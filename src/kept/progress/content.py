"""What a report says: the shape of `Report.content`. Everything in it is in normal form; what was typed and cannot be read
yet waits in `Report.typed`, as with a pledge."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Value:
    """One indicator's figure: a value of a day with its source, or why it was not assessed. Numbers are decimal strings."""

    indicator: str = ""  # the name it has in the pledge
    value: str = ""
    on: str = ""  # ISO date
    source: str = ""
    not_assessed: str = ""
    counting: str = "cumulative"


@dataclass(frozen=True)
class Money:
    """What is signed or spent since the start, in one currency, of one nature and instrument."""

    stage: str = ""  # committed, disbursed
    amount: str = ""
    currency: str = ""
    nature: str = ""  # new, existing
    instrument: str = ""  # grant, loan, in_kind, own_investment
    on: str = ""  # signed or paid on; of several payments the last


@dataclass(frozen=True)
class People:
    """People reached since the start, and how they were counted."""

    total: int | None = None
    women: int | None = None
    men: int | None = None
    groups: tuple[tuple[str, int], ...] = ()  # (slug of a beneficiary term, number)
    how: str = ""


@dataclass(frozen=True)
class Activity:
    """What was done in one country (alpha-3)."""

    country: str = ""
    text: str = ""


@dataclass(frozen=True)
class ReportContent:
    """One report. Every field has an empty value, so that half a draft is a content too."""

    language: str = "en"
    said: str = ""
    said_reason: str = ""
    completed_on: str = ""
    values: tuple[Value, ...] = ()
    money: tuple[Money, ...] = ()
    people: People = People()
    activities: tuple[Activity, ...] = ()
    summary: str = ""
    difficulties: str = ""
    lessons: str = ""
    support: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # (key of the round's question, answer)
    explanations: tuple[
        tuple[str, str], ...
    ] = ()  # (rule of nonsense.py and its subject, why it is right all the same)
    unchanged: bool = False  # "nothing changed": the figures keep their old dates

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ReportContent:
        """Read `Report.content`; unknown keys are ignored, missing ones are empty."""
        values = {k: v for k, v in data.items() if k in FIELDS}
        for name, kind in LISTS.items():
            if name in values:
                values[name] = tuple(_made(kind, item) for item in values[name] or ())
        for name in PAIRS:
            if name in values:
                values[name] = tuple(sorted((str(k), v) for k, v in dict(values[name] or {}).items()))
        if "people" in values:
            people = dict(values["people"] or {})
            people["groups"] = tuple(sorted((str(k), int(v)) for k, v in dict(people.get("groups") or {}).items()))
            values["people"] = _made(People, people)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """What is stored: plain JSON, empty fields left out."""
        found = {}
        for name in FIELDS:
            plain = self.plain(name)
            if plain not in (None, "", [], {}, False):
                found[name] = plain
        return found

    def plain(self, name: str) -> Any:
        """One field as plain JSON."""
        value = getattr(self, name)
        if name in LISTS:
            return [{k: v for k, v in vars(item).items() if v != ""} for item in value]
        if name in PAIRS:
            return dict(value)
        if name == "people":
            said = {k: v for k, v in vars(value).items() if v not in (None, "", ())}
            return said | ({"groups": dict(value.groups)} if value.groups else {})
        return value

    def with_(self, **changes: Any) -> ReportContent:
        return replace(self, **changes)

    def value_of(self, indicator: str) -> Value | None:
        """The line of an indicator."""
        return next((line for line in self.values if line.indicator == indicator), None)


LISTS: dict[str, type] = {"values": Value, "money": Money, "activities": Activity}
PAIRS = ("answers", "explanations")
FIELDS = tuple(f.name for f in fields(ReportContent))
_KNOWN: dict[type, set[str]] = {kind: {f.name for f in fields(kind)} for kind in (Value, Money, People, Activity)}


def _made(kind: type, item: Any) -> Any:
    if isinstance(item, kind):
        return item
    return kind(**{k: v for k, v in item.items() if k in _KNOWN[kind]})
