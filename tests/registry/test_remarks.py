"""“Something is wrong here”: confirmed by mail, answered, put right in the open, with the owner's word beside it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import Installation, OutgoingMail
from kept.pledges import actions as pledges
from kept.registry import actions, guard
from kept.registry.models import Remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_asked_before():
    guard.forms.forget()


@pytest.fixture
def remark(make_pledge, now):
    pledge = make_pledge("published")
    left = actions.leave_remark(
        f"/pledges/{pledge.reference}/", "It was 2028, says the ministry.", email="reader@example.net", at=now
    )
    return actions.confirm_remark(left, at=now)


def sent(kind: str) -> list[str]:
    return sorted(OutgoingMail.objects.filter(kind=f"registry/{kind}").values_list("to", flat=True))


def test_every_public_page_leads_to_the_form(client, make_pledge):
    pledge = make_pledge("published")
    for path in (
        "/",
        "/pledges/",
        f"/pledges/{pledge.reference}/",
        "/organisations/lake-networks/",
        "/counter/",
        "/data/",
    ):
        page = client.get(path).content.decode()
        assert f'href="/wrong/?page={path}"' in page, path
    arabic = client.get(f"/ar/pledges/{pledge.reference}/").content.decode()
    form = re.search(r'href="(/ar/wrong/[^"]+)"', arabic)[1]
    assert pledge.reference in client.get(form).content.decode()


def test_a_remark_is_confirmed_by_mail_and_reaches_owner_and_secretariat(client, make_pledge, focal_point):
    Installation.objects.update_or_create(pk=1, defaults={"contact_email": "desk@example.org"})
    pledge = make_pledge("published")
    answer = client.post(
        f"/wrong/?page=/ar/pledges/{pledge.reference}/", {"text": "Wrong year.", "email": "r@example.net"}
    )
    assert answer.url == "/wrong/asked/"
    remark = Remark.objects.get()
    assert (remark.state, remark.page, remark.pledge) == ("unconfirmed", f"/pledges/{pledge.reference}/", pledge)
    assert sent("remark_for_owner") == sent("remark_for_desk") == []
    path = re.search(r"http://[^/]+(/l/\S+)", OutgoingMail.objects.get(kind="registry/remark_asked").text)[1]
    assert client.get(path).status_code == 200
    remark.refresh_from_db()
    assert remark.state == "unconfirmed"
    assert client.post(path).url == "/wrong/sent/"
    remark.refresh_from_db()
    assert remark.state == "new"
    assert (sent("remark_for_owner"), sent("remark_for_desk")) == ([focal_point.email], ["desk@example.org"])


def test_machines_and_the_hasty_are_kept_out(client):
    robot = client.post("/wrong/?page=/", {"text": "Buy", "email": "r@example.net", "website": "http://spam.example"})
    assert (robot.url, Remark.objects.count()) == ("/wrong/asked/", 0)
    for _n in range(9):
        last = client.post("/wrong/?page=/", {"text": "x", "email": "nobody"})
    assert "Too often" in last.content.decode()


def test_one_address_does_not_fill_the_outbox(make_pledge, now):
    for _n in range(3):
        actions.leave_remark("/", "Wrong.", email="a@example.net", at=now)
    with pytest.raises(Refused):
        actions.leave_remark("/", "Wrong.", email="a@example.net", at=now)


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_a_page_elsewhere_is_none_of_ours(client, page):
    shown = client.get("/wrong/", {"page": page}).content.decode()
    assert "evil.example" not in re.sub(
        r'href="[^"]*/wrong/[^"]*"|hreflang[^>]*>', "", shown.split("<main")[1].split("</main")[0]
    )


def test_it_is_passed_on_answered_and_closed(remark, secretary, focal_point, now):
    remark = actions.pass_on_remark(remark, by=secretary, at=now, note="Please look.")
    assert (remark.state, sent("remark_passed_on")) == ("with_owner", [focal_point.email])
    with pytest.raises(ReasonOwed):
        actions.answer_remark(remark, " ", by=focal_point, at=now)
    remark = actions.answer_remark(remark, "The ministry counts otherwise.", by=focal_point, at=now)
    assert (remark.state, sent("remark_answered")) == ("answered", ["reader@example.net"])
    with pytest.raises(WrongState):
        actions.answer_remark(remark, "Again.", by=focal_point, at=now)
    remark = actions.close_remark(remark, by=secretary, at=now)
    assert remark.state == "closed"
    assert actions.reopen_remark(remark, by=secretary, at=now).state == "new"


def test_it_leads_to_a_correction_that_is_shown_as_one(client, remark, focal_point, secretary, now):
    text = actions.begin_correction(remark, by=focal_point, at=now)
    pledge = remark.pledge
    pledges.save_fields(pledge, {"end": "2028"}, by=focal_point, at=now, base_version=text.version)
    pledges.submit_revision(pledge, by=focal_point, at=now, reason="The ministry was right.")
    remark.refresh_from_db()
    assert remark.state == "new", "not before it is public"
    pledges.accept_revision(pledge, by=secretary, at=now)
    remark.refresh_from_db()
    assert (remark.state, remark.correction.n) == ("corrected", 2)
    mark = f"Correction after a remark of {now.day} {now:%B} {now.year}. The ministry was right."
    assert client.get(f"/pledges/{pledge.reference}/revisions/2.json").json()["reason"] == mark
    assert mark in client.get(f"/pledges/{pledge.reference}/").content.decode()
    assert sent("remark_corrected") == ["reader@example.net"]


def test_the_owners_word_stands_beside_what_the_secretariat_shows(client, remark, focal_point, secretary, now):
    page = lambda: client.get(f"/pledges/{remark.pledge.reference}/").content.decode()  # noqa: E731
    actions.reply_to_remark(remark, "We keep our date.", by=focal_point, at=now)
    assert "We keep our date." not in page(), "nothing is shown before the secretariat shows the remark"
    actions.show_remark(remark, "A reader says that the date is 2028.", by=secretary, at=now)
    from kept.registry import page_cache

    page_cache.memory.forget()
    shown = page()
    assert shown.index("A reader says that the date is 2028.") < shown.index("We keep our date.")
    assert "reader@example.net" not in shown
    assert "It was 2028, says the ministry." not in shown, "the reader's own words stay with those who handle it"


def test_a_correction_that_was_made_otherwise_is_named(remark, focal_point, secretary, now):
    with pytest.raises(Refused):
        actions.name_correction(remark, 1, by=secretary, at=now)
    pledges.begin_revision(remark.pledge, by=focal_point, at=now)
    pledges.save_fields(remark.pledge, {"end": "2028"}, by=focal_point, at=now, base_version=9)
    pledges.submit_revision(remark.pledge, by=focal_point, at=now)
    pledges.accept_revision(remark.pledge, by=secretary, at=now + timedelta(seconds=1))
    assert actions.name_correction(remark, 2, by=secretary, at=now).state == "corrected"


def test_others_neither_see_nor_touch_it(client, remark, make_member, make_organisation, now):
    stranger = make_member(make_organisation("Neighbour Works"), email="stranger@example.org")
    client.force_login(stranger)
    assert client.get(f"/my/remarks/{remark.pk}/").status_code == 404
    for verb in ("answer", "reply", "correct"):
        assert client.post(f"/my/remarks/{remark.pk}/{verb}/", {"text": "x"}).status_code == 404
    assert client.get(f"/desk/remarks/{remark.pk}/").status_code == 404
    for act in (actions.answer_remark, actions.reply_to_remark, actions.show_remark):
        with pytest.raises(NotAllowed):
            act(remark, "x", by=stranger, at=now)
    with pytest.raises(NotAllowed):
        actions.begin_correction(remark, by=stranger, at=now)


def test_the_owners_pages_and_the_desks(sign_in, remark, focal_point, secretary):
    owner = sign_in(focal_point)
    assert "It was 2028" in owner.get("/my/remarks/").content.decode()
    page = owner.get(f"/my/remarks/{remark.pk}/").content.decode()
    assert "reader@example.net" not in page, "the address is for the secretariat alone"
    begun = owner.post(f"/my/remarks/{remark.pk}/correct/")
    assert begun.url == f"/pledges/{remark.pledge.key}/write/"
    desk = sign_in(secretary)
    assert "It was 2028" in desk.get("/desk/remarks/").content.decode()
    assert "reader@example.net" in desk.get(f"/desk/remarks/{remark.pk}/").content.decode()
    desk.post(f"/desk/remarks/{remark.pk}/pass_on/", {"text": "Look."})
    desk.post(f"/desk/remarks/{remark.pk}/answer/", {"text": "Thank you."})
    remark.refresh_from_db()
    assert (remark.state, remark.answer) == ("answered", "Thank you.")


def test_an_unconfirmed_remark_is_on_no_list(sign_in, secretary, focal_point, make_pledge, now):
    pledge = make_pledge("published")
    actions.leave_remark(f"/pledges/{pledge.reference}/", "Zilpzalp", email="r@example.net", at=now)
    pk = Remark.objects.get().pk
    assert "Zilpzalp" not in sign_in(focal_point).get("/my/remarks/").content.decode()
    assert sign_in(focal_point).get(f"/my/remarks/{pk}/").status_code == 404
    assert sign_in(secretary).get(f"/desk/remarks/{pk}/").status_code == 404


def test_a_remark_on_a_draft_knows_nothing_of_it(client, make_pledge):
    hidden = make_pledge("embargoed", title="Qwyjibo")
    page = client.get("/wrong/", {"page": f"/pledges/{hidden.key}/"}).content.decode()
    assert "Qwyjibo" not in page


def test_who_made_it_is_forgotten_a_year_after_it_was_settled(remark, secretary, now):
    """The outbox has its own time (docs/administrators): here only what the registry keeps."""
    open_one = actions.leave_remark("/counter/", "And this?", email="other@example.net", name="O. Ther", at=now)
    actions.confirm_remark(open_one, at=now)
    never = actions.leave_remark("/counter/", "Never said yes.", email="third@example.net", at=now)
    actions.close_remark(remark, by=secretary, at=now)
    actions.forget_old_remarks(now + timedelta(days=364))
    remark.refresh_from_db()
    assert remark.email == "reader@example.net"
    assert not Remark.objects.filter(pk=never.pk).exists()
    actions.forget_old_remarks(now + timedelta(days=366))
    remark.refresh_from_db()
    open_one.refresh_from_db()
    assert (remark.email, remark.name, remark.text) == ("", "", "It was 2028, says the ministry.")
    assert (open_one.email, open_one.name) == ("other@example.net", "O. Ther")


def test_pages_of_places_themes_and_organisations_offer_to_tell_of_new_pledges(client, make_pledge):
    make_pledge("published")
    for path, query in (
        ("/countries/BDI/", "country=BDI"),
        ("/organisations/lake-networks/", "organisation=lake-networks"),
    ):
        assert re.search(
            rf'href="/pledges/[^"]*\?[^"]*{query}[^"]*"[^>]*>Tell me of new ones', client.get(path).content.decode()
        )
