"""Which translation a reader sees, and which are waited for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from kept.base.languages import LANGUAGES, normalise
from kept.base.languages import language as language_of
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, Translation, TranslationState

TEXTS = ("title", "summary", "description")


@dataclass(frozen=True)
class Shown:
    """A published translation, and whether the text has changed since (`outdated`)."""

    translation: Translation
    outdated: bool


def words_of(revision: Revision) -> tuple[str, ...]:
    """The words of a text that a translation translates."""
    content = PledgeContent.from_json(revision.content)
    return tuple(getattr(content, name) for name in TEXTS)


def published_translation(pledge: Pledge, n: int, language: str) -> Translation | None:
    """The checked translation of revision `n` into `language`, None where there is none.

    A later revision with the same words (a partner's yes, a corrected rate, a withdrawal) keeps it.
    """
    revision = Revision.objects.filter(pledge=pledge, n=n).first()
    shown = published_translations([revision], language).get((pledge.pk, n)) if revision else None
    return shown.translation if shown and not shown.outdated else None


def languages_of(revision: Revision) -> list[str]:
    """The languages into which the words of this public text were translated, checked and published; two queries."""
    rows = Translation.objects.filter(
        pledge=revision.pledge_id, state=TranslationState.PUBLISHED, n__lte=revision.n or 0
    ).exclude(title="")
    newest = {row.language: row for row in rows.order_by("n")}
    sources = {source.n: source for source in _sources([t for t in newest.values() if t.n != revision.n])}
    words = words_of(revision)
    return sorted(
        code for code, row in newest.items()
        if row.n == revision.n or (row.n in sources and words_of(sources[row.n]) == words)
    )  # fmt: skip


def published_translations(revisions: Iterable[Revision], language: str) -> dict[tuple[int, int], Shown]:
    """{(pledge id, n): the newest published translation of that text or an earlier one}; two queries for all.

    `outdated` where the words have changed between the text that was translated and this one.
    """
    revisions = [r for r in revisions if r.n is not None]
    code = language_of(language).code
    rows = Translation.objects.filter(
        pledge__in={r.pledge_id for r in revisions}, language=code, state=TranslationState.PUBLISHED
    ).exclude(title="")
    by_pledge: dict[int, list[Translation]] = {}
    for row in rows.order_by("n"):
        by_pledge.setdefault(row.pledge_id, []).append(row)
    chosen = {}
    for revision in revisions:
        fitting = [row for row in by_pledge.get(revision.pledge_id, []) if row.n <= revision.n]
        if fitting:
            chosen[revision.pledge_id, revision.n] = fitting[-1]
    sources = _sources([t for (pk, n), t in chosen.items() if t.n != n])
    shown = [r for r in revisions if (r.pledge_id, r.n) in chosen]
    words = {(r.pledge_id, r.n): words_of(r) for r in [*shown, *sources]}
    return {key: Shown(row, words.get((row.pledge_id, row.n)) != words[key]) for key, row in chosen.items()}


def _sources(rows: list[Translation]) -> list[Revision]:
    """The texts that these translate."""
    wanted = {(row.pledge_id, row.n) for row in rows}
    held = Revision.objects.filter(pledge__in={pk for pk, _n in wanted}, n__in={n for _pk, n in wanted}) if rows else []
    return [r for r in held if (r.pledge_id, r.n) in wanted]


def is_outdated(translation: Translation) -> bool:
    """Whether the valid text of its pledge has other words than the one it translates."""
    current = translation.pledge.current
    if current is None or current.n == translation.n:
        return False
    source = Revision.objects.filter(pledge=translation.pledge_id, n=translation.n).first()
    return source is None or words_of(source) != words_of(current)


def open_translations(language: str = "") -> QuerySet[Translation]:
    """What was asked for and is not published, what waits for a checker first, then the oldest."""
    order = {TranslationState.WRITTEN: 0, TranslationState.DRAFT: 1, TranslationState.ASKED: 2}
    rank = Case(*(When(state=state, then=Value(n)) for state, n in order.items()), output_field=IntegerField())
    rows = Translation.objects.exclude(state=TranslationState.PUBLISHED).annotate(rank=rank)
    if language:
        rows = rows.filter(language=language_of(language).code)
    return rows.select_related("pledge", "pledge__current", "pledge__lead", "asked_by").order_by("rank", "changed_at")


def languages_to_ask(pledge: Pledge) -> list[tuple[str, str]]:
    """The languages into which the valid text of a public pledge has no translation yet, open or published."""
    if pledge.current is None:
        return []
    known = set(pledge.translations.filter(n=pledge.current.n).values_list("language", flat=True))
    known.add(normalise(pledge.current.language) or "")
    return [(each.code, each.native_name) for each in LANGUAGES if each.code not in known]
