"""Saved as typed: one field at a time, answered with what the page shows."""

from __future__ import annotations

import pytest

from kept.people.models import Role
from kept.pledges.content import PledgeContent
from kept.pledges.forms import BY_SLUG, Sheet, StepForm
from kept.pledges.forms.steps import STEP_OF
from kept.pledges.models import Pledge


@pytest.fixture
def focal(client, focal_point):
    client.force_login(focal_point)
    return client


def content_of(pledge) -> PledgeContent:
    pledge.working.refresh_from_db()
    return PledgeContent.from_json(pledge.working.content)


def mark(pledge, name, person) -> str:
    pledge = Pledge.objects.select_related("working").get(pk=pledge.pk)
    return StepForm(Sheet(pledge, pledge.working, person, "en"), BY_SLUG[STEP_OF[name]]).mark(name)


def send(client, pledge, seen: dict[str, str], language: str = "", **sent):
    marks = {f"seen-{name}": value for name, value in seen.items()}
    return client.post(f"{language}/pledges/{pledge.key}/save/", {**marks, **sent})


def test_one_field_is_saved_and_gets_a_new_mark(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"title": mark(pledge, "title", focal_point)}, title="Fibre to 300 posts").json()
    assert content_of(pledge).title == "Fibre to 300 posts"
    assert answer["version"] == 2
    assert answer["fields"]["title"] == {"errors": "", "seen": mark(pledge, "title", focal_point), "conflict": ""}
    assert "seen" not in answer["fields"]["summary"]


def test_what_cannot_be_read_is_kept_and_what_to_do_comes_back(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"end": mark(pledge, "end", focal_point)}, end="soon").json()
    assert "This is no date that can be read" in answer["fields"]["end"]["errors"]
    pledge.working.refresh_from_db()
    assert pledge.working.typed == {"end": "soon"}


def test_what_follows_from_two_fields_comes_back_beside_the_other(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"start": mark(pledge, "start", focal_point)}, start="2030").json()
    assert "The end lies before the start." in answer["fields"]["end"]["errors"]


def test_what_is_only_missing_is_no_error_while_one_writes(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"title": mark(pledge, "title", focal_point)}, title="").json()
    assert answer["fields"]["title"]["errors"] == ""
    assert content_of(pledge).title == ""


def test_somebody_elses_words_are_not_overwritten(focal, focal_point, make_member, organisation, make_pledge, client):
    pledge = make_pledge("draft")
    seen = mark(pledge, "title", focal_point)
    send(focal, pledge, {"title": seen}, title="First")
    client.force_login(make_member(organisation, Role.CONTRIBUTOR, email="ben@example.org"))
    answer = send(client, pledge, {"title": seen}, title="Second").json()["fields"]["title"]
    assert "focal" in answer["conflict"]
    assert "First" in answer["conflict"]
    assert "Second" in answer["conflict"]
    assert "seen" not in answer
    assert content_of(pledge).title == "First"


def test_the_same_save_twice_is_one(focal, focal_point, make_pledge):
    """A connection that breaks after the server has saved: the browser sends it again."""
    pledge = make_pledge("draft")
    seen = {"title": mark(pledge, "title", focal_point)}
    first = send(focal, pledge, seen, title="Once").json()
    second = send(focal, pledge, seen, title="Once").json()
    assert second["fields"]["title"]["conflict"] == ""
    assert first["version"] == second["version"]


def test_an_amount_sets_its_currency_and_shows_its_dollars(focal, focal_point, make_pledge):
    pledge = make_pledge("draft", announced="2023-06-09")
    answer = send(focal, pledge, {"amount": mark(pledge, "amount", focal_point)}, amount="EUR 2 million").json()
    assert answer["fields"]["currency"]["set"] == "EUR"
    assert "2.2 M USD at the rate of 9 June 2023" in answer["parts"]["usd"].replace("\xa0", " ")


def test_a_missing_rate_is_said_not_guessed(focal, focal_point, make_pledge):
    pledge = make_pledge("draft", announced="2023-06-09", currency="BIF", money_nature="new")
    answer = send(focal, pledge, {"amount": mark(pledge, "amount", focal_point)}, amount="2000000").json()
    assert "there is no rate for that day" in answer["parts"]["usd"]


def test_advice_follows_what_is_written(focal, focal_point, make_pledge):
    pledge = make_pledge("draft", indicators=())
    before = send(focal, pledge, {"end": mark(pledge, "end", focal_point)}, end="").json()["parts"]["advice"]
    after = send(focal, pledge, {"end": mark(pledge, "end", focal_point)}, end="June 2028").json()["parts"]["advice"]
    assert "Say by when it will be done." in before
    assert "Say by when it will be done." not in after


def test_what_a_group_stands_for_is_explained(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"targets": mark(pledge, "targets", focal_point)}, targets=["sids"]).json()
    assert "Tuvalu" in answer["parts"]["stand-for"]


def test_a_table_is_saved_whole(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    sent = {
        "indicators-0-name": "Posts",
        "indicators-0-target": "1 200",
        "indicators-3-name": "Girls",
        "indicators-headline": "3",
    }
    send(focal, pledge, {"indicators": mark(pledge, "indicators", focal_point)}, "/fr", **sent)
    assert [(i.name, i.target, i.headline) for i in content_of(pledge).indicators] == [
        ("Posts", "1200", False),
        ("Girls", "", True),
    ]


def test_fields_of_several_steps_are_saved_in_one_go(focal, focal_point, make_pledge):
    """What waited on a device without a connection."""
    pledge = make_pledge("draft")
    seen = {name: mark(pledge, name, focal_point) for name in ("title", "occasion", "contact_phone")}
    send(focal, pledge, seen, title="A", occasion="Kigali", contact_phone="+257 22")
    content = content_of(pledge)
    pledge.refresh_from_db()
    assert (content.title, content.occasion, pledge.contact_phone) == ("A", "Kigali", "+257 22")


def test_a_script_comes_back_as_text(focal, focal_point, make_pledge):
    pledge = make_pledge("draft")
    answer = send(focal, pledge, {"end": mark(pledge, "end", focal_point)}, end="<script>alert(1)</script>")
    assert "<script>" not in answer.json()["fields"]["end"]["errors"]


@pytest.mark.parametrize("state", ["submitted", "accepted", "declined", "withdrawn"])
def test_what_nobody_may_write_in_now_says_so(focal, make_pledge, state):
    answer = send(focal, make_pledge(state), {"title": "1.a"}, title="X")
    assert answer.status_code == 409
    assert answer.json()["message"] == "This pledge is being reviewed. Take it back before you change it."


def test_only_a_post_saves(focal, make_pledge):
    assert focal.get(f"/pledges/{make_pledge('draft').key}/save/").status_code == 405


def test_a_forged_request_saves_nothing(focal_point, make_pledge):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(focal_point)
    pledge = make_pledge("draft")
    assert send(strict, pledge, {"title": "1.a"}, title="Forged").status_code == 403
    assert content_of(pledge).title != "Forged"
