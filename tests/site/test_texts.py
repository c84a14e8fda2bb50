"""Every text that a person reads can be translated, is translated, and is a whole sentence: no glue, no leftovers."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from kept.site import translations

SOURCE = Path(translations.__file__).resolve().parents[1]
TEMPLATES = sorted(p for p in SOURCE.glob("*/templates/**/*") if p.suffix in {".html", ".txt", ".xml"})
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts and "demo" not in p.parts)
SCRIPTS = sorted(p for p in SOURCE.glob("*/static/**/*.js") if "vendor" not in p.parts)

# Names, which are the same in every language, and keys of a keyboard.
NAMES = {
    "Kept", "English", "Français", "Español", "العربية", "Русский", "CSV", "SVG", "PNG", "XLSX", "Excel", "JSON", "GeoJSON",
    "XML", "简体中文", "IATI", "USD", "Atom", "BibTeX", "APA", "SHA-256", "PDF", "API", "OpenAPI", "DCAT", "CSVW",
    "JSON-LD", "Turtle", "ISO", "HTML", "Ctrl",
}  # fmt: skip
LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)
# Private signs: they stand for {{ … }}, for a translated piece, and for a translated whole sentence.
VARIABLE, TRANSLATED, SENTENCE = "\ue000", "\ue001", "\ue002"


def short(path: Path) -> str:
    return str(path.relative_to(SOURCE))


# Translations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(translations.LANGUAGES))
def test_every_text_is_translated_whole_with_its_plurals_and_placeholders(language):
    assert translations.faults(language) == []


@pytest.mark.parametrize("language", sorted(translations.LANGUAGES))
def test_every_room_that_says_something_says_it_in_every_language(language):
    """A room whose texts were never collected has no file in which one could be missing."""
    silent = [
        room.name
        for room in translations.rooms()
        if not translations.catalogue(room, language).exists() and says_something(room)
    ]
    assert silent == []


def says_something(room: Path) -> bool:
    marked = re.compile(r"\{% (?:trans|blocktrans)|\b(?:n?gettext(?:_lazy)?|_)\(\s*[\"']")
    files = [p for p in room.rglob("*") if p.suffix in {".html", ".txt", ".py"} and "static" not in p.parts]
    return any(marked.search(p.read_text()) for p in files)


@pytest.mark.parametrize("language", sorted(translations.LANGUAGES))
def test_the_texts_in_the_files_are_those_of_the_code(language):
    """Somebody who adds a text collects it: otherwise it is English for everybody."""
    from babel.messages.pofile import read_po

    known: dict[str, set[str]] = {}
    for room in translations.rooms():
        po = translations.catalogue(room, language)
        if po.exists():
            with po.open("rb") as file:
                for message in read_po(file):
                    ids = message.id if isinstance(message.id, tuple) else (message.id,)
                    known.setdefault(room.name, set()).update(ids)
    lost = []
    for path in MODULES:
        room = path.relative_to(SOURCE).parts[0]
        lost += [f"{short(path)}: {text!r}" for text in marked_in(path) if text not in known.get(room, set())]
    for path in TEMPLATES:
        room = path.relative_to(SOURCE).parts[0]
        lost += [f"{short(path)}: {text!r}" for text in trans_tags(path) if text not in known.get(room, set())]
    assert lost == []


GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def called(node: ast.AST) -> str:
    """The name of what a call calls: "_" for _(…), "warning" for messages.warning(…)."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def marked_in(path: Path) -> list[str]:
    """Texts that a module marks for translation."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if called(node) in GETTEXT and node.args:
            name = called(node)
            first = 1 if name.startswith(("pgettext", "npgettext")) else 0
            wanted = node.args[first : first + (2 if name.startswith(("ngettext", "npgettext")) else 1)]
            found += [a.value for a in wanted if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return found


def trans_tags(path: Path) -> list[str]:
    """Texts of {% trans "…" %} and of _("…") in a template's tags."""
    text = path.read_text()
    found = re.findall(r"""\{%\s*trans(?:late)?\s+"([^"]*)""" + '"', text)
    return found + re.findall(r"""\b_\("([^"]*)"\)""", text)


# Templates -------------------------------------------------------------------------------------------

