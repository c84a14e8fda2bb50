"""What happened to a pledge in public, told from its revisions: the same for its page and the API."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import formats, places
from kept.base.languages import native_name
from kept.log.models import Document, Entry
from kept.people.models import Organisation
from kept.pledges import taxonomies
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision
from kept.pledges.presenting import INSTRUMENT_NAMES, MONEY_NATURE_NAMES

# The fields of a text, as a reader knows them, in the order of the page.
FIELD_NAMES: dict[str, Any] = {
    "title": _("Title"),
    "summary": _("Summary"),
    "description": _("Description"),
    "lead": _("Promised by"),
    "partners": _("Partners"),
    "targets": _("Where"),
    "beneficiaries": _("For whom"),
    "people_expected": _("People expected to benefit"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "money_nature": _("What the amount is"),
    "instrument": _("Form of the money"),
    "amount_usd": _("Amount in USD"),
    "kinds": _("Kind of contribution"),
    "focus_areas": _("Focus area"),
    "sdgs": _("Sustainable Development Goal"),
    "start": _("Begins"),
    "end": _("By when"),
    "indicators": _("What is measured"),
    "occasion": _("Occasion"),
    "announced": _("Announced"),
    "links": _("Links"),
    "attachments": _("Files"),
    "language": _("Language"),
    "source": _("Source"),
    "source_stage": _("Stage of the money"),
    "source_reports": _("Reports of the source"),
    "notes": _("Notes"),
}


WRITTEN = ("title", "summary", "description", "indicators", "occasion")  # in the language of the pledge


@dataclass(frozen=True)
class Change:
    """One field that differs between two texts, as words before and after."""

    field: str
    name: Any
    before: str
    after: str
    language: str = ""  # of the words, where its owner wrote them


@dataclass(frozen=True)
class Happening:
    """One public event of a pledge. `changed` are names of fields; `entered` is the log's own clock.

    What a later room tells (`register`) has a `template` of that room with the words, made with `context` and `one`.
    """

    at: datetime
    type: str
    revision: int
    reason: str = ""
    changed: tuple[str, ...] = ()
    entered: datetime | None = None
    language: str = ""
    redacted: bool = False
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def field_names(self) -> list[str]:
        return [str(FIELD_NAMES[name]) for name in self.changed]

    @property
    def language_name(self) -> str:
        return native_name(self.language) if self.language else ""

    @property
    def entered_another_day(self) -> bool:
        """A registry that was imported: published long before it stood in this log."""
        return bool(self.entered and self.entered.astimezone(UTC).date() != self.at.astimezone(UTC).date())


Source = Callable[[Pledge], Iterable[Happening]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a later room tell what happened to a pledge, in a fixed number of queries."""
    if source not in _sources:
        _sources.append(source)


def unregister(source: Source) -> None:
    """Take a source away again (tests)."""
    _sources.remove(source)


def revisions_of(pledge: Pledge) -> list[Revision]:
    """Its public texts, the first first."""
    return list(Revision.objects.filter(pledge=pledge, n__isnull=False).order_by("n"))


def story(pledge: Pledge, revisions: Iterable[Revision] | None = None) -> list[Happening]:
    """Everything public that happened to a pledge, the latest first."""
    revisions = revisions_of(pledge) if revisions is None else list(revisions)
    entries = list(Entry.objects.filter(reference=pledge.reference).order_by("index"))
    entered = {(e.revision, e.language): e for e in entries if e.brings_document}
    gone = redacted_revisions(pledge.reference)
    told = []
    former: Revision | None = None
    for revision in revisions:
        entry = entered.get((revision.n or 0, ""))
        hidden = revision.n in gone or (former is not None and former.n in gone)
        told.append(
            Happening(
                at=revision.valid_from or pledge.created_at,
                type=revision.event,
                revision=revision.n or 0,
                reason="" if revision.n in gone else revision.reason,
                changed=tuple(changed_fields(former, revision)) if former and not hidden else (),
                entered=entry.at if entry else None,
                redacted=revision.n in gone,
            )
        )
        former = revision
    told += [
        Happening(at=e.at, type=e.type, revision=e.revision, entered=e.at, language=e.language)
        for e in entries
        if e.type in ("document.redacted", "translation.published")
    ]
    told += [one for source in _sources for one in source(pledge)]
    return sorted(told, key=lambda one: (one.at, one.revision), reverse=True)


