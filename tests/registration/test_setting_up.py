"""What the team sets up: categories, questions, pools; without anybody losing what they claim."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kept.base.lifecycle import Refused
from kept.registration import actions
from kept.registration.models import Category, Question, Quota
from kept.registration.permissions import Holder

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


# --- a category -------------------------------------------------------------------------------------


def test_a_pool_that_was_given_back_may_be_taken_from_a_category_one_that_is_claimed_not(
    register, make_category, meeting, pools
):
    category = make_category()
    dinner = Quota.objects.create(meeting=meeting, names={"en": "Popov Room upstairs"}, bookable=3)
    one = register(category)
    both = [*pools.values(), dinner]
    with pytest.raises(Refused, match="hold seats of a pool"):
        actions.change_category(category, {}, pools=[dinner, pools["online"]], by=None, at=NOW)
    actions.change_category(category, {"priority": 2}, pools=both, by=None, at=NOW)
    actions.switch(one, "remote", by=Holder(one.pk), at=NOW)
    changed = actions.change_category(category, {}, pools=[dinner, pools["online"]], by=None, at=NOW)
    assert (set(changed.quotas.all()), changed.priority) == ({dinner, pools["online"]}, 2)


def test_who_waits_in_a_pool_keeps_it_for_their_category(register, make_category, meeting, pools):
    category = make_category()
    for _one in range(3):
        last = register(category)
    assert last.state == "waitlisted"
    other = Quota.objects.create(meeting=meeting, names={"en": "Other"}, bookable=3)
    with pytest.raises(Refused, match="or wait for one"):
        actions.change_category(category, {}, pools=[other, pools["online"]], by=None, at=NOW)


def test_the_pools_are_locked_before_a_category_is_looked_at(make_category, pools):
    category = make_category()
    with CaptureQueriesContext(connection) as queries:
        actions.change_category(category, {"priority": 1}, pools=list(pools.values()), by=None, at=NOW)
    read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert 'FROM "registration_quota"' in read[0]
    assert "FOR UPDATE" in read[0] or connection.vendor == "sqlite"


def test_a_pool_of_another_meeting_is_refused(make_category, pools, meeting):
    category = make_category()
    meeting.pk, meeting.slug, meeting.uid = None, "another-meeting", uuid.uuid4()
    meeting._state.adding = True
    meeting.save()
    foreign = Quota.objects.create(meeting=meeting, names={"en": "Elsewhere"})
    with pytest.raises(Refused, match="another meeting"):
        actions.change_category(category, {}, pools=[*pools.values(), foreign], by=None, at=NOW)


# --- questions --------------------------------------------------------------------------------------


def asked(meeting, code, values=None, **more) -> Question:
    words = {"texts": {"en": code}, **more}
    return actions.ask(meeting, code, words | (values or {}), categories=[], by=None, at=NOW)


def test_other_words_are_a_next_version_and_another_place_is_not(meeting, register, make_category):
    first = asked(meeting, "dinner", kind="yes_no")
    one = register(make_category())
    actions.answer(one, {first: "yes"}, by=Holder(one.pk), at=NOW)
    moved = asked(meeting, "dinner", kind="yes_no", position=4, required=True)
    assert (moved.pk, moved.version, moved.required) == (first.pk, 1, True)
    second = asked(meeting, "dinner", {"texts": {"en": "Do you stay for dinner?"}}, kind="yes_no")
    assert (second.version, one.answers.get().question.texts["en"]) == (2, "dinner")
    assert Question.objects.get(replaced_at=None) == second


def test_no_question_hangs_on_an_answer_that_nobody_can_give(meeting, secretary):
    one = asked(meeting, "dinner", kind="yes_no")
    for condition in ({"code": "dinner", "values": ["maybe"]}, {"code": "lunch", "values": ["yes"]}):
        with pytest.raises(Refused, match="nobody can give"):
            asked(meeting, "diet", condition=condition)
    asked(meeting, "diet", kind="yes_no", condition={"code": "dinner", "values": ["yes"]})
    with pytest.raises(Refused, match="wait for each other"):
        asked(meeting, "dinner", kind="yes_no", condition={"code": "diet", "values": ["yes"]})
    with pytest.raises(Refused, match="“diet” is asked only after"):
        asked(meeting, "dinner", kind="text")
    with pytest.raises(Refused, match="“diet” is asked only after"):
        actions.stop_asking(one, by=secretary, at=NOW)


# --- on the desk ------------------------------------------------------------------------------------

SETUP = "/desk/meetings/annual-meeting/registrations/setup/"


def test_categories_and_pools_are_set_up_on_the_desk(desk, meeting):
    assert desk.post(f"{SETUP}pools/new/", {"mode": "in_person", "names_en": "Hall", "bookable": 9, "protocol_reserve": 2,
                                            "fire_limit": 12}).status_code == 302  # fmt: skip
    hall = Quota.objects.get()
    said = {"names_en": "Guest", "modes": ["in_person"], "pools": [hall.pk], "approval": "none", "priority": 3,
            "badge_colour": "blue", "protocol": "on"}  # fmt: skip
    refused = desk.post(f"{SETUP}categories/new/", said | {"modes": ["in_person", "remote"]})
    assert (refused.status_code, b"Each way of taking part needs a pool" in refused.content) == (422, True)
    assert desk.post(f"{SETUP}categories/new/", said).status_code == 302
    assert desk.post(f"{SETUP}categories/guest/", said | {"names_fr": "Invité", "protocol": ""}).status_code == 302
    guest = Category.objects.get(code="guest")
    assert (guest.names, guest.protocol, list(guest.quotas.all())) == ({"en": "Guest", "fr": "Invité"}, False, [hall])
    desk.post(f"{SETUP}categories/guest/", {"do": "close"})
    desk.post(
        f"{SETUP}pools/{hall.pk}/", {"names_en": "Great hall", "bookable": 20, "protocol_reserve": "", "fire_limit": 30}
    )
    hall.refresh_from_db()
    assert (str(hall), hall.bookable, hall.protocol_reserve, hall.fire_limit) == ("Great hall", 20, 0, 30)
    page = desk.get(SETUP).content.decode()
    assert ("Great hall" in page, "Seats: 20" in page, "nobody new" in page) == (True, True, True)


def test_a_question_is_asked_changed_and_asked_no_more_on_the_desk(desk, meeting, make_category, register, client):
    category = make_category()
    desk.post(f"{SETUP}questions/new/", {"texts_en": "How do you travel?", "kind": "choice", "lines_en": "By train\nBy air",
                                         "lines_fr": "En train\nEn avion", "erase_after_days": 90})  # fmt: skip
    first = Question.objects.get()
    assert (first.code, [one["value"] for one in first.options]) == ("how-do-you-travel", ["by-train", "by-air"])
    address = f"{SETUP}questions/how-do-you-travel/"
    said = {
        "texts_en": "How will you travel?",
        "kind": "choice",
        "erase_after_days": 90,
        "for_categories": [category.pk],
    }
    short = desk.post(address, said | {"lines_en": "By air\nOn foot", "lines_fr": "En avion"})
    assert b"Write as many lines here as in English." in short.content
    assert desk.post(address, said | {"lines_en": "By air\nOn foot"}).status_code == 302
    second = Question.objects.get(replaced_at=None)
    assert (second.version, [one["value"] for one in second.options]) == (2, ["by-air", "on-foot"])
    after = {
        "texts_en": "Which flight?",
        "kind": "text",
        "erase_after_days": 30,
        "hangs_on": ["how-do-you-travel=by-air"],
    }
    assert desk.post(f"{SETUP}questions/new/", after).status_code == 302
    assert b"asked only after an answer to this one" in desk.post(address, {"do": "stop"}, follow=True).content
    desk.post(f"{SETUP}questions/which-flight/", {"do": "stop"})
    assert desk.post(address, {"do": "stop"}, follow=True).redirect_chain == [(SETUP, 302)]
    assert not Question.objects.filter(replaced_at=None).exists()
    assert b"How do you travel?" in desk.get(address).content


def test_the_window_is_opened_limited_and_closed(desk, meeting):
    until = meeting.starts_at.date().isoformat()
    assert desk.post(f"{SETUP}window/", {"registration_until": f"{until}T09:00"}).status_code == 302
    assert desk.post(f"{SETUP}window/", {"registration_until": "soon"}).status_code == 200
    desk.post(f"{SETUP}window/", {"do": "close"})
    meeting.refresh_from_db()
    assert (meeting.status, meeting.registration_until.astimezone(meeting.zone).hour) == ("announced", 9)
    assert b"Registration is not open." in desk.get(SETUP).content
    desk.post(f"{SETUP}window/", {"do": "open"})
    assert b"Registration is open until" in desk.get(SETUP).content
