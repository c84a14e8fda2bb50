"""Up to four pledges or organisations side by side: one line for each thing that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from kept.base import formats, places
from kept.people.models import EntityType, Organisation
from kept.pledges import counting
from kept.pledges.models import Pledge, Revision
from kept.pledges.presenting import Fact, Named, PledgeView, present, surroundings_of
from kept.registry import bars, facets, listing, queries, search
from kept.registry.selection import Selection
from kept.registry.subjects import Value, values_of

MOST = 4
REFERENCE = re.compile(r"[Pp]-?0*([1-9][0-9]{0,8})", re.ASCII)
FACTS = ("lead", "where", "for_whom", "people", "money", "kind", "by_when")  # lines, in this order


@dataclass(frozen=True)
class Chosen:
    """What an address asks to compare: `found` in its order, what does not exist, what was too many."""

    found: list[Any]
    unknown: list[str]
    too_many: list[str]


@dataclass(frozen=True)
class Cell:
    """What stands in one column: linked words, a quieter sentence, or lines."""

    values: Sequence[Named | Value] = ()
    note: str = ""
    text: str = ""
    language: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Column:
    """One of those that are compared."""

    title: str
    url: str
    key: str
    label: str = ""
    language: str = ""
    without_url: str = ""
    view: PledgeView | None = field(default=None, repr=False)


def chosen_pledges(references: Iterable[str]) -> Chosen:
    """Public pledges by their numbers, however these are spelt."""
    wanted = _distinct(references)
    numbers = {ref: int(found[1]) for ref in wanted if (found := REFERENCE.fullmatch(ref))}
    rows = Pledge.objects.public().filter(number__in=list(numbers.values())[: MOST * 3])
    known = {pledge.number: pledge for pledge in rows.select_related("current", "lead")}
    return _chosen(wanted, {ref: known[n] for ref, n in numbers.items() if n in known})


def chosen_organisations(slugs: Iterable[str]) -> Chosen:
    """Organisations that pledge in public, by their slugs; a merged one is the one that stays."""
    wanted = _distinct(slugs)
    merged = counting.merges()
    rows = Organisation.objects.filter(slug__in=[slug for slug in wanted if facets.SLUG.fullmatch(slug)][: MOST * 3])
    roots = {one.slug: counting.root(one.pk, merged) for one in rows}
    known = Organisation.objects.in_bulk(list(roots.values()))
    stay = {slug: known[pk] for slug, pk in roots.items() if queries.is_public_organisation(known[pk])}
    return _chosen(wanted, stay)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value.strip()[:120] for value in values if value.strip()))[:40]


def _chosen(wanted: list[str], known: dict[str, Any]) -> Chosen:
    found = list(dict.fromkeys(known[value] for value in wanted if value in known))
    return Chosen(
        found=found[:MOST],
        unknown=[value for value in wanted if value not in known],
        too_many=[str(one) for one in found[MOST:]],
    )


def address(name: str, key: str, values: Iterable[str]) -> str:
    """The address of a comparison."""
    pairs = urlencode([(key, value) for value in values])
    return reverse(name) + (f"?{pairs}" if pairs else "")


# Pledges ---------------------------------------------------------------------------------------------------------


def pledges(found: Sequence[Pledge], language: str) -> tuple[list[Column], list[Row]]:
    """Columns and lines, in a fixed number of queries."""
    texts = [queries.text_of(pledge) for pledge in found]
    around = surroundings_of(texts, language, files=False)
    known = bars.of(texts, language)
    views = [present(p, r, language, around=around, bar=known.get(p.pk)) for p, r in zip(found, texts, strict=True)]
    references = [pledge.reference for pledge in found]
    columns = [
        Column(
            title=view.wording.title,
            url=reverse("registry:pledge", args=[view.reference]),
            key=view.reference,
            label=view.reference,
            language=view.wording.language,
            without_url=address("registry:compare", "ref", [r for r in references if r != view.reference]),
            view=view,
        )
        for view in views
    ]
    rows = [Row(_("In short"), [Cell(text=v.wording.summary, language=v.wording.language) for v in views])]
    rows += _facts(views)
    rows.append(Row(_("What is measured"), [Cell(text=_measured(v), language=v.wording.language) for v in views]))
    rows.append(Row(_("Announced"), [Cell(text=_announced(v, language)) for v in views]))
    rows.append(
        Row(
            _("Published"),
            [Cell(text=_day(v, language), note=_texts(r, language)) for v, r in zip(views, texts, strict=True)],
        )
    )
    return columns, [row for row in rows if any(cell.text or cell.values for cell in row.cells)]


def _facts(views: Sequence[PledgeView]) -> list[Row]:
    """The lines of the facts column, beside each other. Their names are in the reader's language already."""
    facts: list[dict[str, Fact]] = [{fact.name: fact for fact in view.facts} for view in views]
    rows = []
    for name in FACTS:
        terms = [of[name].term for of in facts if name in of]
        if terms:
            cells = [Cell(of[name].values, of[name].note) if name in of else Cell() for of in facts]
            rows.append(Row(terms[0], cells))
    return rows


