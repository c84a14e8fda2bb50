"""/progress/: shares of all published pledges, figures that lead to their rows, stages of money that are never added."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.http import QueryDict
from PIL import Image

from kept.base import formats, installation
from kept.base.models import Installation
from kept.log.actions import open_head
from kept.pledges.actions.revising import revise_record
from kept.pledges.models import Revision
from kept.progress import filters, restate
from kept.progress.findings import findings_of
from kept.progress.models import Round, Standing
from kept.registry import implementing, outcome, overdue, page_cache, rounds, search
from kept.registry.index import outcome as index_outcome
from kept.registry.selection import Selection
from tests.registry.conftest import put, varied

pytestmark = pytest.mark.django_db
STANDINGS = (
    "kept",
    "kept_late",
    "late",
    "late",
    "on_track",
    "unjudged",
    "unjudged",
    "not_kept",
    "given_up",
    "unjudged",
)


def select(text: str = "") -> Selection:
    return Selection.from_query(QueryDict(text))


def behind(url: str) -> int:
    """How many pledges the registry shows at an address."""
    return search.count(select(urlsplit(url).query))


@pytest.fixture
def stood(organisations, now):
    """Thirty pledges that stand in every way, one of them taken back; some with money signed, spent, people reached."""
    pledges = put(varied(organisations, 30))
    with transaction.atomic():
        revise_record(pledges[4], pledges[4].current, at=now, event="pledge.withdrawn", reason="The money went.")
    restate.restate([pledge.pk for pledge in pledges], at=now)
    for n, pledge in enumerate(pledges):
        Standing.objects.filter(pledge=pledge).update(
            standing=STANDINGS[n % 10], reports=n % 3, said="on_track" if n % 3 else "",
            level=("self_reported", "documented", "verified")[n % 3], reporting="silent" if n % 4 == 0 else "current",
            committed_cents=n * 100 if n % 2 else None, committed_level="documented" if n % 2 else "",
            disbursed_cents=n * 50 if n % 5 == 0 else None, disbursed_level="verified" if n % 5 == 0 else "",
            people=n * 10 if n % 3 == 0 else None, people_level="self_reported" if n % 3 == 0 else "",
        )  # fmt: skip
    return pledges


@pytest.mark.parametrize(
    "asked", ["", "focus=access", "year=2024", "entity_type=government&entity_type=other", "standing=late"]
)
def test_the_shares_of_every_chart_add_up_to_all_pledges_and_each_figure_is_that_of_its_rows(stood, asked):
    charts = implementing.charts(implementing.Asked(select(asked), "en"))
    whole = behind(implementing.Asked(select(asked), "en").url())
    assert whole > 0
    for chart in charts:
        for row in chart.rows:
            assert (chart.key, row.value, behind(row.url) if row.count else 0) == (chart.key, row.value, row.count)
            assert [behind(p.url) if p.count else 0 for p in row.pieces if p.url] == [
                p.count for p in row.pieces if p.url
            ]
        if chart.key in filters.NAMES:
            assert sum(row.count for row in chart.rows) == whole
            assert sum(row.pieces[0].share for row in chart.rows) == 100
        else:
            assert all(sum(piece.share for piece in row.pieces) == 100 for row in chart.rows)


ASKED = [
    "", "focus=access&focus=adoption", "year=2024&standing=late&standing=kept", "country=BDI&level=documented",
    "region=itu-africa&signed=documented", "q=villages", "beneficiary=youth&reporting=silent",
]  # fmt: skip


def test_the_index_finds_the_figures_that_sql_finds(stood, indexed):
    with transaction.atomic():
        revise_record(stood[7], stood[7].current, at=datetime.now(UTC), event="pledge.superseded", reason="Better.")
        Standing.objects.filter(pledge=stood[11]).update(money_counts=False)
        with open_head() as head:
            head.changed_many("pledge", [stood[11].reference])
    indexed()
    for asked in ASKED:
        counted = outcome.counted(select(asked))
        found, wanted = index_outcome.outcome(counted, outcome.GROUPS, outcome.CROSSED), outcome.in_sql(counted)
        assert found is not None
        assert without_empty(found) == without_empty(wanted), asked
    replaced = outcome.outcome(outcome.counted(select("status=superseded")))
    assert (replaced.counts["standing"], replaced.promised.pledges) == ({}, 0)  # its successor is counted


@pytest.fixture
def lived(stood, now):
    """The same pledges with a past: each stood in some other way before some day of it."""
    rows = list(Standing.objects.order_by("pledge"))
    for n, row in enumerate(rows):
        began, turned = row.valid_from, row.valid_from + (now - row.valid_from) * (n % 4 + 1) / 5
        Standing.objects.filter(pk=row.pk).update(valid_from=turned)
        row.pk, row.valid_from, row.valid_to = None, began, turned
        row.standing, row.said, row.reports, row.reporting = STANDINGS[(n + 3) % 10], "", 0, "not_yet_due"
        row.committed_cents, row.committed_level = (n * 7, "self_reported") if n % 2 else (None, "")
        row.disbursed_cents, row.disbursed_level, row.money_counts = n * 3, "documented", n % 5 > 0
        row.people, row.people_level = None, ""
        if n % 6:  # of the others nothing was known then
            row.save()
    return stood


def test_the_index_finds_the_figures_of_a_past_day_that_sql_finds(lived, indexed, now):
    days = [now.date() - timedelta(days=n) for n in (0, 1, 500, 1500)]

    def compare(*questions: str) -> None:
        indexed()
        for day, asked in zip(days, questions, strict=True):
            counted = outcome.counted(replace(select(asked), as_of=day))
            found, wanted = index_outcome.outcome(counted, outcome.GROUPS, outcome.CROSSED), outcome.in_sql(counted)
            assert found is not None
            assert without_empty(found) == without_empty(wanted), (day, asked)
            assert search.facet_numbers(counted) == search.numbers(counted), (day, asked)
            assert outcome.counts_of(counted, "said") == outcome.counts_in_sql(counted, "said"), (day, asked)

    compare(*ASKED[:3], "q=villages")
    with transaction.atomic():  # texts that are valid no more were valid then
        revise_record(lived[9], lived[9].current, at=datetime.now(UTC), event="pledge.superseded", reason="Better.")
        revise_record(lived[12], lived[12].current, at=datetime.now(UTC), event="pledge.withdrawn", reason="No money.")
    compare(*ASKED[3:6], "")
    put([(content, when - timedelta(days=400)) for content, when in varied([lived[0].lead], 4)])  # into the past
    of_one, turned = Standing.objects.filter(pledge=lived[20]), now - timedelta(days=950)
    of_one.exclude(valid_to=None).update(valid_to=turned)
    of_one.filter(valid_to=None).update(valid_from=turned, standing="kept")
    with transaction.atomic(), open_head() as head:
        head.changed_many("pledge", [lived[20].reference])
    compare("q=villages&standing=late", "", "", "beneficiary=youth")


def without_empty(found: outcome.Outcome) -> outcome.Outcome:
    """The index knows regions of every kind; the page shows ITU's."""
    places = {code: row for code, row in found.crossed["region"].items() if code.startswith("itu-")}
    return replace(found, crossed=found.crossed | {"region": places})


