"""From "register" to a seat, page by page, without a script; who may open which page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kept.base.formats import format_date
from kept.base.models import OutgoingMail
from kept.meetings.models import Meeting
from kept.people.models import Link
from kept.registration.models import Category, Consent, Question, Quota, Registration

pytestmark = pytest.mark.django_db


def begin(client, meeting, email="ada@example.org", mode="in_person"):
    answer = client.post(f"/meetings/{meeting.slug}/register/", {"category": "delegate", "mode": mode, "email": email})
    assert answer.status_code == 302
    return answer.url


def fill(client, url) -> str:
    """From the first step to the last; the address under which it is sent."""
    said = {
        "who": {"given_name": "Ada", "family_name": "Acorn", "organisation_name": "Lake Networks",
                "entity_type": "private-sector", "country": "KEN"},
        "part": {"language": "fr", "languages": ["fr"]},
        "consents": {"processing": "on", "listed": "on"},
    }  # fmt: skip
    while not url.endswith("/check/"):
        step = url.rstrip("/").rpartition("/")[2]
        answer = client.post(url, said[step])
        assert answer.status_code == 302
        url = answer.url
    return url


def confirm_by_mail(client) -> str:
    """Open the link of the newest mail and press its button; the page that comes then."""
    token = re.search(r"/l/([^/\s]+)/", OutgoingMail.objects.latest("pk").text)[1]
    assert client.get(f"/fr/l/{token}/").status_code == 200
    return client.post(f"/fr/l/{token}/").url


def test_without_an_account_a_click_in_a_mail_makes_it_count(client, meeting, make_category):
    make_category()
    url = fill(client, begin(client, meeting))
    assert b"<dt>Organisation</dt><dd>Lake Networks</dd>" in client.get(url).content
    assert client.post(url).url.endswith("/sent/")
    one = Registration.objects.get()
    assert (one.state, one.country, one.language) == ("submitted", "KEN", "fr")
    page = confirm_by_mail(client)
    one.refresh_from_db()
    assert one.state == "confirmed"
    assert client.get(page).status_code == 200
    assert [c.kind for c in Consent.objects.order_by("pk")] == ["processing", "listed"]


def test_one_address_registers_for_two_meetings_and_each_stands_by_itself(client, meeting, make_category):
    make_category()
    client.post(fill(client, begin(client, meeting)))
    confirm_by_mail(client)
    hours = {name: getattr(meeting, name) for name in ("time_zone", "status", "starts_on", "starts", "ends_on", "ends")}
    following = Meeting(slug="next-meeting", names={"en": "Next Meeting"}, **hours)
    following.work_out_instants()
    following.save()
    category = Category.objects.create(
        meeting=following, code="delegate", names={"en": "Delegate"}, modes=["in_person"]
    )
    category.quotas.set([Quota.objects.create(meeting=following, names={"en": "Hall"}, bookable=1)])
    client.post(fill(client, begin(client, following)))
    page = confirm_by_mail(client)
    assert [one.state for one in Registration.objects.filter(email="ada@example.org")] == ["confirmed", "confirmed"]
    token = page.rstrip("/").rpartition("/")[2]
    client.post(f"/meetings/registration/{token}/do/cancel/")
    rows = Registration.objects.order_by("pk").values_list("meeting__slug", "state")
    assert list(rows) == [("annual-meeting", "confirmed"), ("next-meeting", "cancelled")]


def test_who_typed_a_foreign_address_has_no_key_any_more_once_its_owner_said_yes(client, meeting, make_category):
    make_category()
    typed = begin(client, meeting)
    client.post(fill(client, typed))
    assert client.get(typed).status_code == 200
    page = confirm_by_mail(client)
    assert client.get(typed).status_code == 404
    assert client.get(page).status_code == 200


def test_whoever_registers_an_address_twice_learns_nothing_and_its_owner_gets_their_link(
    client, meeting, make_category
):
    make_category()
    client.post(fill(client, begin(client, meeting)))
    confirm_by_mail(client)
    again = client.post(fill(client, begin(client, meeting)))
    assert again.url.endswith("/sent/")
    assert OutgoingMail.objects.latest("pk").kind == "registration/already"
    assert Registration.objects.exclude(state="draft").count() == 1


def test_opening_a_link_changes_nothing(client, meeting, make_category):
    make_category()
    client.post(fill(client, begin(client, meeting)))
    token = Link.objects.get(purpose="registration_address").token
    client.get(f"/l/{token}/")
    assert Registration.objects.get().state == "submitted"


def test_what_is_missing_is_said_and_nothing_is_sent(client, meeting, make_category):
    make_category()
    url = begin(client, meeting)
    answer = client.post(url.replace("/who/", "/check/"))
    assert answer.url.endswith("/check/")
    assert Registration.objects.get().state == "draft"


def test_two_windows_lose_nothing(client, meeting, make_category):
    make_category()
    url = begin(client, meeting)
    said = {
        "given_name": "Ada",
        "family_name": "Acorn",
        "organisation_name": "Lake",
        "entity_type": "un",
        "country": "KEN",
    }
    assert client.post(url, said | {"version": 0}).status_code == 302
    assert client.post(url, said | {"version": 0, "given_name": "Eve"}).status_code == 422
    assert Registration.objects.get().given_name == "Ada"


def test_an_account_goes_straight_on(client, meeting, make_category, make_person):
    make_category()
    ada = make_person("ada@example.org", name="Ada Acorn")
    client.force_login(ada)
    assert client.post(fill(client, begin(client, meeting))).status_code == 302
    assert Registration.objects.get().state == "confirmed"
    assert client.get("/my/registrations/").content.count(b"Annual Meeting") == 1


def test_what_an_account_says_already_is_filled_in(client, meeting, make_category, make_member, make_organisation):
    make_category()
    ada = make_member(make_organisation("Lake Networks", country="CHE"), email="ada@example.org")
    type(ada).objects.filter(pk=ada.pk).update(name="Ada Beryl Acorn", language="fr")
    ada.refresh_from_db()
    client.force_login(ada)
    form = client.get(begin(client, meeting)).context["form"]
    known = {name: form.get_initial_for_field(form.fields[name], name)
             for name in ("given_name", "family_name", "organisation_name", "country")}  # fmt: skip
    assert known == {
        "given_name": "Ada Beryl", "family_name": "Acorn", "organisation_name": "Lake Networks", "country": "CHE"
    }  # fmt: skip
    assert Registration.objects.get().organisation.name == "Lake Networks"


def test_before_one_sends_one_reads_what_is_kept_who_sees_it_and_until_when(client, meeting, make_category):
    make_category()
    page = client.get(fill(client, begin(client, meeting))).content.decode()
    assert "What we keep of you, who sees it, and until when" in page
    until = format_date((meeting.ends_at + timedelta(days=365)).date(), "en")
    assert ("Family name" in page, until in page) == (True, True)


def test_the_rules_of_seats_are_printed_where_one_joins_with_what_is_free(client, meeting, make_category, register):
    category = make_category()
    Quota.objects.filter(mode="in_person").update(protocol_reserve=1)
    register(category)
    rules = client.get(f"/meetings/{meeting.slug}/register/").content.decode()
    told = [words in rules for words in (
        "Who waits for a yes of their organisation or of the secretariat holds no seat yet",
        "Its order: the priority of your category, then those who need a visa, then who came first",
        "Some seats are kept for heads of delegations and speakers",
        "offered to the next in line by mail and held until a time that the mail names",
    )]  # fmt: skip
    assert told == [True] * 4


def test_one_takes_cancels_and_switches_on_the_own_page(client, meeting, make_category, make_person, register, now):
    first, second, third = register(), register(), register()
    from kept.registration.addresses import own_link

    token = own_link(first, at=now).token
    client.post(f"/meetings/registration/{token}/do/switch/", {"mode": "remote"})
    third.refresh_from_db()
    assert third.state == "offered"
    own = own_link(third, at=now).token
    assert b"Take the seat" in client.get(f"/meetings/registration/{own}/").content
    client.post(f"/meetings/registration/{own}/do/accept/")
    client.post(f"/meetings/registration/{token}/do/cancel/")
    assert list(Registration.objects.order_by("pk").values_list("state", flat=True)) == [
        "cancelled",
        "confirmed",
        "confirmed",
    ]
    assert second.pk


def test_a_token_of_nobody_and_a_step_that_is_none_are_not_there(client, meeting, make_category):
    make_category()
    url = begin(client, meeting)
    assert client.get(url.replace("/who/", "/passport/")).status_code == 404
    assert client.get("/meetings/registration/nobody/").status_code == 404


def test_a_category_by_invitation_is_not_offered(client, meeting, make_category):
    make_category()
    make_category("staff", by_invitation=True)
    answer = client.post(
        f"/meetings/{meeting.slug}/register/", {"category": "staff", "mode": "remote", "email": "a@b.org"}
    )
    assert answer.status_code == 422
    assert not Registration.objects.exists()


def test_registration_that_is_not_open_takes_nobody(client, meeting, make_category):
    make_category()
    meeting.status = "announced"
    meeting.save()
    page = client.post(
        f"/meetings/{meeting.slug}/register/", {"category": "delegate", "mode": "remote", "email": "a@b.org"}
    )
    assert page.status_code == 200
    assert not Registration.objects.exists()


def test_an_answer_that_leads_to_a_further_question_stays_at_the_questions(client, meeting, make_category):
    make_category()
    Question.objects.create(meeting=meeting, code="speak", kind="yes_no", texts={"en": "Will you speak?"})
    Question.objects.create(
        meeting=meeting,
        code="tongue",
        texts={"en": "In which language?"},
        condition={"code": "speak", "values": ["yes"]},
    )
    step = begin(client, meeting).replace("/who/", "/questions/")
    assert client.post(step, {"speak": "yes"}).url == step
    assert client.post(step, {"speak": "yes", "tongue": "Nepali"}).url.endswith("/consents/")


def test_who_lost_the_first_mail_gets_the_same_link_again(client, meeting, make_category):
    make_category()
    client.post(fill(client, begin(client, meeting)))
    client.post(fill(client, begin(client, meeting)))
    assert [mail.kind for mail in OutgoingMail.objects.order_by("pk")] == ["registration/confirm_address"] * 2


def test_a_version_that_is_no_number_is_no_fault(client, meeting, make_category):
    make_category()
    url = begin(client, meeting)
    assert client.post(url, {"version": "²"}).status_code == 422
