"""The desk: a round from its plan to its findings, a report to its decision, objections, the same money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kept.base.lifecycle import NotAllowed
from kept.base.models import HistoryEntry
from kept.progress import actions, queries
from kept.progress.models import (
    Appeal,
    Asked,
    Definition,
    OtherEntry,
    Report,
    ReportState,
    Round,
    RoundState,
    SameMoney,
    Standing,
    Verification,
)

pytestmark = pytest.mark.django_db


def test_a_round_is_planned_with_a_question_and_opened(desk, make_pledge, today):
    make_pledge("published")
    plan = {
        "slug": "2026", "name_en": "Reporting 2026", "name_fr": "Rapports 2026",
        "period_start": (today - timedelta(days=365)).isoformat(), "period_end": today.isoformat(),
        "deadline": (today + timedelta(days=30)).isoformat(), "reminders": "-7, 1",
    }  # fmt: skip
    assert desk.post("/desk/rounds/new/", plan).headers["Location"] == "/desk/rounds/2026/"
    desk.post(
        "/desk/rounds/2026/question/",
        {"key": "roads", "kind": "yes_no", "words_en": "Is there a road?", "public": "on"},
    )
    page = desk.get("/desk/rounds/2026/").content.decode()
    assert ("Is there a road?" in page, "1 pledge" in page) == (True, True)
    desk.post("/desk/rounds/2026/move/", {"move": "open"})
    found = Round.objects.get()
    assert (found.state, found.reminders, found.names["fr"]) == (RoundState.OPEN, [-7, 1], "Rapports 2026")


def test_a_round_whose_days_do_not_follow_each_other_is_refused(desk, today):
    plan = {"slug": "x", "name_en": "X", "period_start": today.isoformat(), "period_end": today.isoformat(),
            "deadline": (today - timedelta(days=1)).isoformat(), "reminders": "1"}  # fmt: skip
    answer = desk.post("/desk/rounds/new/", plan)
    assert (answer.status_code, Round.objects.count()) == (422, 0)


def test_the_desk_sees_who_answered_and_has_one_gesture_for_each(desk, make_pledge, make_round, today):
    make_pledge("published")
    make_round()
    for show in ("", "waiting", "late", "answered", "unreachable", "writing"):
        assert desk.get(f"/desk/rounds/2026/?show={show}").status_code == 200
    assert desk.get("/desk/rounds/2026/?show=nonsense").status_code == 404
    asked = f"/desk/rounds/2026/asked/{Asked.objects.get().pk}/"
    desk.post(asked, {"do": "remind"})
    desk.post(asked, {"do": "extend", "until": (today + timedelta(days=90)).isoformat()})
    desk.post(asked, {"do": "hand_over", "email": "other@example.org"})
    found = Asked.objects.get()
    assert (found.due, found.letters.count()) == (today + timedelta(days=90), 2)
    assert "other@example.org" in desk.get(asked).content.decode()


def test_the_list_of_a_round_takes_a_fixed_number_of_queries(desk, make_pledge, make_round, connection_queries):
    make_pledge("published")
    make_round("2025")
    one = connection_queries(lambda: desk.get("/desk/rounds/2025/"))
    for _ in range(3):
        make_pledge("published")
    make_round("2026")
    assert connection_queries(lambda: desk.get("/desk/rounds/2026/")) <= one


def test_a_report_is_accepted_on_the_desk_with_what_documents_support(desk, make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    report.evidence.create(name="Photographs", url="https://example.org/")
    assert "Health posts connected" in desk.get("/desk/reports/").content.decode()
    desk.post(f"/desk/reports/{report.key}/decide/", {"decision": "accept", "supported-0": "64"})
    row = Report.objects.get().values.get()
    assert (row.supported, row.level, Report.objects.get().state) == (64, "self_reported", ReportState.PUBLISHED)
    assert desk.get(f"/desk/reports/{report.key}/").status_code == 200


def test_the_reports_to_check_are_found_by_words_of_title_reference_and_owner(
    desk, make_pledge, make_round, make_report
):
    pledges = [make_pledge("published", title=title) for title in ("Masts for ferries", "Lamps for schools")]
    make_round()
    for pledge in pledges:
        make_report(pledge, "submitted")

    def found(q: str) -> list[str]:
        lines = desk.get("/desk/reports/", {"q": q}).context["lines"]
        return [line["report"].pledge.title for line in lines]

    assert found("") == ["Masts for ferries", "Lamps for schools"]
    assert (found("masts"), found("P-2"), found("schools lamps")) == (
        ["Masts for ferries"],
        ["Lamps for schools"],
        ["Lamps for schools"],
    )
    page = desk.get("/desk/reports/", {"q": "neither"}).content.decode()
    assert "No report has all of these words." in page


def test_a_report_is_asked_back_and_refused_with_a_reason(desk, make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    decide = f"/desk/reports/{report.key}/decide/"
    desk.post(decide, {"decision": "ask_back", "reason": ""})
    assert Report.objects.get().state == ReportState.SUBMITTED
    desk.post(decide, {"decision": "ask_back", "reason": "Which register?"})
    desk.post(f"/desk/reports/{report.key}/say/", {"text": "Called them.", "internal": "on"})
    assert "Which register?" in desk.get(f"/desk/reports/{report.key}/?show=back").content.decode()
    desk.post(decide, {"decision": "refuse", "reason": "Not theirs."})
    assert Report.objects.get().state == ReportState.REFUSED


def test_a_verifier_states_interest_and_scope_or_nothing_is_taken(desk, client, make_pledge, make_round, make_report):
    from django.test import Client

    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted", value="81", supported="81")
    ask = {"verifier": "Vera Prüfer", "organisation": "Audit Office", "email": "vera@example.org"}
    desk.post(f"/desk/reports/{report.key}/verifier/", ask)
    page = f"/verify/{Verification.objects.get().token}/"
    reader = Client()
    found = {"has_interest": "no", "outcome": "confirmed", "found-0": "81"}
    assert reader.get(page).status_code == 200
    assert reader.post(page, found).status_code == 422
    reader.post(page, {**found, "scope": "Twelve posts of 81, visited in May."})
    report.refresh_from_db()
    assert (report.revision, report.values.get().level, Standing.objects.at().get().level) == (
        2,
        "verified",
        "verified",
    )
    assert reader.post(page, {**found, "scope": "Again."}).status_code == 422


def test_a_verifier_with_an_interest_raises_no_level(make_pledge, make_round, make_report, secretary, now):
    from decimal import Decimal

    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted", value="81", supported="81")
    asked = actions.ask_verifier(report, verifier="Vera", email="vera@example.org", by=secretary, at=now)
    actions.verify(
        asked, has_interest=True, interest="Her brother builds the masts.", scope="All", outcome="confirmed",
        figures={"Health posts connected": Decimal(81)}, statement="", at=now,
    )  # fmt: skip
    assert report.values.get().level == "documented"


def test_an_objection_is_shown_at_once_and_somebody_else_decides(
    desk, secretary, colleague, focal_point, make_pledge, make_round, make_report, now
):
    from kept.base.lifecycle import NotAllowed

    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted")
    appeal = actions.object_to(pledge, "standing", "The road was closed.", by=focal_point, at=now)
    assert Standing.objects.at().get().objected is True
    assert "a colleague decides" in desk.get("/desk/objections/").content.decode()
    with pytest.raises(NotAllowed):
        actions.decide_appeal(appeal, uphold=True, by=secretary, at=now, reason="True.")
    actions.decide_appeal(appeal, uphold=False, by=colleague, at=now, reason="It was open in May.")
    assert (Standing.objects.at().get().objected, Appeal.objects.get().state) == (False, "rejected")
    assert "It was open in May." in desk.get("/desk/objections/").content.decode()


def test_the_same_money_is_flagged_with_reasons_decided_by_a_person_and_counted_once(desk, make_pledge):
    money = {"amount": "1000000", "currency": "USD", "money_nature": "new"}
    one, two = make_pledge("published", **money), make_pledge("published", **money)
    make_pledge("published", title="Something else altogether", **(money | {"amount": "7"}))
    desk.post("/desk/same-money/")
    desk.post("/desk/same-money/")
    flag = SameMoney.objects.get()
    assert (flag.pledge, flag.other, flag.why) == (two, one, ["same_amount", "same_lead", "same_words"])
    assert "the same organisation" in desk.get("/desk/same-money/").content.decode()
    desk.post(f"/desk/same-money/{flag.pk}/", {"decision": "same", "counts": str(one.pk), "reason": "One grant."})
    assert queries.counted_elsewhere([one.pk, two.pk]) == {two.pk}
    assert queries.counted_elsewhere() == {two.pk}


LIST = """Organisation;Title;Amount;Currency;Year;URL
Lake Networks;Health posts online by the lake;{same};USD;{year};https://other.example.org/1
Lake Networks;Something quite different;1;EUR;{year};https://other.example.org/2
Mountain Networks;Health posts online by the lake;{same};USD;{year};
Mountain Networks;Roads;{same};USD;{year};https://other.example.org/4
Nobody;A bridge;12 apples;EUR;{year};
Nobody;A bridge;7;DUCATS;{year};
;A bridge;7;EUR;when;ftp://no
"""


def test_another_registrys_list_is_read_and_the_same_money_is_decided_about_and_counted_once(desk, make_pledge, client):
    from kept.registry import implementing
    from kept.registry.selection import Selection

    pledge = make_pledge("published", amount="2500000", currency="USD", money_nature="new")
    lead, title = pledge.lead.name, pledge.title

    def read(text: str):
        text = text.replace("Lake Networks", lead).replace("Health posts online by the lake", title)
        file = SimpleUploadedFile(
            "list.csv", text.format(same="2 500 000", year=datetime.now(UTC).year).encode(), "text/csv"
        )
        return desk.post(
            "/desk/other-registries/", {"name": "Other Registry", "url": "other.example.org", "list": file}
        )

    page = read(LIST).content.decode()
    assert ("4 entries read" in page, "2 pledges may be" in page) == (True, True)
    assert ("12 apples" in page, "DUCATS" in page, "This is empty." in page, "Write a year" in page) == (True,) * 4
    flags = list(SameMoney.objects.order_by("pk").values_list("registry", "registry_id", "why"))
    assert flags == [
        ("Other Registry", "https://other.example.org/1", ["same_amount", "same_lead", "same_words", "same_year"]),
        ("Other Registry", OtherEntry.objects.get(url="", title=title).reference, ["same_amount", "same_words", "same_year"]),
    ]  # fmt: skip
    read(LIST.replace("A bridge", "A bridge too"))
    assert (SameMoney.objects.count(), OtherEntry.objects.count()) == (2, 4)  # twice is once
    assert "the same organisation" in desk.get("/desk/same-money/").content.decode()

    def money() -> list[tuple[str, int]]:
        sums = implementing.sums(implementing.Asked(Selection(), "en"))[0]
        return [(line.value, line.pledges) for line in sums.lines if line.value in ("promised", "elsewhere")]

    first, second = SameMoney.objects.order_by("pk")
    assert money() == [("promised", 1)]
    desk.post(f"/desk/same-money/{second.pk}/", {"decision": "same", "counts": str(pledge.pk), "reason": "Ours."})
    assert (queries.counted_elsewhere(), money()) == (set(), [("promised", 1)])
    desk.post(
        f"/desk/same-money/{first.pk}/", {"decision": "same", "counts": "there", "reason": "Pledged there first."}
    )
    assert (queries.counted_elsewhere(), money()) == ({pledge.pk}, [("promised", 1), ("elsewhere", 1)])
    shown = client.get(f"/pledges/{pledge.reference}/").content.decode()
    assert ("Pledged there first." in shown, "https://other.example.org/1" in shown) == (True, True)
    rows = client.get("/pledges/?same_money=elsewhere").content.decode()
    assert pledge.title in rows


def test_an_indicator_gets_a_definition_and_only_figures_of_one_are_added(
    desk, make_pledge, make_round, make_report, focal_point, client
):
    one, two = make_pledge("published"), make_pledge("published")
    make_round()
    make_report(one, "accepted", value="81")
    make_report(two, "accepted", value="19")
    words = {"name_en": "Health posts online", "name_fr": "Postes de santé en ligne", "unit": "Posts",
             "counting": "cumulative", "baseline_year": "2020", "how": "Posts with a working line."}  # fmt: skip
    made = desk.post("/desk/indicators/new/", words)
    assert made.headers["Location"] == "/desk/indicators/health-posts-online/"
    page = "/desk/indicators/health-posts-online/"
    assert "Health posts connected" in desk.get(page).content.decode()
    assert queries.sum_of(Definition.objects.get()).pledges == 0
    desk.post(page, {"do": "give", "indicator": "Health posts connected"})
    found = queries.sum_of(Definition.objects.get())
    assert (found.total, found.pledges, found.unit) == (100, 2, "Posts")
    assert "2 pledges report 100 Posts together" in desk.get(page).content.decode()
    told = client.get("/api/v1/progress/indicators").json()["results"]
    assert [(one["slug"], one["total"], one["pledges"], one["levels"]) for one in told] == [
        ("health-posts-online", "100", 2, {"self_reported": "100"})
    ]
    assert client.get("/api/v1/progress/indicators?as_of=2020-01-01").json()["count"] == 0
    assert 'href="/progress/indicators/health-posts-online/"' in client.get("/progress/indicators/").content.decode()
    assert 'href="/progress/indicators/"' in client.get("/progress/").content.decode()
    shown = client.get("/fr/progress/indicators/health-posts-online/").content.decode()
    assert ("Postes de santé en ligne" in shown, one.reference in shown, two.reference in shown) == (True, True, True)
    refused = desk.post(page, words | {"unit": "schools"}).content.decode()
    assert ("stay as they are" in refused, Definition.objects.get().unit) == (True, "Posts")
    desk.post(page, words | {"how": "Posts with a line that works."})
    desk.post(page, {"do": "take", "indicator": "Health posts connected"})
    assert (Definition.objects.get().how, queries.sum_of(Definition.objects.get()).pledges) == (
        "Posts with a line that works.", 0
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.give_definition(Definition.objects.get(), ["Health posts connected"], by=focal_point, at=None)
    verbs = HistoryEntry.objects.filter(subject_kind="definition").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["define", "give", "change", "take"]


def test_support_is_kept_until_a_later_report_no_longer_asks_for_it(desk, make_pledge, make_round, make_report, later):
    needy, content = make_pledge("published"), make_pledge("published")
    make_round("2025")
    make_report(needy, "accepted", support="Two engineers who know masts.")
    make_report(content, "accepted")
    asked = queries.support_asked_for()
    assert [(report.pledge, report.support) for report in asked] == [(needy, "Two engineers who know masts.")]
    assert "Two engineers who know masts." in desk.get("/desk/support/").content.decode()
    make_round("2026")
    make_report(needy, "accepted", value="90", at=later(1))
    assert list(queries.support_asked_for()) == []
    assert "No report asks for support." in desk.get("/desk/support/").content.decode()