def test_what_was_taken_back_stays_in_every_share(stood):
    assert search.count(select()) == 29
    assert sum(row.count for row in implementing.charts(implementing.Asked(select(), "en"))[0].rows) == 30


def test_money_stands_in_three_stages_each_by_what_supports_it_and_never_added(stood):
    money, people = implementing.sums(implementing.Asked(select(), "en"))
    lines = {line.name: line for line in money.lines if not line.part}
    assert lines["Signed"].amount == Decimal(sum(n for n in range(30) if n % 2))
    assert lines["Spent"].amount == Decimal(sum(n * 50 for n in range(0, 30, 5))) / 100
    assert list(lines) == ["Promised", "Signed", "Spent"]
    assert [behind(line.url) for line in money.lines] == [line.pledges for line in money.lines]
    assert people.lines[1].amount == sum(n * 10 for n in range(0, 30, 3))
    assert "may be the same people" in people.sentence


def test_money_that_counts_under_another_pledge_is_in_no_sum(stood):
    before = implementing.sums(implementing.Asked(select(), "en"))[0].lines[1].amount
    Standing.objects.filter(pledge=stood[1]).update(money_counts=False)
    assert implementing.sums(implementing.Asked(select(), "en"))[0].lines[1].amount == before - 1


def test_the_page_says_its_findings_leads_to_rows_and_keeps_nobody(stood, client):
    response = client.get("/progress/?focus=access")
    page = response.content.decode()
    assert response.status_code == 200 and not response.cookies
    for chart in implementing.charts(implementing.Asked(select("focus=access"), "en")):
        assert f'id="{chart.key}"' in page
        assert f"/progress/{chart.key}.csv?focus=access" in page
    assert "standing=late" in page and "<script>" not in page
    for prefix in ("/ar", "/fr", "/zh-hans"):
        assert client.get(f"{prefix}/progress/").status_code == 200


