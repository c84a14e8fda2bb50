"""The form of a report: by link or signed in, without a script, saved as typed, sent when nothing stands against it."""

from __future__ import annotations

import pytest
from django.test import Client

from kept.progress.content import ReportContent
from kept.progress.fields import STEPS
from kept.progress.models import Letter, Report, ReportState

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(make_pledge, make_round) -> str:
    make_pledge("published")
    make_round()
    return f"/report/{Letter.objects.get().token}/"


@pytest.fixture
def reader() -> Client:
    return Client()


def test_the_link_leads_straight_to_the_form_and_opening_it_changes_nothing(link, reader):
    answer = reader.get(link, follow=True)
    assert answer.redirect_chain == [(f"{link}P-00001/write/status/", 302)]
    assert (answer.status_code, Report.objects.count()) == (200, 0)


@pytest.mark.parametrize("step", [step.slug for step in STEPS])
def test_every_page_of_the_form_is_there_in_a_bounded_number_of_queries(link, reader, step, connection_queries):
    seen = {}

    def look():
        seen["answer"] = reader.get(f"{link}P-00001/write/{step}/")

    assert connection_queries(look) <= 22
    assert seen["answer"].status_code == 200


def test_a_wrong_or_expired_link_opens_nothing(link, reader, now):
    assert reader.get("/report/nonsense/").status_code == 404
    Letter.objects.update(revoked_at=now)
    assert reader.get(link).status_code == 410


def test_a_strangers_pledge_is_not_behind_the_link(link, reader, make_pledge):
    make_pledge("published")
    assert reader.get(f"{link}P-00002/").status_code == 404


def test_the_whole_form_without_a_script(link, reader, today):
    base = f"{link}P-00001/write"
    said = {"seen-said": "1.x", "said": "on_track", "seen-summary": "1.x", "summary": "Masts stand."}
    reader.post(f"{base}/status/", {**said, "go": "next"})
    answer = reader.post(
        f"{base}/figures/",
        {"seen-values": "2.x", "values-0-value": "81", "values-0-on": today.isoformat(), "values-0-source": "Register",
         "values-0-counting": "cumulative", "go": "next"},
    )  # fmt: skip
    assert answer.headers["Location"] == f"{base}/money/"
    answer = reader.post(f"{base}/check/", {"go": "send"}, follow=True)
    report = Report.objects.get()
    assert (report.state, ReportContent.from_json(report.content).summary) == (ReportState.SUBMITTED, "Masts stand.")
    assert "Your report has arrived" in answer.content.decode()


def test_what_is_missing_is_said_with_a_link_to_it(link, reader):
    base = f"{link}P-00001/write"
    reader.post(f"{base}/status/", {"seen-said": "1.x", "said": "delayed", "go": "next"})
    answer = reader.post(f"{base}/check/", {"go": "send"})
    assert answer.status_code == 422
    assert f'{base}/status/#field-said_reason"' in answer.content.decode()


def test_autosave_answers_with_the_new_mark_and_what_is_to_be_put_right(link, reader):
    answer = reader.post(
        f"{link}P-00001/save/",
        {"seen-values": "1.x", "values-0-value": "many", "values-0-on": "", "values-0-source": ""},
    ).json()
    assert "Write a number" in answer["fields"]["values"]["errors"]
    answer = reader.post(f"{link}P-00001/save/", {"seen-lessons": "1.x", "lessons": "Roads first."}).json()
    assert (answer["fields"]["lessons"]["errors"], Report.objects.get().content["lessons"]) == ("", "Roads first.")


def test_somebody_elses_words_are_not_overwritten_by_autosave(link, reader):
    reader.post(f"{link}P-00001/save/", {"seen-lessons": "1.x", "lessons": "Roads first."})
    answer = reader.post(f"{link}P-00001/save/", {"seen-lessons": "1.x", "lessons": "Masts first."}).json()
    assert "Roads first." in answer["fields"]["lessons"]["conflict"]
    assert Report.objects.get().content["lessons"] == "Roads first."


def test_after_sending_the_form_is_closed_until_it_is_taken_back(link, reader, today):
    test_the_whole_form_without_a_script(link, reader, today)
    assert reader.get(f"{link}P-00001/write/status/").status_code == 302
    assert reader.post(f"{link}P-00001/save/", {"seen-lessons": "1.x", "lessons": "x"}).status_code == 409
    reader.post(f"{link}P-00001/take-back/")
    assert reader.get(f"{link}P-00001/write/status/").status_code == 200


def test_a_picture_is_evidence_and_only_its_people_get_it(link, reader):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("list.csv", b"post,day\n1,2026-01-01\n", content_type="text/csv")
    reader.post(f"{link}P-00001/write/evidence/", {"upload": upload, "shows": "All posts", "go": "stay"})
    evidence = Report.objects.get().evidence.get()
    answer = reader.get(f"{link}P-00001/files/{evidence.pk}/")
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, 'attachment; filename="list.csv"')


def test_signed_in_one_finds_the_same_under_my_reports(link, sign_in, focal_point):
    client = sign_in(focal_point)
    assert "P-00001" in client.get("/my/reports/").content.decode()
    assert client.get("/my/reports/P-00001/").status_code == 200
    assert client.get("/my/reports/P-00001/write/status/").status_code == 200


def test_handing_over_and_nothing_changed_by_link(link, reader):
    answer = reader.post(f"{link}P-00001/hand-over/", {"email": "other@example.org"}, follow=True)
    assert "handed over" in answer.content.decode()
    answer = reader.post(f"{link}P-00001/unchanged/", follow=True)
    assert "no accepted report yet" in answer.content.decode()
