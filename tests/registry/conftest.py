"""A public record of some size, made quickly: the way an import makes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from kept.pledges.content import Indicator, Partner, PledgeContent
from kept.pledges.models import Pledge, Revision
from kept.pledges.record import Record, put_on_record

START = datetime(2022, 3, 1, 12, tzinfo=UTC)


def put(contents, *, at=None, confirmed=()):
    """Publish texts: pairs of (content, instant of publication)."""
    at = at or datetime.now(UTC)
    records = [
        Record(
            pledge=Pledge(title=content.title, lead_id=content.lead),
            revision=Revision(content=content.to_json()),
            event="pledge.published",
            content=content,
            published_at=when,
            confirmed=frozenset(confirmed),
        )
        for content, when in contents
    ]
    with transaction.atomic():
        put_on_record(records, at=at)
    make_known_to_the_planner()
    return [record.pledge for record in records]


def make_known_to_the_planner() -> None:
    """PostgreSQL plans by statistics, and gathers none of what a test never commits: it would join row by row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE pledges_pledge, pledges_revision, pledges_revisionplace, pledges_revisiontag")


WORDS = ["Fibre", "Schools", "Laptops", "Villages", "Skills", "Éducation", "数字", "مدارس", "Women's", "100%"]
TARGETS = [("BDI",), ("NPL", "KEN"), ("ldc",), ("002",), ("world",), ("itu-africa", "FRA"), ("CHE",), ("sids", "BDI")]
FOCUS = [("access",), ("adoption", "access"), ("value-creation",), ("accelerate",)]
KINDS = [("financial",), ("programme",), ("policy", "programme"), ("advocacy",), ()]
FOR_WHOM = [("women-and-girls",), (), ("youth", "rural"), ("refugees",)]
SDGS = [("4",), ("4.4", "9"), (), ("9.c", "9.1"), ("5", "17")]
MONEY = [
    {},
    {"amount": "50000", "currency": "USD", "money_nature": "new"},
    {"amount": "1250000.50", "currency": "EUR", "money_nature": "existing", "instrument": "grant"},
    {"amount": "100000", "currency": "USD", "money_nature": "in_kind"},
    {"amount": "3000000000", "currency": "USD", "money_nature": "to_be_raised", "instrument": "loan"},
    {"amount": "7", "currency": "XYZ", "money_nature": "new"},
    {"amount": "25000000", "currency": "USD", "money_nature": "new"},
]
LANGUAGES = ["en", "fr", "ar", "zh-Hans"]


def varied(organisations, n):
    """`n` different texts, always the same ones, with the day on which each was published."""
    made = []
    for i in range(n):
        lead = organisations[i % len(organisations)]
        other = organisations[(i * 3 + 1) % len(organisations)]
        made.append(
            (
                PledgeContent(
                    language=LANGUAGES[i % 4],
                    title=f"{WORDS[i % 10]} for {WORDS[(i * 7) % 10]} number {i}",
                    summary=f"What {WORDS[(i * 3) % 10]} needs, said in one sentence.",
                    lead=lead.pk,
                    partners=(Partner(other.pk, "gives rooms"),) if i % 3 == 0 and other != lead else (),
                    focus_areas=FOCUS[i % 4],
                    kinds=KINDS[i % 5],
                    beneficiaries=FOR_WHOM[(i // 2) % 4],
                    targets=TARGETS[(i * 5) % 8],
                    sdgs=SDGS[(i * 2) % 5],
                    start="2024",
                    end=["2024-06", "2030", "2031-12-31", ""][i % 4],
                    people_expected=i * 1000 or None,
                    indicators=(Indicator(name="Places", unit="places", baseline="0", target=str(i + 1), by="2030"),),
                    **MONEY[(i * 4) % 7],
                ),
                START + timedelta(days=29 * i),
            )
        )
    return made


@pytest.fixture
def organisations(make_organisation):
    return [
        make_organisation("Lake Networks", country="BDI", entity_type="private-sector"),
        make_organisation("Ministère de l'Éducation", country="FRA", entity_type="government"),
        make_organisation("Asha Trust", country="IND", entity_type="civil-society", abbreviation="AT"),
        make_organisation("=Formula Fund", country="", entity_type="other"),
        make_organisation("Meghna Telecom", country="BGD", entity_type="private-sector"),
    ]


@pytest.fixture
def public_record(organisations):
    """Forty pledges over more than three years; some taken back, one replaced, some partners confirmed."""
    from kept.pledges.actions.revising import revise_record

    pledges = put(varied(organisations, 40), confirmed=[organisations[1].pk, organisations[4].pk])
    now = datetime.now(UTC)
    for pledge in pledges[5:40:11]:
        with transaction.atomic():
            revise_record(pledge, pledge.current, at=now, event="pledge.withdrawn", reason="The money went elsewhere.")
    with transaction.atomic():
        pledges[7].successor = pledges[8]
        revise_record(pledges[7], pledges[7].current, at=now, event="pledge.superseded", reason="A larger one.")
    return pledges


@pytest.fixture
def indexed(db, settings, monkeypatch):
    """The registry answers from an index of this test's own; calling it brings the index up to date."""
    from kept.registry.index import building, following
    from kept.registry.index.reading import reader

    settings.REGISTRY_INDEX = True
    asked = []
    monkeypatch.setattr(building, "start", lambda *, anew=False: asked.append(anew))
    reader.forget()
    building.build()

    def catch_up():
        assert following.catch_up()
        return reader.reading()

    catch_up.asked_to_build = asked
    yield catch_up
    reader.forget()
