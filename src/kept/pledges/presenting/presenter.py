"""From a text and its surroundings to a `PledgeView`: figures, names and days as one reader writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kept.base import formats, places
from kept.base.languages import language as language_of
from kept.base.languages import native_name, normalise
from kept.pledges import taxonomies
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision, Status, Translation
from kept.pledges.presenting.addresses import address, is_web, link_of
from kept.pledges.presenting.shapes import (
    BarView,
    Fact,
    FileView,
    IndicatorView,
    MoneyView,
    Named,
    PartnerView,
    PledgeView,
    Wording,
)
from kept.pledges.presenting.surroundings import Surroundings, surroundings_of
from kept.pledges.presenting.words import INSTRUMENT_NAMES, MONEY_NATURE_NAMES, rate_text, size_text
from kept.pledges.record import converted, pledge_day


def present(
    pledge: Pledge,
    revision: Revision,
    language: str,
    *,
    around: Surroundings | None = None,
    bar: BarView | None = None,
    today: date | None = None,
    brief: bool = False,
) -> PledgeView:
    """One text of `pledge` for a reader of `language`.

    `around` spares queries where many are shown; `bar` replaces the bar of a pledge about which nothing was
    reported (the progress room knows more). `today` is the day of a draft's rate. `brief`: for a line of a list, who,
    where, when, how much and the bar alone; the rest is left empty, since a page has many of them.
    """
    around = around if around is not None else surroundings_of([revision], language)
    with translation.override(language_of(language).code):
        presenter = _Presenter(pledge, revision, language_of(language).code, around, today)
        return presenter.line(bar) if brief else presenter.view(bar)


class _Presenter:
    """Holds what the parts of one view share."""

    def __init__(
        self, pledge: Pledge, revision: Revision, language: str, around: Surroundings, today: date | None
    ) -> None:
        self.pledge, self.revision, self.language, self.around = pledge, revision, language, around
        self.content = PledgeContent.from_json(revision.content)
        self.today = today or timezone.now().astimezone(UTC).date()
        published = pledge.published_at or datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)
        self.day, self.year = (revision.day, None) if revision.day else pledge_day(self.content, published)

    def view(self, bar: BarView | None) -> PledgeView:
        content, pledge = self.content, self.pledge
        wording, original, translated_by = self._wording()
        parts: dict[str, Any] = {
            "lead": self._organisation(content.lead),
            "partners": self._partners(),
            "places": tuple(self._place(code) for code in content.targets),
            "focus_areas": self._terms("focus", content.focus_areas),
            "kinds": self._terms("kind", content.kinds, query="type"),
            "beneficiaries": self._terms("beneficiary", content.beneficiaries),
            "goals": tuple(self._goal(code) for code in content.sdgs),
            "money": self._money(),
            "indicators": tuple(self._indicator(i) for i in content.indicators if i.name or i.target),
            "first_end": self._first_end(),
        }
        return PledgeView(
            key=pledge.key,
            reference=pledge.reference,
            status=self.revision.record_status or pledge.status,
            n=self.revision.n,
            wording=wording,
            original=original,
            translated_by=translated_by,
            people=content.people_expected,
            start=content.start,
            end=content.end,
            occasion=content.occasion,
            announced=content.announced,
            published_at=pledge.published_at,
            day=self.day,
            links=tuple(link_of(item.url, item.label) for item in content.links if item.url),
            files=self._files(),
            source=self._source(),
            source_reports=content.source_reports,
            notes=content.notes,
            bar=bar or self._bar(parts),
            facts=tuple(self._facts(parts)),
            kicker=self._kicker(),
            language=self.language,
            **parts,
        )

    def line(self, bar: BarView | None) -> PledgeView:
        """What a line of a list shows; nothing is worked out that it does not."""
        content, pledge = self.content, self.pledge
        wording, original, _translated_by = self._wording()
        money = self._money(brief=True)
        headline = content.headline_indicator
        indicators = (self._indicator(headline),) if headline else ()
        return PledgeView(
            key=pledge.key,
            reference=pledge.reference,
            status=self.revision.record_status or pledge.status,
            n=self.revision.n,
            wording=wording,
            original=original,
            translated_by="",
            lead=self._organisation(content.lead),
            partners=self._partners(brief=True),
            places=tuple(Named(code, places.name(code, self.language)) for code in content.targets),
            focus_areas=(),
            kinds=(),
            beneficiaries=(),
            goals=(),
            money=money,
            people=content.people_expected,
            start=content.start,
            end=content.end,
            first_end="",
            indicators=indicators,
            occasion=content.occasion,
            announced=content.announced,
            published_at=pledge.published_at,
            day=self.day,
            links=(),
            files=(),
            source=None,
            source_reports=(),
            notes=(),
            bar=bar or self._bar({"indicators": indicators, "money": money}),
            facts=(),
            kicker="",
            language=self.language,
        )

    # Words ------------------------------------------------------------------------------------------

    def _wording(self) -> tuple[Wording, Wording | None, str]:
        content = self.content
        own = Wording(content.title, content.summary, content.description, content.language)
        translated = self.around.translations.get((self.pledge.pk, self.revision.n or 0))
        if translated is None or normalise(content.language) == normalise(translated.language):
            return own, None, ""
        shown = Wording(translated.title, translated.summary, translated.description, translated.language)
        return shown, own, self._translated_by(translated)

    def _translated_by(self, translated: Translation) -> str:
        names = {
            "language": native_name(self.content.language),
            "writer": translated.written_by_name,
            "checker": translated.checked_by_name,
        }
        if names["writer"] and names["checker"]:
            return _("Translated from %(language)s by %(writer)s, checked by %(checker)s.") % names
        if names["writer"]:
            return _("Translated from %(language)s by %(writer)s.") % names
        return _("Translated from %(language)s.") % names

    def _kicker(self) -> str:
        parts = [self.pledge.reference] if self.pledge.reference else []
        if self.content.announced:
            said = {"day": self._day(self.content.announced), "occasion": self.content.occasion}
            parts.append(
                _("announced %(day)s, %(occasion)s") % said if said["occasion"] else _("announced %(day)s") % said
            )
        elif self.content.occasion:
            parts.append(_("announced at: %(occasion)s") % {"occasion": self.content.occasion})
        if self.pledge.published_at:
            published = self.pledge.published_at.astimezone(UTC).date()
            parts.append(_("published %(day)s") % {"day": self._day(published)})
        return " · ".join(parts)

    # Who --------------------------------------------------------------------------------------------

    def _organisation(self, pk: int | None) -> Named | None:
        found = self.around.organisations.get(pk or 0)
        if found is None:
            return None
        return Named(found.slug, found.name_in(self.language), address("registry:organisation", found.slug))

    def _partners(self, *, brief: bool = False) -> tuple[PartnerView, ...]:
        confirmed = self.around.confirmed.get(self.pledge.pk, frozenset())
        rows = []
        for partner in self.content.partners:
            named = self._organisation(partner.organisation)
            if named:
                kind = "" if brief else self.around.organisations[partner.organisation].get_entity_type_display()
                rows.append(PartnerView(named, partner.part, partner.organisation in confirmed, str(kind)))
        return tuple(rows)

    # Where, for whom, what ----------------------------------------------------------------------------

    def _place(self, code: str) -> Named:
        kind = places.kind_of(code)
        note = ""
        if kind == "country":
            groups = places.groups_of(code, self.day)
            note = formats.format_list([places.name(g, self.language) for g in groups], self.language)
        elif kind in {"region", "itu", "group"}:
            count = len(places.members(code, self.day))
            note = ngettext("%(count)s country", "%(count)s countries", count) % {"count": self._number(count)}
        query = {"country": "country", "group": "group", "world": "group"}.get(kind or "", "region")
        url = address("registry:pledges")
        return Named(code, places.name(code, self.language), f"{url}?{query}={code}" if url else "", note)

    def _terms(self, taxonomy: str, slugs: Iterable[str], query: str = "") -> tuple[Named, ...]:
        url = address("registry:pledges")
        return tuple(
            Named(
                slug,
                taxonomies.term_name(taxonomy, slug, self.language),
                f"{url}?{query or taxonomy}={slug}" if url else "",
            )
            for slug in slugs
        )

    def _goal(self, code: str) -> Named:
        url = address("registry:pledges")
        shown = formats.digits(code, self.language)
        return Named(
            code,
            _("SDG %(goal)s") % {"goal": shown},
            f"{url}?sdg={code.partition('.')[0]}" if url else "",
            taxonomies.goal_name(code, self.language),
        )

    # Figures ------------------------------------------------------------------------------------------

    def _money(self, *, brief: bool = False) -> MoneyView | None:
        content, revision = self.content, self.revision
        amount = content.amount_value
        if amount is None or not content.currency:
            return None
        if revision.n:
            usd, kind, rate_day = revision.amount_usd, revision.rate_kind, revision.rate_day
        else:
            rate = converted(content, self.day, self.year)
            usd, kind, rate_day = rate.amount_usd, rate.kind, rate.rate_day
        usd_text = formats.format_money_short(usd, "USD", self.language) if usd is not None else ""
        return MoneyView(
            amount=amount,
            currency=content.currency,
            text=formats.format_money_short(amount, content.currency, self.language),
            whole="" if brief else formats.format_money(amount, content.currency, self.language),
            nature=str(MONEY_NATURE_NAMES.get(content.money_nature, "")),
            instrument=str(INSTRUMENT_NAMES.get(content.instrument, "")),
            usd=usd,
            usd_text=usd_text,
            rate_text=""
            if brief or content.currency == "USD"
            else rate_text(usd_text, kind, rate_day, self.day, self.language),
            rate_kind=kind,
        )

    def _indicator(self, indicator: Any) -> IndicatorView:
        target, by = self._figure(indicator.target), self._day(indicator.by)
        promised = _("%(figure)s by %(day)s") % {"figure": target, "day": by} if target and by else target or by
        chosen = self.content.headline_indicator
        return IndicatorView(
            name=indicator.name,
            unit=indicator.unit,
            baseline=self._figure(indicator.baseline),
            target=target,
            by=by,
            promised=promised,
            headline=indicator == chosen,
            target_value=_decimal(indicator.target),
        )

    def _bar(self, parts: Mapping[str, Any]) -> BarView:
        """One measure: the headline indicator, else the money, else the day alone."""
        if self.revision.record_status == Status.WITHDRAWN:
            return BarView(_("Taken back"), "withdrawn", promised=None)
        if self.revision.record_status == Status.SUPERSEDED:
            return BarView(_("Replaced"), "superseded", promised=None)
        chosen = next((i for i in parts["indicators"] if i.headline and i.target), None)
        end = self._day(self.content.end)
        note = _("Nothing has been reported yet.") if self.revision.n else ""
        if chosen is not None:
            words = {"figure": chosen.target, "what": chosen.unit or chosen.name, "day": chosen.by or end}
            label = (
                _("Promised: %(figure)s %(what)s by %(day)s.") % words
                if words["day"]
                else _("Promised: %(figure)s %(what)s.") % words
            )
            return BarView(label, promised=chosen.target_value or 1, note=note)
        money = parts["money"]
        if money is not None:
            words = {"amount": money.text, "day": end}
            label = _("Promised: %(amount)s by %(day)s.") % words if end else _("Promised: %(amount)s.") % words
            return BarView(label, promised=money.amount, note=note)
        return BarView(_("Promised for %(day)s.") % {"day": end} if end else _("Promised, without a date."), note=note)

    # The column of facts --------------------------------------------------------------------------------

    def _facts(self, parts: Mapping[str, Any]) -> Iterable[Fact]:
        if parts["lead"]:
            yield Fact(_("Promised by"), (parts["lead"],), self._with(parts["partners"]), "lead")
        if parts["places"]:
            yield Fact(_("Where"), parts["places"], name="where")
        if parts["beneficiaries"]:
            yield Fact(_("For whom"), parts["beneficiaries"], name="for_whom")
        if self.content.people_expected is not None:
            people = Named("people", self._number(self.content.people_expected))
            yield Fact(_("People expected to benefit"), (people,), name="people")
        if parts["money"]:
            money = parts["money"]
            said = [Named("amount", money.text)]
            said += [Named(key, text) for key, text in (("nature", money.nature), ("loan", money.instrument)) if text]
            yield Fact(_("How much"), tuple(said), money.rate_text, "money")
        what = (*parts["kinds"], *parts["focus_areas"], *parts["goals"])
        if what:
            yield Fact(_("Kind, focus, goals"), what, name="kind")
        when = self._when()
        if when:
            note = _("first: %(day)s") % {"day": self._day(parts["first_end"])} if parts["first_end"] else ""
            yield Fact(_("By when"), (Named("end", when),), note, "by_when")

    def _when(self) -> str:
        start, end = self._day(self.content.start), self._day(self.content.end)
        if start and end:
            return _("%(end)s, from %(start)s") % {"start": start, "end": end}
        return end or (_("from %(start)s, without an end") % {"start": start} if start else "")

    def _with(self, partners: tuple[PartnerView, ...]) -> str:
        if not partners:
            return ""
        names = formats.format_list([p.organisation.name for p in partners], self.language)
        return _("with %(partners)s") % {"partners": names}

    def _first_end(self) -> str:
        first = self.around.first_ends.get(self.pledge.pk, "")
        return first if first and first != self.content.end else ""

    # Beside it ------------------------------------------------------------------------------------------

    def _files(self) -> tuple[FileView, ...]:
        known = self.around.attachments
        held = [known[pk] for pk in self.content.attachments if pk in known and known[pk].pledge_id == self.pledge.pk]
        return tuple(
            FileView(
                a.pk, a.name, a.size, size_text(a.size, self.language),
                address("pledges:attachment", self.pledge.address, a.pk),
            )
            for a in held
        )  # fmt: skip

    def _source(self) -> Named | None:
        source = self.content.source
        return Named(source.id, source.name, source.url if is_web(source.url) else "") if source.name else None

    def _day(self, day: date | str) -> str:
        if not day:
            return ""
        try:
            return formats.format_date(day, self.language)
        except ValueError:  # what a file brought and nobody could read stays as it is
            return str(day)

    def _number(self, value: int) -> str:
        return formats.format_number(value, self.language)

    def _figure(self, text: str) -> str:
        value = _decimal(text)
        return text if value is None else formats.format_decimal(value, self.language)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except (ArithmeticError, ValueError):
        return None
    return value if value.is_finite() else None
