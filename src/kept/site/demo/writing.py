"""From the plan's numbers to the words of a pledge."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from kept.base import formats, places, rates
from kept.people.models import Organisation
from kept.pledges.content import Indicator, Partner, PledgeContent
from kept.site.demo.plan import PlannedOrganisation, PlannedPledge, as_people_write
from kept.site.demo.texts import OCCASIONS, WIDE, Idea, idea_for, indicators_for, round_number

SPOKEN = {
    "fr": {"FRA", "SEN", "CIV", "BEN", "TGO", "MLI", "BFA", "NER", "GAB", "COG", "COD", "MDG", "HTI", "MCO", "BDI"},
    "es": {"ESP", "MEX", "COL", "ARG", "CRI", "CHL", "DOM", "PER", "BOL", "ECU", "PRY", "URY", "GTM", "HND"},
    "ar": {"SAU", "ARE", "JOR", "QAT", "KWT", "OMN", "BHR", "IRQ", "LBN", "YEM"},
    "ru": {"KAZ", "KGZ", "TJK", "UZB", "TKM"},
    "zh-hans": {"CHN"},
}
OWN_CURRENCY = {
    "GBR": "GBP", "CHE": "CHF", "SWE": "SEK", "NOR": "NOK", "DNK": "DKK", "JPN": "JPY", "KOR": "KRW", "IND": "INR",
    "BRA": "BRL", "MEX": "MXN", "ZAF": "ZAR", "AUS": "AUD", "NZL": "NZD", "CAN": "CAD", "IDN": "IDR", "PHL": "PHP",
    "CHN": "CNY", "THA": "THB", "MYS": "MYR", "SGP": "SGD", "POL": "PLN",
    **dict.fromkeys(("FRA", "DEU", "ESP", "ITA", "NLD", "EST", "PRT", "FIN", "AUT", "BEL", "GRC", "IRL"), "EUR"),
}  # fmt: skip
# Promises are for countries that ask for them: no territories, and none of the richest.
NOT_ASKING = {
    "GRL", "BMU", "SPM", "HKG", "MAC", "PRI", "VIR", "VGB", "CYM", "TCA", "MSR", "AIA", "GLP", "MTQ", "GUF", "BES",
    "CUW", "SXM", "ABW", "MAF", "BLM", "FLK", "SGS", "BVT", "REU", "MYT", "SHN", "IOT", "ATF", "ESH", "USA", "CAN",
    "JPN", "KOR", "SGP", "QAT", "ARE", "KWT", "BHR", "ISR", "CYP", "PRK", "BRN",
}  # fmt: skip
BENEFICIARIES = ("youth", "rural-communities", "persons-with-disabilities", "small-businesses", "children",
                 "refugees-and-displaced", "older-persons", "students-and-teachers")  # fmt: skip


def language_of(rng: random.Random, country: str) -> str:
    """What its people write in: their own language two times in three where it is one of the six, else English."""
    for language, countries in SPOKEN.items():
        if country in countries and rng.random() < 0.66:
            return language
    return "en"


def write(
    rng: random.Random,
    planned: PlannedPledge,
    lead: Organisation,
    organisation: PlannedOrganisation,
    partners: list[Organisation],
) -> PledgeContent:
    """The content of one invented pledge."""
    language = language_of(rng, organisation.country)
    idea = idea_for(rng, planned.kind, language)
    n = round_number(rng, idea.low, idea.high)
    targets = targets_of(rng, planned, organisation)
    start, end = period_of(rng, planned.day)
    amount, currency = money_of(rng, planned, organisation.country)
    return PledgeContent(
        language=language,
        title=title_of(idea, n, targets, language),
        summary=idea.summary,
        lead=lead.pk,
        partners=tuple(Partner(p.pk, "") for p in partners),
        focus_areas=(idea.focus,),
        kinds=(planned.kind,),
        beneficiaries=beneficiaries_of(rng, planned),
        targets=targets,
        sdgs=planned.sdgs,
        amount=amount,
        currency=currency,
        money_nature=rng.choices(("new", "existing", "to_be_raised", "in_kind"), weights=(62, 20, 12, 6))[0]
        if amount
        else "",
        instrument=rng.choices(("own_investment", "grant", "loan"), weights=(55, 30, 15))[0] if amount else "",
        people_expected=n * idea.people_each if idea.people_each and rng.random() < 0.7 else None,
        start=start,
        end=end,
        indicators=indicators_for(idea, n, end, rng) if end else (Indicator(name=idea.unit, target=str(n)),),
        occasion=rng.choice(OCCASIONS),
        announced=planned.day.isoformat() if rng.random() < 0.6 else "",
    )


def title_of(idea: Idea, n: int, targets: tuple[str, ...], language: str) -> str:
    return idea.title.format(n=formats.format_number(n, language), place=place_text(targets, language))


def place_text(targets: tuple[str, ...], language: str) -> str:
    """Where, as it stands in a title."""
    wide = WIDE[language]
    return formats.format_list([wide.get(code) or places.name(code, language) for code in targets], language)


def period_of(rng: random.Random, day: date) -> tuple[str, str]:
    """Most run two to five years; one in fifteen names no end, as in life."""
    start = str(day.year) if rng.random() < 0.6 else f"{day.year}-{day.month:02d}"
    if rng.random() < 0.07:
        return start, ""
    end = day.year + rng.choice((1, 2, 2, 3, 3, 4, 5, 7))
    return start, str(end) if rng.random() < 0.4 else f"{end}-{rng.choice((6, 12, 12)):02d}"


def beneficiaries_of(rng: random.Random, planned: PlannedPledge) -> tuple[str, ...]:
    chosen = rng.sample(BENEFICIARIES, rng.choice((0, 1, 1, 2)))
    return tuple(["women-and-girls"] * planned.women_and_girls + chosen)


def targets_of(rng: random.Random, planned: PlannedPledge, organisation: PlannedOrganisation) -> tuple[str, ...]:
    """One to three countries, a region or a group; with a least developed country exactly where the plan says so."""
    poorest = places.members("ldc", planned.day)
    if planned.least_developed:
        drawn = rng.random()
        if planned.kind == "policy" and organisation.country in poorest:
            return (organisation.country,)
        if drawn < 0.07:
            return ("ldc",)
        if drawn < 0.12:
            return ("002",)
        if organisation.country in poorest and drawn < 0.7:
            return (organisation.country,)
        near = sorted(c for c in poorest if places.region_of(c) == organisation.region) or sorted(poorest)
        return tuple(sorted(rng.sample(near, min(len(near), rng.choice((1, 1, 2, 3))))))
    own = organisation.country
    if planned.kind == "policy" and own not in poorest:
        return (own,)
    if rng.random() < 0.07:
        return ("world",)
    if own and own not in poorest and own not in NOT_ASKING and rng.random() < 0.65:
        return (own,)
    some = places.members("002", planned.day) | places.members("142", planned.day) | places.members("019", planned.day)
    asking = sorted(some - poorest - NOT_ASKING)
    return tuple(sorted(rng.sample(asking, rng.choice((1, 1, 2, 3)))))


def money_of(rng: random.Random, planned: PlannedPledge, country: str) -> tuple[str, str]:
    """The amount in USD, or as somebody there would write it, in their own currency."""
    if planned.usd is None:
        return "", ""
    own = OWN_CURRENCY.get(country)
    if planned.adjusts or own is None or rng.random() < 0.45:
        return str(planned.usd), "USD"
    one = rates.convert(Decimal(1_000_000), own, planned.day)
    if one.amount_usd is None:
        return str(planned.usd), "USD"
    return str(as_people_write(planned.usd * 1_000_000 / one.amount_usd)), own


def later(day: date, rng: random.Random, low: int, high: int, latest: date) -> date | None:
    """A day some days after `day`, None if that has not come yet."""
    then = day + timedelta(days=rng.randint(low, high))
    return then if then <= latest else None