@pytest.mark.parametrize("language", ["fr", "ar", "ru"])
def test_a_bar_is_as_long_in_every_language(stood, client, language):
    """A browser reads no decimal comma: a bar with one is not drawn."""
    lengths = re.findall(
        r'<rect class="(pile-\w+)"(?: x="(.*?)")? width="(.*?)"', client.get("/progress/").content.decode()
    )
    said = client.get(f"/{language}/progress/").content.decode()
    assert re.findall(r'<rect class="(pile-\w+)"(?: x="(.*?)")? width="(.*?)"', said) == lengths
    assert any("." in width for _look, _x, width in lengths)


def test_each_chart_is_a_file_with_the_same_figures(stood, client):
    for chart in implementing.charts(implementing.Asked(select("year=2024"), "en")):
        text = client.get(f"/progress/{chart.key}.csv?year=2024").content.decode()
        found = list(csv.DictReader(io.StringIO(text)))
        assert [int(row["pledges"]) for row in found] == [row.count for row in chart.rows]
    assert client.get("/progress/nothing.csv").status_code == 404
    assert client.get("/progress/money.csv?year=never").status_code == 400


def test_each_chart_is_a_picture_with_its_finding_figures_and_source(stood, client):
    charts = implementing.charts(implementing.Asked(select("focus=access"), "en"))
    for chart in [*charts, *implementing.sums(implementing.Asked(select("focus=access"), "en"))]:
        response = client.get(f"/progress/{chart.key}.svg?focus=access")
        drawn = ElementTree.fromstring(response.content)
        words = " ".join(" ".join(drawn.itertext()).split())
        assert response["Content-Type"] == "image/svg+xml" and not response.cookies
        said = " ".join(chart.sentence.split())
        assert chart.title in words and said in words and "/progress/?focus=access" in words
        assert words.count(" · ") == (len(chart.rows) if chart.key in filters.NAMES else 0)
    pixels = Image.open(io.BytesIO(client.get("/ar/progress/region.png").content))
    assert (pixels.format, pixels.width) == ("PNG", 1440)
    assert client.get("/progress/nothing.svg").status_code == 404
    assert client.get("/progress/standing.png?as_of=1999-01-01").status_code == 404


@pytest.fixture
def rounds_published(stood, now):
    """Two rounds that published what they found, a year apart; what stands now was not so in the first one."""
    first, last = now - timedelta(days=400), now - timedelta(days=30)
    Standing.objects.update(valid_from=last)
    Standing.objects.bulk_create(
        Standing(pledge=pledge, valid_from=first, valid_to=last, standing="on_track") for pledge in stood
    )
    Revision.objects.filter(pledge__in=stood, n=1).update(valid_from=first)
    made = []
    for slug, at in (("one", first), ("two", last)):
        day = at.date()
        one = Round.objects.create(
            slug=slug, names={"en": f"Round {slug}", "ar": f"جولة {slug}"}, period_start=day, period_end=day, deadline=day,
            state="published", published_at=at, checkpoint="kept/log\n1234\nroot=\n\n— kept/log sig",
        )  # fmt: skip
        one.figures = findings_of(one, at=at)
        one.save()
        made.append(one)
    return made


def test_from_round_to_round_tells_what_each_published_and_of_a_selection_what_its_rows_are(rounds_published, client):
    shown = rounds.published()
    changed, improved = rounds.charts(implementing.Asked(select(), "en"), shown)
    for one, row in zip(rounds_published, changed.rows, strict=True):
        wanted = [sum(one.figures["standing"].get(v, 0) for v in values) for values in outcome.GROUPS.values()]
        assert [piece.count for piece in row.pieces] == wanted
        assert row.count == one.figures["pledges"] == 30
    assert [row.pieces[0].count for row in changed.rows] == [0, 6]
    best = max(improved.rows, key=lambda row: row.pieces[0].share)
    assert (improved.rows[0], improved.rows[0].note) == (best, f"0%, then {round(best.pieces[0].share)}%")
    (selected,) = rounds.charts(implementing.Asked(select("focus=access"), "en"), shown)
    for row in selected.rows:
        assert [behind(piece.url) for piece in row.pieces] == [piece.count for piece in row.pieces]
    assert 0 < selected.rows[1].pieces[0].count < 6
    Round.objects.filter(slug="two").update(state="closed")
    assert [row.value for row in rounds.charts(implementing.Asked(select(), "en"), rounds.published())[0].rows] == [
        "one"
    ]


