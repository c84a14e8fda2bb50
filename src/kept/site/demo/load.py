"""Puts the demonstration into an empty database, in one transaction: all of it, or nothing."""

from __future__ import annotations

import os
import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from kept.base import history, installation, places
from kept.base.models import HistoryEntry, Installation
from kept.people.models import Organisation, Person
from kept.people.naming import normalise, slug_for
from kept.pledges import taxonomies
from kept.pledges.content import PledgeContent
from kept.pledges.models import Partnership, PartnershipState, Pledge, Revision
from kept.pledges.record import Record, converted, pledge_day, put_on_record
from kept.site.demo.fates import SEED
from kept.site.demo.names import invented_names
from kept.site.demo.plan import DATA, Plan, PlannedOrganisation, PlannedPledge, Reported, figures, make_plan
from kept.site.demo.writing import write

BATCH = 250
Progress = Callable[[str], None]


class NotEmpty(Exception):
    """The database has something in it, or was named by DATABASE_URL."""


@dataclass
class Loading:
    """What the parts of the demonstration hand to each other."""

    rng: random.Random
    now: datetime
    plan: Plan = field(default_factory=Plan)
    organisations: list[Organisation] = field(default_factory=list)  # by the plan's index
    real: dict[str, Organisation] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    slugs: set[str] = field(default_factory=set)  # addresses that are taken

    @property
    def today(self) -> date:
        return self.now.date()


def is_empty() -> bool:
    """Nothing was ever made here: no person, no organisation, no pledge."""
    return not (Pledge.objects.exists() or Organisation.objects.exists() or Person.objects.exists())


def load(*, force: bool = False, now: datetime | None = None, say: Progress = lambda _line: None) -> None:
    """Make the demonstration. Raises NotEmpty; `force` takes a database that DATABASE_URL names, if it is empty."""
    if os.environ.get("DATABASE_URL") and not force:
        raise NotEmpty("DATABASE_URL names this database. Use `kept demo --force` if it is for the demonstration.")
    if not is_empty():
        raise NotEmpty("This database is not empty. The demonstration only goes into an empty one.")
    from kept.site.demo import afterwards, desk, life, meetings, people, registrations, reporting

    now = now or datetime.now(UTC)
    with transaction.atomic():
        loading = Loading(random.Random(SEED), now)  # noqa: S311  (a demonstration wants the same each time)
        _coalition(now)
        taxonomies.ensure()
        reported = _reported(loading)
        loading.reported = [facts for facts, _record in reported]
        loading.plan = make_plan(loading.rng, loading.today, loading.reported)
        _organisations(loading)
        _pledges(loading, [record for _r, record in reported])
        say(f"{len(loading.records)} pledges by {Organisation.objects.count()} organisations")
        life.go_on(loading)
        staff = people.make(loading)
        desk.fill(loading, staff)
        meetings.make(loading, staff)
        registrations.make(loading, staff)
        afterwards.make(loading, staff)
        reporting.make(loading, staff)
    installation.forget()


def _coalition(now: datetime) -> None:
    row, _made = Installation.objects.get_or_create(pk=1)
    row.name, row.short_name, row.demonstration, row.made_at = "Partner2Connect", "P2C", True, now
    row.about = {
        "en": "Governments, companies and organisations promise to connect everyone, everywhere. Here is what they "
        "promised, and what became of it.",
        "fr": "Gouvernements, entreprises et organisations promettent de connecter chacun, partout. Voici ce qu’ils ont "
        "promis, et ce qu’il en est advenu.",
        "es": "Gobiernos, empresas y organizaciones prometen conectar a todas las personas, en todas partes. Esto es lo "
        "que prometieron y lo que fue de ello.",
        "ar": "تتعهد حكومات وشركات ومنظمات بأن تصل الجميع بالإنترنت في كل مكان. هنا ما تعهدت به وما آل إليه.",
        "ru": "Правительства, компании и организации обещают подключить всех и повсюду. Здесь видно, что они обещали и "
        "что из этого вышло.",
        "zh-hans": "各国政府、企业和组织承诺让每个人、每个地方都能上网。这里记录了他们的承诺，以及承诺的结果。",
    }
    row.save()


