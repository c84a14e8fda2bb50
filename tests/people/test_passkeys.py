"""A passkey in a real browser, with an authenticator that the browser plays: added, used to sign in, in Arabic, too."""

from __future__ import annotations

import re
import shutil

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail as sent
from django.core.cache import cache

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def browser_page(monkeypatch):
    """A page of Chromium with a passkey device of its own."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps a loop running in this thread; Django takes that for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    cache.clear()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield page
        browser.close()


def test_a_passkey_is_added_and_then_signs_in_alone(browser_page, live_server, make_person):
    page, home = browser_page, live_server.url.replace("127.0.0.1", "localhost")
    person = make_person("reader@example.org")
    page.goto(f"{home}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.fill("input[name=login]", "reader@example.org")
    page.click("main form button >> nth=0")
    page.wait_for_url("**/login/code/confirm/**")
    page.fill("input[name=code]", re.search(r"^\d{4}-\d{4}$", sent.outbox[-1].body, re.MULTILINE)[0])
    page.click("main form button >> nth=0")
    page.wait_for_url("**/webauthn/add/")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator("#codes li").count() == 10
    assert Authenticator.objects.filter(user=person, type="webauthn").count() == 1
    page.goto(f"{home}/accounts/logout/")
    page.click("main form button")
    page.goto(f"{home}/ar/accounts/login/?next=/ar/my/")
    page.click("form[data-passkey=sign-in] button")
    page.wait_for_url("**/ar/my/")


def test_without_javascript_nothing_about_passkeys_is_in_the_way(browser_page, live_server, db):
    context = browser_page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    assert not page.locator("form[data-passkey]").is_visible()
    assert page.locator("input[name=login]").is_visible()
