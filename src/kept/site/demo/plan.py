"""The plan of the demonstration: how many pledges, by whom, when and how large, so that counting gives the
published figures back (`data/figures.toml`). Pure: no database, the same plan for the same seed and day.

Amounts are fitted to several sums at once (by period, region, kind of organisation, least developed countries)
by iterative proportional fitting, then rounded as people write them; two pledges take what rounding leaves.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kept.base import places
from kept.site.demo.fates import SEED

DATA = Path(__file__).parent / "data"
REGIONS = {"150": "Europe", "002": "Africa", "019": "Americas", "142": "Asia", "009": "Oceania"}
# Countries whose M49 region and ITU region would disagree send no invented organisation: both views agree.
ASTRIDE = {
    "DZA", "COM", "DJI", "EGY", "LBY", "MRT", "MAR", "SOM", "SDN", "TUN", "ESH", "RUS", "BLR", "MDA", "UKR", "CYP",
    "ISR", "TUR", "GEO", "ARM", "AZE",
}  # fmt: skip
# Countries come first by a rough weight of how many organisations pledge; the rest follow by chance.
BIG = {
    "150": ("GBR", "FRA", "DEU", "CHE", "ESP", "ITA", "SWE", "NLD", "EST", "PRT", "FIN", "NOR"),
    "002": ("KEN", "NGA", "RWA", "ZAF", "GHA", "SEN", "UGA", "TZA", "CIV", "ZMB", "MWI", "BDI"),
    "019": ("USA", "BRA", "CAN", "MEX", "COL", "ARG", "CRI", "CHL", "DOM", "PER"),
    "142": ("CHN", "IND", "JPN", "SAU", "KOR", "IDN", "ARE", "BGD", "NPL", "PHL", "PAK", "VNM"),
    "009": ("AUS", "NZL", "FJI", "VUT", "PNG", "WSM"),
}
TYPES = {
    "private-sector": 30, "civil-society": 16, "academia": 8, "international-organisation": 3,
    "regional-organisation": 3, "un": 2, "youth": 3, "other": 2,
}  # fmt: skip
SDGS = {"9": 60, "4": 38, "10": 30, "5": 18, "8": 16, "17": 14, "11": 7, "3": 7, "16": 6, "13": 4, "2": 4, "1": 5}


@dataclass
class PlannedOrganisation:
    """An invented organisation: where it sits, what it is, from which day on it pledges."""

    index: int
    region: str
    country: str
    entity_type: str
    since: date


@dataclass
class PlannedPledge:
    """An invented pledge. `usd` is what its amount should be worth; None names no amount."""

    day: date
    lead: int
    kind: str
    period: int
    least_developed: bool = False
    women_and_girls: bool = False
    has_amount: bool = False
    usd: Decimal | None = None
    adjusts: bool = False  # takes what rounding leaves
    sdgs: tuple[str, ...] = ()


@dataclass
class Reported:
    """What the real, reported pledges already contribute on a day."""

    day: date
    kind: str
    region: str
    country: str
    lead: str
    entity_type: str
    usd: Decimal
    least_developed: bool


@dataclass
class Plan:
    organisations: list[PlannedOrganisation] = field(default_factory=list)
    pledges: list[PlannedPledge] = field(default_factory=list)


def figures() -> dict:
    """The published figures, as in `data/figures.toml`."""
    with (DATA / "figures.toml").open("rb") as file:
        return tomllib.load(file)


def milestones(today: date) -> list[dict]:
    """The published milestones, and today's: the coalition went on growing at about its own pace."""
    known = figures()["milestone"]
    last = known[-1]
    days = (today - last["day"]).days
    if days <= 0:
        return [m for m in known if m["day"] <= today]
    growth = Decimal("0.0205") * days  # billions a day, since May 2025
    here = {
        "day": today,
        "pledges": last["pledges"] + int(days * 0.54),
        "entities": last["entities"] + int(days * 0.16),
        "countries": min(last["countries"] + days // 90, 160),
        "billion": str(Decimal(last["billion"]) + growth.quantize(Decimal("0.01"))),
    }
    return [*known, here]


def make_plan(rng: random.Random, today: date, reported: list[Reported]) -> Plan:
    """The whole plan. `reported` are the real pledges, which are part of the figures."""
    stones = milestones(today)
    plan = Plan()
    plan.organisations = _organisations(rng, stones, reported)
    plan.pledges = _pledges(rng, stones, reported, plan.organisations)
    _kinds(rng, plan, reported)
    _marks(rng, plan, reported)
    _amounts(rng, plan, stones, reported)
    return plan


# --- who ---------------------------------------------------------------------------------------------


def _organisations(rng, stones, reported) -> list[PlannedOrganisation]:
    quotas = Counter(figures()["until_2023"]["entities_from"])
    made: list[PlannedOrganisation] = []
    countries: set[str] = set()
    ours = _countries_by_region()
    start = date(2022, 2, 14)
    for stone in stones:
        real = {r.lead: r for r in reported if r.day <= stone["day"]}
        real_countries = {r.country for r in real.values() if r.country}
        need = stone["entities"] - len(real) - len(made)
        new_countries = stone["countries"] - len(countries | real_countries)
        for n in range(need):
            region = _draw_region(rng, quotas, made, new_needed=n < new_countries, ours=ours, countries=countries)
            fresh = n < new_countries
            country = _country(rng, region, ours, countries | real_countries, fresh=fresh)
            countries.add(country)
            made.append(PlannedOrganisation(len(made), region, country, "", stone["day"]))
            quotas[region] -= 1
        _spread(rng, [o for o in made if o.since == stone["day"]], start, stone["day"])
        start = stone["day"] + timedelta(days=1)
    made.sort(key=lambda o: (o.since, o.index))
    for index, organisation in enumerate(made):
        organisation.index = index
    _types(random.Random(f"{SEED} kinds"), made, stones, reported)  # noqa: S311  (the same on every day)
    return made


def _countries_by_region() -> dict[str, list[str]]:
    found = {}
    for region in REGIONS:
        members = places.members(region, date(2023, 6, 30))
        found[region] = sorted(members - ASTRIDE - {"ATA", "BVT", "HMD", "IOT", "SGS", "UMI", "ATF", "GRL", "FLK"})
    return found


def _draw_region(rng, quotas, made, *, new_needed, ours, countries) -> str:
    """By what is left of the quotas until 2023, evenly by their shares afterwards."""
    left = {r: n for r, n in quotas.items() if n > 0} or {"150": 26, "002": 24, "019": 18, "142": 26, "009": 6}
    if new_needed:
        left = {r: n for r, n in left.items() if set(ours[r]) - countries} or left
    return rng.choices(list(left), weights=list(left.values()))[0]


def _country(rng, region, ours, taken, *, fresh) -> str:
    candidates = [c for c in ours[region] if c not in taken] if fresh else [c for c in ours[region] if c in taken]
    candidates = candidates or ours[region]
    big = [c for c in BIG[region] if c in candidates]
    return rng.choice(big) if big and (fresh or rng.random() < 0.6) else rng.choice(candidates)


def _spread(rng, items, first: date, last: date) -> None:
    """Give days of the period to `items`, some on its last day (meetings are where promises are made)."""
    span = (last - first).days
    for item in items:
        item.since = last if rng.random() < 0.25 else first + timedelta(days=rng.randint(0, max(span, 0)))


def _types(rng, made, stones, reported) -> None:
    """94 governments among the first 247, in the same proportion afterwards."""
    stone = next(m for m in stones if "governments" in m)
    early = [o for o in made if o.since <= stone["day"]]
    real = len({r.lead for r in reported if r.day <= stone["day"] and r.entity_type == "government"})
    chosen = {o.index for o in rng.sample(early, min(stone["governments"] - real, len(early)))}
    for organisation in made:
        drawn = rng.choices(list(TYPES), weights=list(TYPES.values()))[0]
        is_government = organisation.index in chosen if organisation.since <= stone["day"] else rng.random() < 0.33
        organisation.entity_type = "government" if is_government else drawn


# --- what, when --------------------------------------------------------------------------------------


def _pledges(rng, stones, reported, organisations) -> list[PlannedPledge]:
    quotas = Counter(figures()["until_2023"]["pledges_from"])
    for r in reported:
        if r.day.year < 2024 and r.region:
            quotas[r.region] -= 1
    made: list[PlannedPledge] = []
    start = date(2022, 2, 14)
    for period, stone in enumerate(stones):
        need = stone["pledges"] - len(made) - sum(r.day <= stone["day"] for r in reported)
        first_ones = [o for o in organisations if start <= o.since <= stone["day"]]
        for organisation in first_ones:
            made.append(PlannedPledge(organisation.since, organisation.index, "", period))
            quotas[organisation.region] -= 1
        for _n in range(need - len(first_ones)):
            day = _day(rng, start, stone["day"])
            made.append(_another(rng, day, period, quotas, organisations))
        start = stone["day"] + timedelta(days=1)
    made.sort(key=lambda p: (p.day, p.lead))
    return made


def _day(rng, first: date, last: date) -> date:
    if rng.random() < 0.2:
        return last
    return first + timedelta(days=rng.randint(0, max((last - first).days, 0)))


def _another(rng, day, period, quotas, organisations) -> PlannedPledge:
    """One more pledge of an organisation that has pledged before."""
    left = {r: n for r, n in quotas.items() if n > 0} or {"150": 29, "002": 24, "019": 19, "142": 23, "009": 5}
    region = rng.choices(list(left), weights=list(left.values()))[0]
    there = [o for o in organisations if o.region == region and o.since <= day]
    if not there:
        there = [o for o in organisations if o.region == region]
        day = max(day, min(o.since for o in there))
        there = [o for o in there if o.since <= day]
    quotas[region] -= 1
    lead = there[int(len(there) * rng.random() ** 1.7)]  # the early ones pledge more often
    return PlannedPledge(day, lead.index, "", period)


def _kinds(rng, plan: Plan, reported) -> None:
    known = figures()
    for year, shares in ((2022, known["until_2023"]["kinds_2022"]), (2023, known["year_2023"]["kinds"])):
        wanted = Counter(shares)
        group = [p for p in plan.pledges if p.day.year == year]
        missing = len(group) - sum(wanted.values())
        wanted["programme"] += missing
        dealt = list(wanted.elements())
        rng.shuffle(dealt)
        for pledge, kind in zip(group, dealt, strict=True):
            pledge.kind = kind
    for pledge in plan.pledges:
        if not pledge.kind:
            pledge.kind = rng.choices(("programme", "financial", "policy", "advocacy"), weights=(52, 16, 15, 17))[0]
        pledge.sdgs = _goals(rng)


def _goals(rng) -> tuple[str, ...]:
    names, weights = list(SDGS), list(SDGS.values())
    chosen = {rng.choices(names, weights=weights)[0] for _n in range(rng.choice((1, 2, 2, 3)))}
    return tuple(sorted(chosen, key=int))


def _marks(rng, plan: Plan, reported) -> None:
    """Women and girls, and least developed countries, to the number."""
    known = figures()
    women = {2023: known["year_2023"]["women_and_girls"]}
    women[2022] = known["until_2023"]["women_and_girls"] - women[2023]
    for year, wanted in women.items():
        group = [p for p in plan.pledges if p.day.year == year]
        for pledge in rng.sample(group, wanted):
            pledge.women_and_girls = True
    ldc = known["until_2023"]["least_developed"]["pledges"]
    ldc -= sum(r.least_developed for r in reported if r.day.year < 2024)
    until = [p for p in plan.pledges if p.day.year < 2024]
    african = {o.index for o in plan.organisations if o.region == "002"}
    weighted = sorted(until, key=lambda p: rng.random() ** (0.4 if p.lead in african else 1.0), reverse=True)
    for pledge in weighted[:ldc]:
        pledge.least_developed = True
    for pledge in plan.pledges:
        if pledge.day.year >= 2024:
            pledge.women_and_girls = rng.random() < 0.5
            pledge.least_developed = rng.random() < 0.33


# --- how much ----------------------------------------------------------------------------------------


def _amounts(rng, plan: Plan, stones, reported) -> None:
    """Fit the amounts to every published sum, then round them as people write them."""
    by_index = {o.index: o for o in plan.organisations}
    for pledge in plan.pledges:
        pledge.has_amount = pledge.kind == "financial" or (pledge.kind == "programme" and rng.random() < 0.14)
    carriers = [p for p in plan.pledges if p.has_amount]
    sums = _wanted_sums(stones, reported)
    _fill_empty_groups(rng, plan, sums, carriers, by_index)
    raw = {id(p): rng.lognormvariate(0, 1.7) for p in carriers}
    members = {key: [p for p in carriers if key in _keys(p, by_index)] for key in sums}
    for _round in range(400):
        for key, total in sums.items():
            here = sum(raw[id(p)] for p in members[key])
            factor = float(total) / here if here else 1.0
            for p in members[key]:
                raw[id(p)] *= factor
    for p in carriers:
        p.usd = as_people_write(Decimal(raw[id(p)]) * 10**9)
    for ldc in (True, False):
        group = [p for p in carriers if p.period == 0 and p.least_developed == ldc]
        max(group, key=lambda p: p.usd).adjusts = True


def _keys(pledge: PlannedPledge, by_index) -> set:
    """The published sums that this pledge's amount is part of."""
    organisation = by_index[pledge.lead]
    keys: set = {("period", pledge.period)}
    if pledge.day.year < 2024:
        keys.add(("region", organisation.region))
        keys.add(("ldc", pledge.least_developed))
    if pledge.day.year == 2023:
        kind = organisation.entity_type
        keys.add(("2023", kind if kind in {"private-sector", "government"} else "rest"))
    return keys


def _wanted_sums(stones, reported) -> dict:
    """{group: billions} that the invented pledges have to add up to: the published sums less the real pledges."""
    known = figures()
    sums: dict = {}
    before = Decimal(0)
    start = date.min
    for period, stone in enumerate(stones):
        real = sum((r.usd for r in reported if start < r.day <= stone["day"]), Decimal(0)) / 10**9
        sums["period", period] = Decimal(stone["billion"]) - before - real
        before, start = Decimal(stone["billion"]), stone["day"]
    until = [r for r in reported if r.day.year < 2024]
    for region, total in known["until_2023"]["billion_from"].items():
        sums["region", region] = Decimal(total) - sum((r.usd for r in until if r.region == region), Decimal(0)) / 10**9
    ldc = Decimal(known["until_2023"]["least_developed"]["billion"])
    total = sum(sums["region", r] for r in REGIONS)
    sums["ldc", True] = ldc - sum((r.usd for r in until if r.least_developed), Decimal(0)) / 10**9
    sums["ldc", False] = total - sums["ldc", True]
    for kind, billion in known["year_2023"]["billion"].items():
        sums["2023", kind] = Decimal(billion)
    return sums


def _fill_empty_groups(rng, plan: Plan, sums, carriers, by_index) -> None:
    """Every group that has a sum needs some pledges with amounts to carry it."""
    for key in sums:
        while len([p for p in carriers if key in _keys(p, by_index)]) < 4:
            spare = [p for p in plan.pledges if not p.has_amount and key in _keys(p, by_index)]
            if not spare:
                break
            chosen = rng.choice(spare)
            chosen.has_amount = True
            carriers.append(chosen)


def as_people_write(amount: Decimal) -> Decimal:
    """Rounded to three figures, as amounts are promised: 18,400,000 rather than 18,371,204.11."""
    amount = max(amount, Decimal(1000))
    return amount.quantize(Decimal(1).scaleb(amount.adjusted() - 2)).quantize(Decimal(1))
