"""Decisions on the desk: one wins, nothing typed is lost, an announcement is never published by a date."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from kept.base.lifecycle import NotAllowed, WrongState
from kept.base.models import HistoryEntry, Installation
from kept.people.models import Membership, MembershipState, Role
from kept.pledges import actions
from kept.pledges.actions.deciding import TextChanged, text_mark
from kept.pledges.models import Attachment, Hold, Message, Pledge, Status, TextStatus


def decide(client, pledge: Pledge, decision: str, **given):
    """Post a decision as the form on the screen does."""
    given = {"decision": decision, "seen": text_mark(Pledge.objects.get(pk=pledge.pk)), **given}
    return client.post(reverse("pledges:desk_decide", args=[pledge.address]), given)


def state(pledge: Pledge) -> tuple[str, str]:
    fresh = Pledge.objects.get(pk=pledge.pk)
    return fresh.status, fresh.hold


def test_publishing_takes_effect_after_the_minutes_of_calling_back(desk, make_pledge, now):
    pledge = make_pledge("submitted")
    decide(desk, pledge, "publish")
    assert state(pledge) == (Status.ACCEPTED, Hold.CALL_BACK)
    assert actions.publish_due(now + timedelta(minutes=9)) == 0
    assert actions.publish_due(now + timedelta(minutes=11)) == 1
    assert Pledge.objects.get(pk=pledge.pk).reference == "P-00001"


def test_what_goes_out_can_be_called_back_from_every_list(desk, make_pledge, now):
    pledge = make_pledge("submitted")
    decide(desk, pledge, "publish")
    page = desk.get(reverse("pledges:desk_queue"))
    assert [one.pk for one in page.context["going_out"]] == [pledge.pk]
    decide(desk, pledge, "call_back")
    assert state(pledge) == (Status.SUBMITTED, Hold.NOTHING)
    assert actions.publish_due(now + timedelta(days=1)) == 0


def test_without_minutes_of_calling_back_it_is_published_at_once(desk, make_pledge):
    Installation.objects.update_or_create(pk=1, defaults={"call_back_minutes": 0})
    pledge = make_pledge("submitted")
    decide(desk, pledge, "publish")
    assert state(pledge) == (Status.PUBLISHED, Hold.NOTHING)


def test_one_that_waits_for_its_announcement_is_never_published_by_a_date(desk, make_pledge, now):
    pledge = make_pledge("submitted")
    decide(desk, pledge, "hold", hold="announcement", announcement="Annual meeting", day="2030-01-01")
    assert state(pledge) == (Status.ACCEPTED, Hold.ANNOUNCEMENT)
    assert Pledge.objects.get(pk=pledge.pk).publish_at is None
    assert actions.publish_due(now + timedelta(days=36500)) == 0
    decide(desk, pledge, "publish_now")
    assert state(pledge) == (Status.PUBLISHED, Hold.NOTHING)


def test_one_that_is_held_until_a_date_is_published_on_it(desk, make_pledge, now):
    pledge = make_pledge("submitted")
    day = (now + timedelta(days=3)).date()
    decide(desk, pledge, "hold", hold="date", day=day.isoformat(), hour="06:30")
    held = Pledge.objects.get(pk=pledge.pk)
    assert (held.hold, held.publish_at.isoformat()) == (Hold.DATE, f"{day}T06:30:00+00:00")
    assert actions.publish_due(held.publish_at) == 1


@pytest.mark.parametrize(("given", "words"), [
    ({"hold": "date"}, "Say until when it is held"),
    ({"hold": "date", "day": "2001-01-01"}, "The date lies in the past"),
    ({"hold": "date", "day": "soon"}, "Write the day as it is offered"),
])  # fmt: skip
def test_a_hold_without_an_end_is_refused_and_what_was_typed_stays(desk, make_pledge, given, words):
    pledge = make_pledge("submitted")
    answer = decide(desk, pledge, "hold", announcement="", **given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.context["given"]["day"] == given.get("day", "")
    assert state(pledge) == (Status.SUBMITTED, Hold.NOTHING)


def test_after_a_decision_comes_the_next_pledge_of_the_list(desk, make_pledge, now):
    first, second, third = (make_pledge("submitted", title=title) for title in "abc")
    url = reverse("pledges:desk_decide", args=[second.address]) + "?tab=&sort=title"
    answer = desk.post(url, {"decision": "decline", "reason": "Not a promise.", "seen": text_mark(second)})
    assert answer["Location"] == reverse("pledges:desk_pledge", args=[third.address]) + "?sort=title"


def test_who_comes_second_is_told_who_did_what_and_keeps_the_reason(desk, make_pledge, colleague, now):
    pledge = make_pledge("submitted")
    actions.decline(pledge, by=colleague, at=now, reason="Not a promise.")
    answer = decide(desk, pledge, "changes", reason="Please say how many.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Colin Colleague declined it." in page
    assert "Please say how many." in page
    assert reverse("pledges:desk_pledge", args=[pledge.address]) in page
    assert HistoryEntry.objects.filter(verb="request_changes").count() == 0


def test_a_decision_holds_for_the_text_that_was_read_alone(desk, make_pledge, focal_point, now):
    pledge = make_pledge("submitted")
    seen = text_mark(pledge)
    actions.recall(pledge, by=focal_point, at=now)
    draft = Pledge.objects.get(pk=pledge.pk)
    actions.save_fields(draft, {"title": "Another promise"}, by=focal_point, at=now, base_version=1)
    actions.submit(draft, by=focal_point, at=now, consent=True)
    answer = desk.post(reverse("pledges:desk_decide", args=[pledge.address]), {"decision": "publish", "seen": seen})
    assert answer.status_code == 409
    assert "The text has changed since you opened it." in answer.content.decode()
    assert state(pledge) == (Status.SUBMITTED, Hold.NOTHING)


def test_what_comes_back_is_compared_with_what_was_read(desk, make_pledge, focal_point, secretary, now):
    pledge = make_pledge("changes_requested")
    actions.save_fields(pledge, {"title": "Fibre to 300 health posts"}, by=focal_point, at=now, base_version=1)
    actions.submit(Pledge.objects.get(pk=pledge.pk), by=focal_point, at=now)
    differences = desk.get(reverse("pledges:desk_pledge", args=[pledge.address])).context["differences"]
    assert differences["against"] == "reviewed"
    assert [(one.field, one.after) for one in differences["fields"]] == [("title", "Fibre to 300 health posts")]


def test_a_revision_is_shown_against_what_readers_see(desk, make_pledge, focal_point, now):
    pledge = make_pledge("published")
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"end": "2028"}, by=focal_point, at=now, base_version=text.version)
    actions.submit_revision(Pledge.objects.get(pk=pledge.pk), by=focal_point, at=now, reason="Floods")
    pledge = Pledge.objects.get(pk=pledge.pk)
    differences = desk.get(reverse("pledges:desk_pledge", args=[pledge.address])).context["differences"]
    assert (differences["against"], [one.field for one in differences["fields"]]) == ("published", ["end"])
    decide(desk, pledge, "accept_revision")
    assert Pledge.objects.get(pk=pledge.pk).current.n == 2


@pytest.mark.parametrize(("decision", "status"), [
    ("revision_changes", TextStatus.CHANGES_REQUESTED), ("refuse_revision", TextStatus.REFUSED),
])  # fmt: skip
def test_a_revision_is_sent_back_or_refused_with_a_reason(desk, make_pledge, focal_point, now, decision, status):
    pledge = make_pledge("published")
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"end": "2028"}, by=focal_point, at=now, base_version=text.version)
    actions.submit_revision(Pledge.objects.get(pk=pledge.pk), by=focal_point, at=now, reason="Floods")
    assert decide(desk, pledge, decision, reason=" ").status_code == 422
    decide(desk, pledge, decision, reason="Say why.")
    text.refresh_from_db()
    assert (text.status, state(pledge)[0]) == (status, Status.PUBLISHED)


def test_a_declined_pledge_is_reviewed_again(desk, make_pledge):
    pledge = make_pledge("declined")
    decide(desk, pledge, "reopen")
    assert state(pledge) == (Status.SUBMITTED, Hold.NOTHING)


def test_nobody_decides_on_what_their_own_organisation_sent(desk, make_pledge, secretary, organisation):
    pledge = make_pledge("submitted")
    Membership.objects.create(
        person=secretary, organisation=organisation, role=Role.VIEWER, state=MembershipState.ACTIVE
    )
    page = desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    assert page.context["moves"] == set()
    assert "a colleague decides" in page.content.decode()
    assert decide(desk, pledge, "publish").status_code == 404
    assert state(pledge) == (Status.SUBMITTED, Hold.NOTHING)


def test_nobody_decides_for_an_organisation_that_was_merged_into_their_own(
    make_pledge, make_organisation, secretary, organisation, now
):
    stays = make_organisation("Lake Group")
    pledge = make_pledge("submitted")
    organisation.merged_into, organisation.merged_at = stays, now
    organisation.save()
    Membership.objects.create(person=secretary, organisation=stays, role=Role.VIEWER, state=MembershipState.ACTIVE)
    with pytest.raises(NotAllowed):
        actions.decide(pledge, "publish", by=secretary, at=now)


def test_a_pledge_of_a_merged_organisation_is_decided_on_like_any_other(
    desk, make_pledge, make_organisation, organisation, now
):
    stays = make_organisation("Lake Group")
    other = make_pledge("published", lead=stays, by=_focal(stays))
    pledge = make_pledge("submitted")
    organisation.merged_into, organisation.merged_at = stays, now
    organisation.save()
    page = desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    assert [one.pk for one in page.context["others"]] == [other.pk]
    decide(desk, pledge, "publish")
    assert actions.publish_due(now + timedelta(minutes=11)) == 1


def _focal(organisation):
    from kept.people.models import Person

    person = Person.objects.create_user("lake@example.org", name="Lake")
    Membership.objects.create(
        person=person, organisation=organisation, role=Role.FOCAL_POINT, state=MembershipState.ACTIVE
    )
    return person


def test_a_pledge_on_behalf_waits_for_its_owner_or_for_the_letter(make_pledge, secretary, now):
    pledge = make_pledge("draft", by=secretary)
    Pledge.objects.filter(pk=pledge.pk).update(on_behalf=True)
    pledge = actions.submit(pledge, by=secretary, at=now)
    with pytest.raises(Exception, match="Its owner has not confirmed"):
        actions.decide(pledge, "publish", by=secretary, at=now)
    Attachment.objects.create(
        pledge=pledge, file="letter.pdf", name="letter.pdf", media_type="application/pdf", size=1, is_letter=True
    )
    assert actions.decide(pledge, "publish", by=secretary, at=now).status == Status.ACCEPTED


def test_giving_a_pledge_away_is_in_its_history(desk, make_pledge, colleague, secretary):
    pledge = make_pledge("submitted")
    url = reverse("pledges:desk_assign", args=[pledge.address])
    desk.post(url, {"to": "me"})
    desk.post(url, {"to": colleague.pk})
    desk.post(url, {"to": ""})
    assert Pledge.objects.get(pk=pledge.pk).reviewer is None
    page = desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    assert [line["title"] for line in page.context["told"]][:3] == [
        "Sana Secretary gave it to nobody.",
        "Sana Secretary gave it to Colin Colleague.",
        "Sana Secretary gave it to Sana Secretary.",
    ]


def test_a_note_stays_inside_and_a_message_goes_out(desk, make_pledge, client):
    pledge = make_pledge("submitted")
    url = reverse("pledges:desk_say", args=[pledge.address])
    desk.post(url, {"text": "Ask the ministry first.", "internal": "on"})
    desk.post(url, {"text": "Is the loan signed?"})
    desk.post(url, {"text": "  "})
    assert list(Message.objects.values_list("text", "internal", "from_secretariat")) == [
        ("Ask the ministry first.", True, True),
        ("Is the loan signed?", False, True),
    ]


# Two at once, on real transactions ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_the_same_moment_exactly_one_wins(make_pledge, secretary, colleague, now):
    pledge = make_pledge("submitted")
    outcomes: list[str] = []
    gate = Barrier(2)

    def run(decision: str, by, **given) -> None:
        try:
            gate.wait(10)
            actions.decide(Pledge.objects.get(pk=pledge.pk), decision, by=by, at=now, seen=text_mark(pledge), **given)
            outcomes.append(decision)
        except WrongState:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        Thread(target=run, args=("decline", secretary), kwargs={"reason": "Not a promise."}),
        Thread(target=run, args=("changes", colleague), kwargs={"reason": "Say how many."}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes)[-1] == "told"
    assert len(outcomes) == 2
    decided = HistoryEntry.objects.filter(subject_id=pledge.pk, verb__in=["decline", "request_changes"])
    assert decided.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_publications_at_the_same_moment_one_is_told(make_pledge, secretary, colleague, now):
    pledge = make_pledge("submitted")
    outcomes: list[str] = []
    gate = Barrier(2)

    def run(by) -> None:
        try:
            gate.wait(10)
            actions.publish_safe(
                Pledge.objects.get(pk=pledge.pk), by=by, at=now, seen=text_mark(pledge), objections=lambda fresh: []
            )
            outcomes.append("done")
        except WrongState:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(by,)) for by in (secretary, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "told"]


def test_a_text_that_changed_is_no_wrong_state_of_somebody_else(make_pledge, secretary, now):
    pledge = make_pledge("submitted")
    with pytest.raises(TextChanged):
        actions.decide(pledge, "publish", by=secretary, at=now, seen="1.99")