BLOCKS = {"blocktrans", "blocktranslate"}
SAYING = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label", "summary"}
UNSAID = {"script", "style", "code", "kbd", "svg", "textarea", "pre"}
SILENT = {"if", "for", "with", "block", "load", "extends", "spaceless", "autoescape", "language", "ifchanged"}
CLASSES = {"layout", "body_class"}  # blocks that name a class
INLINE = {"a", "b", "strong", "em", "i", "span", "small", "abbr", "time", "bdi", "mark", "q", "cite", "sup", "sub"}


class Flat:
    """A template as markup: what is translated or comes from the data is one private sign."""

    def __init__(self, path: Path) -> None:
        self.made: list[str] = []
        self.inside = ""  # of a block that is translated, commented out, or names a class
        self.said = ""
        self.named = False  # its text is put into a name and shown elsewhere
        for token in Lexer(path.read_text()).tokenize():
            if token.token_type == TokenType.BLOCK:
                self.block(token.contents)
            elif token.token_type == TokenType.TEXT:
                self.text(token.contents)
            elif token.token_type == TokenType.VAR and not self.inside:
                self.made.append(VARIABLE)

    def text(self, content: str) -> None:
        if self.inside:
            self.said += content
        else:
            self.made.append(content)

    def block(self, contents: str) -> None:
        name = contents.split()[0]
        if self.inside:
            self.end(name)
        elif name in BLOCKS | {"comment", "verbatim"} or (name == "block" and contents.split()[1] in CLASSES):
            self.inside, self.named = name, " asvar " in contents
        elif name in {"trans", "translate"}:
            self.made.append("" if " as " in contents else sign_of(contents.rpartition('"')[0]))
        elif name in {"else", "elif", "empty"}:
            self.made.append("\n<wbr>\n")  # what stands on either side is never read together
        elif not name.startswith("end") and name not in SILENT:
            self.made.append(VARIABLE)

    def end(self, name: str) -> None:
        if name != f"end{self.inside}":
            return
        if self.inside in BLOCKS and not self.named:
            self.made.append(sign_of(self.said))
        self.inside = self.said = ""


def without_template_tags(path: Path) -> str:
    """The template as markup; a tag whose name is a variable is a div."""
    return "".join(Flat(path).made).replace(f"<{VARIABLE}", "<div").replace(f"</{VARIABLE}", "</div")


def sign_of(text: str) -> str:
    return SENTENCE if text.rstrip().endswith((".", "!", "?", "…", ":")) else TRANSLATED


class Reader(HTMLParser):
    """Collects what a person reads or hears: text between tags, and attributes that are said."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.open: list[str] = []
        self.sentence = ""
        self.after_link = 0
        self.sentences: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            button = tag == "input" and name == "value" and values.get("type") in {"submit", "button", "reset"}
            said = tag == "meta" and name == "content" and values.get("name") == "description"
            if name in SAYING or button or said or name.startswith("data-text"):
                self.texts.append(value)
        if tag in UNSAID:
            self.open.append(tag)
        if tag not in INLINE or (tag == "a" and not self.sentence[self.after_link :].strip()):
            self.end_sentence()  # links side by side are a list, not a sentence

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        if tag not in INLINE:
            self.end_sentence()
        elif tag == "a":
            self.after_link = len(self.sentence)

    def handle_data(self, data):
        if not self.open:
            self.texts.append(data)
            self.sentence += data

    def end_sentence(self) -> None:
        self.sentences.append(self.sentence)
        self.sentence, self.after_link = "", 0


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(without_template_tags(path))
    reader.close()
    reader.end_sentence()
    return reader


def words_in(text: str) -> str:
    """What of a text is neither translated, nor data, nor a name."""
    rest = re.sub(rf"[{VARIABLE}{TRANSLATED}{SENTENCE}]", " ", text)
    for name in sorted(NAMES, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", rest)
    return " ".join(rest.split())


def shown_templates() -> list[Path]:
    """All but files for machines, the designer's samples, and the page for when translation itself may be broken."""
    samples = ("sample_", "catalogue.html", "500.html")
    return [p for p in TEMPLATES if p.suffix != ".xml" and not p.name.startswith(samples)]


