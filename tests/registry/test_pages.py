"""Every page as a reader meets it, and who may not."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from kept.log.actions import redact
from kept.pledges import actions
from kept.pledges.actions.revising import revise_record
from kept.pledges.content import Partner
from kept.pledges.models import Pledge, Translation, TranslationState

pytestmark = pytest.mark.django_db
PREFIXES = ["", "/fr", "/es", "/ar", "/ru", "/zh-hans"]


def read(client: Client, address: str, status: int = 200, **headers) -> str:
    """The text of a page, without its tags' insides being trusted: entities are resolved."""
    response = client.get(address, headers=headers)
    assert response.status_code == status, f"{address} answered {response.status_code}"
    return unescape(response.content.decode())


def words(html: str) -> str:
    """What a reader sees: no tags, single spaces."""
    without = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)).replace(" .", ".").replace("\u00a0", " ")


@pytest.mark.parametrize("page", ["/", "/pledges/", "/organisations/", "/counter/", "/data/", "/embed/counter/"])
def test_every_page_speaks_six_languages_and_sets_no_cookie(client, public_record, page):
    for prefix in PREFIXES:
        response = client.get(prefix + page)
        assert response.status_code == 200
        assert not response.cookies
        html = response.content.decode()
        assert f'lang="{ {"/zh-hans": "zh-Hans"}.get(prefix, prefix[1:] or "en") }"' in html
        assert html.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\b(src|type)=)|\sstyle=|<form[^>]*post", html)


def test_a_new_installation_says_that_nothing_was_promised_yet(client, db):
    assert "Nothing has been promised here in public yet." in read(client, "/")
    assert "Nothing has been promised here in public yet." in read(client, "/pledges/")
    assert "0 pledges" in words(read(client, "/counter/"))


def test_the_first_page_says_the_figure_what_it_counts_and_what_it_leaves_out(client, public_record, now):
    text = words(read(client, "/"))
    counter = json.loads(read(client, "/api/v1/counter"))
    assert f"{counter['pledges']} pledges by {counter['organisations']} organisations" in text
    assert f"{counter['pledges_without_amount']} pledges name no amount." in text
    assert "could not be converted" in text
    assert "billion US dollars promised" in text
    assert "signed or spent" in text  # and not one figure of it


def test_every_figure_of_the_first_page_leads_to_its_rows(client, public_record):
    html = read(client, "/")
    for address in re.findall(r'class="stat-words"><a[^>]* href="([^"]+)"', html):
        assert client.get(address).status_code == 200, address


def test_the_list_shows_filters_with_the_numbers_of_the_api(client, public_record):
    html = read(client, "/pledges/?focus=access")
    numbers = json.loads(read(client, "/api/v1/pledges?focus=access"))
    text = words(html)
    assert f"{numbers['count']} pledges" in text
    value = r'href="(/pledges/[^"]*)"[^>]*>.*?facet-label">([^<]+)</span><span class="facet-count">(\d+)'
    for address, label, n in re.findall(value, html):
        if "focus=access&year=" in address:
            assert numbers["facets"]["year"][label] == int(n)
    assert re.search(r'class="chip" href="/pledges/"', html)  # the way without it


def test_every_filter_of_a_page_can_be_followed(client, public_record):
    html = read(client, "/pledges/?country=BDI")
    addresses = re.findall(r'class="facet-value" href="([^"]+)"', html)
    assert len(addresses) > 30
    for address in addresses[::6]:
        assert "1 pledge" in words(read(client, address)) or " pledges" in words(read(client, address))


def test_beyond_the_end_is_the_last_page(client, public_record):
    assert words(read(client, "/pledges/?page=99999999999999999999")) == words(read(client, "/pledges/?page=2"))


@pytest.mark.parametrize(
    "query", ["country=XXX", "page=-1", "sort=password", "as_of=0000-99-99", "campaign=any", "year=abc"]
)
def test_a_value_that_does_not_exist_gives_an_empty_page_that_says_so(client, public_record, query):
    text = words(read(client, f"/pledges/?{query}&focus=access"))
    assert "does not exist" in text
    assert query in text
    assert "number 1" not in text  # no pledge is shown
    assert json.loads(read(client, f"/api/v1/pledges?{query}", 400))["errors"][0]["name"] == query.split("=")[0]
    assert client.get(f"/pledges/export.csv?{query}").status_code == 400


def test_where_nothing_matches_the_page_says_what_would(client, public_record):
    text = words(read(client, "/pledges/?q=unfindable&country=BDI"))
    assert "No pledge matches all of this." in text
    assert "Without the words" in text