def redacted_revisions(reference: str) -> set[int]:
    """Numbers of the revisions whose text had to be blanked by law."""
    entries = Entry.objects.filter(reference=reference, brings_document=True, language="")
    blanked = Document.objects.filter(index__in=entries.values("index"), data__isnull=True)
    return set(entries.filter(index__in=blanked.values("index")).values_list("revision", flat=True))


def changed_fields(before: Revision, after: Revision) -> list[str]:
    """Names of the fields in which two texts differ."""
    old, new = PledgeContent.from_json(before.content), PledgeContent.from_json(after.content)
    return [name for name in FIELD_NAMES if getattr(old, name) != getattr(new, name)]


def differences(before: Revision, after: Revision, language: str) -> list[Change]:
    """Field by field what changed, as words of a reader of `language`; written texts stay as they were written."""
    names = changed_fields(before, after)
    old, new = PledgeContent.from_json(before.content), PledgeContent.from_json(after.content)
    ids = {pk for c in (old, new) for pk in (c.lead, *(p.organisation for p in c.partners)) if pk}
    who = {pk: o.name_in(language) for pk, o in Organisation.objects.in_bulk(ids).items()}
    return [
        Change(
            name,
            FIELD_NAMES[name],
            _in_words(name, old, language, who),
            _in_words(name, new, language, who),
            new.language if name in WRITTEN else language,
        )
        for name in names
    ]


def _in_words(name: str, content: PledgeContent, language: str, who: dict[int, str]) -> str:
    value = getattr(content, name)
    if value in ("", None, ()):
        return ""
    if name == "lead":
        return who.get(value, "")
    if name == "partners":
        return "\n".join(_partner(partner, who) for partner in value)
    if name in taxonomies.FIELDS:
        taxonomy = taxonomies.FIELDS[name]
        return formats.format_list([taxonomies.term_name(taxonomy, slug, language) for slug in value], language)
    if name in WRITERS:
        return WRITERS[name](value, language)
    return "\n".join(str(item) for item in value) if isinstance(value, tuple) else str(value)


def _partner(partner: Any, who: dict[int, str]) -> str:
    name = who.get(partner.organisation, "")
    return f"{name} ({partner.part})" if partner.part else name


def _nature(value: str, language: str) -> str:
    return str({**MONEY_NATURE_NAMES, **INSTRUMENT_NAMES}.get(value, value))


def _day(value: str, language: str) -> str:
    """A day in words; what a file brought and nobody could read stays as it is."""
    if not value:
        return ""
    try:
        return formats.format_date(value, language)
    except ValueError:
        return value


def _indicator(indicator: Any, language: str) -> str:
    steps = " → ".join(filter(None, (indicator.baseline, indicator.target)))
    words = (indicator.name, f"{steps} {indicator.unit}".strip(), _day(indicator.by, language))
    return unicodedata.normalize("NFC", " · ".join(filter(None, words)))


# How the value of a field is written for a reader; others stand as they are.
WRITERS: dict[str, Callable[[Any, str], str]] = {
    "targets": lambda value, language: formats.format_list([places.name(code, language) for code in value], language),
    "amount": lambda value, language: formats.format_decimal(Decimal(value), language),
    "start": _day,
    "end": _day,
    "announced": _day,
    "people_expected": formats.format_number,
    "money_nature": _nature,
    "instrument": _nature,
    "indicators": lambda value, language: "\n".join(_indicator(indicator, language) for indicator in value),
    "links": lambda value, language: "\n".join(f"{link.label} {link.url}".strip() for link in value),
    "source": lambda value, language: " ".join(filter(None, (value.name, value.url, value.id))),
    "attachments": lambda value, language: formats.format_number(len(value), language),
    "source_reports": lambda value, language: formats.format_number(len(value), language),
}