@pytest.mark.parametrize("path", shown_templates(), ids=short)
def test_a_template_says_nothing_that_cannot_be_translated(path):
    hard = [words for text in read(path).texts if LETTERS.search(words := words_in(text))]
    assert hard == []


@pytest.mark.parametrize("path", shown_templates(), ids=short)
def test_a_tag_of_a_template_is_given_no_text_that_cannot_be_translated(path):
    """{% button "Save" %} instead of {% button _("Save") %}; {{ name|default:"Nobody" }}."""
    hard = []
    for token in Lexer(path.read_text()).tokenize():
        if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
            continue
        name = token.contents.split()[0] if token.contents.split() else ""
        if name in BLOCKS | {
            "trans",
            "translate",
            "comment",
            "url",
            "include",
            "extends",
            "load",
            "static",
            "if",
            "elif",
        }:
            continue
        content = re.sub(r"\b_\(\s*(\"[^\"]*\"|'[^']*')\s*\)", "", token.contents)
        content = re.sub(r"\|(?:date|time):\"[^\"]*\"", "", content)
        for text in re.findall(r"\"([^\"]*)\"", content):
            sentence = re.search(r"[^\W\d_]{2,} [^\W\d_]", text) or re.match(r"[A-Z][a-z]+\b", text)
            if sentence and text not in NAMES:
                hard.append(f"{token.contents[:60]} … {text!r}")
    assert hard == []


GLUED = [
    (re.compile(rf"{TRANSLATED}[ ,]*[ ][ ,]*{TRANSLATED}"), "two translated pieces side by side"),
    (re.compile(rf"{TRANSLATED} {VARIABLE} {TRANSLATED}"), "translated pieces around a value"),
    (re.compile(rf"{VARIABLE} {TRANSLATED} {VARIABLE}"), "a translated piece between two values"),
]


@pytest.mark.parametrize("path", shown_templates(), ids=short)
def test_a_template_glues_no_sentence_of_pieces(path):
    """The order of words is the language's: a sentence is one text with named places in it."""
    glued = []
    for sentence in read(path).sentences:
        line = re.sub(r"[ \t]+", " ", sentence)
        glued += [f"{why}: {line.strip()!r}" for pattern, why in GLUED if pattern.search(line)]
    assert glued == []


PLANTED = """{% load i18n %}{% block layout %}narrow{% endblock %}<h1>{% trans "Fine" %}</h1><p>Forgotten words</p>
<img alt="A forgotten picture"><input type="submit" value="Send"><input type="text" value="data">
<p>{% if one %}{% trans "one" %}{% else %}{% trans "many" %}{% endif %}</p>
<p>{% trans "of" %} {{ n }} {% trans "pledges" %}</p><p>{% trans "A sentence." %} {% trans "Another one." %}</p>
{% button "Save now" %}{% button _("Save now") %}{{ name|default:"Nobody" }}{{ day|date:"j F Y" }}"""


def test_these_finders_find_what_they_look_for(tmp_path):
    path = tmp_path / "planted.html"
    path.write_text(PLANTED)
    hard = [words for text in read(path).texts if LETTERS.search(words := words_in(text))]
    assert hard == ["Forgotten words", "A forgotten picture", "Send"]
    assert len([s for s in read(path).sentences if any(pattern.search(s) for pattern, _why in GLUED)]) == 1
    with pytest.raises(AssertionError, match="Nobody"):
        test_a_tag_of_a_template_is_given_no_text_that_cannot_be_translated(path)
    code = 'Refused("No"); Refused(_("No")); _("a") + b; f"{_(1)} b"; _(f"{x}"); _("%(n)s b") % {"n": 1}'
    nodes = list(ast.walk(ast.parse(code)))
    assert sum(len(unmarked(node)) for node in nodes if isinstance(node, ast.Call)) == 1
    assert sum(map(glued, nodes)) == 2


# Python ----------------------------------------------------------------------------------------------

SHOWN_BY_KEYWORD = {"label", "help_text", "verbose_name", "empty_label"}
MESSAGES = {"success", "info", "warning", "error", "add_message"}
REFUSALS = {"Refused", "NotAllowed", "WrongState", "ReasonOwed", "Incomplete", "ValidationError"}
DESK_ONLY = {"management", "bench.py"}  # commands speak English, as their documentation does