def test_the_table_shows_the_same_rows(client, public_record):
    as_list, as_table = read(client, "/pledges/?year=2023"), read(client, "/pledges/?year=2023&view=table")
    found = [re.findall(r'href="(/pledges/P-\d+/)"', html) for html in (as_list, as_table)]
    assert found[0] == found[1] != []


# One pledge ---------------------------------------------------------------------------------------------------


def test_the_page_of_a_pledge_says_who_where_when_how_much_and_how_it_is_counted(client, make_pledge):
    pledge = make_pledge("published", amount="1000000", currency="EUR", money_nature="new", announced="2023-06-09")
    html = read(client, f"/pledges/{pledge.reference}/")
    text = words(html)
    for said in (pledge.title, "Lake Networks", "Burundi", "December 2027", "1.0 M EUR", "It counts as one pledge.",
                 "reference rate of the European Central Bank", "announced, which is not the same as spent",
                 "Entry 1 of a public log of 1", "Published."):  # fmt: skip
        assert said in text, said
    data = json.loads(
        re.search(
            r'<script type="application/ld\+json">(.*?)</script>',
            client.get(f"/pledges/{pledge.reference}/").content.decode(),
        )[1]
    )
    assert (data["identifier"], data["name"], data["agent"]["name"]) == (
        pledge.reference,
        pledge.title,
        "Lake Networks",
    )
    assert "@misc{P-00001" in html


