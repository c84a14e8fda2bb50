"""What is promised of every page a reader meets: light, valid, open to everybody, and nobody is followed.

The demonstration is served and looked at in a browser, in six languages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.browser import ROOT, Kept, sign_in

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh-hans")
BUDGET = 100 * 1024  # bytes over the wire at a first visit, without pictures
# What passed is not written down: that takes as long as looking.
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
READERS = (
    "/", "/pledges/", "/pledges/P-00001/", "/pledges/P-00001/revisions/1/", "/organisations/", "/counter/", "/data/",
    "/countries/", "/countries/BDI/", "/groups/ldc/", "/focus/access/",
    "/pledges/compare/?ref=P-00001&ref=P-00002&ref=P-00003",
    "/embed/counter/", "/check/?pledge=P-00001", "/counter/speech/", "/embed/", "/accounts/login/", "/progress/",
    "/progress/indicators/", "/progress/how-we-judge/",
    "/check-in/",
)  # fmt: skip
STATES = (
    "/pledges/?q=school&type=financial", "/pledges/?q=zzzzzz", "/pledges/?page=3", "/counter/?as_of=2023-12-31", "/counter/2023-12/",
    "/pledges/P-00001/?as_of=2023-12-31", "/check/",
    "/pledges/?view=map", "/pledges/?view=map&measure=amount&region=002&country=KEN", "/pledges/?view=table&group=ldc",
    "/regions/", "/regions/014/", "/groups/", "/focus/", "/sdgs/", "/sdgs/4/", "/pledges/compare/",
    "/accounts/signup/", "/pledges/P-99999/",
)  # fmt: skip
# Where somebody shows who they are, a form needs its token in a cookie.
ENTRANCES = ("/accounts/login/", "/accounts/signup/")


def in_language(language: str, path: str) -> str:
    return path if language == "en" else f"/{language}{path}"


@dataclass
class Visit:
    """What a browser saw at a first visit."""

    path: str
    status: int = 0
    bytes: int = 0  # over the wire, without pictures
    strangers: set[str] = field(default_factory=set)  # addresses of other hosts
    cookies: list[str] = field(default_factory=list)
    policy: str = ""
    said: list[str] = field(default_factory=list)  # errors in the console
    barriers: list[str] = field(default_factory=list)  # what axe found

    def faults(self) -> list[str]:
        """Every promise that this page breaks, in words."""
        found = [f"{self.path}: {barrier}" for barrier in self.barriers]
        found += [f"{self.path}: the console says {line}" for line in self.said]
        found += [f"{self.path}: asks {address}" for address in sorted(self.strangers)]
        if self.bytes > BUDGET:
            found.append(f"{self.path}: {self.bytes / 1024:.0f} KB at first visit")
        if self.cookies and not self.path.endswith(ENTRANCES):
            found.append(f"{self.path}: sets {self.cookies}")
        for needed in ("default-src 'none'", "script-src 'self'", "object-src 'none'"):
            if needed not in self.policy:
                found.append(f"{self.path}: the content security policy lacks {needed}")
        if "unsafe" in self.policy:
            found.append(f"{self.path}: the content security policy allows something unsafe")
        return found


def first_visit(chrome, house: Kept, path: str) -> Visit:
    """Open a page with an empty cache and no cookies, as somebody who was never here."""
    visit = Visit(path)
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    kinds: dict[str, str] = {}

    def asked(event: dict) -> None:
        kinds[event["requestId"]] = event.get("type", "")
        address = event["request"]["url"]
        if not address.startswith((house.url, "data:")):
            visit.strangers.add(address)

    def answered(event: dict) -> None:
        if kinds.get(event["requestId"]) != "Image":
            visit.bytes += int(event["encodedDataLength"])

    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", answered)
    page.on("console", lambda message: visit.said.append(message.text) if is_fault(message) else None)
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    response = page.goto(house.url + path)
    page.evaluate("document.fonts.ready")  # what comes later still comes while axe looks at the page
    visit.status = response.status
    visit.policy = response.header_value("content-security-policy") or ""
    visit.cookies = [cookie["name"] for cookie in context.cookies()]
    if visit.status == 404:
        visit.said = [line for line in visit.said if "404" not in line]
    visit.barriers = barriers(page)
    context.close()
    return visit


def is_fault(message) -> bool:
    """An error in the console; a browser's own question for an icon is none."""
    return message.type == "error" and not message.location.get("url", "").endswith("/favicon.ico")


