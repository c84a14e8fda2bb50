"""Who speaks from afar tries camera, microphone and line; the result is kept with its day and judged by one table."""

from __future__ import annotations

import pytest

from kept.meetings.actions import inviting, speaking
from kept.meetings.connection import Measured, Verdict, findings, overall
from kept.meetings.models import ConnectionTest, Session, Speaking
from kept.meetings.permissions import SpeakerByLink
from kept.people.models import Link
from tests.meetings.test_pages import text_of

DESK = "/desk/meetings/annual-meeting/speakers/"


@pytest.fixture
def page(programme, secretary, now):
    """The page of somebody who speaks from afar."""
    role = inviting.enter_speaker(
        Session.objects.get(titles__en="Displaced people"), "panellist", name="Odile Marchfield",
        email="odile@example.org", language="en", remote=True, by=secretary, at=now,
    )  # fmt: skip
    inviting.invite(programme, role.profile, by=secretary, at=now)
    speaking.confirm_role(role, by=SpeakerByLink(role.profile_id), at=now)
    return f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Measured("works", "works", 20_000, 5_000, 40), Verdict.GOOD),
        (Measured("works", "works", 20_000, 700, 40), Verdict.ENOUGH),
        (Measured("works", "works", 20_000, 599, 40), Verdict.POOR),
        (Measured("works", "works", 20_000, 5_000, 801), Verdict.POOR),
        (Measured("works", "fails", 20_000, 5_000, 40), Verdict.POOR),
        (Measured("works", "works", 20_000, None, 40), Verdict.UNKNOWN),
        (Measured("unknown", "fails", None, None, None), Verdict.POOR),
    ],
)
def test_the_weakest_decides_and_what_was_not_measured_is_not_good(found, verdict):
    assert overall(found) == verdict
    assert len(list(findings(found))) == 5


@pytest.mark.django_db
def test_the_result_is_kept_with_its_day_and_the_team_sees_it(client, desk, page):
    assert "Connection test" in text_of(desk.get(DESK)), "it is missing"
    client.post(page + "connection/", {"camera": "works", "microphone": "works", "down": 18_400, "up": 650, "trip": 38},
                HTTP_USER_AGENT="Some browser")  # fmt: skip
    kept = ConnectionTest.objects.get()
    assert (kept.measured, kept.browser) == (Measured("works", "works", 18_400, 650, 38), "Some browser")
    for text in (text_of(client.get(page + "connection/")), text_of(desk.get(f"{DESK}{kept.profile_id}/"))):
        assert "just enough" in text
        assert "18.4 Mbit/s good" in text
    missing = desk.get(DESK).context["lines"]
    assert "Connection test" not in next(one["missing"] for one in missing if one["name"] == "Odile Marchfield")


@pytest.mark.django_db
def test_without_a_script_the_answers_are_given_and_nothing_counts_as_measured(client, page):
    client.post(page + "connection/", {"camera": "works", "microphone": "works"})
    assert overall(ConnectionTest.objects.get().measured) == Verdict.UNKNOWN
    assert client.post(page + "connection/", {"camera": "works", "microphone": "works", "up": -1}).status_code == 200
    assert client.post(page + "connection/", {"camera": "perhaps", "microphone": "works"}).status_code == 200
    assert ConnectionTest.objects.count() == 1


@pytest.mark.django_db
def test_camera_and_microphone_are_allowed_on_this_page_alone(client, page):
    assert [client.get(page + step)["Permissions-Policy"][:15] for step in ("connection/", "")] == [
        "camera=(self), ", "camera=(), geol",
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_bytes_are_bounded_and_counted(client, page):
    address = page + "connection/data"
    assert [len(client.get(address, {"n": n}).content) for n in ("1000", "x", "99999999999")] == [1000, 1, 4 * 2**20]
    sent = client.post(address, b"0" * 1000, content_type="application/octet-stream")
    assert sent.json() == {"bytes": 1000}
    assert client.post(address, b"0" * (4 * 2**20 + 1), content_type="application/octet-stream").status_code == 413
    assert client.get(address.replace("/connection", "x/connection")).status_code == 404


@pytest.mark.django_db
def test_who_comes_in_person_is_asked_for_no_test(client, page):
    assert "connection/" in client.get(page).content.decode()
    Speaking.objects.get().profile.roles.update(remote=False)
    assert client.get(page + "connection/").status_code == 404
    assert "connection/" not in client.get(page).content.decode()


@pytest.mark.django_db
def test_the_ten_newest_are_kept(client, page):
    for up in range(12):
        client.post(page + "connection/", {"camera": "works", "microphone": "works", "up": up})
    assert list(ConnectionTest.objects.values_list("up", flat=True)) == list(range(11, 1, -1))