def test_a_program_that_asks_for_linked_data_gets_it(client, make_pledge):
    pledge = make_pledge("published")
    page = client.get(f"/pledges/{pledge.reference}/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    data = client.get(f"/pledges/{pledge.reference}/", headers={"Accept": "application/ld+json"})
    assert (page["Content-Type"].split(";")[0], data["Content-Type"]) == ("text/html", "application/ld+json")
    assert data.json()["@id"].endswith(f"/pledges/{pledge.reference}/")


def test_words_of_a_pledge_cannot_become_markup(client, make_pledge):
    nasty = '</script><script>alert(1)</script>"><img src=x onerror=alert(2)>'
    pledge = make_pledge("published", title=nasty, summary=nasty)
    for address in (f"/pledges/{pledge.reference}/", "/pledges/", "/", "/pledges/feed.atom"):
        body = client.get(address).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body


def test_a_number_is_found_however_it_is_spelt_and_for_ever_at_one_address(client, make_pledge):
    pledge = make_pledge("published")
    for spelling in ("p-00001", "P-1", "P-0000001"):
        answer = client.get(f"/pledges/{spelling}/")
        assert (answer.status_code, answer["Location"]) == (301, f"/pledges/{pledge.reference}/")
    for nothing in ("P-00002", "P-99999999", "P-0"):
        assert client.get(f"/pledges/{nothing}/").status_code == 404


def test_the_key_of_a_draft_leads_to_the_public_page_and_before_that_to_nothing(
    client, make_pledge, focal_point, make_person
):
    draft, public = make_pledge("draft", title="Not for strangers"), make_pledge("published")
    assert client.get(f"/pledges/{public.key}/")["Location"] == f"/pledges/{public.reference}/"
    assert client.get(f"/pledges/{draft.key}/").status_code == 404
    for who, status in ((make_person("stranger@example.org"), 404), (focal_point, 200)):
        client.force_login(who)
        answer = client.get(f"/pledges/{draft.key}/")
        assert answer.status_code == status
    assert "This is not public." in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for address in (
        f"/pledges/{draft.key}/receipt.json",
        f"/pledges/{draft.key}/revisions/1.json",
        f"/api/v1/pledges/{draft.key}",
    ):
        assert client.get(address).status_code == 404


def test_a_revision_shows_what_changed_word_by_word_and_the_first_wording_stays(
    client, make_pledge, focal_point, secretary, now
):
    pledge = make_pledge("published", summary="Every public health post is connected by December.")
    before = pledge.current
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    text.content = {**text.content, "summary": "Every private health post is connected by June.", "end": "2028-06"}
    text.save()
    actions.submit_revision(pledge, by=focal_point, at=now, reason="The rains came early.")
    actions.accept_revision(pledge, by=secretary, at=now)
    page = words(read(client, f"/pledges/{pledge.reference}/"))
    assert "Changed: Summary · By when." in page
    assert "“The rains came early.”" in page
    html = read(client, f"/pledges/{pledge.reference}/revisions/2/")
    assert "<del>public</del><ins>private</ins>" in html
    assert "<del>December</del><ins>June</ins>" in html
    first = words(read(client, f"/pledges/{pledge.reference}/revisions/1/"))
    assert "The first wording" in first
    assert before.summary in first
    assert client.get(f"/pledges/{pledge.reference}/revisions/3/").status_code == 404
    assert client.get(f"/pledges/{pledge.key}/revisions/1/")["Location"] == f"/pledges/{pledge.reference}/revisions/1/"


def test_one_that_was_taken_back_or_replaced_stays_readable_and_says_why(client, public_record):
    taken, replaced, new = public_record[5], public_record[7], public_record[8]
    text = words(read(client, f"/pledges/{taken.reference}/"))
    assert "This pledge was taken back." in text
    assert "The money went elsewhere." in text
    assert "counts no more" in text
    html = read(client, f"/pledges/{replaced.reference}/")
    assert "This pledge was replaced." in html
    assert f"/pledges/{new.reference}/" in html
    listed = read(client, "/pledges/") + read(client, "/pledges/?page=2")
    assert f"/pledges/{taken.reference}/" not in listed
    assert f"/pledges/{taken.reference}/" in read(client, "/pledges/?status=withdrawn")


def test_a_delisted_one_says_who_did_it(client, make_pledge, secretary, now):
    pledge = make_pledge("published")
    actions.withdraw(pledge, by=secretary, at=now, reason="It sells something.", delist=True)
    text = words(read(client, f"/pledges/{pledge.reference}/"))
    assert "The secretariat took this pledge from the registry." in text
    assert "It sells something." in text


def test_a_text_that_was_removed_by_law_is_gone_everywhere(client, make_pledge, now):
    pledge = make_pledge("published", summary="Zanzibarcode names a person.")
    with transaction.atomic():
        text = pledge.current
        text.content = {**text.content, "summary": "A clean summary."}
        revise_record(pledge, text, at=now)
    redact(pledge.reference, 1, reason="A court said so.", by="Sana", at=timezone.now())
    assert client.get(f"/pledges/{pledge.reference}/revisions/1.json").status_code == 410
    assert "Zanzibarcode" not in read(client, f"/pledges/{pledge.reference}/revisions/1/", 410)
    for address in (f"/pledges/{pledge.reference}/", f"/pledges/{pledge.reference}/revisions/2/",
                    f"/api/v1/pledges/{pledge.reference}/history"):  # fmt: skip
        assert "Zanzibarcode" not in read(client, address)
    assert "The text of revision 1 was removed by law." in words(read(client, f"/pledges/{pledge.reference}/"))


def test_a_translation_stands_with_its_original_and_says_by_whom(client, make_pledge):
    pledge = make_pledge("published")
    Translation.objects.create(
        pledge=pledge, n=1, language="fr", title="La fibre pour 214 postes de santé", summary="Chaque poste.",
        state=TranslationState.PUBLISHED, written_by_name="Fatou", checked_by_name="Luc",
    )  # fmt: skip
    french, english = (
        words(read(client, f"/fr/pledges/{pledge.reference}/")),
        words(read(client, f"/pledges/{pledge.reference}/")),
    )
    assert "La fibre pour 214 postes de santé" in french
    assert pledge.title in french
    assert "Fatou" in french
    assert "La fibre" not in english
    assert "La fibre" in words(read(client, f"/pledges/{pledge.reference}/?text=fr"))
    assert "La fibre" in words(read(client, "/fr/pledges/"))
    assert "La fibre" not in words(read(client, f"/fr/pledges/{pledge.reference}/?text=en"))


# Organisations ----------------------------------------------------------------------------------------------


def test_only_organisations_that_pledge_in_public_have_a_page(client, make_pledge, make_organisation):
    hidden = make_organisation("Quiet Fund")
    assert hidden.slug == "quiet-fund"
    make_pledge("published")
    assert client.get("/organisations/quiet-fund/").status_code == 404
    assert client.get("/organisations/%00/").status_code == 400
    assert "Quiet Fund" not in read(client, "/organisations/")
    assert "1 organisation" in words(read(client, "/organisations/"))


def test_a_partner_has_a_page_once_it_said_yes(client, make_pledge, make_organisation):
    partner = make_organisation("Asha Trust", country="IND")
    pledge = make_pledge("published", partners=(Partner(partner.pk, "gives rooms"),))
    assert client.get("/organisations/asha-trust/").status_code == 404
    with transaction.atomic():
        pledge.partnerships.update_or_create(organisation=partner, defaults={"state": "confirmed"})
        revise_record(pledge, pledge.current, at=datetime.now(UTC))
    text = words(read(client, "/organisations/asha-trust/"))
    assert pledge.title in text
    assert "0 pledges that it leads" in text or "pledges that it leads 0" in text
    assert json.loads(read(client, "/api/v1/counter"))["organisations"] == 2


def test_a_merged_organisation_leads_to_the_one_that_stays(client, make_pledge, make_organisation, organisation, now):
    stays = make_organisation("Lake Networks International", country="KEN")
    pledge = make_pledge("published")
    organisation.merged_into, organisation.merged_at = stays, now
    organisation.save()
    answer = client.get("/organisations/lake-networks/")
    assert (answer.status_code, answer["Location"]) == (301, "/organisations/lake-networks-international/")
    assert pledge.title in read(client, answer["Location"])
    assert json.loads(read(client, "/api/v1/organisations/lake-networks"))["slug"] == stays.slug
    assert [o["slug"] for o in json.loads(read(client, "/api/v1/organisations"))["results"]] == [stays.slug]


def test_organisations_are_found_filtered_and_sorted(client, public_record):
    listed = json.loads(read(client, "/api/v1/organisations"))
    assert listed["count"] == len(listed["results"]) == 5
    assert [o["slug"] for o in json.loads(read(client, "/api/v1/organisations?q=educ"))["results"]] == [
        "ministere-de-leducation"
    ]
    most = json.loads(read(client, "/api/v1/organisations?sort=pledges"))["results"]
    assert [o["leads"] + o["takes_part"] for o in most] == sorted(
        (o["leads"] + o["takes_part"] for o in most), reverse=True
    )
    assert json.loads(read(client, "/api/v1/organisations?country=BGD&entity_type=government"))["count"] == 0
    assert "1 organisation" in words(read(client, "/organisations/?country=IND"))
    assert "does not exist" in words(read(client, "/organisations/?country=ZZZ"))
    total = sum(o["leads"] for o in listed["results"])
    assert total == json.loads(read(client, "/api/v1/counter"))["pledges"]


# Counter ------------------------------------------------------------------------------------------------------


def test_the_counter_says_how_it_counts_and_what_it_leaves_out(client, public_record):
    counter = json.loads(read(client, "/api/v1/counter"))
    text = words(read(client, "/counter/"))
    for said in (
        "A pledge of several organisations counts once.",
        "What the sum leaves out",
        "Days end at midnight UTC.",
        f"Pledges that name no amount {counter['pledges_without_amount']}",
        "not signed, not spent",
    ):
        assert said in text, said


def test_the_counter_of_a_past_day_is_that_of_its_rows(client, public_record):
    for day in ("2022-12-31", "2024-02-29"):
        counter = json.loads(read(client, f"/api/v1/counter?as_of={day}"))
        assert counter["as_of"] == day
        assert counter["pledges"] == json.loads(read(client, f"/api/v1/pledges?as_of={day}"))["count"]
        assert f"{counter['pledges']} pledges" in words(read(client, f"/counter/?as_of={day}"))
    assert "write it like 2023-12-31" in words(read(client, "/counter/?as_of=yesterday"))


def test_the_history_ends_with_the_counter_and_each_month_is_its_as_of(public_record):
    from calendar import monthrange
    from datetime import date

    from kept.pledges import counting
    from kept.registry.queries import history

    today = counting.counter().as_of
    months = history(today)
    assert (months[-1].pledges, months[-1].amount_usd) == (counting.counter().pledges, counting.counter().amount_usd)
    for month in months[:-1:7]:
        last = date(month.first.year, month.first.month, monthrange(month.first.year, month.first.month)[1])
        then = counting.counter(last)
        assert (month.pledges, month.amount_usd) == (then.pledges, then.amount_usd), month.iso


def test_only_the_embedded_counter_may_be_framed(client, public_record):
    for _again in range(2):  # the second time from memory
        framed, page = client.get("/embed/counter/?theme=dark&size=s"), client.get("/counter/")
        assert "frame-ancestors *" in framed["Content-Security-Policy"]
        assert "X-Frame-Options" not in framed
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert 'data-theme="dark"' in framed.content.decode()


# Bounds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 40), ("/pledges/", 60), ("/pledges/?view=table", 60), ("/organisations/", 20), ("/counter/", 40),
     ("/pledges/P-00003/", 45), ("/organisations/lake-networks/", 110), ("/api/v1/pledges", 55),
     ("/pledges/feed.atom", 20)],
)  # fmt: skip
def test_the_number_of_queries_does_not_follow_the_number_of_rows(client, organisations, address, most):
    from kept.registry import page_cache
    from tests.registry.conftest import put, varied

    texts = varied(organisations, 24)
    put(texts[:12])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    page_cache.memory.forget()
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    put(texts[12:])
    page_cache.memory.forget()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(few) + 1 <= most, (len(few), len(many))


def test_demonstrations_ask_search_engines_to_stay_away(client, public_record):
    from kept.base import installation

    row = installation.installation()
    row.demonstration = True
    row.save()
    installation.forget()
    assert '<meta name="robots" content="noindex">' in read(client, "/")
    assert Pledge.objects.public().exists()