def _measured(view: PledgeView) -> str:
    return "\n".join(
        " · ".join(filter(None, (i.name, i.promised, i.unit if i.unit != i.name else ""))) for i in view.indicators
    )


def _announced(view: PledgeView, language: str) -> str:
    return formats.format_date(view.announced, language) if view.announced else ""


def _day(view: PledgeView, language: str) -> str:
    return formats.format_date(view.published_at.date(), language) if view.published_at else ""


def _texts(revision: Revision, language: str) -> str:
    """Which text it is, where it is not the first."""
    if not revision.n or revision.n == 1:
        return ""
    return _("revision %(n)s") % {"n": formats.format_number(revision.n, language)}


# Organisations ---------------------------------------------------------------------------------------------------


def organisations(found: Sequence[Organisation], language: str) -> tuple[list[Column], list[Row]]:
    """Columns and lines; each organisation's figures are those of its page."""
    slugs = [one.slug for one in found]
    columns = [
        Column(
            title=one.name_in(language),
            url=reverse("registry:organisation", args=[one.slug]),
            key=one.slug,
            without_url=address("registry:compare_organisations", "slug", [s for s in slugs if s != one.slug]),
        )
        for one in found
    ]
    selections = [Selection(chosen={"organisation": (slug,)}) for slug in slugs]
    answers = [search.answer(selection, 1) for selection in selections]
    told = list(zip(selections, answers, strict=True))
    rows = [
        Row(_("Kind of organisation"), [Cell(text=_kind(one)) for one in found]),
        Row(_("Country"), [Cell((_seat(one, language),)) if one.country else Cell() for one in found]),
        Row(_("Pledges"), [Cell((_number(s, a.count, language),)) for s, a in told]),
        Row(_("Announced"), [Cell(text=_sum(a, language), note=_with_amount(a, language)) for _s, a in told]),
        Row(_("Countries reached"), [Cell(text=formats.format_number(a.sums.countries_reached, language)) if a.sums
                                     else Cell() for _s, a in told]),
    ]  # fmt: skip
    for name in ("focus", "type", "beneficiary", "country", "year"):
        cells = [Cell(values_of(name, answer, selection, language, most=6)) for selection, answer in told]
        rows.append(Row(str(facets.facet_named(name).title), cells))
    return columns, [row for row in rows if any(cell.text or cell.values for cell in row.cells)]


def _kind(one: Organisation) -> str:
    name = str(one.get_entity_type_display()) if one.entity_type in EntityType.values else ""
    return name[:1].upper() + name[1:]


def _seat(one: Organisation, language: str) -> Named:
    return Named(one.country, places.name(one.country, language), reverse("registry:country", args=[one.country]))


def _number(selection: Selection, count: int, language: str) -> Named:
    return Named("pledges", formats.format_number(count, language), listing.address(selection))


def _sum(answer: search.Answer, language: str) -> str:
    sums = answer.sums
    return formats.format_money_short(sums.amount_usd, "USD", language) if sums and sums.amount_usd else _("no amount")


def _with_amount(answer: search.Answer, language: str) -> str:
    sums = answer.sums
    if not sums or not sums.amount_usd:
        return ""
    return _("in %(some)s of %(all)s pledges") % {
        "some": formats.format_number(sums.pledges_with_amount, language),
        "all": formats.format_number(sums.pledges, language),
    }