# --- the real pledges, as reported ---------------------------------------------------------------------


def _organisation(loading: Loading, name: str, entity_type: str, country: str, *, invented: bool) -> Organisation:
    return Organisation(
        name=name,
        slug=slug_for(name, loading.slugs),
        normalised=normalise(name),
        entity_type=entity_type,
        country=country,
        invented=invented,
        confirmed_at=loading.now,
    )


def _reported(loading: Loading) -> list[tuple[Reported, Record]]:
    """The eight pledges of real organisations: `data/reported.toml`, nothing added."""
    with (DATA / "reported.toml").open("rb") as file:
        rows = tomllib.load(file)["pledge"]
    rows = [row for row in rows if row["day"] <= loading.today]
    for row in rows:
        for spec in [row["lead"], *row.get("partners", [])]:
            if spec["name"] not in loading.real:
                loading.real[spec["name"]] = _organisation(
                    loading, spec["name"], spec.get("entity_type", ""), spec.get("country", ""), invented=False
                )
    Organisation.objects.bulk_create(loading.real.values())
    return [_reported_one(loading, row, number) for number, row in enumerate(rows, 1)]


def _reported_one(loading: Loading, row: dict, number: int) -> tuple[Reported, Record]:
    lead = loading.real[row["lead"]["name"]]
    content = PledgeContent.from_json(
        {
            "language": "en",
            "title": row["title"],
            "summary": row["summary"],
            "lead": lead.pk,
            "partners": [{"organisation": loading.real[p["name"]].pk} for p in row.get("partners", [])],
            "kinds": row["kinds"],
            "focus_areas": row["focus_areas"],
            "targets": row["targets"],
            "amount": row.get("amount", ""),
            "currency": row.get("currency", ""),
            "people_expected": row.get("people"),
            "end": row.get("end", ""),
            "announced": row["announced"],
            "source": {"name": row["source"], "id": f"reported-{number}"},
            "notes": row.get("notes", []),
        }
    )
    published = datetime.combine(row["day"], time(12), tzinfo=UTC)
    day, year = pledge_day(content, published)
    usd = converted(content, day, year).amount_usd or Decimal(0)
    covered = places.expand(content.targets, day)
    poorest = places.members("ldc", day)
    facts = Reported(
        day=row["day"],
        kind=row["kinds"][0],
        region=places.region_of(lead.country) or "" if lead.country else "",
        country=lead.country,
        lead=lead.name,
        entity_type=lead.entity_type,
        usd=usd,
        least_developed=bool((covered.named | covered.by_group) & poorest),
    )
    pledge = Pledge(source_name="reported", source_id=f"reported-{number}", created_at=published)
    return facts, _record(pledge, content, published)


def _record(pledge: Pledge, content: PledgeContent, published: datetime) -> Record:
    revision = Revision(pledge=pledge, content=content.to_json(), changed_at=published, submitted_at=published)
    return Record(pledge, revision, "pledge.published", content, published_at=published)


# --- the invented ones ---------------------------------------------------------------------------------


def named(planned: list[PlannedOrganisation]) -> list[str]:
    """Their names, which on whatever day the demonstration is made are the same for those of former days."""
    names = invented_names(random.Random(f"{SEED} names"))  # noqa: S311
    next(names)
    return [names.send((one.entity_type, places.name(one.country, "en")))[0] for one in planned]


def _organisations(loading: Loading) -> None:
    planned = loading.plan.organisations
    for one, name in zip(planned, named(planned), strict=True):
        loading.organisations.append(_organisation(loading, name, one.entity_type, one.country, invented=True))
    Organisation.objects.bulk_create(loading.organisations, batch_size=500)


def _pledges(loading: Loading, reported: list[Record]) -> None:
    invented = [(p, _invented(loading, p)) for p in loading.plan.pledges]
    _take_what_rounding_leaves(loading, invented)
    loading.records = sorted([*reported, *(r for _p, r in invented)], key=lambda r: r.published_at)
    everybody = {o.pk: o for o in [*loading.organisations, *loading.real.values()]}
    for start in range(0, len(loading.records), BATCH):
        put_on_record(loading.records[start : start + BATCH], at=loading.now, organisations=everybody)
    _partnerships(loading.records)
    _histories(loading.records)


