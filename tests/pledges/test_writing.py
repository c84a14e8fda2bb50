"""Writing a pledge on the page, without a script: every button saves, whatever is typed stays, nobody overwrites."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kept.base.models import OutgoingMail
from kept.people.models import Organisation, Role
from kept.pledges import actions
from kept.pledges.content import Indicator, Link, Partner, PledgeContent
from kept.pledges.forms import STEPS
from kept.pledges.models import Pledge, Status, TextStatus


def content_of(pledge) -> PledgeContent:
    pledge = Pledge.objects.select_related("working").get(pk=pledge.pk)
    return PledgeContent.from_json(pledge.working.content)


class Page:
    """A step as a browser without a script sees it: what its form would send, and sending it."""

    def __init__(self, client, pledge, step, query=""):
        self.client, self.url = client, f"/pledges/{pledge.key}/write/{step}/"
        self.answer = client.get(self.url + query)
        self.read(self.answer)

    def read(self, answer):
        self.html = answer.content.decode()
        self.data: dict[str, list[str]] = {}
        form = re.search(
            r'<form class="form".*?</form>', re.sub(r"<template.*?</template>", "", self.html, flags=re.S), re.S
        )[0]
        for tag in re.finditer(
            r"<(input|textarea|select)\b([^>]*)>(.*?)(?=<(?:input|textarea|select|/form|button)\b)", form, re.S
        ):
            self._control(tag[1], tag[2], tag[3])

    def _control(self, tag, attributes, inside):
        from html import unescape

        found = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        name = found.get("name")
        if not name or found.get("type") in {"file", "submit"}:
            return
        if tag == "textarea":
            value = unescape(inside.partition("</textarea>")[0]).removeprefix("\n")
        elif tag == "select":
            chosen = re.search(r'<option value="([^"]*)" selected', inside)
            value = chosen[1] if chosen else ""
        elif found.get("type") in {"checkbox", "radio"}:
            if " checked" not in attributes:
                return
            value = unescape(found.get("value", "on"))
        else:
            value = unescape(found.get("value", ""))
        self.data.setdefault(name, []).append(value)

    def send(self, go="stay", follow=False, **changes):
        button = {} if go is None else {"go": go}
        sent = self.data | {k: v if isinstance(v, list) else [v] for k, v in changes.items()} | button
        sent.pop("csrfmiddlewaretoken", None)
        return self.client.post(self.url, sent, follow=follow)


@pytest.fixture
def focal(client, focal_point):
    client.force_login(focal_point)
    return client


@pytest.fixture
def other(django_client_maker, make_member, organisation):
    ben = make_member(organisation, Role.CONTRIBUTOR, email="ben@example.org")
    return django_client_maker(ben)


@pytest.fixture
def django_client_maker():
    from django.test import Client

    def make(person):
        client = Client()
        client.force_login(person)
        return client

    return make


# --- from the first word to the secretariat ----------------------------------------------------------


def test_a_pledge_is_written_step_by_step_and_sent(focal, organisation, focal_point):
    start = focal.post("/pledges/new/", {"lead": organisation.pk, "start": "nothing", "language": "en"})
    pledge = Pledge.objects.get()
    assert start.url == f"/pledges/{pledge.key}/write/who/"
    assert (pledge.status, pledge.lead, pledge.created_by) == (Status.DRAFT, organisation, focal_point)

    to_what = Page(focal, pledge, "who").send("next", kinds=["programme"], focus_areas=["access"])
    assert to_what.url.endswith("/write/what/")
    what = {
        "title": "Fibre to 214 health posts", "summary": "Every post is connected.", "targets": ["BDI", "ldc"],
        "start": "2026", "end": "December 2027", "indicators-0-name": "Posts", "indicators-0-target": "214",
        "indicators-0-baseline": "0", "indicators-0-by": "2027",
    }  # fmt: skip
    assert Page(focal, pledge, "what").send("next", **what).url.endswith("/write/money/")
    money = {"amount": "18.4 million", "currency": "EUR", "money_nature": "new", "people_expected": "400 000"}
    assert Page(focal, pledge, "money").send("next", **money).url.endswith("/write/with/")
    assert Page(focal, pledge, "with").send("next").url.endswith("/write/check/")

    content = content_of(pledge)
    assert (content.amount, content.people_expected, content.end) == ("18400000", 400000, "2027-12")
    assert content.targets == ("ldc", "BDI")
    assert content.indicators == (Indicator("Posts", "", "0", "214", "2027"),)
    sent = focal.post(f"/pledges/{pledge.key}/write/check/", {"go": "send", "consent": "on"})
    assert sent.url == f"/my/pledges/{pledge.key}/"
    pledge.refresh_from_db()
    assert (pledge.status, pledge.consent_by) == (Status.SUBMITTED, focal_point)


def test_every_page_that_is_sent_back_untouched_changes_nothing(focal, make_pledge, make_organisation):
    partner = make_organisation("Uhuru Fibre")
    pledge = make_pledge(
        "draft", amount="18400000.5", currency="EUR", money_nature="new", instrument="loan", people_expected=400000,
        beneficiaries=("youth",), sdgs=("3", "9.c"), partners=(Partner(partner.pk, "digs"),), occasion="Kigali",
        announced="2026-06-09", links=(Link("https://example.org/", "Plan"),), description="One\n\nTwo",
        start="2026-03-01",
    )  # fmt: skip
    before = pledge.working.content
    for number, prefix in enumerate(("", "/ar", "/fr", "/es", "/ru", "/zh-hans")):
        for step in STEPS[:-1] if number < 2 else STEPS[1:3]:
            page = Page(focal, pledge, step.slug)
            page.url = prefix + page.url
            page.read(focal.get(page.url))
            page.send("next")
    pledge.working.refresh_from_db()
    assert pledge.working.content == before
    assert pledge.working.version == 1


def test_one_continues_where_something_is_missing(focal, make_pledge):
    assert focal.get(f"/pledges/{make_pledge('draft').key}/write/").url.endswith("/check/")
    assert focal.get(f"/pledges/{make_pledge('draft', targets=()).key}/write/").url.endswith("/what/")
    assert focal.get(f"/pledges/{make_pledge('draft', kinds=()).key}/write/").url.endswith("/who/")


def test_a_draft_is_possible_before_there_is_an_organisation(client, make_person):
    person = make_person("alone@example.org")
    client.force_login(person)
    client.post("/pledges/new/", {"start": "nothing", "language": "fr"})
    pledge = Pledge.objects.get()
    assert (pledge.lead, pledge.created_by, content_of(pledge).language) == (None, person, "fr")
    assert client.get(f"/pledges/{pledge.key}/write/who/").status_code == 200
    refused = client.post(f"/pledges/{pledge.key}/write/check/", {"go": "send", "consent": "on"})
    assert refused.status_code == 404  # nobody speaks for it yet
    assert Pledge.objects.get().status == Status.DRAFT


def test_a_reader_is_told_how_it_goes_without_a_cookie_or_a_form(client, db):
    answer = client.get("/pledges/new/")
    assert "Set-Cookie" not in answer.headers
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "next=/pledges/new/" in answer.content.decode()


# --- starting from something -------------------------------------------------------------------------


def test_one_starts_from_an_earlier_pledge_without_its_days_and_files(focal, make_pledge, organisation):
    earlier = make_pledge("published", occasion="Kigali", announced="2026-06-09")
    focal.post("/pledges/new/", {"lead": organisation.pk, "start": earlier.key, "language": "en"})
    begun = Pledge.objects.exclude(pk=earlier.pk).get()
    content = content_of(begun)
    assert (begun.started_from, content.title) == (earlier, earlier.title)
    assert (content.start, content.end, content.announced, content.occasion) == ("", "", "", "")


def test_one_starts_from_an_example_in_ones_language(focal, organisation):
    focal.post("/es/pledges/new/", {"lead": organisation.pk, "start": "example:health-posts", "language": "en"})
    content = content_of(Pledge.objects.get())
    assert content.title == "Fibra para 120 puestos de salud que hoy no tienen conexión"
    assert (content.lead, content.language) == (organisation.pk, "es")


@pytest.mark.parametrize("start", ["example:nothing", "0" * 24, "", "<script>"])
def test_one_does_not_start_from_what_is_not_offered(focal, organisation, start):
    answer = focal.post("/pledges/new/", {"lead": organisation.pk, "start": start, "language": "en"})
    assert answer.status_code == 422
    assert not Pledge.objects.exists()


def test_one_does_not_start_from_somebody_elses_pledge(
    focal, make_pledge, make_organisation, make_member, organisation
):
    lead = make_organisation("Voices Foundation")
    theirs = make_pledge("published", by=make_member(lead), lead=lead)
    answer = focal.post("/pledges/new/", {"lead": organisation.pk, "start": theirs.key, "language": "en"})
    assert answer.status_code == 422


def test_one_does_not_pledge_for_an_organisation_of_others(focal, make_organisation):
    other = make_organisation("Voices Foundation")
    assert focal.post("/pledges/new/", {"lead": other.pk, "start": "nothing", "language": "en"}).status_code == 422
    assert not Pledge.objects.exists()


# --- what is typed stays -----------------------------------------------------------------------------


def test_what_cannot_be_read_stays_as_typed_with_what_to_do_beside_it(focal, make_pledge):
    pledge = make_pledge("draft")
    answer = Page(focal, pledge, "what").send("next", end="when we are done", title="A better title")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="when we are done"' in html
    assert "This is no date that can be read" in html
    assert content_of(pledge).title == "A better title"
    again = Page(focal, pledge, "what")
    assert again.data["end"] == ["when we are done"]
    assert again.send("next", end="2028").url.endswith("/money/")
    pledge.working.refresh_from_db()
    assert (content_of(pledge).end, pledge.working.typed) == ("2028", {})


def test_a_line_of_a_table_that_cannot_be_read_keeps_the_whole_table(focal, make_pledge):
    pledge = make_pledge("draft")
    answer = Page(focal, pledge, "what").send(
        "next", **{"indicators-0-target": "many", "indicators-1-name": "Girls", "indicators-1-by": "soon"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Write a number, for example 214." in html
    again = Page(focal, pledge, "what")
    assert (again.data["indicators-0-target"], again.data["indicators-1-by"]) == (["many"], ["soon"])
    again.send(**{"indicators-0-target": "220", "indicators-1-by": "2027"})
    assert [(i.name, i.target, i.by) for i in content_of(pledge).indicators] == [
        ("Health posts connected", "220", "2027-12"),
        ("Girls", "", "2027"),
    ]


@pytest.mark.parametrize("button", ["next", "back", "later", "stay", None, "nonsense"])
def test_every_button_saves(focal, make_pledge, button):
    pledge = make_pledge("draft")
    Page(focal, pledge, "what").send(button, summary="Half a thou")
    assert content_of(pledge).summary == "Half a thou"


def test_lines_are_added_and_removed_by_buttons(focal, make_pledge):
    pledge = make_pledge("draft")
    added = Page(focal, pledge, "what").send(None, add="indicators")
    assert added.url.endswith("?more=indicators#field-indicators")
    page = Page(focal, pledge, "what", "?more=indicators")
    assert "indicators-1-name" in page.data
    page.send(None, **{"indicators-1-name": "Girls", "indicators-1-target": "9", "remove": "indicators-0"})
    assert [i.name for i in content_of(pledge).indicators] == ["Girls"]


def test_the_headline_is_the_line_that_was_marked(focal, make_pledge):
    pledge = make_pledge("draft")
    Page(focal, pledge, "what").send(**{"indicators-1-name": "Girls", "indicators-headline": "1"})
    assert [i.headline for i in content_of(pledge).indicators] == [False, True]


def test_an_amount_that_names_its_currency_sets_it(focal, make_pledge):
    pledge = make_pledge("draft")
    Page(focal, pledge, "money").send(amount="USD 3 bn", money_nature="new")
    assert (content_of(pledge).amount, content_of(pledge).currency) == ("3000000000", "USD")


@pytest.mark.parametrize(
    ("prefix", "typed"), [("/ar", "١٬٢٠٠٬٠٠٠"), ("/fr", "1 200 000"), ("/es", "1.200.000"), ("", "1,200,000")]
)
def test_figures_are_read_in_the_language_of_the_page(focal, make_pledge, prefix, typed):
    pledge = make_pledge("draft")
    page = Page(focal, pledge, "money")
    page.url = prefix + page.url
    page.send(amount=typed, people_expected=typed)
    assert (content_of(pledge).amount, content_of(pledge).people_expected) == ("1200000", 1200000)


# --- two people --------------------------------------------------------------------------------------


def test_a_page_left_open_takes_nothing_back_that_a_colleague_wrote(focal, other, make_pledge):
    pledge = make_pledge("draft")
    mine, theirs = Page(focal, pledge, "what"), Page(other, pledge, "what")
    theirs.send(title="Theirs")
    mine.send(summary="Mine")
    assert (content_of(pledge).title, content_of(pledge).summary) == ("Theirs", "Mine")


def test_two_who_write_in_one_field_see_both_versions_and_choose(focal, other, make_pledge):
    pledge = make_pledge("draft")
    mine, theirs = Page(focal, pledge, "what"), Page(other, pledge, "what")
    theirs.send(title="Theirs")
    answer = mine.send("next", title="Mine", summary="Also mine")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this meanwhile." in html
    assert "ben wrote" in html
    assert (content_of(pledge).title, content_of(pledge).summary) == ("Theirs", "Also mine")
    shown = Page(focal, pledge, "what")
    shown.read(answer)
    assert shown.data["title"] == ["Mine"]
    assert shown.send("next").status_code == 422  # asked again until one chooses
    keep = re.search(r'name="keep" value="([^"]+)"', html)[1]
    shown.send(None, keep=keep)
    assert content_of(pledge).title == "Mine"


def test_who_takes_the_others_version_loses_only_ones_own(focal, other, make_pledge):
    pledge = make_pledge("draft")
    mine, theirs = Page(focal, pledge, "what"), Page(other, pledge, "what")
    theirs.send(title="Theirs")
    mine.send("next", title="Mine")
    assert mine.send(None, title="Mine", take="title", summary="Mine too").status_code == 302
    assert (content_of(pledge).title, content_of(pledge).summary) == ("Theirs", "Mine too")


def test_who_keeps_theirs_does_not_overwrite_a_third_version_unseen(focal, other, make_pledge):
    pledge = make_pledge("draft")
    mine, theirs = Page(focal, pledge, "what"), Page(other, pledge, "what")
    theirs.send(title="Theirs")
    shown = mine.send("next", title="Mine").content.decode()
    Page(other, pledge, "what").send(title="Theirs again")
    keep = re.search(r'name="keep" value="([^"]+)"', shown)[1]
    assert mine.send(None, title="Mine", keep=keep).status_code == 422
    assert content_of(pledge).title == "Theirs again"


# --- partners and files ------------------------------------------------------------------------------


def test_a_known_organisation_is_found_and_chosen_as_a_partner(focal, make_pledge, make_organisation, now):
    partner = make_organisation("Uhuru Fibre", confirmed_at=now)
    pledge = make_pledge("draft")
    found = Page(focal, pledge, "with").send(None, find="partners", partner="uhuru")
    assert found.url.endswith("?partner=uhuru#field-partners")
    page = Page(focal, pledge, "with", "?partner=uhuru")
    assert f'name="add_partner" value="{partner.pk}"' in page.html
    page.send(None, add_partner=str(partner.pk))
    again = Page(focal, pledge, "with")
    again.send(**{"partners-0-part": "Lays the cable"})
    assert content_of(pledge).partners == (Partner(partner.pk, "Lays the cable"),)
    Page(focal, pledge, "with").send(None, remove_partner=str(partner.pk))
    assert content_of(pledge).partners == ()


def test_an_organisation_that_nobody_knows_is_entered_new_and_only_once(focal, make_pledge):
    pledge = make_pledge("draft")
    assert "Enter “Voices of the Valley” as new" in Page(focal, pledge, "with", "?partner=Voices of the Valley").html
    for name in ("Voices of the Valley", "  voices of the VALLEY "):
        Page(focal, pledge, "with").send(None, new_partner="1", partner=name)
    made = Organisation.objects.get(name="Voices of the Valley")
    assert made.confirmed_at is None
    assert not made.memberships.exists()
    assert content_of(pledge).partners == (Partner(made.pk),)


def test_the_search_for_partners_names_no_organisation_that_only_a_draft_of_others_knows(
    focal, make_pledge, make_organisation, make_member, now
):
    lead = make_organisation("Voices Foundation")
    theirs = make_member(lead)
    hidden = actions.name_partner("Secret Partner Institute", by=theirs, at=now)
    make_pledge("draft", by=theirs, lead=lead, partners=(Partner(hidden.pk),))
    pledge = make_pledge("draft")
    assert "Secret Partner" not in focal.get(
        "/pledges/partners/", {"partner": "secret partner"}
    ).content.decode().replace("Enter “secret partner” as new", "")
    Page(focal, pledge, "with").send(None, add_partner=str(hidden.pk))
    assert content_of(pledge).partners == ()
    Page(focal, pledge, "with").send(**{"partners-0-organisation": str(hidden.pk), "partners-0-part": "x"})
    assert content_of(pledge).partners == ()


def test_the_search_for_partners_is_for_people_with_an_account(client, db):
    assert client.get("/pledges/partners/", {"partner": "uhuru"}).status_code == 302


def test_a_file_is_added_and_removed_by_buttons(focal, make_pledge):
    pledge = make_pledge("draft")
    page = Page(focal, pledge, "with")
    plan = SimpleUploadedFile("Plan.txt", b"How we do it")
    added = focal.post(page.url, page.data | {"upload": plan, "send_file": "1"})
    assert added.url.endswith("#field-attachments")
    held = pledge.attachments.get()
    assert content_of(pledge).attachments == (held.pk,)
    assert "Plan.txt" in Page(focal, pledge, "with").html
    Page(focal, pledge, "with").send(None, remove_file=str(held.pk))
    assert content_of(pledge).attachments == ()


def test_a_file_of_the_wrong_kind_is_refused_and_the_rest_of_the_page_is_kept(focal, make_pledge):
    pledge = make_pledge("draft")
    page = Page(focal, pledge, "with")
    program = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00" + b"\x00" * 100)
    answer = focal.post(page.url, page.data | {"upload": program, "occasion": "Kigali"})
    assert answer.status_code == 422
    assert "This kind of file is not taken." in answer.content.decode()
    assert content_of(pledge).occasion == "Kigali"
    assert not pledge.attachments.exists()


# --- careless and hostile ----------------------------------------------------------------------------


def test_a_title_of_five_thousand_signs_is_kept_and_refused_with_its_length(focal, make_pledge):
    pledge = make_pledge("draft")
    answer = Page(focal, pledge, "what").send("next", title="x" * 5000)
    assert answer.status_code == 422
    assert "This text is too long: 5000 characters, 160 are possible." in answer.content.decode()
    assert content_of(pledge).title == "x" * 5000
    assert len(Pledge.objects.get().title) == 300


@pytest.mark.parametrize(
    ("name", "step", "typed"),
    [
        ("title", "what", "nul\x00 byte \ud83d half"),
        ("summary", "what", "line\u2028 \u202eturned\x07"),
        ("occasion", "with", "\ufeffbom\x00"),
    ],
)
def test_signs_that_nobody_sees_are_not_kept(focal, make_pledge, name, step, typed):
    pledge = make_pledge("draft")
    Page(focal, pledge, step).send(**{name: typed.encode("utf-8", "replace").decode()})
    kept = getattr(content_of(pledge), name)
    assert kept
    assert not set(kept) & set("\x00\x07\ufeff\u202e")


def test_a_script_is_text(focal, make_pledge):
    pledge = make_pledge("draft")
    script = "<script>alert(1)</script>"
    Page(focal, pledge, "what").send(title=script, summary=script, end=script, **{"indicators-0-name": script})
    for path in ("write/what/", "write/check/", "preview/"):
        html = focal.get(f"/pledges/{pledge.key}/{path}").content.decode()
        assert "&lt;script&gt;alert(1)" in html
        assert script not in html
    assert script not in focal.get(f"/my/pledges/{pledge.key}/").content.decode()
    assert script not in focal.get("/my/pledges/").content.decode()


@pytest.mark.parametrize(
    ("step", "sent", "says"),
    [
        ("money", {"amount": "-5"}, "An amount cannot be negative."),
        ("money", {"amount": "0", "currency": "USD", "money_nature": "new"}, "more than zero"),
        ("money", {"people_expected": "99 billion"}, "There are not that many people on Earth."),
        ("what", {"start": "2027", "end": "2026"}, "The end lies before the start."),
        ("with", {"links-0-url": "javascript:alert(1)"}, "This is not a web address."),
        ("with", {"contact_email": "nobody"}, "This is not a mail address."),
    ],
)
def test_what_is_refused_is_explained(focal, make_pledge, step, sent, says):
    answer = Page(focal, make_pledge("draft"), step).send("next", **sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_values_that_are_not_offered_are_dropped(focal, make_pledge, make_organisation):
    other = make_organisation("Voices Foundation")
    pledge = make_pledge("draft")
    Page(focal, pledge, "who").send(
        lead=str(other.pk), kinds=["programme", "bribe"], focus_areas=["../../etc"], language="xx"
    )
    content = content_of(pledge)
    assert content.kinds == ("programme",)
    assert content.focus_areas == ()
    assert Pledge.objects.get().lead_id in (None, pledge.lead_id)
    assert content.lead != other.pk


@pytest.mark.parametrize("mark", ["", "x", "999999999999.aaaa", "-1.b", "1", "1.é", "\x00"])
def test_a_mark_that_was_tampered_with_loses_nothing(focal, make_pledge, mark):
    pledge = make_pledge("draft")
    page = Page(focal, pledge, "what")
    assert page.send(title="Mine", **{"seen-title": mark}).status_code in (302, 422)
    assert content_of(pledge).title in ("Mine", "Fibre to 214 health posts in the Lake provinces")


def test_keys_that_no_form_sends_are_passed_over(focal, make_pledge):
    pledge = make_pledge("draft")
    before = content_of(pledge)
    sent = {
        "seen-status": "1.a", "status": "published", "seen-number": "1.a", "number": "1", "seen-attachments": "1.a",
        "attachments": "7", "indicators-99999-name": "x", "indicators--1-name": "x", "seen-source": "1.a",
    }  # fmt: skip
    assert focal.post(f"/pledges/{pledge.key}/write/what/", sent).status_code == 302
    assert content_of(pledge) == before
    assert Pledge.objects.get().status == Status.DRAFT


def test_a_thousand_lines_are_not_read(focal, make_pledge):
    pledge = make_pledge("draft")
    page = Page(focal, pledge, "what")
    page.send(**{f"indicators-{n}-name": f"n{n}" for n in range(900)})
    assert len(content_of(pledge).indicators) <= 60


# --- whose it is -------------------------------------------------------------------------------------

DOORS = [
    "/pledges/{key}/write/", "/pledges/{key}/write/who/", "/pledges/{key}/write/what/", "/pledges/{key}/write/check/",
    "/pledges/{key}/preview/", "/my/pledges/{key}/", "/my/pledges/{key}/pledge.json", "/my/pledges/{key}/withdraw/",
    "/my/pledges/{key}/supersede/",
]  # fmt: skip
POSTS = [
    "/pledges/{key}/write/what/", "/pledges/{key}/write/check/", "/pledges/{key}/save/", "/my/pledges/{key}/say/",
    "/my/pledges/{key}/recall/", "/my/pledges/{key}/discard/", "/my/pledges/{key}/restore/",
    "/my/pledges/{key}/revise/", "/my/pledges/{key}/withdraw/", "/my/pledges/{key}/supersede/",
    "/my/pledges/{key}/ask-owner/", "/my/pledges/{key}/letter/", "/my/pledges/{key}/ask/1/",
]  # fmt: skip


@pytest.fixture
def theirs(make_pledge, make_organisation, make_member):
    lead = make_organisation("Voices Foundation")
    return make_pledge("draft", by=make_member(lead), lead=lead, title="A secret promise")


@pytest.mark.parametrize("door", DOORS)
def test_somebody_elses_draft_is_not_there(focal, theirs, door):
    answer = focal.get(door.format(key=theirs.key))
    assert answer.status_code == 404
    assert "secret" not in answer.content.decode()
    nowhere = focal.get(door.format(key="0" * 24))
    assert answer.content.replace(theirs.key.encode(), b"0" * 24) == nowhere.content


@pytest.mark.parametrize("door", POSTS)
def test_somebody_elses_draft_takes_nothing(focal, theirs, door):
    answer = focal.post(door.format(key=theirs.key), {"seen-title": "1.a", "title": "Mine", "text": "x", "go": "send"})
    assert answer.status_code == 404
    theirs.refresh_from_db()
    assert (theirs.status, theirs.title, theirs.messages.count()) == (Status.DRAFT, "A secret promise", 0)


@pytest.mark.parametrize("door", DOORS)
def test_who_is_not_signed_in_is_asked_to_whether_it_exists_or_not(client, theirs, door):
    for key in (theirs.key, "0" * 24):
        answer = client.get(door.format(key=key))
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")


def test_the_secretariat_reads_a_draft_and_does_not_write_in_it(desk, make_pledge):
    pledge = make_pledge("draft")
    assert desk.get(f"/my/pledges/{pledge.key}/").status_code == 200
    assert desk.get(f"/pledges/{pledge.key}/write/what/").status_code == 404


def test_what_is_with_the_secretariat_leads_to_its_page(focal, make_pledge):
    pledge = make_pledge("submitted")
    for method in (focal.get, focal.post):
        assert method(f"/pledges/{pledge.key}/write/what/").url == f"/my/pledges/{pledge.key}/"


def test_a_step_that_does_not_exist_is_not_there(focal, make_pledge):
    assert focal.get(f"/pledges/{make_pledge('draft').key}/write/admin/").status_code == 404


# --- check and send ----------------------------------------------------------------------------------


def test_what_is_missing_is_said_with_the_place_to_put_it_right(focal, make_pledge):
    pledge = make_pledge("draft", title="", kinds=())
    html = focal.get(f"/pledges/{pledge.key}/write/check/").content.decode()
    assert f"/pledges/{pledge.key}/write/what/?put-right=1#field-title" in html
    assert f"/pledges/{pledge.key}/write/who/?put-right=1#field-kinds" in html
    put_right = focal.get(f"/pledges/{pledge.key}/write/what/?put-right=1").content.decode()
    assert "Write a title: one sentence that anybody understands." in put_right


def test_nothing_is_sent_without_consent(focal, make_pledge):
    pledge = make_pledge("draft")
    answer = focal.post(f"/pledges/{pledge.key}/write/check/", {"go": "send"})
    assert answer.status_code == 422
    assert "Agree that the pledge is published." in answer.content.decode()
    assert Pledge.objects.get().status == Status.DRAFT


def test_a_contributor_writes_and_a_focal_point_sends(other, focal_point, make_pledge):
    pledge = make_pledge("draft")
    html = other.get(f"/pledges/{pledge.key}/write/check/").content.decode()
    assert str(focal_point) in html
    assert 'value="send"' not in html
    assert other.post(f"/pledges/{pledge.key}/write/check/", {"go": "send", "consent": "on"}).status_code == 404
    assert Page(other, pledge, "what").send(title="Better").status_code == 302
    other.post(f"/pledges/{pledge.key}/write/check/", {"go": "ready"})
    assert OutgoingMail.objects.get(kind="pledges/ready").to == focal_point.email


def test_a_promise_that_was_made_before_is_shown_before_sending(focal, make_pledge):
    published = make_pledge("published")
    html = focal.get(f"/pledges/{make_pledge('draft').key}/write/check/").content.decode()
    assert published.reference in html
    assert "Has this been promised before?" in html


def test_a_change_of_a_published_pledge_is_written_in_the_same_form_and_shown_word_by_word(focal, make_pledge):
    pledge = make_pledge("published")
    assert focal.post(f"/my/pledges/{pledge.key}/revise/").url == f"/pledges/{pledge.key}/write/what/"
    Page(focal, pledge, "what").send(title="Fibre to 300 health posts in the Lake provinces")
    html = focal.get(f"/pledges/{pledge.reference}/write/check/").content.decode()
    assert "<del>214</del><ins>300</ins>" in html
    focal.post(f"/pledges/{pledge.key}/write/check/", {"go": "send", "reason": "More posts"})
    pledge.refresh_from_db()
    assert (pledge.status, pledge.working.status, pledge.working.reason) == (
        Status.PUBLISHED,
        TextStatus.SUBMITTED,
        "More posts",
    )


def test_a_change_that_changes_nothing_is_not_sent(focal, make_pledge):
    pledge = make_pledge("published")
    focal.post(f"/my/pledges/{pledge.key}/revise/")
    answer = focal.post(f"/pledges/{pledge.key}/write/check/", {"go": "send"})
    assert answer.status_code == 422
    assert "Nothing has changed yet." in answer.content.decode()
