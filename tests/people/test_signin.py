"""Signing in by a code, a password, a second factor; nobody learns who has an account."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail as sent
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kept.base import history
from kept.base.installation import installation
from kept.base.models import MailState, OutgoingMail
from kept.people.models import Person

SIGN_IN, SIGN_UP, CODE = "/accounts/login/", "/accounts/signup/", "/accounts/login/code/confirm/"
CONFIRM = "/accounts/confirm-email/"


@pytest.fixture(autouse=True)
def _attempts_are_forgotten():
    cache.clear()


@pytest.fixture(autouse=True)
def _committed(django_capture_on_commit_callbacks, monkeypatch):
    """What happens once a transaction is committed happens at once: a test never commits."""
    monkeypatch.setattr("kept.base.mail.transaction.on_commit", lambda act, robust=False: act())


def code() -> str:
    """The code of the newest mail."""
    return re.search(r"^(\d{4}-\d{4})$", sent.outbox[-1].body, re.MULTILINE)[1]


def sign_in(client: Client, email: str, where: str = SIGN_IN):
    client.post(where, {"login": email})
    return client.post(where.replace(SIGN_IN, CODE), {"code": code()})


def test_a_person_signs_in_with_a_code_that_leaves_at_once(client, make_person):
    person = make_person("reader@example.org")
    client.post(SIGN_IN, {"login": "Reader@Example.org"})
    [row] = OutgoingMail.objects.all()
    assert (row.kind, row.state, row.text) == ("people/sign_in_code", MailState.SENT, "")
    answer = client.post(CODE, {"code": code()})
    assert (answer.status_code, answer.url) == (302, "/my/")
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_code_may_be_typed_with_arabic_digits_and_without_the_dash(client, make_person):
    make_person("reader@example.org")
    client.post(SIGN_IN, {"login": "reader@example.org"})
    typed = code().replace("-", "").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(CODE, {"code": typed}).url == "/my/"


def test_the_language_of_the_address_is_kept_in_mail_and_afterwards(client, make_person):
    make_person("reader@example.org")
    answer = sign_in(client, "reader@example.org", "/ar/accounts/login/")
    assert answer.url == "/ar/my/"
    assert OutgoingMail.objects.get().language == "ar"


def test_after_signing_in_one_is_where_one_wanted_to_go_but_only_in_this_house(client, make_person):
    make_person("reader@example.org")
    for wanted, where in (("/pledges/", "/pledges/"), ("https://evil.example/", "/my/"), ("//evil.example", "/my/")):
        client.post(SIGN_IN, {"login": "reader@example.org", "next": wanted})
        answer = client.post(CODE, {"code": code(), "next": wanted})
        assert answer.url == where
        client.logout()
        cache.clear()


def test_a_wrong_code_is_said_and_after_five_the_code_is_void(client, make_person):
    make_person("reader@example.org")
    client.post(SIGN_IN, {"login": "reader@example.org"})
    right = code()
    for _attempt in range(4):
        assert "This is not the code" in client.post(CODE, {"code": "0000-0001"}).content.decode()
    client.post(CODE, {"code": "0000-0001"})
    client.post(CODE, {"code": right})
    assert "_auth_user_id" not in client.session


def test_nobody_learns_from_the_pages_who_has_an_account(make_person):
    make_person("known@example.org")
    pages = []
    for email in ("known@example.org", "nobody@example.org"):
        browser = Client()
        first = browser.post(SIGN_IN, {"login": email})
        second = browser.get(CODE)
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", second.content.decode()).replace(email, "…")
        pages.append((first.status_code, first.url, second.status_code, text))
    assert pages[0] == pages[1]
    assert [row.kind for row in OutgoingMail.objects.order_by("pk")] == ["people/sign_in_code", "people/no_account"]


def test_nobody_learns_from_signing_up_who_has_an_account(make_person):
    make_person("known@example.org")
    pages = []
    for email in ("known@example.org", "new@example.org"):
        browser = Client()
        first = browser.post(SIGN_UP, {"email": email, "name": "N. N."})
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", browser.get(CONFIRM).content.decode())
        pages.append((first.status_code, first.url, text.replace(email, "…")))
    assert pages[0] == pages[1]
    kinds = [row.kind for row in OutgoingMail.objects.order_by("pk")]
    assert kinds == ["people/account_exists", "people/confirm_address"]


def test_an_account_is_made_with_name_and_language_and_opens_with_the_code(client, db):
    client.post("/fr/accounts/signup/", {"email": "new@example.org", "name": " Nadia N. "})
    answer = client.post("/fr/accounts/confirm-email/", {"code": code()})
    person = Person.objects.get(email="new@example.org")
    assert (person.name, person.language, person.has_usable_password()) == ("Nadia N.", "fr", False)
    assert answer.url == "/fr/my/"


def test_a_closed_account_gets_no_code(client, make_person):
    person = make_person("gone@example.org")
    Person.objects.filter(pk=person.pk).update(is_active=False)
    client.post(SIGN_IN, {"login": "gone@example.org"})
    assert OutgoingMail.objects.get().kind == "people/no_account"


def test_after_many_codes_one_waits(client, make_person):
    make_person("reader@example.org")
    for _time in range(3):
        Client().post(SIGN_IN, {"login": "reader@example.org"})
    page = Client().post(SIGN_IN, {"login": "reader@example.org"})
    assert "Wait a few minutes" in page.content.decode()
    assert OutgoingMail.objects.count() == 3


def test_who_has_a_password_signs_in_with_it_and_who_has_not_is_not_told_so(client, make_person):
    person = make_person("reader@example.org")
    refused = client.post(SIGN_IN, {"login": "reader@example.org", "password": "a long pass phrase"})
    assert "do not fit together" in refused.content.decode()
    person.set_password("a long pass phrase")
    person.save()
    answer = client.post(SIGN_IN, {"login": "reader@example.org", "password": "a long pass phrase"})
    assert answer.status_code == 302
    assert "_auth_user_id" in client.session or answer.url.startswith("/accounts/confirm-email")


def test_a_code_that_arrives_shows_that_the_address_works_again(client, make_person, now):
    person = make_person("reader@example.org")
    Person.objects.filter(pk=person.pk).update(bounced_at=now)
    sign_in(client, "reader@example.org")
    person.refresh_from_db()
    assert person.bounced_at is None
    assert [entry.verb for entry in history.of("person", person.pk)] == ["address_works"]


# The desk's second factor ----------------------------------------------------------------------------


def test_staff_without_a_second_factor_are_led_to_set_one_up_before_the_desk(client, secretary):
    answer = sign_in(client, secretary.email)
    assert answer.url == "/desk/"
    assert client.get("/desk/").url == reverse("mfa_index")
    assert "It needs a second way" in client.get(reverse("mfa_index")).content.decode()
    assert client.get("/ar/desk/organisations/").url == "/ar" + reverse("mfa_index")


def test_staff_without_a_second_factor_decide_nothing_elsewhere_either(client, secretary, organisation, make_person):
    from kept.people import actions
    from kept.people.models import Membership

    membership = Membership.objects.create(person=make_person(), organisation=organisation)
    client.force_login(secretary)
    address = reverse("people:decide", args=[membership.pk, "let_in"])
    assert client.post(address).status_code == 404
    membership.refresh_from_db()
    assert membership.state == "asked"
    assert actions.let_in is not None


def test_in_the_demonstration_the_desk_asks_for_no_second_factor(client, secretary):
    row = installation()
    row.demonstration = True
    row.save()
    client.force_login(secretary)
    assert client.get("/desk/").status_code == 200


def test_with_an_authenticator_app_the_desk_opens_and_asks_for_its_code_at_each_sign_in(client, secretary):
    secret = "JBSWY3DPEHPK3PXP"  # noqa: S105
    TOTP.activate(secretary, secret)
    answer = sign_in(client, secretary.email)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get("/desk/").status_code == 302  # not yet signed in
    now = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(reverse("mfa_authenticate"), {"code": now}).url == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client, secretary):
    Authenticator.objects.create(user=secretary, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    client.force_login(secretary)
    assert client.get("/desk/").status_code == 302


def test_every_change_of_the_ways_to_sign_in_is_told_and_kept(client, make_person):
    person = make_person("reader@example.org")
    sign_in(client, "reader@example.org")
    phrase = "a long pass phrase"
    client.post(reverse("account_set_password"), {"password1": phrase, "password2": phrase})
    assert [entry.verb for entry in history.of("person", person.pk)] == ["password_set"]
    told = OutgoingMail.objects.latest("pk")
    assert (told.kind, told.to) == ("people/account_changed", "reader@example.org")
    assert "A password was set." in told.text


# Pages -----------------------------------------------------------------------------------------------

PAGES = [
    "account_login", "account_signup", "account_request_login_code", "account_reset_password",
]  # fmt: skip
OWN_PAGES = [
    "account_logout", "account_email", "account_set_password", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn",
    "mfa_add_webauthn", "people:my", "people:settings", "people:find", "people:found",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES + OWN_PAGES)
def test_every_page_of_accounts_stands_in_our_frame_without_inline_script_or_style(client, make_person, name):
    if name in OWN_PAGES:
        make_person("reader@example.org")
        sign_in(client, "reader@example.org")
    page = client.get(reverse(name))
    html = page.content.decode()
    assert page.status_code == 200
    assert html.count("<h1") == 1
    assert 'id="main"' in html
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
    assert all('type="application/json"' in attributes for attributes in scripts)
    assert " style=" not in html
    assert "<style" not in html


def test_passkeys_are_asked_for_with_options_that_name_the_coalition(client, make_person):
    make_person("reader@example.org")
    sign_in(client, "reader@example.org")
    page = client.get(reverse("mfa_add_webauthn"))
    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"]["name"] == installation().display_name
    assert options["user"]["name"] == "reader@example.org"