def _invented(loading: Loading, planned: PlannedPledge) -> Record:
    organisation = loading.plan.organisations[planned.lead]
    lead = loading.organisations[planned.lead]
    content = write(loading.rng, planned, lead, organisation, _partners(loading, planned))
    published = datetime.combine(planned.day, time(8), tzinfo=UTC) + timedelta(minutes=loading.rng.randint(0, 540))
    published = min(published, loading.now - timedelta(hours=1))
    pledge = Pledge(created_at=published - timedelta(days=12), submitted_at=published - timedelta(days=5))
    record = _record(pledge, content, published)
    record.confirmed = frozenset(p.organisation for p in content.partners)
    return record


def _partners(loading: Loading, planned: PlannedPledge) -> list[Organisation]:
    """One pledge in six is a joint one, with organisations that had pledged before (so that none counts twice)."""
    if loading.rng.random() > 0.17:
        return []
    known = [o.index for o in loading.plan.organisations if o.since < planned.day and o.index != planned.lead]
    chosen = loading.rng.sample(known, min(len(known), loading.rng.choice((1, 1, 2, 3))))
    return [loading.organisations[i] for i in chosen]


def _take_what_rounding_leaves(loading: Loading, invented: list[tuple[PlannedPledge, Record]]) -> None:
    """Two pledges of the first months take the difference to the published sums, to the dollar."""
    known = figures()
    total = Decimal(next(m["billion"] for m in known["milestone"] if m["day"] == date(2023, 12, 31))) * 10**9
    poorest = Decimal(known["until_2023"]["least_developed"]["billion"]) * 10**9
    wanted = {True: poorest, False: total - poorest}
    for ldc in (True, False):
        group = [(p, r) for p, r in invented if p.day.year < 2024 and p.usd and p.least_developed == ldc]
        sums = sum((_usd(r) for p, r in group if not p.adjusts), Decimal(0))
        _planned, record = next((p, r) for p, r in group if p.adjusts)
        rest = wanted[ldc] - sums - _real_usd(loading, ldc)
        record.content = record.content.with_(amount=str(rest.quantize(Decimal(1))))
        record.revision.content = record.content.to_json()


def _usd(record: Record) -> Decimal:
    day, year = pledge_day(record.content, record.published_at)
    return converted(record.content, day, year).amount_usd or Decimal(0)


def _real_usd(loading: Loading, ldc: bool) -> Decimal:
    return sum((r.usd for r in loading.reported if r.least_developed == ldc and r.day.year < 2024), Decimal(0))


def _partnerships(records: list[Record]) -> None:
    Partnership.objects.bulk_create(
        [
            Partnership(
                pledge=r.pledge,
                organisation_id=p.organisation,
                state=PartnershipState.CONFIRMED if p.organisation in r.confirmed else PartnershipState.ASKED,
                asked_at=r.published_at - timedelta(days=4),
                decided_at=r.published_at - timedelta(days=2) if p.organisation in r.confirmed else None,
            )
            for r in records
            for p in {p.organisation: p for p in r.content.partners}.values()
            if p.organisation != r.content.lead
        ],
        batch_size=1000,
    )


def _histories(records: list[Record]) -> None:
    entries: list[HistoryEntry] = []
    for r in records:
        if not r.pledge.source_name:
            entries.append(
                history.entry(
                    "pledge",
                    r.pledge.pk,
                    "submit",
                    by=None,
                    at=r.pledge.submitted_at,
                    from_state="draft",
                    to_state="submitted",
                )  # fmt: skip
            )
        entries.append(
            history.entry(
                "pledge",
                r.pledge.pk,
                "publish",
                by=None,
                at=r.published_at,
                from_state="accepted",
                to_state="published",
                public=True,
                data={"reference": r.pledge.reference},
            )  # fmt: skip
        )
    HistoryEntry.objects.bulk_create(entries, batch_size=1000)
