"""A whole Kept as it is in life, for tests in a browser: a server of its own, its worker, its mail, a Chromium.

Nothing is mocked: `kept serve` runs as a process with a data folder of its own, mails are the files that leave, and a
person finds buttons by their words. Where no browser is found, these tests are skipped, and the summary says so.
"""

from __future__ import annotations

import email
import email.policy
import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 40  # seconds for a server to answer, on a machine with other work
SLOWER = float(os.environ.get("BROWSER_SLOWER", "1"))  # 8: as on a poor telephone, where tests that do not wait fail
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
FLAGS += [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]  # a camera and a microphone, of no one


@cache
def chromium() -> str | None:
    """The path of a Chromium that starts: the system's, else the one that Playwright brought; None where there is none."""
    installed = [found for name in COMMANDS if (found := shutil.which(name))]
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    brought = [str(path) for path in sorted(folder.glob("chromium*/**/chrome"), reverse=True)]
    return next((path for path in installed + brought if starts(path)), None)


def starts(path: str) -> bool:
    """Whether a browser can be run here: one without its libraries, or a shop window for a package, cannot."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Mail:
    """One mail that left: to whom, subject, text."""

    to: str
    subject: str
    text: str

    @property
    def code(self) -> str | None:
        """The code to sign in: 1234-5678; None in a mail about something else."""
        found = re.search(r"^\s*(\d{4}-\d{4})\s*$", self.text, re.M)
        return found and found[1]

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"]+", self.text)


@dataclass
class Kept:
    """A running installation. `kept("demo")` runs a command on its data while it serves."""

    data: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own environment that is a setting of Kept."""
        foreign = (
            "KEPT_",
            "DATABASE_URL",
            "REDIS_URL",
            "EMAIL_URL",
            "STORAGE_URL",
            "SECRET_KEY",
            "LOG_",
            "DEBUG",
            "DEMO",
        )
        ours = {k: v for k, v in os.environ.items() if not k.startswith(foreign) and k != "DJANGO_SETTINGS_MODULE"}
        own = {"KEPT_DATA": str(self.data), "KEPT_BASE_URL": self.url, "LOG_LEVEL": "ERROR"}
        return ours | own | self.settings

    def kept(self, *words: str) -> str:
        """Run an administration command; returns what it printed."""
        command = [sys.executable, "-m", "kept.site.command", *words]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"kept {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> Kept:
        command = [sys.executable, "-m", "kept.site.command", "serve", "--port", str(self.port), "--workers", "1"]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--with-worker"], env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/static/base/kept.js", timeout=5):  # noqa: S310
                    return self
            except (URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise AssertionError(f"The server did not start:\n{(self.data / 'server.log').read_text()[-4000:]}")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    # Mail --------------------------------------------------------------------------------------------

    def mails(self, to: str = "") -> list[Mail]:
        """The mails that left, the oldest first; those to one person where `to` is given."""
        found = []
        for path in sorted((self.data / "outbox").glob("*.log"), key=lambda p: p.stat().st_mtime_ns):
            for part in re.split(rb"^-{79}\n", path.read_bytes(), flags=re.M):
                if not part.strip():
                    continue
                message = email.message_from_bytes(part, policy=email.policy.default)
                body = message.get_body(("plain",))
                if body is not None:
                    found.append(Mail(str(message["To"]), str(message["Subject"]), body.get_content()))
        return [mail for mail in found if not to or mail.to == to]

    def codes(self, to: str) -> list[str]:
        """The codes to sign in that left to somebody, the oldest first."""
        return [mail.code for mail in self.mails(to) if mail.code]

    def code_for(self, to: str, *, after: int = 0) -> str:
        """The newest code to sign in, waited for: there are more than `after`. Other mail may come in between."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = self.codes(to)
            if len(found) > after:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"No code to {to}; there are {[m.subject for m in self.mails(to)]}")

    def mail_to(self, to: str, *, after: int = 0, about: str = "") -> Mail:
        """The newest mail to somebody, waited for: more than `after` mails, with `about` in subject or text."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [m for m in self.mails(to)[after:] if about in m.subject + m.text]
            if found:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"No mail to {to} about {about!r}; there are {[m.subject for m in self.mails(to)]}")