def shown_modules() -> list[Path]:
    return [p for p in MODULES if not DESK_ONLY & set(p.parts)]


def is_text(node: ast.AST) -> bool:
    """A literal with words in it: "Send it again", also as an f-string."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[^\W\d_]{2,}", node.value))
    return isinstance(node, ast.JoinedStr) and any(is_text(part) for part in node.values)


def glued(node: ast.AST) -> bool:
    """A translated text that something is put before or after."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return any(called(side) in GETTEXT for side in (node.left, node.right))
    if isinstance(node, ast.JoinedStr):
        parts = [p.value for p in node.values if isinstance(p, ast.FormattedValue)]
        beside = any(isinstance(p, ast.Constant) and LETTERS.search(str(p.value)) for p in node.values)
        pieces = sum(called(part) in GETTEXT for part in parts)
        return pieces > 1 or (pieces == 1 and (beside or len(parts) > 1))
    return False


def unmarked(node: ast.Call) -> list[ast.AST]:
    """Arguments of a call that a person reads, given as plain text."""
    wrong = [k.value for k in node.keywords if k.arg in SHOWN_BY_KEYWORD and is_text(k.value)]
    name = called(node)
    of_messages = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "messages"
    if of_messages and name in MESSAGES:
        wrong += [a for a in node.args[1:] if is_text(a)]
    if name in REFUSALS:
        wrong += [a for a in node.args[:1] if is_text(a)]
    return wrong


@pytest.mark.parametrize("path", shown_modules(), ids=short)
def test_labels_messages_and_refusals_can_be_translated(path):
    found = [
        f"line {node.lineno}: {ast.unparse(argument)[:80]}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for argument in unmarked(node)
    ]
    assert found == []


@pytest.mark.parametrize("path", shown_modules(), ids=short)
def test_no_translated_text_is_glued_to_another(path):
    found = [
        f"line {node.lineno}: {ast.unparse(node)[:80]}" for node in ast.walk(ast.parse(path.read_text())) if glued(node)
    ]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_what_is_marked_for_translation_can_be_collected(path):
    """_(f"{n} pledges") or _("a" + b): no program can find such a text, so nobody translates it."""
    found = [
        f"line {node.lineno}: {ast.unparse(node)[:80]}"
        for node in ast.walk(ast.parse(path.read_text()))
        if called(node) in GETTEXT
        and any(isinstance(a, ast.JoinedStr | ast.BinOp) or called(a) == "format" for a in node.args[:2])
    ]
    assert found == []


# Scripts and styles ----------------------------------------------------------------------------------

JS_STRING = re.compile(r"//[^\n]*|/\*.*?\*/|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.S)
SHOWS = re.compile(r"(textContent|innerText|innerHTML|title|placeholder|ariaLabel)\s*=\s*$|(alert|confirm|prompt)\($")


@pytest.mark.parametrize("path", SCRIPTS, ids=short)
def test_a_script_holds_no_text(path):
    """Texts come from the template by data attributes; a script has addresses, selectors and names of events."""
    text, found = path.read_text(), []
    for match in JS_STRING.finditer(text):
        literal = next((group for group in match.groups() if group), "")
        before = text[max(0, match.start() - 40) : match.start()]
        shown = re.search(
            r"(textContent|innerText|innerHTML|title|placeholder|ariaLabel)\s*=\s*$|(alert|confirm|prompt)\($", before
        )
        sentence = re.search(r"\b[A-Z][a-z]+ [a-z]+|[a-z]{2,} [a-z]{2,}[^.]* [a-z]{2,}[.!?…]?$", literal)
        if (shown and LETTERS.search(literal)) or (sentence and "use strict" not in literal and "[" not in literal):
            found.append(literal)
    assert found == []


def test_a_style_lives_once():
    """Style sheets are those of the design system; tests/base/test_components.py looks into them."""
    elsewhere = [p for p in SOURCE.glob("*/static/**/*.css") if p.parent != SOURCE / "base" / "static" / "base"]
    assert [short(p) for p in elsewhere if "vendor" not in p.parts] == []


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.suffix == ".html" and "mail" not in p.parts], ids=short)
def test_a_template_has_no_style_and_no_script_of_its_own(path):
    text = path.read_text()
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", text) == []
