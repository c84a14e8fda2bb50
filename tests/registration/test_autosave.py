"""What is typed into the form is kept while it is typed, by the personal link and signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.registration import actions
from kept.registration.addresses import own_link
from kept.registration.models import Question, Registration
from tests.registration.conftest import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(meeting, make_category) -> Registration:
    return actions.start(
        meeting, make_category(), email="ada@example.org", mode="in_person", by=None, at=datetime.now(UTC)
    )


class Window:
    """One window with a step open: types fields, as the page's script sends them."""

    def __init__(self, client, registration: Registration, step: str) -> None:
        self.client = client
        self.url = f"/meetings/registration/{own_link(registration, at=datetime.now(UTC)).token}/step/{step}/"
        page = client.get(self.url).content.decode()
        marks = page.split('name="seen-')[1:]
        self.seen = {part.split('"')[0]: part.split('value="')[1].split('"')[0] for part in marks}

    def types(self, **fields):
        marks = {f"seen-{name}": self.seen[name] for name in fields}
        answer = self.client.post(
            f"{self.url}save/", marks | {name: value for name, value in fields.items() if value is not None}
        )
        if answer.status_code == 200:
            self.seen |= {name: row["seen"] for name, row in answer.json()["fields"].items() if "seen" in row}
        return answer

    def presses_continue(self, **typed):
        marks = {f"seen-{name}": mark for name, mark in self.seen.items()}
        return self.client.post(self.url, marks | {"go": "next", **typed})


def test_a_name_is_kept_as_soon_as_it_is_typed_and_the_button_still_works(client, draft):
    window = Window(client, draft, "who")
    told = window.types(given_name="Ada", organisation_name="Lake Networks").json()
    draft.refresh_from_db()
    assert (draft.given_name, draft.organisation_name, draft.family_name) == ("Ada", "Lake Networks", "")
    assert told["fields"]["given_name"]["errors"] == ""
    assert Window(client, draft, "who").seen["given_name"] == window.seen["given_name"]
    typed = {
        "given_name": "Ada",
        "family_name": "Person",
        "organisation_name": "Lake Networks",
        "entity_type": "other",
        "country": "CHE",
    }
    assert window.presses_continue(**typed).status_code == 302


def test_what_cannot_be_is_told_beside_its_field_and_the_rest_is_kept(client, draft):
    answer = Window(client, draft, "who").types(title="Director", country="nowhere")
    draft.refresh_from_db()
    assert (draft.title, draft.country) == ("Director", "")
    assert "nowhere" in answer.json()["fields"]["country"]["errors"]


def test_boxes_are_kept_ticked_and_unticked(client, draft):
    window = Window(client, draft, "part")
    window.types(needs_visa="on", languages=["fr", "ar"])
    draft.refresh_from_db()
    assert (draft.needs_visa, draft.languages) == (True, ["fr", "ar"])
    window.types(needs_visa=None)
    draft.refresh_from_db()
    assert (draft.needs_visa, draft.languages) == (False, ["fr", "ar"])


def test_one_answer_is_kept_and_the_others_stay_as_they_were_asked(client, draft, meeting):
    for code in ("topic", "hope"):
        Question.objects.create(meeting=meeting, code=code, texts={"en": code})
    window = Window(client, draft, "questions")
    window.types(topic="Schools")
    actions.ask(
        meeting, "topic", {"texts": {"en": "Other words"}, "kind": "text"}, categories=[], by=None, at=datetime.now(UTC)
    )
    Window(client, draft, "questions").types(hope="A map")
    said = draft.answers.order_by("question__code").values_list("question__code", "question__version", "value")
    assert list(said) == [("hope", 1, "A map"), ("topic", 1, "Schools")]


def test_another_window_that_changed_the_same_field_is_not_overwritten(client, draft):
    one, other = Window(client, draft, "who"), Window(client, draft, "who")
    one.types(given_name="Ada")
    refused = other.types(given_name="Eve")
    assert (refused.status_code, "another window" in refused.json()["message"]) == (409, True)
    assert other.types(title="Director").status_code == 200
    draft.refresh_from_db()
    assert (draft.given_name, draft.title) == ("Ada", "Director")
    rest = {"family_name": "Person", "organisation_name": "Lake", "entity_type": "other", "country": "CHE"}
    late = one.presses_continue(given_name="Ada", title="Head", **rest)
    assert (late.status_code, b"another window" in late.content) == (422, True)


def test_what_a_window_keeps_while_its_button_is_pressed_is_no_other_window(client, draft):
    rest = {"family_name": "Person", "organisation_name": "Lake", "entity_type": "other", "country": "CHE"}
    window = Window(client, draft, "who")
    before = dict(window.seen)
    window.types(given_name="Ada", organisation_name="Lake")
    window.seen = before  # the button was pressed before the answer came
    assert window.presses_continue(given_name="Ada", **rest).status_code == 302
    assert window.types(given_name="Ada").status_code == 200  # the page says it once more as it is left


def test_what_was_sent_and_what_is_agreed_to_is_not_kept_by_typing(client, draft):
    window = Window(client, draft, "who")
    assert client.post(window.url.replace("/who/", "/consents/") + "save/").status_code == 404
    assert client.get(f"{window.url}save/").status_code == 405
    Registration.objects.filter(pk=draft.pk).update(
        given_name="Ada", family_name="Person", country="CHE", organisation_name="Lake"
    )
    agree(draft)
    actions.submit(draft, by=None, at=datetime.now(UTC))
    assert window.types(title="Director").status_code == 409
    page = client.get(window.url).content.decode()
    assert ('name="version"' in page, "data-write" in page) == (True, False)


def test_it_works_signed_in_as_well(sign_in, meeting, make_category, make_person):
    ada = make_person("ada@example.org")
    one = actions.start(meeting, make_category(), email=ada.email, mode="remote", by=ada, at=datetime.now(UTC))
    assert Window(sign_in(ada), one, "who").types(given_name="Ada").status_code == 200
    one.refresh_from_db()
    assert one.given_name == "Ada"