def _made_once(folder: Path, name: str, make) -> Path:
    """A folder that the first process makes and all others take as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / name
        if not ready.exists():
            half = folder / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            make(half)
            half.rename(ready)
    return ready


def template(folder: Path, *, demonstration: bool) -> Path:
    """A migrated data folder to copy from: empty, or with the demonstration. Made once for all processes of a run."""

    def migrated(half: Path) -> None:
        Kept(half, 1).kept("migrate", "-v0")

    def with_demonstration(half: Path) -> None:
        shutil.copytree(template(folder, demonstration=False), half, dirs_exist_ok=True)
        Kept(half, 1).kept("demo")

    if demonstration:
        return _made_once(folder, "demonstration", with_demonstration)
    return _made_once(folder, "empty", migrated)


@contextmanager
def installation(source: Path, data: Path, **settings: str):
    """Serve a copy of a data folder; yields the running `Kept`."""
    shutil.copytree(source, data)
    running = Kept(data, free_port(), settings)
    try:
        yield running.start()
    finally:
        running.stop()


# People ----------------------------------------------------------------------------------------------


def in_words(language: str, text: str, **values: object) -> str:
    """A text of the interface in a language, as its page says it."""
    from django.utils import translation

    with translation.override(language):
        return translation.gettext(text) % values if values else translation.gettext(text)


class Person:
    """Somebody in front of a browser, who reads and finds things by their words, in their language.

    Texts are given in English, as the code has them; a text that is not translated is looked for in English.
    `width`: no page may be wider than this.
    """

    def __init__(self, page, house: Kept, language: str = "en", width: int = 0) -> None:
        self.page, self.house, self.language, self.width = page, house, language, width
        self.said: list[str] = []  # errors in the console
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _heard(self, message) -> None:
        # A form that is refused answers 422, an address that is not there 404: that is no fault of the page.
        expected = ("status of 4", "ERR_INTERNET_DISCONNECTED")
        if message.type == "error" and not any(each in message.text for each in expected):
            self.said.append(f"{self.page.url}: {message.text}")

    def words(self, text: str, **values: object) -> str:
        return in_words(self.language, text, **values)

    # Moving about -----------------------------------------------------------------------------------

    def go(self, path: str):
        """Open an address of the house in this person's language; returns the answer."""
        answer = self.page.goto(self.house.url + (path if self.language == "en" else f"/{self.language}{path}"))
        self._arrived()
        return answer

    def follow(self, text: str, **values: object) -> None:
        """Follow the link with these words."""
        self.link(self.words(text, **values)).click()
        self._arrived()

    def link(self, words: str):
        return self.page.get_by_role("link", name=words, exact=True).filter(visible=True).first

    def press(self, text: str, **values: object) -> None:
        """Press the button with these words, and wait for the page behind it."""
        button = self.button(text, **values)
        with self.page.expect_navigation():
            button.click()
        self._arrived()

    def button(self, text: str, **values: object):
        found = self.page.get_by_role("button", name=self.words(text, **values), exact=True)
        return found.filter(visible=True).first

    def unfold(self, text: str, **values: object) -> None:
        """Open what is folded behind these words: a dialog with JavaScript, a part of the page without."""
        self.page.get_by_text(self.words(text, **values), exact=True).filter(visible=True).first.click()

    def _arrived(self) -> None:
        self.page.wait_for_load_state()
        if self.width:
            across = self.page.evaluate("document.documentElement.scrollWidth")
            assert across <= self.width, f"{self.page.url} is {across} wide"

    # Filling in -------------------------------------------------------------------------------------

    def field(self, label: str):
        """What is written into, under this label (which may go on: "required")."""
        begins = re.compile(rf"^\s*{re.escape(self.words(label))}(\s|$)")
        return (
            self.page.get_by_label(begins).and_(self.page.locator("input, textarea, select")).filter(visible=True).first
        )

    def write(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def choose(self, label: str, option: str) -> None:
        """Choose in a list that drops down."""
        self.field(label).select_option(label=option)

    def tick(self, words: str) -> None:
        """Tick the box, or choose the one of several, whose label begins with these words (not translated here)."""
        begins = re.compile(rf"^\s*{re.escape(words)}(\s|$)", re.IGNORECASE)
        self.page.get_by_label(begins).and_(self.page.locator("[type=checkbox], [type=radio]")).first.check()

    def pick(self, question: str, words: str) -> None:
        """Choose in a long list that is folded: unfold it below its question, then tick."""
        named = re.compile(rf"^\s*{re.escape(self.words(question))}(\s|$)")
        asked = self.page.get_by_role("group", name=named).first
        asked.get_by_text(self.words("Choose from the list"), exact=True).click()
        asked.get_by_label(words, exact=True).check()

    # Reading ----------------------------------------------------------------------------------------

    def sees(self, text: str, **values: object) -> None:
        """These words are on the page, where a person sees them. Waits for them; fails with what is there instead."""
        words = self.words(text, **values)
        try:
            self.page.get_by_text(words).filter(visible=True).first.wait_for(timeout=15_000)
        except Exception:
            raise AssertionError(f"{words!r} is not on {self.page.url}:\n{self.text}") from None

    @property
    def text(self) -> str:
        """What stands on the page."""
        return self.page.locator("main").inner_text()

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).first.inner_text()

    # Coming in --------------------------------------------------------------------------------------

    def sign_up(self, name: str, email: str) -> None:
        """Make an account, with the code from the mail."""
        self.go("/accounts/signup/")
        self.write("Your name", name)
        self.write("Mail address", email)
        self.press("Send me a code")
        self.write("The code from the mail", self.house.code_for(email))
        self.press("Continue")
        assert "/accounts/" not in self.page.url, self.text

    def sign_in(self, email: str) -> None:
        """With the code from the mail."""
        before = len(self.house.codes(email))
        self.go("/accounts/login/")
        self.write("Mail address", email)
        self.press("Send me a code")
        self.write("The code from the mail", self.house.code_for(email, after=before))
        self.press("Continue")
        assert "/accounts/login/" not in self.page.url, self.text


