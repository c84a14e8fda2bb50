"""What changed between two texts of a pledge: field by field, and word by word where it is a text.

Shown before a changed text is sent, on the desk, and between the revisions of a published pledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import translation

from kept.base import formats, places
from kept.base.difference import Piece, word_difference
from kept.base.languages import language as language_of
from kept.base.languages import native_name
from kept.people.models import Organisation
from kept.pledges import taxonomies
from kept.pledges.content import FIELDS, PledgeContent
from kept.pledges.labels import FIELD_LABELS, label
from kept.pledges.models import Attachment
from kept.pledges.presenting.words import INSTRUMENT_NAMES, MONEY_NATURE_NAMES

WRITTEN = frozenset({"title", "summary", "description"})  # in the language of the text, not of the reader


@dataclass(frozen=True)
class FieldDifference:
    """One field that changed, in the reader's words. `language` is that of the text for what somebody wrote."""

    field: str
    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]
    language: str = ""


@dataclass(frozen=True)
class Known:
    """Names that contents refer to by id, read once for many of them."""

    organisations: Mapping[int, Organisation]
    attachments: Mapping[int, Attachment]


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    """The later wording with its changes in reading order: (op, text), op one of "same", "added", "removed"."""
    return [(piece.change, piece.text) for piece in word_difference(old, new)]


def field_differences(old: PledgeContent, new: PledgeContent, language: str) -> list[FieldDifference]:
    """The fields in which two contents differ, in the order of the form; two queries at most."""
    changed = [name for name in FIELD_LABELS if name in FIELDS and getattr(old, name) != getattr(new, name)]
    known = known_of(old, new) if changed else Known({}, {})
    found = []
    with translation.override(language_of(language).code):
        for name in changed:
            before, after = in_words(name, old, language, known), in_words(name, new, language, known)
            written = new.language if name in WRITTEN else ""
            pieces = tuple(word_difference(before, after))
            found.append(FieldDifference(name, label(name), before, after, pieces, written))
    return found


def known_of(*contents: PledgeContent) -> Known:
    """The organisations and files that these contents name; two queries."""
    who = {c.lead for c in contents} | {p.organisation for c in contents for p in c.partners}
    files = {pk for c in contents for pk in c.attachments}
    return Known(
        Organisation.objects.in_bulk([pk for pk in who if pk]),
        Attachment.objects.in_bulk(files) if files else {},
    )


def in_words(name: str, content: PledgeContent, language: str, known: Known) -> str:
    """One field of a content as a reader of `language` reads it; "" for an empty one. Lists have one line each."""
    value = getattr(content, name)
    if value in ("", None, ()):
        return ""
    return _TEXTS.get(name, _plain)(value, content, language, known)


def _plain(value: Any, _content: PledgeContent, _language: str, _known: Known) -> str:
    return "\n".join(str(v) for v in value) if isinstance(value, tuple) else str(value)


def _who(pk: int, language: str, known: Known) -> str:
    found = known.organisations.get(pk)
    return found.name_in(language) if found else ""


def _lead(value: int, _content: PledgeContent, language: str, known: Known) -> str:
    return _who(value, language, known)


def _partners(value: Any, _content: PledgeContent, language: str, known: Known) -> str:
    rows = [(_who(p.organisation, language, known), p.part) for p in value]
    return "\n".join(f"{name}: {part}" if part else name for name, part in rows)


def _places(value: Any, _content: PledgeContent, language: str, _known: Known) -> str:
    return "\n".join(places.name(code, language) for code in value)


def _terms(taxonomy: str) -> Any:
    def text(value: Any, _content: PledgeContent, language: str, _known: Known) -> str:
        return "\n".join(taxonomies.term_name(taxonomy, slug, language) for slug in value)

    return text


def _goals(value: Any, _content: PledgeContent, language: str, _known: Known) -> str:
    return "\n".join(f"{formats.digits(code, language)} {taxonomies.goal_name(code, language)}" for code in value)


def _amount(_value: str, content: PledgeContent, language: str, _known: Known) -> str:
    amount = content.amount_value
    if amount is None:
        return ""
    if not content.currency:
        return formats.format_decimal(amount, language)
    return formats.format_money(amount, content.currency, language)


def _usd(value: str, _content: PledgeContent, language: str, _known: Known) -> str:
    return formats.format_money(Decimal(value), "USD", language)


def _count(value: int, _content: PledgeContent, language: str, _known: Known) -> str:
    return formats.format_number(value, language)


def _chosen(names: Mapping[str, Any]) -> Any:
    return lambda value, _content, _language, _known: str(names.get(value, value))


def _day(value: str, _content: PledgeContent, language: str, _known: Known) -> str:
    return day_text(value, language)


def _indicators(value: Any, _content: PledgeContent, language: str, _known: Known) -> str:
    rows = []
    for indicator in value:
        steps = " → ".join(filter(None, (figure(indicator.baseline, language), figure(indicator.target, language))))
        amount = f"{steps} {indicator.unit}".strip() if steps else indicator.unit
        rows.append(" · ".join(filter(None, (indicator.name, amount, day_text(indicator.by, language)))))
    return "\n".join(rows)


def _links(value: Any, _content: PledgeContent, _language: str, _known: Known) -> str:
    return "\n".join(f"{link.label} {link.url}".strip() for link in value)


def _files(value: Any, _content: PledgeContent, _language: str, known: Known) -> str:
    return "\n".join(known.attachments[pk].name for pk in value if pk in known.attachments)


def _source(value: Any, _content: PledgeContent, _language: str, _known: Known) -> str:
    return " ".join(filter(None, (value.name, value.id, value.url)))


_TEXTS: dict[str, Any] = {
    "language": lambda value, _c, _l, _k: native_name(value),
    "lead": _lead,
    "partners": _partners,
    "focus_areas": _terms("focus"),
    "kinds": _terms("kind"),
    "beneficiaries": _terms("beneficiary"),
    "targets": _places,
    "sdgs": _goals,
    "amount": _amount,
    "amount_usd": _usd,
    "money_nature": _chosen(MONEY_NATURE_NAMES),
    "instrument": _chosen(INSTRUMENT_NAMES),
    "people_expected": _count,
    "start": _day,
    "end": _day,
    "announced": _day,
    "indicators": _indicators,
    "links": _links,
    "attachments": _files,
    "source": _source,
}


def figure(text: str, language: str) -> str:
    """A number as the reader writes it; what is no number stays as it is."""
    try:
        return formats.format_decimal(Decimal(text), language) if text else ""
    except (InvalidOperation, ValueError):
        return text


def day_text(text: str, language: str) -> str:
    """A day, month or year as the reader writes it; what is none stays as it is."""
    try:
        return formats.format_date(text, language) if text else ""
    except ValueError:
        return text
