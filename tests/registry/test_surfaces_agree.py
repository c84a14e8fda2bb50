"""Page, API, CSV, JSON, GeoJSON, feed, counter and SQL speak of the same pledges, for any selection, at any moment."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.api import limits
from kept.pledges.models import Revision
from kept.registry import search
from kept.registry.index import building, following
from kept.registry.index.reading import reader
from kept.registry.selection import Selection
from tests.registry.conftest import put, varied
from tests.registry.test_pages import words

VALUES = {
    "focus": ["access", "adoption", "accelerate"],
    "type": ["financial", "programme"],
    "country": ["BDI", "KEN", "FRA", "CHE"],
    "group": ["ldc", "world"],
    "region": ["002", "itu-africa"],
    "entity_type": ["government", "private-sector"],
    "amount": ["none", "lt100k", "more", "unconverted"],
    "year": ["2022", "2023"],
    "status": ["published", "withdrawn", "superseded"],
    "sdg": ["4", "9.c"],
    "q": ["schools", "fibre villages", "数字", "lake"],
}


@st.composite
def queries(draw) -> str:
    """A query string of the registry: several filters, several values, sometimes words, some order."""
    query = QueryDict(mutable=True)
    for name in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True)):
        most = 1 if name == "q" else 2
        query.setlist(name, draw(st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=most, unique=True)))
    if sort := draw(st.sampled_from(["", "largest", "ending", "newest"])):
        query["sort"] = sort
    return query.urlencode()


def of_csv(client: Client, query: str) -> list[dict[str, str]]:
    limits.exports.forget()  # ten a minute are enough for people
    limits.reading.forget()
    body = b"".join(client.get(f"/pledges/export.csv?{query}").streaming_content)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(query=queries())
def test_every_surface_shows_the_same_pledges_and_numbers(public_record, indexed, client, query):
    selection = Selection.from_query(QueryDict(query))
    assert not selection.problems
    truth = search.answer_in_sql(selection, 200)
    numbers = dict(Revision.objects.values_list("pk", "pledge__number"))
    references = [f"P-{numbers[key]:05d}" for key in truth.keys]

    api = client.get(f"/api/v1/pledges?{query}&page_size=200").json()
    assert (api["count"], [one["reference"] for one in api["results"]]) == (truth.count, references)
    assert api["facets"] == truth.facets

    rows = of_csv(client, query)
    assert [row["reference"] for row in rows] == references
    assert sum(Decimal(row["amount_usd"] or 0) for row in rows) == truth.sums.amount_usd

    limits.exports.forget()
    dump = json.loads(b"".join(client.get(f"/pledges/export.json?{query}").streaming_content))
    assert dump["results"] == api["results"]

    places = json.loads(b"".join(client.get(f"/pledges/export.geojson?{query}").streaming_content))
    assert "country" in selection.chosen or len(places["features"]) == len(truth.facets["country"])

    feed = re.findall(r"<entry.*?(P-\d{5})", client.get(f"/pledges/feed.atom?{query}").content.decode(), re.S)
    by_day = search.answer_in_sql(selection.with_(sort="newest"), 200).keys
    assert feed == [f"P-{numbers[key]:05d}" for key in by_day][: len(feed)]
    assert bool(feed) is bool(references)

    page = words(client.get(f"/pledges/?{query}").content.decode())
    if truth.count:
        assert f" {truth.count} pledge" in page
        assert len(set(re.findall(r"/pledges/(P-\d{5})/", client.get(f"/pledges/?{query}").content.decode()))) >= min(
            truth.count, 20
        )


@pytest.mark.django_db
def test_the_default_selection_is_the_counter(public_record, indexed, client):
    counter, listed, rows = (
        client.get("/api/v1/counter").json(),
        client.get("/api/v1/pledges").json(),
        of_csv(client, ""),
    )
    assert counter["pledges"] == listed["count"] == len(rows) == sum(listed["facets"]["year"].values())
    assert Decimal(counter["amount_usd"]) == sum(Decimal(row["amount_usd"] or 0) for row in rows)


@pytest.mark.django_db
def test_the_order_in_which_things_are_published_changes_no_number(organisations, indexed):
    """The same texts, each of its own day, in three orders: the same figures and the same list."""
    texts = varied(organisations, 24)
    told = []
    for seed in range(3):
        Revision.objects.filter(n__isnull=False).update(valid_to="2020-01-01T00:00:00Z")  # the former ones are no more
        mixed = random.Random(seed).sample(texts, len(texts))
        for start in range(0, len(mixed), 5):
            put(mixed[start : start + 5], confirmed=[organisations[1].pk])
            if seed != 1:
                indexed()
        building.build()
        reader.forget()
        found = [search.answer(Selection(sort=sort), 50) for sort in ("newest", "largest", "ending")]
        titles = dict(Revision.objects.values_list("pk", "title"))
        told.append([(one.count, one.facets, one.sums, [titles[key] for key in one.keys]) for one in found])
    assert told[0] == told[1] == told[2]
    assert told[0][0][0] == 24


@pytest.mark.django_db(transaction=True)
def test_surfaces_agree_while_things_are_published(transactional_db, settings, monkeypatch, organisations):
    """Pledges come in pairs: whatever is asked holds whole pairs, never fewer than what was asked before."""
    settings.REGISTRY_INDEX = True
    monkeypatch.setattr(building, "start", lambda *, anew=False: None)
    reader.forget()
    building.build()
    texts, faults, done = varied(organisations, 24), [], threading.Event()

    def publish() -> None:
        try:
            for start in range(0, 24, 2):
                put(texts[start : start + 2])
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    client, last, asked = Client(), 0, 0
    while not done.is_set() or asked < 2:
        asked += 1
        listed = client.get("/api/v1/pledges?page_size=200").json()
        rows = of_csv(client, "")
        for name, n, told in (
            ("api", listed["count"], [len(listed["results"]), sum(listed["facets"]["year"].values())]),
            ("csv", len(rows), [len({row["reference"] for row in rows})]),
        ):
            if n % 2 or n < last or any(other != n for other in told):
                faults.append(f"{name}: {n} after {last}, {told}")
            last = n
    thread.join()
    while following._beside is not None and following._beside.is_alive():
        time.sleep(0.02)
    assert not faults
    assert client.get("/api/v1/counter").json()["pledges"] == len(of_csv(client, "")) == 24
    reader.forget()