def someone(
    chrome,
    house: Kept,
    *,
    language: str = "en",
    width: int = 1280,
    javascript: bool = True,
    zone: str = "Europe/Zurich",
) -> Person:
    """A person with a browser of their own: no cookies of anybody else's. Below 500 wide it is a telephone.

    `zone`: where their clock is; by default where the demonstration's meetings are, so that pages stay as they came.
    """
    telephone = width < 500
    context = chrome.new_context(
        viewport={"width": width, "height": 740 if telephone else 900},
        java_script_enabled=javascript,
        is_mobile=telephone,
        has_touch=telephone,
        locale={"en": "en-GB", "zh-hans": "zh-CN"}.get(language, language),
        timezone_id=zone,
    )
    page = context.new_page()
    if SLOWER > 1:
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return Person(page, house, language, width if telephone and javascript else 0)


def sign_in(page, house: Kept, email: str, *, language: str = "en"):
    """Sign somebody in; returns the page."""
    Person(page, house, language).sign_in(email)
    return page


# Fixtures, imported by the conftests of tests/journeys and tests/site --------------------------------

NO_BROWSER = "no Chromium was found"


@pytest.fixture(scope="session")
def templates_folder(tmp_path_factory) -> Path:
    """One folder for all processes of this run (pytest-xdist gives each a folder below it)."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "kept-templates"


@pytest.fixture(scope="module")
def chrome():
    """A running Chromium. It is closed with the module: its event loop would keep Django from the database."""
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demonstration(templates_folder, tmp_path_factory):
    """The demonstration coalition, served, published without a wait."""
    source = template(templates_folder, demonstration=True)
    data = tmp_path_factory.mktemp("demonstration") / "var"
    with installation(source, data, KEPT_CALL_BACK_MINUTES="0") as running:
        yield running


@pytest.fixture(scope="module")
def empty_house(templates_folder, tmp_path_factory):
    """An installation on its first day, served."""
    source = template(templates_folder, demonstration=False)
    data = tmp_path_factory.mktemp("empty") / "var"
    with installation(source, data, KEPT_CALL_BACK_MINUTES="0") as running:
        yield running


def pytest_terminal_summary(terminalreporter) -> None:
    """Tests that did not run are no tests that passed: say how many, and what is missing."""
    for reason, cure in (
        (NO_BROWSER, "install Chromium (Debian: apt install chromium), or: playwright install chromium"),
        ("no HTML checker", "npm ci, and Java"),
    ):
        skipped = [r for r in terminalreporter.stats.get("skipped", []) if reason in str(r.longrepr)]
        if skipped:
            terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
            terminalreporter.write_line(f"{len(skipped)} tests were skipped: {reason}. To run them: {cure}.")
