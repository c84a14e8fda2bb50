"""What readers see: the four statuses, the figures with what supports them, the report, its document; nothing embargoed."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kept.base.lifecycle import NotAllowed
from kept.base.models import HistoryEntry, OutgoingMail
from kept.people.models import Organisation
from kept.pledges.models import RevisionPartner
from kept.progress import actions
from kept.progress.content import Money, People
from kept.progress.findings import kinds_of_money_at
from kept.progress.models import MoneyStage, PartAnswer, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    return Client()


@pytest.fixture
def reported(make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted", value="81", supported="64", said="delayed", said_reason="Two contractors left.")
    return pledge


def test_the_page_of_a_pledge_shows_the_four_side_by_side(reader, reported):
    page = reader.get("/pledges/P-00001/").content.decode()
    for words in (
        "Late. 81 of 214 posts",
        "delayed",
        "documents support 64",
        "documents for 64",
        "Up to date",
        "Two contractors left.",
    ):
        assert words in page
    assert "sessionid" not in reader.cookies


def test_a_pledge_that_nobody_asked_about_shows_as_before(reader, make_pledge):
    make_pledge("published")
    page = reader.get("/pledges/P-00001/").content.decode()
    assert 'id="standing"' not in page


def test_the_page_of_a_report_and_its_document_with_the_logged_hash(reader, reported):
    assert reader.get("/pledges/P-00001/reports/1/").status_code == 200
    body = reader.get("/pledges/P-00001/reports/1.json").content
    assert hashlib.sha256(body).hexdigest() == Report.objects.get().sha256
    assert reader.get("/pledges/P-00001/reports/1/receipt.json").json()["reference"] == "P-00001-R1"
    assert reader.get("/pledges/P-00001/reports/2/").status_code == 404


def test_the_api_gives_standing_and_reports(reader, reported):
    answer = reader.get("/api/v1/pledges/P-00001/reports").json()
    assert (answer["standing"]["standing"], answer["standing"]["headline"]["value"]) == ("late", "81")
    assert [r["reference"] for r in answer["reports"]] == ["P-00001-R1"]
    document = json.loads(reader.get("/pledges/P-00001/reports/1.json").content)
    document.pop("salt")
    assert document.items() <= answer["reports"][0].items()


def test_a_list_of_pledges_shows_bars_in_one_read(reader, reported, make_pledge, connection_queries):
    one = connection_queries(lambda: reader.get("/pledges/"))
    make_pledge("published")
    assert connection_queries(lambda: reader.get("/pledges/?sort=newest")) <= one + 1
    assert "Late. 81 of 214 posts" in reader.get("/pledges/").content.decode()


def test_before_its_day_nothing_of_a_report_is_public(reader, make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round(publishes_in=40)
    make_report(pledge, "accepted", value="81", summary="qwyjibo stands")
    for address in (
        "/pledges/P-00001/",
        "/pledges/",
        "/api/v1/pledges/P-00001/reports",
        "/api/v1/pledges/P-00001/history",
    ):
        body = reader.get(address).content
        assert (b"qwyjibo" in body, b"81 of 214" in body, b'"81' in body) == (False, False, False)
    assert reader.get("/pledges/P-00001/reports/1/").status_code == 404


def test_private_evidence_stays_private_and_public_evidence_is_handed_out(
    reader, make_pledge, make_round, make_report, focal_point, secretary, now
):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "draft")
    for name, public in (("open.csv", True), ("closed.csv", False)):
        upload = SimpleUploadedFile(name, b"a,b\n1,2\n")
        actions.add_evidence(report, upload=upload, public=public, by=focal_point, at=now)
    actions.accept(actions.send(report, by=focal_point, at=now), by=secretary, at=now)
    files = {e.name: e.pk for e in report.evidence.all()}
    page = reader.get("/pledges/P-00001/reports/1/").content.decode()
    assert ("open.csv" in page, "closed.csv" in page) == (True, False)
    codes = {name: reader.get(f"/pledges/P-00001/reports/1/files/{pk}/").status_code for name, pk in files.items()}
    assert codes == {"open.csv": 200, "closed.csv": 404}


def test_questions_that_are_not_public_are_not_shown(reader, make_pledge, make_round, make_report, secretary, now):
    make_pledge("published")
    made = make_round("2026", ask=False)
    actions.set_questions(
        made, [{"key": "cost", "words": {"en": "What did it cost?"}, "public": False}], by=secretary, at=now
    )
    actions.open_round(made, by=secretary, at=now)
    actions.ask_due(now)
    pledge = made.__class__.objects.get().asked.get().pledge
    make_report(pledge, "accepted", answers=(("cost", "qwyjibo"),))
    assert b"qwyjibo" not in reader.get("/pledges/P-00001/reports/1/").content
    assert b"qwyjibo" not in reader.get("/pledges/P-00001/reports/1.json").content


def test_other_peoples_programs_are_told_of_an_accepted_report(make_pledge, make_round, make_report, monkeypatch):
    from kept.progress import telling

    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted")
    key, told = telling.facts(report=report, at=report.published_at)
    assert key == "P-00001-R1:1"
    assert (told["reference"], told["said"], told["level"], told["sha256"]) == (
        "P-00001", "on_track", "self_reported", report.sha256,
    )  # fmt: skip
    assert "@" not in str(told)


def test_an_undated_pledge_is_asked_for_a_date(make_pledge, make_round, sign_in, focal_point):
    make_pledge("published", end="", indicators=())
    make_round()
    page = sign_in(focal_point).get("/my/reports/P-00001/").content.decode()
    assert "This pledge names no date." in page


def test_a_page_says_that_no_date_was_named_that_its_owner_objects_and_the_name_of_that_day(
    reader, make_pledge, make_round, make_report, focal_point, colleague, now
):
    pledge = make_pledge("published", end="", indicators=())
    make_round()
    report = make_report(pledge, "accepted")
    named = report.organisation_name
    Organisation.objects.filter(pk=pledge.lead_id).update(name="Renamed Since")
    page = reader.get("/pledges/P-00001/").content.decode()
    assert ("no date was named" in page, "its owner objects" in page) == (True, False)
    appeal = actions.object_to(pledge, "standing", "The road was closed.", by=focal_point, at=now)
    page = reader.get("/pledges/P-00001/").content.decode()
    assert ("its owner objects" in page, "The road was closed." in page) == (True, True)
    actions.decide_appeal(appeal, uphold=False, by=colleague, at=now, reason="It was open in May.")
    page = reader.get("/pledges/P-00001/").content.decode()
    assert ("The road was closed." in page, "It was open in May." in page) == (True, True)  # the trail stays
    assert named in reader.get("/pledges/P-00001/reports/1/").content.decode()


def test_a_partner_says_whether_the_report_is_right_about_its_part(
    make_pledge, make_round, make_report, make_organisation, make_member, client, now
):
    partner = make_organisation("Mast Builders", country="KEN", entity_type="private-sector")
    outsider = make_member(partner)
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted")
    with pytest.raises(NotAllowed):  # no partner of this pledge
        actions.answer_part(report, partner, agrees=True, by=outsider, at=now)
    RevisionPartner.objects.create(
        revision=pledge.current, organisation=partner, part="builds the masts", confirmed=True
    )
    page = f"/pledges/{pledge.reference}/reports/1/"
    assert "Has not answered yet." in client.get(page).content.decode()
    client.force_login(outsider)
    assert "builds the masts" in client.get("/my/parts/").content.decode()
    said = {"report": report.pk, "organisation": partner.pk, "answer": "no"}
    client.post("/my/parts/", said)  # without words
    assert PartAnswer.objects.count() == 0
    client.post("/my/parts/", said | {"words": "Nine masts, not twelve."})
    shown = client.get(page).content.decode()
    assert ("says that it is not so" in shown, "Nine masts, not twelve." in shown) == (True, True)
    assert client.post("/my/parts/", said).status_code == 404  # nothing waits any more
    actions.answer_part(report, partner, agrees=True, by=outsider, at=now)
    assert "says that it is so" in client.get(page).content.decode()
    assert actions.ask_partners_due(now) == 0  # who has answered is not asked
    verbs = HistoryEntry.objects.filter(subject_kind="report", verb="answer_part").count()
    assert (verbs, PartAnswer.objects.count()) == (2, 1)


def test_partners_are_told_once_that_a_report_waits_and_reminded_once_until_they_answer(
    make_pledge, make_round, make_report, make_organisation, make_member, later, now
):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted")
    builders, painters = (make_organisation(name, country="KEN") for name in ("Mast Builders", "Mast Painters"))
    speakers = [make_member(builders), make_member(painters, email="painter@example.org")]
    for one in (builders, painters):
        RevisionPartner.objects.create(revision=pledge.current, organisation=one, part="masts", confirmed=True)
    RevisionPartner.objects.create(revision=pledge.current, organisation=make_organisation("Others"), confirmed=False)
    mails = OutgoingMail.objects.filter(kind="progress/part")

    def told() -> list[tuple[str, str]]:
        return list(mails.order_by("to", "pk").values_list("to", "state"))

    assert [actions.ask_partners_due(at) for at in (now, now, later(13))] == [2, 0, 0]
    assert told() == sorted((person.email, "queued") for person in speakers)
    assert "P-00001" in mails.first().subject
    actions.answer_part(report, builders, agrees=True, by=speakers[0], at=now)  # the mail that waits does not leave
    assert sorted(told()) == sorted([(speakers[0].email, "cancelled"), (speakers[1].email, "queued")])
    assert [actions.ask_partners_due(at) for at in (later(15), later(16), later(90))] == [1, 0, 0]
    assert mails.filter(to=speakers[1].email).count() == 2


def test_money_stands_in_its_currency_with_its_share_and_in_dollars_of_two_days_and_people_with_what_supports_them(
    make_pledge, make_round, make_report, client, today
):
    pledge = make_pledge("published", amount="2000000", currency="EUR", money_nature="new")
    make_round()
    spent = Money("disbursed", "500000", "EUR", "new", "grant", today.isoformat())
    signed = Money("committed", "800000", "EUR", "new", "grant", today.isoformat())
    make_report(pledge, "accepted", money=(signed, spent), people=People(900, 500, 400, (("youth", 100),), "Lists."))
    MoneyStage.objects.update(usd_cents=54_000_000, usd_cents_then=54_120_000)
    assert kinds_of_money_at(None) == {
        "signed": {"nature": {"new": 54_000_000}, "instrument": {"grant": 54_000_000}},
        "spent": {"nature": {"new": 54_000_000}, "instrument": {"grant": 54_000_000}},
    }
    page = client.get(f"/pledges/{pledge.reference}/reports/1/").content.decode()
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for words in ("500,000 EUR", "25%", "540,000 USD at the rate of the pledge’s day", "541,200 USD at the rate of the day of payment",
                  "900 · women: 500 · men: 400", "youth: 100", "Lists. · said by its owner"):  # fmt: skip
        assert words.casefold() in shown.casefold(), words
    shown = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/pledges/{pledge.reference}/").content.decode()).split())
    for words in ("500,000 EUR spent 25%", "540,000 USD at the rate", "541,200 USD at the rate of the day of payment"):
        assert words in shown, words
