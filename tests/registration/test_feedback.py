"""How it was: asked the day after, one answer a person, nobody's once it is closed, no small group shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.registration import actions
from kept.registration.actions.hearing import morning_after
from kept.registration.addresses import own_link
from kept.registration.feedback import LEAST, Asked, Reply, results
from kept.registration.models import Feedback, FeedbackReply, Presence, Registration
from kept.registration.permissions import Holder


@given(st.lists(st.tuples(st.sampled_from(["in_person", "remote"]), st.sampled_from(["5", "1", ""])), max_size=24))
@settings(max_examples=60, deadline=None)
def test_no_group_below_five_is_shown_or_can_be_worked_out(said):
    (found,) = results([Asked("q", "scale", ("5", "1"))], [Reply(way, {"q": value}) for way, value in said])
    answered = [way for way, value in said if value]
    assert found.answered == len(answered)
    assert found.hidden == (len(answered) < LEAST)
    assert sum(found.counts.values()) == (0 if found.hidden else len(answered))
    for way, counts in found.by_way.items():
        assert sum(counts.values()) == answered.count(way) >= LEAST
        assert len(answered) - answered.count(way) in (0, *range(LEAST, 25))  # nor by subtraction


@pytest.fixture
def over(meeting):
    """Call it, and the meeting ended so long ago."""

    def go(**ago):
        ended = datetime.now(UTC) - timedelta(**ago)
        type(meeting).objects.filter(pk=meeting.pk).update(starts_at=ended - timedelta(hours=2), ends_at=ended)
        meeting.refresh_from_db()
        return meeting

    return go


@pytest.fixture
def came(register, make_category):
    def make(how_many: int, mode: str = "remote") -> list[Registration]:
        people = [register(mode=mode) for _n in range(how_many)]
        for one in people:
            Presence.objects.create(registration=one, began_at=datetime.now(UTC), ended_at=datetime.now(UTC))
        return people

    return make


def says(one: Registration, **answers) -> FeedbackReply | None:
    return actions.reply(one, answers, by=Holder(one.pk), at=datetime.now(UTC))


@pytest.mark.django_db
def test_the_mail_goes_once_in_the_morning_after_to_whoever_was_there(meeting, came, register, over, secretary):
    there, _away = came(2), register(mode="remote")
    over(hours=40)
    actions.ask_for_feedback(meeting, by=secretary, at=meeting.ends_at)
    asked = OutgoingMail.objects.filter(kind="registration/how_was_it")
    morning = morning_after(meeting)
    assert (morning.astimezone(meeting.zone).hour, morning > meeting.ends_at) == (9, True)
    assert actions.hear_participants(morning - timedelta(minutes=1)) == 0
    assert actions.hear_participants(morning) == 2
    assert actions.hear_participants(morning + timedelta(minutes=10)) == 0
    assert sorted(asked.values_list("to", flat=True)) == sorted(one.email for one in there)


@pytest.mark.django_db
def test_one_answer_a_person_by_their_own_link_changed_until_it_closes(client, meeting, came, over, secretary):
    (ada,) = came(1)
    own = f"/meetings/registration/{own_link(ada, at=datetime.now(UTC)).token}/"
    assert client.get(own + "feedback/").status_code == 404
    over(hours=2)
    feedback = actions.ask_for_feedback(meeting, by=secretary, at=datetime.now(UTC))
    assert "Say how it was" in client.get(own).content.decode()
    page = client.get(own + "feedback/").content.decode()
    assert "How good was the meeting for you, all in all?" in page
    for said in ("4", "2"):
        assert client.post(own + "feedback/", {"all-in-all": said, "better": " Louder. "}).status_code == 302
    assert [one.answers for one in feedback.replies.all()] == [{"all-in-all": "2", "better": "Louder."}]
    assert client.post(own + "feedback/", {"all-in-all": "9"}).status_code == 422
    assert client.get(own + "data.json").json()["feedback"] == [{"all-in-all": "2", "better": "Louder."}]
    client.post(own + "feedback/", {})
    assert feedback.replies.count() == 0
    type(meeting).objects.filter(pk=meeting.pk).update(ends_at=meeting.ends_at - timedelta(days=20))
    Feedback.objects.update(closes_at=datetime.now(UTC) - timedelta(minutes=1))
    assert "not taken any more" in client.get(own + "feedback/").content.decode()
    with pytest.raises(Refused):
        says(ada, **{"all-in-all": "5"})


@pytest.mark.django_db
def test_who_was_not_there_is_not_asked_and_nobody_answers_for_another(meeting, came, register, over, secretary):
    (ada,), away = came(1), register(mode="remote")
    over(hours=2)
    actions.ask_for_feedback(meeting, by=secretary, at=datetime.now(UTC))
    for one, by in ((away, Holder(away.pk)), (ada, Holder(away.pk)), (ada, secretary)):
        with pytest.raises(NotAllowed):
            actions.reply(one, {"all-in-all": "5"}, by=by, at=datetime.now(UTC))


@pytest.mark.django_db
def test_closing_cuts_the_answers_loose_and_only_then_the_desk_reads_them(meeting, came, over, secretary, sign_in):
    people = came(6)
    over(hours=2)
    feedback = actions.ask_for_feedback(meeting, by=secretary, at=datetime.now(UTC))
    for n, one in enumerate(people):
        says(one, **{"all-in-all": "5" if n else "1", "better": f"Word {n}."}, **({"again": "yes"} if n < 4 else {}))
    erased = people[5]
    actions.erase(erased, by=Holder(erased.pk), at=datetime.now(UTC))
    before = set(feedback.replies.values_list("pk", flat=True))
    desk, address = sign_in(secretary), f"/desk/meetings/{meeting.slug}/feedback/"
    page = desk.get(address).content.decode()
    assert "5 people answered so far" in page
    assert "Word 1." not in page
    assert desk.get(address + "feedback.csv").status_code == 404
    desk.post(address, {"do": "close"})
    assert list(feedback.replies.values_list("registration", flat=True)) == [None] * 5
    assert before.isdisjoint(feedback.replies.values_list("pk", flat=True))
    page = desk.get(address).content.decode()
    assert "4 of 5 answers say “good” or “very good”." in page
    assert "Word 1." in page
    assert "Would you come again?</li>" in page  # four answered: hidden
    rows = desk.get(address + "feedback.csv").content.decode().splitlines()
    assert rows[1:3] == ["all-in-all,all,All who answered,very good,4", "all-in-all,all,All who answered,good,0"]
    assert b"<svg" in desk.get(address + "all-in-all.svg").content
    assert desk.get(address + "again.svg").status_code == 404
    with pytest.raises(Refused):
        actions.close_feedback(feedback, by=secretary, at=datetime.now(UTC))


@pytest.mark.django_db
def test_it_closes_by_itself_and_own_words_go_after_a_year(meeting, came, over, secretary):
    people = came(2)
    over(hours=2)
    feedback = actions.ask_for_feedback(meeting, by=secretary, at=datetime.now(UTC))
    for one in people:
        says(one, **{"all-in-all": "5", "better": "Louder."})
    actions.hear_participants(feedback.closes_at)
    feedback.refresh_from_db()
    assert feedback.closed_at == feedback.closes_at
    actions.forget_due(meeting.ends_at + timedelta(days=366))
    assert [one.answers for one in feedback.replies.all()] == [{"all-in-all": "5"}] * 2


@pytest.mark.django_db
def test_where_the_meeting_is_moved_to_a_later_day_the_answers_are_taken_after_that_day(meeting, over, secretary):
    over(hours=2)
    feedback = actions.ask_for_feedback(meeting, by=secretary, at=datetime.now(UTC))
    over(days=-60)
    assert actions.hear_participants(feedback.closes_at) == 0
    feedback.refresh_from_db()
    assert (feedback.closed_at, feedback.closes_at - meeting.ends_at) == (None, timedelta(days=14))


@pytest.mark.django_db
def test_the_team_sets_the_questions_until_somebody_has_answered(meeting, came, over, secretary, sign_in):
    (ada,) = came(1)
    over(hours=2)
    desk, address = sign_in(secretary), f"/desk/meetings/{meeting.slug}/feedback/"
    desk.post(address, {"do": "ask"})
    asked = {"kind": "choice", "texts_en": "Which day was best?", "lines_en": "One\nTwo", "position": 9}
    assert desk.post(address + "questions/new/", asked | {"lines_fr": "Un"}).status_code == 422
    assert desk.post(address + "questions/new/", asked).status_code == 302
    feedback = Feedback.objects.get()
    assert [one.code for one in feedback.questions.all()][-1] == "which-day-was-best"
    assert desk.get(address + "questions/which-day-was-best/").status_code == 200
    desk.post(address + "questions/useful/", {"do": "drop"})
    assert not feedback.questions.filter(code="useful").exists()
    says(ada, again="no")
    assert desk.post(address + "questions/better/", asked | {"kind": "words"}).status_code == 422
    with pytest.raises(Refused):
        actions.drop_question(feedback.questions.get(code="again"), by=secretary, at=datetime.now(UTC))