def test_what_a_round_published_stays_with_the_checkpoint_of_its_moment(rounds_published, client):
    Standing.objects.update(standing="kept")  # whatever comes later
    page = client.get("/progress/rounds/two/").content.decode()
    assert "kept/log<br>1234" in page and "1,234 entries" in page
    two = rounds_published[1]
    for chart in rounds.frozen(two, "en"):
        assert {row.value: row.count for row in chart.rows if row.count} == two.figures[chart.key]
    assert "not said" not in page and two.figures["kinds_of_money"]["spent"] == {"nature": {}, "instrument": {}}
    spent = sum(one["total"] for one in two.figures["money"]["spent"].values())
    assert spent and formats.format_money_short(Decimal(spent) / 100, "USD", "en") in page
    told = client.get("/api/v1/progress/rounds").json()
    assert [one["slug"] for one in told["results"]] == ["two", "one"]
    newest = client.get("/api/v1/progress/rounds/two").json()
    assert newest == told["results"][0] and newest["standing"] == two.figures["standing"]
    assert (newest["log_size"], newest["checkpoint"]) == (1234, two.checkpoint)
    whole = [line for line in newest["money"] if line["stage"] == "spent"]
    assert sum(Decimal(line["amount_usd"]) for line in whole) == Decimal(spent) / 100
    assert client.get("/api/v1/progress/rounds/none").status_code == 404
    assert "جولة two" in client.get("/ar/progress/rounds/two/").content.decode()
    Round.objects.filter(slug="two").update(state="open")
    assert client.get("/fr/progress/rounds/two/").status_code == 404


def test_what_a_round_published_can_be_taken_away_as_it_was(rounds_published, client):
    Standing.objects.update(standing="kept")  # whatever comes later
    two = rounds_published[1]
    for chart in (*rounds.frozen(two, "en"), *rounds.frozen_sums(two, "en")):
        text = client.get(f"/progress/rounds/two/{chart.key}.csv").content.decode()
        lines = chart.rows if isinstance(chart, implementing.Chart) else chart.lines
        wanted = [line.count if isinstance(chart, implementing.Chart) else line.pledges for line in lines]
        assert [int(row["pledges"]) for row in csv.DictReader(io.StringIO(text))] == wanted
        drawn = ElementTree.fromstring(client.get(f"/progress/rounds/two/{chart.key}.svg").content)
        words = " ".join(" ".join(drawn.itertext()).split())
        assert chart.title in words and f"as_of={rounds.day_of(two)}" in words
    assert client.get("/ar/progress/rounds/two/standing.png").content.startswith(b"\x89PNG")
    assert client.get("/progress/rounds/two/nothing.csv").status_code == 404
    assert client.get("/progress/rounds/none/standing.csv").status_code == 404


@pytest.mark.parametrize("from_index", [False, True])
def test_who_owes_most_reports_is_named_only_where_the_coalition_says_so(stood, client, indexed, from_index):
    if from_index:
        indexed()
    assert "Most overdue" not in client.get("/progress/").content.decode()
    assert client.get("/progress/overdue.svg").status_code == 404
    Installation.objects.update_or_create(pk=1, defaults={"names_overdue": True})
    installation.forget()
    page_cache.memory.forget()
    chart = overdue.chart(implementing.Asked(select(), "en"))
    led = Counter(p.lead.slug for n, p in enumerate(stood) if n % 4 == 0)
    assert {row.value: row.count for row in chart.rows} == led
    assert [row.count for row in chart.rows] == sorted(led.values(), reverse=True)
    assert all(behind(row.url) >= row.count for row in chart.rows)
    page = client.get("/progress/").content.decode()
    assert "Most overdue" in page and chart.sentence in unescape(page)
    installation.forget()


def test_programs_are_told_the_figures_of_the_page(stood, client):
    told = client.get("/api/v1/progress?year=2024").json()
    charts = {chart.key: chart for chart in implementing.charts(implementing.Asked(select("year=2024"), "en"))}
    for name in filters.NAMES:
        assert {row["value"]: row["pledges"] for row in told[name]} == {r.value: r.count for r in charts[name].rows}
        assert sum(Decimal(row["share_percent"]) for row in told[name]) == 100
    assert [(row["value"], sum(row["standing"].values())) for row in told["by"]["focus"]] == [
        (row.value, row.count) for row in charts["focus"].rows
    ]
    money, people = implementing.sums(implementing.Asked(select("year=2024"), "en"))
    assert [Decimal(line["amount_usd"]) for line in told["money"]] == [line.amount for line in money.lines]
    assert [line["people"] for line in told["people"]] == [line.amount for line in people.lines]
    stages = [(line["stage"], line["level"]) for line in told["money"] if line["level"] is None]
    assert stages == [("promised", None), ("signed", None), ("spent", None)]
    assert behind(told["standing"][0]["url"]) == told["standing"][0]["pledges"]


