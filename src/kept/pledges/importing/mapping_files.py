"""Mappings as files: found by name or path, and checked word by word."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kept.base import languages
from kept.base.money import CURRENCIES
from kept.pledges.importing.days import ORDERS
from kept.pledges.importing.headers import plain
from kept.pledges.importing.mapping import AmountRule, Mapping, MappingError, OrganisationRules, Rule, Rules
from kept.pledges.importing.sources import Layout

SHIPPED = Path(__file__).resolve().parent.parent / "mappings"

# What a field is, for those who read it (rows.py) and for those who write a mapping (docs/importing.md).
LINES = ("title", "occasion", "source_stage", "source_name", "source_url", "source_id")
TEXTS = ("summary", "description")
TERMS = ("focus_areas", "kinds", "beneficiaries")
DATES = ("start", "end", "announced", "published")
CHOICES = ("money_nature", "instrument")
LISTS = (*TERMS, "targets", "sdgs", "notes")
FIELDS = (*LINES, *TEXTS, *DATES, *CHOICES, *LISTS, "language", "amount_usd", "people_expected")

_TOP = (
    "source", "label", "url", "language", "id", "document", "separator", "decimal", "dates", "empty", "only", "file",
    "fields", "lead", "partners", "amount", "indicators", "links", "source_reports",
)  # fmt: skip
_FILE = ("sheet", "header_row", "encoding", "delimiter", "items", "each")
_FORMS = ("column", "columns", "join", "lines", "text", "ticked", "always")
_RULE = (*_FORMS, "with", "values", "otherwise", "when", "separator", "shorten", "create", "dates", "decimal")
_WHO = ("name", "type", "country", "website", "abbreviation", "part", "leave_out")
_AMOUNT = ("column", "columns", "when", "decimal", "currency", "in", "otherwise")
_INDICATOR = ("all", "name", "unit", "baseline", "target", "by", "headline")
_LINK = ("all", "url", "label")
_DECIMALS = ("auto", ".", ",")
_OTHERWISE = ("keep", "leave out", "refuse")


def load_mapping(name_or_path: str | Path) -> Mapping:
    """The mapping of that name that comes with Kept, or the one in a file.

    Raises MappingError where there is none, or where it cannot be used.
    """
    name = str(name_or_path)
    shipped = SHIPPED / f"{name}.toml"
    path = shipped if "/" not in name and "\\" not in name and shipped.is_file() else Path(name)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        near = difflib.get_close_matches(name, shipped_mappings(), 1)
        hint = _("Did you mean %(name)s?") % {"name": near[0]} if near else ""
        there = _("Mappings that come with Kept: %(names)s.") % {"names": ", ".join(shipped_mappings())}
        raise MappingError(name, [_("There is no such file."), hint, there]) from None
    except (OSError, UnicodeError) as error:
        raise MappingError(name, [str(error)]) from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(path.name, [_("It is not written as TOML: %(why)s.") % {"why": error}]) from None
    return read(data, name=path.stem)


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with Kept."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read(data: MappingType[str, Any], *, name: str) -> Mapping:
    """Check what was written and give it a shape. Raises MappingError with every fault found."""
    return _Reading(name).mapping(data)


class _Reading:
    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[str] = []

    def mapping(self, data: MappingType[str, Any]) -> Mapping:
        self.known(data, _TOP, "")
        made = Mapping(
            name=self.name,
            data=dict(data),
            source=(self.word(data, "source", "") or self.name)[:100],
            label=self.word(data, "label", ""),
            url=self.word(data, "url", ""),
            language=self.language(data),
            layout=self.layout(self.table(data, "file")),
            separators=self.separators(data, ""),
            decimal=self.choice(data, "decimal", "", _DECIMALS) or "auto",
            dates=self.choice(data, "dates", "", ORDERS) or "auto",
            empty=frozenset(self.words(data, "empty", "")),
            id=self.rules(data.get("id"), "id"),
            document=self.rules(data.get("document"), "document"),
            only=self.conditions(data.get("only"), "only"),
            fields=self.fields(self.table(data, "fields")),
            lead=self.organisation(self.table(data, "lead"), "lead"),
            partners=tuple(self.organisation(t, "partners") for t in self.tables(data, "partners")),
            amounts=tuple(self.amount(t) for t in self.tables(data, "amount")),
            indicators=tuple(self.group(t, "indicators", _INDICATOR) for t in self.tables(data, "indicators")),
            links=tuple(self.group(t, "links", _LINK) for t in self.tables(data, "links")),
            source_reports=self.word(data, "source_reports", ""),
        )
        if not made.lead.name:
            self.faults.append(_("[lead] needs a name: the column that says who pledges."))
        if not any(f in made.fields for f in ("title", "summary", "description")):
            self.faults.append(_("[fields] needs a title: the column that says what is promised."))
        if self.faults:
            raise MappingError(self.name, self.faults)
        return made

    # --- parts ---------------------------------------------------------------------------------------

    def layout(self, table: MappingType[str, Any]) -> Layout:
        self.known(table, _FILE, "file")
        row = table.get("header_row")
        if row is not None and (not isinstance(row, int) or isinstance(row, bool) or not 0 <= row <= 1000):
            self.fault("file", "header_row", _("write the number of a row, 0 for a table without column names"))
            row = None
        words = {key: self.word(table, key, "file") for key in _FILE if key != "header_row"}
        if len(words["delimiter"]) > 1:
            self.fault("file", "delimiter", _("write one character"))
        return Layout(header_row=row, **words)

    def fields(self, table: MappingType[str, Any]) -> dict[str, Rules]:
        self.known(table, FIELDS, "fields")
        return {key: self.rules(table[key], f"fields.{key}") for key in FIELDS if key in table}

    def organisation(self, table: MappingType[str, Any], where: str) -> OrganisationRules:
        self.known(table, _WHO, where)
        made = {key: self.rules(table.get(key), f"{where}.{key}") for key in _WHO if key != "leave_out"}
        leave_out = frozenset(plain(word) for word in self.words(table, "leave_out", where))
        return OrganisationRules(**made, leave_out=leave_out)

    def amount(self, table: MappingType[str, Any]) -> AmountRule:
        self.known(table, _AMOUNT, "amount")
        plain_rule = {key: value for key, value in table.items() if key not in ("currency", "in", "otherwise")}
        rules = self.rules(plain_rule, "amount") if plain_rule else ()
        if not rules:
            self.fault("amount", "column", _("name the column of the amount"))
        currency = self.rules(table.get("currency"), "amount.currency")
        otherwise = self.word(table, "otherwise", "amount")
        if otherwise and otherwise not in CURRENCIES:
            self.fault("amount", "otherwise", _("write the code of a currency, for example USD"))
        return AmountRule(rules[0] if rules else Rule(), currency, self.word(table, "in", "amount"), otherwise)

    def group(self, table: MappingType[str, Any], where: str, words: tuple[str, ...]) -> dict[str, Rules]:
        self.known(table, words, where)
        return {key: self.rules(table[key], f"{where}.{key}") for key in words if key in table}

    # --- rules ---------------------------------------------------------------------------------------

    def rules(self, value: Any, where: str) -> Rules:
        """A column's name, a table, or a list of these of which the first that says something counts."""
        if value is None:
            return ()
        several = value if isinstance(value, list) else [value]
        return tuple(rule for one in several if (rule := self.rule(one, where)) is not None)

    def rule(self, value: Any, where: str) -> Rule | None:
        if isinstance(value, str):
            return Rule(column=value)
        if not isinstance(value, dict):
            self.fault(where, "", _("write the name of a column in quotation marks, or a table in { }"))
            return None
        self.known(value, _RULE, where)
        forms = [key for key in _FORMS if key in value]
        if len(forms) != 1:
            self.fault(where, "", _("write exactly one of %(words)s") % {"words": ", ".join(_FORMS)})
            return None
        return Rule(
            column=self.word(value, "column", where),
            columns=self.words(value, "columns", where),
            join=self.words(value, "join", where),
            with_=self.word(value, "with", where, default=" "),
            lines=self.texts(value, "lines", where),
            text=self.word(value, "text", where),
            ticked=self.texts(value, "ticked", where),
            always=value.get("always"),
            values=self.texts(value, "values", where) if "values" in value else None,
            otherwise=self.choice(value, "otherwise", where, _OTHERWISE) or "keep",
            when=self.conditions(value.get("when"), where),
            separators=self.separators(value, where),
            shorten=self.flag(value, "shorten", where),
            create=self.flag(value, "create", where),
            dates=self.choice(value, "dates", where, ORDERS),
            decimal=self.choice(value, "decimal", where, _DECIMALS),
        )

    def conditions(self, value: Any, where: str) -> dict[str, tuple[str, ...]]:
        """{column: what it must say}, or one of several."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(where, "when", _('write a table: { Column = "value" }'))
            return {}
        return {
            str(column): tuple(plain(str(said)) for said in (wanted if isinstance(wanted, list) else [wanted]))
            for column, wanted in value.items()
        }

    # --- values --------------------------------------------------------------------------------------

    def known(self, table: MappingType[str, Any], words: Iterable[str], where: str) -> None:
        for key in table:
            if key not in words:
                near = difflib.get_close_matches(str(key), list(words), 1, 0.6)
                hint = _("Did you mean “%(word)s”?") % {"word": near[0]} if near else ""
                place = f"[{where}] " if where else ""
                unknown = _("“%(word)s” means nothing here.") % {"word": key}
                self.faults.append(f"{place}{unknown} {hint}".strip())

    def table(self, data: MappingType[str, Any], key: str) -> MappingType[str, Any]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.fault("", key, _("write a table: [%(word)s]") % {"word": key})
        return {}

    def tables(self, data: MappingType[str, Any], key: str) -> list[MappingType[str, Any]]:
        value = data.get(key, [])
        several = value if isinstance(value, list) else [value]
        if all(isinstance(one, dict) for one in several):
            return several
        self.fault("", key, _("write a table: [%(word)s]") % {"word": key})
        return []

    def word(self, table: MappingType[str, Any], key: str, where: str, default: str = "") -> str:
        value = table.get(key, default)
        if isinstance(value, str):
            return value
        self.fault(where, key, _("write text in quotation marks"))
        return default

    def words(self, table: MappingType[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        self.fault(where, key, _('write a list of texts: ["one", "two"]'))
        return ()

    def texts(self, table: MappingType[str, Any], key: str, where: str) -> dict[str, str]:
        value = table.get(key, {})
        if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
            return value
        self.fault(where, key, _('write pairs of texts: { "one" = "two" }'))
        return {}

    def flag(self, table: MappingType[str, Any], key: str, where: str) -> bool:
        value = table.get(key, False)
        if isinstance(value, bool):
            return value
        self.fault(where, key, _("write true or false, without quotation marks"))
        return False

    def choice(self, table: MappingType[str, Any], key: str, where: str, allowed: tuple[str, ...]) -> str:
        value = table.get(key, "")
        if value in ("", *allowed):
            return value
        self.fault(where, key, _("write one of %(words)s") % {"words": ", ".join(f"“{word}”" for word in allowed)})
        return ""

    def separators(self, table: MappingType[str, Any], where: str) -> tuple[str, ...] | None:
        """One separator, several, or false for cells that hold one value; None where nothing is said."""
        value = table.get("separator")
        if value is None:
            return None
        if value is False:
            return ()
        several = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) and one.strip(" ") for one in several):
            return tuple(one.strip(" ") for one in several)
        self.fault(where, "separator", _('write the character between two values, for example ";"'))
        return None

    def language(self, data: MappingType[str, Any]) -> str:
        said = self.word(data, "language", "") or "en"
        return languages.normalise(said) or languages.bcp47(said)

    def fault(self, where: str, key: str, what: str) -> None:
        place = ".".join(filter(None, (where, key)))
        self.faults.append(f"{place}: {what}.")
