"""What the registry is filtered by out of the room progress: list, numbers, index, exports and API say one thing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta

import pytest
from django.http import QueryDict

from kept.progress import actions, filters, restate
from kept.progress.models import Standing
from kept.registry import rows, search
from kept.registry.index import answering
from kept.registry.selection import Selection
from tests.registry.conftest import indexed  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def select(text: str = "") -> Selection:
    return Selection.from_query(QueryDict(text))


@pytest.fixture
def stood(make_pledge, make_round, make_report, now):
    """Five public pledges: one reported and documented, one by its owner's word, three of which nothing is said."""
    pledges = [make_pledge("published", title=f"Pledge {n} brings health posts online") for n in range(5)]
    make_round()
    make_report(pledges[0], "accepted", value="150", supported="150")
    make_report(pledges[1], "accepted", value="20")
    return pledges


def test_the_numbers_of_each_of_the_four_add_up_to_all_pledges(stood):
    found = search.answer(select())
    assert found.count == 5
    assert {name: sum(found.facets[name].values()) for name in filters.NAMES} == dict.fromkeys(filters.NAMES, 5)
    assert (found.facets["said"]["none"], found.facets["level"]["none"]) == (3, 3)
    assert (found.facets["level"]["documented"], found.facets["level"]["self_reported"]) == (1, 1)
    assert found.facets["reporting"]["current"] == 2


def test_each_number_is_that_of_the_list_it_leads_to(stood):
    for name in filters.NAMES:
        for value, number in search.answer(select()).facets[name].items():
            assert (name, value, search.count(select(f"{name}={value}"))) == (name, value, number)


def test_the_index_and_the_database_answer_the_same(stood, indexed):  # noqa: F811
    indexed()
    for text in (
        "",
        "standing=unjudged",
        "level=documented&level=none",
        "said=on_track&reporting=current",
        "sort=reported",
    ):
        ours, theirs = answering.answer(select(text), 7), search.answer_in_sql(select(text), 7)
        assert (ours.count, ours.keys, ours.facets) == (theirs.count, theirs.keys, theirs.facets)


def test_an_accepted_report_moves_the_filters_of_its_pledge_and_of_no_other(stood, make_report, indexed):  # noqa: F811
    indexed()
    make_report(stood[2], "accepted", value="214", said="at_risk", said_reason="The rains came early.")
    indexed()
    found = answering.answer(select("said=at_risk"))
    assert [key for key in found.keys] == [stood[2].current_id]
    assert found.facets["said"] == search.answer_in_sql(select("said=at_risk")).facets["said"]


def test_a_past_day_is_answered_by_how_they_stood_then(stood, now):
    pledge = stood[0]
    before = now - timedelta(days=400)
    Standing.objects.filter(pledge=pledge).update(valid_from=now)
    Standing.objects.create(pledge=pledge, valid_from=before, valid_to=now, standing="late", said="delayed", reports=1)
    yesterday = (now - timedelta(days=1)).astimezone(UTC).date()
    pledge.current.__class__.objects.filter(pledge=pledge).update(valid_from=before, published_at=before)
    assert search.count(select(f"as_of={yesterday}&standing=late")) == 1
    assert search.count(select("standing=late")) == 0
    record = rows.records([pledge.current_id], as_of=yesterday)[0]
    assert (record["standing"], record["said"]) == ("late", "delayed")


def test_exports_and_api_have_the_four_of_each_pledge(stood, client):
    text = b"".join(client.get("/pledges/export.csv").streaming_content).decode("utf-8-sig")
    found = {row["reference"]: row for row in csv.DictReader(io.StringIO(text))}
    first, last = found[stood[0].reference], found[stood[4].reference]
    assert (first["standing"], first["said"], first["level"], first["reporting"]) == (
        "on_track", "on_track", "documented", "current",
    )  # fmt: skip
    assert (last["standing"], last["said"], last["level"], last["reporting"]) == ("unjudged", "", "", "due")
    answered = client.get(f"/api/v1/pledges/{stood[4].reference}").json()
    assert (answered["standing"], answered["said"], answered["level"]) == ("unjudged", None, None)


def test_a_standing_that_does_not_exist_is_a_problem_and_never_ignored(stood, client):
    assert client.get("/api/v1/pledges?standing=excellent").status_code == 400
    assert [problem.name for problem in select("reporting=never").problems] == ["reporting"]


@pytest.mark.parametrize("name", [*filters.NAMES, *filters.FIGURES])
def test_no_value_of_any_filter_breaks_an_address(client, db, name):
    assert client.get(f"/api/v1/pledges?{name}=null").status_code == 400
    assert client.get(f"/pledges/?{name}=null").status_code == 200


def test_silence_that_comes_by_the_calendar_alone_is_found_by_the_filter(stood, later):
    for day in (31, 80, 100, 120):
        actions.notify_due(later(day))
        restate.restate_due(later(day))
    found = search.answer_in_sql(select())
    assert found.facets["reporting"]["silent"] + found.facets["reporting"]["unreachable"] == 3