def test_programs_ask_of_a_past_day_and_hear_what_they_said_wrongly(stood, client):
    past = client.get("/api/v1/progress?as_of=2020-01-01").json()
    assert (past["as_of"], past["pledges"], past["standing"]) == ("2020-01-01", 0, [])
    assert client.get("/api/v1/progress").json()["pledges"] == 30
    assert client.get("/api/v1/progress?page=2").status_code == 400
    assert client.get("/api/v1/progress?standing=never").status_code == 400


def test_what_does_not_exist_is_said_and_nothing_is_shown(stood, client):
    page = client.get("/progress/?focus=nothing-like-it").content.decode()
    assert "focus=nothing-like-it" in page and 'id="standing"' not in page


def test_an_empty_record_has_a_page(client, db):
    assert client.get("/progress/").status_code == 200


def test_the_counter_says_what_of_the_announced_is_signed_and_spent_and_of_how_much_nothing_is_known(stood, client):
    money = implementing.sums(implementing.Asked(Selection(chosen={"status": ("published",)}), "en"))[0]
    amount, pledges = implementing.unknown(Selection(chosen={"status": ("published",)}))
    figures = {"signed": "committed", "spent": "disbursed"}
    silent = Standing.objects.at().filter(**{f"{stage}_level": "" for stage in figures.values()}).values("pledge")
    named = Revision.objects.public(None).filter(pledge__in=silent, pledge__status="published").exclude(usd_cents=None)
    assert (amount * 100, pledges) == (sum(named.values_list("usd_cents", flat=True)), named.count())
    assert money.lines[0].amount == Decimal(client.get("/api/v1/counter").json()["amount_usd"])
    page = client.get("/counter/").content.decode()
    assert money.sentence in page
    assert f"Nothing is reported about the money of {pledges} pledges" in page


def test_the_first_page_says_what_is_signed_spent_and_not_heard_of(stood, client):
    page = client.get("/").content.decode()
    standing, reporting = (implementing.charts(implementing.Asked(select(), "en"))[n] for n in (0, 2))
    assert standing.sentence in page and 'href="/progress/"' in page
    silent = next(row.count for row in reporting.rows if row.value == "silent")
    url, shown = re.search(r'Of <a href="([^"]+)">(\d+) pledges</a> we have heard nothing', page).groups()
    assert behind(unescape(url)) == int(shown) == silent
    published = Selection(chosen={"status": ("published",)})
    lines = {line.value: line.amount for line in implementing.sums(implementing.Asked(published, "en"))[0].lines}
    signed, spent = (formats.format_money_short(Decimal(lines[name]), "USD", "en") for name in ("signed", "spent"))
    assert f"{signed} is signed and {spent} is spent" in page


def test_a_page_of_a_theme_says_what_became_of_its_pledges_as_the_progress_page_does(stood, client):
    page = client.get("/focus/access/").content.decode()
    panel = page[page.index('id="became"') :]
    counts = {
        row.value: row.count for row in implementing.charts(implementing.Asked(select("focus=access"), "en"))[0].rows
    }
    for look, values, title in implementing.GROUPS:
        n = sum(counts[value] for value in values)
        found = re.search(rf'<rect class="pile-{look}" width="12".*?<a href="([^"]+)".*?>{title}</a> (\d+)', panel)
        assert (int(found[2]), behind(unescape(found[1]))) == (n, n) if n else found is None, look
    assert 'href="/progress/?focus=access"' in panel
    money = implementing.sums(implementing.Asked(select("focus=access"), "en"))[0]
    shown = re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"[^>]*>[^<]+</a></th><td class="number">([^<]+)', panel)
    wanted = [(line.url, formats.format_money_short(Decimal(line.amount), "USD", "en")) for line in money.lines]
    assert [(unescape(url), amount) for url, amount in shown] == wanted and len(wanted) > 3
    assert money.sentence in panel


def test_pages_of_an_organisation_and_a_country_say_what_of_its_money_is_signed_and_spent(stood, organisations, client):
    for address, asked in ((f"/organisations/{organisations[4].slug}/", f"organisation={organisations[4].slug}"),
                           ("/countries/BDI/", "country=BDI")):  # fmt: skip
        page = client.get(address).content.decode()
        assert implementing.sums(implementing.Asked(select(asked), "en"))[0].sentence in page, address
