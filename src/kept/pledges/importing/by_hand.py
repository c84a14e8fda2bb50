"""Columns mapped by hand on the desk: how the file is opened, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kept.pledges.importing.guessing import is_known
from kept.pledges.importing.sources import Layout

# Fields whose values are words of a list or names of places: what a file says otherwise can be told once for all rows.
# "lead" stands for the names of organisations, those of partners included.
WORDS = ("focus_areas", "kinds", "beneficiaries", "targets", "money_nature", "instrument", "language", "lead.type",
         "lead.country", "lead")  # fmt: skip
TERMS = ("focus_areas", "kinds", "beneficiaries")
CODES = frozenset(
    {"unknown_term", "unknown_place", "unlisted_place", "unknown_choice", "unknown_language", "not_in_values"}
)  # of problems that go away once somebody says what the word means
Words = MappingType[str, MappingType[str, str]]  # {field of WORDS: {what the file says: what it means}}


@dataclass(frozen=True)
class ByHand:
    """How to open a file whose columns a person maps: its shape as somebody said it, its header as it is guessed."""

    layout: Layout
    columns: tuple[str, ...] = ()

    def expects(self, column: str) -> bool:
        return is_known(column)


def with_words(data: MappingType[str, Any], words: Words) -> dict[str, Any]:
    """A mapping's data that says in addition what some words of the file mean; "" means nothing."""
    made = deepcopy(dict(data))
    for field, meant in words.items():
        if not meant:
            continue
        for table, key in _tables(made, field):
            if key in table:
                table[key] = _taught(table[key], meant)
    return made


def words_of(data: MappingType[str, Any]) -> dict[str, dict[str, str]]:
    """What a mapping says about the words of the file, {field: {word: meaning}}: the reverse of `with_words`."""
    found: dict[str, dict[str, str]] = {}
    for field in WORDS:
        for table, key in _tables(data, field):
            rules = table.get(key)
            for rule in rules if isinstance(rules, list) else [rules]:
                if isinstance(rule, dict) and isinstance(rule.get("values"), dict):
                    found.setdefault(field, {}).update(rule["values"])
    return found


def with_new_terms(data: MappingType[str, Any], fields: MappingType[str, bool]) -> dict[str, Any]:
    """The same, with words that no list has made new values of the list (or not): {"focus_areas": True}."""
    made = deepcopy(dict(data))
    for field, create in fields.items():
        for table, key in _tables(made, field):
            if key in table:
                rules = table[key] if isinstance(table[key], list) else [table[key]]
                table[key] = [_made_of(rule, create=create) for rule in rules]
                table[key] = table[key] if isinstance(rules, list) and len(rules) > 1 else table[key][0]
    return made


def makes_terms(data: MappingType[str, Any]) -> list[str]:
    """The lists of which a mapping makes new values."""
    fields = data.get("fields", {})
    rules = {name: fields.get(name) for name in TERMS}
    return [
        name
        for name, rule in rules.items()
        if any(isinstance(one, dict) and one.get("create") for one in (rule if isinstance(rule, list) else [rule]))
    ]


def _made_of(rule: Any, *, create: bool) -> Any:
    whole = {"column": rule} if isinstance(rule, str) else dict(rule)
    whole.pop("create", None)
    if create:
        whole["create"] = True
    return whole["column"] if list(whole) == ["column"] else whole


def _tables(data: MappingType[str, Any], field: str) -> Iterator[tuple[Any, str]]:
    """Where the rules of a field stand: (table, key)."""
    if field == "lead":
        yield data.get("lead", {}), "name"
        partners = data.get("partners", [])
        for table in partners if isinstance(partners, list) else [partners]:
            yield table, "name"
    elif "." in field:
        table, _dot, key = field.partition(".")
        yield data.get(table, {}), key
    else:
        yield data.get("fields", {}), field


def _taught(rules: Any, meant: MappingType[str, str]) -> Any:
    if isinstance(rules, list):
        return [_taught(rule, meant) for rule in rules]
    if isinstance(rules, str):
        return {"column": rules, "values": dict(meant)}
    if not isinstance(rules, dict) or "always" in rules:
        return rules
    return {**rules, "values": {**rules.get("values", {}), **meant}}
