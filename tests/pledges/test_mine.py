"""My pledges: the list, one pledge for its own people, what they may do with it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kept.people.models import Role
from kept.pledges import actions, queries
from kept.pledges.content import Partner
from kept.pledges.models import Pledge, Status, TextStatus


@pytest.fixture
def focal(client, focal_point):
    client.force_login(focal_point)
    return client


def titles(client, **query) -> list[str]:
    return [line.title for line in client.get("/my/pledges/", query).context["lines"]]


def test_the_list_holds_what_is_ours_and_nothing_else(focal, make_pledge, make_organisation, make_member):
    lead = make_organisation("Voices Foundation")
    make_pledge("published", by=make_member(lead), lead=lead, title="Theirs")
    make_pledge("draft", title="One")
    make_pledge("published", title="Two")
    assert titles(focal) == ["Two", "One"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("waiting", ["Changes", "Draft"]),
        ("sent", ["Accepted", "Sent"]),
        ("published", ["Published"]),
        ("over", ["Withdrawn"]),
        ("nonsense", []),
    ],
)
def test_each_state_is_an_address(focal, make_pledge, state, shown):
    for name in ("draft", "submitted", "changes_requested", "accepted", "published", "withdrawn"):
        make_pledge(name, title={"submitted": "Sent", "changes_requested": "Changes"}.get(name, name.capitalize()))
    assert titles(focal, state=state) == shown


def test_the_list_is_searched_by_words_and_by_number(focal, make_pledge):
    make_pledge("draft", title="Fibre to schools")
    published = make_pledge("published", title="Radio for farmers")
    assert titles(focal, q="FARMERS radio") == ["Radio for farmers"]
    assert titles(focal, q=published.reference) == ["Radio for farmers"]
    assert titles(focal, q="lake networks") == ["Radio for farmers", "Fibre to schools"]
    assert titles(focal, q="'; DROP TABLE") == []


def test_the_list_is_sorted_as_the_address_says(focal, make_pledge):
    for title in ("B", "C", "A"):
        make_pledge("draft", title=title)
    assert titles(focal, sort="title") == ["A", "B", "C"]
    assert titles(focal, sort="-title") == ["C", "B", "A"]
    assert titles(focal, sort="; drop") == ["A", "C", "B"]


def test_the_number_of_queries_does_not_grow_with_the_list(focal, make_pledge, make_organisation):
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            focal.get("/my/pledges/")
        return len(found)

    make_pledge("published")
    asked()
    before = asked()
    for number in range(6):
        make_pledge("draft", title=f"Draft {number}", partners=(Partner(make_organisation(f"P {number}").pk),))
        make_pledge("published", title=f"Published {number}")
    asked()  # what is held for some seconds may be over on a slow machine
    assert asked() <= before


def test_what_waits_is_said_to_those_who_can_do_it(make_pledge, focal_point, make_member, organisation):
    draft = make_pledge("draft")
    contributor = make_member(organisation, Role.CONTRIBUTOR)
    assert str(queries.waits(draft, focal_point)) == "Write and send it"
    assert str(queries.waits(draft, contributor)) == "Write it; your focal point sends it"
    assert str(queries.waits(make_pledge("changes_requested"), focal_point)) == "The secretariat asks for changes"
    assert queries.waits(make_pledge("submitted"), focal_point) == ""


def test_the_page_shows_what_is_asked_for_the_conversation_and_the_story(
    focal, make_pledge, secretary, focal_point, now
):
    pledge = make_pledge("changes_requested")
    actions.add_message(pledge, "A note for colleagues", by=secretary, at=now, internal=True)
    actions.assign(pledge, to=secretary, by=secretary, at=now)
    html = focal.get(f"/my/pledges/{pledge.key}/").content.decode()
    assert "What the secretariat asks for" in html
    assert "Say how many." in html
    assert "sent it to the secretariat." in html
    assert "A note for colleagues" not in html
    assert "gave it to" not in html


def test_one_says_something_to_the_secretariat(focal, make_pledge):
    pledge = make_pledge("submitted")
    focal.post(f"/my/pledges/{pledge.key}/say/", {"text": "It is <b>signed</b>.\x00\r\nSee the file."})
    message = pledge.messages.get()
    assert (message.text, message.from_secretariat, message.internal) == (
        "It is <b>signed</b>.\nSee the file.",
        False,
        False,
    )
    assert "&lt;b&gt;signed" in focal.get(f"/my/pledges/{pledge.key}/").content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_nothing_and_too_much_are_not_said(focal, make_pledge, text):
    pledge = make_pledge("draft")
    focal.post(f"/my/pledges/{pledge.key}/say/", {"text": text})
    assert not pledge.messages.exists()


def test_what_was_sent_is_taken_back_while_nobody_has_decided(focal, make_pledge):
    pledge = make_pledge("submitted")
    focal.post(f"/my/pledges/{pledge.key}/recall/")
    assert Pledge.objects.get().status == Status.DRAFT
    late = focal.post(f"/my/pledges/{pledge.key}/recall/", follow=True)
    assert "This has changed in the meantime." in late.content.decode()


def test_a_draft_is_thrown_away_and_taken_out_of_the_bin_again(focal, make_pledge):
    pledge = make_pledge("draft")
    away = focal.post(f"/my/pledges/{pledge.key}/discard/")
    html = focal.get(away.url).content.decode()
    assert "The draft is thrown away." in html
    assert titles(focal) == []
    focal.post(f"/my/pledges/{pledge.key}/restore/")
    assert Pledge.objects.get().status == Status.DRAFT


def test_a_change_is_thrown_away_and_the_published_text_stays(focal, make_pledge):
    pledge = make_pledge("published")
    focal.post(f"/my/pledges/{pledge.key}/revise/")
    focal.post(f"/my/pledges/{pledge.key}/discard/")
    pledge.refresh_from_db()
    assert (pledge.status, pledge.working) == (Status.PUBLISHED, None)
    assert pledge.revisions.filter(status=TextStatus.DISCARDED).count() == 1


def test_taking_back_owes_a_reason_and_stays_readable(focal, make_pledge):
    pledge = make_pledge("published")
    page = f"/my/pledges/{pledge.key}/withdraw/"
    assert "This cannot be undone." in focal.get(page).content.decode()
    refused = focal.post(page, {"reason": "  "})
    assert refused.status_code == 422
    assert "Say why." in refused.content.decode()
    focal.post(page, {"reason": "The money went elsewhere."})
    pledge.refresh_from_db()
    assert (pledge.status, pledge.current.reason) == (Status.WITHDRAWN, "The money went elsewhere.")


def test_a_contributor_takes_nothing_back(client, make_member, organisation, make_pledge):
    client.force_login(make_member(organisation, Role.CONTRIBUTOR))
    pledge = make_pledge("published")
    for verb in ("withdraw", "supersede"):
        assert client.get(f"/my/pledges/{pledge.key}/{verb}/").status_code == 404
        assert client.post(f"/my/pledges/{pledge.key}/{verb}/", {"reason": "x"}).status_code == 404
    assert Pledge.objects.get().status == Status.PUBLISHED


def test_a_pledge_is_replaced_by_another_of_ones_own(focal, make_pledge, make_organisation, make_member):
    lead = make_organisation("Voices Foundation")
    theirs = make_pledge("published", by=make_member(lead), lead=lead)
    old, new = make_pledge("published", title="Old"), make_pledge("published", title="New")
    page = f"/my/pledges/{old.key}/supersede/"
    assert (
        theirs.title not in focal.get(page).content.decode() or theirs.reference not in focal.get(page).content.decode()
    )
    assert focal.post(page, {"successor": theirs.key}).status_code == 422
    assert focal.post(page, {}).status_code == 422
    focal.post(page, {"successor": new.key, "reason": "Wider"})
    old.refresh_from_db()
    assert (old.status, old.successor) == (Status.SUPERSEDED, new)


def test_the_text_is_downloaded_without_contacts(focal, make_pledge):
    answer = focal.get(f"/my/pledges/{make_pledge('draft').key}/pledge.json")
    assert answer["Content-Disposition"].startswith("attachment")
    data = answer.json()
    assert data["title"] == "Fibre to 214 health posts in the Lake provinces"
    assert "focal@example.org" not in answer.content.decode()


def test_the_preview_is_the_page_as_it_will_be(focal, make_pledge):
    pledge = make_pledge("draft", description="One\n\nTwo")
    html = focal.get(f"/pledges/{pledge.key}/preview/").content.decode()
    assert "<h1>Fibre to 214 health posts in the Lake provinces</h1>" in html
    assert "Promised: 214 posts by December 2027." in html
    assert "<p>One</p>" in html


def test_the_menu_counts_what_waits(focal, make_pledge):
    make_pledge("draft")
    make_pledge("submitted")
    assert "My pledges (1)" in focal.get("/my/pledges/").content.decode()


def test_ones_first_page_shows_what_waits(focal, make_pledge):
    make_pledge("draft", title="Half a thought")
    html = focal.get("/my/").content.decode()
    assert "Half a thought" in html
    assert "Write and send it" in html


def test_the_page_of_an_organisation_leads_to_the_pledges_that_it_does_not_show(client, focal_point, make_pledge, desk):
    organisation = make_pledge("draft").lead
    inner, on_desk = (
        f"/my/organisations/{organisation.slug}/",
        reverse("people:desk_organisation", args=[organisation.pk]),
    )
    all_of_it = f'href="{reverse("pledges:desk_all")}?organisation={organisation.slug}"'
    assert all_of_it not in desk.get(on_desk).content.decode()
    for _ in range(5):
        make_pledge("submitted")
    assert all_of_it in desk.get(on_desk).content.decode()
    client.force_login(focal_point)
    assert '<a href="/my/pledges/">All pledges</a>' in client.get(inner).content.decode()