def barriers(page) -> list[str]:
    """What axe finds on the page as it stands: rule, how often, where first."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{v['id']} ({len(v['nodes'])} times): {v['nodes'][0]['html'][:160]}" for v in found]


def is_visited(language: str, n: int) -> bool:
    """Every page is visited in English, in Arabic and in one of the other languages."""
    others = [one for one in LANGUAGES if one not in ("en", "ar")]
    return language not in others or others.index(language) == n % len(others)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_readers_first_visit_is_light_open_to_everybody_and_followed_by_nobody(chrome, demonstration, language):
    slug = first_organisation(demonstration)
    pages = [*READERS, f"/organisations/{slug}/", f"/pledges/{withdrawn(demonstration)}/"]
    pages += meeting_pages(demonstration)
    if language == "en":
        pages += STATES[::3]  # each is a page of the others in another state: all are checked for their HTML and width
    visits = [
        first_visit(chrome, demonstration, in_language(language, path))
        for n, path in enumerate(pages)
        if is_visited(language, n)
    ]
    assert [fault for visit in visits for fault in visit.faults()] == []
    missing = [visit.path for visit in visits if visit.status != (404 if "99999" in visit.path else 200)]
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 820])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_the_screen(chrome, demonstration, width, language):
    context = chrome.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    wide = []
    for path in (*READERS, *STATES):
        page.goto(demonstration.url + in_language(language, path))
        across = page.evaluate("document.documentElement.scrollWidth")
        if across > width:
            wide.append(f"{in_language(language, path)}: {across}")
    context.close()
    assert wide == []


# The people who work here ----------------------------------------------------------------------------

FOCAL, STAFF = "focal@example.org", "secretary@example.org"
WORKPLACES = {
    FOCAL: (
        "/my/", "/my/account/", "/my/organisations/", "/my/organisations/?q=network", "/my/organisations/new/",
        "/my/pledges/", "/pledges/new/",
    ),
    STAFF: (
        "/desk/", "/desk/pledges/", "/desk/pledges/all/", "/desk/pledges/accepted/", "/desk/translations/",
        "/desk/terms/", "/desk/organisations/", "/desk/accounts/", "/desk/outbox/", "/desk/settings/",
        "/desk/settings/rates/", "/desk/settings/places/", "/desk/settings/groups/", "/desk/import/",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("who", "language"), [(FOCAL, "ar"), (STAFF, "en")])
def test_those_who_work_here_meet_no_barrier_and_valid_pages(chrome, demonstration, language, who, tmp_path):
    """Forms and desk, signed in: axe in the browser, the HTML checker on the same pages."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900})
    page = sign_in(context.new_page(), demonstration, who, language=language)
    faults = []
    for path in [*WORKPLACES[who], *opened(page, demonstration, who), *desk_of_meeting(demonstration, who)]:
        response = page.goto(demonstration.url + in_language(language, path))
        if response.status != 200:
            faults.append(f"{path}: answers {response.status}")
            continue
        faults += [f"{path}: {barrier}" for barrier in barriers(page)]
        (tmp_path / file_name(path)).write_bytes(response.body())
    context.close()
    assert faults + checked(tmp_path) == []


def desk_of_meeting(house: Kept, who: str) -> list[str]:
    """The desk's pages of the meeting to come that have most on them, the editor of its programme first."""
    coming = json.loads(fetched(house, "/api/v1/meetings"))["results"][0]["slug"]
    desk = f"/desk/meetings/{coming}/"
    return [f"{desk}{page}" for page in ("programme/", "", "speakers/", "events/")] if who == STAFF else []


def opened(page, house: Kept, who: str) -> list[str]:
    """Addresses that only a database knows: the first of a list, followed as a person would."""
    found = []
    lists = {STAFF: ("/desk/pledges/", "/desk/organisations/", "/desk/accounts/"), FOCAL: ("/my/", "/my/pledges/")}
    for path in lists[who]:
        page.goto(house.url + path)
        links = page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        deeper = [a for a in links if a and a.startswith(path) and len(a) > len(path) and "?" not in a]
        found += deeper[:2]
    return found


# Valid HTML ------------------------------------------------------------------------------------------

JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def file_name(path: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in path) + ".html"


def checked(folder: Path) -> list[str]:
    """What the HTML checker says of every page in a folder; one start of Java for all of them."""
    if not JAR.exists() or shutil.which("java") is None:
        pytest.skip("no HTML checker")
    command = [
        "java",
        "-Xmx256m",
        "-jar",
        str(JAR),
        "--skip-non-html",
        "--format",
        "json",
        "--exit-zero-always",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    said = json.loads(done.stderr)["messages"]
    return [
        f"{Path(m['url']).name}: {m['message']}: {m.get('extract', '')[:120]!r}"
        for m in said
        if m["type"] == "error" or (m.get("subType") == "warning" and "appears to be written" not in m["message"])
    ]


def fetched(house: Kept, path: str) -> bytes:
    try:
        with urlopen(Request(house.url + path), timeout=30) as answer:  # noqa: S310
            return answer.read()
    except HTTPError as refusal:
        return refusal.read()


@pytest.mark.slow
def test_the_html_checker_finds_no_error_on_a_readers_page(demonstration, tmp_path):
    if not JAR.exists():
        pytest.skip("no HTML checker")
    slug = first_organisation(demonstration)
    for language in LANGUAGES:
        for path in (*READERS, *STATES, f"/organisations/{slug}/", *meeting_pages(demonstration)):
            address = in_language(language, path)
            (tmp_path / file_name(address)).write_bytes(fetched(demonstration, address))
    assert checked(tmp_path) == []


def first_organisation(house: Kept) -> str:
    answer = json.loads(fetched(house, "/api/v1/organisations"))
    return answer["results"][0]["slug"]


def meeting_pages(house: Kept) -> list[str]:
    """The meeting to come in its views, and what is left of the one of 2023."""
    coming = json.loads(fetched(house, "/api/v1/meetings"))["results"][0]["slug"]
    page, past = f"/meetings/{coming}/", "/meetings/annual-meeting-2023/"
    return [
        page, f"{page}programme/?view=grid&tz=Asia/Kathmandu", f"{page}programme/?kind=panel", f"{page}speakers/",
        f"{page}practical/", f"{page}documents/", f"{page}live/", f"{page}time/", f"{past}highlights/", "/meetings/",
        f"/embed/meetings/{coming}/",
    ]  # fmt: skip


def withdrawn(house: Kept) -> str:
    """A reference of a pledge that was taken back: its page stays."""
    answer = json.loads(fetched(house, "/api/v1/pledges?status=withdrawn"))
    return answer["results"][0]["reference"]
