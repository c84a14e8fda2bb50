"""Pictures of the main screens, to be looked at before a change is called done: `make screenshots`.

Serves a demonstration of its own and takes each screen at 360, 820 and 1440 pixels, in English, Arabic and Chinese, light
and dark, into screenshots/ (not in the repository). The README's pictures in docs/pictures/ are made anew with --docs.
`python scripts/screenshots.py [--docs] [--only WORD]` (a word in the name of a screen).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402
from PIL import Image  # noqa: E402
from tests import browser  # noqa: E402

OUT, DOCS = ROOT / "screenshots", ROOT / "docs" / "pictures"
WIDTHS = (360, 820, 1440)
LANGUAGES = ("en", "ar", "zh-hans")
HEAVIEST = 300_000  # bytes of a picture in the documentation
FOCAL, STAFF = "focal@example.org", "secretary@example.org"


@dataclass(frozen=True)
class Screen:
    """One page to look at; `first`: follow the first link in the page whose address begins with this."""

    name: str
    path: str
    who: str = ""
    first: str = ""


SCREENS = (
    Screen("home", "/"),
    Screen("registry", "/pledges/"),
    Screen("registry-filtered", "/pledges/?type=financial&focus=access&q=schools"),
    Screen("registry-nothing", "/pledges/?q=zzzzzz"),
    Screen("pledge", "/pledges/P-00004/"),
    Screen("organisations", "/organisations/"),
    Screen("organisation", "/organisations/", first="/organisations/"),
    Screen("counter", "/counter/"),
    Screen("data", "/data/"),
    Screen("sign-in", "/accounts/login/"),
    Screen("not-there", "/pledges/P-99999/"),
    Screen("my", "/my/", FOCAL),
    Screen("new-pledge", "/pledges/new/", FOCAL),
    Screen("my-pledges", "/my/pledges/", FOCAL),
    Screen("desk", "/desk/", STAFF),
    Screen("queue", "/desk/pledges/", STAFF),
    Screen("review", "/desk/pledges/", STAFF, first="/desk/pledges/"),
    Screen("outbox", "/desk/outbox/", STAFF),
    Screen("desk-organisations", "/desk/organisations/", STAFF),
    Screen("import", "/desk/import/", STAFF),
)
FORM = ("who", "what", "money", "with", "check")
# The README's: a screen each, as the window shows it.
PICTURES = {
    "home": Screen("home", "/"),
    "registry": Screen("registry", "/pledges/"),
    "pledge": Screen("pledge", "/pledges/P-00004/"),
    "desk": Screen("desk", "/desk/pledges/", STAFF, first="/desk/pledges/"),
}


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--docs", action="store_true", help="make the pictures of the documentation anew, nothing else")
    words.add_argument("--only", default="", help="only screens with this word in their name")
    chosen = words.parse_args()
    path = browser.chromium()
    if path is None:
        sys.stderr.write("There is no Chromium here. On Debian: apt install chromium\n")
        return 1
    from playwright.sync_api import sync_playwright

    django.setup()
    with tempfile.TemporaryDirectory(prefix="kept-pictures-") as folder, sync_playwright() as playwright:
        source = browser.template(Path(folder) / "templates", demonstration=True)
        with browser.installation(source, Path(folder) / "var") as house:
            chrome = playwright.chromium.launch(executable_path=path, args=browser.FLAGS)
            camera = Camera(chrome, house)
            if chosen.docs:
                camera.for_the_documentation()
            else:
                camera.everything(chosen.only)
            chrome.close()
    return 0


class Camera:
    """Takes pictures of a running house, as its readers, its focal points and its staff see it."""

    def __init__(self, chrome, house: browser.Kept) -> None:
        self.chrome, self.house = chrome, house
        self.states = {"": None} | {who: self._signed_in(who) for who in (FOCAL, STAFF)}

    def _signed_in(self, who: str) -> dict:
        context = self.chrome.new_context()
        browser.sign_in(context.new_page(), self.house, who)
        state = context.storage_state()
        context.close()
        return state

    def everything(self, only: str) -> None:
        """Every screen in every width, language and light."""
        OUT.mkdir(exist_ok=True)
        for width in WIDTHS:
            for language in LANGUAGES:
                for dark in (False, True):
                    for name, page in self.screens(only, width, language, dark=dark):
                        light = "dark" if dark else "light"
                        to = OUT / f"{name}-{width}-{language}-{light}.png"
                        page.screenshot(path=str(to), full_page=True)
                        sys.stdout.write(f"{to.relative_to(ROOT)}\n")

    def screens(self, only: str, width: int, language: str, *, dark: bool) -> Iterator[tuple[str, object]]:
        for who, state in self.states.items():
            context = self.chrome.new_context(
                viewport={"width": width, "height": 900},
                storage_state=state,
                color_scheme="dark" if dark else "light",
                is_mobile=width < 500,
                reduced_motion="reduce",  # the counter stands at its figure at once
            )
            page = context.new_page()
            for screen in SCREENS:
                if screen.who == who and only in screen.name:
                    self.show(page, screen, language)
                    yield screen.name, page
            if who == FOCAL and only in "form":
                form = self.draft(page, language)
                for step in FORM:
                    page.goto(f"{form}{step}/")
                    yield f"form-{step}", page
            context.close()

    def show(self, page, screen: Screen, language: str = "en") -> None:
        prefix = "" if language == "en" else f"/{language}"
        page.goto(self.house.url + prefix + screen.path, wait_until="networkidle")
        if screen.first:
            links = page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(a => a.pathname)")
            start = prefix + screen.first
            deeper = [a for a in links if a.startswith(start) and len(a) > len(start) + 12]
            page.goto(self.house.url + deeper[0], wait_until="networkidle")
        page.evaluate("document.fonts.ready")

    def draft(self, page, language: str) -> str:
        """The form of the first draft of one's own, at no step."""
        page.goto(f"{self.house.url}/my/pledges/?state=waiting")
        found = page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(a => a.pathname)")
        key = next(a.split("/")[3] for a in found if a.startswith("/my/pledges/") and len(a) > 30)
        prefix = "" if language == "en" else f"/{language}"
        return f"{self.house.url}{prefix}/pledges/{key}/write/"

    def for_the_documentation(self) -> None:
        """docs/pictures: the window as it opens at 1440 by 960, few colours, little weight."""
        DOCS.mkdir(parents=True, exist_ok=True)
        for name, screen in PICTURES.items():
            context = self.chrome.new_context(
                viewport={"width": 1440, "height": 960}, storage_state=self.states[screen.who], reduced_motion="reduce"
            )
            page = context.new_page()
            self.show(page, screen)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            for colours in (256, 128, 64):
                small = shot.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
                small.save(DOCS / f"{name}.png", optimize=True)
                if (DOCS / f"{name}.png").stat().st_size < HEAVIEST:
                    break
            sys.stdout.write(f"docs/pictures/{name}.png {(DOCS / f'{name}.png').stat().st_size} bytes\n")
            context.close()


if __name__ == "__main__":
    sys.exit(main())
