"""Saved searches: told once of what is new, by mail that one confirmed, never of what is not public."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import QueryDict

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.people.models import Link
from kept.pledges import actions as pledges
from kept.pledges.content import PledgeContent
from kept.registry import actions, guard, watching
from kept.registry.models import NewPledge, SavedSearch
from kept.registry.selection import Selection
from tests.registry.conftest import put, varied

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nobody_has_asked_before():
    guard.forms.forget()


def asking(query: str) -> Selection:
    return Selection.from_query(QueryDict(query))


@pytest.fixture
def reader(make_person):
    return make_person("reader@example.org")


@pytest.fixture
def watch(reader, now):
    def made(query="country=BDI", frequency="at_once", by=None):
        return actions.save_search(asking(query), at=now, frequency=frequency, by=by or reader)

    return made


@pytest.fixture
def revise(focal_point, secretary):
    """The owner changes a public pledge, the secretariat publishes the change."""

    def made(pledge, at, **changes) -> None:
        text = pledges.begin_revision(pledge, by=focal_point, at=at)
        text.content = PledgeContent.from_json(text.content).with_(**changes).to_json()
        text.save(update_fields=["content"])
        pledges.submit_revision(pledge, by=focal_point, at=at, reason="More than was promised.")
        pledges.accept_revision(pledge, by=secretary, at=at)

    return made


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="registry/search_found").order_by("pk"))


def test_a_new_match_is_told_once(watch, make_pledge, now):
    watch()
    make_pledge("published", title="A cable to Gitega")
    make_pledge("published", title="A cable to Rabat", targets=("MAR",))
    assert watching.tell_due(now + LATER) == 1
    assert watching.tell_due(now + 2 * LATER) == 0
    (mail,) = mails()
    assert mail.subject == "1 new pledge: Burundi"
    assert "A cable to Gitega" in mail.text
    assert "Rabat" not in mail.text
    assert "/pledges/?country=BDI" in mail.text


def test_what_was_there_before_is_not_new(watch, make_pledge, now):
    make_pledge("published")
    watch()
    assert watching.tell_due(now + LATER) == 0


def test_a_pledge_that_comes_to_match_by_a_revision_is_new(watch, make_pledge, revise, now):
    """Who watches Morocco is told of a pledge that names it since its revision; who watched it before is not told again."""
    pledge = make_pledge("published", title="A cable to Gitega")
    watch("country=MAR")
    watch("q=cable")
    revise(pledge, now, targets=("BDI", "MAR"))
    assert watching.tell_due(now + LATER) == 1
    (mail,) = mails()
    assert mail.subject == "1 new pledge: Morocco"
    revise(pledge, now + LATER, title="A cable to Gitega and Rabat")
    assert watching.tell_due(now + timedelta(days=1)) == 0


def test_published_and_revised_before_the_mail_is_told_once(watch, make_pledge, revise, now):
    watch()
    revise(make_pledge("published", title="A cable to Gitega"), now, title="Two cables to Gitega")
    assert watching.tell_due(now + LATER) == 1
    (mail,) = mails()
    assert mail.text.count("Two cables to Gitega") == 1


def test_words_are_searched_as_on_the_page(watch, make_pledge, now):
    watch("q=gitega")
    make_pledge("published", title="A cable to Gitega")
    make_pledge("published", title="A cable to Rabat")
    assert watching.tell_due(now + LATER) == 1
    assert "Rabat" not in mails()[0].text


def test_a_daily_mail_gathers_what_came_meanwhile(watch, make_pledge, now):
    watch(frequency="daily")
    make_pledge("published", title="First")
    watching.tell_due(now + LATER)
    make_pledge("published", title="Second")
    make_pledge("published", title="Third")
    assert watching.tell_due(now + timedelta(hours=23)) == 0
    assert watching.tell_due(now + timedelta(hours=25)) == 1
    assert ("Second" in mails()[1].text, "Third" in mails()[1].text, "First" in mails()[1].text) == (True, True, False)


def test_an_import_that_publishes_tells_nobody(watch, make_organisation, now):
    watch("q=number")
    put(varied([make_organisation("Imported Fund"), make_organisation("Other Fund")], 5))
    assert (NewPledge.objects.count(), watching.tell_due(now + LATER)) == (0, 0)


def test_nothing_is_told_before_it_is_public_and_then_at_its_announcement(watch, make_pledge, secretary, now):
    watch("")
    hidden = [make_pledge(s, title="Qwyjibo") for s in ("draft", "submitted", "declined", "embargoed", "accepted")]
    assert watching.tell_due(now + LATER) == 0
    pledges.announce_pledge(hidden[3], by=secretary, at=now)
    assert watching.tell_due(now + 2 * LATER) == 1
    assert mails()[0].text.count("Qwyjibo") == 1


def test_what_was_taken_back_before_the_mail_is_not_told(watch, make_pledge, focal_point, now):
    watch()
    pledge = make_pledge("published")
    pledges.withdraw(pledge, by=focal_point, at=now, reason="Gone.")
    assert watching.tell_due(now + LATER) == 0


def test_a_paused_search_is_told_nothing_of_what_came_meanwhile(watch, make_pledge, reader, now):
    saved = watch()
    actions.pause_search(saved, by=reader, at=now)
    make_pledge("published")
    assert watching.tell_due(now + LATER) == 0
    actions.resume_search(saved, by=reader, at=now + LATER)
    assert watching.tell_due(now + 2 * LATER) == 0


def test_two_workers_tell_once(watch, make_pledge, now):
    saved = watch()
    make_pledge("published")
    last = NewPledge.objects.get().pk
    assert [watching.tell(saved, last, now + LATER), watching.tell(saved, last, now + LATER)] == [1, 0]


def test_an_address_without_account_confirms_by_its_link_and_ends_it_by_one_click(client, make_pledge, now):
    answer = client.post(
        "/pledges/watch/?country=BDI&sort=largest", {"frequency": "at_once", "email": "New@Example.org"}
    )
    assert answer.url == "/pledges/watch/asked/"
    asked = OutgoingMail.objects.get(kind="registry/search_asked")
    assert (asked.to, SavedSearch.objects.get().state) == ("new@example.org", "waiting")
    make_pledge("published", title="Too early")
    assert watching.tell_due(now + LATER) == 0
    path = re.search(r"http://[^/]+(/l/\S+)", asked.text)[1]
    client.get(path)
    assert SavedSearch.objects.get().state == "waiting", "opening a link changes nothing"
    assert client.post(path).url == "/pledges/watch/confirmed/"
    make_pledge("published", title="In time")
    assert watching.tell_due(now + timedelta(minutes=10)) == 1
    (mail,) = mails()
    assert ("In time" in mail.text, "Too early" in mail.text) == (True, False)
    stop = re.search(r"http://[^/]+(/l/\S+)", mail.text)[1]
    assert client.get(stop).status_code == 200
    client.post(stop)
    client.post(stop)
    assert SavedSearch.objects.get().state == "ended"
    assert Link.objects.filter(purpose="stop_search").count() == 1


def test_nobody_is_flooded_and_nobody_learns_what_others_watch(client):
    for country in ("BDI", "NPL", "KEN"):
        client.post(f"/pledges/watch/?country={country}", {"frequency": "daily", "email": "victim@example.org"})
    refused = client.post("/pledges/watch/?country=CHE", {"frequency": "daily", "email": "victim@example.org"})
    assert (refused.status_code, OutgoingMail.objects.count()) == (422, 3)
    robot = client.post("/pledges/watch/", {"frequency": "daily", "email": "r@example.org", "website": "http://spam"})
    assert (robot.url, OutgoingMail.objects.count()) == ("/pledges/watch/asked/", 3)
    for _n in range(9):
        last = client.post("/pledges/watch/", {"frequency": "daily", "email": "other@example.org"})
    assert last.status_code == 422
    assert "Too often" in last.content.decode()


def test_the_same_search_is_one(watch, reader, now):
    first, second = watch("country=BDI&country=NPL"), watch("country=BDI&country=NPL&sort=largest&page=2", "weekly")
    assert (first.pk, second.frequency) == (second.pk, "weekly")


def test_what_does_not_exist_is_not_watched(watch):
    with pytest.raises(Refused):
        watch("country=ATLANTIS")


def test_the_page_of_ones_searches(sign_in, reader, watch, make_person, now):
    saved = watch("q=schools&focus=access")
    browser = sign_in(reader)
    page = browser.get("/my/searches/").content.decode()
    assert "“schools” · Access" in page
    browser.post(f"/my/searches/{saved.pk}/change/", {"frequency": "weekly"})
    browser.post(f"/my/searches/{saved.pk}/pause/")
    saved.refresh_from_db()
    assert (saved.frequency, saved.state) == ("weekly", "paused")
    other = make_person("other@example.org")
    assert sign_in(other).post(f"/my/searches/{saved.pk}/end/").status_code == 404
    with pytest.raises(NotAllowed):
        actions.end_search(saved, by=other, at=now)


def test_a_mail_is_in_its_readers_language(make_person, make_pledge, now):
    reader = make_person("lectrice@example.org", language="fr")
    actions.save_search(asking("country=BDI"), at=now, frequency="at_once", by=reader)
    make_pledge("published")
    watching.tell_due(now + LATER)
    (mail,) = mails()
    assert mail.subject == "1 nouvel engagement : Burundi"
    assert "/fr/pledges/?country=BDI" in mail.text
