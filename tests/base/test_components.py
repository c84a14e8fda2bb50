"""The design system keeps its own rules: contrast, logical properties, one style once, no cookie, valid HTML."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import include, path
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kept.base import components, difference, formats, promise, widgets
from kept.base.context import address_in, page
from kept.base.templatetags import kept as tags

HOME = Path(__file__).resolve().parents[2]
STATIC = HOME / "src/kept/base/static"
TEMPLATES = HOME / "src/kept/base/templates"
STYLES = {path.name: path.read_text() for path in sorted((STATIC / "base").glob("*.css"))}
LANGUAGES = [code for code, _name in django_settings.LANGUAGES]
FRAMES = ["", "page/", "form/", "desk/", "400/", "403/", "404/", "429/", "500/"]
FIRST_VISIT = 100_000  # bytes over the wire, without pictures


def nothing(_request):
    return HttpResponse("")


urlpatterns = i18n_patterns(
    path("_components/", include("kept.base.urls")),
    path("", nothing, name="home"),
    path("pledges/", nothing, name="pledges"),
    path("pledges/new/", nothing, name="pledge_new"),
    path("accounts/login/", nothing, name="account_login"),
    prefix_default_language=False,
)
pages = pytest.mark.urls(__name__)


def address(language: str, frame: str) -> str:
    return address_in(f"/_components/{frame}", language)


# Tokens ------------------------------------------------------------------------------------------------


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def light_and_dark() -> dict[str, dict[str, str]]:
    text = STYLES["tokens.css"]
    dark = text.split('data-theme="dark"] {')[1].split("}")[0]
    light = text.split(":root {\n  color-scheme: light;")[1].split("}")[0]
    return {"light": colours(light), "dark": colours(dark)}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_words_can_be_read_on_every_ground(theme):
    values = light_and_dark()[theme]
    inks = ["ink", "ink-2", "ink-3", "kept", "late", "broken", "silent"]
    grounds = ["paper", "surface", "sunk"]
    weak = {
        (ink, ground): round(contrast(values[ink], values[ground]), 2)
        for ink, ground in product(inks, grounds)
        if contrast(values[ink], values[ground]) < 4.5
    }
    pairs = [("on-kept", "kept"), ("on-kept", "kept-strong"), ("on-broken", "broken"), ("ink", "notice")]
    pairs += [("ink", "added"), ("ink", "removed"), ("ink", "kept-3"), ("late", "late-3"), ("broken", "broken-3")]
    weak |= {pair: 0 for pair in pairs if contrast(values[pair[0]], values[pair[1]]) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_that_mean_something_stand_out_from_the_ground(theme):
    values = light_and_dark()[theme]
    meaning = ["kept", "late", "broken", "silent", "underline", "edge"]
    values.setdefault("edge", values["ink"])
    weak = [
        (line, ground)
        for line, ground in product(meaning, ["paper", "surface"])
        if contrast(values[line], values[ground]) < 3
    ]
    assert weak == []


def test_a_reader_who_chooses_dark_gets_the_dark_of_the_system():
    text = STYLES["tokens.css"]
    by_system = text.split("prefers-color-scheme: dark")[1].split("{\n", 2)[2].split("}")[0]
    by_choice = text.split('data-theme="dark"] {')[1].split("}")[0]
    assert by_system.split() == by_choice.split()


# Styles ------------------------------------------------------------------------------------------------


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_sheet_names_no_side_of_the_page(name):
    """Arabic mirrors by itself only as long as nothing says left, right, width or top."""
    sides = re.findall(
        r"(?<![\w-])((?:margin|padding|border|inset|text-align)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom|"
        r"(?:min-|max-)?(?:width|height))\s*:",
        re.sub(r"@(?:media|container)[^{]+{", "", without_comments(STYLES[name])),
    )
    said = re.findall(r"(?<![\w-])(?:text-align|float|clear)\s*:\s*(left|right)", STYLES[name])
    assert (sides, said) == ([], [])


@pytest.mark.parametrize("name", [name for name in STYLES if name not in {"tokens.css", "print.css"}])
def test_colours_come_from_the_tokens_alone(name):
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", without_comments(STYLES[name])) == []


@pytest.mark.parametrize("name", STYLES)
def test_no_gradient_no_shadow_no_import(name):
    assert re.findall(r"gradient\(|box-shadow|text-shadow|@import", without_comments(STYLES[name])) == []


def test_every_token_that_is_used_exists():
    known = set(re.findall(r"(--[\w-]+)\s*:", "".join(STYLES.values())))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(STYLES.values())))
    assert used - known == set()


# What comes from npm -----------------------------------------------------------------------------------


def test_the_vendored_files_are_the_pinned_ones():
    pins = json.loads((STATIC / "vendor/vendor.json").read_text())
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (STATIC / "vendor").iterdir()
        if file.name != "vendor.json"
    }
    assert found == {name: pin["sha256"] for name, pin in pins["files"].items()}
    lock = json.loads((HOME / "package-lock.json").read_text())["packages"]
    assert pins["packages"] == {name: lock[f"node_modules/{name}"]["version"] for name in pins["packages"]}


def test_the_lock_file_names_no_host():
    assert "http" not in re.sub(r'"url": "https://github\.com[^"]*"', "", (HOME / "package-lock.json").read_text())


# Pages -------------------------------------------------------------------------------------------------


@pages
@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_frame_has_one_title_and_no_style_or_script_of_its_own(client, language):
    for frame in FRAMES:
        html = client.get(address(language, frame)).content.decode()
        assert len(re.findall(r"<h1[ >]", html)) == 1, frame
        assert len(re.findall(r"<main[ >]", html)) == 1, frame
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", html) == [], frame
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1|localhost)[^"]+', html) == [], frame


@pages
@pytest.mark.django_db
def test_ids_stand_once_and_what_points_to_them_finds_them(client):
    html = client.get("/_components/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r'\s(?:for|aria-labelledby)="([^"]+)"', html))
    pointed |= {name for value in re.findall(r'\saria-describedby="([^"]+)"', html) for name in value.split()}
    pointed |= {name for name in re.findall(r'href="#([\w-]+)"', html)} | set(re.findall(r"url\(#([\w-]+)\)", html))
    assert pointed - set(ids) == set()


@pages
@pytest.mark.django_db
def test_a_readers_page_sets_no_cookie_and_varies_by_none(client):
    for frame in ["", "page/", "404/"]:
        response = client.get(f"/_components/{frame}")
        assert response.cookies == {}
        assert "Cookie" not in response.headers.get("Vary", "")
        assert "csrfmiddlewaretoken" not in response.content.decode()


@pages
@pytest.mark.django_db
def test_the_head_of_the_page_knows_who_signed_in(client, make_person):
    client.force_login(make_person("reader@example.org", name="Rita Reader"))
    html = client.get("/_components/page/").content.decode()
    assert "Rita Reader" in html
    assert "/accounts/login/" not in html


@pages
@pytest.mark.django_db
def test_the_language_menu_leads_to_the_same_page_and_question(client):
    html = client.get("/ar/_components/page/?q=a&q=b").content.decode()
    menu = re.findall(r'<a href="([^"]+)" hreflang="([^"]+)"', html)
    assert ("/_components/page/?q=a&amp;q=b", "en") in menu
    assert ("/zh-hans/_components/page/?q=a&amp;q=b", "zh-Hans") in menu
    assert '<html lang="ar" dir="rtl">' in html


@given(st.sampled_from(["/", "/pledges/", "/pledges/P-00001/", "/arts/", "/zh/"]), st.lists(st.sampled_from(LANGUAGES)))
def test_changing_the_language_back_and_forth_loses_nothing(start, way):
    here = start
    for language in way:
        here = address_in(here, language)
    assert address_in(here, "en") == start


@pages
@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar", "ru", "zh-hans"])
def test_a_first_visit_stays_within_its_weight(client, language):
    """Page, styles, scripts (htmx among them) and the faces that this language loads, compressed as served."""
    html = client.get(address(language, "page/")).content
    asked = set(re.findall(rb'(?:href|src)="/static/([^"?]+\.(?:css|js|woff2))"', html))
    files = {name.decode() for name in asked} | {"vendor/htmx.min.js", "base/favicon.svg"}
    weight = len(gzip.compress(html)) + sum(
        (STATIC / name).stat().st_size if name.endswith("woff2") else len(gzip.compress((STATIC / name).read_bytes()))
        for name in files
    )
    assert weight < FIRST_VISIT - 10_000, f"{weight} bytes leave less than 10 KB for a page's own content"


@pages
@pytest.mark.django_db
@pytest.mark.slow
def test_the_html_checker_has_nothing_to_say(client, tmp_path):
    checker = HOME / "node_modules/vnu-jar/build/dist/vnu.jar"
    java = shutil.which("java")
    if not (checker.exists() and java):
        pytest.skip("the HTML checker needs Java and `npm ci`")
    for language, frame in product(["en", "ar", "zh-hans"], FRAMES):
        file = tmp_path / f"{language}-{frame.strip('/') or 'all'}.html"
        file.write_bytes(client.get(address(language, frame)).content)
    command = [java, "-jar", checker, *tmp_path.glob("*.html")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.stderr == ""


# The promise bar ---------------------------------------------------------------------------------------

amounts = st.one_of(st.none(), st.integers(-5, 10**12), st.decimals("-5", "1e12", places=2))


@given(amounts, amounts, amounts)
def test_a_bar_is_never_longer_than_its_promise(promised, signed, delivered):
    drawn = promise.lengths(promised, signed, delivered)
    solid, hatch = Decimal(drawn.delivered), Decimal(drawn.signed)
    assert 0 <= solid <= 100
    assert hatch >= 0
    assert solid + hatch <= 100


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_what_was_delivered_is_seen_however_little(promised, delivered):
    assert Decimal(promise.lengths(promised, None, delivered).delivered) > 0


def test_without_a_promised_figure_the_bar_is_an_empty_outline():
    assert promise.lengths(None, 5, 5) == promise.Lengths("0", "0")


@pytest.mark.parametrize("state", promise.STATES)
def test_a_bar_always_has_words_beside_it(state):
    html = render("{% promise_bar promised=4 delivered=1 state=state %}", state=state)
    assert str(promise.STATES[state].word) in html
    assert f'<symbol id="i-{promise.STATES[state].icon}"' in (TEMPLATES / "components/sprite.html").read_text()


# Words -------------------------------------------------------------------------------------------------

texts = st.text(alphabet="ab 承诺,.é\n", max_size=40)


@given(texts, texts)
def test_a_difference_holds_both_wordings(before, after):
    pieces = difference.word_difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after


def test_a_difference_is_told_word_by_word_and_chinese_sign_by_sign():
    assert difference.word_difference("Connect 180 schools by December 2023.", "Connect 212 schools by June 2024.") == [
        ("same", "Connect "),
        ("removed", "180"),
        ("added", "212"),
        ("same", " schools by "),
        ("removed", "December 2023"),
        ("added", "June 2024"),
        ("same", "."),
    ]
    assert difference.word_difference("到2023年连接", "到2024年连接") == [
        ("same", "到"),
        ("removed", "2023"),
        ("added", "2024"),
        ("same", "年连接"),
    ]


# Forms -------------------------------------------------------------------------------------------------


def render(source: str, **context) -> str:
    request = context.pop("request", None) or RequestFactory().get("/", {"q": "a", "page": "3"})
    return engines["django"].from_string(source).render(context, request)


def wrong_form() -> components.SampleForm:
    return components.catalogue("en")["wrong_form"]


def test_a_refused_field_says_so_to_eye_and_ear():
    html = render("{% field form.end %}", form=wrong_form())
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_bad-end_error"' in html
    assert f'id="id_bad-end_error"><li>{components.samples("en")["wrong"]}</li>' in html


def test_each_line_above_a_refused_form_leads_to_its_field():
    form = wrong_form()
    html = render("{% error_summary form %}{% for f in form %}{{ f.as_field_group }}{% endfor %}", form=form)
    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert len(targets) == sum(len(errors) for errors in form.errors.values())
    assert [target for target in targets if f'id="{target}"' not in html] == []


def test_nothing_stands_above_a_form_that_nobody_sent():
    assert render("{% error_summary form %}", form=components.catalogue("en")["empty_form"]).strip() == ""


def test_a_long_list_folds_and_finds_old_names_a_short_one_does_not():
    form = components.catalogue("en")["filled_form"]
    long, short = str(form["countries"]), str(form["focus"])
    assert "<details" in long and "<details" not in short
    assert 'data-words="türkiye turkey türkei"' in long
    assert long.count('type="checkbox"') == 13 and long.count("checked") == 3
    assert str(form["country"]).count('type="radio"') == 13


@given(st.lists(st.sampled_from(["BDI", "NPL", "KEN", "TUV"]), unique=True))
def test_what_is_ticked_is_what_arrives(chosen):
    form = components.SampleForm({"countries": chosen}, words=components.samples("en"))
    assert form.fields["countries"].widget.__class__ is widgets.MultiSelect
    assert form["countries"].data == chosen
    assert ("countries" in form.errors) == (chosen == [])


def test_a_text_that_somebody_wrote_cannot_break_out():
    nasty = '"><script>alert(1)</script>'
    html = render(
        "{% button t href=t %}{% tag t %}{% chip t t %}{% stat t t url=t note=t %}{% promise_bar label=t note=t %}"
        "{% diff t t %}{% notice title=t %}{{ t }}{% endnotice %}{% card title=t url=t kicker=t %}{% endcard %}"
        "{{ t|written_in:'fr' }}{% icon 'late' t %}{% button t data_confirm=t %}{% day '2024' t %}",
        t=nasty,
    )
    assert "<script" not in html
    assert html.count("&quot;&gt;&lt;script&gt;") == html.count("alert(1)") - html.count("%3Cscript") > 15


# Lists -------------------------------------------------------------------------------------------------


def test_an_address_keeps_its_other_values():
    assert render("{% address_with page=2 sort='newest' %}") == "?q=a&amp;page=2&amp;sort=newest"
    assert render("{% address_with page=None q=None %}") == "/"


def test_a_column_sorts_one_way_then_the_other():
    first = RequestFactory().get("/", {"sort": "amount", "page": "4"})
    html = render("{% sort_header 'Amount' 'amount' numeric=True %}{% sort_header 'Title' 'title' %}", request=first)
    assert 'aria-sort="ascending"><a class="sort plain" href="?sort=-amount"' in html
    assert 'href="?sort=title"' in html


def test_chosen_values_of_a_facet_are_never_folded_away():
    values = [{"label": f"v{n}", "count": 20 - n, "url": f"?v={n}", "selected": n == 15} for n in range(20)]
    html = render("{% facet 'Country' values %}", values=values)
    assert html.index("v15") < html.index("<details")
    assert html.count("facet-value") == 20


def test_a_value_without_rows_is_no_link():
    html = render("{% facet 'Kind' values %}", values=[{"label": "Policy", "count": 0, "url": "?x", "selected": False}])
    assert "href" not in html


@pytest.mark.parametrize("number", [1, 3, 21])
def test_pages_lead_to_their_neighbours(number):
    html = render("{% pagination page %}", page=components.sample_page(number))
    assert ('rel="prev"' in html) == (number > 1)
    assert ('rel="next"' in html) == (number < 21)
    assert "q=a" in html


# What readers see of figures and texts -----------------------------------------------------------------


def test_a_text_in_another_language_says_which():
    with override("en"):
        assert tags.written_in("تعهد", "ar") == '<span lang="ar" dir="rtl">تعهد</span>'
        assert tags.written_in("Pledge", "en") == "Pledge"


def test_the_context_asks_nobody_before_a_template_does(django_assert_num_queries):
    with_request = RequestFactory().get("/pledges/")
    house = page(with_request)["house"]
    assert house.visitor is None
    assert [link.url for link in house.languages][:2] == ["/pledges/", "/fr/pledges/"]


def test_every_component_stands_in_the_handbook():
    handbook = (HOME / "docs/design-system.md").read_text()
    described = {
        "facet_value",
        "fonts",
        "header",
        "footer",
        "language_menu",
        "logo",
        "messages",
        "multiselect",
        "visitor_links",
    }
    missing = [
        template.stem
        for template in (TEMPLATES / "components").glob("*.html")
        if template.stem not in described
        and not template.stem.startswith(("sample_", "catalogue"))
        and template.stem not in handbook
    ]
    assert missing == []


def test_a_text_of_ours_shows_the_digits_of_its_page_and_markup_is_left_alone():
    with override("ar"):
        assert tags.own_digits("يونيو 2027") == "يونيو ٢٠٢٧"
        assert tags.own_digits('<a href="/1/">1</a>') == '<a href="/1/">1</a>'
        formats.set_digits(lambda: "latn")
        assert tags.own_digits("يونيو 2027") == "يونيو 2027"
    with override("fr"):
        assert tags.own_digits("juin 2027") == "juin 2027"
