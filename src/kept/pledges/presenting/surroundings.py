"""What texts need from the database to be shown, read for any number of them in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kept.people.models import Organisation
from kept.pledges.content import PledgeContent
from kept.pledges.models import Attachment, Partnership, PartnershipState, Revision, Translation
from kept.pledges.translations import published_translations


@dataclass(slots=True)
class Surroundings:
    """Rows that texts refer to, read once for many of them."""

    organisations: Mapping[int, Organisation] = field(default_factory=dict)
    attachments: Mapping[int, Attachment] = field(default_factory=dict)
    confirmed: Mapping[int, frozenset[int]] = field(default_factory=dict)  # pledge id: partners who said yes
    translations: Mapping[tuple[int, int], Translation] = field(default_factory=dict)  # (pledge id, n)
    first_ends: Mapping[int, str] = field(default_factory=dict)  # pledge id: the end of revision 1


def surroundings_of(revisions: Iterable[Revision], language: str, *, files: bool = True) -> Surroundings:
    """Everything that `present` needs for these texts, in at most six queries, however many they are.

    Translations are those that were checked and published, in `language`. `files=False` leaves attachments out.
    """
    revisions = list(revisions)
    contents = [PledgeContent.from_json(r.content) for r in revisions]
    pledges = {r.pledge_id for r in revisions}
    return Surroundings(
        organisations=_organisations(contents),
        attachments=_attachments(contents) if files else {},
        confirmed=_confirmed(pledges, contents),
        translations=_translations(revisions, language),
        first_ends=_first_ends(revisions),
    )


def _organisations(contents: list[PledgeContent]) -> dict[int, Organisation]:
    wanted = {c.lead for c in contents} | {p.organisation for c in contents for p in c.partners}
    return Organisation.objects.in_bulk([pk for pk in wanted if pk])


def _attachments(contents: list[PledgeContent]) -> dict[int, Attachment]:
    wanted = {pk for c in contents for pk in c.attachments}
    held = Attachment.objects.filter(pk__in=wanted, is_letter=False, removed_at=None) if wanted else ()
    return {a.pk: a for a in held}


def _confirmed(pledges: set[int], contents: list[PledgeContent]) -> dict[int, frozenset[int]]:
    if not any(c.partners for c in contents):
        return {}
    found: dict[int, set[int]] = {}
    rows = Partnership.objects.filter(pledge__in=pledges, state=PartnershipState.CONFIRMED)
    for pledge, organisation in rows.values_list("pledge_id", "organisation_id"):
        found.setdefault(pledge, set()).add(organisation)
    return {pledge: frozenset(who) for pledge, who in found.items()}


def _translations(revisions: list[Revision], language: str) -> dict[tuple[int, int], Translation]:
    """Those that still say what the text says: a later revision with the same words keeps its translation."""
    shown = published_translations(revisions, language)
    return {key: each.translation for key, each in shown.items() if not each.outdated}


def _first_ends(revisions: list[Revision]) -> dict[int, str]:
    later = {r.pledge_id for r in revisions if r.n is None or r.n > 1}
    if not later:
        return {}
    return dict(Revision.objects.filter(pledge__in=later, n=1).values_list("pledge_id", "end"))
